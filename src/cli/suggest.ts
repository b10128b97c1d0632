/** `convlens suggest`: the fewest changes that bring a network below a budget, and what each further swap gives. */

import { layoutTable } from "../engine/report/table.ts";
import { formatCount, inUnit, UNIT_LABELS } from "../engine/report/units.ts";
import { visible, visibleJson } from "../engine/report/visible.ts";
import type { ParetoPoint, Suggestion } from "../engine/separable/contract.ts";
import type { SuggestCommand } from "./arguments.ts";
import { networkOptions, openFile } from "./open.ts";
import type { ExitCode, Surroundings } from "./surroundings.ts";

export async function suggest(command: SuggestCommand, around: Surroundings): Promise<ExitCode> {
  const opened = await openFile(command, around);
  if (opened === undefined) return 2;
  const { budgetMacs, stem, round } = command;
  const result = opened.engine.suggest(opened.file, { ...networkOptions(command), budgetMacs, stem, round });
  if (!result.ok) {
    around.err(`convlens: ${command.file}: ${result.reason}\n`);
    return 2;
  }
  const { network, suggestion, pareto } = result;
  const found = { network, budget_macs: budgetMacs, suggestion, pareto };
  around.out(
    command.format === "json" ? `${visibleJson(found, 1)}\n` : suggestionText(found, command, around),
  );
  return suggestion ? 0 : 1;
}

interface Found {
  readonly network: string;
  readonly budget_macs: number;
  readonly suggestion: Suggestion | null;
  readonly pareto: readonly ParetoPoint[];
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
      { title: "layers changed", align: "right", cell: ({ layers }) => String(layers) },
      { title: label, align: "right", cell: ({ macs }) => cost(macs) },
      { title: "params", align: "right", drop: 1, cell: ({ params }) => formatCount(params) },
      { title: "swapped", align: "left", shrink: "start", cell: ({ added }) => added ?? "" },
    ],
    pareto,
    width,
  );
  const answer = suggestion
    ? [
        `${network} within ${cost(budget)} ${label}: swap ${suggestion.swap.length} layers, α ${suggestion.alpha}, ρ ${Number(suggestion.rho.toFixed(3))} → ${cost(suggestion.macs)} ${label}`,
        `--swap ${suggestion.swap.join(",") || "none"}`,
      ]
    : [`${network} cannot be brought within ${cost(budget)} ${label} by swaps, α ≥ 0.25 and ρ ≥ 4/7`];
  return `${[...answer, "", ...table].map((line) => visible(line).trimEnd()).join("\n")}\n`;
}
