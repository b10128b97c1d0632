/**
 * Why a file without a network has none: what would be one, but for a module that was not found. The last resort of
 * a file whose builder only wraps another package's.
 */
import { advisedPackage } from "../base/advice.ts";
import { makesNoNetworks } from "../base/noNetworks.ts";
import type { Machine } from "../interpret/machine.ts";
import { ABSENT, isUnknown, ModuleValue, type Value } from "../interpret/values.ts";
import { hidesFramework } from "../languages/python/stubs.ts";
import type { ModuleNode } from "../syntax/ast.ts";
import { mentions, methodCalls } from "../syntax/mentions.ts";
import { type Definition, type LostRoot, topLevel } from "./entryPoints.ts";
import { returnsValue } from "./returns.ts";

/** What imports say of a package that is not there. */
const MISSING = / (was not found( \(.*\))?|is not installed)$/;
const MODULE = /^module ([\w.]+)/;
const REMEDY = "set convlens.pythonPath, or --python, to the environment that has it";

export function lostRoots(m: Machine, module: ModuleValue, node: ModuleNode): readonly LostRoot[] {
  const found = topLevel(node.body).flatMap((definition): LostRoot[] => {
    const source = sourceOf(definition);
    if (source === undefined) return [];
    for (const dotted of mentions(source)) {
      const reason = missing(m, module, dotted);
      if (reason !== undefined) return [{ name: definition.name, at: definition.at, reason }];
    }
    return [];
  });
  found.push(...unknownNetworks(m, module, node));
  // Data and what shows it come from packages too: one definition is named for each of them.
  return found.filter(({ reason }, i) => found.findIndex((other) => other.reason === reason) === i);
}

/** Names that the program uses as networks, and of which nothing is known: `net = get_network(args)`. */
function unknownNetworks(m: Machine, module: ModuleValue, node: ModuleNode): readonly LostRoot[] {
  const used = new Set(
    methodCalls(node.body).flatMap(({ object, method }) => (OF_NETWORKS.has(method) ? [object] : [])),
  );
  return topLevel(node.body).flatMap(({ kind, name, at }): LostRoot[] => {
    const value = kind === "variable" && used.has(name) ? m.tryLookup(module, name) : null;
    return value !== ABSENT && isUnknown(value) && !MISSING.test(value.reason)
      ? [{ name, at, reason: value.reason }]
      : [];
  });
}

/** Methods that nothing but networks has. */
const OF_NETWORKS: ReadonlySet<string> = new Set([
  "parameters",
  "named_parameters",
  "load_state_dict",
  "load_weights",
  "summary",
  "compile",
  "apply_gradients",
]);

/** The module, or what its sources would say of one of its names. */
function isMissing(reason: string): boolean {
  return MISSING.test(reason) || advisedPackage(reason) !== undefined;
}

function isOfNoNetworks(reason: string): boolean {
  const [, module] = MODULE.exec(reason) ?? [];
  return module !== undefined && makesNoNetworks(module);
}

/** The part of a definition that would make a network of what it names. */
function sourceOf(definition: Definition): unknown {
  switch (definition.kind) {
    case "function":
      return returnsValue(definition.fn.body) ? definition.fn.body : undefined;
    case "class":
      return definition.bases;
    case "variable":
      return definition.value?.kind === "call" ? definition.value : undefined;
  }
}

/** The reason that a dotted name is unknown or not there, when it is a module's, and what to do about it. */
function missing(m: Machine, module: ModuleValue, dotted: string): string | undefined {
  let value: Value = module;
  for (const part of dotted.split(".")) {
    const next = m.tryLookup(value, part);
    if (next === ABSENT) return value instanceof ModuleValue ? hidesFramework(m, value) : undefined;
    if (isUnknown(next))
      return isMissing(next.reason) && !isOfNoNetworks(next.reason) ? `${next.reason}: ${REMEDY}` : undefined;
    value = next;
  }
  return undefined;
}
