/** The classes that a network is made of, as a line of a file shows them: `16 in resnet50, 219 M to 231 M MACs each`. */
import type { FileAnalysis, PartSite } from "../engine/contract/engine.types.ts";
import type { Report } from "../engine/contract/report.ts";
import { type CostOptions, mostOf, mostText } from "./cost.ts";
import type { Translate } from "./l10n.ts";
import { count, inUnit, share } from "./text.ts";

export interface PartLine {
  readonly part: PartSite;
  readonly report: Report;
}

/** Each class of the file once, with the figures of the active network where it has any. */
export function partLines(analysis: FileAnalysis, active?: string): PartLine[] {
  const byLine = new Map<number, PartLine>();
  for (const part of analysis.parts ?? []) {
    const report = analysis.reports.find(({ network }) => network === part.network);
    if (!report || part.at.file !== analysis.file || part.layers.length === 0) continue;
    if (byLine.has(part.at.line) && part.network !== active) continue;
    byLine.set(part.at.line, { part, report });
  }
  return [...byLine.values()];
}

export function partAt(analysis: FileAnalysis, line: number, active?: string): PartLine | undefined {
  return partLines(analysis, active).find(({ part }) => part.at.line === line);
}

/**
 * Networks of the file that are no parts of the active one. A class that it is made of is told as that: as a network by
 * itself, made as the other makes it, on an input of its own, it would have figures that nobody asks for.
 */
export function wholeNetworks(analysis: FileAnalysis, active?: string): Report[] {
  const parts = partLines(analysis, active);
  return analysis.reports.filter(({ network, network_at: at, arguments: given }) => {
    const part = parts.find((line) => line.part.at.file === at?.file && line.part.at.line === at.line)?.part;
    return !part || part.network === network || (part.network !== active && given?.origin !== "call");
  });
}

/** `1.92 k params`: what a part without MACs has. */
function weightsText(part: PartSite, report: Report, t: Translate): string {
  const figures = part.layers.map((index) => report.layers[index]?.params ?? null);
  const known = figures.filter((figure) => figure !== null);
  return known.length < figures.length
    ? t("params unknown")
    : t("{0} params", count(known.reduce((sum, figure) => sum + figure, 0)));
}

/** `16 in resnet50, 219 M to 231 M MACs each, 3.60 G in all · 88 %`; of one, its cost alone. */
export function partText({ part, report }: PartLine, options: CostOptions): string {
  const { t, unit } = options;
  const { macs, instances, network } = part;
  if (macs === null) {
    const most = mostOf(part.layers.flatMap((index) => report.layers[index] ?? []));
    const cost = most === null ? t("{0} unknown", unit) : mostText(most, options);
    return t("{0} in {1}, {2}", part.count, network, cost);
  }
  if (macs === 0) return t("{0} in {1}, {2}", part.count, network, weightsText(part, report, t));
  const figures = instances.map((instance) => inUnit(instance.macs ?? 0, unit));
  const least = count(Math.min(...figures));
  const most = count(Math.max(...figures));
  const each = least === most ? most : t("{0} to {1}", least, most);
  const total = report.totals.macs;
  const text =
    part.count === 1
      ? t("{0} in {1}, {2}", part.count, network, `${each} ${unit}`)
      : t(
          "{0} in {1}, {2}",
          part.count,
          network,
          t("{0} {1} each, {2} in all", each, unit, count(inUnit(macs, unit))),
        );
  return [text, ...(total && macs > 0 ? [share(macs / total)] : [])].join(" · ");
}
