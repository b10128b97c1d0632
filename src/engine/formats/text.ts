/** The report as a table for a terminal of any width: what each layer costs, totals, and what the swap would save. */

import { visible } from "../base/visible.ts";
import type {
  LayerKind,
  Report,
  ReportDiagnostic,
  ReportInput,
  ReportLayer,
  Severity,
} from "../contract/report.ts";
import { eligibleLayers, simulateSwap } from "../separable/simulate.ts";
import { describeNeed, describeRoofline, describeSeconds } from "./device.ts";
import { type Column, layoutTable } from "./table.ts";
import {
  type CostUnit,
  formatBytes,
  formatChange,
  formatCount,
  formatKernel,
  formatSeconds,
  formatShape,
  formatShapes,
  formatShare,
  inUnit,
  sampleShape,
  UNIT_LABELS,
} from "./units.ts";
import { where } from "./where.ts";

export interface TextOptions {
  readonly unit: CostUnit;
  /** Characters in a line. */
  readonly width: number;
  /** Escape codes for a terminal that shows them. */
  readonly color: boolean;
}

/** ANSI colours by kind, readable on dark and light backgrounds. */
const COLORS: Readonly<Record<LayerKind, number>> = {
  standard: 34,
  depthwise: 32,
  pointwise: 36,
  grouped: 36,
  transposed: 35,
  linear: 33,
  attention: 35,
  recurrent: 35,
  norm: 90,
  embedding: 33,
  other: 90,
};
const BOLD = 1;
const DIM = 2;
const SEVERITY_COLORS: Readonly<Record<Severity, number>> = { error: 31, warning: 33, info: DIM };

/** Rows of one table: a layer, or all layers of one type that cost no MACs. */
interface TextRow {
  readonly name: string;
  readonly type: string;
  readonly kind: LayerKind;
  readonly kernel: string;
  readonly out: string;
  readonly macs: number | null;
  readonly most?: number;
  readonly params: number | null;
  readonly separable: number | null;
  readonly bound: string;
  /** What it needs of the memory of the device. */
  readonly need: string;
}

export function formatText(report: Report, options: TextOptions): string {
  const { width } = options;
  const paint = painter(options.color);
  const lines = [
    paint(visible(report.network), BOLD),
    ...wrap(
      [
        report.framework ?? report.language,
        report.file,
        `input ${describeInput(report)}`,
        ...describeArguments(report),
      ].join(" · "),
      width,
    ),
    "",
    ...formatTable(report, options, paint),
    "",
    ...summary(report, options).flatMap((line) => wrap(line, width)),
    ...notes(report).flatMap(({ text, code }) => wrap(text, width).map((line) => paint(line, code))),
    ...wrap(describeSwap(report, options.unit), width),
    ...wrap(otherNetworks(report), width),
  ];
  return `${lines.join("\n")}\n`;
}

const MOST_NOTES = 10;

/** Diagnostics that matter to who reads the table: values that no figure hangs on are left to the other formats. */
function notes(report: Report): { readonly text: string; readonly code: number }[] {
  const telling = report.diagnostics.filter(({ code }) => !report.complete || code !== "unknown-value");
  const shown = telling.slice(0, MOST_NOTES).map((diagnostic) => ({
    text: describeDiagnostic(diagnostic),
    code: SEVERITY_COLORS[diagnostic.severity],
  }));
  const hidden = telling.length - shown.length;
  const more = hidden > 0 ? [`and ${hidden} more, all in --json`] : [];
  const remedies = telling.flatMap(({ code, message }) => remedyFor(code, message) ?? []);
  return [...shown, ...[...more, ...remedies].map((text) => ({ text, code: DIM }))];
}

/** `needs depths, dims` is answered by `--args "depths=…, dims=…"`. */
function remedyFor(code: string, message: string): string | undefined {
  const names = code === "needs-arguments" ? /^needs (.+)$/.exec(message)?.[1] : undefined;
  return names && `Give what it needs: --args "${names.replaceAll(/, |$/g, (end) => `=…${end}`)}"`;
}

type Paint = (text: string, code: number) => string;

function painter(color: boolean): Paint {
  return color
    ? (text, code) => (text.trim() === "" ? text : `\u001b[${code}m${text}\u001b[0m`)
    : (text) => text;
}

