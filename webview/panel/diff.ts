/** What two reports have in common: layers matched by name, in execution order, with both costs. Pure. */
import type { Report, ReportLayer } from "../../src/engine/report/contract.ts";

export type Change = "same" | "changed" | "added" | "removed";

export interface DiffRow {
  readonly name: string;
  readonly change: Change;
  readonly left: ReportLayer | null;
  readonly right: ReportLayer | null;
}

/** The right report's order; a layer that only the left one has follows the layer that it followed there. */
export function diffRows(left: Report, right: Report): readonly DiffRow[] {
  const before = new Map(left.layers.map((layer) => [layer.name, layer]));
  const kept = new Set(right.layers.map((layer) => layer.name));
  const removedAfter = new Map<string, ReportLayer[]>();
  let anchor = "";
  for (const layer of left.layers) {
    if (kept.has(layer.name)) anchor = layer.name;
    else removedAfter.set(anchor, [...(removedAfter.get(anchor) ?? []), layer]);
  }
  const removed = (name: string): DiffRow[] =>
    (removedAfter.get(name) ?? []).map((layer) => ({
      ...{ name: layer.name, change: "removed", left: layer, right: null },
    }));
  return [
    ...removed(""),
    ...right.layers.flatMap((layer): DiffRow[] => {
      const old = before.get(layer.name) ?? null;
      const change = old === null ? "added" : sameCost(old, layer) ? "same" : "changed";
      return [{ name: layer.name, change, left: old, right: layer }, ...removed(layer.name)];
    }),
  ];
}

function sameCost(one: ReportLayer, other: ReportLayer): boolean {
  return (
    one.macs === other.macs &&
    one.params === other.params &&
    one.type === other.type &&
    String(one.kernel) === String(other.kernel) &&
    String(one.out) === String(other.out)
  );
}
