/**
 * The interpreter: runs compiled model code over abstract values. It owns the call stack, and what runs on it: the
 * bounds, the trace and the journal of undecided branches. What operations mean it asks of the running language's
 * semantics.
 */
import type { EngineLimits, ModelHost } from "../contract/engine.types.ts";
import type { AssumptionKind } from "../contract/report.ts";
import { dictDelete, dictGet, dictSet } from "../languages/python/dict.ts";
import type { BinaryOp, CompareOp, Expr, For, FunctionNode, Language } from "../syntax/ast.ts";
import type { Span } from "../syntax/span.ts";
import { Bounds, STEPS } from "./bounds.ts";
import type { MayRaise } from "./branches.ts";
import type { LoopMemory } from "./compile/plainLoops.ts";
import { CALLS_TOO_DEEP, Raised, Stopped } from "./control.ts";
import type { Doubt } from "./doubts.ts";
import { errorText } from "./errorTexts.ts";
import type { Framework } from "./framework.ts";
import { mayChange, type UnreadCall } from "./handed.ts";
import { describeFault, type OnFault, passedHostBound } from "./internal.ts";
import type { FailNote, Interp } from "./interp.ts";
import type { Journal } from "./journal.ts";
import { walked } from "./leaves.ts";
import type { Modules } from "./modules.ts";
import { tensorsAmong } from "./passed.ts";
import { Recorder } from "./recorder.ts";
import { Scope } from "./scope.ts";
import { heldAnew, type OutermostCall, type ScriptedCalls } from "./scripted.ts";
import type { Semantics } from "./semantics.ts";
import type { LayerScope, OpCost, OpRecord, Site, Trace, TraceDiagnostic } from "./trace.ts";
import { mayCall } from "./uncalled.ts";
import {
  type Absent,
  type Attrs,
  answerOf,
  BoundMethod,
  ClassValue,
  Dict,
  type Dim,
  FunctionValue,
  type Heap,
  Instance,
  type Kwargs,
  List,
  type ModuleValue,
  type NativeClass,
  NativeFunction,
  NO_KWARGS,
  OfData,
  Tensor,
  Unknown,
  type Value,
} from "./values.ts";
import { weightMade, weightOfAxes, weightRead } from "./weight.ts";
import { areWeights, NOT_READ, SHAPELESS } from "./weights.ts";

export interface MachineOptions {
  readonly host: ModelHost;
  readonly limits: EngineLimits;
  readonly frameworks: readonly Framework[];
  readonly isCancelled: () => boolean;
  /** Reads an expression of the program's language, for `eval`. */
  readonly parseExpression: (language: Language, text: string) => Expr;
  readonly onFault?: OnFault;
  readonly onProgress?: OnProgress;
}

/** Told of the call or loop that runs, once in a thousand steps; undefined where none is known. */
export type OnProgress = (at: Span | undefined) => void;

/** Far deeper than values of programs nest, far less than the host's stack holds. */
const MAX_NESTING = 500;
const NESTED_TOO_DEEPLY = "nested too deeply";

/** Errors that tell of what is installed and of files, which may be there where the program runs. */
const OF_THE_MACHINE: ReadonlySet<string> = new Set([
  "ImportError",
  "ModuleNotFoundError",
  "FileNotFoundError",
]);

/** Tells whether a running `try` has a handler for an exception class. */
export interface Catcher {
  (type: string): boolean;
  /** What the body would have bound is bound by no handler. */
  readonly goesOnWithout?: boolean;
}

/**
 * Errors that values alone lead to, none of them unknown: the program would end there, so what follows is no more than
 * a guess. Others may come of what is not modelled.
 */
const CERTAIN: ReadonlySet<string> = new Set([
  "NameError",
  "UnboundLocalError",
  "AttributeError",
  "TypeError",
  "ReferenceError",
  "RangeError",
  "ZeroDivisionError",
  "OverflowError",
  "IndexError",
  "KeyError",
  "ValueError",
  "RuntimeError",
  "StopIteration",
  "UnicodeEncodeError",
  "UnicodeDecodeError",
]);

