/** `flax.nnx` of one interpreter: layers, variables, containers and transformations by name. */
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
import { type Jax, passing } from "../jax.ts";
import { layerFunctions } from "../layers/functions.ts";
import { LAYERS } from "../layers/index.ts";
import { defineLayer, defineModule, random } from "./module.ts";

/** Transformations and markers that leave what they are given as it is. */
const PASSES =
  `jit grad value_and_grad remat checkpoint split_rngs data static to_arrays clone pytree with_partitioning
  with_metadata cached_partial custom_vjp fori_loop`.split(/\s+/);

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
      ["split", def("split", "node, *filters", (a) => new Tuple([a.node, new Dict()]))],
      ["merge", def("merge", "graphdef, *states", (a) => a.graphdef)],
      [
        "eval_shape",
        def("eval_shape", "f, *args, **kwargs", (a, interp) => interp.call(a.f, toItems(a.args) ?? [])),
      ],
      ["tabulate", def("tabulate", "obj, *args, **kwargs", (a, interp) => tabulate(a, interp))],
      ["vmap", counted("vmap")],
      ["scan", counted("scan")],
      ["pmap", counted("pmap")],
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

  find(name: string): Value | Absent {
    return this.names.get(name) ?? this.layer(name) ?? ABSENT;
  }

  newRngs(): Instance {
    return new Instance(this.rngs);
  }

  private layer(name: string): ClassValue | undefined {
    const known = this.classes.get(name);
    if (known) return known;
    const spec = LAYERS[name];
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

/** `nnx.vmap` and `nnx.scan` make or run many of what they are given: it is counted once, and the report says so. */
function counted(name: string): NativeFunction {
  const counting = (fn: Value): Value =>
    new Native(name, (interp, args, kwargs) => {
      interp.gap(`nnx.${name} is counted as one call`);
      return interp.call(fn, args, kwargs);
    });
  return def(name, "f=None, **kwargs", (a) =>
    a.f === null || a.f === undefined ? def(name, "f", (b) => counting(b.f)) : counting(a.f),
  );
}
