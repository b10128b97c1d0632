/**
 * What native functions, op rules and framework tables may ask of the interpreter. The class that does it is
 * in machine.ts; tables depend on this interface alone.
 */
import type { ModelHost } from "../contract/engine.types.ts";
import type { AssumptionKind } from "../contract/report.ts";
import type { BinaryOp, CompareOp, Language } from "../syntax/ast.ts";
import type { Span } from "../syntax/span.ts";
import type { LayerScope, OpCost, OpRecord, Site, TraceDiagnostic } from "./trace.ts";
import type {
  Absent,
  Attrs,
  ClassValue,
  Dict,
  Dim,
  Heap,
  Instance,
  Kwargs,
  List,
  ModuleValue,
  Tensor,
  Unknown,
  Value,
} from "./values.ts";

/** How a failure that nothing catches is told; as a warning of an unknown value by default. */
export type FailNote = Pick<TraceDiagnostic, "severity" | "code"> & {
  /** Words for the user, where those of the error alone would be taken for a fault of this program. */
  readonly message?: string;
};

export interface Interp {
  readonly host: ModelHost;
  /** Language of the code that is running. */
  readonly language: Language;

  /** A network is being traced, as inference; otherwise the program makes and trains its networks. */
  readonly inference: boolean;
  /** Some dict of the program was written to under a key that is not known. */
  hasUnknownKeys: boolean;
  /** Some list of the program was changed in a way that is not known: one of its items may stand for any number. */
  hasManyItems: boolean;

  // -- objects (by the running language's rules)
  call(callee: Value, args?: readonly Value[], kwargs?: Kwargs): Value;
  /** `obj.name(...args)`. */
  callMethod(obj: Value, name: string, args?: readonly Value[], kwargs?: Kwargs): Value;
  /** Attribute with all of Python's/JS's rules; a missing one fails as `fail` does. */
  getAttr(obj: Value, name: string): Value;
  /** The same, ABSENT when missing. Never raises AttributeError. */
  lookup(obj: Value, name: string): Value | Absent;
  setAttr(obj: Value, name: string, value: Value): void;
  deleteAttr(obj: Value, name: string): void;
  getItem(obj: Value, index: Value): Value;
  setItem(obj: Value, index: Value, value: Value): void;
  deleteItem(obj: Value, index: Value): void;
  truthy(value: Value): boolean | Unknown;
  equals(a: Value, b: Value): boolean | Unknown;
  compare(op: CompareOp, a: Value, b: Value): Value;
  binary(op: BinaryOp, a: Value, b: Value): Value;
  /** All values of an iterable, or why they are not known. Bounded by the collection limit. */
  items(value: Value): readonly Value[] | Unknown;
  /** Lazily, for infinite iterators. */
  iterate(value: Value): Iterator<Value> | Unknown;
  length(value: Value): number | Unknown;
  /** `str(value)` / template text. */
  str(value: Value): string | Unknown;
  repr(value: Value): string | Unknown;
  typeOf(value: Value): ClassValue | Unknown;
  isInstance(value: Value, cls: Value): boolean | Unknown;
  isSubclass(cls: ClassValue, base: ClassValue): boolean;
  isCallable(value: Value): boolean;

  // -- dict helpers (hash by value as Python does)
  dictGet(dict: Dict, key: Value): Value | Absent;
  dictSet(dict: Dict, key: Value, value: Value): void;
  dictDelete(dict: Dict, key: Value): boolean;

  // -- failures
  /** Raises a Python exception / throws a JS error that the program can catch. */
  raise(type: string, message: string): never;
  /**
   * A failure that broken or half-known code makes likely: raised when the program is inside a `try`,
   * otherwise a diagnostic and an Unknown, so that the layers after it still get their answer.
   */
  fail(type: string, message: string, note?: FailNote): Unknown;
  /** Raises where a handler of the program is waiting for such an error, and goes on where none is. */
  raiseIfCaught(type: string, message: string): void;
  unknown(reason: string): Unknown;
  /** A number that is read from a tensor, or how many of something its data leave. */
  ofData(reason: string): Unknown;
  /** A number that data decides, at most `most`: unknown, but where the most of all is asked for. */
  counted(most: Dim, reason: string): Dim;
  /** What unwinding must put back, for native code that catches an exception. */
  checkpoint(): () => void;
  diagnose(diagnostic: Omit<TraceDiagnostic, "at"> & { readonly at?: Span }): void;
  /** The trace misses something that may cost: the report is not complete. */
  gap(reason: string, at?: Span): void;
  /** The run takes something for granted that the program's text does not say; at the running call if nowhere else. */
  assume(kind: AssumptionKind, text: string, at?: Span): void;

  // -- bounds and places
  /** Counts work against the step limit. */
  tick(steps?: number): void;
  /** True when a collection of this size may be made; otherwise a gap is recorded. */
  allows(size: number): boolean;
  /** True when a text of this length may be made; otherwise a gap is recorded. `fresh` characters are counted as work. */
  allowsText(length: number, fresh?: number): boolean;
  /** Looks inside of a value that holds others; one that nests too deeply is a gap, not an overflow of the stack. */
  nested<T>(body: () => T): T | Unknown;
  /** The call that is running. */
  readonly site: Site | undefined;
  /** Runs `body` with `at` as the place of the running call. */
  at<T>(at: Span, body: () => T): T;

  // -- effects
  /** Must be called before a list, dict, set, instance or tensor is changed by native code. */
  touch(target: Heap): void;
  /** The same for one name of a class or module. */
  touchVar(vars: Attrs, name: string): void;

  // -- tensors and trace
  record(cost: OpCost): void;
  /** Runs `body` once, as a trace of many runs that are alike, and records what it did `times` times. */
  repeated<T extends Value>(times: number, body: () => T): T;
  /** Runs `body` for its shapes alone: nothing that it does is recorded. */
  unrecorded<T>(body: () => T): T;
  /** Runs ops once that run nobody knows how often: they are recorded, their cost is not known. */
  uncounted<T>(often: Unknown, body: () => T): T;
  /** Tells of every op that is recorded, until the function it gives is called. */
  watchOps(told: (op: OpRecord) => void): () => void;
  readonly scope: LayerScope | undefined;
  /** Runs `body` with `layer` on top of the stack of running modules; `inputs` are what it was called with. */
  withLayer<T extends Value>(layer: Instance, body: () => T, inputs?: readonly Value[], kwargs?: Kwargs): T;
  /** The same of a method that is not the forward call: what it is given is no input of the network. */
  withLayerAside<T extends Value>(layer: Instance, body: () => T): T;
  /** The program says what it gives a network, without running it: `summary(model, (3, 32, 32))`. */
  noteCall(network: Instance, inputs: readonly Value[], kwargs?: Kwargs): void;
  /** Networks that `body` calls are run for the sizes of their weights alone, as by Flax' `init`. */
  asExample<T>(body: () => T): T;
  /** The name of the program's function that is running. */
  readonly runningFunction: string | undefined;
  /** Arguments of the program's function that is running, its first parameter left out. */
  callerArguments(): ReadonlyMap<string, Value>;

  // -- modules
  /** Absolute dotted name (Python) or specifier (JS). */
  importModule(name: string): Value;
  /** A class of the running language's builtins, `dict`, `ValueError`. */
  builtin(name: string): Value;
  newInstance(cls: ClassValue): Instance;
  list(items: Value[]): List;
}

export type { ModuleValue, Tensor };
