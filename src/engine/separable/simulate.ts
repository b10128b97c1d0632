/** What a network would cost with some of its convolutions swapped: figures of a report, recombined. */
import type { NeverRunLayer, Report, ReportLayer } from "../contract/report.ts";
import { SWAP_OBSTACLES } from "../cost/separable.ts";
import { placeKey } from "../report/places.ts";

/** Layers by their index in `report.layers`. */
export type LayerSet = ReadonlySet<number>;

export interface SimulatedLayer {
  readonly swapped: boolean;
  readonly macs: number | null;
  readonly params: number | null;
}

export interface Simulation {
  /** One for each of `report.layers`, in order. */
  readonly layers: readonly SimulatedLayer[];
  readonly swapped: number;
  /** Totals after the swap; null when the report's own are unknown. */
  readonly macs: number | null;
  readonly params: number | null;
}

/** Every layer that can be swapped; with `stem: "swap"` the first convolution too. */
export function eligibleLayers(report: Report, stem: "keep" | "swap" = "keep"): LayerSet {
  const indices = new Set<number>();
  report.layers.forEach((layer, index) => {
    if (layer.swappable || (stem === "swap" && isStem(layer))) indices.add(index);
  });
  return indices;
}

/** Swaps the chosen layers; those without a separable form stay as they are. */
export function simulateSwap(report: Report, chosen: LayerSet): Simulation {
  const layers = report.layers.map((layer, index): SimulatedLayer => {
    const { separable_macs: macs, separable_params: params } = layer;
    return chosen.has(index) && macs !== null && params !== null
      ? { swapped: true, macs, params }
      : { swapped: false, macs: layer.macs, params: layer.params };
  });
  const total = (key: "macs" | "params"): number | null => {
    let result = report.totals[key];
    layers.forEach((after, index) => {
      const before = report.layers[index]?.[key] ?? null;
      const now = after[key];
      if (!after.swapped || result === null) return;
      result = before === null || now === null ? null : result + now - before;
    });
    if (key === "macs") return result;
    for (const { params, separable_params: now } of followers(report, chosen)) {
      if (result !== null) result = params === null || now === null ? null : result + now - params;
    }
    return result;
  };
  return {
    layers,
    swapped: layers.filter((layer) => layer.swapped).length,
    macs: total("macs"),
    params: total("params"),
  };
}

/** Layers that do not run and change all the same: every one of their line that runs and can be swapped is. */
export function followers(report: Report, chosen: LayerSet): readonly NeverRunLayer[] {
  return (report.never_run ?? []).filter(({ at, separable_params: params }) => {
    const twins = report.layers.flatMap((layer, index) =>
      layer.swappable && placeKey(layer.at) === placeKey(at) ? [index] : [],
    );
    return params !== null && twins.length > 0 && twins.every((index) => chosen.has(index));
  });
}

function isStem(layer: ReportLayer): boolean {
  return layer.not_swappable === SWAP_OBSTACLES.stem;
}
