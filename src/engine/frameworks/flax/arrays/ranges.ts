/** Numbers at even distances: `jnp.linspace`, `logspace` and `arange`. */
import { rangeLength } from "../../../cost/geometry.ts";
import { Float, Tensor } from "../../../interpret/values.ts";
import { broadcast, isMisfit } from "../../shape/dims.ts";
import type { Args } from "../../torch/tensor/args.ts";
import { categoryOf } from "../../torch/tensor/dtypes.ts";
import type { Answer } from "../../torch/tensor/op.ts";

/** `linspace(start, stop, num)`, and with it the distance between two of them. */
export function spaced(a: Args): Answer {
  const made = linspace(a, (x) => x);
  return a.flag("retstep") && "shape" in made
    ? { each: [made, { shape: [], dtype: "float32" }], pack: "tuple" }
    : made;
}

export function linspace(a: Args, rule: (x: number) => number): Answer {
  const count = a.dim("num");
  const ends = broadcast(...["start", "stop"].map((name) => a.shapeOf(a.tensor(name))));
  if (isMisfit(ends)) return ends;
  if (ends.length > 0) return { shape: [count, ...ends], dtype: a.dtype("dtype") ?? "float32" };
  const [start, stop] = [a.number("start"), a.number("stop")];
  const open = a.bound.endpoint === false ? 0 : 1;
  const known = typeof count === "number" && start !== undefined && stop !== undefined && count <= 4096;
  const data = known
    ? Array.from({ length: count }, (_, i) => rule(start + ((stop - start) * i) / Math.max(1, count - open)))
    : undefined;
  return { shape: [count], dtype: a.dtype("dtype") ?? "float32", data };
}

export function arange(a: Args): Answer {
  const only = !a.has("stop");
  const start = only ? 0 : a.number("start");
  const stop = only ? a.number("start") : a.number("stop");
  const step = a.number("step") ?? 1;
  const real = [a.bound.start, a.bound.stop, a.bound.step].some(
    (value) => value instanceof Float || (value instanceof Tensor && categoryOf(value.dtype) === "float"),
  );
  const dtype = a.dtype("dtype") ?? (real ? "float32" : "int32");
  if (start === undefined || stop === undefined) return { shape: [a.dim(only ? "start" : "stop")], dtype };
  const count = rangeLength(start, stop, step);
  const data = count <= 4096 ? Array.from({ length: count }, (_, i) => start + i * step) : undefined;
  return { shape: [count], dtype, data };
}
