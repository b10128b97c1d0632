/** Every layer and function against real torch, 1.13 and 2.9: output shapes, and names and shapes of parameters, buffers, modules. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { walkModules, walkTensors } from "../../../../src/engine/frameworks/torch/nn/tables.ts";
import { Instance, Tensor, toItems, type Value } from "../../../../src/engine/interpret/values.ts";
import { run } from "../../interpret/run.ts";

type ShapeTree = null | readonly (number | ShapeTree)[];

interface Truth {
  readonly code: string;
  /** A leading "int64" names the dtype. */
  readonly inputs: readonly (readonly (number | "int64")[])[];
  readonly out: { readonly t: ShapeTree };
  readonly parameters?: Readonly<Record<string, readonly number[]>>;
  readonly buffers?: Readonly<Record<string, readonly number[]>>;
  readonly modules?: readonly string[];
}

const truths = JSON.parse(
  readFileSync(new URL("../../../truth/torch_layers.json", import.meta.url), "utf8"),
) as readonly Truth[];

function shapes(value: Value): unknown {
  if (value === null) return null;
  if (value instanceof Tensor) return value.shape;
  return toItems(value)?.map(shapes);
}

function input(shape: readonly (number | "int64")[]): string {
  const sizes = shape.filter((size) => size !== "int64").join(", ");
  return `torch.zeros(${sizes}${shape[0] === "int64" ? ", dtype=torch.int64" : ""})`;
}

const named = (module: Instance, kind: "_parameters" | "_buffers") =>
  Object.fromEntries(walkTensors(undefined, module, kind).map(([name, tensor]) => [name, tensor.shape]));

describe("torch layers and functions", () => {
  it.each(
    truths.map(
      (truth) => [truth.code, truth.inputs.map((shape) => shape.join("x")).join(" "), truth] as const,
    ),
  )("%s on %s", (_, __, truth) => {
    const { machine, get } = run(`
import torch
import torch.nn as nn
import torch.nn.functional as F
m = ${truth.code}
y = m(${truth.inputs.map(input).join(", ")})
`);
    const trace = machine.endTrace();
    expect(trace.diagnostics.map((diagnostic) => diagnostic.message)).toEqual([]);
    expect(trace.gaps).toEqual([]);
    expect(shapes(get("y") as Value)).toEqual(truth.out.t);
    const module = get("m");
    if (!(module instanceof Instance) || !truth.modules) return;
    expect(named(module, "_parameters")).toEqual(truth.parameters);
    expect(named(module, "_buffers")).toEqual(truth.buffers);
    expect(walkModules(undefined, module).map(([name]) => name)).toEqual(truth.modules);
  });
});
