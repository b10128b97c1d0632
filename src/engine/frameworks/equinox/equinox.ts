/** Equinox as a framework: its modules of names, and how its networks are recognised, named and run. */

import { entryOf } from "../../base/table.ts";
import type { Framework } from "../../interpret/framework.ts";
import type { Interp } from "../../interpret/interp.ts";
import { type Bound, def, defineClass, type NativeImpl } from "../../interpret/native.ts";
import {
  ABSENT,
  type Absent,
  ClassValue,
  Dict,
  Instance,
  isUnknown,
  ModuleValue,
  NativeFunction,
  type Shape,
  Tensor,
  Tuple,
  toItems,
  Unknown,
  type Value,
} from "../../interpret/values.ts";
import { completed, forwardParams, inputOf, isSetting } from "../flax/calling.ts";
import { evalShape, gradients } from "../flax/derivatives.ts";
import { type Jax, passing } from "../flax/jax.ts";
import { moduleTable } from "../moduleTable.ts";
import { LAYERS } from "./layers/index.ts";
import {
  defineLayer,
  defineModule,
  isEquinox,
  isEquinoxClass,
  markParameters,
  STATIC,
  walk,
} from "./module.ts";

const SUBMODULES: ReadonlySet<string> = new Set([
  "equinox.nn",
  "equinox.experimental",
  "equinox.debug",
  "equinox.internal",
  "equinox.nn._misc",
]);

/** Transformations and filters that leave what they are given as it is. */
const PASSES = `filter_jit filter_checkpoint filter_custom_jvp filter_custom_vjp
  filter_closure_convert filter tree_check apply_updates module_update_wrapper tree_inference`.split(/\s+/);

const GRADIENTS: ReadonlyMap<string, Value> = new Map([
  ...gradients("eqx", ["filter_grad", "filter_value_and_grad"]),
  ["filter_eval_shape", evalShape("fun")],
]);

const PREDICATES = "is_array is_inexact_array is_array_like is_inexact_array_like".split(" ");

export function createEquinox(jax: Jax): Framework {
  return new Equinox(jax);
}

class Equinox implements Framework {
  readonly id = "equinox";
  readonly forwardNames = ["__call__"];
  /** A call takes one sample. */
  readonly unbatched = true;
  private readonly cls = defineModule();
  private readonly state = defineClass("State", { qualname: "equinox.nn.State", methods: STATE });
  private readonly classes = new Map<string, ClassValue>();
  private readonly module = moduleTable((path, name) => this.lookup(path, name));
  private readonly values = new Map<string, Value>();

  constructor(private readonly jax: Jax) {}

  hasModule(name: string): boolean {
    return /^equinox(\.|$)/.test(name);
  }

  lookup(module: string, name: string): Value | Absent {
    const path = `${module}.${name}`;
    const known = this.values.get(path);
    if (known !== undefined) return known;
    const value = this.find(module, name);
    if (value === ABSENT && name.startsWith("__")) return ABSENT;
    const found = value === ABSENT ? new Unknown(`${path} is not modelled`) : value;
    this.values.set(path, found);
    return found;
  }

  private find(module: string, name: string): Value | Absent {
    const path = `${module}.${name}`;
    if (SUBMODULES.has(path)) return this.module(path);
    if (name === "Module") return this.cls;
    if (PASSES.includes(name)) return passing(name);
    const gradient = GRADIENTS.get(name);
    if (gradient) return gradient;
    if (PREDICATES.includes(name)) return def(name, "element", (a) => a.element instanceof Tensor);
    if (module === "equinox.nn" && (name === "State" || name === "StatefulLayer"))
      return name === "State" ? this.state : this.cls;
    const entry = entryOf(FUNCTIONS, name);
    if (entry) return def(name, entry[0], (a, interp) => entry[1](this.tools, a, interp));
    return this.layer(name) ?? ABSENT;
  }

  private layer(name: string): ClassValue | undefined {
    const known = this.classes.get(name);
    if (known) return known;
    const spec = entryOf(LAYERS, name);
    if (!spec) return undefined;
    const made = defineLayer(this.jax.kit, this.cls, name, spec, (other) => this.layer(other));
    this.classes.set(name, made);
    return made;
  }

