/**
 * The tab "Sweep": the network at other widths, resolutions, input sizes and batches, each worked out by the server, a
 * table that people and screen readers read alike. A press on a cell simulates it in the panel.
 */

import { count } from "../../src/present/text.ts";
import { dropdown } from "../shared/controls.ts";
import { element, setAttribute, setText } from "../shared/dom.ts";
import { parseCount } from "../shared/format.ts";
import type { Translate } from "../shared/l10n.ts";
import type { Actions, Part, Scene } from "./scene.ts";
import { MEASURES, SWEEP_PARTS, type SweepPart, withChoice } from "./state.ts";
import { type Curve, curveChart } from "./sweep-curve.ts";
import { heatGrid } from "./sweep-grid.ts";
import { budgetTable, curveTable, type ListTable, listTable, paperTable } from "./sweep-lists.ts";
import { type Planned, planOf, swapsIn, sweepBudget } from "./sweep-plan.ts";

export interface SweepView extends Part {
  /** What the chart's head shows beside the tabs. */
  readonly tools: HTMLElement;
  readonly legend: HTMLElement;
  /** Draws the curve again, for an export. */
  readonly redraw: () => void;
}

export function sweepView(t: Translate, actions: Actions): SweepView {
  let scene: Scene | null = null;
  const part = choice(
    t,
    "sweep.part",
    SWEEP_PARTS,
    (name) => `sweep.part.${name}` as const,
    (sweepPart) => actions.change((state) => ({ ...state, sweepPart })),
  );
  const measure = choice(
    t,
    "sweep.measure",
    MEASURES,
    (name) => `sweep.measure.${name}` as const,
    (value) => actions.change((state) => ({ ...state, measure: value })),
  );
  const device = dropdown(t("device.label"), (name) =>
    actions.change((state) => ({ ...state, device: name })),
  );
  const work = link("", () => {
    const now = scene;
    if (!now) return;
    const { sweepPart, swaps } = now.state;
    // The chosen swaps are those of the cells from now on: cells of others would not go together with them.
    if (USES_SWAPS.has(sweepPart)) actions.sweep(asksOf(sweepPart, now, swaps), swaps);
    else actions.sweep(asksOf(sweepPart, now));
  });
  const cancel = link(t("sweep.cancel"), () => actions.sweep([]));
  const status = element("span", { class: "muted", role: "status" });
  const budget = element("input", { class: "number wide", type: "text", "aria-label": t("sweep.budget") });
  const within = element("label", { class: "cluster" }, t("sweep.budget"), budget);
  budget.addEventListener("change", () => {
    const wanted = parseCount(budget.value);
    setAttribute(budget, "aria-invalid", wanted === null ? "true" : null);
    if (wanted !== null && scene) {
      const macs = wanted / scene.amount(1);
      actions.change((state) => ({ ...state, sweepBudget: macs }));
    }
  });
  const choose = (planned: Planned["choice"]): void => {
    if (planned && scene?.abilities.has("scale")) actions.change((state) => withChoice(state, planned));
  };
  const grid = heatGrid(t, choose);
  const curve: Curve = curveChart(choose);
  const list: ListTable = listTable(choose);
  const note = element("p", { class: "muted" });
  const host = element(
    "div",
    { class: "sweep", id: "sweep", role: "tabpanel", "aria-label": t("view.sweep"), hidden: true },
    element("div", { class: "cluster sweep-head" }, within, work, status, cancel),
    grid.legend,
    grid.element,
    curve.element,
    list.element,
    note,
  );
  return {
    element: host,
    tools: element("div", { class: "cluster tools" }, part.element, measure.element, device.element),
    legend: grid.legend,
    redraw: () => curve.redraw(),
    render: (now) => {
      scene = now;
      const { sweepPart, measure: chosen } = now.state;
      const plan = planOf(sweepPart, now);
      const isCurve = sweepPart === "size" || sweepPart === "batch";
      part.show(sweepPart);
      measure.show(chosen);
      measure.element.hidden = sweepPart === "budget" || sweepPart === "paper";
      device.element.hidden = measure.element.hidden || chosen !== "time";
      device.setOptions(
        now.devices.map(({ name }) => name),
        now.device.name,
      );
      within.hidden = sweepPart !== "budget";
      if (document.activeElement !== budget) budget.value = count(now.amount(sweepBudget(now)));
      showProgress(plan, now);
      grid.element.hidden = sweepPart !== "grid";
      grid.legend.hidden = sweepPart !== "grid";
      if (sweepPart === "grid") grid.render(plan, now);
      const known = plan.filter(({ asked }) => now.sweeps.of(asked) !== undefined).length;
      curve.element.hidden = !isCurve || known === 0;
      if (!curve.element.hidden) curve.render(plan, now);
      list.element.hidden = sweepPart === "grid" || (isCurve && plan.length === 0);
      if (isCurve) list.render(curveTable(plan, now), now);
      else if (sweepPart === "budget") list.render(budgetTable(now), now);
      else if (sweepPart === "paper") list.render(paperTable(now), now);
      setText(note, noteOf(sweepPart, plan, now));
    },
  };

  function showProgress(plan: readonly Planned[], now: Scene): void {
    const { sweeps, state, abilities } = now;
    const { progress } = sweeps;
    const isOther = USES_SWAPS.has(state.sweepPart) && !isSame(swapsIn(now), state.swaps);
    const open = asksOf(state.sweepPart, now, isOther ? state.swaps : undefined).filter(
      (asked) => !sweeps.of(asked),
    ).length;
    work.hidden = progress !== null || (open === 0 && !isOther) || !abilities.has("scale");
    setText(work, isOther ? t("sweep.swaps", state.swaps.size) : t("sweep.work", open));
    cancel.hidden = progress === null;
    const refused = new Set(plan.flatMap(({ asked }) => sweeps.of(asked)?.refused ?? []));
    const texts = [
      ...(progress ? [t("sweep.progress", progress.done, progress.all)] : []),
      ...(USES_SWAPS.has(state.sweepPart) ? [t("sweep.swapped", swapsIn(now).size)] : []),
      ...(refused.size > 0 ? [t("sweep.refused", refused.size)] : []),
    ];
    setText(status, texts.join(" · "));
  }
}

