/**
 * Which changes reach a budget of MACs with the fewest changes. Swaps save independently of each other, so the
 * largest savings first is the best choice for every number of changes: no other set of k changes saves more. Where swaps
 * alone do not reach the budget, α and ρ are taken from MobileNet's own values, the mildest that do.
 */
import type { Report, ReportLayer } from "../contract/report.ts";
import type { ParetoPoint, Suggestion } from "../contract/separable.ts";
import { eligibleLayers, followers } from "./simulate.ts";

/** What changes together counts as one change. */
export interface SwapChoice {
  /** The same for layers that change together; each by itself when absent. */
  readonly changeOf?: (layer: ReportLayer) => string;
  /** Names of layers that stay. */
  readonly refused?: ReadonlySet<string>;
}

/** Fewest changes to most: each point makes one more. Undefined when the network's cost is not known. */
export function paretoOfSwaps(
  report: Report,
  stem: "keep" | "swap" = "keep",
  { macs, params }: ScaledCost = report.totals,
  { changeOf = ({ name }) => name, refused = new Set() }: SwapChoice = {},
): readonly ParetoPoint[] | undefined {
  if (macs === null || params === null) return undefined;
  const eligible = eligibleLayers(report, stem);
  const changes = new Map<string, Change>();
  for (const [index, layer] of report.layers.entries()) {
    const { name, macs: before, separable_macs: after, params: weights, separable_params: separable } = layer;
    if (!eligible.has(index) || refused.has(name)) continue;
    if (before === null || after === null || weights === null || separable === null) continue;
    const key = changeOf(layer);
    const change = changes.get(key) ?? { indices: [], names: [], macs: 0, params: 0 };
    changes.set(key, change);
    change.indices.push(index);
    change.names.push(name);
    change.macs += before - after;
    change.params += weights - separable;
  }
  const savings = [...changes.values()].filter((saving) => saving.macs > 0).sort((a, b) => b.macs - a.macs);
  const points: ParetoPoint[] = [{ layers: 0, macs, params }];
  const chosen = new Set<number>();
  let [now, weights] = [macs, params];
  for (const saving of savings) {
    for (const index of saving.indices) chosen.add(index);
    now -= saving.macs;
    weights -= saving.params;
    points.push({
      layers: chosen.size,
      macs: now,
      params: weights - idleSaving(report, chosen),
      added: saving.names[0] ?? "",
      ...(saving.names.length > 1 && { together: saving.names }),
    });
  }
  return points;
}

interface Change {
  readonly indices: number[];
  readonly names: string[];
  macs: number;
  params: number;
}

/** Parameters that layers which do not run save along with these. */
function idleSaving(report: Report, chosen: ReadonlySet<number>): number {
  return followers(report, chosen).reduce(
    (sum, { params, separable_params: separable }) => sum + (params ?? 0) - (separable ?? 0),
    0,
  );
}

/** The first point of the list that fits, or undefined when none does. */
export function pointWithin(points: readonly ParetoPoint[], budgetMacs: number): ParetoPoint | undefined {
  return points.find(({ macs }) => macs <= budgetMacs);
}

/** Names of the layers that a point changes. */
export function swapsOf(points: readonly ParetoPoint[], { layers }: ParetoPoint): readonly string[] {
  return points
    .filter((point) => point.layers <= layers)
    .flatMap(({ added, together }) => together ?? added ?? []);
}

/** The paper's multipliers, mildest first (tables 6 and 7). */
export const ALPHAS = [1, 0.75, 0.5, 0.25] as const;
export const RHOS = [1, 6 / 7, 5 / 7, 4 / 7] as const;

export interface ScaledCost {
  readonly macs: number | null;
  readonly params: number | null;
}

/**
 * Swaps alone where they suffice; else all swaps with the multipliers that come nearest to the budget from below.
 * `scaled` prices all swaps at a width and a resolution.
 */
export function suggest(
  points: readonly ParetoPoint[],
  budgetMacs: number,
  scaled: (alpha: number, rho: number) => ScaledCost,
): Suggestion | undefined {
  const point = pointWithin(points, budgetMacs);
  if (point)
    return { swap: swapsOf(points, point), alpha: 1, rho: 1, macs: point.macs, params: point.params };
  const last = points.at(-1);
  if (!last) return undefined;
  const swap = swapsOf(points, last);
  let best: Suggestion | undefined;
  for (const alpha of ALPHAS) {
    for (const rho of RHOS) {
      const { macs, params } = scaled(alpha, rho);
      if (macs === null || macs > budgetMacs) continue;
      if (!best || best.macs < macs) best = { swap, alpha, rho, macs, params };
      // A smaller image only costs less.
      break;
    }
  }
  return best;
}
