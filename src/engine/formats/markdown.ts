/** The report as a Markdown table, for pull requests and READMEs. */

import { markdownText } from "../base/visible.ts";
import type { Report, ReportLayer, ReportTotals } from "../contract/report.ts";
import { describeDiagnostic, describeInput, describeSwap } from "./text.ts";
import {
  type CostUnit,
  formatBytes,
  formatCount,
  formatKernel,
  formatShapes,
  formatShare,
  inUnit,
  UNIT_LABELS,
} from "./units.ts";

export function formatMarkdown(report: Report, unit: CostUnit): string {
  const { totals } = report;
  const cost = (macs: number | null): string => (macs === null ? "?" : formatCount(inUnit(macs, unit)));
  const bounded = ({ macs, macs_at_most: most = null }: ReportLayer | ReportTotals): string =>
    macs === null && most !== null ? `≤ ${cost(most)}` : cost(macs);
  const row = (layer: ReportLayer): readonly string[] => [
    code(layer.name),
    markdownText(layer.type),
    formatKernel(layer.kernel, layer.stride),
    formatShapes(layer.out),
    bounded(layer),
    layer.macs === null || !totals.macs ? "" : formatShare(layer.macs / totals.macs),
    formatCount(layer.params),
    layer.swappable ? cost(layer.separable_macs) : "",
  ];
  const swap = describeSwap(report, unit);
  const lines = [
    `### ${markdownText(report.network)}`,
    "",
    `${markdownText(report.file)}, input ${describeInput(report)}`,
    "",
    tableLine(["Layer", "Type", "Kernel", "Output", UNIT_LABELS[unit], "Share", "Params", "Separable"]),
    tableLine(["---", "---", "---", "---", "--:", "--:", "--:", "--:"]),
    ...report.layers.map((layer) => tableLine(row(layer))),
    tableLine([
      "**Total**",
      "",
      "",
      formatShapes(report.output),
      `**${bounded(totals)}**`,
      "",
      `**${formatCount(totals.params)}**`,
      "",
    ]),
    "",
    `Activations ${formatBytes(totals.activation_bytes)} in all, ${formatBytes(totals.peak_activation_bytes)} at the peak.`,
    ...(swap === "" ? [] : ["", swap]),
    ...(report.complete ? [] : ["", "Incomplete:"]),
    ...(report.diagnostics.length > 0
      ? ["", ...report.diagnostics.map((found) => `- ${markdownText(describeDiagnostic(found))}`)]
      : []),
  ];
  return `${lines.join("\n")}\n`;
}

/** A line of a Markdown table. */
export function tableLine(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function code(value: string): string {
  return /^[\w.$-]+$/.test(value) ? `\`${value}\`` : markdownText(value);
}
