/** Packages that are not installed, with what can be done about it. */
import type { SourcesRequest } from "../../src/protocol/messages.ts";
import { button } from "./controls.ts";
import { element } from "./dom.ts";
import type { Translate } from "./l10n.ts";

export function missingPart(
  packages: readonly string[],
  t: Translate,
  post: (request: SourcesRequest) => void,
): HTMLElement {
  const get = button(t("missing.get"), "primary", () => post({ type: "getSources" }));
  const choose = button(t("missing.choose"), "secondary", () => post({ type: "chooseEnvironment" }));
  return element(
    "div",
    { class: "missing" },
    element("p", {}, t("missing.text", packages.join(", "))),
    element("p", { class: "cluster" }, get.element, choose.element),
  );
}