const UNKNOWN_VALUE = "unknown-value";

export class Machine implements Interp {
  readonly host: ModelHost;
  readonly limits: EngineLimits;
  readonly frameworks: readonly Framework[];
  readonly outermostCalls: OutermostCall[] = [];
  /** What runs is run for the sizes of weights alone. */
  private isExample = false;
  readonly parseExpression: MachineOptions["parseExpression"];
  readonly onFault: OnFault;
  modules!: Modules;
  semantics!: Semantics;
  site: Site | undefined = undefined;
  scope: LayerScope | undefined;
  journal: Journal | undefined;
  returned: Value = null;
  /** What the links of a chain gave so far, for the next one to take at once. */
  held: Value = null;
  inference = false;
  /** Set while a network is run on as many as its data may decide: which share of the most that is. */
  share: number | undefined;
  /** Data decided a number whose most is known. */
  hasCounted = false;
  hasUnknownKeys = false;
  hasManyItems = false;
  /** Told of every layer that is called, while inputs are sought. */
  onLayer: ((layer: Instance, inputs: readonly Value[]) => void) | undefined;
  /** Told of every call, while arguments of networks are sought. */
  onCall: ((callee: Value, args: readonly Value[], kwargs: Kwargs) => void) | undefined;
  /** Told of every object that a class makes, while networks are sought. */
  onMade: ((value: Value) => void) | undefined;
  /** Told of every function that is defined, while networks are sought. */
  onFunction: ((fn: FunctionValue) => void) | undefined;
  /** Told of every statement of a module that an exception ends, while the file's own run. */
  onRaised: ((raised: Raised, message: string) => void) | undefined;
  /** Counts branches that leave a loop or function on one side of an undecided condition. */
  undecidedExits = 0;
  /** Scope of the running function. */
  frame: Scope | undefined;
  /** Set while a script runs: what networks answered it, for its loops call them over and over. */
  scripted: ScriptedCalls | undefined;
  catchers: Catcher[] = [];
  /** Functions that ran apart from any network: what they do is the same for all. */
  readonly ranForAll = new Set<FunctionNode>();
  /** Notes the functions that run. */
  ran: Set<FunctionNode> = this.ranForAll;
  /** Modules that are tables of the engine, by dotted name, and folders without a module of their own. */
  readonly tableModules = new Map<string, ModuleValue>();

  readonly bounds: Bounds;
  readonly recorder = new Recorder();
  /** What loops over plain data did. */
  readonly loops = new WeakMap<For, LoopMemory>();
  inPlainLoop = false;
  /** How many undecided conditions the running code is inside of. */
  undecided = 0;
  /** Where something unknown may have left the running turn, loop or function. */
  doubt: Doubt | undefined;
  /** The same before the running loop began. */
  doubtOutsideLoop: Doubt | undefined;
  /** Returns of the running function that happened on one side of an undecided condition. */
  pendingReturns: { value: Value; why: Unknown }[] | undefined;
  /** What may have raised in the running `try`, whose handlers would catch it. */
  tried: { mayRaise: MayRaise | undefined } | undefined;
  /** Functions that run because something unknown may call them, each inside of the one before. */
  readonly uncalled: FunctionNode[] = [];
  /** What the program calls the unknown function that is being called. */
  calleeText = "";
  /** The last call of something unknown. */
  unread: UnreadCall | undefined;
  /** How many functions of the program were called so far. */
  private called = 0;
  private depth = 0;
  /** The loop whose turn is being counted. */
  private loop: Span | undefined;
  /** How many values that hold others are being looked into, each inside of the one before. */
  private nesting = 0;
  private builtins!: Scope;
  /** Builtins as they were before the program could change them: the engine's own code goes by these. */
  private readonly ownBuiltins = new Map<string, Value>();

  constructor(options: MachineOptions) {
    this.host = options.host;
    this.limits = options.limits;
    this.frameworks = options.frameworks;
    const { isCancelled, onProgress } = options;
    const isWanted = (): boolean => {
      onProgress?.(this.running);
      return !isCancelled();
    };
    this.bounds = new Bounds(options.limits, isWanted);
    this.parseExpression = options.parseExpression;
    this.onFault = options.onFault ?? (() => undefined);
  }

