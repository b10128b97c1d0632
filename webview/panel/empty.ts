/** What the page says when there is no network to show: why, and what to do next. */
import type { Place } from "../../src/engine/contract/report.ts";
import type { SourcesRequest, ToPanel } from "../../src/protocol/messages.ts";
import { button } from "../shared/controls.ts";
import { element, setText } from "../shared/dom.ts";
import type { Translate } from "../shared/l10n.ts";
import { missingPart } from "../shared/missing.ts";

export type EmptyMessage = Extract<ToPanel, { type: "empty" }>;

export interface EmptyPage {
  readonly element: HTMLElement;
  readonly show: (message: EmptyMessage) => void;
}

export interface EmptyActions {
  readonly reveal: (at: Place) => void;
  readonly refresh: () => void;
  readonly sources: (request: SourcesRequest) => void;
  readonly setArguments: (network: string) => void;
}

export function emptyPage(t: Translate, { reveal, refresh, sources, setArguments }: EmptyActions): EmptyPage {
  const title = element("h1", {}, t("empty.title"));
  const reason = element("p", {}, t("empty.waiting"));
  const hint = element("p", { class: "muted" }, t("empty.hint"));
  const offer = element("div");
  const actions = element("p", { class: "cluster" });
  return {
    element: element("section", { class: "empty", role: "status" }, title, reason, hint, offer, actions),
    show: (message) => {
      const { network, at, missing = [] } = message;
      setText(title, network === undefined ? t("empty.title") : t("empty.title.network", network));
      setText(reason, message.reason);
      hint.hidden = message.retry === true || message.isTooMuch === true || missing.length > 0;
      setText(hint, t(network === undefined ? "empty.hint" : "empty.hint.network"));
      offer.replaceChildren(...(missing.length > 0 ? [missingPart(missing, t, sources)] : []));
      actions.replaceChildren(
        ...(message.needsArguments && network !== undefined
          ? [button(t("action.arguments"), "primary", () => setArguments(network)).element]
          : []),
        ...(message.retry ? [button(t("action.retry"), "primary", refresh).element] : []),
        ...(at ? [button(t("action.show"), "secondary", () => reveal(at)).element] : []),
      );
    },
  };
}
