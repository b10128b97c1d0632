/** jax.numpy, jax.lax and every layer of Flax against real JAX 0.10 and Flax 0.12: dtypes, shapes, parameters. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createFlax } from "../../../../src/engine/frameworks/flax/flax.ts";
import {
  Instance,
  isUnknown,
  Tensor,
  toItems,
  toNumber,
  type Value,
} from "../../../../src/engine/interpret/values.ts";
import { run } from "../../interpret/run.ts";

interface Recorded {
  readonly code: string;
  /** `float32[2,3]` for an array. */
  readonly out: unknown;
}

interface RecordedLayer extends Recorded {
  /** A leading text names the dtype. */
  readonly inputs: readonly (readonly (number | string)[])[];
  readonly params: number;
}

function truth<T>(name: string): readonly T[] {
  return JSON.parse(readFileSync(new URL(`../../../truth/${name}`, import.meta.url), "utf8")) as readonly T[];
}

const IMPORTS = `import jax
import jax.numpy as jnp
from flax import linen as nn
from flax import nnx
rngs = nnx.Rngs(0)
`;

function shown(value: Value): unknown {
  if (value instanceof Tensor) {
    return `${value.dtype}[${isUnknown(value.shape) ? value.shape.reason : value.shape.map(String).join(",")}]`;
  }
  const items = toItems(value);
  if (items) return items.map(shown);
  return toNumber(value) ?? value;
}

/** A recorded dtype where ours is kept apart: keys and masks of bits. */
const simplified = (out: unknown): unknown =>
  typeof out === "string"
    ? out.replace(/^key<fry>/, "uint32")
    : Array.isArray(out)
      ? out.map(simplified)
      : out;

describe("jax.numpy, jax.nn, jax.random, jax.lax", () => {
  it.each(truth<Recorded>("jax_arrays.json").map(({ code, out }) => [code, out] as const))(
    "%s",
    (code, out) => {
      const { value } = run(`${IMPORTS}${code}`);
      expect(shown(value)).toEqual(simplified(out));
    },
  );
});

describe("layers", () => {
  const flax = createFlax();
  const rows = truth<RecordedLayer>("flax_layers.json").map(
    ({ code, inputs, out, params }) => [code, inputs, out, params] as const,
  );
  it.each(rows)("%s", (code, inputs, out, params) => {
    const tensors = inputs.map((shape) => {
      const [first, ...rest] = shape;
      return typeof first === "string"
        ? `jnp.zeros((${rest.join(",")},), '${first}')`
        : `jnp.zeros((${shape.join(",")},))`;
    });
    const ran = run(`${IMPORTS}layer = ${code}\nlayer(${tensors.join(", ")})`);
    const layer = ran.get("layer");
    const { diagnostics } = ran.machine.endTrace();
    expect(diagnostics.map(({ message }) => message)).toEqual([]);
    expect(layer).toBeInstanceOf(Instance);
    const sizes = flax
      .parameters(ran.machine, layer as Instance)
      .map(({ shape }) => (shape as readonly number[]).reduce((a, b) => a * b, 1));
    expect({ out: shown(ran.value), params: sizes.reduce((a, b) => a + b, 0) }).toEqual({ out, params });
  });
});
