/** Every layer of Haiku against real Haiku 0.0.17: outputs, and parameters by the names that Haiku gives. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Dict, isUnknown, Tensor, toItems, type Value } from "../../../../src/engine/interpret/values.ts";
import { run } from "../../interpret/run.ts";

interface Recorded {
  readonly code: string;
  /** A leading text names the dtype. */
  readonly inputs: readonly (readonly (number | string)[])[];
  readonly out: unknown;
  /** Shapes by module and name. */
  readonly params: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
}

const cases = JSON.parse(
  readFileSync(new URL("../../../truth/haiku_layers.json", import.meta.url), "utf8"),
) as readonly Recorded[];

function shown(value: Value): unknown {
  if (value instanceof Tensor)
    return `${value.dtype}[${isUnknown(value.shape) ? value.shape.reason : value.shape.map(String).join(",")}]`;
  return toItems(value)?.map(shown) ?? value;
}

function size(shape: readonly unknown[]): number {
  return shape.reduce<number>((count, dim) => count * Number(dim), 1);
}

/** Elements by name; `w (stacked)` are the further copies of `w`. */
function sizes(params: Value): unknown {
  const found: Record<string, number> = {};
  if (!(params instanceof Dict)) return params;
  for (const { key: module, value: own } of params.entries.values()) {
    for (const { key, value } of own instanceof Dict ? own.entries.values() : []) {
      const name = `${String(module)} ${String(key).replace(" (stacked)", "")}`;
      found[name] = (found[name] ?? 0) + size(value instanceof Tensor ? (value.shape as number[]) : []);
    }
  }
  return found;
}

describe("layers", () => {
  it.each(cases.map((recorded) => [recorded.code, recorded] as const))(
    "%s",
    (_, { code, inputs, out, params }) => {
      const names = ["x", "y", "z"].slice(0, inputs.length);
      const made = inputs.map((shape, i) => {
        const [first, ...rest] = shape;
        return typeof first === "string"
          ? `${names[i]} = jnp.zeros((${rest.map((dim) => `${dim},`).join("")}), '${first}')`
          : `${names[i]} = jnp.zeros((${shape.map((dim) => `${dim},`).join("")}))`;
      });
      const { value, get, machine } = run(`import haiku as hk
import jax
import jax.numpy as jnp
${made.join("\n")}
net = hk.transform(lambda ${names.join(", ")}: ${code})
params = net.init(jax.random.PRNGKey(0), ${names.join(", ")})
net.apply(params, None, ${names.join(", ")})`);
      expect(machine.endTrace().diagnostics.map(({ message }) => message)).toEqual([]);
      const expected = Object.entries(params).flatMap(([module, own]) =>
        Object.entries(own).map(([name, shape]) => [`${module} ${name}`, size(shape)] as const),
      );
      expect({ out: shown(value), params: sizes(get("params") as Value) }).toEqual({
        out,
        params: Object.fromEntries(expected),
      });
    },
  );
});
