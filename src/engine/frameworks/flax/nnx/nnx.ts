/** `flax.nnx` of one interpreter: layers, variables, containers and transformations by name. */

import { entryOf } from "../../../base/table.ts";
import type { Interp } from "../../../interpret/interp.ts";
import { type Bound, def, defineClass } from "../../../interpret/native.ts";
import {
  ABSENT,
  type Absent,
  type ClassValue,
  Dict,
  Instance,
  List,
  NativeFunction as Native,
  type NativeFunction,
  Tensor,
  Tuple,
  toItems,
  type Value,
} from "../../../interpret/values.ts";
import { laxFunctions } from "../arrays/lax.ts";
import { sliceAlong, stackedAlong } from "../arrays/sequences.ts";
import { evalShape, gradients } from "../derivatives.ts";
import { type Jax, passing } from "../jax.ts";
import { layerFunctions } from "../layers/functions.ts";
import { LAYERS } from "../layers/index.ts";
import { copiesOf, markCopies } from "../tree.ts";
import { defineLayer, defineModule, random } from "./module.ts";

/** Transformations and markers that leave what they are given as it is. */
const PASSES = `jit remat checkpoint data static to_arrays clone pytree with_partitioning
  with_metadata cached_partial custom_vjp`.split(/\s+/);

/** Names that are `jax.lax`' own. */
const CONTROL = "cond switch while_loop fori_loop".split(" ");

/** Variables by whether they are parameters. */
const VARIABLES: Readonly<Record<string, boolean>> = {
  Param: true,
  Variable: false,
  BatchStat: false,
  Cache: false,
  Intermediate: false,
  RngState: false,
};

export class Nnx {
  readonly module: ClassValue = defineModule();
  readonly rngs: ClassValue;
  private readonly classes = new Map<string, ClassValue>();
  private readonly names: ReadonlyMap<string, Value>;

  constructor(private readonly jax: Jax) {
    this.rngs = random(jax.kit);
    this.names = new Map<string, Value>([
      ...jax.activations,
      ...layerFunctions(jax.kit),
      ["Module", this.module],
      ["Pytree", this.module],
      ["Rngs", this.rngs],
      ["List", def("List", "items=()", (a, interp) => listOf(a.items, interp))],
      ["Dict", def("Dict", "items=None, **kwargs", (a) => dictOf(a))],
      ["display", def("display", "*args", () => null)],
      ["update", def("update", "*args", () => null)],
      // One part of the state for each filter.
      [
        "split",
        def("split", "node, *filters", (a) => {
          const parts = Math.max(1, toItems(a.filters)?.length ?? 1);
          return new Tuple([a.node, ...Array.from({ length: parts }, () => new Dict())]);
        }),
      ],
      ["merge", def("merge", "graphdef, *states", (a) => a.graphdef)],
      ["eval_shape", evalShape("f")],
      ...gradients("nnx", ["grad", "value_and_grad"], (_, interp) =>
        interp.unknown("the gradients of a module by its parameters' names"),
      ),
      ...[...laxFunctions(jax.kit)].filter(([name]) => CONTROL.includes(name)),
      ["tabulate", def("tabulate", "obj, *args, **kwargs", (a, interp) => tabulate(a, interp))],
      ["Carry", CARRY],
      ["StateAxes", def("StateAxes", "axes=None", () => 0)],
      ["vmap", decorating("vmap", VMAP, (f, a, interp) => this.mapped(f, a, interp))],
      ["pmap", decorating("pmap", VMAP, (f, a, interp) => this.mapped(f, a, interp))],
      ["scan", decorating("scan", SCAN, scanned)],
      ["split_rngs", this.splitting()],
      ...PASSES.map((name) => [name, passing(name)] as const),
      ...Object.entries(VARIABLES).map(([name, trained]) => [name, this.variable(name, trained)] as const),
    ]);
    jax.kit.property("value", (self) => self);
    jax.kit.property("raw_value", (self) => self);
    jax.kit.cls.attrs.set(
      "get_value",
      def("get_value", "self", (a) => a.self),
    );
  }

  private mapped(f: Value, a: Bound, interp: Interp): Value {
    const vmap = this.jax.find("jax", "vmap");
    if (vmap === ABSENT) return f;
    const options = new Map([
      ["in_axes", axesOf(a.in_axes)],
      ["out_axes", axesOf(a.out_axes)],
      ["axis_size", a.axis_size],
    ]);
    return interp.call(vmap, [f], options);
  }

  /** `nnx.split_rngs(splits=n)`: the function's generators, or the one given, stand for n of them. */
  private splitting(): NativeFunction {
    const split = (value: Value, splits: Value): Value => {
      if (!(value instanceof Instance) || value.cls !== this.rngs || typeof splits !== "number") return value;
      const made = this.newRngs();
      markCopies(made, splits);
      return made;
    };
    const around = (f: Value, splits: Value): Value =>
      new Native("split_rngs", (interp, args, kwargs) =>
        interp.call(
          f,
          args.map((arg) => split(arg, splits)),
          new Map([...kwargs].map(([name, value]) => [name, split(value, splits)])),
        ),
      );
    return def("split_rngs", "f=None, *, splits=None, only=None, **kwargs", (a) => {
      if (a.f instanceof Instance) return split(a.f, a.splits);
      return a.f === null ? def("split_rngs", "f", (b) => around(b.f, a.splits)) : around(a.f, a.splits);
    });
  }

  find(name: string): Value | Absent {
    return this.names.get(name) ?? this.layer(name) ?? ABSENT;
  }

  newRngs(): Instance {
    return new Instance(this.rngs);
  }

