/**
 * How the program itself makes and calls the networks of a file: what `train.py` makes them with and gives them, a
 * factory beside them, or a function of the file. The files that name them are run as scripts, within bounds, and every
 * call of what the file defines is noted with its arguments.
 */

import type { Assumption } from "../interpret/assumptions.ts";
import { explore } from "../interpret/branches.ts";
import { Stopped } from "../interpret/control.ts";
import type { Machine } from "../interpret/machine.ts";
import { wordPattern } from "../interpret/patterns/escape.ts";
import { heldAnew, type OutermostCall, ScriptedCalls } from "../interpret/scripted.ts";
import {
  ClassValue,
  Dict,
  FunctionValue,
  Instance,
  isUnknown,
  type Kwargs,
  type ModuleValue,
  type Tensor,
  toItems,
  type Value,
} from "../interpret/values.ts";
import { deepCopy } from "../languages/python/stdlib/copy.ts";
import type { ModuleNode, Stmt } from "../syntax/ast.ts";
import { attributeMentions, mentions } from "../syntax/mentions.ts";
import type { Span } from "../syntax/span.ts";
import { partialOf } from "./partials.ts";
import { neededParams } from "./requiredArguments.ts";
import { filesAround } from "./workspace.ts";

/** Arguments that a call of the program gives. */
export interface GivenArguments {
  readonly args: readonly Value[];
  readonly kwargs: Kwargs;
  /** The call. */
  readonly at: Span;
  /** What the program's run to there assumed. */
  readonly assumed: readonly Assumption[];
}

type Arguments = Pick<GivenArguments, "args" | "kwargs">;

interface FoundArguments extends GivenArguments {
  /** How much of what they hold is not known. */
  readonly open: number;
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
/** Parts of a network's steps that a script, and a function that is only looked into, may take. */
const SCRIPT_SHARE = 0.1;
const FUNCTION_SHARE = 0.03;

export class ProgramCalls {
  private readonly found = new Map<Value, FoundArguments>();
  private readonly searched = new Set<string>();
  private readonly searchedInputs = new Set<string>();
  /** How the files that were run called networks. */
  private readonly networkCalls: OutermostCall[] = [];

  /** `bounded` runs code of the program and answers for what it raises. */
  constructor(
    private readonly m: Machine,
    private readonly module: ModuleValue,
    private readonly bounded: (body: () => Value) => unknown,
  ) {}

  /** Runs code and notes the calls of what the file defines, until nothing is left to learn. */
  watch<T>(body: () => T, isDone: () => boolean = () => false): T {
    const { m } = this;
    m.onCall = (callee, args, kwargs) => {
      this.note(callee, args, kwargs);
      if (isDone()) throw new Stopped("all calls are found", true);
    };
    try {
      return body();
    } finally {
      m.onCall = undefined;
    }
  }

  /** The first of the calls that leave the least open. */
  of(value: Value): GivenArguments | undefined {
    const found = this.found.get(value);
    if (!found) return undefined;
    // The search may have ended with nothing left to take.
    this.m.beginTrace(FUNCTION_SHARE);
    let copy: Arguments | undefined;
    this.bounded(() => {
      copy = copied(this.m, found);
      return null;
    });
    this.m.endTrace();
    return copy && { ...found, ...copy };
  }

  private note(callee: Value, args: readonly Value[], kwargs: Kwargs): void {
    const at = this.m.site?.at;
    const open = this.found.get(callee)?.open ?? Number.POSITIVE_INFINITY;
    if (!at || open === 0 || !this.defines(callee)) return;
    const all = [...args, ...kwargs.values()];
    if (all.length === 0 || holdsUnknown(this.m, all)) return;
    const left = all.reduce<number>((sum, value) => sum + unknownsIn(value), 0);
    if (left >= open) return;
    const { assumed } = this.m.recorder;
    this.found.set(callee, { ...copied(this.m, { args, kwargs }), at, assumed, open: left });
  }

  /** Is it a class, a function or a partial function by a name in the file? */
  private defines(callee: Value): boolean {
    if (callee instanceof ClassValue || callee instanceof FunctionValue) return callee.module === this.module;
    return partialOf(callee) !== undefined && [...this.module.attrs.values()].includes(callee);
  }

  /** Looks through the file's own functions and the files around it until all arguments are found. */
  search(file: string, node: ModuleNode, wanted: readonly Wanted[]): void {
    const open = wanted.filter(({ name, value }) => !this.found.has(value) && !this.searched.has(name));
    for (const { name } of open) this.searched.add(name);
    if (open.length === 0) return;
    const { m } = this;
    const known = m.outermostCalls.length;
    const goal: Goal = {
      isReached: () => open.every(({ value }) => this.found.get(value)?.open === 0),
      // The input often follows where a network is made.
      isDone: () => open.every(({ value }) => this.callsOf(value, m.outermostCalls).length > 0),
    };
    const names = new Set(open.map(({ name }) => name));
    this.scripted(() => {
      this.look(this.module, node, names, goal);
      if (!goal.isReached()) this.searchAround(file, names, goal);
    });
    this.networkCalls.push(...m.outermostCalls.splice(known));
  }

