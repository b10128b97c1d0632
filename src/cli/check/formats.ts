/** What became of the budgets, for people and for other programs. */

import { visible, visibleJson } from "../../engine/base/visible.ts";
import { formatSarif } from "../../engine/formats/sarif.ts";
import { layoutTable } from "../../engine/formats/table.ts";
import {
  type CostUnit,
  formatBytes,
  formatChange,
  formatCount,
  formatShare,
  inUnit,
  UNIT_LABELS,
} from "../../engine/formats/units.ts";
import type { Budget, Figure } from "../../node/budgets.ts";
import { formatGitlab } from "../gitlab.ts";
import type { Checked } from "./networks.ts";

export interface Told {
  readonly tool: string;
  /** The configuration, from the working directory. */
  readonly file: string;
  readonly checked: readonly Checked[];
  /** Budgets that no network is of. */
  readonly unmatched: readonly Budget[];
  readonly unit: CostUnit;
  readonly width: number;
}

export function checkText(told: Told): string {
  const { checked, unmatched, unit, width } = told;
  const table = layoutTable<Checked>(
    [
      {
        title: "network",
        align: "left",
        shrink: "start",
        cell: ({ file, network }) => `${file}: ${network}`,
      },
      { title: "figure", align: "left", cell: ({ figure }) => label(figure, unit) },
      { title: "now", align: "right", cell: (row) => now(row, unit) },
      { title: "budget", align: "right", cell: ({ figure, most }) => shown(most, figure, unit) },
      { title: "", align: "left", cell: said },
    ],
    checked,
    width,
  );
  const open = [
    ...new Set(checked.flatMap(({ network, reason }) => (reason ? [`${network}: ${reason}`] : []))),
  ];
  const lines = [
    ...(checked.length > 0 ? [...table, ""] : []),
    ...open.map(visible),
    ...unmatched.map(({ name, line }) => visible(`${told.file}:${line}: no network is named ${name}`)),
    ...(open.length + unmatched.length > 0 ? [""] : []),
    summary(told),
  ];
  return `${lines.join("\n")}\n`;
}

function said({ verdict, least, most }: Checked): string {
  if (verdict !== "exceeded") return verdict;
  return least !== null && most > 0 ? `exceeded (${formatChange(most, least)})` : verdict;
}

function now({ figure, least, greatest }: Checked, unit: CostUnit): string {
  if (least !== null && least === greatest) return shown(least, figure, unit);
  if (greatest !== null) return `at most ${shown(greatest, figure, unit)}`;
  return least ? `at least ${shown(least, figure, unit)}` : "?";
}

function shown(value: number, figure: Figure, unit: CostUnit): string {
  if (figure === "share") return formatShare(value);
  if (figure === "peak_memory") return formatBytes(value);
  return formatCount(figure === "macs" ? inUnit(value, unit) : value);
}

function label(figure: Figure, unit: CostUnit): string {
  return figure === "macs" ? UNIT_LABELS[unit] : LABELS[figure];
}

const LABELS: Readonly<Record<Exclude<Figure, "macs">, string>> = {
  params: "parameters",
  peak_memory: "peak activations",
  share: "largest layer's share",
};

export function checkJson({ tool, file, checked, unmatched }: Told): string {
  const all = {
    ...{ version: 1, tool, configuration: file },
    results: checked.map(
      ({ budget, file: of, network, at, figure, most, least, greatest, verdict, reason }) => ({
        ...{ budget: budget.name, file: of, network, at, figure, most },
        ...{ value: least === greatest ? least : null, at_least: least, at_most: greatest, verdict },
        ...(reason !== undefined && { reason }),
      }),
    ),
    unmatched: unmatched.map(({ name, line }) => ({ budget: name, line })),
  };
  return `${visibleJson(all, 1)}\n`;
}

interface Finding {
  readonly message: string;
  readonly code: "budget-exceeded" | "budget-unknown" | "budget-unmatched";
  readonly file: string;
  readonly line: number;
  readonly same: readonly string[];
}

export function checkSarif(told: Told): string {
  const diagnostics = findings(told).map(({ message, code, file, line }) => ({
    ...{ severity: "error" as const, code, message, at: { file, line, column: 1 } },
  }));
  return formatSarif([{ tool: told.tool, diagnostics }]);
}

export function checkGitlab(told: Told): string {
  return formatGitlab(
    findings(told).map(({ message, code, file, line, same }) => ({
      ...{ description: message, check: `convlens-${code}`, severity: "major" as const, file, line, same },
    })),
  );
}

function findings({ checked, unmatched, unit, file: configuration }: Told): readonly Finding[] {
  return [
    ...checked.flatMap((row): Finding[] => {
      const { budget, verdict, network, figure, most, reason, file, at } = row;
      if (verdict === "kept") return [];
      const bound = `the budget of ${shown(most, figure, unit)}`;
      const message =
        verdict === "exceeded"
          ? `${network}: ${label(figure, unit)} ${now(row, unit)}, over ${bound}`
          : `${network}: ${label(figure, unit)} not known, so ${bound} cannot be checked${reason ? ` (${reason})` : ""}`;
      const same = [budget.name, file, network, figure];
      return [{ message: visible(message), code: `budget-${verdict}`, file, line: at?.line || 1, same }];
    }),
    ...unmatched.map(({ name, line }): Finding => {
      const message = visible(`no network is named ${name}`);
      return { message, code: "budget-unmatched", file: configuration, line, same: [name] };
    }),
  ];
}

function summary({ checked, unmatched }: Told): string {
  const of = (verdict: Checked["verdict"]): number => checked.filter((row) => row.verdict === verdict).length;
  const parts = [
    `${of("kept")} kept`,
    ...(of("exceeded") > 0 ? [`${of("exceeded")} exceeded`] : []),
    ...(of("unknown") > 0 ? [`${of("unknown")} cannot be checked`] : []),
    ...(unmatched.length > 0 ? [`${unmatched.length} without a network`] : []),
  ];
  return `Budgets: ${parts.join(", ")}`;
}
