/** How the networks of all JAX libraries are called: inputs, flags of inference, random keys. */

import { entryOf } from "../../base/table.ts";
import type { Interp } from "../../interpret/interp.ts";
import {
  FunctionValue,
  Instance,
  NativeFunction,
  type Shape,
  type Tensor,
  type Value,
} from "../../interpret/values.ts";
import type { Expr, Param } from "../../syntax/ast.ts";
import { mentions } from "../../syntax/mentions.ts";
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

const isKey = (name: string): boolean => /(^|_)(rng|key)$/.test(name);

/** Is a parameter no input, but what any call gives alike? */
export function isSetting(name: string): boolean {
  return isKey(name) || Object.hasOwn(INFERENCE, name);
}

/**
 * Inputs by the parameters that take data, with flags of inference and random keys between them; `more` are a
 * library's own. Where more inputs are given than data is asked for, keys are among them; where fewer are, None is
 * for what may be None: the cache of a decoder.
 */
export function completed(
  interp: Interp,
  kit: ArrayKit,
  params: readonly Param[],
  inputs: readonly Value[],
  more: Readonly<Record<string, () => Value>> = {},
): Call {
  const isOwn = ({ name, fallback }: Param): boolean =>
    fallback === undefined && entryOf(more, name) !== undefined;
  const positional = params.filter(({ kind }) => kind === "normal");
  const plain = positional.filter((param) => !Object.hasOwn(INFERENCE, param.name) && !isOwn(param));
  const data = plain.filter(({ name }) => !isKey(name));
  const spared = inputs.length < data.length ? data.filter((param) => mayBeNone(param)) : [];
  const taken = new Set(
    inputs.length > data.length ? plain : data.filter((param) => !spared.includes(param)),
  );
  const rest = [...inputs];
  const args: Value[] = [];
  const kwargs = new Map<string, Value>();
  let leading = true;
  for (const param of params) {
    const { name, kind, fallback } = param;
    if (kind === "rest" && leading) args.push(...rest.splice(0));
    if (kind === "rest" || kind === "keywords") continue;
    const give = (value: Value, why: string): void => {
      kwargs.set(name, value);
      interp.assume("argument", `${name} ${why}`, param.at);
    };
    if (Object.hasOwn(INFERENCE, name)) {
      const value = entryOf(INFERENCE, name);
      give(value, `is ${value === true ? "True" : "False"}, for figures are of inference`);
    } else if (isOwn(param)) give(entryOf(more, name)?.(), "is what any program gives");
    else if (rest.length > 0 && (kind === "normal" ? taken.has(param) : fallback === undefined)) {
      if (leading && kind === "normal") args.push(rest.shift());
      else kwargs.set(name, rest.shift());
      continue;
    } else if (isKey(name) && fallback === undefined)
      give(kit.make([2], "uint32"), "is a random key, as any program gives");
    else if (spared.includes(param)) give(null, "is None, which its annotation allows");
    leading = false;
  }
  // What no parameter takes is said by the call.
  return { args: params.length === 0 || leading ? [...args, ...rest] : args, kwargs };
}

/** `cache: Cache | None`, without a default. */
function mayBeNone({ annotation, fallback }: Param): boolean {
  return fallback === undefined && annotation !== undefined && namesNone(annotation);
}

function namesNone(annotation: Expr): boolean {
  switch (annotation.kind) {
    case "literal":
      return annotation.value === null || annotation.value === "None";
    case "binary":
      return annotation.op === "|" && (namesNone(annotation.left) || namesNone(annotation.right));
    case "subscript":
      return [...mentions(annotation.object)].some((name) => /(^|\.)Optional$/.test(name));
    default:
      return false;
  }
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