  private readonly tools: Tools = {
    vmap: () => this.jax.find("jax", "vmap") as Value,
    state: () => new Instance(this.state),
  };

  isNetworkClass(cls: ClassValue): boolean {
    return isEquinoxClass(cls);
  }

  isNetwork(value: Value): boolean {
    return isEquinox(value);
  }

  input(shape: Shape, dtype: string): Value {
    return inputOf(this.jax.kit, shape, dtype);
  }

  forward(interp: Interp, network: Value, inputs: readonly Value[]): Value {
    if (isEquinox(network)) markParameters(network);
    const more = { state: this.tools.state };
    const { args, kwargs } = completed(interp, this.jax.kit, forwardParams(network), inputs, more);
    return interp.call(network, args, kwargs);
  }

  layerNames(_interp: Interp, network: Value): ReadonlyMap<Instance, string> {
    return isEquinox(network) ? walk(network) : new Map();
  }

  parameters(_interp: Interp, network: Value): readonly Tensor[] {
    const found = new Set<Tensor>();
    if (isEquinox(network))
      walk(network, (tensor) => tensor.parameter && !tensor.parameter.buffer && found.add(tensor));
    return [...found];
  }

  /** A network is whole before it runs: what running it meets adds no parameters. */
  unread(network: Value): { readonly parts: readonly Unknown[]; readonly attributes: readonly Unknown[] } {
    const modules = isEquinox(network) ? [...walk(network).keys()] : [];
    const attributes = modules.flatMap((module) => [...module.attrs.values()].filter(isUnknown));
    return { parts: attributes, attributes };
  }

  /** Random keys that any program gives alike. */
  supplied(name: string, owner?: ClassValue | ModuleValue): Value | Absent {
    if (name !== "key" && name !== "rng_key") return ABSENT;
    return usesEquinox(owner) ? this.jax.kit.make([2], "uint32") : ABSENT;
  }

  entrance(layer: Instance): { readonly spatialAxes: number; readonly channels: number } | undefined {
    const spec = isEquinox(layer) ? entryOf(LAYERS, layer.cls.name) : undefined;
    if (!spec?.entrance || this.classes.get(layer.cls.name) !== layer.cls) return undefined;
    const [axes, name] = spec.entrance;
    const [spatialAxes, channels] = [axes(layer), layer.attrs.get(name)];
    return typeof spatialAxes === "number" && typeof channels === "number"
      ? { spatialAxes, channels }
      : undefined;
  }

  entryForm(layer: Instance): "tokens" | undefined {
    return layer.cls === this.classes.get("Embedding") ? "tokens" : undefined;
  }

  givesItself(name: string): boolean {
    return name === "state" || isSetting(name);
  }

  channelAxis(): number {
    return 0;
  }

  defaultInput(spatialAxes: number, channels: number, size: number): readonly number[] {
    if (spatialAxes === 3) return [channels, 16, Math.ceil(size / 2), Math.ceil(size / 2)];
    return [channels, ...new Array<number>(spatialAxes).fill(size)];
  }
}

/** A class of Equinox, or a module that imports it. */
function usesEquinox(owner: ClassValue | ModuleValue | undefined): boolean {
  if (owner instanceof ClassValue) return isEquinoxClass(owner);
  const names = [...(owner?.attrs.values() ?? [])];
  return names.some((value) => value instanceof ModuleValue && value.name.startsWith("equinox"));
}

const STATE = {
  __init__: ["self, model=None", () => null],
  get: ["self, item", (_a, interp) => interp.unknown("a value of the state")],
  set: ["self, item, value", (a) => a.self],
  substate: ["self, pytree", (a) => a.self],
  update: ["self, substate", (a) => a.self],
} as const satisfies Readonly<Record<string, readonly [string, NativeImpl]>>;

interface Tools {
  readonly vmap: () => Value;
  readonly state: () => Value;
}

type FunctionRule = (tools: Tools, a: Bound, interp: Interp) => Value;

