/**
 * `create_feature_extractor`: runs the network and keeps what the named nodes give, as the traced graph does: nothing
 * after the last of them runs, and layers that did not run are no part of the extractor.
 * https://docs.pytorch.org/vision/stable/feature_extraction.html
 */

import { entryOf } from "../../../base/table.ts";
import { Raised } from "../../../interpret/control.ts";
import type { Interp } from "../../../interpret/interp.ts";
import { type Bound, def, defineClass } from "../../../interpret/native.ts";
import {
  type ClassValue,
  Dict,
  type Instance,
  isUnknown,
  toItems,
  type Value,
} from "../../../interpret/values.ts";
import { isModule } from "../nn/library.ts";
import { initModule } from "../nn/module.ts";
import type { NnLibrary } from "../nn/nn.ts";
import { table, tableEntries, walkModules } from "../nn/tables.ts";
import { fn, type NameTable } from "./inert.ts";
import { kwargsOf } from "./runtime.ts";

const HOOK = "feature extractor";

/** What an extractor was made of. */
interface Extraction {
  readonly model: Instance;
  /** Names of the results by node. */
  readonly nodes: ReadonlyMap<string, Value>;
}

function create(nn: NnLibrary, a: Bound, interp: Interp): Value {
  const nodes = nodesOf(a.return_nodes ?? null) ?? nodesOf(a.eval_return_nodes ?? null);
  if (isUnknown(a.model)) return a.model;
  if (!isModule(a.model) || !nodes) return interp.unknown("the nodes of a feature extractor are not known");
  const { model } = a;
  const cls: ClassValue = defineClass(model.cls.name, {
    bases: [nn.module],
    methods: { forward: ["self, *args, **kwargs", (b, at) => extract({ model, nodes }, b, at)] },
  });
  const extractor = interp.newInstance(cls);
  initModule(interp, extractor);
  for (const kind of ["_modules", "_parameters", "_buffers"] as const) {
    const own = table(interp, extractor, kind);
    for (const [key, value] of tableEntries(model, kind)) interp.dictSet(own, key, value);
  }
  return extractor;
}

/** `["layer1"]`, or `{"layer1": "low"}`. */
function nodesOf(value: Value): ReadonlyMap<string, Value> | undefined {
  if (value instanceof Dict)
    return new Map([...value.entries.values()].map((each) => [String(each.key), each.value]));
  const names = toItems(value);
  return names && new Map(names.map((name) => [String(name), name]));
}

function extract({ model, nodes }: Extraction, a: Bound, interp: Interp): Value {
  const found = new Map<string, Value>();
  const ran = new Set<Instance>();
  const keep = (node: string, output: Value): void => {
    if (nodes.has(node)) found.set(node, output);
    const isDone = [...nodes.keys()].every((wanted) => found.has(wanted));
    if (isDone) interp.raise("StopIteration", HOOK);
  };
  const remove = watch(interp, model, ran, keep);
  const unwatch = watchFunctions(interp, { model, extractor: a.self }, (node, output) => {
    // A layer of the name comes first, as `features` does before a function that is called so.
    if (!found.has(node)) keep(node, output);
  });
  const restore = interp.checkpoint();
  let isWhole = false;
  try {
    interp.callMethod(model, "forward", toItems(a.args) ?? [], kwargsOf(a.kwargs ?? null));
  } catch (error) {
    isWhole = [...nodes.keys()].every((wanted) => found.has(wanted));
    if (!(error instanceof Raised) || !isWhole) throw error;
    restore();
  }
  unwatch();
  remove();
  if (isWhole && isModule(a.self)) prune(interp, a.self, ran);
  const result = new Dict();
  for (const [node, name] of nodes) {
    const missing = () => interp.unknown(`there is no node ${node}`);
    interp.dictSet(result, name, found.has(node) ? found.get(node) : missing());
  }
  return result;
}

/** Tells of every call below `model` as torch.fx names it: the second of `relu` is `relu_1`. */
function watch(
  interp: Interp,
  model: Instance,
  ran: Set<Instance>,
  tell: (node: string, output: Value) => void,
): () => void {
  const watched = walkModules(interp, model)
    .slice(1)
    .map(([path, module]) => {
      let calls = 0;
      const hook = def(HOOK, "module, args, output", (b) => {
        ran.add(module);
        calls += 1;
        tell(calls === 1 ? path : `${path}_${calls - 1}`, b.output);
        return null;
      });
      const hooks = module.attrs.get("_forward_hooks");
      const own = hooks instanceof Dict ? hooks : new Dict();
      if (!(hooks instanceof Dict)) {
        interp.touch(module);
        module.attrs.set("_forward_hooks", own);
      }
      interp.dictSet(own, HOOK, hook);
      return own;
    });
  return () => {
    for (const hooks of watched) interp.dictDelete(hooks, HOOK);
  };
}

/** Operators by the names that torch.fx has for them. */
const OPERATORS: Readonly<Record<string, string>> = {
  add_: "add",
  sub_: "sub",
  mul_: "mul",
  div: "truediv",
  div_: "truediv",
};

/**
 * Tells of every function that a module's own code calls, as feature extraction names it: the module's path, the
 * function, and how often the module has called it before: `layer1.0.add`, `layer1.0.add_1`.
 */
function watchFunctions(
  interp: Interp,
  { model, extractor }: { readonly model: Instance; readonly extractor: Value },
  tell: (node: string, output: Value) => void,
): () => void {
  const paths = new Map<Value, string>(walkModules(interp, model).map(([path, module]) => [module, path]));
  // The extractor runs in the model's place.
  paths.set(extractor, "");
  const calls = new Map<string, number>();
  return interp.watchOps(({ name, scope, outputs: [output] }) => {
    const owner = scope?.instance;
    const path = owner && paths.get(owner);
    if (!owner || path === undefined || output === undefined || isLayer(owner.cls)) return;
    const node = `${path}${path && "."}${entryOf(OPERATORS, name) ?? name}`;
    const before = calls.get(node) ?? 0;
    calls.set(node, before + 1);
    tell(before === 0 ? node : `${node}_${before}`, output);
  });
}

/** A layer of the framework is one node, whatever it calls. */
function isLayer(cls: ClassValue): boolean {
  return cls.mro.find((base) => base.native)?.native?.layer === true;
}

/** Takes out the layers that did not run and hold none that did. */
function prune(interp: Interp, module: Instance, ran: ReadonlySet<Instance>): void {
  const children = table(interp, module, "_modules");
  for (const [name, child] of tableEntries(module, "_modules")) {
    if (!isModule(child)) continue;
    if (walkModules(interp, child).some(([, inner]) => ran.has(inner))) prune(interp, child, ran);
    else interp.dictDelete(children, name);
  }
}

export const EXTRACTION: Readonly<Record<string, NameTable>> = {
  "torchvision.models.feature_extraction": {
    create_feature_extractor: (nn) =>
      def(
        "create_feature_extractor",
        "model, return_nodes=None, train_return_nodes=None, eval_return_nodes=None, tracer_kwargs=None, suppress_diff_warning=False, concrete_args=None",
        (a, interp) => create(nn, a, interp),
      ),
    get_graph_node_names: fn("get_graph_node_names", "*args, **kwargs", (_, interp) =>
      interp.unknown("the nodes of a traced graph"),
    ),
  },
};
