/**
 * Roots: what of a file makes a network by itself. Functions that can be called as they stand and give a network,
 * classes that can be made as they stand and are no mere part of another, and networks the module itself makes.
 */

import type { Framework } from "../interpret/framework.ts";
import type { Machine } from "../interpret/machine.ts";
import {
  ABSENT,
  type Absent,
  ClassValue,
  FunctionValue,
  Instance,
  type ModuleValue,
  NativeFunction,
  Unknown,
  type Value,
} from "../interpret/values.ts";
import type { ClassMember, Expr, FunctionNode, ModuleNode, Stmt } from "../syntax/ast.ts";
import { mentions } from "../syntax/mentions.ts";
import type { Span } from "../syntax/span.ts";
import { builderMethods, objectMethods } from "./builderMethods.ts";
import { nameForwards } from "./calledMethods.ts";
import type { GivenArguments } from "./callSites.ts";
import { holders } from "./holders.ts";
import { type FindGiven, networksInside } from "./insideFunctions.ts";
import { layersOf } from "./madeNetworks.ts";
import { buildsNetwork, mentionsMaker, namesMaker } from "./makers.ts";
import { type FindCall, opNetworks } from "./opNetworks.ts";
import { partialOf } from "./partials.ts";
import { type Need, neededParams, needsOf, openNeeds } from "./requiredArguments.ts";
import { returnsFunctions, returnsValue } from "./returns.ts";
import { type Ending, unmadeBy } from "./unmade.ts";

export interface Root {
  readonly name: string;
  readonly kind: "function" | "class" | "variable";
  /** Its name in the source. */
  readonly at: Span;
  readonly value: Value;
  /** Its source, for a function. */
  readonly fn?: FunctionNode;
  /** What the program calls for it, where that is something else: the class of a method. */
  readonly called?: { readonly name: string; readonly value: Value };
  /** Arguments of a call of the program, where its own text leaves them open. */
  readonly given?: GivenArguments;
  /** What the program raises instead of making it. */
  readonly unmade?: Ending;
  /** The program's own call of a network that is written in ops. */
  readonly ownCall?: GivenArguments;
}

/** Something that would be a root but for arguments that nothing gives. */
export interface NearRoot extends Root {
  readonly needs: readonly string[];
  /** Made by another class or builder of the file. */
  readonly isPart: boolean;
}

/** Why something is no network. */
export interface LostRoot {
  readonly name: string;
  readonly at: Span;
  readonly reason: string;
}

export interface Roots {
  /** The main root first, then in the order of the source. */
  readonly roots: readonly Root[];
  readonly near: readonly NearRoot[];
  /** What would be roots if their weights were known. */
  readonly lost: readonly LostRoot[];
}