  /** How files around call the network that a root is. They are run for it where `sought` is that network. */
  inputsOf(
    { file, node }: { readonly file: string; readonly node: ModuleNode },
    { name, value }: Wanted,
    sought: Instance | undefined,
  ): readonly OutermostCall[] {
    const { m } = this;
    if (sought && !this.searched.has(name) && !this.searchedInputs.has(name)) {
      this.searchedInputs.add(name);
      const known = m.outermostCalls.length;
      const isReached = (): boolean =>
        m.outermostCalls.some(({ network, inputs }) => network.cls === sought.cls && !inputs.some(isUnknown));
      const names = new Set([name]);
      const makers = usersOf(node.body, names).filter((user) => !COMMON.test(user));
      const goal: Goal = { isReached, isDone: isReached };
      this.scripted(() => this.searchAround(file, new Set([name, ...makers]), goal));
      this.networkCalls.push(...m.outermostCalls.splice(known));
    }
    return [...this.callsOf(value, this.networkCalls), ...this.networkCalls];
  }

  /** Calls of what the noted call of a class or function made. */
  private callsOf(value: Value, calls: readonly OutermostCall[]): readonly OutermostCall[] {
    const at = this.found.get(value)?.at;
    return at === undefined ? [] : calls.filter(({ network }) => isMadeAt(network, at));
  }

  private scripted(body: () => void): void {
    const { m } = this;
    m.scripted = new ScriptedCalls();
    body();
    m.scripted = undefined;
  }

  /** Looks through files that call one of the names, and through callers of these; tests make small networks of their own. */
  private searchAround(file: string, wanted: ReadonlySet<string>, goal: Goal): void {
    const { m } = this;
    const { cache } = m.modules;
    const files = filesAround(m.host, file);
    const module = moduleName(file);
    const chosen = choosing(module);
    const run = new Set<string>();
    const searchThrough = (some: readonly string[]): void => {
      const most = run.size + MOST_FILES;
      let names = wanted;
      for (let round = 0; round < MOST_ROUNDS && names.size > 0; round++) {
        const called = calling(names);
        const callers = new Set<string>();
        for (const path of some) {
          if (run.size >= most || goal.isReached()) return;
          const text = run.has(path) ? "" : (cache.text(path) ?? "");
          const isChosen = round === 0 && chosen.test(text);
          if (!isChosen && !called.test(text)) continue;
          const node = cache.get(path)?.node;
          if (!node) continue;
          run.add(path);
          const script = m.semantics.fileModule(m, path);
          this.script(script, goal);
          const used = isChosen ? new Set([...names, module, `${module}.__dict__`]) : names;
          for (const name of this.look(script, node, used, goal)) callers.add(name);
        }
        names = callers;
      }
    };
    searchThrough(files.filter((path) => !isTest(path)));
    searchThrough(files.filter(isTest));
  }

  private script(module: ModuleValue, { isDone }: Goal): void {
    const { m } = this;
    m.beginTrace(SCRIPT_SHARE);
    this.watch(() => {
      this.bounded(() => {
        m.modules.evaluate(m, module, "__main__");
        return null;
      });
    }, isDone);
    m.endTrace();
  }

  /** Looks into the functions and classes of a module that use the names; gives the names of these functions. */
  private look(
    module: ModuleValue,
    node: ModuleNode,
    names: ReadonlySet<string>,
    goal: Goal,
  ): readonly string[] {
    const { m } = this;
    const users = usersOf(node.body, names).filter((name) => !names.has(name));
    for (const name of users.slice(0, MOST_FUNCTIONS)) {
      if (goal.isReached()) break;
      const value = m.tryLookup(module, name);
      if (!(value instanceof FunctionValue || value instanceof ClassValue)) continue;
      m.beginTrace(FUNCTION_SHARE);
      this.watch(() => explore(m, () => this.bounded(() => this.use(value, names))), goal.isDone);
      m.endTrace();
    }
    return users.filter((name) => !COMMON.test(name));
  }

