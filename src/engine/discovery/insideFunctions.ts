/**
 * Networks that functions make and keep to themselves: `def fit(x_train, y_train): model = Sequential()…`, effects and
 * handlers of a page's components, a worker's `onmessage`. Each is run on arguments of which nothing is known: what its
 * layers do not need is no reason to miss it. Only a file that has no other network is asked.
 */
import { bounded } from "../interpret/bounded.ts";
import { explore } from "../interpret/branches.ts";
import type { Machine } from "../interpret/machine.ts";
import { ScriptedCalls } from "../interpret/scripted.ts";
import {
  ClassValue,
  FunctionValue,
  type Instance,
  type ModuleValue,
  NO_KWARGS,
  Unknown,
  type Value,
} from "../interpret/values.ts";
import type { FunctionNode } from "../syntax/ast.ts";
import type { GivenArguments } from "./callSites.ts";
import type { Definition, Root } from "./entryPoints.ts";
import { isMadeIn, outermost, watchMade } from "./madeNetworks.ts";
import { nameOfParam, neededParams } from "./requiredArguments.ts";

/** Part of a network's steps that each function may take, and how many are looked into. */
const LOOKING_SHARE = 0.05;
const MOST_FUNCTIONS = 16;

/** Looks for calls of classes and functions, and gives what they are called with. */
export type FindGiven = (
  wanted: readonly { readonly name: string; readonly value: Value }[],
) => (value: Value) => GivenArguments | undefined;

interface Candidate {
  readonly name: string;
  readonly fn: FunctionValue;
  /** The class whose method it is. */
  readonly owner?: ClassValue;
  /** What the program makes the class's objects with, or calls the function with. */
  readonly given?: GivenArguments;
}

/**
 * `builds` tells whether a function names what makes networks; `afresh` puts back what frameworks count;
 * `handlers` are functions that the module's own statements gave away, as `onmessage = () => …`; `given` finds what
 * the program calls some of them with.
 */
export function networksInside(
  m: Machine,
  module: ModuleValue,
  {
    definitions,
    handlers,
    builds,
    given,
    afresh,
  }: {
    readonly definitions: readonly Definition[];
    readonly handlers: readonly FunctionValue[];
    readonly builds: (fn: FunctionNode) => boolean;
    readonly given: FindGiven;
    readonly afresh: () => void;
  },
): readonly Root[] {
  const { file } = module;
  if (file === undefined) return [];
  const found: Root[] = [];
  const seen = new Set<Instance>();
  const all = candidates(m, module, definitions, handlers, builds).slice(0, MOST_FUNCTIONS);
  for (const candidate of openLast(all, given)) {
    afresh();
    const made = outermost(m, makesOn(m, candidate, builds));
    const own = made.filter((network) => !seen.has(network) && placeIn(network, file) !== undefined);
    for (const network of own) seen.add(network);
    found.push(...rootsOf(candidate, own, file));
  }
  afresh();
  return found;
}

/** With what the program calls them with; what is run on arguments of which nothing is known comes last. */
function openLast(all: readonly Candidate[], find: FindGiven): readonly Candidate[] {
  const isOpen = (candidate: Candidate): boolean => opensWith(candidate).length > 0;
  const wanted = all.filter(isOpen).map((candidate) => calledBy(candidate));
  const given = wanted.length > 0 ? find(wanted) : () => undefined;
  const told = all.map((candidate): Candidate => {
    const found = isOpen(candidate) ? given(calledBy(candidate).value) : undefined;
    return found ? { ...candidate, given: found } : candidate;
  });
  const isClosed = (candidate: Candidate): boolean => candidate.given !== undefined || !isOpen(candidate);
  return [...told.filter(isClosed), ...told.filter((candidate) => !isClosed(candidate))];
}

/** What the program calls to come by a candidate's networks. */
function calledBy({ name, fn, owner }: Candidate): { readonly name: string; readonly value: Value } {
  return owner ? { name: owner.name, value: owner } : { name, value: fn };
}

/** What nobody has said of the call of it. */
function opensWith({ fn, owner }: Candidate): readonly Value[] {
  const init = owner ? owner.attrs.get("__init__") : fn;
  return init instanceof FunctionValue ? unknownsFor(init.node, owner ? 1 : 0) : [];
}

