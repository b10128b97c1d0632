/**
 * `torch.nn.Module`: registration of submodules, parameters and buffers, calling with hooks, and the walks.
 * https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html
 *
 * A trace is inference, so `training` is False in it whatever `train()` and assignments say; code that makes networks
 * finds them in training, as torch makes them. What only moves or freezes numbers (`to`, `half`) gives the module back.
 */

import { STEPS } from "../../../interpret/bounds.ts";
import type { Interp } from "../../../interpret/interp.ts";
import { type Bound, defineClass, type NativeImpl } from "../../../interpret/native.ts";
import {
  ABSENT,
  type ClassValue,
  Dict,
  FunctionValue,
  type Instance,
  isUnknown,
  Tensor,
  Tuple,
  unknownBaseOf,
  type Value,
} from "../../../interpret/values.ts";
import { weightKept } from "../../../interpret/weight.ts";
import { failReadOnly, isReadOnly } from "../../../languages/python/readOnly.ts";
import { callModule, hookMethods } from "./calling.ts";
import { isModule, isParameter, MODULE_NATIVE } from "./library.ts";
import { rememberName } from "./naming.ts";
import {
  iterator,
  peekTable,
  registered,
  TABLES,
  table,
  tableEntries,
  walkModules,
  walkTensors,
} from "./tables.ts";

type Method = readonly [string, NativeImpl];

export function defineModule(): ClassValue {
  return defineClass("Module", {
    qualname: "torch.nn.modules.module.Module",
    native: MODULE_NATIVE,
    isOfObjects: true,
    properties: {
      training: (a, interp) => {
        if (!interp.inference) return self(a).attrs.get("training") ?? true;
        interp.assume("branch", "training is False, for figures are of inference");
        return false;
      },
    },
    constants: { dump_patches: false, _version: 1, call_super_init: false },
    methods: { ...ATTRIBUTES, ...REGISTRATION, ...CALLING, ...hookMethods(), ...WALKS, ...STATE, ...inert() },
  });
}

/** What `Module.__init__` does; harmless when it comes late or twice. */
export function initModule(interp: Interp, module: Instance): void {
  interp.tick(STEPS.module);
  for (const name of TABLES) table(interp, module, name);
}

/** Puts a submodule into a module, as `add_module` does. */
export function addModule(interp: Interp, parent: Instance, name: string, child: Value): void {
  const modules = table(interp, parent, "_modules");
  interp.touch(modules);
  interp.tick(weightKept(modules.entries, name));
  modules.entries.set(name, { key: name, value: child });
  rememberName(parent, name, child);
}

export function addTensor(
  interp: Interp,
  module: Instance,
  kind: "_parameters" | "_buffers",
  name: string,
  value: Value,
): void {
  const entries = table(interp, module, kind);
  interp.touch(entries);
  interp.tick(weightKept(entries.entries, name));
  entries.entries.set(name, { key: name, value });
  if (kind === "_buffers" && value instanceof Tensor && value.parameter === undefined) {
    interp.touch(value);
    value.parameter = { trainable: false, buffer: true };
  }
}

/** Removes a name from the module's attributes and from all its tables but one. */
function forget(interp: Interp, module: Instance, name: string, except?: string): boolean {
  let found = false;
  if (module.attrs.has(name)) {
    interp.touch(module);
    module.attrs.delete(name);
    found = true;
  }
  for (const key of TABLES) {
    const entries = key === except ? undefined : peekTable(module, key);
    if (!entries?.entries.has(name)) continue;
    interp.touch(entries);
    entries.entries.delete(name);
    found = true;
  }
  return found;
}

