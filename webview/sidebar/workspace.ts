/** The workspace in the side bar: every file that looks like model code, with the total of its networks. */
import { count, inUnit } from "../../src/present/text.ts";
import type { CostUnit, FromSidebar, SidebarFile, SidebarWorkspace } from "../../src/protocol/messages.ts";
import { button } from "../shared/controls.ts";
import { element, setAttribute } from "../shared/dom.ts";
import { formatExact } from "../shared/format.ts";
import type { Translate } from "../shared/l10n.ts";

type Post = (message: FromSidebar) => void;

/** null: nobody has looked yet. */
export function workspaceSection(
  workspace: SidebarWorkspace | null,
  unit: CostUnit,
  t: Translate,
  post: Post,
): HTMLElement {
  const section = element("section", { class: "workspace" }, element("h2", {}, t("sidebar.workspace")));
  if (workspace === null) {
    section.append(button(t("sidebar.scan"), "secondary", () => post({ type: "scan" })).element);
    return section;
  }
  if (workspace.busy) {
    const stop = element("button", { type: "button", class: "link" }, t("sidebar.cancel"));
    stop.addEventListener("click", () => post({ type: "cancelScan" }));
    section.append(element("p", { class: "muted", role: "status" }, t("sidebar.scanning"), " ", stop));
  }
  const { files, more } = workspace;
  if (files.length === 0 && !workspace.busy) {
    section.append(element("p", { class: "muted" }, t("sidebar.workspace.none")));
  }
  section.append(...files.map((file) => fileEntry(file, unit, t, post)));
  if (more > 0) section.append(element("p", { class: "muted" }, t("sidebar.more", more)));
  return section;
}

function fileEntry(
  { uri, label, networks }: SidebarFile,
  unit: CostUnit,
  t: Translate,
  post: Post,
): HTMLElement {
  const rows = (networks ?? []).map(({ name, macs }) => {
    const total = macs === null ? t("figure.unknown") : count(inUnit(macs, unit));
    const row = element(
      "button",
      { type: "button", class: "layer workspace-network" },
      element("span", { class: "name" }, name),
      element("span", { class: macs === null ? "muted" : "figure" }, total),
    );
    const title = macs === null ? name : `${name} · ${formatExact(inUnit(macs, unit))} ${unit}`;
    setAttribute(row, "title", title);
    row.addEventListener("click", () => post({ type: "profile", network: name, uri }));
    return element("li", {}, row);
  });
  const state = networks === null ? "…" : networks.length === 0 ? t("sidebar.none") : "";
  return element(
    "div",
    { class: "workspace-file" },
    element("p", { class: "muted file", title: label }, label, state === "" ? "" : ` ${state}`),
    element("ul", { class: "dearest" }, ...rows),
  );
}
