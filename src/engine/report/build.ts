/** Makes the report of one network from its trace: rows, totals, and why any of it is not known. */

import type { CallSite, PartSite } from "../contract/engine.types.ts";
import type {
  FrameworkId,
  Place,
  Report,
  ReportArguments,
  ReportAssumption,
  ReportDiagnostic,
  ReportInput,
  ReportLayer,
  ReportTotals,
  WidthArgument,
} from "../contract/report.ts";
import { NEEDS_ARGUMENTS } from "../discovery/missingArguments.ts";
import { FOLLOWS_MISFIT } from "../frameworks/rules/mismatch.ts";
import type { Most } from "../inputs/atMost.ts";
import { type Batch, batchAxisOf } from "../inputs/batchAxis.ts";
import type { Assumption } from "../interpret/assumptions.ts";
import { elements, reportShape, Tally, trainedElements } from "../interpret/counts.ts";
import type { Gap, Trace, TraceDiagnostic } from "../interpret/trace.ts";
import { type Instance, type Tensor, Unknown } from "../interpret/values.ts";
import { place } from "../syntax/place.ts";
import { NOWHERE, type Span } from "../syntax/span.ts";
import { callSites } from "./calls.ts";
import { passGate } from "./gate.ts";
import { isLayer, type PricedRow, priceLayers, priceRows } from "./layers.ts";
import { addOutputBytes, peakBytes } from "./memory.ts";
import { type ChannelsOf, type NeverRun, neverRun } from "./neverRun.ts";
import { partSites } from "./parts.ts";

export interface ReportSource {
  /** `convlens 1.2.3` */
  readonly tool: string;
  readonly file: string;
  readonly language: "python" | "typescript";
  readonly framework: FrameworkId | null;
  readonly network: string;
  readonly networkAt: Span | undefined;
  /** Names of all roots of the file. */
  readonly networks: readonly string[];
  readonly arguments?: ReportArguments;
  readonly widthArguments?: readonly WidthArgument[];
  readonly input: ReportInput;
  /** The samples that were traced: figures are for one of them. */
  readonly batch: Batch;
  readonly assumptions?: readonly Assumption[];
  readonly trace: Trace;
  /** The run that costs most, where data decides how much runs and the code bounds it. */
  readonly most?: Most;
  /** The tensors of the forward call, and those it answered. */
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** Qualified layer names, as the framework gives them. */
  readonly names: ReadonlyMap<Instance, string>;
  /** Unique parameters of the network, used in the trace or not. */
  readonly parameters: readonly Tensor[];
  /** Channels of layers that did not run, where they are other than these say. */
  readonly idleChannels?: ChannelsOf;
  /** Why there may be more parameters than these. */
  readonly unknownParameters?: readonly Unknown[];
  /** Diagnostics from before the trace: syntax errors, inputs that do not fit. */
  readonly diagnostics?: readonly TraceDiagnostic[];
}

/** The source with what is the same whatever becomes of its layers: the most that they cost is not. */
export function withoutMost({ most: _, ...source }: ReportSource): ReportSource {
  return source;
}

export function buildReport(source: ReportSource): Report {
  return reportOf(source, allRows(source).filter(isLayer));
}

/** What a trace has besides its report: what each call of the program comes to, and each of its classes. */
export interface Around {
  readonly calls: readonly CallSite[];
  readonly parts: readonly PartSite[];
}

export function buildSurvey(source: ReportSource): { report: Report; around: () => Around } {
  const rows = allRows(source);
  const { network, names, batch, trace } = source;
  const from = { network, ops: trace.ops, names, batch, rows };
  return {
    report: reportOf(source, rows.filter(isLayer)),
    around: () => ({ calls: callSites(from), parts: partSites(from) }),
  };
}

function allRows({ trace, names, inputs, batch }: ReportSource): readonly PricedRow[] {
  return priceRows({ ops: trace.ops, names, inputs, batch });
}