  /** Sets the running language and its builtins; called once, before any code runs. */
  start(semantics: Semantics, builtins: Scope, modules: Modules): void {
    this.semantics = semantics;
    this.builtins = builtins;
    for (const [name, value] of builtins.vars) this.ownBuiltins.set(name, value);
    this.modules = modules;
  }

  /** Starts a new trace: bounds and records begin afresh. `share` is the part of a network's steps it may take. */
  beginTrace(share = 1): void {
    this.recorder.begin();
    this.bounds.beginPart(share);
  }

  endTrace(): Trace {
    return this.recorder.end();
  }

  get language(): Language {
    return this.semantics.language;
  }

  // ------------------------------------------------------------------- calls

  call(callee: Value, args: readonly Value[] = [], kwargs: Kwargs = NO_KWARGS): Value {
    this.onCall?.(callee, args, kwargs);
    if (callee instanceof FunctionValue) return this.callFunction(callee, args, kwargs, callee.boundThis);
    if (callee instanceof NativeFunction) return this.callNative(callee, args, kwargs, undefined);
    if (callee instanceof BoundMethod) return this.callBound(callee, args, kwargs);
    if (callee instanceof ClassValue) {
      const made = this.semantics.construct(this, callee, args, kwargs);
      this.onMade?.(made);
      return made instanceof Unknown ? this.opened(made) : made;
    }
    if (callee instanceof Unknown) {
      this.opened(callee);
      const isFed = args.some((arg) => arg instanceof Tensor);
      if (this.scope && isFed) this.lost(callee.reason);
      else if (this.scope) this.gap(callee.reason);
      else mayChange(this, this.calleeText, callee, args, kwargs);
      mayCall(this, callee, args, kwargs);
      const answer = answerOf(callee);
      this.unread = { name: this.calleeText, answer, args, kwargs };
      return answer;
    }
    return this.semantics.callObject(this, callee, args, kwargs);
  }

  private callBound(method: BoundMethod, args: readonly Value[], kwargs: Kwargs): Value {
    const { fn, self } = method;
    if (this.language === "typescript") return this.callWithThis(fn, self, args);
    this.tick(args.length);
    return this.call(fn, [self, ...args], kwargs);
  }

  /** JS: `fn.call(self, ...args)`. */
  callWithThis(fn: Value, self: Value, args: readonly Value[]): Value {
    if (fn instanceof FunctionValue) {
      this.onCall?.(fn, args, NO_KWARGS);
      return this.callFunction(fn, args, NO_KWARGS, fn.node.form === "arrow" ? fn.boundThis : self);
    }
    if (fn instanceof NativeFunction) return this.callNative(fn, args, NO_KWARGS, self);
    return this.call(fn, args);
  }

  callMethod(obj: Value, name: string, args: readonly Value[] = [], kwargs: Kwargs = NO_KWARGS): Value {
    const fn = this.getAttr(obj, name);
    return this.language === "typescript" ? this.callWithThis(fn, obj, args) : this.call(fn, args, kwargs);
  }

  private callNative(fn: NativeFunction, args: readonly Value[], kwargs: Kwargs, self: Value): Value {
    this.tick(1 + weightRead(args) + (typeof self === "string" ? self.length >> 6 : 0) + (kwargs.size >> 4));
    const { called } = this;
    const before = walked.parts;
    try {
      const result = fn.code(this, args, kwargs, self);
      // `map.set(k, v)` answers the map, which it did not make.
      const made = result === self || result === args[0] ? 0 : weightMade(result);
      this.tick(made + this.takeWalked(before));
      if (result instanceof Unknown) this.opened(result);
      // It may have called what it was given, had it known more: `map(f, unknown)`.
      if (result instanceof Unknown && this.called === called) mayCall(this, result, args, kwargs);
      return result;
    } catch (error) {
      if (error instanceof Raised || error instanceof Stopped) throw error;
      const passed = passedHostBound(error);
      if (passed !== undefined) throw new Stopped(`${fn.name}: ${passed}`);
      this.onFault(error, this.running);
      const message = describeFault(error);
      this.diagnose({ severity: "error", code: "internal", message });
      this.gap(message);
      return this.unknown(message);
    }
  }

