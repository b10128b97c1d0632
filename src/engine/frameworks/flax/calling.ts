/** How the networks of all JAX libraries are called: inputs, flags of inference, random keys. */
import {
  FunctionValue,
  Instance,
  NativeFunction,
  type Shape,
  type Tensor,
  type Value,
} from "../../interpret/values.ts";
import type { Param } from "../../syntax/ast.ts";
import type { ArrayKit } from "./arrays/kit.ts";

/** Arguments of a forward call that a plain inference run gives. */
const INFERENCE: Readonly<Record<string, Value>> = {
  train: false,
  training: false,
  is_training: false,
  deterministic: true,
  use_running_average: true,
  inference: true,
};

interface Call {
  readonly args: readonly Value[];
  readonly kwargs: ReadonlyMap<string, Value>;
}

/** Flags of inference and random keys that a forward method takes besides its inputs; `more` are a library's own. */
export function completed(
  kit: ArrayKit,
  params: readonly Param[],
  inputs: readonly Value[],
  more: Readonly<Record<string, () => Value>> = {},
): Call {
  const args = [...inputs];
  const kwargs = new Map<string, Value>();
  for (const [i, param] of params.entries()) {
    if (param.kind === "rest" || param.kind === "keywords") continue;
    const byName = param.kind === "keywordOnly";
    const own = more[param.name];
    if (param.name in INFERENCE) kwargs.set(param.name, INFERENCE[param.name]);
    else if (own && param.fallback === undefined) kwargs.set(param.name, own());
    else if (/(^|_)(rng|key)$/.test(param.name) && param.fallback === undefined)
      kwargs.set(param.name, kit.make([2], "uint32"));
    else if (byName && param.fallback === undefined && args.length > 0) kwargs.set(param.name, args.shift());
    else if (!byName && i < args.length) continue;
  }
  return { args, kwargs };
}

/** Parameters of the program's own `__call__`, without self. */
export function forwardParams(network: Value): readonly Param[] {
  if (!(network instanceof Instance)) return [];
  for (const cls of network.cls.mro) {
    const call = cls.attrs.get("__call__");
    const fn = call instanceof NativeFunction ? call.attrs.get("__wrapped__") : call;
    if (fn instanceof FunctionValue) return fn.node.params.slice(1);
    if (call !== undefined) return [];
  }
  return [];
}

export function inputOf(kit: ArrayKit, shape: Shape, dtype: string): Tensor {
  const tensor = kit.make(shape, dtype);
  tensor.maker = "the input";
  return tensor;
}

export function lastAxis(rank: number): number {
  return rank - 1;
}

/** One sample, channels last; video has half the side of an image. */
export function sampleOf(spatialAxes: number, channels: number, size: number): readonly number[] {
  if (spatialAxes === 3) return [1, 16, Math.ceil(size / 2), Math.ceil(size / 2), channels];
  return [1, ...new Array<number>(spatialAxes).fill(size), channels];
}
