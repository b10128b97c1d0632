/**
 * `flax.linen.Module`: a dataclass whose methods run with the module on top of the stack, so that what they make are
 * its children; `setup` runs before the first of them; `init` and `apply` run the module on an input.
 * https://flax.readthedocs.io/en/latest/api_reference/flax.linen/module.html
 */
import { STEPS } from "../../../interpret/bounds.ts";
import type { Interp } from "../../../interpret/interp.ts";
import { type Bound, def, defineClass, type NativeImpl } from "../../../interpret/native.ts";
import {
  ABSENT,
  type ClassValue,
  Dict,
  FunctionValue,
  type Instance,
  isUnknown,
  type Kwargs,
  NativeFunction,
  NO_KWARGS,
  Tensor,
  Tuple,
  toItems,
  type Value,
} from "../../../interpret/values.ts";
import { dataclasses } from "../../../languages/python/stdlib/dataclasses.ts";
import type { ArrayKit } from "../arrays/kit.ts";
import {
  copiesOf,
  isLinen,
  isLinenClass,
  type ModuleState,
  pathOf,
  place,
  register,
  stateOf,
  tensorsOf,
  treeOf,
  walk,
} from "./state.ts";

/** Marks a function as `nn.compact`, and as `nn.nowrap`. */
export const COMPACT = "__compact__";
export const NOWRAP = "__nowrap__";

const WRAPPED_DUNDERS: ReadonlySet<string> = new Set(["__call__"]);

export function defineModule(kit: ArrayKit): ClassValue {
  const module = defineClass("Module", {
    qualname: "flax.linen.module.Module",
    native: {
      layer: false,
      create: (interp, cls, _args, kwargs) => {
        makeDataclasses(interp, cls);
        return place(interp, cls, kwargs);
      },
      onSubclass: finish,
    },
    methods: { ...LIFE, ...variables(kit), ...running() },
    properties: {
      name: (a) => stateOf(a.self)?.name ?? null,
      parent: (a) => stateOf(a.self)?.parent ?? null,
      variables: (a, interp) => collections(interp, a.self as Instance),
      path: (a) => new Tuple(pathOf(a.self as Instance).split(".")),
      scope: (a) => a.self,
    },
  });
  module.annotations = new Map<string, Value>(PLACE.map((name) => [name, null]));
  return module;
}

// ------------------------------------------------------------------- classes

/** Fields of every module, by keyword alone; `place` reads them. */
const PLACE: readonly string[] = ["parent", "name"];
const FIELDS = "__dataclass_fields__";

/** Makes a class of the program a dataclass and wraps its methods. */
function finish(interp: Interp, cls: ClassValue): void {
  for (const name of PLACE) if (cls.annotations?.delete(name)) cls.attrs.delete(name);
  makeDataclasses(interp, cls);
  for (const [name, value] of [...cls.attrs]) {
    if (!(value instanceof FunctionValue) || value.attrs.has(NOWRAP)) continue;
    if (name === "setup" || (name.startsWith("__") && !WRAPPED_DUNDERS.has(name))) continue;
    cls.attrs.set(name, wrap(value));
  }
}

/** Dataclasses of a module class and its bases, the most basic first. */
function makeDataclasses(interp: Interp, cls: ClassValue): void {
  const makeDataclass = dataclasses().get("dataclass") ?? null;
  for (const base of [...cls.mro].reverse()) {
    if (base.attrs.has(FIELDS) || !isLinenClass(base)) continue;
    const options = new Map<string, Value>([
      ["eq", false],
      ["repr", false],
      ["kw_only", base.bases.length === 0],
    ]);
    interp.call(makeDataclass, [base], options);
  }
}

function wrap(fn: FunctionValue): NativeFunction {
  const wrapper = new NativeFunction(fn.name, (interp, args, kwargs) => {
    const [self] = args;
    const body = (): Value => interp.call(fn, args, kwargs);
    if (!isLinen(self)) return body();
    const isCompact = fn.attrs.get(COMPACT) === true;
    if (fn.name === "__call__")
      return enter(interp, self, isCompact, body, [...args.slice(1), ...kwargs.values()]);
    // A method of a module that is not bound, such as an `init` of its own, calls the network; it is no call of it.
    return interp.scope === undefined && stateOf(self)?.isBound === false
      ? body()
      : enter(interp, self, isCompact, body);
  });
  for (const [name, value] of fn.attrs) wrapper.attrs.set(name, value);
  wrapper.attrs.set("__wrapped__", fn);
  return wrapper;
}

