/** Every layer of Equinox against real Equinox 0.13: outputs and parameters. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createEquinox } from "../../../../src/engine/frameworks/equinox/equinox.ts";
import { Jax } from "../../../../src/engine/frameworks/flax/jax.ts";
import { Instance, isUnknown, Tensor, toItems, type Value } from "../../../../src/engine/interpret/values.ts";
import { run } from "../../interpret/run.ts";

interface Recorded {
  /** What makes the layer, and what runs it. */
  readonly code: string;
  readonly call: string;
  /** A leading text names the dtype. */
  readonly inputs: readonly (readonly (number | string)[])[];
  readonly out: unknown;
  readonly params: number;
}

const cases = JSON.parse(
  readFileSync(new URL("../../../truth/equinox_layers.json", import.meta.url), "utf8"),
) as readonly Recorded[];

function shown(value: Value): unknown {
  if (value instanceof Tensor)
    return `${value.dtype}[${isUnknown(value.shape) ? value.shape.reason : value.shape.map(String).join(",")}]`;
  return toItems(value)?.map(shown) ?? value;
}

describe("layers", () => {
  const equinox = createEquinox(new Jax());
  it.each(cases.map((recorded) => [recorded.code, recorded.call, recorded] as const))(
    "%s %s",
    (_code, _call, { code, call, inputs, out, params }) => {
      const made = inputs.map((shape, i) => {
        const dtype = typeof shape[0] === "string" ? shape[0] : "float32";
        const dims = shape.filter((dim) => typeof dim === "number").map((dim) => `${dim},`);
        return `${"xyz"[i]} = jnp.zeros((${dims.join("")}), '${dtype}')`;
      });
      const { value, get, machine } = run(`import equinox as eqx
import jax
import jax.numpy as jnp
key = jax.random.key(0)
${made.join("\n")}
layer = ${code}
${call}`);
      expect(machine.endTrace().diagnostics.map(({ message }) => message)).toEqual([]);
      const layer = get("layer");
      expect(layer).toBeInstanceOf(Instance);
      const sizes = equinox
        .parameters(machine, layer as Instance)
        .map(({ shape }) => (shape as readonly number[]).reduce((a, b) => a * b, 1));
      expect({ out: shown(value), params: sizes.reduce((a, b) => a + b, 0) }).toEqual({ out, params });
    },
  );
});
