/**
 * What a swap changes: the report's layers as rows with their cost before and after, and the totals of both.
 * Pure functions of a report and the set of swapped layers; nothing here knows the page.
 */
import type { Report, ReportLayer } from "../../src/engine/contract/report.ts";
import { eligibleLayers, simulateSwap } from "../../src/engine/separable/simulate.ts";
import { paretoOfSwaps } from "../../src/engine/separable/suggest.ts";
import { type DisplayKind, displayKind } from "../shared/kinds.ts";

export interface Cost {
  readonly macs: number | null;
  readonly params: number | null;
}

export interface Segment {
  readonly kind: DisplayKind;
  readonly macs: number;
}

export interface Row {
  /** Place in `report.layers`: execution order. */
  readonly index: number;
  readonly layer: ReportLayer;
  /** The layer at the chosen α and ρ, not swapped. */
  readonly now: ReportLayer;
  readonly kind: DisplayKind;
  readonly before: Cost;
  readonly after: Cost;
  readonly swapped: boolean;
  /** Costs other than before, by a swap, by α or by ρ. */
  readonly changed: boolean;
  /** Part of "all"; the stem can be swapped, but only by itself, as MobileNet keeps it. */
  readonly eligible: boolean;
  /** What the layer's cost after consists of: one kind, or pointwise under depthwise once swapped. */
  readonly segments: readonly Segment[];
}

export interface Totals {
  readonly before: Cost;
  readonly after: Cost;
  /** Sums of what is known; less than the whole when `before` is null. */
  readonly known: { readonly macs: number; readonly params: number };
}

export interface Simulation {
  readonly rows: readonly Row[];
  readonly totals: Totals;
}

/** `scaled` is the same network at some α and ρ: the swap is then made on that. */
export function simulate(
  report: Report,
  swaps: ReadonlySet<string>,
  scaled: Report | null = null,
): Simulation {
  const base = scaled ?? report;
  const places = sameLayers(report, base) ? null : placesOf(base);
  const chosen = new Set<number>();
  base.layers.forEach((layer, index) => {
    if (swaps.has(layer.name)) chosen.add(index);
  });
  const swap = simulateSwap(base, chosen);
  const usual = eligibleLayers(report);
  const rows = report.layers.map((layer, index): Row => {
    const place = places ? (places.get(layer.name) ?? -1) : index;
    const { swapped = false, macs = layer.macs, params = layer.params } = swap.layers[place] ?? {};
    const now = base.layers[place] ?? layer;
    return {
      index,
      layer,
      now,
      kind: swapped ? "depthwise" : displayKind(layer.kind),
      before: { macs: layer.macs, params: layer.params },
      after: { macs, params },
      swapped,
      changed: swapped || macs !== layer.macs,
      eligible: usual.has(index) && canSwap(layer),
      segments: swapped ? separableSegments(now) : wholeSegment(now),
    };
  });
  const { macs, params } = report.totals;
  const known = {
    macs: macs ?? sumMacs(rows, "before"),
    params: params ?? rows.reduce((sum, row) => sum + (row.before.params ?? 0), 0),
  };
  return {
    rows,
    totals: { before: { macs, params }, after: { macs: swap.macs, params: swap.params }, known },
  };
}

function sameLayers(one: Report, other: Report): boolean {
  return (
    one === other ||
    (one.layers.length === other.layers.length &&
      one.layers.every((layer, index) => layer.name === other.layers[index]?.name))
  );
}

function placesOf(report: Report): ReadonlyMap<string, number> {
  return new Map(report.layers.map((layer, index) => [layer.name, index]));
}

/** Layers that "all" swaps. */
export function eligible(rows: readonly Row[]): readonly Row[] {
  return rows.filter((row) => row.eligible);
}

export function canSwap(layer: ReportLayer): boolean {
  return layer.separable_macs !== null && layer.separable_params !== null;
}

/** Is there a layer to swap, be it the stem by hand? */
export function canSwapAny(rows: readonly Row[]): boolean {
  return rows.some(({ layer }) => canSwap(layer));
}

/** Those of the chosen layers that can be swapped in the code as it is now. */
export function liveSwaps(rows: readonly Row[], swaps: ReadonlySet<string>): readonly string[] {
  return rows.filter(({ layer }) => swaps.has(layer.name) && canSwap(layer)).map(({ layer }) => layer.name);
}

/** How many MACs the swap of this layer takes away, whether it is swapped now or not. */
export function savingOf(layer: ReportLayer): number {
  if (!canSwap(layer) || layer.macs === null || layer.separable_macs === null) return 0;
  return layer.macs - layer.separable_macs;
}

/** Swaps of all eligible layers that cost at least this share of the network. */
export function swapsAbove(rows: readonly Row[], total: number, share: number): ReadonlySet<string> {
  const dear = eligible(rows).filter((row) => (row.before.macs ?? 0) >= share * total);
  return new Set(dear.map((row) => row.layer.name));
}

/** A point of the trade-off: the network after this swap and all before it. */
export interface SwapStep {
  /** null for the network as it is. */
  readonly row: Row | null;
  readonly macs: number;
}

/** What each further swap brings, the dearest saving first, from what is known of the total. */
export function swapSteps(report: Report, rows: readonly Row[], known: Totals["known"]): readonly SwapStep[] {
  const named = new Map(rows.map((row) => [row.layer.name, row]));
  const points = paretoOfSwaps(report, "keep", known) ?? [];
  return points.map(({ added, macs }) => ({ row: (added && named.get(added)) || null, macs }));
}

export function sumMacs(rows: readonly Row[], when: "before" | "after"): number {
  return rows.reduce((sum, row) => sum + (row[when].macs ?? 0), 0);
}

function wholeSegment(layer: ReportLayer): readonly Segment[] {
  return layer.macs ? [{ kind: displayKind(layer.kind), macs: layer.macs }] : [];
}

/** Standard is D_F²·D_K²·M·N and depthwise D_F²·D_K²·M, so depthwise is the Nth part of standard. */
function separableSegments(layer: ReportLayer): readonly Segment[] {
  const whole = layer.separable_macs ?? 0;
  const depthwise = layer.macs !== null && layer.out_channels ? layer.macs / layer.out_channels : 0;
  return [
    { kind: "pointwise", macs: whole - depthwise },
    { kind: "depthwise", macs: depthwise },
  ];
}
