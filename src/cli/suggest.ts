/** `convlens suggest`: the fewest changes that bring a network below a budget, and what each further swap gives. */

import { visible, visibleJson } from "../engine/base/visible.ts";
import type { ParetoPoint, Suggestion } from "../engine/contract/separable.ts";
import { layoutTable } from "../engine/formats/table.ts";
import { formatCount, inUnit, UNIT_LABELS } from "../engine/formats/units.ts";
import type { SuggestCommand } from "./arguments.ts";
import { networkOptions, openFile } from "./open.ts";
import { relativeFile } from "./places.ts";
import type { ExitCode, Surroundings } from "./surroundings.ts";

export async function suggest(
  command: SuggestCommand,
  around: Surroundings,
  isOneOfMany: boolean,
): Promise<ExitCode> {
  const opened = await openFile(command, around);
  if (opened === undefined) return 2;
  const { budgetMacs, stem, round } = command;
  const result = opened.engine.suggest(opened.file, { ...networkOptions(command), budgetMacs, stem, round });
  if (!result.ok) {
    around.err(`convlens: ${command.file}: ${result.reason}\n`);
    return 2;
  }
  const { network, suggestion, pareto, refused } = result;
  for (const { layer, reason } of refused) around.err(`convlens: ${layer} cannot be swapped: ${reason}\n`);
  const file = relativeFile(opened.file, around.cwd);
  const found = { file, network, budget_macs: budgetMacs, suggestion, pareto, refused };
  around.out(
    command.format === "json"
      ? `${visibleJson(found, isOneOfMany ? undefined : 1)}\n`
      : `${isOneOfMany ? `${visible(command.file)}\n` : ""}${suggestionText(found, command, around)}`,
  );
  return suggestion ? 0 : 1;
}

interface Found {
  readonly network: string;
  readonly budget_macs: number;
  readonly suggestion: Suggestion | null;
  readonly pareto: readonly ParetoPoint[];
}

/** How many lines make the layers that are to be swapped. */
function linesOf({ swap }: Suggestion, pareto: readonly ParetoPoint[]): number {
  return pareto.filter(({ added }) => added !== undefined && swap.includes(added)).length;
}

/** `f.8`, or `f.2 to f.8 (4 of one line)` */
function swappedText({ added = "", together }: ParetoPoint): string {
  return together ? `${added} to ${together.at(-1) ?? ""} (${together.length} of one line)` : added;
}

function suggestionText(
  { network, budget_macs: budget, suggestion, pareto }: Found,
  { unit }: SuggestCommand,
  { width }: Surroundings,
): string {
  const label = UNIT_LABELS[unit];
  const cost = (macs: number): string => formatCount(inUnit(macs, unit));
  const table = layoutTable<ParetoPoint>(
    [
      { title: "lines changed", align: "right", cell: (point) => String(pareto.indexOf(point)) },
      { title: "layers", align: "right", drop: 2, cell: ({ layers }) => String(layers) },
      { title: label, align: "right", cell: ({ macs }) => cost(macs) },
      { title: "params", align: "right", drop: 1, cell: ({ params }) => formatCount(params) },
      { title: "swapped", align: "left", shrink: "start", cell: swappedText },
    ],
    pareto,
    width,
  );
  const answer = suggestion
    ? [
        `${network} within ${cost(budget)} ${label}: swap ${suggestion.swap.length} layers of ${linesOf(suggestion, pareto)} lines, α ${suggestion.alpha}, ρ ${Number(suggestion.rho.toFixed(3))} → ${cost(suggestion.macs)} ${label}`,
        `--swap ${suggestion.swap.join(",") || "none"}`,
      ]
    : [`${network} cannot be brought within ${cost(budget)} ${label} by swaps, α ≥ 0.25 and ρ ≥ 4/7`];
  return `${[...answer, "", ...table].map((line) => visible(line).trimEnd()).join("\n")}\n`;
}
