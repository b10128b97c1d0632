/**
 * The modules of JAX by dotted name. Transformations (`jit`, `vmap`, `grad`) leave what they transform as it is:
 * a forward pass costs the same.
 */

import { entryOf } from "../../base/table.ts";
import { leavesOf, mapLeaves } from "../../interpret/leaves.ts";
import { def, defineClass } from "../../interpret/native.ts";
import {
  ABSENT,
  type Absent,
  BoundMethod,
  ClassValue,
  Dict,
  Float,
  FunctionValue,
  Instance,
  isUnknown,
  List,
  NativeFunction,
  Tensor,
  Tuple,
  toItems,
  toNumber,
  Unknown,
  type Value,
} from "../../interpret/values.ts";
import { gridNames } from "../../languages/python/stdlib/npgrids.ts";
import { numel } from "../shape/dims.ts";
import { DTYPES } from "../torch/tensor/dtypes.ts";
import { activations, initializer } from "./arrays/activations.ts";
import { createArrays, fromEntry } from "./arrays/array.ts";
import type { ArrayKit } from "./arrays/kit.ts";
import { laxFunctions } from "./arrays/lax.ts";
import { LAX_SPLIT, LINALG, NUMPY } from "./arrays/numpy.ts";
import { randomFunctions } from "./arrays/random.ts";
import { sliceAlong, sliceBy, stackedBy } from "./arrays/sequences.ts";
import { derivatives } from "./derivatives.ts";
import { layerFunctions } from "./layers/functions.ts";
import { copiesOf, multiply } from "./tree.ts";

type Names = ReadonlyMap<string, Value>;

/** Decorators and transformations, with or without arguments: what they are given, back. */
const PASSES = `jit pjit checkpoint remat named_call named_scope
  custom_jvp custom_vjp device_put device_get block_until_ready shard_map disable_jit`.split(/\s+/);

/** dtypes that no table of tensors has. */
const MORE_DTYPES = ["uint16", "uint32", "uint64", "int4", "float8_e4m3b11fnuz"];

export class Jax {
  readonly kit: ArrayKit = createArrays();
  readonly activations: Names = activations(this.kit);
  private readonly tables = new Map<string, Names>();

  /** What a module has under a name; ABSENT when we do not know it. */
  find(module: string, name: string): Value | Absent {
    if (module === "jax.nn.initializers") return initializer(this.kit, name);
    const table = this.tables.get(module) ?? entryOf(MODULES, module)?.(this) ?? new Map<string, Value>();
    this.tables.set(module, table);
    const value = table.get(name);
    return value === undefined ? ABSENT : value;
  }

  has(module: string): boolean {
    return module === "jax.nn.initializers" || Object.hasOwn(MODULES, module);
  }
}

/** The one device of a plain machine. */
function cpu(): Instance {
  const constants = { platform: "cpu", device_kind: "cpu", id: 0, process_index: 0 };
  return new Instance(defineClass("Device", { constants }));
}

