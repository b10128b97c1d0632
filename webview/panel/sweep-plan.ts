/** What a sweep's parts ask for and show: cells, curves, the frontier of a budget and the paper's rows. Pure. */
import type { FrontierPoint, Sweep, SweepCell } from "../../src/engine/contract/sweep.ts";
import {
  NO_COUNTERPART,
  PAPER_TABLES,
  type PaperRow,
  type PaperTable,
  type TableBeside,
} from "../../src/engine/separable/paper.ts";
import { ALPHAS, pointWithin, RHOS, swapsOf } from "../../src/engine/separable/suggest.ts";
import { inputOfBatch, mildest, rhoOfSize, shorterSide } from "../../src/engine/separable/sweep.ts";
import { eligible } from "./rows.ts";
import type { Scene } from "./scene.ts";
import type { Choice, Measure, SweepPart } from "./state.ts";
import { type Asked, type Figures, leastTime } from "./sweeps.ts";

/** The image's sides, as parts of the network's own: MobileNet's, and around them. */
const SIDES = [1 / 2, ...[...RHOS].sort((a, b) => a - b), 8 / 7, 9 / 7, 2];
const BATCHES = [1, 2, 4, 8, 16, 32, 64] as const;

/** A cell, and how the panel is set to it; a batch is nothing that the panel simulates. */
export interface Planned {
  readonly asked: Asked;
  readonly choice?: Choice;
  readonly name: string;
}

export function swapsIn({ sweeps, state }: Scene): ReadonlySet<string> {
  return sweeps.swaps ?? state.swaps;
}

/** The budget that was typed, else the user's own, else half of what the network costs. */
export function sweepBudget({ state, budgetMacs, totals }: Scene): number {
  return state.sweepBudget ?? budgetMacs ?? totals.known.macs / 2;
}

export function planOf(
  part: SweepPart,
  scene: Scene,
  swaps: ReadonlySet<string> = swapsIn(scene),
): readonly Planned[] {
  switch (part) {
    case "grid":
      return ALPHAS.flatMap((alpha) => RHOS.map((rho) => planned(scene, swaps, alpha, rho)));
    case "size":
      return sizesOf(scene).flatMap((size) => {
        const rho = rhoOfSize(scene.report, size);
        return rho === undefined ? [] : [{ ...planned(scene, swaps, 1, rho), name: String(size) }];
      });
    case "batch":
      return BATCHES.flatMap((samples) => {
        const resized = inputOfBatch(scene.report, samples);
        if (!resized) return [];
        const { asked } = planned(scene, swaps, 1, 1);
        return [{ asked: { ...asked, resized, isWhole: true }, name: String(samples) }];
      });
    case "budget":
      return ALPHAS.flatMap((alpha) => RHOS.map((rho) => planned(scene, new Set(), alpha, rho)));
    case "paper":
      return PAPER_TABLES.flatMap(({ rows }) => rows.flatMap((row) => plannedRow(scene, row) ?? []));
  }
}

function planned(
  scene: Scene,
  swaps: ReadonlySet<string>,
  alpha: number,
  rho: number,
  round?: number,
): Planned {
  const scaling = { alpha, rho, round: round ?? scene.state.scaling.round };
  const name = `α ${alpha}, ρ ${Number(rho.toFixed(3))}`;
  return { asked: { scaling, swap: [...swaps] }, choice: { swaps, scaling }, name };
}

function sizesOf({ report }: Scene): readonly number[] {
  const side = shorterSide(report);
  return side === undefined ? [] : [...new Set(SIDES.map((part) => Math.max(1, Math.round(part * side))))];
}

/** The same change of this network; channels are not rounded, as in the paper. */
function plannedRow(scene: Scene, { change }: PaperRow): Planned | undefined {
  if (!change) return undefined;
  const all = new Set(eligible(scene.rows).map((row) => row.layer.name));
  return planned(scene, change.swap === "all" ? all : new Set(), change.alpha, change.rho, 1);
}

export interface ShownRow extends PaperRow {
  readonly planned?: Planned;
  readonly figures?: Figures | undefined;
}

