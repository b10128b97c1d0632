/**
 * Functions that linen and nnx have besides layers: pooling, and attention without parameters.
 * https://flax.readthedocs.io/en/latest/api_reference/flax.linen/layers.html#pooling
 */
import { attentionMacs } from "../../../cost/contraction.ts";
import { product } from "../../../cost/lift.ts";
import type { Interp } from "../../../interpret/interp.ts";
import { type Bound, def } from "../../../interpret/native.ts";
import {
  type Dim,
  isUnknown,
  type NativeFunction,
  toItems,
  type Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { windowPool } from "../../rules/pooling.ts";
import { possibleArguments } from "../../rules/possible.ts";
import { toDim } from "../../rules/sizes.ts";
import type { ArrayKit } from "../arrays/kit.ts";
import { paddingOf } from "./conv.ts";
import { Run } from "./run.ts";
import { poolArguments } from "./sizes.ts";

type FunctionRule = (run: Run, a: Bound) => Value;

function sizes(value: Value, axes: number): readonly Dim[] {
  return (
    toItems(value)?.map(toDim) ??
    new Array<Dim>(axes).fill(value === null || value === undefined ? 1 : toDim(value))
  );
}

/** Windows over the axes between the batch and the channels; the stride is 1 unless told otherwise. */
function pool(run: Run, a: Bound): Value {
  const input = run.tensor(a.inputs);
  const kernel = sizes(a.window_shape, 1);
  const ones = new Array<Dim>(kernel.length).fill(1);
  const stride = sizes(a.strides, kernel.length);
  if (isUnknown(input.shape)) return run.emit({ inputs: [input], shape: input.shape });
  const ruling = windowPool(
    input.shape,
    { spatial: kernel.length, channels: "last", otherAxes: [1, 6] },
    { kernel, stride, dilation: ones, padding: paddingOf(a.padding, kernel, ones), mayBeEmpty: true },
  );
  const strides = toItems(a.strides);
  const { shape, problem, isEmpty } =
    strides && strides.length !== kernel.length
      ? {
          ...ruling,
          problem: `has ${kernel.length} sizes of its window, which must equal its ${strides.length} strides`,
          isEmpty: false,
        }
      : ruling;
  return run.emit({ inputs: [input], shape, dtype: input.dtype, problem, isEmpty });
}

/** Queries, keys and values as batch × length × heads × features. */
function attention(run: Run, a: Bound): Value {
  const [query, key, value] = [run.tensor(a.query), run.tensor(a.key), run.tensor(a.value)];
  const inputs = [query, key, value];
  const unknown = inputs.map(({ shape }) => shape).find(isUnknown);
  if (unknown) return run.emit({ op: "attention", inputs, shape: unknown, macs: unknown });
  const [q, k, v] = inputs.map(({ shape }) => shape as readonly Dim[]);
  const [queries = 1, heads = 1, size = 1] = q!.slice(-3);
  const keys = k!.at(-3) ?? 1;
  const width = v!.at(-1) ?? 1;
  const batch = product<Unknown>([...q!.slice(0, -3), heads]);
  return run.emit({
    op: "attention",
    inputs,
    shape: [...q!.slice(0, -1), width],
    macs: attentionMacs<Unknown>(batch, queries, keys, size, width),
  });
}

/** The scores alone: batch × heads × queries × keys. */
function attentionWeights(run: Run, a: Bound): Value {
  const [query, key] = [run.tensor(a.query), run.tensor(a.key)];
  if (isUnknown(query.shape) || isUnknown(key.shape)) {
    const why = isUnknown(query.shape) ? query.shape : (key.shape as Unknown);
    return run.emit({ op: "attention", inputs: [query, key], shape: why, macs: why });
  }
  const [queries = 1, heads = 1, size = 1] = query.shape.slice(-3);
  const shape = [...query.shape.slice(0, -3), heads, queries, key.shape.at(-3) ?? 1];
  return run.emit({ op: "attention", inputs: [query, key], shape, macs: product<Unknown>([...shape, size]) });
}

/** Masks compare every query with every key: batch × heads × queries × keys. */
function mask(run: Run, a: Bound): Value {
  const query = run.tensor(a.query ?? a.x);
  const key = run.tensor(a.key ?? a.x);
  if (isUnknown(query.shape)) return run.make(query.shape, "float32");
  if (isUnknown(key.shape)) return run.make(key.shape, "float32");
  const more = toDim(a.extra_batch_dims);
  if (isUnknown(more)) return run.make(more, "float32");
  const before = new Array<number>(more).fill(1);
  return run.make(
    [...before, ...query.shape.slice(0, -1), 1, query.shape.at(-1) ?? 1, key.shape.at(-1) ?? 1],
    "float32",
  );
}

/** Masks that are there, broadcast; None when there is none. */
function combineMasks(run: Run, a: Bound): Value {
  const given = (toItems(a.masks) ?? []).filter((item) => item !== null && item !== undefined);
  if (given.length === 0) return null;
  return given.reduce<Value>(
    (left, right) => (left === null ? right : run.interp.binary("*", left, right)),
    null,
  );
}

const POOL = "inputs, window_shape, strides=None, padding='VALID'";
const ATTENTION = `query, key, value, bias=None, mask=None, broadcast_dropout=True, dropout_rng=None, dropout_rate=0.0,
  deterministic=False, dtype=None, precision=None, module=None, force_fp32_for_softmax=False,
  einsum_dot_general=None, qk_attn_weights_einsum=None, attn_weights_value_einsum=None, einsum=None,
  promote_dtype=None, is_causal=False`;

const FUNCTIONS: Readonly<Record<string, readonly [string, FunctionRule]>> = {
  avg_pool: [`${POOL}, count_include_pad=True`, pool],
  max_pool: [POOL, pool],
  min_pool: [POOL, pool],
  pool: ["inputs, init=None, reduce_fn=None, window_shape=1, strides=None, padding='VALID'", pool],
  dot_product_attention: [ATTENTION, attention],
  dot_product_attention_weights: [`${ATTENTION.replace("value, ", "")}`, attentionWeights],
  make_attention_mask: ["query, key, pairwise_fn=None, extra_batch_dims=0, dtype=None", mask],
  make_causal_mask: ["x, extra_batch_dims=0, dtype=None", mask],
  combine_masks: ["*masks, dtype=None", combineMasks],
};

/** The pooling, attention and mask functions of `flax.linen` and `flax.nnx`. */
export function layerFunctions(kit: ArrayKit): Map<string, NativeFunction> {
  return new Map(
    Object.entries(FUNCTIONS).map(([name, [signature, rule]]) => [
      name,
      def(name, signature, (a, interp: Interp) =>
        rule(
          new Run(interp, kit, name, name),
          rule === pool ? possibleArguments(interp, a, poolArguments(name)) : a,
        ),
      ),
    ]),
  );
}