export function findRoots(
  m: Machine,
  module: ModuleValue,
  node: ModuleNode,
  frameworks: readonly Framework[],
  endings: readonly Ending[],
  callOf: FindCall,
): Roots {
  const isNetworkClass = (value: Value): value is ClassValue =>
    value instanceof ClassValue && frameworks.some((framework) => framework.isNetworkClass(value));
  const isNetwork = (value: Value): boolean => frameworks.some((framework) => framework.isNetwork(value));
  const isMaker = makersOf(frameworks);
  const definitions = topLevel(node.body);
  const parts = partNames(definitions);
  const classes = definitions.flatMap(({ kind, name }) => (kind === "class" ? [name] : []));
  nameForwards(m, module, node, classes, frameworks);
  const roots: Root[] = [];
  const near: NearRoot[] = [];
  const add = (root: Root, needs: readonly Need[]): void => {
    if (needs.length === 0) roots.push(root);
    else near.push({ ...root, needs: needs.map(({ name }) => name), isPart: parts.has(root.name) });
  };

  const wholes = frameworks.filter(({ tellsNetworks }) => tellsNetworks);
  /** Makes whole networks, and is no class of the program, which is a root itself. */
  const makesWhole = (value: Value): boolean =>
    value instanceof ClassValue &&
    value.module === undefined &&
    wholes.some((each) => each.isNetworkClass(value));

  const makesNetwork = (callee: ClassValue | FunctionValue): boolean =>
    callee instanceof ClassValue
      ? isNetworkClass(callee) && callee.module !== undefined && hasForward(m, callee, frameworks)
      : callee.module !== undefined && buildsNetwork(m, callee.module, callee.node, isMaker);

  for (const definition of definitions) {
    const { name, at } = definition;
    const unmade = unmadeBy(m, module, definition, (value) => isMaker(value) && !isLoss(value), endings);
    if (unmade) {
      add({ name, kind: "variable", at, value: new Unknown(unmade.reason, unmade.at), unmade }, []);
      continue;
    }
    const value = m.tryLookup(module, name);
    if (value === ABSENT || value instanceof Unknown) continue;
    if (definition.kind === "class" && isNetworkClass(value)) {
      if (!hasForward(m, value, frameworks) || isBareBase(m, module, value, definitions)) continue;
      const needs = openNeeds(m, needsOf(value));
      if (needs.length > 0 || !parts.has(name)) add({ name, kind: "class", at, value }, needs);
    } else if (definition.kind === "class" && value instanceof ClassValue && m.language === "typescript") {
      const builds = (fn: FunctionNode): boolean => namesMaker(m, module, fn, isMaker);
      for (const { needs, ...builder } of builderMethods(m, value, definition.members, builds, isNetwork))
        add({ ...builder, kind: "function" }, openNeeds(m, needs));
    } else if (definition.kind === "class" && value instanceof ClassValue) {
      const builds = (fn: FunctionNode): boolean => namesMaker(m, module, fn, makesWhole);
      if (wholes.length > 0)
        for (const { needs, ...holder } of holders(m, value, builds))
          add({ ...holder, kind: "function" }, openNeeds(m, needs));
    } else if (definition.kind === "function" && isNetwork(value)) {
      add({ name, kind: "variable", at, value }, []);
    } else if (definition.kind === "function" && buildsNetwork(m, module, definition.fn, isMaker)) {
      const made = networkOf(m, module, value, frameworks);
      if (made !== ABSENT) add({ name, kind: "variable", at, value: made }, []);
      else if (!name.startsWith("_") && !returnsFunctions(definition.fn))
        add(
          { name, kind: "function", at, value, fn: definition.fn },
          openNeeds(m, needsOf(value, definition.fn)),
        );
    } else if (definition.kind === "variable" && isNetwork(value)) {
      const isOther = isBareLoss(value) || onlyTrains(m, value, frameworks);
      if (!isOther) add({ name, kind: "variable", at, value }, []);
    } else if (definition.kind === "variable" && isPlainObject(m, value)) {
      const builds = (fn: FunctionNode): boolean => buildsNetwork(m, module, fn, isMaker);
      for (const { needs, ...builder } of objectMethods(m, { name, object: value }, builds, isNetwork))
        add({ ...builder, kind: "function" }, needs);
    } else if (definition.kind === "variable" && !name.startsWith("_") && !parts.has(name)) {
      const callee = partialOf(value)?.callee ?? wrappedBy(value);
      if (callee && makesNetwork(callee))
        add({ name, kind: "function", at, value }, openNeeds(m, needsOf(value)));
    }
  }
  // A program around a network of another file: `from model import net`.
  if (roots.length === 0 && near.every(({ isPart }) => isPart))
    for (const { bind: name, at } of importedNames(node.body)) {
      const value = m.tryLookup(module, name);
      if (value !== ABSENT && isNetwork(value) && !isBareLoss(value))
        add({ name, kind: "variable", at, value }, []);
    }
  const written = opNetworks(m, module, definitions, frameworks, callOf);
  for (const { needs, ...root } of written.roots) add(root, openNeeds(m, needs));
  const builders = definitions.filter(({ name }) => [...roots, ...near].some((root) => root.name === name));
  const built = new Set(
    builders.flatMap((each) => {
      if (each.kind === "class") return [];
      return [...mentions(each.kind === "function" ? each.fn.body : each.value)];
    }),
  );
  return {
    roots: mainFirst(withoutRepeats(roots, definitions), builtUpon(roots, definitions)),
    near: near.map((root) => ({ ...root, isPart: root.isPart || built.has(root.name) })),
    lost: written.lost,
  };
}

/** Has the file nothing that is a network, or would be if it were given its arguments? */
export function isEmpty({ roots, near }: Roots): boolean {
  return roots.every(({ unmade }) => unmade) && near.every(({ isPart }) => isPart);
}