/** Parts whose cells have the swaps that the panel has. */
const USES_SWAPS: ReadonlySet<SweepPart> = new Set(["grid", "size", "batch"]);

function asksOf(part: SweepPart, scene: Scene, swaps?: ReadonlySet<string>) {
  return planOf(part, scene, swaps).map(({ asked }) => asked);
}

function isSame(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((name) => other.has(name));
}

/** Why figures are missing, each reason once; else what is shown. */
function noteOf(part: SweepPart, plan: readonly Planned[], { sweeps, t }: Scene): string {
  const reasons = new Map<string, string[]>();
  for (const { asked, name } of plan) {
    const reason = sweeps.of(asked)?.reason;
    if (reason !== undefined) reasons.set(reason, [...(reasons.get(reason) ?? []), name]);
  }
  const told = [...reasons].map(
    ([reason, names]) => `${[...new Set(names)].slice(0, 3).join("; ")}: ${reason}`,
  );
  if (plan.length === 0) return t(part === "size" ? "sweep.noImage" : "sweep.noBatch");
  return [...told, t(`sweep.note.${part}`)].join(" ");
}

function choice<Name extends string>(
  t: Translate,
  label: Parameters<Translate>[0],
  names: readonly Name[],
  keyOf: (name: Name) => Parameters<Translate>[0],
  change: (name: Name) => void,
) {
  const words = names.map((name) => t(keyOf(name)));
  const made = dropdown(t(label), (word) => {
    const name = names[words.indexOf(word)];
    if (name !== undefined) change(name);
  });
  return {
    element: made.element,
    show: (name: Name) => made.setOptions(words, words[names.indexOf(name)] ?? ""),
  };
}

function link(label: string, press: () => void): HTMLButtonElement {
  const made = element("button", { type: "button", class: "link" }, label);
  made.addEventListener("click", press);
  return made;
}
