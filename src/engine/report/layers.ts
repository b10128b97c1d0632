/** Prices the rows of a trace: each becomes one layer of the report, with what a swap would make of it. */

import type { Place, ReportLayer } from "../contract/report.ts";
import { lift } from "../cost/lift.ts";
import { SWAP_OBSTACLES, type SwapObstacle, swapMacs, swapObstacle, swapParams } from "../cost/separable.ts";
import { isKnown } from "../frameworks/shape/dims.ts";
import { type Batch, batchAxisOf } from "../inputs/batchAxis.ts";
import { elements, reportShape, Tally, trainedElements } from "../interpret/counts.ts";
import type { ConvGeometry, OpRecord, Site } from "../interpret/trace.ts";
import { type Instance, type Tensor, Unknown } from "../interpret/values.ts";
import { place } from "../syntax/place.ts";
import { NOWHERE } from "../syntax/span.ts";
import { classify, kernelElements } from "./classify.ts";
import { addOutputBytes } from "./memory.ts";
import { groupRows, ownTensors, type Row } from "./rows.ts";

export interface PricedRow {
  readonly layer: ReportLayer;
  /** A layer that was made, not a function that was called. */
  readonly isMade: boolean;
  /** What the row stands for. */
  readonly ops: readonly OpRecord[];
  /** Why a figure of the layer is null. */
  readonly unknowns: readonly Unknown[];
}

export interface PricingSource {
  readonly ops: readonly OpRecord[];
  readonly names: ReadonlyMap<Instance, string>;
  readonly inputs: readonly Tensor[];
  /** The samples that were traced: figures are shared out over them. */
  readonly batch: Batch;
}

/** Every row that costs MACs or has parameters of its own, in execution order. */
export function priceLayers(source: PricingSource): PricedRow[] {
  return priceRows(source).filter(isLayer);
}

/** Whether the report lists it: activations and pools that have no parameters cost no MACs. */
export function isLayer({ layer }: PricedRow): boolean {
  return layer.macs !== 0 || layer.params !== 0;
}

/** Every row, free ones as well. */
export function priceRows(source: PricingSource): PricedRow[] {
  const context: PricingContext = {
    batch: source.batch,
    owned: new Set(),
    consumers: firstConsumers(source.ops),
    makers: makersOf(source.ops),
    image: imageTensors(source.ops, source.inputs),
  };
  return groupRows(source.ops, source.names).map((row) => priceRow(row, context));
}

interface PricingContext {
  readonly batch: Batch;
  /** Parameters that an earlier row has: shared ones are counted once. */
  readonly owned: Set<Tensor>;
  readonly consumers: ReadonlyMap<Tensor, OpRecord>;
  readonly makers: ReadonlyMap<Tensor, OpRecord>;
  readonly image: ReadonlySet<Tensor>;
}

function priceRow(row: Row, context: PricingContext): PricedRow {
  const { batch } = context;
  const { samples } = batch;
  const macs = new Tally();
  const elementwise = new Tally();
  const activation = new Tally();
  const params = new Tally();
  const trainable = new Tally();
  for (const op of row.ops) {
    const isFixed = batch.fixed.has(op);
    macs.add(op.macs, isFixed);
    elementwise.add(op.elementwise, isFixed);
    addOutputBytes(activation, op, batch);
  }
  // A layer has those too that its ops do not read themselves, for a weight is computed from them (`weight_norm`).
  const held = row.layer ? ownTensors(row.layer) : [];
  for (const weight of [...row.weights, ...held]) {
    if (weight.parameter === undefined || weight.parameter.buffer === true || context.owned.has(weight))
      continue;
    context.owned.add(weight);
    params.add(elements(weight));
    trainable.add(trainedElements(weight));
  }

  const main = dearest(row.ops);
  const ran = ranOps(row);
  const first = ran[0] ?? main;
  const last = lastOfFirstRun(row, ran);
  const { geometry } = main;
  const { read, written } = transferred(row, ran, batch);
  const swap = geometry && priceSwap(row, main, geometry, context);
  const layer: ReportLayer = {
    name: row.name,
    type: row.type,
    op: main.op,
    kind: classify(main.op, geometry),
    in: givenTo(row, first, context.makers).map((tensor) => reportShape(tensor.shape)),
    out: last.outputs.map((tensor) => reportShape(tensor.shape)),
    ...batchAxis(last.outputs[0], batch),
    kernel: geometry?.kernel ?? null,
    stride: geometry?.stride ?? null,
    padding: geometry ? flatPadding(geometry.padding) : null,
    dilation: geometry?.dilation ?? null,
    groups: geometry?.groups ?? null,
    in_channels: geometry?.inChannels ?? null,
    out_channels: geometry?.outChannels ?? null,
    bias: geometry?.bias ?? null,
    macs: macs.value(samples),
    params: params.value(),
    trainable_params: trainable.value(),
    elementwise: elementwise.value(samples),
    activation_bytes: activation.value(samples),
    read_values: read.value(samples),
    written_values: written.value(samples),
    calls: Math.max(1, row.runs.size),
    at: place(row.site?.at ?? NOWHERE),
    path: callers(row.site),
    called_at: first.site ? place(first.site.at) : null,
    swappable: swap !== undefined && swap.obstacle === undefined,
    ...(swap?.obstacle && { not_swappable: SWAP_OBSTACLES[swap.obstacle] }),
    separable_macs: swap?.macs ?? null,
    separable_params: swap?.params ?? null,
    separable_trainable_params: swap?.trainable ?? null,
    ...(row.ops.some((op) => op.conditional) && { conditional: true }),
  };
  const tallies = [macs, elementwise, activation, params];
  return {
    layer,
    isMade: row.layer !== undefined,
    ops: row.ops,
    unknowns: tallies.flatMap((tally) => tally.unknown ?? []),
  };
}