/** Networks that functions of a file make and keep to themselves. */
export function hiddenRoots(
  m: Machine,
  module: ModuleValue,
  node: ModuleNode,
  rest: {
    readonly handlers: readonly FunctionValue[];
    readonly given: FindGiven;
    readonly afresh: () => void;
  },
): readonly Root[] {
  const isMaker = makersOf(m.frameworks);
  const builds = (fn: FunctionNode): boolean => namesMaker(m, module, fn, isMaker);
  const isWhole = (value: Value): boolean => isMaker(value) && !isLoss(value);
  const makes = (callee: Expr): boolean => mentionsMaker(m, module, callee, isWhole);
  const found = networksInside(m, module, { definitions: topLevel(node.body), builds, makes, ...rest });
  return found.filter(
    ({ value, unmade }) =>
      unmade ||
      (!isLoss(value) &&
        !onlyTrains(m, value, m.frameworks) &&
        (isOfProgram(value) || layersOf(m, value).size > 0)),
  );
}

/**
 * What of a file is worth looking for calls of: all that is no part where the file has no root, else the class that
 * would be its main network, after all others.
 */
export function wantedCalls({ roots, near }: Roots): readonly NearRoot[] {
  const wanted = near.filter((root) => !root.isPart && !isLoss(root.value));
  if (roots.every((root) => isLoss(root.value))) return wanted;
  if (roots.some(({ kind }) => kind !== "class")) return [];
  const last = Math.max(...roots.map(({ at }) => at.line));
  return wanted.filter(({ at }) => at.line > last).slice(-1);
}

/** Roots that were wanted and are given their arguments. */
export function withGiven({ roots, near, lost }: Roots, given: readonly Root[]): Roots {
  if (given.length === 0) return { roots, near, lost };
  const names = new Set(given.map(({ name }) => name));
  const all = [...roots, ...given].sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column);
  return { roots: mainFirst(all, new Set()), near: near.filter(({ name }) => !names.has(name)), lost };
}

/**
 * Functions that can be called as they stand and give no network: they may call one (`def test():`, `def main():`). So
 * may those that make a network's parameters, and those that call these: they give the network and the image's size.
 */
export function freeFunctions(m: Machine, module: ModuleValue, node: ModuleNode): readonly FunctionValue[] {
  const functions = topLevel(node.body).filter((definition) => definition.kind === "function");
  const initialising = usersOf(
    functions,
    functions.filter(({ fn }) => initialises(fn)),
  );
  return functions.flatMap((definition) => {
    const value = m.tryLookup(module, definition.name);
    if (!(value instanceof FunctionValue)) return [];
    const isFree = neededParams(definition.fn).length === 0 && !returnsValue(definition.fn.body);
    return isFree || initialising.has(definition.name) ? [value] : [];
  });
}

interface FunctionDefinition {
  readonly name: string;
  readonly fn: FunctionNode;
}

