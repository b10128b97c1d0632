/**
 * Roots: what of a file makes a network by itself. Functions that can be called as they stand and give a network,
 * classes that can be made as they stand and are no mere part of another, and networks the module itself makes.
 */

import type { Framework } from "./frameworks/framework.ts";
import type { Machine } from "./interpret/machine.ts";
import { parseSignature } from "./interpret/signature.ts";
import {
  ABSENT,
  type Absent,
  ClassValue,
  FunctionValue,
  Instance,
  type Kwargs,
  type ModuleValue,
  NativeFunction,
  Unknown,
  type Value,
} from "./interpret/values.ts";
import { mentions } from "./mentions.ts";
import type { Expr, FunctionNode, ModuleNode, Stmt } from "./syntax/ast.ts";
import type { Span } from "./syntax/span.ts";

export interface Root {
  readonly name: string;
  readonly kind: "function" | "class" | "variable";
  /** Its name in the source. */
  readonly at: Span;
  readonly value: Value;
  /** Its source, for a function. */
  readonly fn?: FunctionNode;
}

/** Something that would be a root but for arguments that nothing gives. */
export interface NearRoot extends Root {
  readonly needs: readonly string[];
}

export interface Roots {
  /** The main root first, then in the order of the source. */
  readonly roots: readonly Root[];
  readonly near: readonly NearRoot[];
}

export function findRoots(
  m: Machine,
  module: ModuleValue,
  node: ModuleNode,
  frameworks: readonly Framework[],
): Roots {
  const isNetworkClass = (value: Value): value is ClassValue =>
    value instanceof ClassValue && frameworks.some((framework) => framework.isNetworkClass(value));
  const isMaker = (value: Value): boolean =>
    isNetworkClass(value) || frameworks.some((framework) => framework.isMaker?.(value));
  const isNetwork = (value: Value): boolean => frameworks.some((framework) => framework.isNetwork(value));
  const definitions = topLevel(node.body);
  const parts = partNames(definitions);
  const roots: Root[] = [];
  const near: NearRoot[] = [];
  const add = (root: Root, needs: readonly string[]): void => {
    if (needs.length === 0) roots.push(root);
    else near.push({ ...root, needs });
  };

  for (const definition of definitions) {
    const { name, at } = definition;
    const value = m.tryLookup(module, name);
    if (value === ABSENT || value instanceof Unknown) continue;
    if (definition.kind === "class" && isNetworkClass(value)) {
      if (!hasForward(m, value, frameworks) || isBareBase(m, module, value, definitions)) continue;
      const needs = withoutSupplied(constructorNeeds(value), frameworks);
      const isPart = parts.has(name);
      if (needs.length > 0 || !isPart) add({ name, kind: "class", at, value }, needs);
    } else if (
      definition.kind === "function" &&
      buildsNetwork(m, module, definition.fn, isMaker, new Set())
    ) {
      if (!name.startsWith("_"))
        add(
          { name, kind: "function", at, value, fn: definition.fn },
          withoutSupplied(functionNeeds(definition.fn), frameworks),
        );
    } else if (definition.kind === "variable" && isNetwork(value) && !isBareLoss(value)) {
      add({ name, kind: "variable", at, value }, []);
    }
  }
  return { roots: mainFirst(withoutRepeats(roots, definitions)), near };
}

/** Functions that can be called as they stand and give no network: they may call one (`def test():`, `def main():`). */
export function freeFunctions(m: Machine, module: ModuleValue, node: ModuleNode): readonly FunctionValue[] {
  return topLevel(node.body).flatMap((definition) => {
    if (definition.kind !== "function") return [];
    const value = m.tryLookup(module, definition.name);
    if (!(value instanceof FunctionValue)) return [];
    const isFree = functionNeeds(definition.fn).length === 0 && !returnsValue(definition.fn.body);
    return isFree || initialises(definition.fn) ? [value] : [];
  });
}

/** `net = Net()` of a class or function that is a root by itself is the same network once more. */
function withoutRepeats(roots: readonly Root[], definitions: readonly Definition[]): readonly Root[] {
  const named = new Set(roots.filter((root) => root.kind !== "variable").map((root) => root.name));
  const repeats = definitions.filter((definition) => {
    const made = definition.kind === "variable" ? definition.value : undefined;
    return (
      made?.kind === "call" &&
      made.args.length === 0 &&
      made.callee.kind === "name" &&
      named.has(made.callee.id)
    );
  });
  return roots.filter((root) => !repeats.some(({ name }) => name === root.name));
}