function formatTable(report: Report, { unit, width }: TextOptions, paint: Paint): string[] {
  const total = report.totals.macs ?? sumKnown(report.layers);
  const fraction = (macs: number | null): number => (macs === null || total === 0 ? 0 : macs / total);
  const rows = textRows(report);
  const longest = Math.max(0, ...rows.map((row) => fraction(row.macs)));
  const cost = (macs: number | null, most?: number | null): string => {
    if (macs !== null) return formatCount(inUnit(macs, unit));
    return typeof most === "number" ? `≤ ${formatCount(inUnit(most, unit))}` : "?";
  };
  const totals: TextRow = {
    name: "Total",
    type: "",
    kind: "other",
    kernel: "",
    out: formatShapes(report.output.map((shape, i) => sampleShape(shape, report.output_batch_axes?.[i]))),
    macs: report.totals.macs,
    ...mostOf(report.totals),
    params: report.totals.params,
    separable: null,
    bound: report.roofline ? describeSeconds(report.roofline) : "",
    need: "",
  };
  const columns: readonly Column<TextRow>[] = [
    { title: "Layer", align: "left", cell: (row) => row.name, shrink: "start", least: 12 },
    { title: "Type", align: "left", cell: (row) => row.type, drop: 3 },
    { title: "Kernel", align: "left", cell: (row) => row.kernel, drop: 2 },
    { title: "Output", align: "left", cell: (row) => row.out, drop: 4 },
    { title: UNIT_LABELS[unit], align: "right", cell: (row) => cost(row.macs, row.most) },
    { title: "Share", align: "right", cell: (row) => (row.macs === 0 ? "" : share(row, fraction)), drop: 6 },
    {
      title: "",
      align: "left",
      cell: (row) => bar(row === totals || longest === 0 ? 0 : fraction(row.macs) / longest),
      paint: (text, row) => paint(text, COLORS[row.kind]),
      drop: 5,
    },
    { title: "Params", align: "right", cell: (row) => formatCount(row.params) },
    ...(report.roofline
      ? [{ title: "At best", align: "right", cell: (row) => row.bound } satisfies Column<TextRow>]
      : []),
    ...(report.roofline?.fit
      ? [{ title: "Memory", align: "right", cell: (row) => row.need } satisfies Column<TextRow>]
      : []),
    {
      title: "Separable",
      align: "right",
      cell: (row) => (row.separable === null ? "" : cost(row.separable)),
      drop: 1,
    },
  ];
  const [header = "", ...body] = layoutTable(columns, [...rows, totals], width);
  const last = body.pop() ?? "";
  const rule = "─".repeat(Math.min(width, Math.max(header.length, 20)));
  return [paint(header, BOLD), paint(rule, DIM), ...body, paint(rule, DIM), paint(last, BOLD)];
}

/** Layers without MACs (norms, mostly) take one line a type; parameters that this run did not use one more. */
function textRows(report: Report): TextRow[] {
  const rows: TextRow[] = [];
  const free = new Map<string, ReportLayer[]>();
  for (const layer of report.layers) {
    if (layer.macs === 0) free.set(layer.type, [...(free.get(layer.type) ?? []), layer]);
    else rows.push(layerRow(layer));
  }
  for (const [type, layers] of free) {
    const [first] = layers;
    if (layers.length === 1 && first) rows.push(layerRow(first));
    else
      rows.push({
        ...EMPTY_ROW,
        name: `${layers.length} layers`,
        type,
        kind: first?.kind ?? "other",
        params: sumParams(layers),
      });
  }
  const used = sumParams(report.layers);
  const unused = used === null || report.totals.params === null ? 0 : report.totals.params - used;
  if (unused > 0) rows.push({ ...EMPTY_ROW, name: "not used in this run", params: unused });
  return rows;
}

const EMPTY_ROW: TextRow = {
  name: "",
  type: "",
  kind: "other",
  kernel: "",
  out: "",
  macs: 0,
  params: 0,
  separable: null,
  bound: "",
  need: "",
};

function layerRow(layer: ReportLayer): TextRow {
  return {
    name:
      (layer.calls > 1 ? `${layer.name} (${layer.calls}×)` : layer.name) + (layer.conditional ? " (if)" : ""),
    type: layer.type,
    kind: layer.kind,
    kernel: formatKernel(layer.kernel, layer.stride),
    out: formatShapes(layer.out.map((shape) => sampleShape(shape, layer.batch_axis))),
    macs: layer.macs,
    ...mostOf(layer),
    params: layer.params,
    separable: layer.swappable ? layer.separable_macs : null,
    bound: layer.bound_seconds == null ? "" : `${formatSeconds(layer.bound_seconds)} ${layer.bound_by}`,
    need: describeNeed(layer),
  };
}

function summary(report: Report, { unit }: TextOptions): string[] {
  const { totals } = report;
  const label = UNIT_LABELS[unit];
  const shown = (macs: number): string => inUnit(macs, unit).toLocaleString("en");
  const { most } = mostOf(totals);
  const unknown = most === undefined ? "unknown" : `at most ${shown(most)}`;
  const exact = totals.macs === null ? unknown : shown(totals.macs);
  const params = totals.params === null ? "unknown" : totals.params.toLocaleString("en");
  const fixed =
    totals.params !== null && totals.trainable_params !== null ? totals.params - totals.trainable_params : 0;
  const dtype = report.input.dtypes[0];
  return [
    `${label} ${exact}, parameters ${params}${fixed > 0 ? ` (${formatCount(fixed)} not trainable)` : ""}`,
    `Activations ${formatBytes(totals.activation_bytes)} in all, ${formatBytes(totals.peak_activation_bytes)} at the peak${dtype ? ` (${dtype})` : ""}`,
    ...describeRoofline(report),
    ...(report.complete ? [] : [describeGaps(report, unit)]),
  ];
}