function candidates(
  m: Machine,
  module: ModuleValue,
  definitions: readonly Definition[],
  handlers: readonly FunctionValue[],
  builds: (fn: FunctionNode) => boolean,
): readonly Candidate[] {
  const named = definitions.flatMap((definition): Candidate[] => {
    const { name } = definition;
    const value = m.tryLookup(module, name);
    if (value instanceof FunctionValue && value.module === module) return [{ name, fn: value }];
    if (!(value instanceof ClassValue) || value.module !== module) return [];
    return [...value.attrs].flatMap(([key, method]): Candidate[] =>
      method instanceof FunctionValue
        ? [{ name: key === "__init__" ? name : `${name}.${key}`, fn: method, owner: value }]
        : [],
    );
  });
  const others = handlers.map((fn): Candidate => ({ name: fn.name, fn }));
  const known = new Set<FunctionNode>();
  return [...named, ...others].filter(({ fn: { node } }) => {
    if (known.has(node) || !builds(node)) return false;
    known.add(node);
    return true;
  });
}

/** The networks that are made when it runs, and when the functions that it defines do. */
function makesOn(
  m: Machine,
  { fn, owner, given }: Candidate,
  builds: (fn: FunctionNode) => boolean,
): readonly Instance[] {
  const inner: FunctionValue[] = [];
  m.beginTrace(LOOKING_SHARE);
  m.scripted = new ScriptedCalls();
  m.onFunction = (each) => {
    if (each.node !== fn.node && builds(each.node)) inner.push(each);
  };
  const { made } = watchMade(m, () =>
    explore(m, () => {
      const self = owner ? objectOf(m, owner, given) : undefined;
      const ran = new Set<FunctionNode>();
      if (given && !owner) bounded(m, () => m.call(fn, given.args, given.kwargs));
      // Making the object has run its constructor.
      else if (!given || fn.name !== "__init__") run(m, fn, self);
      for (const each of inner) {
        if (ran.has(each.node)) continue;
        ran.add(each.node);
        run(m, each, undefined);
      }
    }),
  );
  m.onFunction = undefined;
  m.scripted = undefined;
  m.endTrace();
  return made;
}

/** An object of the class, or one of which nothing is known where it needs what nobody gives. */
function objectOf(m: Machine, cls: ClassValue, given: GivenArguments | undefined): Value {
  const needs = cls.attrs.get("__init__");
  const args = given?.args ?? (needs instanceof FunctionValue ? unknownsFor(needs.node, 1) : []);
  const made = bounded(m, () => m.call(cls, args, given?.kwargs));
  return "reason" in made ? new Unknown(made.reason) : made.value;
}

function run(m: Machine, fn: FunctionValue, self: Value): void {
  const isBound = self !== undefined && m.language === "python";
  const args = unknownsFor(fn.node, isBound ? 1 : 0);
  bounded(m, () =>
    m.semantics.awaitValue(
      m,
      m.language === "python" || self === undefined
        ? m.call(fn, isBound ? [self, ...args] : args, NO_KWARGS)
        : m.callWithThis(fn, self, args),
    ),
  );
}

function unknownsFor(fn: FunctionNode, skip: number): readonly Value[] {
  return neededParams(fn, skip)
    .filter(({ kind }) => kind !== "keywordOnly")
    .map((param) => new Unknown(`needs ${nameOfParam(param)}`, param.at));
}

// ----------------------------------------------------------------------- roots

/** The one network of a function has its name; of several each has its variable's, behind it. */
function rootsOf(
  { name, fn, given }: Candidate,
  networks: readonly Instance[],
  file: string,
): readonly Root[] {
  const isAlone = networks.length === 1;
  const names = new Map<string, number>();
  return networks.map((network): Root => {
    const place = placeIn(network, file) ?? fn.node.nameAt;
    const base = name === "" ? "network" : name;
    const isOwn = isMadeIn(network, fn.node);
    const at = isAlone && isOwn && name !== "" ? fn.node.nameAt : place;
    const count = (names.get(base) ?? 0) + 1;
    names.set(base, count);
    return {
      name: count === 1 ? base : `${base}.${count}`,
      kind: "variable",
      at,
      value: network,
      ...(given && { given }),
    };
  });
}

/** The innermost place of its making in the file. */
function placeIn({ site }: Instance, file: string): Root["at"] | undefined {
  for (let place = site; place; place = place.caller) if (place.at.file === file) return place.at;
  return undefined;
}
