/**
 * `jax.random`: keys are arrays whose data nobody needs; samples have the shape that is asked for.
 * https://docs.jax.dev/en/latest/jax.random.html
 */

import { type NativeFunction, Unknown } from "../../../interpret/values.ts";
import { axisOf, Misfit, showShape } from "../../shape/dims.ts";
import type { Args } from "../../torch/tensor/args.ts";
import type { Answer, OpSpec } from "../../torch/tensor/op.ts";
import type { ArrayKit } from "./kit.ts";

const KEY: OpSpec = { signature: "seed=0, *, impl=None", rule: () => ({ shape: [2], dtype: "uint32" }) };

const sample = (signature: string, dtype = "float32"): OpSpec => ({
  signature,
  rule: (a): Answer => ({
    shape: a.has("shape") ? a.dims("shape") : [],
    dtype: a.dtype("dtype") ?? dtype,
  }),
});

/** A sample of the shape given, or of its parameters' shape. */
const shaped = (signature: string, parameter: string, dtype = "float32"): OpSpec => ({
  signature,
  rule: (a): Answer => ({ shape: a.has("shape") ? a.dims("shape") : a.tensor(parameter).shape, dtype }),
});

function categorical(a: Args): Answer {
  if (a.has("shape")) return { shape: a.dims("shape"), dtype: "int32" };
  const shape = a.shape("logits");
  const axis = a.int("axis");
  const at = axis < 0 ? axis + shape.length : axis;
  return { shape: shape.filter((_, i) => i !== at), dtype: "int32" };
}

function choice(a: Args): Answer {
  const shape = a.has("shape") ? a.dims("shape") : [];
  const { shape: pool, dtype } = a.tensor("a");
  if (pool instanceof Unknown) return { shape: pool };
  if (pool.length === 0) return { shape, dtype: "int32" };
  const axis = axisOf(a.int("axis"), pool.length);
  if (axis === undefined) return new Misfit(`${showShape(pool)} has no axis ${a.int("axis")}`);
  return { shape: [...pool.slice(0, axis), ...shape, ...pool.slice(axis + 1)], dtype };
}

/** Each sample is a vector as long as the last axis of its parameter. */
function vectors(signature: string, parameter: string): OpSpec {
  return {
    signature,
    rule: (a) => {
      const { shape } = a.tensor(parameter);
      if (!a.has("shape") || shape instanceof Unknown) return { shape };
      return { shape: [...a.dims("shape"), ...shape.slice(-1)] };
    },
  };
}

const OPS: Readonly<Record<string, OpSpec>> = {
  PRNGKey: KEY,
  key: KEY,
  split: {
    signature: "key, num=2",
    rule: (a) => ({ shape: [...a.dims("num"), 2], dtype: "uint32" }),
  },
  fold_in: { signature: "key, data", rule: () => ({ shape: [2], dtype: "uint32" }) },
  key_data: { signature: "keys", rule: () => ({ shape: [2], dtype: "uint32" }) },
  wrap_key_data: { signature: "key_bits_array, *, impl=None", rule: () => ({ shape: [2], dtype: "uint32" }) },
  normal: sample("key, shape=(), dtype=None"),
  uniform: sample("key, shape=(), dtype=None, minval=0.0, maxval=1.0"),
  truncated_normal: sample("key, lower, upper, shape=(), dtype=None"),
  gumbel: sample("key, shape=(), dtype=None"),
  laplace: sample("key, shape=(), dtype=None"),
  exponential: sample("key, shape=(), dtype=None"),
  randint: sample("key, shape, minval, maxval, dtype=None", "int32"),
  bernoulli: shaped("key, p=0.5, shape=None", "p", "bool"),
  beta: shaped("key, a, b, shape=None, dtype=None", "a"),
  gamma: shaped("key, a, shape=None, dtype=None", "a"),
  dirichlet: vectors("key, alpha, shape=None, dtype=None", "alpha"),
  multivariate_normal: vectors("key, mean, cov, shape=None, dtype=None, method='cholesky'", "mean"),
  rademacher: sample("key, shape=(), dtype=None", "int32"),
  permutation: {
    signature: "key, x, axis=0, independent=False",
    rule: (a) => {
      const { shape, dtype } = a.tensor("x");
      return Array.isArray(shape) && shape.length === 0
        ? { shape: [a.dim("x")], dtype: "int32" }
        : { shape, dtype };
    },
  },
  categorical: { signature: "key, logits, axis=-1, shape=None", rule: categorical },
  choice: { signature: "key, a, shape=(), replace=True, p=None, axis=0", rule: choice },
};

export function randomFunctions(kit: ArrayKit): Map<string, NativeFunction> {
  return new Map(Object.entries(OPS).map(([name, spec]) => [name, kit.fn(name, spec)]));
}
