/**
 * The hover: a layer's cost as the formula of its convolution with the numbers put in, beside what the depthwise
 * separable form would cost. A line that makes many layers lists them; other layers say what they are.
 */
import type { AssumptionKind, Report, ReportLayer } from "../engine/contract/report.ts";
import { inputText, manyText, mostText, networkTitle, swapOfMany, widthText } from "../present/cost.ts";
import {
  asWritten,
  type ConvTerms,
  convTerms,
  depthwise,
  pointwise,
  ratioText,
  spatial,
  standard,
  type Term,
} from "../present/formula.ts";
import type { Translate } from "../present/l10n.ts";
import { intensityText, multipliersText, type PracticeOptions } from "../present/practice.ts";
import { costly, type LayerLine } from "../present/sites.ts";
import {
  count,
  countBeside,
  dims,
  inUnit,
  layerOutput,
  outputShape,
  saving,
  share,
} from "../present/text.ts";
import type { LensOptions } from "./lens.ts";
import { commandLink, escapeMarkdown, table } from "./markdown.ts";
import { uriOf } from "./uris.ts";

export interface HoverOptions extends LensOptions, PracticeOptions {
  /** The document, when the client knows the extension's commands. */
  readonly commandUri?: string | undefined;
}

const LISTED = 5;
const HARD_BREAK = "  \n";

export function layerHover(line: LayerLine, options: HoverOptions): string {
  const shown = costly(line.layers);
  const layers = shown.length > 0 ? shown : line.layers;
  const [only] = layers;
  const { head, body } =
    layers.length === 1 && only
      ? describe(only, line.report, options)
      : describeMany(layers, line.report, options);
  // VS Code cuts a hover at 250 pixels: what it saves and what can be done stand above that, whatever follows.
  const opening = [...head, ...links(layers, line.report, options)].join(HARD_BREAK);
  return [opening, ...body].join("\n\n");
}

interface Description {
  /** Lines of one paragraph: what it is, and what a swap of it all would save. */
  readonly head: readonly string[];
  readonly body: readonly string[];
}

export function networkHover(report: Report, options: HoverOptions): string {
  const { t, unit } = options;
  const total = report.totals.macs;
  const dearest = report.layers
    .flatMap((layer) => (layer.macs ? [{ layer, macs: layer.macs }] : []))
    .sort((a, b) => b.macs - a.macs)
    .slice(0, 5);
  const rows = dearest.map(({ layer, macs }) => [
    escapeMarkdown(layer.name),
    count(inUnit(macs, unit)),
    total ? share(macs / total) : "",
  ]);
  const exact =
    total === null ? [] : [t("{0} exactly", `${inUnit(total, unit).toLocaleString("en-US")} ${unit}`)];
  const peak = report.totals.peak_activation_bytes;
  const memory = peak === null ? [] : [t("peak activation memory {0}B", withSpace(count(peak)))];
  return [
    `**${escapeMarkdown(report.network)}** ${escapeMarkdown(networkTitle(report, options))}`,
    [...exact, ...memory].join(" · "),
    ownWidth(report, options),
    rows.length > 0 ? table([t("dearest layers"), unit, t("share")], rows) : "",
    assumedText(report, options),
  ]
    .filter((block) => block !== "")
    .join("\n\n");
}

const ASSUMED = 3;

/** What the figures hang on besides the text, the weightiest first; the command line lists all of it. */
function assumedText({ assumptions }: Report, { t, commandUri }: HoverOptions): string {
  if (!assumptions) return "";
  if (assumptions.length === 0) return t("Nothing is assumed that the text does not say");
  const told = assumptions.slice(0, ASSUMED).map(({ kind, text, at }) => {
    const said = `${kindText(kind, t)}: ${escapeMarkdown(text)}`;
    if (!at) return said;
    const where = escapeMarkdown(`${at.file.split(/[\\/]/).at(-1)}:${at.line}`);
    const link = `[${where}](<${uriOf(at.file)}#L${at.line},${at.column}>)`;
    return `${said} (${commandUri === undefined ? where : link})`;
  });
  const more = assumptions.length - told.length;
  const all = more > 0 ? [...told, t("and {0} more", more)] : told;
  return t("Assumes {0}", all.join("; "));
}