function setAttribute(interp: Interp, self: Instance, name: string, value: Value): void {
  if (isParameter(value)) {
    forget(interp, self, name, "_parameters");
    addTensor(interp, self, "_parameters", name, value);
  } else if (isModule(value)) {
    warnUninitialised(interp, self, name);
    forget(interp, self, name, "_modules");
    addModule(interp, self, name, value);
  } else if (value === null && setNone(interp, self, name)) {
    return;
  } else if (value instanceof Tensor && peekTable(self, "_buffers")?.entries.has(name)) {
    addTensor(interp, self, "_buffers", name, value);
  } else if (isReadOnly(self.cls, name)) {
    failReadOnly(interp, self.cls, name);
  } else {
    forget(interp, self, name);
    interp.touch(self);
    interp.tick(weightKept(self.attrs, name));
    self.attrs.set(name, value);
  }
}

/** None keeps a registered name in its table. */
function setNone(interp: Interp, self: Instance, name: string): boolean {
  for (const key of TABLES) {
    const entries = peekTable(self, key);
    if (!entries?.entries.has(name)) continue;
    interp.touch(entries);
    entries.entries.set(name, { key: name, value: null });
    return true;
  }
  return false;
}

function warnUninitialised(interp: Interp, self: Instance, name: string): void {
  // A base that is not known may have made the tables.
  if (peekTable(self, "_modules") || unknownBaseOf(self.cls.mro)) return;
  interp.diagnose({
    severity: "error",
    code: "missing-super-init",
    message: `${self.cls.name} assigns ${name} before super().__init__()`,
  });
}

/** Attribute access after the usual look-up failed; see Python's `__getattr__`. */
function missingAttribute(interp: Interp, self: Instance, name: string): Value {
  const value = registered(self, name);
  if (value !== ABSENT) return value;
  return (
    unknownBaseOf(self.cls.mro) ??
    interp.raise("AttributeError", `'${self.cls.name}' object has no attribute '${name}'`)
  );
}

const ATTRIBUTES: Record<string, Method> = {
  __init__: [
    "self, *args, **kwargs",
    (a, interp) => {
      initModule(interp, self(a));
      return null;
    },
  ],
  __setattr__: [
    "self, name, value",
    (a, interp) => {
      setAttribute(interp, self(a), String(a.name), a.value);
      return null;
    },
  ],
  __getattr__: ["self, name", (a, interp) => missingAttribute(interp, self(a), String(a.name))],
  __delattr__: [
    "self, name",
    (a, interp) => {
      const name = String(a.name);
      if (forget(interp, self(a), name) || unknownBaseOf(self(a).cls.mro)) return null;
      return interp.fail("AttributeError", `'${self(a).cls.name}' object has no attribute '${name}'`);
    },
  ],
  __dir__: [
    "self",
    (a, interp) => {
      const names = new Set([
        ...self(a).attrs.keys(),
        ...self(a).cls.mro.flatMap((cls) => [...cls.attrs.keys()]),
      ]);
      for (const key of TABLES) for (const [name] of tableEntries(self(a), key)) names.add(name);
      return interp.list([...names].sort());
    },
  ],
  __repr__: ["self", (a) => `${self(a).cls.name}()`],
  _get_name: ["self", (a) => self(a).cls.name],
  extra_repr: ["self", () => ""],
};

const REGISTRATION: Record<string, Method> = {
  add_module: ["self, name, module", addNamed],
  register_module: ["self, name, module", addNamed],
  register_parameter: [
    "self, name, param",
    (a, interp) => {
      forget(interp, self(a), String(a.name), "_parameters");
      addTensor(interp, self(a), "_parameters", String(a.name), a.param);
      return null;
    },
  ],
  register_buffer: [
    "self, name, tensor, persistent=True",
    (a, interp) => {
      forget(interp, self(a), String(a.name), "_buffers");
      addTensor(interp, self(a), "_buffers", String(a.name), a.tensor);
      return null;
    },
  ],
};