/**
 * Functions are how a file offers its networks; among classes the last one is built of those before it. A loss is
 * the main root only where there is nothing else.
 */
function mainFirst(roots: readonly Root[]): readonly Root[] {
  const networks = roots.filter((root) => !isLoss(root.value));
  const main =
    networks.find((root) => root.kind === "variable") ??
    networks.find((root) => root.kind === "function") ??
    networks.at(-1) ??
    roots.at(-1);
  return main ? [main, ...roots.filter((root) => root !== main)] : [];
}

// ----------------------------------------------------------------- definitions

type Definition =
  | { readonly kind: "function"; readonly name: string; readonly at: Span; readonly fn: FunctionNode }
  | {
      readonly kind: "class";
      readonly name: string;
      readonly at: Span;
      readonly body: unknown;
      readonly bases: unknown;
    }
  | { readonly kind: "variable"; readonly name: string; readonly at: Span; readonly value: Expr | undefined };

/** Definitions of the module itself, those under `if` and `try` too. */
function topLevel(body: readonly Stmt[]): readonly Definition[] {
  const found = new Map<string, Definition>();
  const add = (definition: Definition): void => {
    found.delete(definition.name);
    found.set(definition.name, definition);
  };
  const visit = (node: Stmt): void => {
    switch (node.kind) {
      case "functionDef":
        add({ kind: "function", name: node.fn.name, at: node.fn.nameAt, fn: node.fn });
        return;
      case "classDef": {
        const { cls } = node;
        add({
          kind: "class",
          name: cls.name,
          at: cls.nameAt,
          body: [cls.body, cls.members],
          bases: cls.bases,
        });
        return;
      }
      case "assign":
        for (const target of node.targets)
          if (target.kind === "name") addVariable(target.id, target.at, node.value);
        return;
      case "varDecl":
        for (const { target, value } of node.declarations) {
          if (target.kind === "name") addVariable(target.id, target.at, value);
        }
        return;
      case "export":
        if (node.declaration) visit(node.declaration);
        return;
      case "if":
        [...node.then, ...node.otherwise].forEach(visit);
        return;
      case "try":
        [...node.body, ...node.otherwise].forEach(visit);
    }
  };
  const addVariable = (name: string, at: Span, value: Expr | undefined): void => {
    if (value?.kind === "function") add({ kind: "function", name, at, fn: value.fn });
    else add({ kind: "variable", name, at, value });
  };
  body.forEach(visit);
  return [...found.values()];
}

/** Names that class bodies use: those classes are parts. A base class is no part. */
function partNames(definitions: readonly Definition[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const definition of definitions) {
    if (definition.kind !== "class") continue;
    for (const name of mentions(definition.body)) if (name !== definition.name) names.add(name);
  }
  return names;
}

// ---------------------------------------------------------------------- checks

/** Flax makes parameters by a call on an example: `model.init(key, jnp.ones((1, 28, 28, 1)))`. */
function initialises(fn: FunctionNode): boolean {
  return [...mentions(fn.body)].some((name) => /\.(init|init_with_output|lazy_init|tabulate)$/.test(name));
}

function isLoss(value: Value): boolean {
  const cls = value instanceof Instance ? value.cls : value;
  return cls instanceof ClassValue && cls.mro.some(({ name }) => /Loss(\d?d)?$/.test(name));
}

/** `criterion = nn.CrossEntropyLoss()`: a framework's own loss is no network. */
function isBareLoss(value: Value): boolean {
  return value instanceof Instance && value.cls.module === undefined && isLoss(value);
}

function hasForward(_m: Machine, cls: ClassValue, frameworks: readonly Framework[]): boolean {
  const framework = frameworks.find((candidate) => candidate.isNetworkClass(cls));
  return (
    framework?.forwardNames.some((name) => cls.mro.some((base) => isWritten(base.attrs.get(name)))) ?? false
  );
}

/** A function of the program, or a framework's wrapper around one. */
function isWritten(value: Value): boolean {
  const fn = value instanceof NativeFunction ? value.attrs.get("__wrapped__") : value;
  return fn instanceof FunctionValue && !isAbstract(fn.node);
}

/** `def forward(self, x): raise NotImplementedError` only says what others must have. */
function isAbstract({ body }: FunctionNode): boolean {
  return body.every(
    (node) =>
      node.kind === "raise" ||
      node.kind === "pass" ||
      (node.kind === "expr" && node.value.kind === "literal"),
  );
}

