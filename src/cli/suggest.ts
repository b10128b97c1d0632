/** `convlens suggest`: the fewest changes that bring a network below a budget, and what each further swap gives. */

import { layoutTable } from "../engine/report/table.ts";
import { formatCount, inUnit, UNIT_LABELS } from "../engine/report/units.ts";
import type { Simulation } from "../engine/separable/contract.ts";
import {
  type ParetoPoint,
  paretoOfSwaps,
  type Suggestion,
  suggest as suggestFor,
} from "../engine/separable/suggest.ts";
import type { SuggestCommand } from "./arguments.ts";
import { networkOptions, openFile } from "./open.ts";
import type { ExitCode, Surroundings } from "./surroundings.ts";

export async function suggest(command: SuggestCommand, around: Surroundings): Promise<ExitCode> {
  const opened = await openFile(command, around);
  if (opened === undefined) return 2;
  const fail = (reason: string): ExitCode => {
    around.err(`convlens: ${command.file}: ${reason.replaceAll(/\p{Cc}+/gu, " ")}\n`);
    return 2;
  };
  const { engine, file } = opened;
  const { stem, round } = command;
  const network = networkOptions(command);
  const profiled = engine.profile(file, network);
  if (!profiled.ok) return fail(profiled.reason);
  const points = paretoOfSwaps(profiled.report, stem ? "swap" : "keep");
  if (!points) return fail("its cost is not known");
  const priced = (alpha: number, rho: number): Simulation["after"]["totals"] | undefined => {
    const result = engine.simulate(file, { ...network, swap: "all", stem, alpha, rho, round });
    return result.ok ? result.simulation.after.totals : undefined;
  };
  const suggestion = suggestFor(
    points,
    command.budgetMacs,
    (alpha, rho) => priced(alpha, rho) ?? { macs: null, params: null },
  );
  const found = {
    network: profiled.report.network,
    budget_macs: command.budgetMacs,
    suggestion: suggestion ?? null,
    pareto: points,
  };
  around.out(
    command.format === "json"
      ? `${JSON.stringify(found, undefined, 1)}\n`
      : suggestionText(found, command, around),
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
  return `${[...answer, "", ...table].map((line) => line.trimEnd()).join("\n")}\n`;
}