function addNamed(a: Bound, interp: Interp): Value {
  if (a.name === "") return interp.fail("KeyError", 'module name can\'t be empty string ""');
  if (typeof a.name === "string" && a.name.includes("."))
    return interp.fail("KeyError", `module name can't contain ".", got: ${a.name}`);
  // Under its name another may stand, which it replaces.
  if (isUnknown(a.name)) interp.gap(a.name.reason, a.name.at);
  if (isModule(a.module) || a.module === null) {
    forget(interp, self(a), String(a.name), "_modules");
    addModule(interp, self(a), String(a.name), a.module);
  } else if (isUnknown(a.module)) {
    // Whoever walks or calls the children meets it.
    addModule(interp, self(a), String(a.name), a.module);
  } else {
    return interp.fail("TypeError", `add_module needs a module for '${a.name}'`);
  }
  return null;
}

const CALLING: Record<string, Method> = {
  __call__: ["self, *args, **kwargs", (a, interp) => callModule(interp, self(a), a)],
  _call_impl: ["self, *args, **kwargs", (a, interp) => callModule(interp, self(a), a)],
  forward: [
    "self, *args, **kwargs",
    (a, interp) => {
      const message = `${self(a).cls.name} has no forward method`;
      interp.gap(message);
      return interp.fail("NotImplementedError", message);
    },
  ],
};

const WALKS: Record<string, Method> = {
  named_modules: [
    "self, memo=None, prefix='', ?remove_duplicate=True",
    (a, interp) => pairs(walkModules(interp, self(a), String(a.prefix))),
  ],
  modules: ["self", (a, interp) => iterator(walkModules(interp, self(a)).map(([, module]) => module))],
  named_children: ["self", (a, interp) => pairs(children(interp, self(a)))],
  children: ["self", (a, interp) => iterator(children(interp, self(a)).map(([, module]) => module))],
  named_parameters: [
    "self, prefix='', recurse=True, ?remove_duplicate=True",
    (a, interp) => pairs(walkTensors(interp, self(a), "_parameters", String(a.prefix), a.recurse !== false)),
  ],
  parameters: [
    "self, recurse=True",
    (a, interp) =>
      iterator(
        walkTensors(interp, self(a), "_parameters", "", a.recurse !== false).map(([, tensor]) => tensor),
      ),
  ],
  named_buffers: [
    "self, prefix='', recurse=True, ?remove_duplicate=True",
    (a, interp) => pairs(walkTensors(interp, self(a), "_buffers", String(a.prefix), a.recurse !== false)),
  ],
  buffers: [
    "self, recurse=True",
    (a, interp) =>
      iterator(walkTensors(interp, self(a), "_buffers", "", a.recurse !== false).map(([, tensor]) => tensor)),
  ],
  get_submodule: ["self, target", (a, interp) => descend(interp, self(a), a.target)],
  get_parameter: ["self, target", (a, interp) => descend(interp, self(a), a.target)],
  get_buffer: ["self, target", (a, interp) => descend(interp, self(a), a.target)],
  apply: [
    "self, fn",
    (a, interp) => {
      for (const [, module] of children(interp, self(a))) interp.callMethod(module, "apply", [a.fn]);
      interp.call(a.fn, [self(a)]);
      return self(a);
    },
  ],
};

const STATE: Record<string, Method> = {
  state_dict: [
    "self, *args, destination=None, prefix='', keep_vars=False",
    (a, interp) => {
      const dict = a.destination instanceof Dict ? a.destination : new Dict();
      const prefix = String(a.prefix);
      for (const kind of ["_parameters", "_buffers"] as const) {
        for (const [name, value] of walkTensors(interp, self(a), kind)) {
          dict.entries.set(prefix + name, { key: prefix + name, value });
        }
      }
      return dict;
    },
  ],
  load_state_dict: [
    "self, state_dict, strict=True, assign=False",
    (_, interp) => new Tuple([interp.list([]), interp.list([])]),
  ],
};