function kindText(kind: AssumptionKind, t: Translate): string {
  switch (kind) {
    case "input":
      return t("input");
    case "batch_axis":
      return t("batch axis");
    case "argument":
      return t("argument");
    case "module":
      return t("module");
    case "branch":
      return t("branch");
    case "value":
      return t("value");
  }
}

/** Where the network's own width argument is: α needs no new code there. */
function ownWidth(
  { network, width_arguments: widths = [] }: Report,
  { t, commandUri }: HoverOptions,
): string {
  if (widths.length === 0) return "";
  const places = widths.map((width) => {
    const { file, line, column } = width.at;
    const text = escapeMarkdown(widthText(width));
    return commandUri === undefined ? text : `[${text}](<${uriOf(file)}#L${line},${column}>)`;
  });
  return t("{0} sets its own width by {1}", escapeMarkdown(network), places.join(", "));
}

function describe(layer: ReportLayer, report: Report, options: HoverOptions): Description {
  const terms = convTerms(layer, report);
  const body = [
    ...(terms ? convolution(layer, terms, options) : plain(layer, options)),
    ...(terms ? multipliersText(layer, terms, options) : []),
    ...whyUnknown(layer, report, options),
    [...practice(layer, options), context(layer, report, options)].join(HARD_BREAK),
  ];
  return { head: [title(layer, report, options)], body };
}

/** `Conv2d layer2.0.conv2, 3×3, stride 2, 128 → 128, 56×56 → 28×28` */
function title(layer: ReportLayer, report: Report, { t }: HoverOptions): string {
  const rank = layer.kernel?.length ?? 0;
  const before = spatial(layer.in[0] ?? null, rank, layer.in_channels, report.framework);
  const after = spatial(layer.out[0] ?? null, rank, layer.out_channels, report.framework);
  const isConv = rank > 0 && layer.in_channels !== null && layer.out_channels !== null;
  return [
    `${escapeMarkdown(layer.type)} ${escapeMarkdown(layer.name)}`,
    ...(isConv ? [dims(layer.kernel)] : []),
    ...uneven(layer.stride, 1, (value) => t("stride {0}", value)),
    ...uneven(layer.dilation, 1, (value) => t("dilation {0}", value)),
    ...(layer.groups && layer.groups > 1 ? [t("{0} groups", layer.groups)] : []),
    ...(layer.in_channels && layer.out_channels ? [`${layer.in_channels} → ${layer.out_channels}`] : []),
    isConv && before && after
      ? `${dims(before)} → ${dims(after)}`
      : `${outputShape(layer.in[0], layer.batch_axis)} → ${layerOutput(layer)}`,
  ].join(", ");
}

/** A setting worth a word: not the usual one on every axis. */
function uneven(values: readonly number[] | null, usual: number, say: (value: string) => string): string[] {
  if (!values || values.every((value) => value === usual)) return [];
  return [say(values.every((value) => value === values[0]) ? String(values[0]) : dims(values))];
}

function convolution(layer: ReportLayer, terms: ConvTerms, options: HoverOptions): string[] {
  const { t } = options;
  switch (layer.kind) {
    case "standard":
      return [...comparison(terms, options), ...whyNot(layer, options)];
    case "depthwise":
      return [
        t(
          "Depthwise: each of the {0} channels is filtered by itself, none is mixed with another.",
          terms.inChannels,
        ),
        ...against(terms, options),
        t("Already the first half of a depthwise separable convolution, so there is nothing to swap."),
      ];
    case "pointwise":
      return [
        t("Pointwise: mixes the channels at each position; with kernel 1 there is no filter to split off."),
        ...threeWide(terms, options),
      ];
    case "grouped":
      return [
        t(
          "Grouped: {0} groups, each sees {1} of {2} channels.",
          terms.groups,
          terms.inChannels / terms.groups,
          terms.inChannels,
        ),
        ...against(terms, options),
        ...whyNot(layer, options),
      ];
    case "transposed":
      return [
        t("Transposed: the kernel is laid on the input's positions, {0}.", dims(terms.positions)),
        table(
          ["", options.unit, t("params")],
          [row(t("as written"), asWritten(terms), asWritten(terms), options)],
        ),
        ...whyNot(layer, options),
      ];
    default:
      return plain(layer, options);
  }
}