  /** Makes the bare object of a class of the engine; what that reads and makes counts as in `callNative`. */
  createNative(
    create: NonNullable<NativeClass["create"]>,
    cls: ClassValue,
    args: readonly Value[],
    kwargs: Kwargs,
  ): Value {
    this.tick(1 + weightRead(args));
    const before = walked.parts;
    const made = create(this, cls, args, kwargs);
    this.tick(weightMade(made) + this.takeWalked(before));
    return made;
  }

  /** Parts that walks opened since; they do not count again for the call around this one. */
  private takeWalked(before: number): number {
    const parts = walked.parts - before;
    walked.parts = before;
    return parts;
  }

  callFunction(fn: FunctionValue, args: readonly Value[], kwargs: Kwargs, self: Value): Value {
    if (this.depth >= this.limits.callDepth) throw new Stopped(CALLS_TOO_DEEP);
    this.tick(1 + kwargs.size);
    const { site, semantics, frame } = this;
    const { code } = fn;
    this.ran.add(fn.node);
    this.called++;
    this.semantics = code.semantics;
    this.depth++;
    const scope = new Scope("function", fn.scope);
    scope.owner = fn;
    scope.self = self;
    this.frame = scope;
    code.semantics.bindCall(this, fn, scope, args, kwargs);
    const result = code.run(this, scope);
    this.depth--;
    this.site = site;
    this.frame = frame;
    this.semantics = semantics;
    return result;
  }

  /** Everything that unwinding must put back; taken where exceptions are caught. */
  checkpoint(): () => void {
    const { site, scope, frame, semantics, depth, undecided, journal, pendingReturns, ran } = this;
    const { doubt, doubtOutsideLoop, tried } = this;
    const catchers = this.catchers.length;
    return () => {
      this.site = site;
      this.loop = undefined;
      this.scope = scope;
      this.frame = frame;
      this.semantics = semantics;
      this.depth = depth;
      this.undecided = undecided;
      this.journal = journal;
      this.pendingReturns = pendingReturns;
      this.doubt = doubt;
      this.doubtOutsideLoop = doubtOutsideLoop;
      this.tried = tried;
      this.ran = ran;
      this.catchers.length = catchers;
    };
  }

  /** Runs `body` with a share of the steps that are left; false where it passed a bound. */
  within(share: number, body: () => void): boolean {
    const restore = this.checkpoint();
    const isWhole = this.bounds.within(share, body);
    if (!isWhole) restore();
    return isWhole;
  }

  /** Enters code that has no caller: a module's body. `checkpoint` before it brings back what was. */
  beginIsolated(semantics: Semantics): void {
    this.semantics = semantics;
    this.ran = this.ranForAll;
    this.site = undefined;
    this.scope = undefined;
    this.journal = undefined;
    this.undecided = 0;
    this.doubt = undefined;
    this.doubtOutsideLoop = undefined;
    this.tried = undefined;
    this.pendingReturns = undefined;
  }

  /** Runs `body` with `at` as the place of the running call. */
  at<T>(at: Span, body: () => T): T {
    const { site } = this;
    this.site = { at, caller: site };
    const result = body();
    this.site = site;
    return result;
  }

  // -------------------------------------------------- objects, by the language

