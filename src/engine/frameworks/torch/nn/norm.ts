/**
 * Normalisations, as layers and as functions. They cost no MACs; their elements are counted.
 * https://docs.pytorch.org/docs/stable/nn.html#normalization-layers
 */
import { type Dim, isUnknown, type Tensor, Tuple, toItems, type Value } from "../../../interpret/values.ts";
import { differ, toDim, unevenGroups } from "../../rules/sizes.ts";
import { showShape } from "../../shape/dims.ts";
import { type Build, type FunctionSpec, type LayerSpec, makeParameter } from "./layer.ts";
import { addTensor } from "./module.ts";
import type { Emission, Op } from "./op.ts";

function emitNorm(
  op: Op,
  input: Tensor,
  weights: readonly (Tensor | undefined)[],
  problem?: string,
  { name, batchAxis }: Pick<Emission, "name" | "batchAxis"> = {},
): Tensor {
  return op.emit({
    op: "norm",
    inputs: [input],
    shape: input.shape,
    weights,
    problem,
    ...(name === undefined ? {} : { name }),
    ...(batchAxis === undefined ? {} : { batchAxis }),
  });
}

/** A norm over channels at axis 1 (axis 0 of an unbatched input, where torch allows one). */
function channelNorm(
  op: Op,
  value: Value,
  channels: Dim | undefined,
  weights: readonly (Tensor | undefined)[],
  ranks: readonly number[] | undefined,
  unbatchedRank?: number,
): Tensor {
  const input = op.tensor(value);
  if (isUnknown(input.shape)) return emitNorm(op, input, weights);
  const rank = input.shape.length;
  const size = input.shape[rank === unbatchedRank ? 0 : 1];
  let problem: string | undefined;
  if (ranks && !ranks.includes(rank)) {
    problem = `expects an input with ${ranks.join(" or ")} axes, gets ${rank} (${showShape(input.shape)})`;
  } else if (size !== undefined && channels !== undefined && differ(size, channels)) {
    problem = `expects ${channels} channels, gets ${size}`;
  }
  return emitNorm(op, input, weights, problem, { batchAxis: rank === unbatchedRank ? null : 0 });
}

function firstSize(...tensors: (Tensor | undefined)[]): Dim | undefined {
  for (const tensor of tensors) if (tensor && !isUnknown(tensor.shape)) return tensor.shape[0];
  return undefined;
}

const NORM_INIT =
  "num_features, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None";
const INSTANCE_INIT = NORM_INIT.replace(
  "affine=True, track_running_stats=True",
  "affine=False, track_running_stats=False",
);

function buildChannelNorm(b: Build): void {
  const channels = b.dim("num_features");
  const affine = b.flag("affine", true);
  b.parameter("weight", affine ? [channels] : null);
  b.parameter("bias", affine ? [channels] : null);
  const tracked = b.flag("track_running_stats", true);
  b.buffer("running_mean", tracked ? [channels] : null);
  b.buffer("running_var", tracked ? [channels] : null);
  b.buffer("num_batches_tracked", tracked ? [] : null, "int64");
}

/** Ranks that the input of a norm may have, and the rank of an unbatched one. */
interface Ranks {
  readonly all: readonly number[];
  readonly unbatched?: number;
}

function layerChannelNorm(ranks?: Ranks): NonNullable<LayerSpec["forward"]> {
  return [
    "input",
    (op, a) => {
      const weights = [op.weight("weight"), op.weight("bias")];
      const channels = firstSize(...weights, op.weight("running_mean")) ?? op.dim("num_features");
      return channelNorm(op, a.input, channels, weights, ranks?.all, ranks?.unbatched);
    },
  ];
}

const BATCH_RANKS: Readonly<Record<number, Ranks>> = { 1: { all: [2, 3] }, 2: { all: [4] }, 3: { all: [5] } };
const INSTANCE_RANKS: Readonly<Record<number, Ranks>> = {
  1: { all: [2, 3], unbatched: 2 },
  2: { all: [3, 4], unbatched: 3 },
  3: { all: [4, 5], unbatched: 4 },
};

