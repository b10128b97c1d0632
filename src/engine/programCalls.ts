/**
 * How the program itself makes the networks of a file that need arguments: what `train.py` calls them with, a factory
 * beside them, or a function of the file. The files that name them are run as scripts, within bounds, and every call
 * of what the file defines is noted with its arguments.
 */

import { explore } from "./interpret/branches.ts";
import { Stopped } from "./interpret/control.ts";
import type { Machine } from "./interpret/machine.ts";
import { deepCopy } from "./interpret/python/stdlib/copy.ts";
import { ScriptedCalls } from "./interpret/scripted.ts";
import {
  ClassValue,
  Dict,
  FunctionValue,
  isUnknown,
  type Kwargs,
  type ModuleValue,
  toItems,
  type Value,
} from "./interpret/values.ts";
import { mentions } from "./mentions.ts";
import type { ModuleNode, Stmt } from "./syntax/ast.ts";
import type { Span } from "./syntax/span.ts";
import { filesAround } from "./workspace.ts";

/** Arguments that a call of the program gives. */
export interface GivenArguments {
  readonly args: readonly Value[];
  readonly kwargs: Kwargs;
  /** The call. */
  readonly at: Span;
}

/** What is sought: a class or builder by its name. */
interface Wanted {
  readonly name: string;
  readonly value: Value;
}

/** Files that may be run for one search, and how often a factory's own callers are sought. */
const MOST_FILES = 6;
const MOST_ROUNDS = 3;
/** Functions of one file that are looked into. */
const MOST_FUNCTIONS = 12;
/** Parts of a trace's bounds that a script, and a function that is only looked into, may take. */
const SCRIPT_SHARE = 0.1;
const FUNCTION_SHARE = 0.03;

export class ProgramCalls {
  private readonly found = new Map<Value, GivenArguments>();
  private readonly searched = new Set<string>();

  /** `bounded` runs code of the program and answers for what it raises. */
  constructor(
    private readonly m: Machine,
    private readonly module: ModuleValue,
    private readonly bounded: (body: () => Value) => unknown,
  ) {}

  /** Runs code and notes the calls of what the file defines. */
  watch<T>(body: () => T, wanted: readonly Wanted[] = []): T {
    const { m } = this;
    m.onCall = (callee, args, kwargs) => {
      this.note(callee, args, kwargs);
      if (wanted.length > 0 && wanted.every(({ value }) => this.found.has(value)))
        throw new Stopped("all calls are found");
    };
    try {
      return body();
    } finally {
      m.onCall = undefined;
    }
  }

  /** The first call with arguments that are known. */
  of(value: Value): GivenArguments | undefined {
    const found = this.found.get(value);
    return found && { ...found, ...copied(this.m, found) };
  }

  private note(callee: Value, args: readonly Value[], kwargs: Kwargs): void {
    if (!(callee instanceof ClassValue || callee instanceof FunctionValue)) return;
    const at = this.m.site?.at;
    if (callee.module !== this.module || !at || this.found.has(callee)) return;
    if (args.length + kwargs.size === 0 || ![...args, ...kwargs.values()].every(isKnown)) return;
    this.found.set(callee, { ...copied(this.m, { args, kwargs }), at });
  }

  /** Looks through the file's own functions and the files around it until all are found. */
  search(file: string, node: ModuleNode, wanted: readonly Wanted[]): void {
    const open = wanted.filter(({ name, value }) => !this.found.has(value) && !this.searched.has(name));
    for (const { name } of open) this.searched.add(name);
    if (open.length === 0) return;
    const { m } = this;
    const isDone = (): boolean => open.every(({ value }) => this.found.has(value));
    const known = m.outermostCalls.length;
    m.scripted = new ScriptedCalls();
    this.look(this.module, node, new Set(open.map(({ name }) => name)), open);
    if (!isDone()) this.searchAround(file, open, isDone);
    m.scripted = undefined;
    m.outermostCalls.length = known;
  }

  private searchAround(file: string, open: readonly Wanted[], isDone: () => boolean): void {
    const { m } = this;
    const { cache } = m.modules;
    const files = testsLast(filesAround(m.host, file));
    const run = new Set<string>();
    let names = new Set(open.map(({ name }) => name));
    for (let round = 0; round < MOST_ROUNDS && names.size > 0; round++) {
      const called = calling(names);
      const callers = new Set<string>();
      for (const path of files) {
        if (run.size >= MOST_FILES || isDone()) return;
        if (run.has(path) || !called.test(cache.text(path) ?? "")) continue;
        const node = cache.get(path)?.node;
        if (!node) continue;
        run.add(path);
        const module = m.semantics.fileModule(m, path);
        this.script(module, open);
        for (const name of this.look(module, node, names, open)) callers.add(name);
      }
      names = callers;
    }
  }