/** The seed's table: standard, its two halves, and what they save. */
function comparison(terms: ConvTerms, options: HoverOptions): string[] {
  const { t, unit } = options;
  const [whole, filter, mix] = [standard(terms), depthwise(terms), pointwise(terms)];
  const macs = 1 - (filter.macs + mix.macs) / whole.macs;
  const params = 1 - (filter.params + mix.params) / whole.params;
  const rows = [
    row(t("standard"), whole, whole, options),
    row(t("depthwise"), filter, whole, options),
    row(t("pointwise"), mix, whole, options),
    [t("saved"), saving(macs), saving(params)],
  ];
  const times = (whole.macs / (filter.macs + mix.macs)).toFixed(1);
  return [
    table(["", unit, t("params")], rows),
    t("{0} times fewer {1}: {2}", times, unit, escapeMarkdown(ratioText(terms))),
  ];
}

/** What it costs, beside a standard convolution of the same sizes. */
function against(terms: ConvTerms, options: HoverOptions): string[] {
  const { t, unit } = options;
  const [own, whole] = [asWritten(terms), standard(terms)];
  const name = terms.groups === terms.inChannels ? t("depthwise") : t("grouped");
  const times = Number((whole.macs / own.macs).toPrecision(3));
  return [
    table(
      ["", unit, t("params")],
      [row(name, own, whole, options), row(t("standard"), whole, whole, options)],
    ),
    t("A standard convolution instead would cost {0} times as many {1}.", times, unit),
  ];
}

/** A pointwise convolution beside the 3×3 that would stand in its place. */
function threeWide(terms: ConvTerms, options: HoverOptions): string[] {
  const { t, unit } = options;
  const own = asWritten(terms);
  const wide = standard({ ...terms, kernel: terms.kernel.map(() => 3) });
  const rows = [
    row(t("pointwise"), own, wide, options),
    row(t("standard {0}", dims(terms.kernel.map(() => 3))), wide, wide, options),
  ];
  return [table(["", unit, t("params")], rows)];
}

function row(name: string, { formula, macs, params }: Term, beside: Term, { unit }: HoverOptions): string[] {
  return [`${name} ${formula}`, countBeside(inUnit(macs, unit), inUnit(beside.macs, unit)), count(params)];
}

function whyNot(layer: ReportLayer, { t }: HoverOptions): string[] {
  if (layer.swappable || layer.not_swappable === undefined) return [];
  return [t("Not swapped: {0}", escapeMarkdown(t(layer.not_swappable)))];
}

/** Layers that are no convolution: their figures, and for a linear layer its product. */
function plain(layer: ReportLayer, options: HoverOptions): string[] {
  const { t, unit } = options;
  const most = layer.macs_at_most ?? null;
  const [inputs, outputs] = [layer.in[0]?.at(-1), layer.out[0]?.at(-1)];
  const product =
    layer.kind === "linear" && inputs && outputs
      ? [t("Linear: every input meets every output, {0}·{1} a position.", inputs, outputs)]
      : [];
  const figures = [
    layer.macs === null
      ? most === null
        ? t("{0} unknown", unit)
        : mostText(most, options)
      : `${exact(inUnit(layer.macs, unit))} ${unit}`,
    layer.params === null ? t("params unknown") : t("{0} params", exact(layer.params)),
    ...(layer.elementwise ? [t("{0} elementwise", count(layer.elementwise))] : []),
  ];
  return [...product, figures.join(" · ")];
}