function reportOf(source: ReportSource, rows: readonly PricedRow[]): Report {
  const { trace, outputs, batch } = source;
  const layers = withMost(
    source,
    rows.map(({ layer }) => layer),
  );
  const idle = idleLayers(source, layers);
  const { totals, unknowns } = priceTotals(source);
  const figures = [...layers, totals].flatMap((figure) => [
    figure.macs,
    figure.params,
    figure.trainable_params,
    figure.elementwise,
    figure.activation_bytes,
  ]);
  const report: Report = {
    version: 1,
    tool: source.tool,
    file: source.file,
    language: source.language,
    framework: source.framework,
    network: source.network,
    network_at: source.networkAt ? place(source.networkAt) : null,
    networks: source.networks,
    ...(source.arguments && { arguments: source.arguments }),
    ...(source.widthArguments?.length && { width_arguments: source.widthArguments }),
    input: { ...source.input, ...samplesOf(batch) },
    output: outputs.map((tensor) => reportShape(tensor.shape)),
    ...outputAxes(outputs, batch),
    complete: trace.gaps.length === 0 && figures.every((figure) => figure !== null),
    assumptions: (source.assumptions ?? []).map(reportAssumption),
    totals,
    layers,
    ...(idle.length > 0 && { never_run: idle.map(({ layer }) => layer) }),
    diagnostics: diagnose(source, rows, unknowns),
  };
  return passGate(report, networkPlace(source));
}

/** Rows that hang on data, with what they cost at most. */
function withMost(
  { most: run, names, inputs }: ReportSource,
  layers: readonly ReportLayer[],
): readonly ReportLayer[] {
  if (!run || layers.every(({ macs }) => macs !== null)) return layers;
  const key = ({ name, at }: ReportLayer): string => keyOf(name, at);
  const most = new Map(priceLayers({ ...run, names, inputs }).map(({ layer }) => [key(layer), layer.macs]));
  return layers.map((layer) => {
    const macs = layer.macs === null ? most.get(key(layer)) : undefined;
    return typeof macs === "number" ? { ...layer, macs_at_most: macs } : layer;
  });
}

function reportAssumption({ kind, text, at }: Assumption): ReportAssumption {
  return { kind, text, ...(at && at.line > 0 && { at: place(at) }) };
}

function samplesOf({ samples, axis }: Batch): Pick<ReportInput, "batch"> {
  return samples === 1 && axis === 0 ? {} : { batch: { samples, axis } };
}

function outputAxes(outputs: readonly Tensor[], batch: Batch): Pick<Report, "output_batch_axes"> {
  const axes = outputs.map((output) => batchAxisOf(output, batch));
  return axes.every((axis) => axis === 0) ? {} : { output_batch_axes: axes };
}

function networkPlace({ networkAt, file }: ReportSource): Place {
  return place(networkAt ?? { ...NOWHERE, file, line: 1, column: 1, endLine: 1, endColumn: 1 });
}

/** What is made and does not run. */
export function idleLayers(source: ReportSource, layers: readonly ReportLayer[]): readonly NeverRun[] {
  const { trace, names, parameters, idleChannels: channels } = source;
  return neverRun({ ops: trace.ops, names, parameters, channels }, layers);
}

function priceTotals(source: ReportSource): { totals: ReportTotals; unknowns: readonly Unknown[] } {
  const { trace } = source;
  const { samples, fixed } = source.batch;
  const macs = new Tally();
  const elementwise = new Tally();
  const activation = new Tally();
  const peak = new Tally();
  for (const op of trace.ops) {
    const isFixed = fixed.has(op);
    macs.add(op.macs, isFixed);
    elementwise.add(op.elementwise, isFixed);
    addOutputBytes(activation, op, source.batch);
  }
  // What was missed may have cost something, whatever it was.
  for (const { reason, at } of trace.gaps) {
    for (const tally of [macs, elementwise, activation, peak]) tally.add(new Unknown(reason, at));
  }
  const params = new Tally();
  const trainable = new Tally();
  for (const parameter of source.parameters) {
    params.add(elements(parameter));
    trainable.add(trainedElements(parameter));
  }
  for (const reason of source.unknownParameters ?? []) {
    params.add(reason);
    trainable.add(reason);
  }
  peak.add(
    peakBytes({ ops: trace.ops, inputs: source.inputs, outputs: source.outputs, batch: source.batch }),
  );
  const most = new Tally();
  for (const op of source.most?.ops ?? []) most.add(op.macs, source.most?.batch.fixed.has(op));
  const total = macs.value(samples);
  const atMost = total === null && source.most ? most.value(samples) : null;
  const totals: ReportTotals = {
    macs: total,
    ...(atMost !== null && { macs_at_most: atMost }),
    params: params.value(),
    trainable_params: trainable.value(),
    elementwise: elementwise.value(samples),
    activation_bytes: activation.value(samples),
    peak_activation_bytes: peak.value(samples),
  };
  return {
    totals,
    unknowns: [macs, params, trainable, elementwise, activation, peak].flatMap(
      (tally) => tally.unknown ?? [],
    ),
  };
}