/** Runs a method of a module: after its setup, and on top of the stack; `inputs` are those of its forward call. */
export function enter(
  interp: Interp,
  self: Instance,
  compact: boolean,
  body: () => Value,
  inputs?: readonly Value[],
): Value {
  const state = stateOf(self);
  if (!state) return body();
  const run = (): Value => {
    setUp(interp, self, state);
    if (!compact) return body();
    if (state.compactDepth === 0) {
      state.cursors.clear();
      state.used.clear();
    }
    state.compactDepth++;
    try {
      return body();
    } finally {
      state.compactDepth--;
    }
  };
  if (interp.scope?.instance === self) return run();
  return inputs ? interp.withLayer(self, run, inputs) : interp.withLayerAside(self, run);
}

function setUp(interp: Interp, self: Instance, state: ModuleState): void {
  if (state.setup !== "not yet") return;
  state.setup = "running";
  for (const [name, value] of [...self.attrs]) register(self, name, value);
  const setup = interp.lookup(self, "setup");
  if (setup !== ABSENT && !isUnknown(setup)) interp.call(setup);
  state.setup = "done";
}

const LIFE: Readonly<Record<string, readonly [string, NativeImpl]>> = {
  __post_init__: ["self, *args", () => null],
  setup: ["self", () => null],
  __setattr__: [
    "self, name, value",
    (a, interp) => {
      const self = a.self as Instance;
      if (PLACE.includes(String(a.name))) return null;
      interp.touch(self);
      self.attrs.set(String(a.name), a.value);
      if (stateOf(self)?.setup === "running") register(self, String(a.name), a.value);
      return null;
    },
  ],
  __getattr__: [
    "self, name",
    (a, interp) => {
      const self = a.self as Instance;
      const state = stateOf(self);
      const name = String(a.name);
      if (state?.setup === "not yet" && !name.startsWith("__")) {
        interp.withLayer(self, () => {
          setUp(interp, self, state);
          return null;
        });
      }
      const own = self.attrs.get(name);
      return own !== undefined ? own : (ABSENT as unknown as Value);
    },
  ],
};

// ----------------------------------------------------------------- variables

/** A parameter or statistic of a layer, made when it is first asked for. */
export function layerVariable(
  kit: ArrayKit,
  interp: Interp,
  self: Instance,
  collection: string,
  name: string,
  shape: Tensor["shape"],
): Tensor {
  const state = stateOf(self);
  const known = state?.variables.get(name)?.value;
  if (known instanceof Tensor) return known;
  interp.tick(2 * STEPS.weight);
  const copies = copiesOf(self);
  const made = kit.make(copies === 1 || isUnknown(shape) ? shape : [copies, ...shape]);
  made.parameter = collection === "params" ? { trainable: true } : { trainable: false, buffer: true };
  state?.variables.set(name, { collection, value: made });
  return made;
}

/** `self.param(name, init, *args)` and `self.variable(collection, name, init, *args)`. */
function made(
  kit: ArrayKit,
  interp: Interp,
  self: Instance,
  collection: string,
  name: string,
  init: () => Value,
): Value {
  const state = stateOf(self);
  const known = state?.variables.get(name);
  if (known) return known.value;
  interp.tick(2 * STEPS.weight);
  const copies = copiesOf(self);
  const value = init();
  for (const tensor of tensorsOf(value)) {
    tensor.parameter = collection === "params" ? { trainable: true } : { trainable: false, buffer: true };
  }
  state?.variables.set(name, { collection, value });
  if (copies > 1 && value instanceof Tensor && !isUnknown(value.shape) && collection === "params") {
    // The other copies: the program sees one of them.
    const rest = kit.make([copies - 1, ...value.shape]);
    rest.parameter = { trainable: true };
    state?.variables.set(`${name} (stacked)`, { collection, value: rest });
  }
  return value;
}