const MODULES: Readonly<Record<string, (jax: Jax) => Names>> = {
  jax: (jax) => {
    const names = new Map<string, Value>([
      ["Array", jax.kit.cls],
      ["local_device_count", def("local_device_count", "**kwargs", () => 1)],
      ["device_count", def("device_count", "**kwargs", () => 1)],
      ["process_index", def("process_index", "**kwargs", () => 0)],
      ["process_count", def("process_count", "**kwargs", () => 1)],
      ["devices", def("devices", "*args", () => new List([cpu()]))],
      ["local_devices", def("local_devices", "*args", () => new List([cpu()]))],
      ["default_backend", def("default_backend", "", () => "cpu")],
      [
        "ShapeDtypeStruct",
        def("ShapeDtypeStruct", "shape, dtype=None, **kwargs", (a) => struct(jax.kit, a.shape, a.dtype)),
      ],
    ]);
    names.set("vmap", vmap(jax.kit));
    names.set("pmap", pmap(jax.kit));
    for (const [name, value] of derivatives(jax.kit)) names.set(name, value);
    for (const name of PASSES) names.set(name, passing(name));
    for (const name of ["map", "leaves", "flatten"]) names.set(`tree_${name}`, treeNames().get(name) ?? null);
    return names;
  },
  "jax.numpy": numpyNames,
  "jax.numpy.linalg": (jax) =>
    new Map(Object.entries(LINALG).map(([name, entry]) => [name, fromEntry(jax.kit, name, entry)])),
  "jax.nn": (jax) => {
    const names = new Map<string, Value>(jax.activations);
    const attention = layerFunctions(jax.kit).get("dot_product_attention");
    if (attention) names.set("dot_product_attention", attention);
    return names;
  },
  "jax.lax": (jax) => {
    const names = new Map<string, Value>(numpyNames(jax));
    for (const [name, ours] of Object.entries(LAX_NAMES))
      names.set(name, names.get(ours) ?? jax.activations.get(ours) ?? null);
    for (const [name, value] of laxFunctions(jax.kit)) names.set(name, value);
    names.set("split", fromEntry(jax.kit, "split", LAX_SPLIT));
    names.set(
      "Precision",
      defineClass("Precision", { constants: { DEFAULT: "default", HIGH: "high", HIGHEST: "highest" } }),
    );
    names.set(
      "ConvDimensionNumbers",
      def("ConvDimensionNumbers", "*specs", (a) => a.specs),
    );
    names.set(
      "conv_dimension_numbers",
      def("conv_dimension_numbers", "lhs_shape, rhs_shape, dimension_numbers", (a) => a.dimension_numbers),
    );
    return names;
  },
  "jax.image": (jax) => new Map([["resize", laxFunctions(jax.kit).get("resize") ?? null]]),
  "jax.random": (jax) => randomFunctions(jax.kit),
  "jax.tree": treeNames,
  "jax.tree_util": () =>
    new Map<string, Value>([
      ...[...treeNames()].map(([name, value]) => [`tree_${name}`, value] as const),
      ["Partial", passing("Partial")],
    ]),
  "jax.typing": (jax) => new Map([["ArrayLike", jax.kit.cls]]),
  "jax.scipy.special": (jax) => new Map([["logsumexp", jax.activations.get("logsumexp") ?? null]]),
};

/** `jax.lax` spells some of NumPy's functions its own way. */
const LAX_NAMES: Readonly<Record<string, string>> = {
  rsqrt: "reciprocal",
  logistic: "sigmoid",
  sub: "subtract",
  mul: "multiply",
  div: "divide",
  max: "maximum",
  min: "minimum",
  neg: "negative",
  integer_pow: "power",
  select: "where",
  concatenate: "concatenate",
  expand_dims: "expand_dims",
};

function numpyNames({ kit }: Jax): Map<string, Value> {
  const names = new Map<string, Value>([
    ["ndarray", kit.cls],
    ["dtype", def("dtype", "x", (a) => kit.dtype(kit.dtypeName(a.x) ?? "float32"))],
    ["pi", new Float(Math.PI)],
    ["e", new Float(Math.E)],
    ["inf", new Float(Number.POSITIVE_INFINITY)],
    ["nan", new Float(Number.NaN)],
    ["newaxis", null],
    ["floating", "floating"],
    ["integer", "integer"],
    ["ndim", def("ndim", "a", (a, interp) => interp.getAttr(asArray(kit, a.a, interp), "ndim"))],
    ["shape", def("shape", "a", (a, interp) => interp.getAttr(asArray(kit, a.a, interp), "shape"))],
    ["size", def("size", "a, axis=None", (a, interp) => sizeOf(asArray(kit, a.a, interp)))],
    ["isscalar", def("isscalar", "element", (a) => isScalar(a.element))],
    ["result_type", def("result_type", "*args", (a) => typeOf(kit, toItems(a.args)?.[0] ?? null))],
    ["promote_types", def("promote_types", "a, b", (a) => kit.dtype(kit.dtypeName(a.a) ?? "float32"))],
    ["issubdtype", def("issubdtype", "arg1, arg2", (a) => isSubtype(kit, a.arg1, a.arg2))],
    ["finfo", def("finfo", "dtype", (a) => finfo(kit, a.dtype))],
    ["vectorize", def("vectorize", "pyfunc, *, ?excluded=(), ?signature=None", (a) => a.pyfunc)],
    ...Object.entries(
      gridNames((shape, dtype, data) => kit.make(shape, dtype === "int64" ? "int32" : "float32", data)),
    ),
  ]);
  for (const name of [...Object.keys(DTYPES), ...MORE_DTYPES]) names.set(name, kit.dtype(name));
  names.set("bool_", kit.dtype("bool"));
  names.set("float_", kit.dtype("float32"));
  names.set("int_", kit.dtype("int32"));
  for (const [name, entry] of Object.entries(NUMPY)) names.set(name, fromEntry(kit, name, entry));
  return names;
}