function mapping(name: string): readonly [string, FunctionRule] {
  return [
    "fun=None, *, in_axes=0, out_axes=0, axis_name=None, axis_size=None, **kwargs",
    (tools, a, interp) => {
      const mapped = (fun: Value): Value =>
        interp.call(
          tools.vmap(),
          [fun],
          new Map<string, Value>([
            ["in_axes", axesOf(a.in_axes)],
            ["out_axes", axesOf(a.out_axes)],
            ["axis_size", a.axis_size],
          ]),
        );
      return a.fun === null ? def(name, "fun", (b) => mapped(b.fun)) : mapped(a.fun);
    },
  ];
}

const FUNCTIONS: Readonly<Record<string, readonly [string, FunctionRule]>> = {
  filter_vmap: mapping("filter_vmap"),
  // Each device runs its slice of the axis: all of them together cost what `filter_vmap` does.
  filter_pmap: mapping("filter_pmap"),
  make_with_state: [
    "make_model",
    (tools, a) =>
      new NativeFunction(
        "make_with_state",
        (interp, args, kwargs) => new Tuple([interp.call(a.make_model, args, kwargs), tools.state()]),
      ),
  ],
  delete_init_state: ["model", (_tools, a) => a.model],
  inference_mode: ["pytree, value=True", (_tools, a) => a.pytree],
  partition: [
    "pytree, filter_spec, replace=None, is_leaf=None",
    (_tools, a) => new Tuple([a.pytree, a.pytree]),
  ],
  combine: ["*pytrees", (_tools, a) => toItems(a.pytrees)?.[0] ?? null],
  tree_at: ["where, pytree, replace=None, replace_fn=None, is_leaf=None", treeAt],
  if_array: ["axis", (_tools, a) => a.axis],
  field: ["*, converter=None, static=False, **kwargs", (_tools, a, interp) => field(a, interp, a.static)],
  static_field: ["**kwargs", (_tools, a, interp) => field(a, interp, true)],
  tree_serialise_leaves: ["path, pytree, filter_spec=None, is_leaf=None", () => null],
  tree_deserialise_leaves: ["path, like, filter_spec=None, is_leaf=None", (_tools, a) => a.like],
  tree_pprint: ["pytree, **options", () => null],
  error_if: ["x, pred, msg, *, on_error=None", (_tools, a) => a.x],
};

/** New arrays of the old shapes leave the tree as it is to us; anything else makes it another one. */
function treeAt(_tools: Tools, a: Bound, interp: Interp): Value {
  const old = interp.call(a.where, [a.pytree]);
  const olds = toItems(old) ?? [old];
  const given = toItems(a.replace) ?? [a.replace];
  const news = a.replace_fn === null ? given : olds.map((each) => interp.call(a.replace_fn, [each]));
  const isSame = olds.length === news.length && olds.every((each, i) => haveSameShape(each, news[i]));
  return isSame ? a.pytree : interp.unknown("tree_at that puts in something of another form is not modelled");
}

function haveSameShape(a: Value, b: Value): boolean {
  if (!(a instanceof Tensor && b instanceof Tensor)) return false;
  const [x, y] = [a.shape, b.shape];
  return !isUnknown(x) && !isUnknown(y) && x.length === y.length && x.every((size, i) => size === y[i]);
}

function field(a: Bound, interp: Interp, isStatic: Value): Value {
  const make = interp.getAttr(interp.importModule("dataclasses"), "field");
  const given = kwargsOf(a.kwargs);
  return interp.call(make, [], isStatic === true ? new Map([...given, ["metadata", STATIC]]) : given);
}

function kwargsOf(value: Value): ReadonlyMap<string, Value> {
  return value instanceof Dict
    ? new Map([...value.entries.values()].map((entry) => [String(entry.key), entry.value]))
    : new Map();
}

/** Axes by argument or by answer; what is no plain number is mapped along the first axis. */
function axesOf(value: Value): Value {
  const items = toItems(value);
  if (items) return new Tuple(items.map(axesOf));
  return value === null || typeof value === "number" || value instanceof Dict ? value : 0;
}
