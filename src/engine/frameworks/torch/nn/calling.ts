/** Calling a module: pre-hooks, forward inside the module's scope, hooks. */
import type { Interp } from "../../../interpret/interp.ts";
import { type Bound, defineClass } from "../../../interpret/native.ts";
import {
  Dict,
  type Instance,
  isUnknown,
  type Kwargs,
  Tuple,
  toItems,
  type Value,
} from "../../../interpret/values.ts";

export function callModule(interp: Interp, module: Instance, a: Bound): Value {
  const args = toItems(a.args) ?? [];
  const kwargs = new Map<string, Value>();
  if (a.kwargs instanceof Dict)
    for (const { key, value } of a.kwargs.entries.values()) kwargs.set(String(key), value);
  return interp.withLayer(
    module,
    () => {
      const inputs = runPreHooks(interp, module, args, kwargs);
      const output = interp.callMethod(module, "forward", inputs, kwargs);
      return runHooks(interp, module, inputs, kwargs, output);
    },
    args,
    kwargs,
  );
}

function runPreHooks(
  interp: Interp,
  module: Instance,
  args: readonly Value[],
  kwargs: Kwargs,
): readonly Value[] {
  let inputs = args;
  for (const hook of hooks(module, "_forward_pre_hooks")) {
    const extra = withKwargs(module, "_forward_pre_hooks_with_kwargs", hook.key)
      ? [toDict(interp, kwargs)]
      : [];
    const answer = interp.call(hook.value, [module, new Tuple(inputs), ...extra]);
    if (answer === null || isUnknown(answer)) continue;
    inputs = toItems(answer) ?? [answer];
  }
  return inputs;
}

function runHooks(
  interp: Interp,
  module: Instance,
  inputs: readonly Value[],
  kwargs: Kwargs,
  output: Value,
): Value {
  let result = output;
  for (const hook of hooks(module, "_forward_hooks")) {
    const extra = withKwargs(module, "_forward_hooks_with_kwargs", hook.key) ? [toDict(interp, kwargs)] : [];
    const answer = interp.call(hook.value, [module, new Tuple(inputs), ...extra, result]);
    if (answer !== null && !isUnknown(answer)) result = answer;
  }
  return result;
}

function hooks(module: Instance, name: string): { readonly key: Value; readonly value: Value }[] {
  const table = module.attrs.get(name);
  return table instanceof Dict ? [...table.entries.values()] : [];
}

function withKwargs(module: Instance, name: string, key: Value): boolean {
  const table = module.attrs.get(name);
  return table instanceof Dict && [...table.entries.values()].some((entry) => entry.key === key);
}

function toDict(interp: Interp, kwargs: Kwargs): Dict {
  const dict = new Dict();
  for (const [key, value] of kwargs) interp.dictSet(dict, key, value);
  return dict;
}

/** The methods that register hooks; each answers a handle whose `remove()` takes the hook away. */
export function hookMethods(): Record<string, readonly [string, (a: Bound, interp: Interp) => Value]> {
  const handle = defineClass("RemovableHandle", {
    qualname: "torch.utils.hooks.RemovableHandle",
    methods: {
      remove: [
        "self",
        (a, interp) => {
          const { table, key } = (a.self as Instance).native as {
            readonly table: Dict;
            readonly key: number;
          };
          interp.touch(table);
          interp.dictDelete(table, key);
          return null;
        },
      ],
      __enter__: ["self", (a) => a.self],
      __exit__: ["self, *args", (a, interp) => interp.callMethod(a.self, "remove")],
    },
  });
  const register =
    (name: string) =>
    (a: Bound, interp: Interp): Value => {
      const module = a.self as Instance;
      const hookTable = ensure(interp, module, name);
      interp.tick(hookTable.entries.size >> 4);
      let key = 0;
      for (const entry of hookTable.entries.values()) key = Math.max(key, Number(entry.key) + 1);
      interp.touch(hookTable);
      interp.dictSet(hookTable, key, a.hook);
      if (interp.truthy(a.with_kwargs) === true) {
        const flags = ensure(interp, module, `${name}_with_kwargs`);
        interp.touch(flags);
        interp.dictSet(flags, key, true);
      }
      const made = interp.newInstance(handle);
      made.native = { table: hookTable, key };
      return made;
    };
  const signature = "self, hook, *, prepend=False, with_kwargs=False, always_call=False";
  return {
    register_forward_hook: [signature, register("_forward_hooks")],
    register_forward_pre_hook: [signature, register("_forward_pre_hooks")],
  };
}

function ensure(interp: Interp, module: Instance, name: string): Dict {
  const known = module.attrs.get(name);
  if (known instanceof Dict) return known;
  const made = new Dict();
  interp.touch(module);
  module.attrs.set(name, made);
  return made;
}
