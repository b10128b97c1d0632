/** Leads from the selected layer to its lesson, which takes the panel's place until the reader goes back. */

import type { Report } from "../../src/engine/contract/report.ts";
import { lessonOf } from "../lesson/fromLayer.ts";
import { type LessonPage, lessonPage } from "../lesson/page.ts";
import { element, setText } from "../shared/dom.ts";
import type { Translate } from "../shared/l10n.ts";
import type { Part } from "./scene.ts";

/** `open`: undefined asks for the worked example. */
export function explainLink(t: Translate, open: (layer: string | undefined) => void): Part {
  let layer: string | undefined;
  const link = element("button", { type: "button", class: "link" });
  link.addEventListener("click", () => open(layer));
  return {
    element: element("p", { class: "explain" }, link),
    render: ({ selected }) => {
      layer = selected?.layer.kernel ? selected.layer.name : undefined;
      setText(link, layer === undefined ? t("lesson.explain.any") : t("lesson.explain", layer));
    },
  };
}

export interface Lesson {
  readonly element: HTMLElement;
  readonly open: (layer: string | undefined, report: Report) => void;
  readonly close: () => void;
}

/** `closed` is told when the reader goes back. */
export function lesson(t: Translate, closed: () => void): Lesson {
  const host = element("div", { hidden: true });
  // Made when it is first asked for: most readers of a panel never open it.
  let page: LessonPage | undefined;
  const close = (): void => {
    page?.stop();
    host.hidden = true;
  };
  const makePage = (): LessonPage => {
    const made = lessonPage(t, () => {
      close();
      closed();
    });
    host.append(made.element);
    return made;
  };
  return {
    element: host,
    close,
    open: (name, report) => {
      page ??= makePage();
      host.hidden = false;
      if (name === undefined) return page.showExample();
      const layer = report.layers.find((each) => each.name === name);
      page.show((layer && lessonOf(layer, report)) ?? null);
    },
  };
}