function variables(kit: ArrayKit): Readonly<Record<string, readonly [string, NativeImpl]>> {
  const key = (): Tensor => kit.make([2], "uint32");
  // A forward call finds the variables made: what made them is no part of its cost.
  const initial = (a: Bound, interp: Interp, args: readonly Value[]): Value =>
    a.init_fn === null
      ? null
      : interp.unrecorded(() => interp.call(a.init_fn, args, kwargsOf(a.init_kwargs)));
  const variable = defineClass("Variable", {
    methods: { is_mutable: ["self", () => false] },
  });
  return {
    param: [
      "self, name, init_fn=None, *init_args, unbox=True, **init_kwargs",
      (a, interp) =>
        made(kit, interp, a.self as Instance, "params", String(a.name), () =>
          initial(a, interp, [key(), ...(toItems(a.init_args) ?? [])]),
        ),
    ],
    variable: [
      "self, col, name, init_fn=None, *init_args, unbox=True, **init_kwargs",
      (a, interp) => {
        const value = made(kit, interp, a.self as Instance, String(a.col), String(a.name), () =>
          initial(a, interp, toItems(a.init_args) ?? []),
        );
        const box = interp.newInstance(variable);
        box.attrs.set("value", value);
        return box;
      },
    ],
    get_variable: [
      "self, col, name, default=None",
      (a) => stateOf(a.self as Instance)?.variables.get(String(a.name))?.value ?? a.default,
    ],
    put_variable: ["self, col, name, value", () => null],
    has_variable: [
      "self, col, name",
      (a) => a.col === "params" && stateOf(a.self as Instance)?.variables.has(String(a.name)) === true,
    ],
    is_mutable_collection: ["self, col", () => false],
    is_initializing: ["self", () => false],
    has_rng: ["self, name", () => false],
    make_rng: ["self, name='params'", key],
    sow: ["self, *args, **kwargs", () => false],
    perturb: ["self, name, value, collection='perturbations'", (a) => a.value],
  };
}

function kwargsOf(value: Value): Kwargs {
  if (!(value instanceof Dict)) return NO_KWARGS;
  return new Map([...value.entries.values()].map((entry) => [String(entry.key), entry.value]));
}

function collections(interp: Interp, self: Instance): Dict {
  const names = new Set<string>(["params"]);
  for (const module of walk(self).keys()) {
    for (const { collection } of stateOf(module)?.variables.values() ?? []) names.add(collection);
  }
  const all = new Dict();
  for (const name of names) {
    const tree = treeOf(interp, self, name);
    if (tree.entries.size > 0) interp.dictSet(all, name, tree);
  }
  return all;
}

// ------------------------------------------------------------------- running

function methodOf(interp: Interp, self: Instance, method: Value): Value {
  if (typeof method === "string") return interp.getAttr(self, method);
  if (method === null || method === undefined) return self;
  return def("method", "*args, **kwargs", (a, inner) => {
    const args = toItems(a.args) ?? [];
    const bound = "self" in (method as object) ? args : [self, ...args];
    return inner.call(method, bound, kwargsOf(a.kwargs));
  });
}

function run(a: Bound, interp: Interp): Value {
  const self = a.self as Instance;
  const state = stateOf(self);
  if (state?.parent === undefined) state?.reset();
  return bound(self, () =>
    interp.call(methodOf(interp, self, a.method), toItems(a.args) ?? [], kwargsOf(a.kwargs)),
  );
}

/** Runs code with a module that has its variables. */
function bound(self: Instance, body: () => Value): Value {
  const state = stateOf(self);
  if (!state || state.isBound) return body();
  state.isBound = true;
  try {
    return body();
  } finally {
    state.isBound = false;
  }
}

function running(): Readonly<Record<string, readonly [string, NativeImpl]>> {
  const itself: readonly [string, NativeImpl] = ["self, *args, **kwargs", (a) => a.self];
  const init: readonly [string, NativeImpl] = [
    "self, rngs=None, *args, method=None, mutable=None, capture_intermediates=False, **kwargs",
    (a, interp) => {
      interp.asExample(() => run(a, interp));
      return collections(interp, a.self as Instance);
    },
  ];
  return {
    init,
    lazy_init: init,
    init_with_output: [
      init[0],
      (a, interp) => {
        const output = interp.asExample(() => run(a, interp));
        return new Tuple([output, collections(interp, a.self as Instance)]);
      },
    ],
    apply: [
      "self, variables=None, *args, rngs=None, method=None, mutable=False, capture_intermediates=False, **kwargs",
      (a, interp) => {
        const output = run(a, interp);
        const plain = a.mutable === false || a.mutable === null || toItems(a.mutable)?.length === 0;
        return plain ? output : new Tuple([output, collections(interp, a.self as Instance)]);
      },
    ],
    tabulate: [
      "self, rngs=None, *args, method=None, **kwargs",
      (a, interp) => {
        interp.asExample(() => run({ ...a, kwargs: null }, interp));
        return "";
      },
    ],
    bind: [
      itself[0],
      (a) => {
        const state = stateOf(a.self as Instance);
        if (state) state.isBound = true;
        return a.self;
      },
    ],
    unbind: ["self", (a, interp) => new Tuple([a.self, collections(interp, a.self as Instance)])],
    clone: itself,
    copy: itself,
  };
}