/** What the engine said about the layer's own line, when it cannot tell the cost. */
function whyUnknown(layer: ReportLayer, report: Report, { t }: HoverOptions): string[] {
  if (layer.macs !== null) return [];
  const places = [layer.at, layer.called_at].filter((at) => at !== null);
  const problem = report.diagnostics.find(({ at }) =>
    places.some(({ file, line }) => at.file === file && at.line === line),
  );
  return problem ? [t("Not known: {0}", escapeMarkdown(problem.message))] : [];
}

/** `2.8 % of resnet50 · input 1×3×224×224 (default)` */
function context(layer: ReportLayer, report: Report, options: HoverOptions): string {
  const { t } = options;
  const total = report.totals.macs;
  const network = escapeMarkdown(report.network);
  return [
    layer.macs && total ? t("{0} of {1}", share(layer.macs / total), network) : network,
    ...(layer.calls > 1 ? [t("{0} calls", layer.calls)] : []),
    ...(layer.conditional ? [t("runs under a condition that is not known")] : []),
    inputText(report, t),
  ].join(" · ");
}

function describeMany(layers: readonly ReportLayer[], report: Report, options: HoverOptions): Description {
  const { t, unit } = options;
  const total = report.totals.macs;
  const shares = (macs: number | null) => (macs !== null && total ? share(macs / total) : "");
  const { total: together, text, unknown } = manyText(layers, options);
  const rows = layers
    .slice(0, LISTED)
    .map((layer) => [
      escapeMarkdown(layer.name),
      layerOutput(layer),
      layer.macs === null ? "?" : count(inUnit(layer.macs, unit)),
      shares(layer.macs),
    ]);
  const name = escapeMarkdown(report.network);
  const cost = together > 0 || unknown === 0 ? text : "?";
  const head = [t("{0} layers of {1}: {2}", layers.length, name, cost), ...swapOfMany(layers, options)];
  const body = [
    table([t("layer"), t("output"), unit, t("share")], rows),
    [
      ...(layers.length > LISTED ? [t("and {0} more", layers.length - LISTED)] : []),
      ...(together > 0 && total ? [t("{0} of {1}", shares(together), name)] : []),
      inputText(report, t),
    ].join(" · "),
  ];
  return { head, body };
}

function practice(layer: ReportLayer, options: HoverOptions): string[] {
  const parts = intensityText(layer, options);
  return parts.length > 0 ? [parts.map(escapeMarkdown).join(" · ")] : [];
}

/** Simulate · Rewrite · Explain for what can be swapped; the panel and the explanation for other convolutions. */
export function links(
  layers: readonly ReportLayer[],
  report: Report,
  { t, commandUri }: HoverOptions,
): string[] {
  if (commandUri === undefined) return [];
  const names = layers.slice(0, 64).map(({ name }) => name);
  const target = [commandUri, report.network, names];
  const swappable = layers.filter((layer) => layer.swappable).map(({ name }) => name);
  const convolutions = layers.filter(({ kernel }) => kernel !== null).map(({ name }) => name);
  const explained = [commandUri, report.network, convolutions.slice(0, 64)];
  const explain = convolutions.length > 0 ? [commandLink(t("Explain"), "convlens.explain", explained)] : [];
  if (swappable.length === 0)
    return [[commandLink(t("Show in the panel"), "convlens.revealLayer", target), ...explain].join(" · ")];
  const some = [commandUri, report.network, swappable.slice(0, 64)];
  return [
    [
      commandLink(t("Simulate"), "convlens.simulateLayer", some),
      commandLink(t("Rewrite"), "convlens.rewriteLayer", some),
      ...explain,
    ].join(" · "),
  ];
}

function exact(value: number): string {
  return value.toLocaleString("en-US");
}

/** `12.8 M` → `12.8 M`, `640` → `640 `: the unit follows with a space of its own. */
function withSpace(text: string): string {
  return text.includes(" ") ? text : `${text} `;
}
