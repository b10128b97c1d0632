/**
 * Networks that are written in ops alone: functions and methods that run weighted ops on the program's own variables,
 * without a class of the framework. Each is run on inputs of which nothing is known, to see whether it does.
 */

import { bounded } from "../interpret/bounded.ts";
import { explore } from "../interpret/branches.ts";
import type { Attempt, Framework, OpsProgram } from "../interpret/framework.ts";
import type { Interp } from "../interpret/interp.ts";
import type { Machine } from "../interpret/machine.ts";
import {
  ABSENT,
  type Absent,
  ClassValue,
  FunctionValue,
  Instance,
  isUnknown,
  type ModuleValue,
  type Value,
} from "../interpret/values.ts";
import { fn } from "../languages/typescript/core.ts";
import type { FunctionNode, Param } from "../syntax/ast.ts";
import { mentions } from "../syntax/mentions.ts";
import type { Span } from "../syntax/span.ts";
import type { GivenArguments } from "./callSites.ts";
import type { Definition, LostRoot, Root } from "./entryPoints.ts";
import { type Need, nameOfParam, needsOf } from "./requiredArguments.ts";
import { returnsValue } from "./returns.ts";

export interface OpNetworks {
  readonly roots: readonly (Root & { readonly needs: readonly Need[] })[];
  /** Those whose weights the program does not have. */
  readonly lost: readonly LostRoot[];
}

interface Candidate {
  readonly name: string;
  /** Its own name, without its class's. */
  readonly key: string;
  readonly at: Span;
  readonly fn: FunctionValue;
  /** The class whose method it is. */
  readonly owner?: ClassValue;
}

/** The call of a function, method or class by the program around it, where it was seen. */
export type FindCall = (callee: FunctionValue | ClassValue) => GivenArguments | undefined;

/** Part of a network's steps that looking at one function may take. */
const LOOKING_SHARE = 0.05;

export function opNetworks(
  m: Machine,
  module: ModuleValue,
  definitions: readonly Definition[],
  frameworks: readonly Framework[],
  given: FindCall,
): OpNetworks {
  const framework = frameworks.find(({ weightedOps }) => weightedOps !== undefined);
  const names = framework?.weightedOps;
  if (!framework || !names || m.language !== "typescript") return { roots: [], lost: [] };
  const roots: (Root & { needs: readonly Need[] })[] = [];
  const lost: LostRoot[] = [];
  const runs = new Map<string, OwnRun>();
  for (const candidate of candidates(m, module, definitions, names)) {
    const { name, at, owner, key } = candidate;
    const ownCall = given(candidate.fn);
    const made = owner && given(owner);
    const program = programOf(m, candidate, { ownCall, made });
    const network = framework.opsNetwork?.(m, program);
    if (isUnknown(network)) lost.push({ name, at, reason: network.reason });
    if (!(network instanceof Instance)) continue;
    runs.set(name, { key, fn: candidate.fn.node });
    roots.push(
      owner
        ? {
            name,
            at,
            kind: "function",
            value: maker(framework, candidate, program, network),
            called: { name: owner.name, value: owner },
            needs: made ? [] : needsOf(owner),
            ...(made && { given: made }),
            ...(ownCall && { ownCall }),
          }
        : { name, at, kind: "variable", value: network, needs: [], ...(ownCall && { ownCall }) },
    );
  }
  return { roots: roots.filter(({ name }) => !isPart(name, runs)), lost };
}

/** A piece of another of these networks: `block(x)` that `model(x)` calls. One that only wraps it is none of its own. */
function isPart(name: string, runs: ReadonlyMap<string, OwnRun>): boolean {
  const key = runs.get(name)?.key;
  return [...runs].some(
    ([other, { fn: user }]) =>
      other !== name && [...mentions(user.body)].some((each) => each === key || each === `this.${key}`),
  );
}

interface OwnRun {
  readonly key: string;
  readonly fn: FunctionNode;
}

// ------------------------------------------------------------------ candidates

function candidates(
  m: Machine,
  module: ModuleValue,
  definitions: readonly Definition[],
  names: ReadonlySet<string>,
): readonly Candidate[] {
  const runs = (value: Value | Absent): value is FunctionValue =>
    value instanceof FunctionValue &&
    value.node.params.length > 0 &&
    returnsValue(value.node.body) &&
    runsOps(m, value, names, new Set());
  return definitions.flatMap((definition): Candidate[] => {
    const { name, at } = definition;
    const value = m.tryLookup(module, name);
    if (definition.kind === "function") return runs(value) ? [{ name, key: name, at, fn: value }] : [];
    if (definition.kind !== "class" || !(value instanceof ClassValue) || value.unknownBase) return [];
    if (m.frameworks.some((framework) => framework.isNetworkClass(value))) return [];
    if (value.mro.some(({ native }) => native?.layer === true)) return [];
    return [...value.attrs].flatMap(([key, method]): Candidate[] =>
      key !== "constructor" && runs(method)
        ? [{ name: `${name}.${key}`, key, at: method.node.nameAt, fn: method, owner: value }]
        : [],
    );
  });
}

