/**
 * What a layer or a network costs, in a line: the parts that lens, hover and quick info share. Figures are rounded;
 * the exact ones are the hover's.
 */
import type {
  InputOrigin,
  Report,
  ReportInput,
  ReportLayer,
  WidthArgument,
} from "../engine/contract/report.ts";
import type { CostUnit } from "../protocol/messages.ts";
import type { Translate } from "./l10n.ts";
import { count, inputShapes, inUnit, layerOutput, saving, share } from "./text.ts";

export interface CostOptions {
  readonly unit: CostUnit;
  readonly t: Translate;
}

/** `4.09 G MACs · 25.6 M params · input 1×3×224×224 (default)` */
export function networkTitle(report: Report, options: CostOptions): string {
  const { t } = options;
  const { params } = report.totals;
  const known = knownOf(report, "params");
  const weights = t("{0} params", count(params ?? known));
  return [
    totalText(report, options),
    params !== null ? weights : known === 0 ? t("{0} unknown", t("params")) : t("at least {0}", weights),
    ...madeWith(report, t),
    inputText(report, t),
  ].join(" · ");
}

/** `4.09 G MACs`, or what is known of it: `at least 120 G MACs, at most 134 G MACs`. */
export function totalText(report: Report, options: CostOptions): string {
  const { unit, t } = options;
  const { macs, macs_at_most: most = null } = report.totals;
  const known = macs ?? knownOf(report, "macs");
  const cost = `${count(inUnit(known, unit))} ${unit}`;
  if (macs !== null && report.complete) return cost;
  const least = macs === null && known === 0 ? [] : [t("at least {0}", cost)];
  const bounds = [...least, ...(most === null ? [] : [mostText(most, options)])];
  return bounds.length > 0 ? bounds.join(", ") : t("{0} unknown", unit);
}

/** The sum of those layers whose figure is known. */
export function knownOf({ layers }: Report, of: "macs" | "params"): number {
  return layers.reduce((all, layer) => all + (layer[of] ?? 0), 0);
}

/** `at most 134 G MACs`: what data decides, the code bounds. */
export function mostText(macs: number, { unit, t }: CostOptions): string {
  return t("at most {0}", `${count(inUnit(macs, unit))} ${unit}`);
}

/** What a layer costs, exactly or at most. */
function layerCost({ macs, macs_at_most: most }: ReportLayer, options: CostOptions): string {
  const { unit, t } = options;
  if (macs !== null) return `${count(inUnit(macs, unit))} ${unit}`;
  return typeof most === "number" ? mostText(most, options) : t("{0} unknown", unit);
}

/** `made with 40, 10 (train.py:30)`, where the definition leaves its arguments open. */
function madeWith({ arguments: given }: Report, t: Translate): readonly string[] {
  if (!given) return [];
  const { text, at } = given;
  const shown = text.length > ARGUMENTS_SHOWN ? `${text.slice(0, ARGUMENTS_SHOWN - 1)}…` : text;
  return [t("made with {0} ({1})", shown, `${at.file.split(/[\\/]/).at(-1)}:${at.line}`)];
}

/** Characters of a call's arguments that fit in a lens. */
const ARGUMENTS_SHOWN = 48;

/** `input 1×3×224×224 (default)` */
export function inputText(report: Report, t: Translate): string {
  const input = t("input {0} ({1})", inputShapes(report.input) || "?", originText(report.input.origin, t));
  return [input, ...batchText(report.input, t)].join(" · ");
}

/** Whose figures these are, where it is not one sample at axis 0. */
export function batchText({ batch }: ReportInput, t: Translate): readonly string[] {
  if (!batch) return [];
  if (batch.axis === null) return [t("for the whole input")];
  return batch.samples === 1 ? [] : [t("for one of {0} samples", batch.samples)];
}

/** `width_mult=1`, as code writes it. */
export function widthText({ name, default: value }: WidthArgument): string {
  return value === null ? name : `${name}=${value}`;
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

/** `116 M MACs · 147 k params · 128×28×28`, in parts; what else the line makes (its norm) adds its parameters. */
export function singleFigures(
  layer: ReportLayer,
  line: readonly ReportLayer[],
  options: CostOptions,
): string[] {
  const { t } = options;
  const params = line.reduce((total, { params }) => total + (params ?? 0), 0);
  return [
    layerCost(layer, options),
    ...(params > 0 ? [t("{0} params", count(params))] : []),
    ...(layer.out[0] ? [layerOutput(layer)] : []),
    ...(layer.calls > 1 ? [t("{0} calls", layer.calls)] : []),
  ];
}

/** `16 layers, 116 M MACs each, 1.85 G in all`, in parts where some are not known. */
export function manyFigures(layers: readonly ReportLayer[], options: CostOptions): string[] {
  const { total, known, unknown, text } = manyText(layers, options);
  const { t } = options;
  const most = mostOf(layers);
  const rest = most === null ? t("{0} of {1} unknown", unknown, layers.length) : mostText(most, options);
  return [
    ...(total > 0 || unknown === 0 ? [known === 1 ? text : `${t("{0} layers", known)}, ${text}`] : []),
    ...(unknown > 0 ? [rest] : []),
  ];
}

/** The most that layers cost together; null where that of one is not known. */
export function mostOf(layers: readonly ReportLayer[]): number | null {
  return layers.reduce<number | null>((sum, { macs, macs_at_most: most }) => {
    const cost = macs ?? most ?? null;
    return sum === null || cost === null ? null : sum + cost;
  }, 0);
}

/** `116 M MACs each, 1.85 G in all`, `12.8 M to 51.4 M MACs each, 0.78 G in all` */
export function manyText(layers: readonly ReportLayer[], { unit, t }: CostOptions) {
  const costs = layers.flatMap(({ macs }) => (macs === null ? [] : [inUnit(macs, unit)]));
  const total = costs.reduce((a, b) => a + b, 0);
  const least = count(costs.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY));
  const most = count(costs.reduce((a, b) => Math.max(a, b), 0));
  const each = least === most ? most : t("{0} to {1}", least, most);
  return {
    total: layers.reduce((sum, { macs }) => sum + (macs ?? 0), 0),
    known: costs.length,
    unknown: layers.length - costs.length,
    text: costs.length === 1 ? `${each} ${unit}` : t("{0} {1} each, {2} in all", each, unit, count(total)),
  };
}

/** What they cost of the whole network, or nothing when that is not known. */
export function shareText(layers: readonly ReportLayer[], report: Report): string[] {
  const macs = layers.reduce((total, layer) => total + (layer.macs ?? 0), 0);
  const total = report.totals.macs;
  return macs > 0 && total ? [share(macs / total)] : [];
}

/** What the swap would make of all of them together. */
export function swapOfMany(layers: readonly ReportLayer[], { t, unit }: CostOptions): string[] {
  const eligible = layers.flatMap(({ swappable, macs, separable_macs }) =>
    swappable && macs && separable_macs ? [{ macs, after: separable_macs }] : [],
  );
  if (eligible.length === 0) return [];
  const before = eligible.reduce((sum, { macs }) => sum + macs, 0);
  const after = eligible.reduce((sum, layer) => sum + layer.after, 0);
  return [
    t(
      "As depthwise separable convolutions: {0} → {1} {2}, {3} saved",
      count(inUnit(before, unit)),
      count(inUnit(after, unit)),
      unit,
      saving(1 - after / before),
    ),
  ];
}
