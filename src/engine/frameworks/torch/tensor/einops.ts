/**
 * einops: rearrange, reduce, repeat, pack and unpack, and its layers.
 * https://einops.rocks/api/rearrange/
 */
import type { Interp } from "../../../interpret/interp.ts";
import { def, defineClass } from "../../../interpret/native.ts";
import {
  type ClassValue,
  Dict,
  type Dim,
  Instance,
  List,
  type Shape,
  Tensor,
  Tuple,
  Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { isMisfit, Misfit, numel, showShape } from "../../shape/dims.ts";
import { concatenate, concatenateData } from "../../shape/join.ts";
import { added, applyPattern, leftOut, packAxis } from "../../shape/pattern.ts";
import type { Args } from "./args.ts";
import { CONTRACTION_FUNCTIONS } from "./contractions.ts";
import { type Answer, type OpSpec, toNative } from "./op.ts";
import type { Toolkit } from "./toolkit.ts";

/** Sizes of axes given by keyword. */
function givenSizes(a: Args): Map<string, Dim> {
  const sizes = new Map<string, Dim>();
  const given = a.bound.axes_lengths;
  if (given instanceof Dict) {
    for (const { key, value } of given.entries.values()) {
      if (typeof key === "string" && value !== undefined) sizes.set(key, a.toDim(value));
    }
  }
  return sizes;
}

/** Input of an einops function: a tensor, or a list of equal ones that is stacked as a new first axis. */
function subject(
  a: Args,
): { readonly shape: Shape; readonly dtype: string; readonly data: readonly number[] | undefined } | Misfit {
  const list = a.spread(a.bound.tensor);
  if (!list) {
    const tensor = a.tensor("tensor");
    return { shape: a.shapeOf(tensor), dtype: tensor.dtype, data: a.kit.dataOf(tensor) };
  }
  const tensors = list.map((value) => a.toTensor(value, "tensor"));
  const first = tensors[0];
  if (!first) return new Misfit("needs at least one tensor");
  return { shape: [tensors.length, ...a.shapeOf(first)], dtype: first.dtype, data: undefined };
}

/** A function of einops; `check` answers what it does not allow. */
function patterned(signature: string, check: (pattern: string) => string | undefined, view: boolean): OpSpec {
  return {
    signature: `tensor, pattern, ${signature}**axes_lengths`,
    view,
    rule: (a): Answer => {
      const input = subject(a);
      const pattern = a.text("pattern");
      if (isMisfit(input)) return input;
      if (pattern === undefined) {
        a.poison(a.bound.pattern instanceof Unknown ? a.bound.pattern : "needs a pattern");
        return { shape: [] };
      }
      if (a.unknown) return { shape: [], dtype: input.dtype };
      const problem = check(pattern);
      if (problem !== undefined) return new Misfit(`${problem} ("${pattern}")`);
      const made = applyPattern(pattern, input.shape, givenSizes(a), input.data);
      return isMisfit(made) ? made : { ...made, dtype: input.dtype };
    },
  };
}

const nothingNew = (pattern: string): string | undefined => {
  const [name] = added(pattern);
  return name === undefined ? undefined : `"${name}" is only on the right side`;
};
const nothingLost = (pattern: string): string | undefined => {
  const [name] = leftOut(pattern);
  return name === undefined ? undefined : `"${name}" is only on the left side`;
};

const REARRANGE = patterned("", (pattern) => nothingNew(pattern) ?? nothingLost(pattern), true);
const REDUCE = patterned("reduction, ", nothingNew, false);
const REPEAT = patterned("", nothingLost, false);

/** einops puts the equation last and takes names of several letters. */
function einsum(kit: Toolkit): Value {
  const native = toNative(kit, "einsum", CONTRACTION_FUNCTIONS.einsum!);
  return def("einsum", "*tensors_and_pattern", (a, interp) => {
    const items = a.tensors_and_pattern instanceof Tuple ? a.tensors_and_pattern.items : [];
    const pattern = items.at(-1);
    if (typeof pattern !== "string") return interp.unknown("needs a pattern");
    return interp.call(native, [singleLetters(pattern), ...items.slice(0, -1)]);
  });
}

function singleLetters(pattern: string): string {
  const letters = new Map<string, string>();
  return pattern
    .replaceAll(/\w+/g, (name) => {
      const letter = letters.get(name) ?? String.fromCharCode(97 + letters.size);
      letters.set(name, letter);
      return letter;
    })
    .replaceAll(/\s+/g, "");
}

const PACK: OpSpec = {
  signature: "tensors, pattern",
  rule: (a) => {
    const place = packAxis(a.text("pattern") ?? "");
    if (isMisfit(place)) return place;
    const parts = a.tensors("tensors").map((tensor) => {
      const shape = a.shapeOf(tensor);
      const end = shape.length - place.after;
      return {
        shape: [...shape.slice(0, place.before), numel(shape.slice(place.before, end)), ...shape.slice(end)],
        data: a.kit.dataOf(tensor),
      };
    });
    const shape = concatenate(
      parts.map((part) => part.shape),
      place.before,
    );
    if (isMisfit(shape)) return shape;
    const known = parts.flatMap(({ shape: own, data }) =>
      data ? [{ shape: own as readonly number[], data }] : [],
    );
    return { shape, data: known.length === parts.length ? concatenateData(known, place.before) : undefined };
  },
};

/** The packed tensor, and the shapes that `unpack` needs. */
function pack(kit: Toolkit): Value {
  const native = toNative(kit, "pack", PACK);
  return def("pack", "tensors, pattern", (a, interp) => {
    const packed = interp.call(native, [a.tensors, a.pattern]);
    const place = packAxis(typeof a.pattern === "string" ? a.pattern : "");
    const tensors = interp.items(a.tensors);
    if (isMisfit(place) || tensors instanceof Unknown)
      return new Tuple([packed, interp.unknown("needs a pattern")]);
    const shapes = tensors.map((tensor): Value => {
      if (!(tensor instanceof Tensor) || tensor.shape instanceof Unknown)
        return interp.unknown("needs a shape");
      return kit.size(tensor.shape.slice(place.before, tensor.shape.length - place.after));
    });
    return new Tuple([packed, new List(shapes)]);
  });
}

/** Cuts the packed axis at the sizes of the shapes, and gives each piece its axes back. */
const UNPACK: OpSpec = {
  signature: "tensor, packed_shapes, pattern",
  view: true,
  rule: (a) => {
    const place = packAxis(a.text("pattern") ?? "");
    if (isMisfit(place)) return place;
    const shape = a.shape("tensor");
    const shapes = a
      .values("packed_shapes")
      .map((value) => (a.spread(value) ?? []).map((item) => a.toDim(item)));
    if (a.unknown) return a.unknown;
    const total = shape[place.before];
    if (total === undefined) return new Misfit(`${showShape(shape)} has no axis ${place.before}`);
    const known = shapes.flatMap((sizes) => (sizes.includes(-1) ? [] : [numel(sizes)]));
    const rest = known.reduce<Dim>(
      (left, size) => (typeof left === "number" && typeof size === "number" ? left - size : size),
      total,
    );
    const each = shapes.map((sizes) => ({
      shape: [
        ...shape.slice(0, place.before),
        ...sizes.map((size) => (size === -1 ? rest : size)),
        ...shape.slice(place.before + 1),
      ],
    }));
    return { each, pack: "list" };
  },
};

function parseShape(a: { readonly x?: Value; readonly pattern?: Value }, interp: Interp): Value {
  const result = new Dict();
  if (!(a.x instanceof Tensor) || typeof a.pattern !== "string")
    return interp.unknown("needs a tensor and a pattern");
  if (a.x.shape instanceof Unknown) return a.x.shape;
  for (const [i, name] of a.pattern.trim().split(/\s+/).entries()) {
    if (name !== "_") interp.dictSet(result, name, a.x.shape[i]);
  }
  return result;
}

/** The module `einops`. */
export function einopsModule(kit: Toolkit): Map<string, Value> {
  const itself = def("asnumpy", "tensor", (a) => a.tensor);
  return new Map<string, Value>([
    ["rearrange", toNative(kit, "rearrange", REARRANGE)],
    ["reduce", toNative(kit, "reduce", REDUCE)],
    ["repeat", toNative(kit, "repeat", REPEAT)],
    ["einsum", einsum(kit)],
    ["pack", pack(kit)],
    ["unpack", toNative(kit, "unpack", UNPACK)],
    ["asnumpy", itself],
    ["parse_shape", def("parse_shape", "x, pattern", parseShape)],
  ]);
}

/** The layers of `einops.layers.torch`, which derive from `nn.Module`. */
export function einopsLayers(kit: Toolkit, moduleClass: ClassValue): Map<string, Value> {
  return new Map<string, Value>([
    ["Rearrange", layer(moduleClass, "Rearrange", "", toNative(kit, "rearrange", REARRANGE))],
    ["Reduce", layer(moduleClass, "Reduce", "reduction, ", toNative(kit, "reduce", REDUCE))],
  ]);
}

function layer(moduleClass: ClassValue, name: string, extra: string, fn: Value): ClassValue {
  const cls: ClassValue = defineClass(name, {
    bases: [moduleClass],
    qualname: `einops.layers.torch.${name}`,
    native: { layer: true },
    methods: {
      __init__: [
        `self, pattern, ${extra}**axes_lengths`,
        (a, interp) => {
          interp.callMethod(moduleClass, "__init__", [a.self]);
          if (a.self instanceof Instance)
            a.self.native = { pattern: a.pattern, reduction: a.reduction, sizes: a.axes_lengths };
          return null;
        },
      ],
      forward: [
        "self, input",
        (a, interp) => {
          const kept = (a.self as Instance).native as { pattern: Value; reduction: Value; sizes: Value };
          const sizes = kept.sizes instanceof Dict ? [...kept.sizes.entries.values()] : [];
          const kwargs = new Map(sizes.map(({ key, value }) => [String(key), value]));
          const args = [a.input, kept.pattern, ...(kept.reduction === undefined ? [] : [kept.reduction])];
          return interp.call(fn, args, kwargs);
        },
      ],
    },
  });
  return cls;
}