function lazyNorm(name: string, home: string, init: string, ranks: Ranks, fn: string): LayerSpec {
  const [, rule] = layerChannelNorm(ranks);
  return {
    name: `Lazy${name}`,
    home,
    base: name,
    init: init.replace("num_features, ", ""),
    build: (b) => {
      b.set("num_features", 0);
      for (const key of ["weight", "bias"]) b.parameter(key, null);
      for (const key of ["running_mean", "running_var", "num_batches_tracked"]) b.buffer(key, null);
    },
    forward: [
      "input",
      (op, a) => {
        const layer = op.layer;
        const { shape } = op.tensor(a.input);
        if (layer && op.attr("num_features") === 0) {
          const unbatched = !isUnknown(shape) && shape.length === ranks.unbatched;
          const channels = isUnknown(shape) ? shape : (shape[unbatched ? 0 : 1] ?? 0);
          op.interp.touch(layer);
          layer.attrs.set("num_features", channels);
          if (layer.cls === op.nn.layer(`Lazy${name}`)) layer.cls = op.nn.layer(name);
          if (op.flag(op.attr("affine"), true)) {
            for (const key of ["weight", "bias"]) {
              addTensor(op.interp, layer, "_parameters", key, makeParameter(op.nn, [channels]));
            }
          }
          if (op.flag(op.attr("track_running_stats"), true)) {
            for (const key of ["running_mean", "running_var"]) {
              addTensor(op.interp, layer, "_buffers", key, op.nn.tensors.make([channels]));
            }
            addTensor(op.interp, layer, "_buffers", "num_batches_tracked", op.nn.tensors.make([], "int64"));
          }
        }
        return rule(op, a);
      },
    ],
    fn,
  };
}

/** Sizes of `normalized_shape` against the input's last axes. */
function lastAxesNorm(
  op: Op,
  value: Value,
  normalized: Value,
  weights: readonly (Tensor | undefined)[],
): Tensor {
  const input = op.tensor(value);
  const sizes = (toItems(normalized) ?? [normalized]).map(toDim);
  if (isUnknown(input.shape)) return emitNorm(op, input, weights);
  const last = input.shape.slice(-sizes.length);
  const misfit = last.length !== sizes.length || sizes.some((size, i) => differ(size, last[i] ?? size));
  return emitNorm(
    op,
    input,
    weights,
    misfit ? `normalises over ${showShape(sizes)}, gets ${showShape(input.shape)}` : undefined,
  );
}

function buildLastAxesNorm(b: Build, withBias: boolean): void {
  const given = b.args.normalized_shape;
  const sizes = (toItems(given) ?? [given]).map(toDim);
  b.set("normalized_shape", new Tuple(sizes));
  const affine = b.flag("elementwise_affine", true);
  b.parameter("weight", affine ? sizes : null);
  if (withBias) b.parameter("bias", affine && b.flag("bias", true) ? sizes : null);
}

function groupNorm(
  op: Op,
  value: Value,
  groups: Dim,
  channels: Dim | undefined,
  weights: readonly (Tensor | undefined)[],
): Tensor {
  const input = op.tensor(value);
  const size = isUnknown(input.shape) ? undefined : input.shape[1];
  let problem: string | undefined;
  if (size !== undefined && channels !== undefined && differ(size, channels)) {
    problem = `expects ${channels} channels, gets ${size}`;
  } else if (size !== undefined) {
    problem = unevenGroups(groups, size);
  }
  return emitNorm(op, input, weights, problem);
}

