/** The heat map α × ρ: a grid of cells with their figures, moved over by arrow keys; a press simulates the cell. */
import { entryOf } from "../../src/engine/base/table.ts";
import { heatOf } from "../../src/engine/formats/sweep.ts";
import { element, setAttribute, setText } from "../shared/dom.ts";
import type { Translate } from "../shared/l10n.ts";
import type { Scene } from "./scene.ts";
import { measured, type Planned } from "./sweep-plan.ts";
import { measureText } from "./sweep-words.ts";

export interface HeatGrid {
  readonly element: HTMLElement;
  /** What the least and the darkest colour stand for. */
  readonly legend: HTMLElement;
  readonly render: (plan: readonly Planned[], scene: Scene) => void;
}

export function heatGrid(t: Translate, choose: (choice: Planned["choice"]) => void): HeatGrid {
  const body = element("tbody");
  const head = element("tr");
  const table = element(
    "table",
    { class: "heat", role: "grid", "aria-label": t("sweep.grid") },
    element("thead", {}, head),
    body,
  );
  let cells: readonly HTMLTableCellElement[] = [];
  let shown: readonly Planned[] = [];
  let columns = 0;
  let at = 0;

  /** One cell of the grid takes the focus: the arrows go on from there. */
  const moveTo = (place: number): void => {
    at = place;
    cells.forEach((cell, index) => {
      setAttribute(cell, "tabindex", index === place ? 0 : -1);
    });
  };
  table.addEventListener("keydown", (event) => {
    const target = stepFrom(at, event.key, columns, cells.length);
    if (target !== undefined) {
      moveTo(target);
      cells[target]?.focus();
    } else if (event.key === "Enter" || event.key === " ") choose(shown[at]?.choice);
    else return;
    event.preventDefault();
  });
  table.addEventListener("click", ({ target }) => {
    const place = cells.findIndex((cell) => cell.contains(target as Node));
    if (place < 0) return;
    moveTo(place);
    choose(shown[place]?.choice);
  });

  function build(plan: readonly Planned[]): void {
    const rhos = [...new Set(plan.map(({ asked }) => asked.scaling.rho))];
    const alphas = [...new Set(plan.map(({ asked }) => asked.scaling.alpha))];
    columns = rhos.length;
    const title = (text: string): HTMLElement => element("th", { scope: "col" }, text);
    head.replaceChildren(title("α \\ ρ"), ...rhos.map((rho) => title(`ρ ${Number(rho.toFixed(3))}`)));
    const made = plan.map(() => element("td", { role: "gridcell" }));
    body.replaceChildren(
      ...alphas.map((alpha, row) =>
        element(
          "tr",
          {},
          element("th", { scope: "row" }, `α ${alpha}`),
          ...made.slice(row * columns, (row + 1) * columns),
        ),
      ),
    );
    cells = made;
    moveTo(Math.min(at, made.length - 1));
  }

  const legend = element("ul", { class: "legend" });
  const showLegend = (figures: readonly (number | null)[], scene: Scene): void => {
    const known = figures.flatMap((figure) => figure ?? []).sort((a, b) => a - b);
    const ends = known.length > 0 ? [known[0], known[known.length >> 1], known.at(-1)] : [];
    legend.replaceChildren(
      ...[...new Set(ends)].map((figure = 0) => {
        const dot = element("span", { class: "dot heat-dot" });
        dot.style.setProperty("--heat", heatOf(figure, figures).toFixed(3));
        return element("li", {}, dot, measureText(figure, scene.state.measure, scene));
      }),
    );
  };

  return {
    element: table,
    legend,
    render: (plan, scene) => {
      if (cells.length !== plan.length) build(plan);
      shown = plan;
      const { measure, scaling, swaps } = scene.state;
      const all = plan.map(({ asked }) => measured(scene.sweeps.of(asked), measure, scene));
      showLegend(all, scene);
      plan.forEach(({ asked, choice, name }, index) => {
        const cell = cells[index];
        if (!cell) return;
        const figures = scene.sweeps.of(asked);
        const figure = all[index] ?? null;
        const text = figures ? measureText(figure, measure, scene) : "·";
        const { alpha, rho } = asked.scaling;
        const isNow =
          scaling.alpha === alpha &&
          Math.abs(scaling.rho - rho) < 1e-9 &&
          choice?.swaps.size === swaps.size &&
          [...swaps].every((layer) => choice.swaps.has(layer));
        setText(cell, text);
        const why = figures?.reason ?? (figures ? "" : t("sweep.open"));
        setAttribute(cell, "title", why || null);
        setAttribute(cell, "aria-label", [name, figures ? text : "", why].filter(Boolean).join(", "));
        setAttribute(cell, "aria-selected", String(isNow));
        cell.classList.toggle("unknown", figure === null);
        if (figure === null) cell.style.removeProperty("--heat");
        else cell.style.setProperty("--heat", heatOf(figure, all).toFixed(3));
      });
    },
  };
}

/** The cell that a key leads to; undefined where the key means nothing here. */
export function stepFrom(at: number, key: string, columns: number, cells: number): number | undefined {
  const column = at % columns;
  const steps: Readonly<Record<string, number>> = {
    ArrowRight: column < columns - 1 ? at + 1 : at,
    ArrowLeft: column > 0 ? at - 1 : at,
    ArrowDown: at + columns < cells ? at + columns : at,
    ArrowUp: at >= columns ? at - columns : at,
    Home: at - column,
    End: at - column + columns - 1,
  };
  return entryOf(steps, key);
}