function asArray(kit: ArrayKit, value: Value, interp: Parameters<Parameters<typeof def>[2]>[1]): Value {
  return value instanceof Tensor ? value : interp.call(kit.asArray, [value]);
}

/** A number, a text, or an array without axes. */
function isScalar(value: Value): Value {
  if (!(value instanceof Tensor)) return typeof value === "string" || toNumber(value) !== undefined;
  return isUnknown(value.shape) ? value.shape : value.shape.length === 0;
}

function sizeOf(value: Value): Value {
  return value instanceof Tensor ? numel(value.shape) : value;
}

function typeOf(kit: ArrayKit, value: Value): Value {
  return kit.dtype(value instanceof Tensor ? value.dtype : (kit.dtypeName(value) ?? "float32"));
}

function isSubtype(kit: ArrayKit, value: Value, kind: Value): boolean {
  const name = kit.dtypeName(value) ?? "float32";
  if (kind === "integer") return /int/.test(name);
  if (kind === "floating") return /float/.test(name);
  return name === kit.dtypeName(kind);
}

function finfo(kit: ArrayKit, dtype: Value): Value {
  const info = new Instance(defineClass("finfo", {}));
  info.attrs.set("dtype", kit.dtype(kit.dtypeName(dtype) ?? "float32"));
  info.attrs.set("max", new Float((2 - 2 ** -23) * 2 ** 127));
  info.attrs.set("min", new Float(-(2 - 2 ** -23) * 2 ** 127));
  info.attrs.set("eps", new Float(2 ** -23));
  info.attrs.set("tiny", new Float(2 ** -126));
  return info;
}

/** A shape and a dtype stand for an array of them. */
function struct(kit: ArrayKit, shape: Value, dtype: Value): Value {
  const items = toItems(shape)?.map((size) => (typeof size === "number" ? size : new Unknown("a size")));
  return kit.make(
    items ?? (shape instanceof Unknown ? shape : new Unknown("a shape")),
    kit.dtypeName(dtype) ?? "float32",
  );
}

/** A transformation that leaves what it is given as it is; without a function it is a decorator with options. */
export function passing(name: string): NativeFunction {
  return def(name, "*args, **kwargs", (a) => {
    const first = toItems(a.args)?.[0];
    const given =
      first instanceof FunctionValue ||
      first instanceof NativeFunction ||
      first instanceof BoundMethod ||
      first instanceof ClassValue ||
      first instanceof Instance ||
      first instanceof Tensor ||
      first instanceof Dict;
    return given || first instanceof Unknown ? first : def(name, "fn=None", (b) => b.fn);
  });
}

/**
 * `jax.vmap`: traced once, run for each slice of the axis, and what it gives along a new one. A module that it
 * makes, or that it is given, stands for one of each slice.
 */
function vmap(kit: ArrayKit): NativeFunction {
  return def(
    "vmap",
    "fun, in_axes=0, out_axes=0, axis_name=None, axis_size=None, spmd_axis_name=None",
    (a) =>
      new NativeFunction("vmapped", (interp, args, kwargs) => {
        const given = toItems(a.in_axes);
        const axes = args.map((_, i) => (given && i in given ? given[i]! : a.in_axes));
        const size = mappedSize(args, axes, a.axis_size);
        const body = (): Value =>
          interp.call(
            a.fun,
            args.map((arg, i) => sliceBy(interp, arg, axes[i]!, 0)),
            new Map([...kwargs].map(([name, arg]) => [name, sliceAlong(interp, arg, 0, 0)])),
          );
        if (size === undefined || !interp.allows(size)) {
          const open = openSize(args, axes);
          interp.gap(open?.reason ?? "jax.vmap over an axis of unknown size");
          // How often it runs is not known, and so is what it costs.
          return open
            ? stackedBy(interp.uncounted(open, body), open, a.out_axes)
            : interp.call(a.fun, args, kwargs);
        }
        const answer = interp.repeated(size, body);
        if (answer instanceof Instance && isMade(answer)) {
          multiply(answer, size, (shape) => kit.make(shape));
          return answer;
        }
        return stackedBy(answer, size, a.out_axes);
      }),
  );
}