/** Does the function, or one that it calls by its name, name a weighted op? */
function runsOps(
  m: Machine,
  fn: FunctionValue,
  names: ReadonlySet<string>,
  seen: Set<FunctionNode>,
): boolean {
  if (seen.has(fn.node) || seen.size > MAX_SEEN) return false;
  seen.add(fn.node);
  const used = [...calledNames(fn.node.body)];
  if (used.some((name) => names.has(name))) return true;
  return [...mentions(fn.node.body)].some((name) => {
    const callee = name.includes(".") || !fn.module ? ABSENT : m.tryLookup(fn.module, name);
    return callee instanceof FunctionValue && runsOps(m, callee, names, seen);
  });
}

const MAX_SEEN = 100;

/** Names of the properties that are used: `conv2d` of `x.relu().conv2d(w)`. */
function calledNames(node: unknown, found = new Set<string>()): ReadonlySet<string> {
  if (Array.isArray(node)) for (const item of node) calledNames(item, found);
  else if (typeof node === "object" && node !== null) {
    const { kind, name } = node as { readonly kind?: unknown; readonly name?: unknown };
    if (kind === "attribute" && typeof name === "string") found.add(name);
    for (const [key, child] of Object.entries(node))
      if (key !== "at" && key !== "nameAt" && typeof child === "object") calledNames(child, found);
  }
  return found;
}

// -------------------------------------------------------------------- programs

function programOf(
  m: Machine,
  { fn: method, owner, key }: Candidate,
  { ownCall, made }: Readonly<Record<"ownCall" | "made", GivenArguments | undefined>>,
): OpsProgram {
  const text = m.modules.textOf(method.module).split("\n");
  const call = (interp: Interp, args: readonly Value[]): Value => {
    if (!owner) return interp.call(method, args);
    const self = interp.call(owner, made?.args);
    return isUnknown(self) ? self : interp.callMethod(self, key, args);
  };
  return {
    params: method.node.params.map((param) => ({ name: nameOfParam(param), ...typeOf(param, text) })),
    call,
    given: ownCall?.args ?? [],
    attempt: (args) => attempt(m, () => m.semantics.awaitValue(m, call(m, args))),
  };
}

/** What a parameter's annotation says of it; without one it may be a tensor. */
function typeOf(
  { at, fallback, kind, target }: Param,
  text: readonly string[],
): { readonly isTensor: boolean | undefined; readonly rank: number | undefined } {
  const written =
    at.line === at.endLine ? (text[at.line - 1] ?? "").slice(at.column - 1, at.endColumn - 1) : "";
  const [, mark, annotation] = /^[\w$\s]+(\?)?\s*:(.*)$/s.exec(written) ?? [];
  const rank = /Tensor([1-6])D/.exec(annotation ?? "")?.[1];
  const isGiven = fallback === undefined && kind === "normal" && mark === undefined;
  const isTensor = target.kind === "name" && (annotation === undefined || /Tensor/.test(annotation));
  return { isTensor: isGiven ? isTensor : undefined, rank: rank === undefined ? undefined : Number(rank) };
}

function attempt(m: Machine, body: () => Value): Attempt {
  m.beginTrace(LOOKING_SHARE);
  m.inference = true;
  let output: Value;
  let failure: string | undefined;
  explore(m, () => {
    const result = bounded(m, body);
    if ("reason" in result) failure = result.reason;
    else output = result.value;
  });
  m.inference = false;
  const { ops, diagnostics } = m.endTrace();
  const isMisfit = diagnostics.some(({ code }) => code === "shape-mismatch" || code === "raises");
  return { ops, output, isMisfit, ...(failure !== undefined && { failure }) };
}

/** Makes the object whose method is the network. */
function maker(framework: Framework, candidate: Candidate, program: OpsProgram, like: Instance): Value {
  return fn(candidate.name, (interp, args) => {
    const self = candidate.owner ? interp.call(candidate.owner, args) : undefined;
    if (isUnknown(self)) return self;
    const call: OpsProgram["call"] = (running, inputs) => running.callMethod(self, candidate.key, inputs);
    return framework.opsNetwork?.(interp, { ...program, call }, like);
  });
}