function batchAxis(output: Tensor | undefined, batch: Batch): Pick<ReportLayer, "batch_axis"> {
  const axis = output ? batchAxisOf(output, batch) : 0;
  return axis === 0 ? {} : { batch_axis: axis };
}

interface SwapPrice {
  readonly obstacle: SwapObstacle | undefined;
  readonly macs: number | null;
  readonly params: number | null;
  readonly trainable: number | null;
}

/** A stem that is left alone by default still shows what its swap would cost. */
function priceSwap(row: Row, main: OpRecord, geometry: ConvGeometry, context: PricingContext): SwapPrice {
  const conv = { ...geometry, kernelElements: kernelElements(geometry) };
  const stem = conv.inChannels <= IMAGE_CHANNELS && main.inputs.some((input) => context.image.has(input));
  const obstacle = swapObstacle({ ...conv, stem });
  if (obstacle !== undefined && obstacle !== "stem")
    return { obstacle, macs: null, params: null, trainable: null };

  const norm = normVectors(main, context.consumers);
  const slopes = slopesBehind(main, context.consumers);
  const shared = slopes === 1 ? 1 : 0;
  const vectors = norm.length + (slopes > 1 ? 1 : 0);
  const around = { bias: conv.bias, normVectors: vectors, slopes: shared };
  const macs = new Tally();
  for (const op of row.ops) {
    const output = op.outputs[0];
    if (op.op !== "conv" || output === undefined) continue;
    macs.add(positionMacs(conv, elements(output)), context.batch.fixed.has(op));
  }
  const params = swapParams(conv, around).separable;
  const isFrozen = main.weights.some((weight) => weight.parameter?.trainable === false);
  const fixed = norm.filter((vector) => vector.parameter?.trainable === false).length * conv.inChannels;
  const trainable = isFrozen ? 0 : params - fixed;
  return { obstacle, macs: macs.value(context.batch.samples), params, trainable };
}

function positionMacs(conv: Parameters<typeof swapMacs>[0], outputs: number | Unknown): number | Unknown {
  return lift((count: number) => swapMacs(conv, count / conv.outChannels).separable)(outputs);
}

/** Images have few channels (RGB, depth, stacked frames, spectral bands); more means feature maps. */
const IMAGE_CHANNELS = 15;

/** Tensors that are the network's input itself, at most padded, scaled or rearranged. */
function imageTensors(ops: readonly OpRecord[], inputs: readonly Tensor[]): ReadonlySet<Tensor> {
  const image = new Set(inputs);
  const features = new Set<Tensor>();
  const isConstant = (tensor: Tensor): boolean =>
    !image.has(tensor) && !features.has(tensor) && (tensor.parameter?.buffer ?? true);
  for (const op of ops) {
    const plain = op.op === "other" && op.macs === 0;
    if (plain && op.inputs.every(isConstant)) continue;
    const isImage = plain && op.inputs.every((input) => image.has(input) || isConstant(input));
    for (const output of op.outputs) (isImage ? image : features).add(output);
  }
  return image;
}

function firstConsumers(ops: readonly OpRecord[]): ReadonlyMap<Tensor, OpRecord> {
  const consumers = new Map<Tensor, OpRecord>();
  for (const op of ops) {
    for (const input of op.inputs) if (!consumers.has(input)) consumers.set(input, op);
  }
  return consumers;
}

function makersOf(ops: readonly OpRecord[]): ReadonlyMap<Tensor, OpRecord> {
  return new Map(ops.flatMap((op) => op.outputs.map((output) => [output, op] as const)));
}