/** `jax.pmap`: each device runs its slice of the axis, so all of them together cost what `vmap` does. */
function pmap(kit: ArrayKit): NativeFunction {
  const mapping = vmap(kit);
  return def(
    "pmap",
    `fun, axis_name=None, *, in_axes=0, out_axes=0, static_broadcasted_argnums=(), devices=None, backend=None,
     axis_size=None, donate_argnums=(), global_arg_shapes=None`,
    (a, interp) => {
      const whole = toItems(a.static_broadcasted_argnums) ?? [a.static_broadcasted_argnums];
      if (whole.length === 0)
        return interp.call(mapping, [a.fun, a.in_axes, a.out_axes], new Map([["axis_size", a.axis_size]]));
      return new NativeFunction("mapped", (at, args, kwargs) => {
        const given = toItems(a.in_axes);
        const axes = args.map((_, i) => (whole.includes(i) ? null : given ? (given[i] ?? 0) : a.in_axes));
        const mapped = at.call(
          mapping,
          [a.fun, new Tuple(axes), a.out_axes],
          new Map([["axis_size", a.axis_size]]),
        );
        return at.call(mapped, args, kwargs);
      });
    },
  );
}

/** The first axis that is mapped over, where all that is not known of it is its size. */
function openSize(args: readonly Value[], axes: readonly Value[]): Unknown | undefined {
  for (const [i, arg] of args.entries()) {
    const axis = axes[i];
    const shape = axis === null ? undefined : firstArray(arg)?.shape;
    if (shape === undefined || isUnknown(shape)) continue;
    const size = shape.at(typeof axis === "number" ? axis : 0);
    return isUnknown(size) ? size : undefined;
  }
  return undefined;
}

/** The size of the first axis that is mapped over. */
function mappedSize(args: readonly Value[], axes: readonly Value[], given: Value): number | undefined {
  if (typeof given === "number") return given;
  for (const [i, arg] of args.entries()) {
    if (axes[i] === null) continue;
    const axis = axes[i];
    const array = firstArray(arg);
    const shape = array?.shape;
    const size = Array.isArray(shape) ? shape.at(typeof axis === "number" ? axis : 0) : copiesOf(arg);
    if (typeof size === "number") return size;
  }
  return undefined;
}

function firstArray(value: Value): Tensor | undefined {
  return leavesOf(value).find((leaf) => leaf instanceof Tensor);
}

/** A module that the mapped function made. */
function isMade(value: Value): boolean {
  return value instanceof Instance && value.cls.mro.some((cls) => cls.native !== undefined);
}

/** `jax.tree`: maps over nested lists, tuples and dicts. */
function treeNames(): Map<string, Value> {
  return new Map<string, Value>([
    [
      "map",
      def("map", "f, tree, *rest, is_leaf=None", (a, interp) =>
        mapLeaves(a.tree, (leaf, path) =>
          leaf === null
            ? null
            : interp.call(a.f, [leaf, ...(toItems(a.rest) ?? []).map((other) => follow(other, path))]),
        ),
      ),
    ],
    ["leaves", def("leaves", "tree, is_leaf=None", (a) => new List(arraysOf(a.tree)))],
    [
      "flatten",
      def("flatten", "tree, is_leaf=None", (a) => new Tuple([new List(arraysOf(a.tree)), "treedef"])),
    ],
    ["structure", def("structure", "tree, is_leaf=None", () => "treedef")],
    [
      "reduce",
      def("reduce", "function, tree, initializer=None", (a, interp) =>
        arraysOf(a.tree).reduce<Value>(
          (sum, leaf) => (sum === null ? leaf : interp.call(a.function, [sum, leaf])),
          a.initializer,
        ),
      ),
    ],
  ]);
}

function follow(tree: Value, path: readonly (string | number)[]): Value {
  let at = tree;
  for (const step of path) {
    if (at instanceof Dict) at = at.entries.get(step)?.value ?? null;
    else at = (typeof step === "number" ? toItems(at)?.[step] : undefined) ?? null;
  }
  return at;
}

/** None is an empty tree. */
function arraysOf(tree: Value): Value[] {
  return leavesOf(tree).filter((leaf) => leaf !== null);
}
