/** What two reports have in common: layers matched by name, in execution order, with both costs. Pure. */
import type { Report, ReportLayer } from "../engine/contract/report.ts";

export type Change = "same" | "changed" | "added" | "removed";

export interface DiffRow {
  readonly name: string;
  readonly change: Change;
  readonly left: ReportLayer | null;
  readonly right: ReportLayer | null;
}

/** The right report's order; a layer that only the left one has follows the layer that it followed there. */
export function diffRows(left: Report, right: Report): readonly DiffRow[] {
  const before = byKey(left);
  const after = byKey(right);
  const removedAfter = new Map<string, ReportLayer[]>();
  let anchor = "";
  for (const [key, layer] of before) {
    if (after.has(key)) anchor = key;
    else removedAfter.set(anchor, [...(removedAfter.get(anchor) ?? []), layer]);
  }
  const removed = (key: string): DiffRow[] =>
    (removedAfter.get(key) ?? []).map((layer) => ({
      ...{ name: layer.name, change: "removed", left: layer, right: null },
    }));
  return [
    ...removed(""),
    ...[...after].flatMap(([key, layer]): DiffRow[] => {
      const old = before.get(key) ?? null;
      const change = old === null ? "added" : sameCost(old, layer) ? "same" : "changed";
      return [{ name: layer.name, change, left: old, right: layer }, ...removed(key)];
    }),
  ];
}

/** Layers of one name, as modules that are made anew each time have, are told apart by their order. */
function byKey({ layers }: Report): ReadonlyMap<string, ReportLayer> {
  const seen = new Map<string, number>();
  return new Map(
    layers.map((layer) => {
      const turn = seen.get(layer.name) ?? 0;
      seen.set(layer.name, turn + 1);
      return [`${layer.name}\n${turn}`, layer];
    }),
  );
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
