/**
 * Networks that a program calls by other methods than their framework's: an agent's `get_action_and_value(obs)`. The
 * first that the program calls stands for the forward call that such a class does not have.
 */
import type { Framework } from "../interpret/framework.ts";
import type { Machine } from "../interpret/machine.ts";
import {
  type Absent,
  ClassValue,
  FunctionValue,
  Instance,
  type ModuleValue,
  type Value,
} from "../interpret/values.ts";
import type { ModuleNode } from "../syntax/ast.ts";
import { methodCalls } from "../syntax/mentions.ts";

/** Gives classes of the module without a forward call the method that is called in its place. */
export function nameForwards(
  m: Machine,
  module: ModuleValue,
  { body }: ModuleNode,
  names: readonly string[],
  frameworks: readonly Framework[],
): void {
  let called: readonly string[] | undefined;
  for (const name of names) {
    const cls = m.tryLookup(module, name);
    if (!(cls instanceof ClassValue) || cls.module !== module) continue;
    const framework = frameworks.find((each) => each.callsOtherMethods && each.isNetworkClass(cls));
    const [forward] = framework?.forwardNames ?? [];
    if (forward === undefined || !isBare(cls, forward)) continue;
    // What derives from it may get its forward call elsewhere.
    if (names.some((other) => other !== name && derives(m.tryLookup(module, other), cls))) continue;
    called ??= calledOn(body);
    const method = called.find((each) => takesInput(cls.attrs.get(each)));
    if (method !== undefined) cls.attrs.set(forward, cls.attrs.get(method)!);
  }
}

function derives(value: Value | Absent, from: ClassValue): boolean {
  return value instanceof ClassValue && value.mro.includes(from);
}

/** The method that stands for a network's forward call, where one does. */
export function forwardStandIn(m: Machine, network: Value): FunctionValue | undefined {
  if (!(network instanceof Instance)) return undefined;
  const framework = m.frameworks.find((each) => each.callsOtherMethods && each.isNetwork(network));
  const [forward] = framework?.forwardNames ?? [];
  if (forward === undefined) return undefined;
  const method = network.cls.attrs.get(forward);
  return method instanceof FunctionValue &&
    method.module !== undefined &&
    network.cls.attrs.get(method.name) === method &&
    method.name !== forward
    ? method
    : undefined;
}

/** It derives from the framework's base alone, and no class of the program has a forward call for it. */
function isBare(cls: ClassValue, forward: string): boolean {
  const own = cls.mro.filter(({ module }) => module !== undefined);
  const [base] = cls.mro.filter(({ module, name }) => module === undefined && name !== "object");
  return base?.qualname?.endsWith(".Module") === true && own.every(({ attrs }) => !attrs.has(forward));
}

/** A method that runs layers on something it is given. */
function takesInput(method: unknown): boolean {
  return method instanceof FunctionValue && !method.name.startsWith("__") && method.node.params.length > 1;
}

/** Names of methods called on objects other than `self`, in the order of the source. */
function calledOn(body: unknown): readonly string[] {
  return methodCalls(body).flatMap(({ object, method }) => (object === "self" ? [] : [method]));
}