  getAttr(obj: Value, name: string): Value {
    return this.semantics.getAttr(this, obj, name);
  }
  lookup(obj: Value, name: string): Value | Absent {
    return this.semantics.lookup(this, obj, name);
  }
  setAttr(obj: Value, name: string, value: Value): void {
    this.semantics.setAttr(this, obj, name, value);
  }
  deleteAttr(obj: Value, name: string): void {
    this.semantics.deleteAttr(this, obj, name);
  }
  /** The same where nothing catches: what looking up runs (a lazily imported module) may raise or pass a bound. */
  tryLookup(obj: Value, name: string): Value | Absent {
    const restore = this.checkpoint();
    try {
      return this.lookup(obj, name);
    } catch (error) {
      restore();
      if (error instanceof Stopped) return this.unknown(error.reason);
      if (error instanceof Raised) return this.unknown(`looking up ${name} raises`);
      throw error;
    }
  }
  getItem(obj: Value, index: Value): Value {
    return this.semantics.getItem(this, obj, index);
  }
  setItem(obj: Value, index: Value, value: Value): void {
    this.semantics.setItem(this, obj, index, value);
  }
  deleteItem(obj: Value, index: Value): void {
    this.semantics.deleteItem(this, obj, index);
  }
  truthy(value: Value): boolean | Unknown {
    return this.semantics.truthy(this, value);
  }
  equals(a: Value, b: Value): boolean | Unknown {
    return this.semantics.equals(this, a, b);
  }
  compare(op: CompareOp, a: Value, b: Value): Value {
    return this.semantics.compare(this, op, a, b);
  }
  binary(op: BinaryOp, a: Value, b: Value): Value {
    return this.semantics.binary(this, op, a, b);
  }
  iterate(value: Value): Iterator<Value> | Unknown {
    return this.semantics.iterate(this, value);
  }
  length(value: Value): number | Unknown {
    return this.semantics.length(this, value);
  }
  str(value: Value): string | Unknown {
    return this.semantics.str(this, value);
  }
  repr(value: Value): string | Unknown {
    return this.semantics.repr(this, value);
  }
  typeOf(value: Value): ClassValue | Unknown {
    return this.semantics.typeOf(this, value);
  }
  isInstance(value: Value, cls: Value): boolean | Unknown {
    return this.semantics.isInstance(this, value, cls);
  }
  isSubclass(cls: ClassValue, base: ClassValue): boolean {
    return cls.mro.includes(base);
  }
  isCallable(value: Value): boolean {
    return this.semantics.isCallable(this, value);
  }

  items(value: Value): readonly Value[] | Unknown {
    const iterator = this.iterate(value);
    if (iterator instanceof Unknown) return iterator;
    const items: Value[] = [];
    for (let step = iterator.next(); !step.done; step = iterator.next()) {
      if (items.length >= this.limits.collection) {
        const reason = `more than ${this.limits.collection} items`;
        this.gap(reason);
        return this.unknown(reason);
      }
      items.push(step.value);
      this.tick();
    }
    return items;
  }

  dictGet(dict: Dict, key: Value): Value | Absent {
    return dictGet(this, dict, key);
  }
  dictSet(dict: Dict, key: Value, value: Value): void {
    this.touch(dict);
    dictSet(this, dict, key, value);
  }
  dictDelete(dict: Dict, key: Value): boolean {
    this.touch(dict);
    return dictDelete(this, dict, key);
  }

  // ------------------------------------------------------------------ failures

  raise(type: string, message: string): never {
    throw new Raised(this.semantics.makeError(this, type, message), this.site);
  }

  fail(
    type: string,
    message: string,
    note: FailNote = { severity: "warning", code: UNKNOWN_VALUE },
  ): Unknown {
    this.tick(STEPS.failure);
    this.raiseToHandler(type, message, OF_THE_MACHINE.has(type));
    const { severity, code } = note;
    // As the language itself ends a program; what a framework refuses is told in words of its own.
    const said = note.message ?? (code === UNKNOWN_VALUE ? errorText(type, message) : message);
    if (CERTAIN.has(type)) this.gap(said);
    this.diagnose({ severity, code, message: said });
    return this.unknown(said);
  }

  /** Something unknown is called or opened: a handler of the running `try` may be there for that. */
  opened(unknown: Unknown): Unknown {
    const { tried } = this;
    if (tried) tried.mayRaise ??= { why: unknown, site: this.site, ops: this.recorder.count };
    return unknown;
  }

