/**
 * Nested loops over plain data, such as those that number the offsets of an attention's positions: what they do depends
 * on nothing but the variables that they name, so every block of a network with the same sizes gets what the first got.
 */
import type { Expr, For, Stmt, Target } from "../../syntax/ast.ts";
import type { Machine } from "../machine.ts";
import { LazyName, type Scope } from "../scope.ts";
import { ABSENT, type Absent, Dict, Float, List, Range, SetValue, Tuple, type Value } from "../values.ts";
import type { Ex } from "./compiler.ts";

/** Pure functions of numbers and sequences. */
const FUNCTIONS: ReadonlySet<string> = new Set(["abs", "len", "min", "max", "int", "float", "range"]);
/** Methods that change their object by what they are given, and nothing else. */
const METHODS: ReadonlySet<string> = new Set(["append", "add"]);
/** Larger data takes longer to compare than many loops take to run. */
const MOST_GIVEN = 20_000;
const MOST_KEPT = 2_000_000;
/** A loop that keeps getting other data is not asked about any more. */
const MOST_MISSES = 4;

type Container = List | Dict | SetValue;
type Contents =
  | { readonly kind: "list"; readonly items: readonly Value[] }
  | { readonly kind: "dict"; readonly entries: ReadonlyMap<unknown, { readonly key: Value; value: Value }> }
  | { readonly kind: "set"; readonly entries: ReadonlyMap<unknown, Value> };
/** What each variable was afterwards: another value, or the container it was before with other contents. */
interface Outcome {
  readonly variables: readonly (readonly [name: string, after: Value | Absent | Contents])[];
  /** What running the loop took: repeating its outcome costs the same, whoever ran it first. */
  readonly steps: number;
}

export interface LoopMemory {
  readonly outcomes: Map<string, Outcome>;
  surplus: number;
}

/** The loop as it is run, asked to repeat known outcomes where it may. */
export function remembering(node: For, run: Ex): Ex {
  const uses = new Uses();
  if (!node.body.some(({ kind }) => kind === "for") || !uses.ofStatement(node)) return run;
  const names = [...uses.variables];
  return (m, s) => {
    if (m.inPlainLoop || s.kind !== "function" || s.declared) return run(m, s);
    const memory = m.loops.get(node) ?? { outcomes: new Map<string, Outcome>(), surplus: 0 };
    m.loops.set(node, memory);
    if (memory.surplus > MOST_MISSES || ![...uses.functions].every((name) => isBuiltin(m, s, name)))
      return run(m, s);
    const before = variablesOf(s, names);
    const key = before && describe([...before.values()]);
    if (!before || key === undefined) return run(m, s);
    const known = memory.outcomes.get(key);
    if (known) {
      memory.surplus--;
      replay(m, s, before, known);
      return undefined;
    }
    memory.surplus++;
    const { notes } = m.recorder;
    const { remaining } = m.bounds;
    m.inPlainLoop = true;
    try {
      const completion = run(m, s);
      const after = completion === undefined && m.recorder.notes === notes && outcomeOf(s, before);
      if (after) memory.outcomes.set(key, { variables: after, steps: remaining - m.bounds.remaining });
      return completion;
    } finally {
      m.inPlainLoop = false;
    }
  };
}

/** Variables and functions that code names; `of…` answer false for code that may do more than compute. */
class Uses {
  readonly variables = new Set<string>();
  readonly functions = new Set<string>();

  ofStatement(node: Stmt): boolean {
    switch (node.kind) {
      case "for":
        return (
          node.otherwise.length === 0 &&
          this.ofTarget(node.target) &&
          this.ofExpression(node.iterable) &&
          node.body.every((part) => this.ofStatement(part))
        );
      case "if":
        return (
          this.ofExpression(node.test) &&
          [...node.then, ...node.otherwise].every((part) => this.ofStatement(part))
        );
      case "assign":
        return (
          node.value !== undefined &&
          this.ofExpression(node.value) &&
          node.targets.every((target) => this.ofTarget(target))
        );
      case "augAssign":
        return this.ofTarget(node.target) && this.ofExpression(node.value);
      case "expr":
        return this.ofChange(node.value);
      default:
        return node.kind === "pass" || node.kind === "continue";
    }
  }

  private ofChange(node: Expr): boolean {
    if (node.kind !== "call" || node.callee.kind !== "attribute" || !METHODS.has(node.callee.name))
      return false;
    return this.ofName(node.callee.object) && this.ofArguments(node.args);
  }

  private ofTarget(node: Target): boolean {
    if (node.kind === "sequenceTarget")
      return node.items.every((item) => item !== undefined && this.ofTarget(item));
    if (node.kind === "subscript") return this.ofName(node.object) && this.ofExpression(node.index);
    return node.kind === "name" && this.ofName(node);
  }

  private ofName(node: Expr): boolean {
    if (node.kind === "name") this.variables.add(node.id);
    return node.kind === "name";
  }

  private ofArguments(args: readonly { readonly kind: string; readonly value: Expr }[]): boolean {
    return args.every((arg) => arg.kind === "positional" && this.ofExpression(arg.value));
  }