export const NORM_LAYERS: readonly LayerSpec[] = [
  {
    name: "_NormBase",
    home: "batchnorm",
    init: NORM_INIT,
    build: buildChannelNorm,
  },
  {
    name: "_BatchNorm",
    home: "batchnorm",
    base: "_NormBase",
    init: NORM_INIT,
    build: buildChannelNorm,
    forward: layerChannelNorm(),
    fn: "batch_norm",
  },
  ...[1, 2, 3].map(
    (spatial): LayerSpec => ({
      name: `BatchNorm${spatial}d`,
      home: "batchnorm",
      base: "_BatchNorm",
      forward: layerChannelNorm(BATCH_RANKS[spatial]),
      fn: "batch_norm",
    }),
  ),
  {
    name: "SyncBatchNorm",
    home: "batchnorm",
    base: "_BatchNorm",
    init: NORM_INIT.replace("device=None", "process_group=None, device=None"),
    build: buildChannelNorm,
    classMethods: { convert_sync_batchnorm: ["cls, module, process_group=None", (a) => a.module] },
  },
  {
    name: "_InstanceNorm",
    home: "instancenorm",
    base: "_NormBase",
    init: INSTANCE_INIT,
    build: buildChannelNorm,
    forward: layerChannelNorm(),
    fn: "instance_norm",
  },
  ...[1, 2, 3].map(
    (spatial): LayerSpec => ({
      name: `InstanceNorm${spatial}d`,
      home: "instancenorm",
      base: "_InstanceNorm",
      forward: layerInstanceNorm(spatial),
      fn: "instance_norm",
    }),
  ),
  ...[1, 2, 3].flatMap((spatial): LayerSpec[] => [
    lazyNorm(`BatchNorm${spatial}d`, "batchnorm", NORM_INIT, BATCH_RANKS[spatial]!, "batch_norm"),
    lazyNorm(`InstanceNorm${spatial}d`, "instancenorm", NORM_INIT, INSTANCE_RANKS[spatial]!, "instance_norm"),
  ]),
  {
    name: "LayerNorm",
    home: "normalization",
    init: "normalized_shape, eps=1e-05, elementwise_affine=True, bias=True, device=None, dtype=None",
    hidden: ["bias"],
    build: (b) => buildLastAxesNorm(b, true),
    forward: [
      "input",
      (op, a) =>
        lastAxesNorm(op, a.input, op.attr("normalized_shape"), [op.weight("weight"), op.weight("bias")]),
    ],
    fn: "layer_norm",
  },
  {
    name: "RMSNorm",
    home: "normalization",
    init: "normalized_shape, eps=None, elementwise_affine=True, device=None, dtype=None",
    build: (b) => buildLastAxesNorm(b, false),
    forward: ["x", (op, a) => lastAxesNorm(op, a.x, op.attr("normalized_shape"), [op.weight("weight")])],
    fn: "rms_norm",
  },
  {
    name: "GroupNorm",
    home: "normalization",
    init: "num_groups, num_channels, eps=1e-05, affine=True, device=None, dtype=None",
    build: (b) => {
      const shape = b.flag("affine", true) ? [b.dim("num_channels")] : null;
      const [groups, channels] = [b.dim("num_groups"), b.dim("num_channels")];
      if (typeof groups === "number" && typeof channels === "number" && channels % groups !== 0) {
        b.interp.fail("ValueError", `num_channels must be divisible by num_groups: ${channels} by ${groups}`);
      }
      b.parameter("weight", shape);
      b.parameter("bias", shape);
    },
    forward: [
      "input",
      (op, a) => {
        const weights = [op.weight("weight"), op.weight("bias")];
        return groupNorm(
          op,
          a.input,
          op.dim("num_groups"),
          firstSize(...weights) ?? op.dim("num_channels"),
          weights,
        );
      },
    ],
    fn: "group_norm",
  },
  {
    name: "LocalResponseNorm",
    home: "normalization",
    init: "size, alpha=0.0001, beta=0.75, k=1.0",
    forward: ["input", (op, a) => emitNorm(op, op.tensor(a.input), [])],
    fn: "local_response_norm",
  },
  {
    name: "CrossMapLRN2d",
    home: "normalization",
    init: "size, alpha=0.0001, beta=0.75, k=1",
    forward: ["input", (op, a) => emitNorm(op, op.tensor(a.input), [])],
    fn: "local_response_norm",
  },
];

/** Without affine weights and statistics torch only warns when the channels differ. */
function layerInstanceNorm(spatial: number): NonNullable<LayerSpec["forward"]> {
  return [
    "input",
    (op, a) => {
      const weights = [op.weight("weight"), op.weight("bias")];
      const ranks = INSTANCE_RANKS[spatial];
      const channels = firstSize(...weights, op.weight("running_mean"));
      return channelNorm(op, a.input, channels, weights, ranks?.all, ranks?.unbatched);
    },
  ];
}

export const NORM_FUNCTIONS: Readonly<Record<string, FunctionSpec>> = {
  batch_norm: {
    signature:
      "input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-05",
    rule: (op, a) => {
      const weights = [op.optional(a.weight), op.optional(a.bias)];
      return channelNorm(op, a.input, firstSize(...weights, op.optional(a.running_mean)), weights, undefined);
    },
  },
  instance_norm: {
    signature:
      "input, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True, momentum=0.1, eps=1e-05",
    rule: (op, a) => {
      const weights = [op.optional(a.weight), op.optional(a.bias)];
      return channelNorm(op, a.input, firstSize(...weights), weights, undefined);
    },
  },
  layer_norm: {
    signature: "input, normalized_shape, weight=None, bias=None, eps=1e-05",
    rule: (op, a) =>
      lastAxesNorm(op, a.input, a.normalized_shape, [op.optional(a.weight), op.optional(a.bias)]),
  },
  rms_norm: {
    signature: "input, normalized_shape, weight=None, eps=None",
    rule: (op, a) => lastAxesNorm(op, a.input, a.normalized_shape, [op.optional(a.weight)]),
  },
  group_norm: {
    signature: "input, num_groups, weight=None, bias=None, eps=1e-05",
    rule: (op, a) => {
      const weights = [op.optional(a.weight), op.optional(a.bias)];
      return groupNorm(op, a.input, toDim(a.num_groups), firstSize(...weights), weights);
    },
  },
  local_response_norm: {
    signature: "input, size, alpha=0.0001, beta=0.75, k=1.0",
    rule: (op, a) => emitNorm(op, op.tensor(a.input), []),
  },
  normalize: {
    signature: "input, p=2.0, dim=1, eps=1e-12, out=None",
    rule: (op, a) => emitNorm(op, op.tensor(a.input), []),
  },
};