  raiseIfCaught(type: string, message: string): void {
    this.raiseToHandler(type, message, true, () => this.recorder.misfit(message, this.site?.at));
  }

  private raiseToHandler(type: string, message: string, isAssumed: boolean, caught?: () => void): void {
    const { catchers } = this;
    for (let i = catchers.length - 1; i >= 0; i--) {
      // What it catches is an expression of the program: if that fails, the handlers around it are meant.
      this.catchers = catchers.slice(0, i);
      let isCaught: boolean | undefined;
      try {
        isCaught = catchers[i]?.(type);
      } finally {
        this.catchers = catchers;
      }
      if (isCaught) {
        if (isAssumed) this.assume("branch", `${message}, so the program does without`);
        caught?.();
        this.raise(type, message);
      }
    }
  }

  unknown(reason: string): Unknown {
    return new Unknown(reason, this.site?.at);
  }

  ofData(reason: string): Unknown {
    return new OfData(reason, this.site?.at);
  }

  diagnose(diagnostic: Omit<TraceDiagnostic, "at"> & { readonly at?: Span }): void {
    const said = { ...diagnostic, ...(this.scope && { scope: this.scope }) };
    this.recorder.diagnose(said, diagnostic.at ?? this.site?.at);
  }

  assume(kind: AssumptionKind, text: string, at = this.site?.at): void {
    this.recorder.assume({ kind, text, at });
  }

  gap(reason: string, at?: Span): void {
    if (areWeights(reason)) this.assume("value", `${reason}: ${SHAPELESS}`, at);
    else if (at) this.at(at, () => this.lost(reason));
    else this.lost(reason);
  }

  /** The same whatever the reason: ops have run that may not count. */
  lost(reason: string, isMost = false): void {
    this.recorder.lose(reason, this.site, isMost);
  }

  counted(most: Dim, reason: string): Dim {
    if (typeof most !== "number") return this.ofData(reason);
    if (this.share === undefined) {
      this.hasCounted = true;
      return this.ofData(reason);
    }
    return Math.ceil(most * this.share);
  }

  // -------------------------------------------------------------------- bounds

  tick(steps = 1): void {
    this.bounds.tick(steps);
  }

  /** Counts one turn of the loop that stands at `at`. */
  turn(at: Span): void {
    this.loop = at;
    this.bounds.tick(1);
    this.loop = undefined;
  }

  /** The loop or the call that runs: where a bound is passed. */
  get running(): Span | undefined {
    return this.loop ?? this.site?.at;
  }

  allows(size: number): boolean {
    if (size <= this.limits.collection) return true;
    this.gap(`more than ${this.limits.collection} items`);
    return false;
  }

  allowsText(length: number, fresh = length): boolean {
    if (length <= this.limits.text) {
      this.tick(fresh >> 6);
      return true;
    }
    this.gap(`text of more than ${this.limits.text} characters`);
    return false;
  }

  nested<T>(body: () => T): T | Unknown {
    if (this.nesting >= MAX_NESTING) {
      this.gap(NESTED_TOO_DEEPLY);
      return this.unknown(NESTED_TOO_DEEPLY);
    }
    this.tick();
    this.nesting++;
    try {
      return body();
    } finally {
      this.nesting--;
    }
  }

  // ------------------------------------------------------------------- effects

  touch(target: Heap): void {
    if (!this.journal) return;
    this.tick(this.undecided * STEPS.change);
    this.journal.saveHeap(target);
  }

  touchVar(vars: Attrs, name: string): void {
    if (!this.journal) return;
    this.tick(this.undecided * STEPS.change);
    this.journal.saveVar(vars, name);
  }

  setVar(scope: Scope, name: string, value: Value): void {
    if (this.journal) {
      this.tick(this.undecided * STEPS.change);
      this.journal.saveVar(scope.vars, name);
    }
    scope.vars.set(name, value instanceof Unknown ? this.stored(value, name, scope.vars.get(name)) : value);
  }