  private layer(name: string): ClassValue | undefined {
    const known = this.classes.get(name);
    if (known) return known;
    const spec = entryOf(LAYERS, name);
    const made =
      name === "Sequential"
        ? this.sequential()
        : spec?.nnx === undefined
          ? undefined
          : defineLayer(this.jax.kit, this.module, name, spec, (other) => this.layer(other));
    if (made) this.classes.set(name, made);
    return made;
  }

  /** An array that is a parameter or a state. */
  private variable(name: string, trained: boolean): ClassValue {
    return defineClass(name, {
      qualname: `flax.nnx.${name}`,
      native: {
        layer: false,
        create: (_interp, _cls, args) => {
          const [value] = args;
          if (!(value instanceof Tensor)) return value ?? null;
          const made = this.jax.kit.make(value.shape, value.dtype);
          made.parameter = trained ? { trainable: true } : { trainable: false, buffer: true };
          return made;
        },
      },
    });
  }

  private sequential(): ClassValue {
    const run = (a: Bound, interp: Interp): Value => {
      let values = toItems(a.args) ?? [];
      let result: Value = values[0] ?? null;
      for (const layer of toItems((a.self as Instance).attrs.get("layers") ?? null) ?? []) {
        result = interp.call(layer, values);
        values = result instanceof Tuple ? result.items : [result];
      }
      return result;
    };
    return defineClass("Sequential", {
      bases: [this.module],
      qualname: "flax.nnx.Sequential",
      native: this.module.native!,
      methods: {
        __init__: [
          "self, *layers",
          (a, interp) => {
            interp.setAttr(a.self, "layers", new List([...(toItems(a.layers) ?? [])]));
            return null;
          },
        ],
        __call__: [
          "self, *args, **kwargs",
          (a, interp) => interp.withLayer(a.self as Instance, () => run(a, interp), toItems(a.args) ?? []),
        ],
      },
    });
  }
}

function listOf(value: Value, interp: Interp): Value {
  const items = interp.items(value);
  return Array.isArray(items) ? new List([...items]) : (items as Value);
}

function dictOf(a: Bound): Value {
  const entries = [a.items, a.kwargs].flatMap((dict) => (dict instanceof Dict ? [...dict.entries] : []));
  return new Dict(new Map(entries));
}

function tabulate(a: Bound, interp: Interp): Value {
  interp.call(a.obj, toItems(a.args) ?? []);
  return "";
}

/** Marks the argument of a scan that a step hands on. */
const CARRY = "carry";

const VMAP =
  "f=None, *, in_axes=0, out_axes=0, axis_name=None, axis_size=None, spmd_axis_name=None, **kwargs";
const SCAN = "f=None, *, length=None, reverse=False, unroll=1, in_axes=None, out_axes=None, **kwargs";

/** A transformation that is given its function at once, or as a decorator with options. */
function decorating(
  name: string,
  signature: string,
  transform: (f: Value, a: Bound, interp: Interp) => Value,
): NativeFunction {
  return def(name, signature, (a, interp) =>
    a.f === null ? def(name, "f", (b) => transform(b.f, a, interp)) : transform(a.f, a, interp),
  );
}

/** Axes by argument: None stays whole, states of modules lie along the first. */
function axesOf(value: Value): Value {
  const one = (axis: Value): Value => (axis === null || typeof axis === "number" ? axis : 0);
  const items = toItems(value);
  return items ? new Tuple(items.map(one)) : one(value);
}

/** `nnx.scan`: the function once a step; modules that were made by a mapped function stand for one of each step. */
function scanned(f: Value, a: Bound): Value {
  return new Native("scan", (interp, args, kwargs) => {
    const inAxes = toItems(a.in_axes) ?? args.map((_, i) => (i === 0 ? CARRY : 0));
    const outAxes = a.out_axes === null ? new Tuple([CARRY, 0]) : a.out_axes;
    const carried = inAxes.indexOf(CARRY);
    const steps = stepsOf(a.length, args, inAxes);
    if (steps === undefined || !interp.allows(steps))
      interp.gap("nnx.scan of unknown length is counted as one step");
    let running: Value = carried < 0 ? null : (args[carried] ?? null);
    let answer: Value = null;
    const count = steps ?? 1;
    for (let step = 0; step < count; step++) {
      const given = args.map((arg, i) => {
        const axis = inAxes[i];
        if (i === carried) return running;
        return typeof axis === "number" ? sliceAlong(interp, arg, axis, step) : arg;
      });
      answer = interp.call(f, given, kwargs);
      running = carriedOf(answer, outAxes);
    }
    const outputs = toItems(outAxes);
    const items = toItems(answer);
    if (!outputs || !items) return answer;
    return new Tuple(
      items.map((item, i) => {
        const axis = outputs[i];
        return typeof axis === "number" ? stackedAlong(item, count, axis) : item;
      }),
    );
  });
}

function carriedOf(answer: Value, outAxes: Value): Value {
  const at = toItems(outAxes)?.indexOf(CARRY);
  return at === undefined ? answer : (toItems(answer)?.[at] ?? null);
}

function stepsOf(length: Value, args: readonly Value[], axes: readonly Value[]): number | undefined {
  if (typeof length === "number") return length;
  for (const [i, arg] of args.entries()) {
    const axis = axes[i];
    if (typeof axis !== "number") continue;
    const size =
      arg instanceof Tensor ? (Array.isArray(arg.shape) ? arg.shape.at(axis) : undefined) : copiesOf(arg);
    if (typeof size === "number") return size;
  }
  return undefined;
}