const BATCH_NORM = /batch_?norm/i;

/** Weight vectors of the batch norm that reads a convolution's output; none when none does. */
function normVectors(conv: OpRecord, consumers: ReadonlyMap<Tensor, OpRecord>): readonly Tensor[] {
  const norm = batchNormBehind(conv, consumers);
  return (norm?.weights ?? []).filter((weight) => weight.parameter && weight.parameter.buffer !== true);
}

function batchNormBehind(
  { outputs: [output] }: OpRecord,
  consumers: ReadonlyMap<Tensor, OpRecord>,
): OpRecord | undefined {
  const next = output && consumers.get(output);
  return next?.op === "norm" && BATCH_NORM.test(next.name) ? next : undefined;
}

/** Slopes of the PReLU that reads the batch norm behind a convolution, for each channel or one for all: torch's. */
function slopesBehind(conv: OpRecord, consumers: ReadonlyMap<Tensor, OpRecord>): number {
  const [normed] = batchNormBehind(conv, consumers)?.outputs ?? [];
  const next = normed && consumers.get(normed);
  const shape = next?.name === "prelu" ? next.weights[0]?.shape : undefined;
  return shape && isKnown(shape) && shape.length === 1 ? shape[0]! : 0;
}

/** The op that a row is named for: the one with the most MACs, an unknown count before all, the first if equal. */
function dearest(ops: readonly OpRecord[]): OpRecord {
  const cost = (op: OpRecord): number => (op.macs instanceof Unknown ? Number.POSITIVE_INFINITY : op.macs);
  const named = ops.filter((op) => op.op !== "other");
  return (named.length > 0 ? named : ops).reduce((best, op) => (cost(op) > cost(best) ? op : best));
}

/** A row's ops in its runs; all of them where it has none. */
function ranOps(row: Row): readonly OpRecord[] {
  const ran = row.ops.filter((op) => row.runs.has(op) || runs(op.scope, row) !== undefined);
  return ran.length > 0 ? ran : row.ops;
}

function lastOfFirstRun(row: Row, ran: readonly OpRecord[]): OpRecord {
  const [first] = ran as [OpRecord, ...OpRecord[]];
  if (row.runs.has(first)) return first;
  const inFirstRun = ran.filter((op) => runs(op.scope, row) === runs(first.scope, row));
  return inFirstRun.at(-1) ?? first;
}

/**
 * What the layer is given. A convolution that pads by a layer of its own is given what that layer is; to the framework,
 * too, its input is what it is called with.
 */
function givenTo(row: Row, first: OpRecord, makers: ReadonlyMap<Tensor, OpRecord>): readonly Tensor[] {
  const run = runs(first.scope, row);
  const [input, ...others] = first.inputs;
  if (run === undefined || input === undefined || first.geometry === undefined) return first.inputs;
  let given = input;
  for (let maker = makers.get(given); maker && runs(maker.scope, row) === run; maker = makers.get(given)) {
    const [source] = maker.inputs;
    if (source === undefined) break;
    given = source;
  }
  return [given, ...others];
}

/** Elements that the row's runs take and give; what stays within a run may never leave the device's caches. */
function transferred(
  row: Row,
  ran: readonly OpRecord[],
  { whole }: Batch,
): { readonly read: Tally; readonly written: Tally } {
  const ends = new Map<OpRecord["scope"] | OpRecord, { readonly first: OpRecord; last: OpRecord }>();
  for (const op of ran) {
    const run = row.runs.has(op) ? op : runs(op.scope, row);
    const known = ends.get(run);
    if (known) known.last = op;
    else ends.set(run, { first: op, last: op });
  }
  const [read, written] = [new Tally(), new Tally()];
  for (const { first, last } of ends.values()) {
    for (const tensor of new Set(first.inputs)) read.add(elements(tensor), whole.has(tensor));
    for (const tensor of last.outputs) written.add(elements(tensor), whole.has(tensor));
  }
  return { read, written };
}

/** The run of the row's layer that an op belongs to. */
function runs(scope: OpRecord["scope"], row: Row): OpRecord["scope"] {
  for (let at = scope; at !== undefined; at = at.parent) if (row.runs.has(at)) return at;
  return undefined;
}

function flatPadding(padding: ConvGeometry["padding"]): readonly number[] {
  const symmetric = padding.every(([before, after]) => before === after);
  return symmetric ? padding.map(([before]) => before) : padding.flat();
}

function callers(site: Site | undefined): readonly Place[] {
  const path: Place[] = [];
  for (let at = site?.caller; at !== undefined; at = at.caller) path.push(place(at.at));
  return path.reverse();
}