const SAME = [
  "to",
  "cuda",
  "cpu",
  "xpu",
  "float",
  "requires_grad_",
  "share_memory",
  "type",
  "to_empty",
  "_apply",
] as const;
const SMALLER = ["half", "bfloat16", "double"] as const;
const NOTHING = [
  "zero_grad",
  "_load_from_state_dict",
  "_save_to_state_dict",
  "reset_parameters",
  "_reset_parameters",
  "reset_running_stats",
  "compile",
  "set_extra_state",
  "get_extra_state",
  "_register_state_dict_hook",
  "register_state_dict_pre_hook",
  "register_full_backward_hook",
  "register_backward_hook",
  "register_full_backward_pre_hook",
  "_register_load_state_dict_pre_hook",
  "register_load_state_dict_post_hook",
] as const;

function inert(): Record<string, Method> {
  const methods: Record<string, Method> = {};
  for (const name of SAME) methods[name] = ["self, *args, **kwargs", (a) => a.self];
  for (const name of SMALLER)
    methods[name] = [
      "self, *args, **kwargs",
      (a, interp) => {
        interp.assume("value", `${name}() is left out: tensors stay as wide as the input is`);
        return a.self;
      },
    ];
  for (const name of NOTHING) methods[name] = ["self, *args, **kwargs", () => null];
  methods.eval = ["self", (a, interp) => switchMode(interp, self(a), false)];
  methods.train = ["self, mode=True", (a, interp) => setTraining(interp, self(a), a.mode)];
  methods.requires_grad_ = ["self, requires_grad=True", freeze];
  return methods;
}

function setTraining(interp: Interp, module: Instance, mode: Value): Value {
  // In a trace the mode has no say, save for what a network's own `train` does.
  if (!interp.inference) {
    interp.touch(module);
    module.attrs.set("training", mode);
  }
  for (const [, child] of children(interp, module)) switchMode(interp, child, mode);
  return module;
}

/** Puts a module into a mode as its class does that, which may make tensors for inference. */
function switchMode(interp: Interp, module: Instance, mode: Value): Value {
  return hasOwn(interp, module, "train")
    ? interp.callMethod(module, "train", [mode])
    : setTraining(interp, module, mode);
}

/** Makes a network ready for inference, where its classes do more for that than to note it. */
export function readyForInference(interp: Interp, network: Value): void {
  if (!isModule(network)) return;
  if (
    hasOwn(interp, network, "eval") ||
    walkModules(interp, network).some(([, part]) => hasOwn(interp, part, "train"))
  )
    interp.callMethod(network, "eval", []);
}

/** Does the program define this method for it? */
function hasOwn(interp: Interp, module: Instance, method: string): boolean {
  interp.tick(module.cls.mro.length);
  const definer = module.cls.mro.find((cls) => cls.attrs.has(method));
  return definer?.attrs.get(method) instanceof FunctionValue;
}

function freeze(a: Bound, interp: Interp): Value {
  const trainable = interp.truthy(a.requires_grad);
  for (const [, tensor] of walkTensors(interp, self(a), "_parameters")) {
    if (!tensor.parameter) continue;
    interp.touch(tensor);
    tensor.parameter = { ...tensor.parameter, trainable };
  }
  return self(a);
}

/** Direct submodules, each once. */
export function children(interp: Interp, module: Instance): [string, Instance][] {
  const seen = new Set<Instance>();
  const found: [string, Instance][] = [];
  for (const [name, child] of tableEntries(module, "_modules")) {
    interp.tick();
    if (!isModule(child) || seen.has(child)) continue;
    seen.add(child);
    found.push([name, child]);
  }
  return found;
}

function descend(interp: Interp, module: Instance, target: Value): Value {
  if (isUnknown(target)) return target;
  let at: Value = module;
  for (const name of String(target).split(".")) if (name !== "") at = interp.getAttr(at, name);
  return at;
}

function pairs(entries: readonly [string, Value][]): Value {
  return iterator(entries.map(([name, value]) => new Tuple([name, value])));
}

/** `self`, which may also be an instance of a class that only borrows the method. */
function self(a: Bound): Instance {
  return a.self as Instance;
}
