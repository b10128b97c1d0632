/** What the figures do not cover: an unfinished trace, shapes that do not fit, a file that cannot be read now. */

import { advisedPackage } from "../../src/engine/base/advice.ts";
import type { Place, ReportDiagnostic } from "../../src/engine/contract/report.ts";
import type { SourcesRequest, ToPanel } from "../../src/protocol/messages.ts";
import { element } from "../shared/dom.ts";
import type { MessageKey, Translate } from "../shared/l10n.ts";
import { missingPart } from "../shared/missing.ts";
import type { Part, Scene } from "./scene.ts";

const SHOWN = 4;
const MISSING_MODULE = /\bmodule \S+ was not found/;

export interface Notices extends Part {
  readonly setStale: (stale: Extract<ToPanel, { type: "stale" }> | null) => void;
}

export interface NoticeActions {
  readonly reveal: (at: Place) => void;
  readonly refresh: () => void;
  readonly sources: (request: SourcesRequest) => void;
}

export function notices(t: Translate, locale: string, { reveal, refresh, sources }: NoticeActions): Notices {
  const stale = element("p", { class: "notice warning", hidden: true, role: "status" });
  const again = element("button", { type: "button", class: "link" }, t("action.retry"));
  again.addEventListener("click", refresh);
  const incomplete = element("div", { class: "notice warning", hidden: true });
  const nextSteps = (diagnostics: readonly ReportDiagnostic[], canGet: boolean): readonly HTMLElement[] => {
    const advised = diagnostics.flatMap(({ message }) => advisedPackage(message) ?? []);
    return canGet && advised.length > 0
      ? [missingPart([...new Set(advised)], t, sources)]
      : hintsOf(diagnostics).map((hint) => element("p", { class: "muted" }, t(hint)));
  };
  let shown: readonly ReportDiagnostic[] | null = null;
  return {
    element: element("div", { class: "notices" }, stale, incomplete),
    setStale: (now) => {
      stale.hidden = now === null;
      if (!now) return;
      const text = t("notice.stale", clock(now.since, locale), now.reason);
      stale.replaceChildren(text, ...(now.retry ? [" ", again] : []));
    },
    render: ({ report, abilities }: Scene) => {
      if (shown === report.diagnostics) return;
      shown = report.diagnostics;
      const errors = shown.filter(({ severity }) => severity === "error");
      const gaps = report.complete ? [] : shown.filter(({ severity }) => severity !== "error");
      incomplete.hidden = report.complete && errors.length === 0;
      const title = t(titleOf(report.complete, errors));
      incomplete.replaceChildren(
        element("strong", {}, title),
        list([...errors, ...gaps], t, reveal),
        ...nextSteps(shown, abilities.has("sources")),
      );
    },
  };
}

/** What is broken is said first: broken text, then shapes, then what else went wrong. */
function titleOf(complete: boolean, errors: readonly ReportDiagnostic[]): MessageKey {
  if (errors.some(({ code }) => code === "syntax")) return "notice.syntax";
  if (errors.some(({ code }) => code.includes("shape"))) return "notice.shape";
  return complete ? "notice.error" : "notice.incomplete";
}

/** What to do next, where there is something that can be done. */
function hintsOf(diagnostics: readonly ReportDiagnostic[]): readonly MessageKey[] {
  return diagnostics.some(({ message }) => MISSING_MODULE.test(message)) ? ["notice.hint.module"] : [];
}

function list(
  diagnostics: readonly ReportDiagnostic[],
  t: Translate,
  reveal: (at: Place) => void,
): HTMLElement {
  const items = diagnostics.slice(0, SHOWN).map(({ message, at }) => {
    const link = element("button", { type: "button", class: "link" }, `${at.line}: ${message}`);
    link.addEventListener("click", () => reveal(at));
    return element("li", {}, link);
  });
  const hidden = diagnostics.length - items.length;
  if (hidden > 0) items.push(element("li", { class: "muted" }, t("notice.more", hidden)));
  return element("ul", {}, ...items);
}

function clock(iso: string, locale: string): string {
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? iso : time.toLocaleTimeString(locale);
}
