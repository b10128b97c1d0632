/** The lens: one line above a layer's definition or a network's, without noise. The exact figures are in the hover. */
import type { FileAnalysis } from "../engine/engine.types.ts";
import type { InputOrigin, Place, Report, ReportLayer } from "../engine/report/contract.ts";
import { reasonText } from "../present/reason.ts";
import { costly, type LayerLine, layerLines, openFailures } from "../present/sites.ts";
import { count, inputShapes, inUnit, outputShape, share, sum } from "../present/text.ts";
import type { CostUnit } from "../protocol/messages.ts";
import type { Translate } from "./l10n.ts";

export interface Lens {
  readonly at: Place;
  readonly title: string;
  readonly command: LensCommand;
}

export type LensCommand =
  | { readonly name: "convlens.profileNetwork"; readonly network: string }
  | { readonly name: "convlens.revealLayer"; readonly network: string; readonly layers: readonly string[] };

export interface LensOptions {
  readonly unit: CostUnit;
  readonly t: Translate;
  /** The network that shared lines show. */
  readonly active?: string | undefined;
}

export function lenses(analysis: FileAnalysis, options: LensOptions): Lens[] {
  return [
    ...analysis.reports.flatMap((report) => networkLens(report, analysis.file, options) ?? []),
    ...failureLenses(analysis, options),
    ...layerLines(analysis, options.active).flatMap((line) => layerLens(line, options) ?? []),
  ];
}

function networkLens(report: Report, file: string, options: LensOptions): Lens | undefined {
  const at = report.network_at;
  if (!at || at.file !== file) return undefined;
  return {
    at,
    title: `${networkTitle(report, options)} · ${options.t("Profile")}`,
    command: { name: "convlens.profileNetwork", network: report.network },
  };
}

/** `4.09 G MACs · 25.6 M params · input 1×3×224×224 (default)` */
export function networkTitle(report: Report, { unit, t }: LensOptions): string {
  const { macs, params } = report.totals;
  const known = macs ?? report.layers.reduce((total, layer) => total + (layer.macs ?? 0), 0);
  const cost = `${count(inUnit(known, unit))} ${unit}`;
  return [
    macs !== null && report.complete ? cost : t("at least {0}", cost),
    params === null ? t("params unknown") : t("{0} params", count(params)),
    inputText(report, t),
  ].join(" · ");
}

/** `input 1×3×224×224 (default)` */
export function inputText(report: Report, t: Translate): string {
  return t("input {0} ({1})", inputShapes(report.input) || "?", originText(report.input.origin, t));
}

function originText(origin: InputOrigin, t: Translate): string {
  switch (origin) {
    case "default":
      return t("default");
    case "comment":
      return t("from a comment");
    case "call":
      return t("from a call");
    case "declared":
      return t("declared");
    case "fitted":
      return t("fitted");
    case "user":
      return t("chosen");
  }
}

/** Networks that lack something, several of one line in one lens. */
function failureLenses(analysis: FileAnalysis, { t }: LensOptions): Lens[] {
  const taken = new Set(analysis.reports.map(({ network_at }) => network_at?.line));
  const lenses = new Map<number, Lens>();
  for (const { network, at, reason } of openFailures(analysis)) {
    if (at.file !== analysis.file || taken.has(at.line) || lenses.has(at.line)) continue;
    lenses.set(at.line, {
      at,
      title: reasonText(reason, t),
      command: { name: "convlens.profileNetwork", network },
    });
  }
  return [...lenses.values()];
}

function layerLens(line: LayerLine, options: LensOptions): Lens | undefined {
  const layers = costly(line.layers);
  const [only] = layers;
  if (!only) return undefined;
  const parts = layers.length === 1 ? single(only, line, options) : many(layers, line.report, options);
  if (line.shared) parts.push(line.report.network);
  return {
    at: line.at,
    title: parts.join(" · "),
    command: {
      name: "convlens.revealLayer",
      network: line.report.network,
      layers: layers.map(({ name }) => name),
    },
  };
}

function single(layer: ReportLayer, line: LayerLine, { unit, t }: LensOptions): string[] {
  const params = line.layers.reduce((total, { params }) => total + (params ?? 0), 0);
  return [
    layer.macs === null ? t("{0} unknown", unit) : `${count(inUnit(layer.macs, unit))} ${unit}`,
    ...(params > 0 ? [t("{0} params", count(params))] : []),
    ...(layer.out[0] ? [outputShape(layer.out[0])] : []),
    ...(layer.calls > 1 ? [t("{0} calls", layer.calls)] : []),
    ...shareText(layer.macs, line.report),
  ];
}

function many(layers: readonly ReportLayer[], report: Report, options: LensOptions): string[] {
  const { total, unknown, text } = manyText(layers, options);
  const { t } = options;
  return [
    ...(total > 0 || unknown === 0 ? [text] : []),
    ...(unknown > 0 ? [t("{0} of {1} unknown", unknown, layers.length)] : []),
    ...shareText(total > 0 ? total : null, report),
  ];
}

/** `16 × 115.6 M = 1.85 G MACs`, `16 × 12.8 M to 51.4 M = 0.78 G MACs` */
export function manyText(layers: readonly ReportLayer[], { unit, t }: LensOptions) {
  const costs = layers.flatMap(({ macs }) => (macs === null ? [] : [inUnit(macs, unit)]));
  const total = costs.reduce((a, b) => a + b, 0);
  const least = count(costs.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY));
  const most = count(costs.reduce((a, b) => Math.max(a, b), 0));
  const each = least === most ? most : t("{0} to {1}", least, most);
  return {
    total: layers.reduce((sum, { macs }) => sum + (macs ?? 0), 0),
    unknown: layers.length - costs.length,
    text: `${costs.length} × ${each} = ${sum(total)} ${unit}`,
  };
}

function shareText(macs: number | null, report: Report): string[] {
  const total = report.totals.macs;
  return macs !== null && macs > 0 && total ? [share(macs / total)] : [];
}
