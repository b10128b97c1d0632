/**
 * Networks that functions make and keep to themselves: `def fit(x_train, y_train): model = Sequential()…`, effects and
 * handlers of a page's components, a worker's `onmessage`. Each is run on arguments of which nothing is known: what its
 * layers do not need is no reason to miss it. Only a file that has no other network is asked.
 */
import { bounded } from "../interpret/bounded.ts";
import { explore } from "../interpret/branches.ts";
import { describeRaised } from "../interpret/compile/exceptions.ts";
import { Raised } from "../interpret/control.ts";
import type { Machine } from "../interpret/machine.ts";
import { ScriptedCalls } from "../interpret/scripted.ts";
import {
  ClassValue,
  FunctionValue,
  Instance,
  type ModuleValue,
  NO_KWARGS,
  Unknown,
  type Value,
} from "../interpret/values.ts";
import type { Expr, FunctionNode } from "../syntax/ast.ts";
import type { GivenArguments } from "./callSites.ts";
import type { Definition, Root } from "./entryPoints.ts";
import { isMadeIn, outermost, watchMade } from "./madeNetworks.ts";
import { nameOfParam, neededParams } from "./requiredArguments.ts";
import { type UnmadeInside, unmadeInside } from "./unmade.ts";

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
 * `builds` tells whether a function names what makes networks, `makes` whether a callee does; `afresh` puts back what
 * frameworks count;
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
    makes,
    given,
    afresh,
  }: {
    readonly definitions: readonly Definition[];
    readonly handlers: readonly FunctionValue[];
    readonly builds: (fn: FunctionNode) => boolean;
    readonly makes: (callee: Expr) => boolean;
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
    const { made, unmade } = makesOn(m, candidate, builds, makes);
    const whole = made.filter((network) => !unmade.some(({ holdsPart }) => holdsPart(network)));
    const own = outermost(m, whole).filter(
      (network) => !seen.has(network) && placeIn(network, file) !== undefined,
    );
    for (const network of own) seen.add(network);
    found.push(...rootsOf(candidate, own, unmade, file));
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

/** The networks that are made when it runs and when the functions that it defines do, and those whose making raises. */
function makesOn(
  m: Machine,
  { fn, owner, given }: Candidate,
  builds: (fn: FunctionNode) => boolean,
  makes: (callee: Expr) => boolean,
): { readonly made: readonly Instance[]; readonly unmade: readonly UnmadeInside[] } {
  const inner: FunctionValue[] = [];
  const unmade: UnmadeInside[] = [];
  const runs: Runs = (ran, body) =>
    bounded(m, () => {
      try {
        return body();
      } catch (thrown) {
        const lost =
          thrown instanceof Raised && unmadeInside(ran.node, thrown, describeRaised(m, thrown), makes);
        if (lost) unmade.push(lost);
        throw thrown;
      }
    });
  m.beginTrace(LOOKING_SHARE);
  m.scripted = new ScriptedCalls();
  m.onFunction = (each) => {
    if (each.node !== fn.node && builds(each.node)) inner.push(each);
  };
  const { made } = watchMade(m, () =>
    explore(m, () => {
      const object = owner ? objectOf(m, owner, given, runs) : undefined;
      const ran = new Set<FunctionNode>();
      if (given && !owner) runs(fn, () => m.call(fn, given.args, given.kwargs));
      // Making the object has run its constructor.
      else if (fn.name !== "__init__" || !object?.isMade) run(m, fn, object?.self, runs);
      for (const each of inner) {
        if (ran.has(each.node)) continue;
        ran.add(each.node);
        run(m, each, undefined, runs);
      }
    }),
  );
  m.onFunction = undefined;
  m.scripted = undefined;
  m.endTrace();
  return { made, unmade };
}

/** Runs what calls a function, whatever it raises. */
type Runs = (fn: FunctionValue, body: () => Value) => { readonly value: Value } | { readonly reason: string };

/** An object of the class, or one of which nothing is known where making it comes to no end. */
function objectOf(
  m: Machine,
  cls: ClassValue,
  given: GivenArguments | undefined,
  runs: Runs,
): { readonly self: Value; readonly isMade: boolean } {
  const init = cls.attrs.get("__init__");
  const make = (): Value => {
    const args = given?.args ?? (init instanceof FunctionValue ? unknownsFor(init.node, 1) : []);
    return m.call(cls, args, given?.kwargs);
  };
  const made = init instanceof FunctionValue ? runs(init, make) : bounded(m, make);
  if ("reason" in made) return { self: new Unknown(made.reason), isMade: given !== undefined };
  return { self: made.value, isMade: given !== undefined || made.value instanceof Instance };
}

function run(m: Machine, fn: FunctionValue, self: Value, runs: Runs): void {
  const isBound = self !== undefined && m.language === "python";
  const args = unknownsFor(fn.node, isBound ? 1 : 0);
  runs(fn, () =>
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
  unmade: readonly UnmadeInside[],
  file: string,
): readonly Root[] {
  const lost = new Map(unmade.map(({ at, ending }) => [at, ending]));
  const isAlone = networks.length + lost.size === 1;
  const base = name === "" ? "network" : name;
  let count = 0;
  const root = (value: Value, place: Root["at"], isOwn: boolean): Root => {
    count++;
    return {
      name: count === 1 ? base : `${base}.${count}`,
      kind: "variable",
      at: isAlone && isOwn && name !== "" ? fn.node.nameAt : place,
      value,
      ...(given && { given }),
    };
  };
  return [
    ...networks.map((network) =>
      root(network, placeIn(network, file) ?? fn.node.nameAt, isMadeIn(network, fn.node)),
    ),
    ...[...lost].map(([at, unmade]) => ({
      ...root(new Unknown(unmade.reason, unmade.at), at, true),
      unmade,
    })),
  ];
}

/** The innermost place of its making in the file. */
function placeIn({ site }: Instance, file: string): Root["at"] | undefined {
  for (let place = site; place; place = place.caller) if (place.at.file === file) return place.at;
  return undefined;
}
