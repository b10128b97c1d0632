/** Many simulations of one network, side by side: the grid of α and ρ, curves over input size and batch, a budget's frontier. */

import type { Device } from "../contract/device.ts";
import type { Report } from "../contract/report.ts";
import type { RefusedLayer, SimulationOptions, SimulationResult } from "../contract/separable.ts";
import type { FrontierPoint, SweepCell, SweepOptions, SweepResult } from "../contract/sweep.ts";
import { withBounds } from "../report/bounds.ts";
import { placeKey } from "../report/places.ts";
import { inputTexts } from "./resize.ts";
import { paretoOfSwaps, pointWithin, swapsOf } from "./suggest.ts";

/** One simulation; layers that are known to be refused need not be looked for again. */
export type Simulate = (options: SimulationOptions, refused?: readonly RefusedLayer[]) => SimulationResult;

export function sweepNetwork(simulate: Simulate, options: SweepOptions): SweepResult {
  const { alphas, rhos, sizes = [], batches = [], budgetMacs, device, ...change } = options;
  const first = simulate(change);
  if (!first.ok) return first;
  const { before, swapped, refused } = first.simulation;
  const cell = (asked: Partial<SimulationOptions>, shown: ShownCell = {}): SweepCell =>
    cellOf(simulate({ ...change, ...asked }, refused), asked, { device, ...shown });
  const grid = alphas.flatMap((alpha) => rhos.map((rho) => cell({ alpha, rho })));
  return {
    ok: true,
    sweep: {
      ...{ network: before.network, swapped, refused, device: device ?? null, grid },
      sizes: sizes.map((size) => {
        const rho = rhoOfSize(before, size);
        return rho === undefined ? unknownCell({}, "its input is no image") : cell({ rho });
      }),
      batches: batches.map((samples) => {
        const resized = inputOfBatch(before, samples);
        return resized
          ? cell({ resized }, { isWhole: true })
          : unknownCell({}, "which axis of its input holds the samples is not known");
      }),
      ...(budgetMacs !== undefined && { frontier: frontierOf(simulate, options, budgetMacs) }),
    },
  };
}

export interface ShownCell {
  readonly device?: Device | undefined;
  /** All samples of the input together, not one of them. */
  readonly isWhole?: boolean;
}

/** The figures of one simulation; none where the changed network does not fit. */
export function cellOf(
  result: SimulationResult,
  asked: Partial<Pick<SimulationOptions, "alpha" | "rho">>,
  { device, isWhole = false }: ShownCell,
): SweepCell {
  if (!result.ok) return unknownCell(asked, result.reason);
  const { after, problems } = result.simulation;
  const [problem] = problems;
  if (problem) return unknownCell(asked, problem.message, inputTexts(after));
  return { ...factorsOf(asked), ...figuresOf(after, { device, isWhole }) };
}

/** What a report tells of one sample or of all; a figure that it does not know has the first reason that it gives. */
export function figuresOf(
  report: Report,
  { device, isWhole = false }: ShownCell,
): Omit<SweepCell, "alpha" | "rho"> {
  const { totals, diagnostics } = report;
  const samples = isWhole ? samplesOf(report) : 1;
  const times = (figure: number | null): number | null => (figure === null ? null : figure * samples);
  const gap = diagnostics.find(({ severity }) => severity !== "info")?.message ?? "not all of it is known";
  return {
    input: inputTexts(report),
    samples,
    macs: times(totals.macs),
    params: totals.params,
    peak_activation_bytes: times(totals.peak_activation_bytes),
    bound_seconds: device ? (withBounds(report, device, samples).roofline?.seconds ?? null) : null,
    ...(totals.macs === null || totals.params === null ? { reason: gap } : {}),
  };
}

export function unknownCell(
  asked: Partial<Pick<SimulationOptions, "alpha" | "rho">>,
  reason: string,
  input: readonly string[] = [],
): SweepCell {
  const unknown = { macs: null, params: null, peak_activation_bytes: null, bound_seconds: null };
  return { ...factorsOf(asked), input, samples: 1, ...unknown, reason };
}

function factorsOf({ alpha = 1, rho = 1 }: Partial<Pick<SimulationOptions, "alpha" | "rho">>) {
  return { alpha, rho };
}

/** Samples in the input, where a report's figures are for one of them. */
function samplesOf({ input: { batch } }: Report): number {
  return batch && batch.axis !== null ? batch.samples : 1;
}

/** The ρ by which the shorter side of the image gets this length; undefined where the first input is no image. */
export function rhoOfSize(report: Report, size: number): number | undefined {
  const side = shorterSide(report);
  return side === undefined ? undefined : size / side;
}

/** Of the first input, where that is a batch of images. */
export function shorterSide({ input: { shapes }, framework }: Report): number | undefined {
  const [shape] = shapes;
  if (!shape || shape.length < 4) return undefined;
  const isChannelsFirst = framework === "torch" || framework === "equinox";
  const sides = (isChannelsFirst ? shape.slice(2) : shape.slice(1, -1)).flatMap((side) => side ?? []);
  return sides.length === shape.length - 2 ? Math.min(...sides) : undefined;
}

/** The inputs with so many samples; undefined where the axis that holds them is not known. */
export function inputOfBatch(report: Report, samples: number): readonly string[] | undefined {
  const { axis, samples: now } = report.input.batch ?? { axis: 0, samples: 1 };
  if (axis === null) return undefined;
  return inputTexts(report, (shape) =>
    shape.map((size, index) => (index === axis && size === now ? samples : size)),
  );
}

/** For each α and ρ the fewest lines to swap, each traced; what another one reaches with less change is left out. */
function frontierOf(
  simulate: Simulate,
  { alphas, rhos, stem = false, round = 1, device }: SweepOptions,
  budgetMacs: number,
): readonly FrontierPoint[] {
  const all = simulate({ swap: "all", stem });
  if (!all.ok) return [];
  const { refused } = all.simulation;
  const isRefused = new Set(refused.map(({ layer }) => layer));
  const points = alphas.flatMap((alpha) =>
    rhos.flatMap((rho): readonly FrontierPoint[] => {
      const plain = simulate({ swap: "none", alpha, rho, round });
      if (!plain.ok || plain.simulation.problems.length > 0) return [];
      const steps = paretoOfSwaps(plain.simulation.after, stem ? "swap" : "keep", undefined, {
        changeOf: ({ at }) => placeKey(at),
        refused: isRefused,
      });
      const step = steps && pointWithin(steps, budgetMacs);
      if (!step) return [];
      const swap = swapsOf(steps, step);
      const asked = { swap, stem, alpha, rho, round };
      const cell = cellOf(swap.length > 0 ? simulate(asked, refused) : plain, asked, { device });
      if (cell.macs === null || cell.macs > budgetMacs) return [];
      return [{ ...cell, swap, lines: steps.indexOf(step) }];
    }),
  );
  return mildest(points);
}

interface Change {
  readonly lines: number;
  readonly alpha: number;
  readonly rho: number;
}

/** Those beside which no other changes fewer lines, thins less and shrinks less; fewest lines first. */
export function mildest<C extends Change>(changes: readonly C[]): readonly C[] {
  const isMilder = (one: Change, other: Change): boolean =>
    one.lines <= other.lines &&
    one.alpha >= other.alpha &&
    one.rho >= other.rho &&
    (one.lines < other.lines || one.alpha > other.alpha || one.rho > other.rho);
  return changes
    .filter((change) => !changes.some((other) => isMilder(other, change)))
    .sort((a, b) => a.lines - b.lines || b.alpha - a.alpha || b.rho - a.rho);
}