export function paperRows(
  scene: Scene,
): readonly (Omit<PaperTable, "rows"> & { readonly rows: readonly ShownRow[] })[] {
  return PAPER_TABLES.map(({ rows, ...table }) => ({
    ...table,
    rows: rows.map((row) => {
      const plan = plannedRow(scene, row);
      return { ...row, ...(plan && { planned: plan, figures: scene.sweeps.of(plan.asked) }) };
    }),
  }));
}

/** A change that keeps within the budget, and beside which no other one that does changes less. */
export interface Mild {
  readonly choice: Choice;
  readonly lines: number;
  readonly alpha: number;
  readonly rho: number;
  readonly macs: number;
  readonly params: number;
}

/** Of the cells that are known: swaps of single layers, the dearest saving first. */
export function mildestWithin(scene: Scene): readonly Mild[] {
  const budgetMacs = sweepBudget(scene);
  const found = planOf("budget", scene).flatMap(({ asked }): readonly Mild[] => {
    const steps = scene.sweeps.of(asked)?.steps ?? [];
    const step = pointWithin(steps, budgetMacs);
    if (!step) return [];
    const { scaling } = asked;
    const { macs, params, layers: lines } = step;
    const { alpha, rho } = scaling;
    return [{ choice: { swaps: new Set(swapsOf(steps, step)), scaling }, lines, alpha, rho, macs, params }];
  });
  return mildest(found);
}

/** A figure of a cell by the chosen measure; of time for the device, in seconds. */
export function measured(figures: Figures | undefined, measure: Measure, scene: Scene): number | null {
  if (!figures) return null;
  return measure === "time" ? leastTime(figures, scene.device) : figures[measure];
}

/** What is on screen, as data: for CSV and Markdown. */
export function sweepData(scene: Scene): Sweep {
  const cells = (part: SweepPart): readonly SweepCell[] =>
    scene.state.sweepPart === part ? planOf(part, scene).map(({ asked }) => cellOf(asked, scene)) : [];
  const frontier = (): readonly FrontierPoint[] =>
    mildestWithin(scene).map(({ choice, lines, alpha, rho, macs, params }) => ({
      ...{ alpha, rho, lines, macs, params, swap: [...choice.swaps], samples: 1, input: [] },
      ...{ peak_activation_bytes: null, bound_seconds: null },
    }));
  return {
    ...{ network: scene.report.network, swapped: [...swapsIn(scene)], refused: [], device: scene.device },
    ...{ grid: cells("grid"), sizes: cells("size"), batches: cells("batch") },
    ...(scene.state.sweepPart === "budget" && { frontier: frontier() }),
  };
}

/** The paper's tables on screen, as data. */
export function paperData(scene: Scene): readonly TableBeside[] {
  const unknown = { macs: null, params: null };
  return paperRows(scene).map(({ rows, ...table }) => ({
    ...table,
    rows: rows.map(({ planned: plan, figures, ...row }) => {
      if (!plan) return { ...row, own: { ...unknown, reason: NO_COUNTERPART } };
      if (!figures) return { ...row, own: { ...unknown, reason: scene.t("sweep.open") } };
      const { macs, params, reason } = figures;
      return { ...row, own: { macs, params, ...(reason !== undefined && { reason }) } };
    }),
  }));
}

function cellOf(asked: Asked, scene: Scene): SweepCell {
  const { alpha, rho } = asked.scaling;
  const figures = scene.sweeps.of(asked);
  if (!figures) {
    const unknown = { macs: null, params: null, peak_activation_bytes: null, bound_seconds: null };
    return { alpha, rho, input: asked.resized ?? [], samples: 1, ...unknown, reason: scene.t("sweep.open") };
  }
  const { input, samples, macs, params, peak, reason } = figures;
  return {
    ...{ alpha, rho, input, samples, macs, params, peak_activation_bytes: peak },
    bound_seconds: leastTime(figures, scene.device),
    ...(reason !== undefined && { reason }),
  };
}