/** The most that data can make of it, where the code bounds that. */
function mostOf({ macs_at_most: most }: { readonly macs_at_most?: number | null }): {
  readonly most?: number;
} {
  return typeof most === "number" ? { most } : {};
}

function describeGaps(report: Report, unit: CostUnit): string {
  const unknown = report.layers.filter((layer) => layer.macs === null).length;
  const least = formatCount(inUnit(sumKnown(report.layers), unit));
  const layers =
    unknown === 0
      ? "some of the network could not be followed"
      : `${unknown} of ${report.layers.length} layers are unknown`;
  const known = sumKnown(report.layers) === 0 ? "" : `; at least ${least} ${UNIT_LABELS[unit]} are known`;
  const { most } = mostOf(report.totals);
  const bound = most === undefined ? "" : `, and it is at most ${formatCount(inUnit(most, unit))}`;
  return `Incomplete: ${layers}${known}${bound}. Why:`;
}

/** What the swap of every eligible convolution would make of the totals. */
export function describeSwap(report: Report, unit: CostUnit): string {
  const chosen = eligibleLayers(report);
  const convolutions = report.layers.filter((layer) => layer.op === "conv").length;
  if (convolutions === 0) return "";
  if (chosen.size === 0) return "No convolution can be made depthwise separable.";
  const after = simulateSwap(report, chosen);
  const before = report.totals;
  const label = UNIT_LABELS[unit];
  const head = `${chosen.size} of ${convolutions} convolutions made depthwise separable`;
  if (before.macs === null || after.macs === null || before.params === null || after.params === null) {
    return `${head}: the effect on the totals is not known.`;
  }
  const macs = `${formatCount(inUnit(before.macs, unit))} → ${formatCount(inUnit(after.macs, unit))} ${label} (${formatChange(before.macs, after.macs)})`;
  const params = `${formatCount(before.params)} → ${formatCount(after.params)} parameters (${formatChange(before.params, after.params)})`;
  return `${head}: ${macs}, ${params}`;
}

/** `arguments 40, 10, as train.py:30 calls it` */
export function describeArguments({ arguments: given }: Report): readonly string[] {
  if (!given) return [];
  const { text, origin, at } = given;
  const place = visible(where(at));
  return [
    `arguments ${visible(text)}, ${origin === "call" ? `as ${place} calls it` : `by the annotation at ${place}`}`,
  ];
}

export function describeInput(report: Report): string {
  const { shapes, dtypes, origin } = report.input;
  if (shapes.length === 0) return "unknown";
  const inputs = shapes.map((shape, i) => {
    const dtype = dtypes[i];
    return dtype === undefined || dtype === "float32" ? formatShape(shape) : `${formatShape(shape)}:${dtype}`;
  });
  return `${inputs.join(", ")} (${origin})${describeBatch(report.input)}`;
}

/** Whose figures these are, where it is not one sample at axis 0. */
function describeBatch({ batch }: ReportInput): string {
  if (!batch) return "";
  if (batch.axis === null) return ", figures for the whole input";
  const along = batch.axis === 0 ? "" : ` along axis ${batch.axis}`;
  return batch.samples === 1 ? "" : `, figures for one of ${batch.samples} samples${along}`;
}

export function describeDiagnostic({ severity, message, at }: ReportDiagnostic): string {
  return `${where(at)}:${at.column} ${severity}: ${message}`;
}

function otherNetworks(report: Report): string {
  const others = report.networks.filter((name) => name !== report.network);
  return others.length === 0 ? "" : `Other networks in this file: ${others.join(", ")}`;
}

function sumKnown(layers: readonly ReportLayer[]): number {
  return layers.reduce((total, layer) => total + (layer.macs ?? 0), 0);
}

function sumParams(layers: readonly ReportLayer[]): number | null {
  return layers.reduce<number | null>(
    (total, layer) => (total === null || layer.params === null ? null : total + layer.params),
    0,
  );
}

function share(row: TextRow, fraction: (macs: number | null) => number): string {
  return row.macs === null ? "?" : formatShare(fraction(row.macs));
}

const BAR_WIDTH = 12;
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"] as const;

/** A bar of block characters, to an eighth of one. */
function bar(fraction: number): string {
  const eighths = fraction === 0 ? 0 : Math.max(1, Math.round(fraction * BAR_WIDTH * 8));
  return "█".repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? "");
}

/** A space, but not the one between a figure and its unit. */
const BREAK = / (?!(?:[kMGTP]?B?|%)(?:[ ,):]|$))/;

/** Breaks a line at spaces; the lines after the first are indented. An empty text has no lines. */
function wrap(text: string, width: number): string[] {
  if (text === "") return [];
  const lines: string[] = [];
  let line = "";
  for (const word of visible(text).split(BREAK)) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = `  ${word}`;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
