/** The sweep's tables: a curve's figures, what keeps within the budget, and the network beside the paper's tables. */

import { inUnit } from "../../src/engine/formats/units.ts";
import { inMillions } from "../../src/engine/separable/paper.ts";
import { count } from "../../src/present/text.ts";
import { element, setAttribute } from "../shared/dom.ts";
import type { Scene } from "./scene.ts";
import { MEASURES } from "./state.ts";
import { measured, mildestWithin, type Planned, paperRows } from "./sweep-plan.ts";
import { measureText } from "./sweep-words.ts";

export interface ListRow {
  readonly name: string;
  readonly cells: readonly string[];
  /** What a press on the row simulates. */
  readonly choice?: Planned["choice"];
}

/** Groups of rows under one line of titles. */
export interface List {
  readonly label: string;
  readonly titles: readonly string[];
  readonly groups: readonly { readonly title?: string; readonly rows: readonly ListRow[] }[];
}

export interface ListTable {
  readonly element: HTMLElement;
  readonly render: (list: List, scene: Scene) => void;
}

export function listTable(choose: (choice: Planned["choice"]) => void): ListTable {
  // It may be wider than the page, and is then scrolled by keyboard too.
  const host = element("div", { class: "sweep-scroll", role: "group", tabindex: 0 });
  let shown = "";
  let choices: readonly Planned["choice"][] = [];
  return {
    element: host,
    render: (list, { abilities }) => {
      const rows = list.groups.flatMap((group) => group.rows);
      choices = rows.map(({ choice }) => choice);
      const canPress = abilities.has("scale");
      // What has the focus keeps it as long as nothing changes.
      const text = JSON.stringify([list.label, list.titles, list.groups.map(textOf), canPress]);
      if (text === shown) return;
      shown = text;
      setAttribute(host, "aria-label", list.label);
      let place = 0;
      const line = (row: ListRow): HTMLElement => {
        const index = place++;
        return element(
          "tr",
          {},
          element("th", { scope: "row" }, row.choice && canPress ? button(row.name, index) : row.name),
          ...row.cells.map((cell) => element("td", {}, cell)),
        );
      };
      const button = (name: string, index: number): HTMLElement => {
        const made = element("button", { type: "button", class: "link" }, name);
        made.addEventListener("click", () => choose(choices[index]));
        return made;
      };
      const bodies = list.groups.map(({ title, rows: lines }) =>
        element(
          "tbody",
          {},
          ...(title === undefined
            ? []
            : [
                element(
                  "tr",
                  {},
                  element("th", { scope: "rowgroup", colspan: list.titles.length, class: "group" }, title),
                ),
              ]),
          ...lines.map(line),
        ),
      );
      const titles = list.titles.map((title) => element("th", { scope: "col" }, title));
      host.replaceChildren(
        element(
          "table",
          { class: "sweep-list", "aria-label": list.label },
          element("thead", {}, element("tr", {}, ...titles)),
          ...bodies,
        ),
      );
    },
  };
}

function textOf({ title, rows }: List["groups"][number]) {
  return [title, rows.map(({ name, cells, choice }) => [name, cells, choice !== undefined])];
}

export function curveTable(plan: readonly Planned[], scene: Scene): List {
  const { t, state, sweeps } = scene;
  const isSize = state.sweepPart === "size";
  const rows = plan.map(({ name, asked, choice }): ListRow => {
    const figures = sweeps.of(asked);
    const cells = MEASURES.map((measure) =>
      figures ? measureText(measured(figures, measure, scene), measure, scene) : "·",
    );
    return { name, cells, ...(choice && { choice }) };
  });
  const titles = MEASURES.map((measure) => (measure === "macs" ? state.unit : t(`sweep.measure.${measure}`)));
  return {
    label: t(`sweep.part.${state.sweepPart}`),
    titles: [t(isSize ? "sweep.axis.size" : "sweep.axis.batch"), ...titles],
    groups: [{ rows }],
  };
}

export function budgetTable(scene: Scene): List {
  const { t, state, text } = scene;
  const rows = mildestWithin(scene).map(({ choice, lines, alpha, rho, macs, params }): ListRow => {
    const name = t("sweep.change", lines, alpha, Number(rho.toFixed(3)));
    return { name, cells: [text(macs), count(params)], choice };
  });
  const titles = [t("sweep.changes"), state.unit, t("table.params")];
  return { label: t("sweep.part.budget"), titles, groups: [{ rows }] };
}

export function paperTable(scene: Scene): List {
  const { t, state, report } = scene;
  const unit = state.unit === "FLOPs" ? "flops" : "macs";
  const millions = t("sweep.millions", state.unit);
  const params = t("sweep.millions", t("table.params"));
  return {
    label: t("sweep.part.paper"),
    titles: [
      t("paper.name"),
      t("paper.accuracy"),
      millions,
      params,
      `${report.network}: ${millions}`,
      `${report.network}: ${params}`,
    ],
    groups: paperRows(scene).map(({ table, title, rows }) => ({
      title: t("paper.table", table, t(`paper.title.${title}`)),
      rows: rows.map((row): ListRow => {
        const { figures, planned } = row;
        const open = planned ? "·" : "–";
        const macs = figures?.macs ?? null;
        return {
          name: row.name,
          cells: [
            `${row.accuracy.toFixed(1)} %`,
            String(inUnit(row.macs, unit)),
            row.params.toFixed(1),
            figures ? inMillions(macs === null ? null : inUnit(macs, unit), 0) : open,
            figures ? inMillions(figures.params, 1) : open,
          ],
          ...(planned?.choice && { choice: planned.choice }),
        };
      }),
    })),
  };
}