/** Names of these functions, of those that use them, and of those that use those. */
function usersOf(
  all: readonly FunctionDefinition[],
  these: readonly FunctionDefinition[],
): ReadonlySet<string> {
  const users = new Set(these.map(({ name }) => name));
  if (users.size === 0) return users;
  const used = all.map(({ name, fn }) => ({ name, names: mentions(fn.body) }));
  for (let size = -1; size !== users.size; ) {
    size = users.size;
    for (const { name, names } of used) if ([...names].some((each) => users.has(each))) users.add(name);
  }
  return users;
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
 * Functions are how a file offers its networks; among classes the last one is built of those before it, and so is a
 * variable's network of those that `parts` names. A loss is the main root only where there is nothing else.
 */
function mainFirst(roots: readonly Root[], parts: ReadonlySet<string>): readonly Root[] {
  const networks = roots.filter((root) => !isLoss(root.value));
  const main =
    networks.find((root) => root.kind === "variable" && !parts.has(root.name)) ??
    networks.find((root) => root.kind === "variable") ??
    networks.find((root) => root.kind === "function") ??
    networks.at(-1) ??
    roots.at(-1);
  return main ? [main, ...roots.filter((root) => root !== main)] : [];
}

/** Networks in variables that others are made of: `backbone` of `model = Sequential([backbone, head])`. A copy is no more. */
function builtUpon(roots: readonly Root[], definitions: readonly Definition[]): ReadonlySet<string> {
  const made = new Set(roots.filter(({ kind }) => kind === "variable").map(({ name }) => name));
  return new Set(
    definitions.flatMap((each) => {
      if (each.kind !== "variable" || !made.has(each.name) || each.value?.kind !== "call") return [];
      const used = mentionedBy(each.value, definitions, made);
      return [...used].some((name) => COPIES.test(name))
        ? []
        : [...used].filter((name) => name !== each.name);
    }),
  );
}

/** What it mentions, and what the tensors between are made of: `model(inputs, outputs)` of `outputs = encoder(inputs)`. */
function mentionedBy(
  value: Expr,
  definitions: readonly Definition[],
  networks: ReadonlySet<string>,
): ReadonlySet<string> {
  const used = new Set(mentions(value));
  for (const name of used) {
    if (networks.has(name)) continue;
    // TensorFlow.js' way to call a network.
    if (name.endsWith(".apply")) used.add(name.slice(0, -".apply".length));
    const between = definitions.find((each) => each.kind === "variable" && each.name === name);
    if (between?.kind === "variable" && between.value)
      for (const more of mentions(between.value)) used.add(more);
  }
  return used;
}

/** What gives a network once more, or wraps one without adding to it. */
const COPIES =
  /(^|\.)(deepcopy|copy|clone_model|DataParallel|DistributedDataParallel|AveragedModel|compile|script|trace|jit)$/;

// ----------------------------------------------------------------- definitions

export type Definition =
  | { readonly kind: "function"; readonly name: string; readonly at: Span; readonly fn: FunctionNode }
  | {
      readonly kind: "class";
      readonly name: string;
      readonly at: Span;
      readonly body: unknown;
      readonly bases: unknown;
      /** JS. */
      readonly members: readonly ClassMember[];
    }
  | { readonly kind: "variable"; readonly name: string; readonly at: Span; readonly value: Expr | undefined };

/** Definitions of the module itself, those under `if` and `try` too. */
export function topLevel(body: readonly Stmt[]): readonly Definition[] {
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
          members: cls.members,
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

function importedNames(body: readonly Stmt[]): readonly { readonly bind: string; readonly at: Span }[] {
  return body.flatMap((node) => (node.kind === "importFrom" ? node.names : []));
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

/** `ResNet18 = with_modules(models.ResNet18)`: what a wrapper notes that it passes its arguments on to. */
function wrappedBy(value: Value): FunctionValue | undefined {
  const inner = value instanceof FunctionValue ? value.attrs.get("__wrapped__") : undefined;
  return inner instanceof FunctionValue ? inner : undefined;
}

/** A function that the file gives to a framework's transform is a network as it stands. */
function networkOf(
  m: Machine,
  module: ModuleValue,
  value: Value,
  frameworks: readonly Framework[],
): Value | Absent {
  if (!(value instanceof FunctionValue)) return ABSENT;
  const asked = frameworks.filter((framework) => framework.networkOf !== undefined);
  if (asked.length === 0) return ABSENT;
  const text = m.modules.textOf(module);
  for (const framework of asked) {
    const made = framework.networkOf?.(value, text) ?? ABSENT;
    if (made !== ABSENT) return made;
  }
  return ABSENT;
}

/** Flax makes parameters by a call on an example: `model.init(key, jnp.ones((1, 28, 28, 1)))`. */
function initialises(fn: FunctionNode): boolean {
  return [...mentions(fn.body)].some((name) => /\.(init|init_with_output|lazy_init|tabulate)$/.test(name));
}

/** An object literal of JavaScript, no namespace of a framework. */
function isPlainObject(m: Machine, value: Value): value is Instance {
  return m.language === "typescript" && value instanceof Instance && value.cls === m.builtin("Object");
}

/** An object of a class that the program defines, no bare layer of a framework. */
function isOfProgram(value: Value): boolean {
  return value instanceof Instance && value.cls.module !== undefined;
}

/** Classes and functions that make networks. */
function makersOf(frameworks: readonly Framework[]): (value: Value) => boolean {
  return (value) =>
    frameworks.some(
      (framework) =>
        framework.isMaker?.(value) || (value instanceof ClassValue && framework.isNetworkClass(value)),
    );
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

/**
 * Trains the networks that it is given, and is none itself: a `Model` of the program that has a `train_step` and no
 * `call`, as GANs of Keras are.
 */
function onlyTrains(m: Machine, value: Value, frameworks: readonly Framework[]): boolean {
  if (!(value instanceof Instance) || value.cls.module === undefined) return false;
  const trains = value.cls.mro.some(({ attrs }) => attrs.get("train_step") instanceof FunctionValue);
  const framework = frameworks.find((each) => each.isNetwork(value));
  return (
    trains && !hasForward(m, value.cls, frameworks) && framework?.declaredInputs?.(m, value) === undefined
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
