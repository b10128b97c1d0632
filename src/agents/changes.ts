/** What `convlens simulate` and `suggest` say, in few lines. */

import type { Report } from "../engine/contract/report.ts";
import type { ParetoPoint, RefusedLayer, Simulation, Suggestion } from "../engine/contract/separable.ts";
import { formatChange, formatCount, formatShapes } from "../engine/formats/units.ts";
import { escapeMarkdown } from "../server/markdown.ts";
import type { Answered } from "./command.ts";
import { listed, problems, titled } from "./networks.ts";
import type { Places } from "./places.ts";
import { table } from "./table.ts";

const MOST_ROWS = 12;

export function simulationText({ out }: Answered, places: Places): string {
  const found = JSON.parse(out) as Simulation;
  const { before, after, swapped, alpha, rho, refused } = found;
  const rows = after.layers.flatMap((layer, index) => {
    const old = before.layers[index];
    const isSame = !old || (old.macs === layer.macs && old.params === layer.params);
    return isSame ? [] : [{ layer, old, saved: (old.macs ?? 0) - (layer.macs ?? 0) }];
  });
  const shown = rows.toSorted((one, other) => other.saved - one.saved).slice(0, MOST_ROWS);
  const cells = shown.map(({ layer, old }) => [
    escapeMarkdown(layer.name),
    `${formatCount(old.macs)} → ${formatCount(layer.macs)}`,
    `${formatCount(old.params)} → ${formatCount(layer.params)}`,
    places.link(layer.at),
  ]);
  return [
    `**${escapeMarkdown(before.network)}** with ${swapped.length} convolutions swapped, α ${alpha}, ρ ${Number(rho.toFixed(3))}`,
    `- MACs: ${change(before.totals.macs, after.totals.macs)} (exactly ${after.totals.macs ?? "not known"})`,
    `- parameters: ${change(before.totals.params, after.totals.params)}`,
    `- input ${formatShapes(before.input.shapes)} → ${formatShapes(after.input.shapes)}`,
    "",
    ...(cells.length > 0
      ? [table(["layer", "MACs", "parameters", "made at"], cells)]
      : ["No layer changes."]),
    ...(rows.length > shown.length ? [`and ${rows.length - shown.length} more`] : []),
    "",
    ...refusedText(refused),
    ...titled("The changed network does not fit", problems(found.problems, places)),
  ].join("\n");
}

interface Suggested {
  readonly network: string;
  readonly budget_macs: number;
  readonly suggestion: Suggestion | null;
  readonly pareto: readonly ParetoPoint[];
  readonly refused: readonly RefusedLayer[];
}

/** `profiled` tells where the layers are made. */
export function suggestionText({ out }: Answered, profiled: Answered, places: Places): string {
  const { network, budget_macs: budget, suggestion, pareto, refused } = JSON.parse(out) as Suggested;
  const { layers, totals } = JSON.parse(profiled.out) as Report;
  const made = new Map(layers.map((layer) => [layer.name, layer.at]));
  const name = escapeMarkdown(network);
  if (suggestion === null)
    return [
      `**${name}** cannot be brought within ${formatCount(budget)} MACs by swaps, α ≥ 0.25 and ρ ≥ 4/7.`,
      ...refusedText(refused),
    ].join("\n");
  const { swap, alpha, rho, macs, params } = suggestion;
  const lines = pareto.filter(({ added }) => added !== undefined && swap.includes(added));
  const cells = lines.slice(0, MOST_ROWS).map((point) => {
    const at = made.get(point.added ?? "");
    const count = point.together?.length ?? 1;
    return [
      `${escapeMarkdown(point.added ?? "")}${count > 1 ? ` and ${count - 1} more of its line` : ""}`,
      formatCount(point.macs),
      at ? places.link(at) : "",
    ];
  });
  return [
    `**${name}** within ${formatCount(budget)} MACs: ${change(totals.macs, macs)} (exactly ${macs}), ${formatCount(params)} parameters`,
    `- make ${swap.length} convolutions depthwise separable, in ${lines.length} lines: ${listed(swap)}`,
    ...(alpha === 1 ? [] : [`- width multiplier α ${alpha}`]),
    ...(rho === 1 ? [] : [`- resolution multiplier ρ ${Number(rho.toFixed(3))}`]),
    "",
    ...(cells.length > 0 ? [table(["line by line", "MACs then", "made at"], cells)] : []),
    ...(lines.length > cells.length ? [`and ${lines.length - cells.length} more lines`] : []),
    "",
    ...refusedText(refused),
  ].join("\n");
}

function change(from: number | null, to: number | null): string {
  const shown = `${formatCount(from)} → ${formatCount(to)}`;
  return from === null || to === null ? shown : `${shown} (${formatChange(from, to)})`;
}

function refusedText(refused: readonly RefusedLayer[]): readonly string[] {
  return titled(
    "Cannot be swapped",
    refused.map(({ layer, reason }) => `${escapeMarkdown(layer)}: ${escapeMarkdown(reason)}`),
  );
}