/** A class that makes no layers of its own, for other classes of the file to derive from. */
function isBareBase(
  m: Machine,
  module: ModuleValue,
  cls: ClassValue,
  definitions: readonly Definition[],
): boolean {
  if (cls.mro.some((base) => base.attrs.get("__init__") instanceof FunctionValue)) return false;
  return definitions.some((other) => {
    const derived = other.kind === "class" ? m.tryLookup(module, other.name) : ABSENT;
    return derived instanceof ClassValue && derived !== cls && derived.mro.includes(cls);
  });
}

function constructorNeeds(cls: ClassValue): readonly string[] {
  for (const base of cls.mro) {
    for (const name of ["__init__", "constructor"]) {
      const init = base.attrs.get(name);
      if (init instanceof FunctionValue) return functionNeeds(init.node, name === "__init__" ? 1 : 0);
      // A dataclass's constructor says what it needs in its signature.
      if (init instanceof NativeFunction && init.signature !== undefined) return nativeNeeds(init.signature);
      if (init !== undefined) return [];
    }
  }
  return [];
}

function nativeNeeds(signature: string): readonly string[] {
  const { params } = parseSignature(signature);
  return params.filter(({ name, required }) => required && name !== "self").map(({ name }) => name);
}

/** Arguments that a framework gives by itself are not needed. */
function withoutSupplied(needs: readonly string[], frameworks: readonly Framework[]): readonly string[] {
  return needs.filter((name) => suppliedBy(frameworks, name) === ABSENT);
}

function suppliedBy(frameworks: readonly Framework[], name: string): Value | Absent {
  for (const framework of frameworks) {
    const value = framework.supplied?.(name) ?? ABSENT;
    if (value !== ABSENT) return value;
  }
  return ABSENT;
}

/** Keyword arguments of a root's call, with those that a framework supplies. */
export function suppliedArguments(m: Machine, callee: Value, given: Kwargs): Kwargs {
  const needs =
    callee instanceof ClassValue
      ? constructorNeeds(callee)
      : callee instanceof FunctionValue
        ? functionNeeds(callee.node)
        : [];
  const kwargs = new Map(given);
  for (const name of needs) {
    const value = suppliedBy(m.frameworks, name);
    if (value !== ABSENT && !kwargs.has(name)) kwargs.set(name, value);
  }
  return kwargs.size === given.size ? given : kwargs;
}

function functionNeeds(fn: FunctionNode, skip = 0): readonly string[] {
  return fn.params
    .slice(skip)
    .filter((param) => param.fallback === undefined && param.kind !== "rest" && param.kind !== "keywords")
    .map((param) => param.name);
}

/** Does the function give something, and does it or a function it uses name a network class? */
function buildsNetwork(
  m: Machine,
  module: ModuleValue,
  fn: FunctionNode,
  isMaker: (value: Value) => boolean,
  seen: Set<FunctionNode>,
): boolean {
  if (seen.has(fn) || !returnsValue(fn.body)) return false;
  seen.add(fn);
  for (const name of mentions(fn.body)) {
    const [head = "", ...rest] = name.split(".");
    let value: Value | typeof ABSENT = module.attrs.has(head) ? m.tryLookup(module, head) : ABSENT;
    for (const part of rest) {
      if (value === ABSENT || value instanceof Unknown) break;
      value = m.tryLookup(value, part);
    }
    if (value === ABSENT || value instanceof Unknown) continue;
    if (isMaker(value)) return true;
    if (value instanceof FunctionValue && value.node !== fn && value.module) {
      if (buildsNetwork(m, value.module, value.node, isMaker, seen)) return true;
    }
  }
  return false;
}

function returnsValue(body: readonly Stmt[]): boolean {
  return body.some((node) => {
    switch (node.kind) {
      case "return":
        return node.value !== undefined && !(node.value.kind === "literal");
      case "if":
        return returnsValue(node.then) || returnsValue(node.otherwise);
      case "for":
      case "while":
      case "with":
      case "block":
        return returnsValue(node.body);
      case "try":
        return (
          returnsValue(node.body) ||
          returnsValue(node.otherwise) ||
          node.handlers.some((h) => returnsValue(h.body))
        );
      case "switch":
      case "match":
        return node.cases.some((branch) => returnsValue(branch.body));
      default:
        return false;
    }
  });
}
