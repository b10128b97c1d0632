/**
 * `jax.nn`: activations, normalisations of an axis, one-hot, initialisers. Flax has them too.
 * https://docs.jax.dev/en/latest/jax.nn.html
 */

import { entryOf } from "../../../base/table.ts";
import { def } from "../../../interpret/native.ts";
import { isUnknown, type NativeFunction, toItems, type Value } from "../../../interpret/values.ts";
import { toDim } from "../../rules/sizes.ts";
import { axisOf as shapeAxisOf } from "../../shape/dims.ts";
import type { Args } from "../../torch/tensor/args.ts";
import { floatOf } from "../../torch/tensor/dtypes.ts";
import type { Answer, OpSpec } from "../../torch/tensor/op.ts";
import { REDUCTIONS } from "../../torch/tensor/reductions.ts";
import type { ArrayKit } from "./kit.ts";

const ELEMENTWISE =
  `relu relu6 sigmoid log_sigmoid softplus soft_sign silu swish elu leaky_relu hard_sigmoid hard_silu
  hard_swish hard_tanh celu selu gelu squareplus mish sparse_plus sparse_sigmoid tanh identity log1mexp`.split(
    /\s+/,
  );
/** The elementwise ones that take more than a tensor. */
const SLOPES: Readonly<Record<string, string>> = {
  elu: "input, alpha=1.0",
  celu: "input, alpha=1.0",
  leaky_relu: "input, negative_slope=0.01",
  squareplus: "input, b=4.0",
  gelu: "input, approximate=True",
};
const OVER_AXIS = "softmax log_softmax standardize".split(" ");

/** Keeps the shape; integers become floating point. */
const kept = (signature: string): OpSpec => ({
  signature,
  rule: (a): Answer => {
    const input = a.tensor("input");
    return { shape: input.shape, dtype: floatOf(input.dtype) };
  },
});

/** The same outputs, of elements that are not worked out. */
export function blurred(answer: Answer): Answer {
  return "shape" in answer ? { ...answer, data: undefined } : answer;
}

/** Gated linear unit: half of the axis. */
function glu(a: Args): Answer {
  const shape = a.shape("input");
  const axis = a.int("axis");
  const at = axis < 0 ? axis + shape.length : axis;
  return {
    shape: shape.map((size, i) => (i === at && typeof size === "number" ? Math.floor(size / 2) : size)),
  };
}

const OPS: Readonly<Record<string, OpSpec>> = {
  ...Object.fromEntries(ELEMENTWISE.map((name) => [name, kept(entryOf(SLOPES, name) ?? "input")])),
  ...Object.fromEntries(
    OVER_AXIS.map((name) => [
      name,
      kept("input, axis=-1, where=None, initial=None, mean=None, variance=None, epsilon=1e-05"),
    ]),
  ),
  normalize: kept("input, axis=-1, mean=None, variance=None, epsilon=1e-05, where=None"),
  glu: { signature: "input, axis=-1", rule: glu },
  one_hot: {
    signature: "input, num_classes, dtype=None, axis=-1",
    indices: (a) => [a.tensor("input")],
    rule: (a) => {
      const shape = a.shape("input");
      const at = shapeAxisOf(a.int("axis"), shape.length + 1) ?? shape.length;
      return { shape: shape.toSpliced(at, 0, a.dim("num_classes")), dtype: a.dtype("dtype") ?? "float32" };
    },
  },
  logsumexp: {
    ...REDUCTIONS.logsumexp!,
    signature: "input, dim=(), b=None, keepdim=False, ?return_sign=False, where=None",
    rule: (a) => {
      const made = REDUCTIONS.logsumexp!.rule(a);
      return a.has("b") || a.has("where") ? blurred(made) : made;
    },
  },
};

export function activations(kit: ArrayKit): Map<string, NativeFunction> {
  const names = new Map<string, NativeFunction>();
  for (const [name, spec] of Object.entries(OPS))
    names.set(name, kit.fn(name, spec, { x: "input", a: "input" }));
  return names;
}

/** Initialisers that are functions of (key, shape, dtype) themselves; the others make such a function. */
const DIRECT: ReadonlySet<string> = new Set(["zeros", "ones"]);

/** `jax.nn.initializers.<name>`: values are not known, so nothing is computed. */
export function initializer(kit: ArrayKit, name: string): Value {
  const fill = def(name, "key=None, shape=(), dtype=None, out_sharding=None, **?", (a, interp) => {
    const items = toItems(a.shape) ?? (isUnknown(a.shape) ? undefined : [a.shape]);
    if (!items) return kit.make(isUnknown(a.shape) ? a.shape : interp.unknown("a shape"));
    return kit.make(items.map(toDim), kit.dtypeName(a.dtype) ?? "float32");
  });
  return DIRECT.has(name) ? fill : def(name, "*args, **kwargs", () => fill);
}
