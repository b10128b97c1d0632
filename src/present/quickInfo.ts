/**
 * The figures in an editor's quick info, below the type and the documentation of a name: a few lines without tables,
 * since some editors show them as plain text.
 */

import { markdownText, visible } from "../engine/base/visible.ts";
import type { FileAnalysis } from "../engine/contract/engine.types.ts";
import type { Report, ReportLayer } from "../engine/contract/report.ts";
import {
  type CostOptions,
  inputText,
  manyFigures,
  networkTitle,
  shareText,
  singleFigures,
  swapOfMany,
} from "./cost.ts";
import { asWritten, convTerms, depthwise, pointwise, standard, type Term } from "./formula.ts";
import { costly, type LayerLine, layersAt } from "./sites.ts";
import { count, countBeside, inUnit, saving } from "./text.ts";

export interface QuickInfoOptions extends CostOptions {
  readonly active?: string | undefined;
}

/** What there is to say at a 1-based position: of the layers made there, or of the network that is defined there. */
export function quickInfoText(
  analysis: FileAnalysis,
  position: { readonly line: number; readonly column: number },
  options: QuickInfoOptions,
): string | undefined {
  const line = layersAt(analysis, position, options.active);
  if (line) return layerText(line, options);
  const report = analysis.reports.find(
    ({ network_at: at }) => at?.file === analysis.file && at.line === position.line,
  );
  return report && `${code(report.network)} ${markdownText(networkTitle(report, options))}`;
}

function layerText({ layers, report }: LayerLine, options: CostOptions): string {
  const shown = costly(layers).length > 0 ? costly(layers) : layers;
  const [only] = shown;
  const single = shown.length === 1 && only;
  const figures = single ? singleFigures(only, layers, options) : manyFigures(shown, options);
  const lines = [
    [...figures, ofNetwork(shown, report, options)].join(" · "),
    ...(single ? formulas(only, report, options) : swapOfMany(shown, options)),
    inputText(report, options.t),
  ];
  return lines.join("\n\n");
}

/** `2.8 % of resnet50` */
function ofNetwork(layers: readonly ReportLayer[], report: Report, { t }: CostOptions): string {
  const [part] = shareText(layers, report);
  return part === undefined ? code(report.network) : t("{0} of {1}", part, code(report.network));
}

/** What a convolution costs beside its other form: `standard 28²·3²·128·128 = 116 M` and the separable form's two halves. */
function formulas(layer: ReportLayer, report: Report, options: CostOptions): string[] {
  const terms = convTerms(layer, report);
  if (!terms) return [];
  const { t, unit } = options;
  const whole = standard(terms);
  const term = (name: string, { formula, macs }: Term): string =>
    `${t(name)} ${formula} = ${countBeside(inUnit(macs, unit), inUnit(whole.macs, unit))}`;
  switch (layer.kind) {
    case "standard": {
      const [filter, mix] = [depthwise(terms), pointwise(terms)];
      const saved = 1 - (filter.macs + mix.macs) / whole.macs;
      const halves = `${term("depthwise", filter)}, ${term("pointwise", mix)}`;
      return [term("standard", whole), `${halves} · ${t("saved")} ${saving(saved)}`];
    }
    case "depthwise":
    case "grouped":
      return [`${term(layer.kind, asWritten(terms))} · ${term("standard", whole)}`];
    case "pointwise":
    case "transposed":
      return [`${asWritten(terms).formula} = ${count(inUnit(asWritten(terms).macs, unit))}`];
    default:
      return [];
  }
}

/** Names come from model code: in a code span they are text, whatever they hold. */
function code(name: string): string {
  return `\`${visible(name).replace(/[`\s]+/g, " ")}\``;
}