  private script(module: ModuleValue, open: readonly Wanted[]): void {
    const { m } = this;
    m.beginTrace(SCRIPT_SHARE);
    this.watch(() => {
      this.bounded(() => {
        m.modules.evaluate(m, module, "__main__");
        return null;
      });
    }, open);
    m.endTrace();
  }

  /** Looks into the functions and classes of a module that use the names; gives the names of these functions. */
  private look(
    module: ModuleValue,
    node: ModuleNode,
    names: ReadonlySet<string>,
    open: readonly Wanted[],
  ): readonly string[] {
    const { m } = this;
    const users = usersOf(node.body, names).filter((name) => !names.has(name));
    for (const name of users.slice(0, MOST_FUNCTIONS)) {
      if (open.every(({ value }) => this.found.has(value))) break;
      const value = m.tryLookup(module, name);
      if (!(value instanceof FunctionValue || value instanceof ClassValue)) continue;
      m.beginTrace(FUNCTION_SHARE);
      this.watch(() => explore(m, () => this.bounded(() => m.call(value))), open);
      m.endTrace();
    }
    return users.filter((name) => !COMMON.test(name));
  }
}

/** Names that functions of any file have tell nothing of who calls them. */
const COMMON = /^(main|train|test|run|eval|evaluate|parse_args|get_args|setup|create|build|make|_.*)$/;

/** Functions and classes that use the names, and those of the same file that use them in turn. */
function usersOf(body: readonly Stmt[], names: ReadonlySet<string>): readonly string[] {
  const definitions = body.flatMap((node) => {
    if (node.kind === "functionDef") return [{ name: node.fn.name, used: mentions(node.fn.body) }];
    return node.kind === "classDef" ? [{ name: node.cls.name, used: mentions(node.cls.body) }] : [];
  });
  const users = new Set<string>();
  for (let size = -1; size !== users.size; ) {
    size = users.size;
    for (const { name, used } of definitions)
      if ([...used].some((each) => names.has(each) || names.has(lastPart(each)) || users.has(each)))
        users.add(name);
  }
  return [...users];
}

function lastPart(dotted: string): string {
  return dotted.slice(dotted.lastIndexOf(".") + 1);
}

/** A call of one of the names, not its definition. */
function calling(names: ReadonlySet<string>): RegExp {
  const any = [...names].map((name) => name.replace(/\W/g, "\\$&")).join("|");
  return new RegExp(`(?<!\\b(?:class|def|function)\\s+)\\b(?:${any})\\s*\\(`);
}

/** Tests make small networks of their own. */
function testsLast(files: readonly string[]): readonly string[] {
  const isTest = (file: string): boolean => /(^|\/)(tests?|testing)\/|(^|\/)test_|[._]test\./.test(file);
  return [...files.filter((file) => !isTest(file)), ...files.filter(isTest)];
}

/** An object may have what is not known in it: it matters only where it is used. */
function isKnown(value: Value): boolean {
  return !isUnknown(value) && (toItems(value)?.every(isKnown) ?? true);
}

function copied(
  m: Machine,
  { args, kwargs }: Pick<GivenArguments, "args" | "kwargs">,
): Pick<GivenArguments, "args" | "kwargs"> {
  const memo = new Map();
  const copy = (value: Value): Value => deepCopy(m, value, memo, new Dict());
  return { args: args.map(copy), kwargs: new Map([...kwargs].map(([name, value]) => [name, copy(value)])) };
}

/** Arguments as code writes them. */
export function argumentsText(m: Machine, { args, kwargs }: Pick<GivenArguments, "args" | "kwargs">): string {
  const text = (value: Value): string => {
    const whole = m.semantics.repr(m, value);
    if (isUnknown(whole)) return "?";
    return whole.length > MOST_TEXT ? `${whole.slice(0, MOST_TEXT)}…` : whole;
  };
  return [...args.map(text), ...[...kwargs].map(([name, value]) => `${name}=${text(value)}`)].join(", ");
}

const MOST_TEXT = 60;