  /** A network that a program reads back from a file into its own name is the one that it made and trained. */
  private stored(value: Unknown, name: string, before: Value): Value {
    if (value.reason !== NOT_READ || !this.frameworks.some((framework) => framework.isNetwork(before)))
      return value;
    this.assume("value", `${NOT_READ}: it is taken to hold the network that ${name} was before`);
    return before;
  }

  // --------------------------------------------------------------------- trace

  record(cost: OpCost): void {
    this.tick(STEPS.op + weightOfAxes(cost.inputs) + weightOfAxes(cost.outputs));
    this.recorder.record(cost, this.scope, this.site, this.undecided > 0);
  }

  uncounted<T>(often: Unknown, body: () => T): T {
    return this.recorder.uncounted(often, body);
  }

  unrecorded<T>(body: () => T): T {
    return this.recorder.unrecorded(body);
  }

  watchOps(told: (op: OpRecord) => void): () => void {
    return this.recorder.watch(told);
  }

  repeated<T extends Value>(times: number, body: () => T): T {
    const { recorder, bounds } = this;
    const from = recorder.count;
    const result = body();
    recorder.repeat(from, times - 1, this.scope, (ops) => bounds.tick(ops * STEPS.op));
    return result;
  }

  withLayer<T extends Value>(
    layer: Instance,
    body: () => T,
    inputs: readonly Value[] = [],
    kwargs?: Kwargs,
  ): T {
    const { scope } = this;
    this.onLayer?.(layer, inputs);
    const all = kwargs ? [...inputs, ...kwargs.values()] : inputs;
    this.tick(STEPS.layer);
    const known = scope ? undefined : this.scripted?.get(layer, all);
    if (known) return known.answer as T;
    if (!scope) this.noteCall(layer, inputs, kwargs);
    const own: LayerScope = { instance: layer, parent: scope, site: this.site, inputs: tensorsAmong(inputs) };
    this.scope = own;
    const result = body();
    own.outputs = tensorsAmong([result]);
    this.scope = scope;
    if (!scope) this.scripted?.set(layer, all, result);
    return result;
  }

  withLayerAside<T extends Value>(layer: Instance, body: () => T): T {
    const { scope } = this;
    this.tick(STEPS.layer);
    this.scope = { instance: layer, parent: scope };
    const result = body();
    this.scope = scope;
    return result;
  }

  noteCall(network: Instance, inputs: readonly Value[], kwargs?: Kwargs): void {
    // The program may change what it gave: a dict is kept as it was.
    const kept = inputs.map((input) => (input instanceof Dict ? heldAnew(input, (tensor) => tensor) : input));
    this.outermostCalls.push({
      network,
      inputs: kept,
      kwargs,
      at: this.site?.at,
      isExample: this.isExample,
      assumed: this.recorder.assumed,
    });
  }

  asExample<T>(body: () => T): T {
    const outer = this.isExample;
    this.isExample = true;
    try {
      return body();
    } finally {
      this.isExample = outer;
    }
  }

  get runningFunction(): string | undefined {
    return this.frame?.owner?.node.name;
  }

  callerArguments(): ReadonlyMap<string, Value> {
    const { owner, vars } = this.frame ?? {};
    const names = owner?.node.params.slice(1).map(({ name }) => name) ?? [];
    return new Map(names.flatMap((name) => (vars?.has(name) ? [[name, vars.get(name)]] : [])));
  }

  // ------------------------------------------------------------------- modules

  importModule(name: string): Value {
    return this.semantics.importByName(this, name);
  }

  builtin(name: string): Value {
    const value = this.ownBuiltins.get(name);
    return value === undefined ? this.unknown(`no builtin ${name}`) : value;
  }

  builtinClass(name: string): ClassValue {
    const value = this.ownBuiltins.get(name);
    if (!(value instanceof ClassValue)) throw new Error(`no builtin class ${name}`);
    return value;
  }

  get builtinScope(): Scope {
    return this.builtins;
  }

  newInstance(cls: ClassValue): Instance {
    this.tick(STEPS.object);
    const instance = new Instance(cls);
    if (this.site) instance.site = this.site;
    return instance;
  }

  list(items: Value[]): List {
    return new List(items);
  }
}