  private ofExpression(node: Expr): boolean {
    const all = (...parts: readonly Expr[]): boolean => parts.every((part) => this.ofExpression(part));
    switch (node.kind) {
      case "literal":
        return node.special === undefined;
      case "float":
        return true;
      case "name":
        return this.ofName(node);
      case "unary":
        return all(node.operand);
      case "binary":
      case "logical":
        return all(node.left, node.right);
      case "compare":
        return all(node.left, ...node.comparators);
      case "conditional":
        return all(node.test, node.then, node.otherwise);
      case "sequence":
        return node.type === "tuple" && all(...node.items);
      case "subscript":
        return all(node.object, node.index);
      case "call":
        if (node.callee.kind !== "name" || !FUNCTIONS.has(node.callee.id)) return false;
        this.functions.add(node.callee.id);
        return this.ofArguments(node.args);
      default:
        return false;
    }
  }
}

/** Is it the language's own, which the program has not changed? */
function isBuiltin(m: Machine, s: Scope, name: string): boolean {
  const found = s.find(name);
  return found?.kind === "builtins" && found.vars.get(name) === m.builtin(name);
}

/** Variables before the loop; undefined where looking at one would run an import. */
function variablesOf(s: Scope, names: readonly string[]): Map<string, Value | Absent> | undefined {
  const values = new Map<string, Value | Absent>();
  for (const name of names) {
    const found = s.find(name)?.vars;
    const value: Value | LazyName = found?.get(name);
    if (value instanceof LazyName) return undefined;
    values.set(name, found ? value : ABSENT);
  }
  return values;
}

function isContainer(value: Value | Absent): value is Container {
  return value instanceof List || value instanceof Dict || value instanceof SetValue;
}

/** Plain data as text, the same for equal data only; undefined for anything else, and where two names share a container. */
function describe(values: readonly (Value | Absent)[]): string | undefined {
  const seen = new Set<Container>();
  let room = MOST_GIVEN;
  const parts: string[] = [];
  const add = (value: Value | Absent, isInside: boolean): boolean => {
    if (--room < 0) return false;
    if (isContainer(value)) {
      if (isInside || seen.has(value) || !isPlain(value)) return false;
      seen.add(value);
      parts.push(value.kind);
      const items = itemsOf(value);
      return items.length <= room && items.every((item) => add(item, true)) && parts.push("end") > 0;
    }
    if (value instanceof Tuple) {
      if (value.cls || value.attrs) return false;
      parts.push("(");
      return value.items.every((item) => add(item, true)) && parts.push(")") > 0;
    }
    const text = scalar(value);
    if (text !== undefined) parts.push(text);
    return text !== undefined;
  };
  return values.every((value) => add(value, false)) ? parts.join() : undefined;
}

function isPlain(value: Container): boolean {
  if (value.cls || value.attrs) return false;
  return (
    !(value instanceof Dict && value.factory !== undefined) && !(value instanceof SetValue && value.frozen)
  );
}

function itemsOf(value: Container): readonly Value[] {
  if (value instanceof List) return value.items;
  if (value instanceof SetValue) return [...value.entries.values()];
  return [...value.entries.values()].flatMap((entry) => [entry.key, entry.value]);
}

function scalar(value: Value | Absent): string | undefined {
  if (value === ABSENT) return "absent";
  if (value === null) return "none";
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : `${value}`;
  if (typeof value === "boolean") return `${value}`;
  if (typeof value === "string") return JSON.stringify(value);
  if (value instanceof Float) return `f${Object.is(value.value, -0) ? "-0" : value.value}`;
  if (value instanceof Range) return `r${value.start}:${value.stop}:${value.step}`;
  return undefined;
}

/** Nothing can change it. */
function isFixed(value: Value): boolean {
  if (value instanceof Tuple) return !value.cls && !value.attrs && value.items.every(isFixed);
  return scalar(value) !== undefined;
}

function outcomeOf(s: Scope, before: ReadonlyMap<string, Value | Absent>): Outcome["variables"] | undefined {
  const outcome: [string, Value | Absent | Contents][] = [];
  let kept = 0;
  for (const [name, was] of before) {
    const is = s.get(name);
    if (isContainer(was)) {
      const items = itemsOf(was);
      kept += items.length;
      if (is !== was || kept > MOST_KEPT || !items.every(isFixed)) return undefined;
      outcome.push([name, contentsOf(was)]);
    } else if (is === ABSENT || isFixed(is)) outcome.push([name, is]);
    else return undefined;
  }
  return outcome;
}

function contentsOf(value: Container): Contents {
  if (value instanceof List) return { kind: "list", items: [...value.items] };
  if (value instanceof SetValue) return { kind: "set", entries: new Map(value.entries) };
  return { kind: "dict", entries: new Map([...value.entries].map(([key, entry]) => [key, { ...entry }])) };
}

function replay(m: Machine, s: Scope, before: ReadonlyMap<string, Value | Absent>, outcome: Outcome): void {
  m.tick(outcome.steps);
  for (const [name, after] of outcome.variables) {
    const target = before.get(name) ?? null;
    if (isContainer(target)) {
      m.touch(target);
      refill(target, after as Contents);
    } else if (after !== ABSENT && after !== target) m.setVar(s, name, after as Value);
  }
}

function refill(target: Container, contents: Contents): void {
  if (target instanceof List) {
    if (contents.kind === "list") target.items = [...contents.items];
    return;
  }
  target.entries.clear();
  if (target instanceof Dict && contents.kind === "dict")
    for (const [key, entry] of contents.entries) target.entries.set(key as string, { ...entry });
  if (target instanceof SetValue && contents.kind === "set")
    for (const [key, value] of contents.entries) target.entries.set(key as string, value);
}
