/** Whether a network keeps a budget, as far as its figures tell: what data decides has a least and often a most. */
import type { Report } from "../engine/contract/report.ts";
import { type CostUnit, formatCount, inUnit, UNIT_LABELS } from "../engine/formats/units.ts";
import { leastMacs } from "../present/budgets.ts";

/** What is wrong with the budget, to be put after the network's name; undefined where it is kept. */
export function overBudget(report: Report, budgetMacs: number, unit: CostUnit): string | undefined {
  const shown = (macs: number): string => `${formatCount(inUnit(macs, unit))} ${UNIT_LABELS[unit]}`;
  const budget = `the budget of ${shown(budgetMacs)}`;
  const { macs, macs_at_most: most } = report.totals;
  if (macs !== null) return macs > budgetMacs ? ` costs ${shown(macs)}, over ${budget}` : undefined;
  if (typeof most === "number" && most <= budgetMacs) return undefined;
  const least = leastMacs(report);
  if (least > budgetMacs) return ` costs at least ${shown(least)}, over ${budget}`;
  const bound = typeof most === "number" ? `at most ${shown(most)}` : "cost unknown";
  return `: ${bound}, so ${budget} cannot be checked`;
}