/** All that the user should know, each once, errors of the program before gaps of ours. */
function diagnose(
  source: ReportSource,
  rows: readonly PricedRow[],
  unknowns: readonly Unknown[],
): readonly ReportDiagnostic[] {
  const seen = new Set<string>();
  // What is to be given comes first, before what the program itself ran into.
  const all = [...(source.diagnostics ?? []), ...source.trace.diagnostics];
  const isNeed = ({ code }: TraceDiagnostic): boolean => code === NEEDS_ARGUMENTS;
  const said = [...all.filter(isNeed), ...all.filter((found) => !isNeed(found))];
  // What is unknown for a reason that is told follows from it, and says no more.
  const told = new Set(said.map(({ message }) => message));
  if (said.some(({ code }) => code !== "syntax")) told.add(FOLLOWS_MISFIT);
  const { reworded } = source.trace;
  const diagnostics: ReportDiagnostic[] = [];
  const add = (diagnostic: ReportDiagnostic): void => {
    const key = keyOf(diagnostic.message, diagnostic.at);
    if (seen.has(key)) return;
    seen.add(key);
    diagnostics.push(diagnostic);
  };
  const network = networkPlace(source);
  // What no text of the program asked for (an input that is missing) is told where the network is defined.
  const placeOr = (at: Span | undefined): Place => (at && at.line > 0 ? place(at) : network);
  const notKnown = (reason: string, at: Place, message = reason): void => {
    if (!told.has(reason)) add({ severity: "warning", code: "unknown-value", message, at });
  };

  for (const found of said) {
    const related = found.related?.map(({ message, at }) => ({ message, at: place(at) }));
    add({
      severity: found.severity,
      code: found.code,
      message: reworded?.get(found.message) ?? found.message,
      at: placeOr(found.at),
      ...(related && { related }),
    });
  }
  for (const { reason, at } of firstOfEach(source.trace.gaps, source.file)) notKnown(reason, placeOr(at));
  for (const { reason, at, layers } of reasonsOf(rows)) {
    if (seen.has(keyOf(reason, at))) continue;
    const more = layers.length > 1 ? ` and ${layers.length - 1} more` : "";
    notKnown(reason, at, `${layers[0]}${more}: ${reason}`);
  }
  const explained = new Set(rows.flatMap((row) => row.unknowns.map(({ reason }) => reason)));
  for (const reason of unknowns) {
    if (!explained.has(reason.reason)) notKnown(reason.reason, placeOr(reason.at));
  }
  return diagnostics;
}

/** Each reason once, in the network's own file where it is met there. */
function firstOfEach(gaps: Trace["gaps"], file: string): Iterable<Gap> {
  const found = new Map<string, Gap>();
  for (const gap of gaps) {
    const known = found.get(gap.reason);
    if (!known || (known.at?.file !== file && gap.at?.file === file)) found.set(gap.reason, gap);
  }
  return found.values();
}

interface LayersReason {
  readonly reason: string;
  readonly at: Place;
  /** Names of the layers that are unknown for it. */
  readonly layers: string[];
}

/** One unknown spreads to all that hangs on it: each reason once, with its layers. */
function reasonsOf(rows: readonly PricedRow[]): Iterable<LayersReason> {
  const reasons = new Map<string, LayersReason>();
  for (const { layer, unknowns } of rows) {
    for (const { reason, at } of unknowns) {
      const where = at ? place(at) : layer.at;
      const key = at ? keyOf(reason, where) : reason;
      const known = reasons.get(key);
      if (known === undefined) reasons.set(key, { reason, at: where, layers: [layer.name] });
      else if (known.layers.at(-1) !== layer.name) known.layers.push(layer.name);
    }
  }
  return reasons.values();
}

function keyOf(message: string, { file, line, column }: Place): string {
  return `${file}:${line}:${column} ${message}`;
}