  /** Calls a function, or makes an object of a class and calls its methods that use the names: tests and benchmarks. */
  private use(value: FunctionValue | ClassValue, names: ReadonlySet<string>): Value {
    const { m } = this;
    const made = m.call(value);
    if (!(value instanceof ClassValue && made instanceof Instance)) return made;
    for (const [name, method] of value.attrs) {
      if (!(method instanceof FunctionValue) || name.startsWith("__")) continue;
      if (neededParams(method.node, 1).length === 0 && isUser(usedIn(method.node.body), names))
        this.bounded(() => m.callMethod(made, name));
    }
    return made;
  }
}

/** What a search looks for. */
interface Goal {
  /** Nothing more needs to be run. */
  readonly isReached: () => boolean;
  /** What is running need not go on. */
  readonly isDone: () => boolean;
}

function isMadeAt({ site }: Instance, at: Span): boolean {
  for (let place = site; place; place = place.caller) if (place.at === at) return true;
  return false;
}

/** Names that functions of any file have tell nothing of who calls them. */
const COMMON = /^(main|train|test|run|eval|evaluate|parse_args|get_args|setup|create|build|make|_.*)$/;

/** Functions and classes that use the names, and those of the same file that use them in turn. */
function usersOf(body: readonly Stmt[], names: ReadonlySet<string>): readonly string[] {
  const definitions = body.flatMap((node) => {
    if (node.kind === "functionDef") return [{ name: node.fn.name, used: usedIn(node.fn.body) }];
    return node.kind === "classDef" ? [{ name: node.cls.name, used: usedIn(node.cls.body) }] : [];
  });
  const users = new Set<string>();
  for (let size = -1; size !== users.size; ) {
    size = users.size;
    for (const { name, used } of definitions)
      if (isUser(used, names) || [...used].some((each) => users.has(each))) users.add(name);
  }
  return [...users];
}

/** Names, and attributes of what has none: `models[name].Net`. */
function usedIn(body: unknown): ReadonlySet<string> {
  return new Set([...mentions(body), ...attributeMentions(body)]);
}

function isUser(used: ReadonlySet<string>, names: ReadonlySet<string>): boolean {
  return [...used].some((each) => names.has(each) || names.has(lastPart(each)));
}

function lastPart(dotted: string): string {
  return dotted.slice(dotted.lastIndexOf(".") + 1);
}

/** A call of one of the names, not its definition, or another name or a key for it: `Net = Unet`, `{"unet": Unet}`. */
function calling(names: ReadonlySet<string>): RegExp {
  const any = [...names].map(wordPattern).join("|");
  const called = `(?<!\\b(?:class|def|function)\\s+)(?:${any})\\s*\\(`;
  const named = `[=:][ \\t]*(?:\\w+\\.)*(?:${any})[ \\t]*(?:[,}#;]|$)`;
  return new RegExp(`${called}|${named}`, "m");
}

/** The name that other files know a file's module by. */
function moduleName(file: string): string {
  const path = file.replace(/(\/(__init__|index))?\.\w+$/, "");
  return path.slice(path.lastIndexOf("/") + 1);
}

/** A network of the module by a name that is data: `getattr(models, config.model)`, `models.__dict__[arch]`. */
function choosing(module: string): RegExp {
  const name = wordPattern(module);
  return new RegExp(`\\bgetattr\\(\\s*(?:\\w+\\.)*${name}\\s*,|${name}\\.__dict__\\b`);
}

function isTest(file: string): boolean {
  return /(^|\/)(tests?|testing)\/|(^|\/)test_|[._]test\./.test(file);
}

/** What an object has that is not known: fewer is better. */
function unknownsIn(value: Value): number {
  if (!(value instanceof Instance)) return 0;
  return [...value.attrs.values()].filter(isUnknown).length;
}

/** An object may have what is not known in it: it matters only where it is used. A list that is held twice is read once. */
function holdsUnknown(m: Machine, values: readonly Value[]): boolean {
  const lists = new Set([values]);
  for (const items of lists) {
    m.tick(items.length >> 6);
    for (const item of items) {
      if (isUnknown(item)) return true;
      const inner = toItems(item);
      if (inner) lists.add(inner);
    }
  }
  return false;
}

function copied(m: Machine, { args, kwargs }: Arguments): Arguments {
  const memo = new Map();
  // A tensor of a graph under way is part of it: a copy of it would not be.
  const keep = (tensor: Tensor): Tensor => {
    if (m.frameworks.some((framework) => framework.isSymbolic?.(tensor))) memo.set(tensor, tensor);
    return tensor;
  };
  for (const value of [...args, ...kwargs.values()]) heldAnew(value, keep);
  const copy = (value: Value): Value => deepCopy(m, value, memo, new Dict());
  return { args: args.map(copy), kwargs: new Map([...kwargs].map(([name, value]) => [name, copy(value)])) };
}

/** Arguments as code writes them. */
export function argumentsText(m: Machine, { args, kwargs }: Arguments): string {
  const text = (value: Value): string => {
    const whole = m.semantics.repr(m, value);
    if (isUnknown(whole)) return "?";
    return whole.length > MOST_TEXT ? `${whole.slice(0, MOST_TEXT)}…` : whole;
  };
  return [...args.map(text), ...[...kwargs].map(([name, value]) => `${name}=${text(value)}`)].join(", ");
}

const MOST_TEXT = 60;
