/**
 * The swap over a trace: a convolution becomes a depthwise one, the batch norm and activation that follow it once
 * more, and a pointwise one, as in figure 3 of MobileNets (https://arxiv.org/abs/1704.04861).
 */
import { isKnown } from "../frameworks/shape/dims.ts";
import type { ConvGeometry, OpRecord } from "../interpret/trace.ts";
import { Tensor } from "../interpret/values.ts";

export interface SwappedTrace {
  readonly ops: readonly OpRecord[];
  /** The network's parameters after the swap. */
  readonly parameters: readonly Tensor[];
}

/**
 * `normVectors`: weight vectors of the batch norm behind the convolution, 0 where none follows; `fixedVectors` of them
 * are not trained.
 */
export interface SwapSite {
  readonly op: OpRecord;
  readonly normVectors: number;
  /** Weights of the activation between that all channels share. */
  readonly slopes: number;
  readonly fixedVectors: number;
}

/** A convolution that does not run: only its weight changes. */
export interface IdleSite {
  readonly weight: Tensor;
  readonly conv: Pick<ConvGeometry, "inChannels" | "outChannels" | "kernel">;
  readonly normVectors: number;
  readonly slopes: number;
}

export function swapTrace(
  ops: readonly OpRecord[],
  parameters: readonly Tensor[],
  sites: readonly SwapSite[],
  idle: readonly IdleSite[] = [],
): SwappedTrace {
  const chosen = new Map(sites.map((site) => [site.op, site]));
  const made = new Map<Tensor | undefined, Weights>();
  for (const { weight, conv, normVectors, slopes } of idle)
    made.set(weight, makeWeights(conv, { normVectors, slopes, fixedVectors: 0 }, weight, undefined));
  const result = ops.flatMap((op) => {
    const site = chosen.get(op);
    const [input] = op.inputs;
    const [output] = op.outputs;
    if (!site || !op.geometry || !input || !output) return [op];
    const [weight, bias] = op.weights;
    const weights = made.get(weight) ?? makeWeights(op.geometry, site, weight, bias);
    made.set(weight, weights);
    return split(op, op.geometry, input, output, weights);
  });
  const kept = parameters.flatMap((parameter) => {
    const weights = made.get(parameter);
    return weights ? [weights.depthwise, ...weights.norm, weights.pointwise] : [parameter];
  });
  return { ops: result.map((op, index) => ({ ...op, index })), parameters: kept };
}

interface Weights {
  readonly depthwise: Tensor;
  readonly norm: readonly Tensor[];
  readonly pointwise: Tensor;
  readonly bias: readonly Tensor[];
}

function makeWeights(
  conv: IdleSite["conv"],
  site: Pick<SwapSite, "normVectors" | "slopes" | "fixedVectors">,
  weight: Tensor | undefined,
  bias: Tensor | undefined,
): Weights {
  const like = (shape: readonly number[]): Tensor => {
    const tensor = new Tensor(shape, weight?.dtype);
    if (weight?.parameter) tensor.parameter = weight.parameter;
    return tensor;
  };
  return {
    depthwise: like([conv.inChannels, ...conv.kernel]),
    norm: Array.from({ length: site.normVectors + Math.min(site.slopes, 1) }, (_, i) => {
      const vector = like([i < site.normVectors ? conv.inChannels : site.slopes]);
      if (i < site.fixedVectors) vector.parameter = { trainable: false };
      return vector;
    }),
    pointwise: like([conv.inChannels, conv.outChannels]),
    bias: bias ? [bias] : [],
  };
}

function split(
  op: OpRecord,
  conv: ConvGeometry,
  input: Tensor,
  output: Tensor,
  weights: Weights,
): OpRecord[] {
  const shape = isKnown(output.shape) ? output.shape : [];
  const elements = shape.reduce((count, size) => count * size, 1);
  const positions = elements / conv.outChannels;
  const kernel = conv.kernel.reduce((count, size) => count * size, 1);
  const middle = (): Tensor => {
    const channels = shape.indexOf(conv.outChannels, 1);
    return new Tensor(
      channels < 0 ? [positions, conv.inChannels] : shape.with(channels, conv.inChannels),
      output.dtype,
    );
  };
  const filtered = middle();
  const depthwise: OpRecord = {
    ...op,
    outputs: [filtered],
    weights: [weights.depthwise],
    macs: positions * kernel * conv.inChannels,
    elementwise: 0,
    geometry: { ...conv, outChannels: conv.inChannels, groups: conv.inChannels, bias: false },
  };
  const between: OpRecord[] = [];
  let mixed = filtered;
  if (weights.norm.length > 0) {
    const { geometry: _, ...plain } = op;
    const step = (name: string, kind: "norm" | "other", stepWeights: readonly Tensor[]): void => {
      const next = middle();
      if (kind === "other") next.storage = mixed.storage;
      between.push({
        ...plain,
        op: kind,
        name,
        inputs: [mixed],
        outputs: [next],
        weights: stepWeights,
        macs: 0,
        elementwise: positions * conv.inChannels,
      });
      mixed = next;
    };
    step("batch_norm", "norm", weights.norm);
    step("activation", "other", []);
  }
  const ones = conv.kernel.map(() => 1);
  const pointwise: OpRecord = {
    ...op,
    inputs: [mixed],
    weights: [weights.pointwise, ...weights.bias],
    macs: positions * conv.inChannels * conv.outChannels,
    geometry: {
      ...conv,
      kernel: ones,
      stride: ones,
      dilation: ones,
      padding: conv.kernel.map(() => [0, 0] as const),
    },
  };
  return [{ ...depthwise, inputs: [input] }, ...between, pointwise];
}
