/**
 * Abstract values: ordinary values are concrete, a tensor is a shape and a dtype, and what cannot be known
 * is `Unknown` with its reason. Python and TypeScript share them; what operations mean lies in the
 * language's semantics, not here.
 *
 * Representation: None and JS null are `null`; JS undefined is `undefined`; bool, str and int (JS number)
 * are the host's own; a Python float is a `Float`, since Python tells 1 and 1.0 apart.
 */
import type { FunctionNode, Language } from "../syntax/ast.ts";
import type { Span } from "../syntax/span.ts";
import type { Conventions } from "./assumptions.ts";
import type { FunctionCode } from "./compile/functions.ts";
import type { Interp } from "./interp.ts";
import type { Scope } from "./scope.ts";
import type { Site } from "./trace.ts";

export type Value = null | undefined | boolean | number | string | Heap;

export type Heap =
  | Float
  | Bytes
  | List
  | Tuple
  | Dict
  | SetValue
  | Range
  | Slice
  | Ellipsis
  | FunctionValue
  | NativeFunction
  | BoundMethod
  | ClassValue
  | Instance
  | ModuleValue
  | Property
  | StaticMethod
  | ClassMethod
  | SuperValue
  | Iter
  | RegexValue
  | Tensor
  | Unknown;

export type Attrs = Map<string, Value>;

/** Answer of a look-up that found nothing; never a value of the program. */
export const ABSENT: unique symbol = Symbol("absent");
export type Absent = typeof ABSENT;

export class Float {
  readonly kind = "float";
  constructor(readonly value: number) {}
}

export class Bytes {
  readonly kind = "bytes";
  constructor(readonly value: string) {}
}

/** How many objects that may change were made so far: it tells which of two is older. */
export const births = { count: 0 };

/** A Python list or a JS array. `cls` is set when it is an instance of a user subclass. */
export class List {
  readonly kind = "list";
  readonly born = ++births.count;
  cls?: ClassValue;
  attrs?: Attrs;
  constructor(public items: Value[]) {}
}

/** A Python tuple; `cls` is set for named tuples, torch.Size and user subclasses. */
export class Tuple {
  readonly kind = "tuple";
  cls?: ClassValue;
  /** As a key of dicts, once it was one; only of numbers and texts, which are what they are for good. */
  key?: string;
  attrs?: Attrs;
  constructor(readonly items: readonly Value[]) {}
}

/** Hash of a key: strings and numbers are themselves, tuples become text, the rest hashes by identity. */
export type Key = string | number | symbol | object;

/** A Python dict or a JS Map; insertion-ordered. `cls` is set for OrderedDict, defaultdict, user subclasses. */
export class Dict {
  readonly kind = "dict";
  readonly born = ++births.count;
  cls?: ClassValue;
  attrs?: Attrs;
  /** `defaultdict`: called for a missing key. */
  factory?: Value;
  /** Python's `__dict__`: whose attributes its entries are. */
  shows?: Value;
  readonly entries: Map<Key, { readonly key: Value; value: Value }>;
  constructor(entries?: Map<Key, { readonly key: Value; value: Value }>) {
    this.entries = entries ?? new Map();
  }
}

export class SetValue {
  readonly kind = "set";
  readonly born = ++births.count;
  cls?: ClassValue;
  attrs?: Attrs;
  frozen = false;
  /** Python: items were taken out, or it was made of sets: where they stand depends on more than the items. */
  isReworked = false;
  readonly entries: Map<Key, Value>;
  constructor(entries?: Map<Key, Value>) {
    this.entries = entries ?? new Map();
  }
}

export class Range {
  readonly kind = "range";
  constructor(
    readonly start: number,
    readonly stop: number,
    readonly step: number,
  ) {}
  get length(): number {
    return Math.max(0, Math.ceil((this.stop - this.start) / this.step));
  }
}

/** Python `slice(start, stop, step)`; absent parts are null. */
export class Slice {
  readonly kind = "slice";
  constructor(
    readonly start: Value,
    readonly stop: Value,
    readonly step: Value,
  ) {}
}

export class Ellipsis {
  readonly kind = "ellipsis";
}

/** A function of the program: code, the scope it closes over, and its evaluated defaults. */
export class FunctionValue {
  readonly kind = "function";
  readonly attrs: Attrs = new Map();
  /** The class whose body defines it: what `super()` and `__class__` start from. */
  homeClass?: ClassValue;
  /** JS arrows keep the `this` of where they were made. */
  boundThis?: Value;
  /** JS: the methods of instances made by `new F()`. */
  prototype?: ClassValue;
  constructor(
    readonly node: FunctionNode,
    readonly language: Language,
    readonly name: string,
    readonly scope: Scope,
    /** By parameter index; undefined where the parameter has no default. JS evaluates defaults at the call. */
    readonly defaults: readonly (Value | Absent)[],
    readonly module: ModuleValue | undefined,
    readonly code: FunctionCode,
  ) {}
}

export type Kwargs = ReadonlyMap<string, Value>;
export const NO_KWARGS: Kwargs = new Map();

export type NativeCode = (interp: Interp, args: readonly Value[], kwargs: Kwargs, self?: Value) => Value;

/** A function the engine provides. Python passes `self` as the first argument, JS as the last parameter. */
export class NativeFunction {
  readonly kind = "native";
  readonly attrs: Attrs = new Map();
  constructor(
    readonly name: string,
    readonly code: NativeCode,
    /** Parameter names with defaults, as Python writes them; for messages and `inspect.signature`. */
    readonly signature?: string,
  ) {}
}

export class BoundMethod {
  readonly kind = "method";
  constructor(
    readonly self: Value,
    readonly fn: Value,
  ) {}
}

/** The first base of these that could not be known: what is found in none of them may live there. */
export function unknownBaseOf(mro: readonly ClassValue[]): Unknown | undefined {
  return mro.find((cls) => cls.unknownBase)?.unknownBase;
}

/** A class of the program or of the engine. `mro` starts with the class itself. */
export class ClassValue {
  readonly kind = "class";
  mro: readonly ClassValue[] = [this];
  /** Metaclass attributes that matter: Enum classes keep their members here. */
  members?: Map<string, Instance>;
  metaclass?: ClassValue;
  /** A class of the engine. */
  native?: NativeClass;
  /** JS getters and setters live in `attrs` as Property; statics in `statics`. */
  readonly statics: Attrs = new Map();
  constructor(
    readonly name: string,
    readonly bases: readonly ClassValue[],
    readonly attrs: Attrs,
    readonly module?: ModuleValue,
    readonly at?: Span,
  ) {}
  /** Bases that could not be known: attributes not found may live there. */
  unknownBase?: Unknown;
  /** Bases that stand behind the first of those: what they have, it may have before them. */
  behindUnknown?: readonly ClassValue[];
  /** What the base that is not known is taken to be. */
  assumedBase?: ClassValue;
  /** Python: the `__getattribute__` of the program that all look-ups of attributes go through. */
  reads?: FunctionValue;
  /** Module-level qualified name, `torch.nn.Conv2d`. */
  qualname?: string;
  /** Python: annotations of the class body in order, for dataclasses and NamedTuple. */
  annotations?: Map<string, Value>;
}

export interface NativeClass {
  /** A framework layer: its ops are one row of the report. Containers and base classes are not. */
  readonly layer: boolean;
  /** Attributes in which its objects keep what they are made of; no program writes them by name. */
  readonly tables?: readonly string[];
  /** Called once for every class of the program that derives from this one, after its body ran. */
  readonly onSubclass?: (interp: Interp, cls: ClassValue) => void;
  /** Makes the bare object (`__new__`); absent: an Instance. */
  readonly create?: (interp: Interp, cls: ClassValue, args: readonly Value[], kwargs: Kwargs) => Value;
  /** What an instance or `super()` gives for a name that no class defines. */
  readonly missing?: () => Value;
}

/**
 * What a native class keeps of an object besides its attributes, where the program changes it bit by bit: layers added
 * to a model. Undecided branches put it back and join it as they do attributes.
 */
export abstract class NativeState {
  /** All that may change, as it is now. */
  abstract kept(): unknown;
  abstract putBack(kept: unknown): void;
  /** It is as it is now, or as the other side left it. */
  abstract join(other: unknown, why: Unknown): void;
}

/** An object with attributes. */
export class Instance {
  readonly kind = "instance";
  readonly born = ++births.count;
  readonly attrs: Attrs = new Map();
  /** The constructor call that made it. */
  site?: Site;
  /** The str, int or float inside an instance of a subclass of these (`class Mode(str, Enum)`). */
  payload?: Value;
  /** What a native class keeps for itself; never seen by the program. */
  native?: unknown;
  /** Why it may have attributes besides those that are known. */
  open?: Unknown | undefined;
  constructor(public cls: ClassValue) {}

  /** It gets attributes that are not known, which may be any, also those that it has. */
  takeUnknown(why: Unknown, keeps: (name: string, value: Value) => boolean = () => false): void {
    this.open ??= why;
    for (const [name, value] of this.attrs) if (!keeps(name, value)) this.attrs.set(name, why);
  }
}

export class ModuleValue {
  readonly kind = "module";
  /** Runs the module's body, or looks a name up in a framework's table; ABSENT when there is no such name. */
  load?: (name: string) => Value | Absent;
  /** What is assumed by reading a name of it; for modules that are tables of the engine. */
  assumes?: Conventions;
  /** JS: what a module exports, for loops and spreads over its namespace. */
  exported?: () => readonly string[];
  /** Why it may have any name: it was not read, or takes all names of a module that was not. */
  open?: Unknown;
  constructor(
    readonly name: string,
    readonly file?: string,
    readonly attrs: Attrs = new Map(),
  ) {}
}

export class Property {
  readonly kind = "property";
  constructor(
    readonly getter: Value,
    readonly setter?: Value,
    readonly cached = false,
  ) {}
}
export class StaticMethod {
  readonly kind = "staticmethod";
  constructor(readonly fn: Value) {}
}
export class ClassMethod {
  readonly kind = "classmethod";
  constructor(readonly fn: Value) {}
}
/** `super()`: attributes are looked up in `self`'s MRO after `after`. */
export class SuperValue {
  readonly kind = "super";
  constructor(
    readonly after: ClassValue,
    readonly self: Value,
  ) {}
}

/** An iterator or generator; `next` answers ABSENT when it is exhausted. */
export class Iter {
  readonly kind = "iter";
  /** The value a generator returned, once exhausted. */
  result: Value = null;
  /** Ends it where it stands: a generator's `return(value)` and `throw(error)`. */
  leave?: (how: "return" | "throw", value: Value) => Value | Absent;
  constructor(
    readonly next: (sent: Value) => Value | Absent,
    readonly typeName: string = "iterator",
  ) {}
}

export class RegexValue {
  readonly kind = "regex";
  /** JS: where the next match of a global expression starts. */
  lastIndex = 0;
  constructor(
    readonly source: string,
    readonly flags: string,
  ) {}
}

/** A size along one axis, or why it is not known. */
export type Dim = number | Unknown;
export type Shape = readonly Dim[];

/** What the report calls dtypes: float32, float16, bfloat16, float64, int64, int32, int8, uint8, bool, complex64. */
export type Dtype = string;

export interface ParameterInfo {
  readonly trainable: boolean | Unknown;
  /** A buffer or moving statistic: kept apart, not counted as a parameter. */
  readonly buffer?: boolean;
}

/** A tensor: a shape and a dtype; small integer tensors may keep their elements in `data`. */
export class Tensor {
  readonly kind = "tensor";
  readonly born = ++births.count;
  /** Views share the storage of what they look at. */
  storage: object = {};
  /** Set for parameters and buffers. */
  parameter?: ParameterInfo;
  /** The parameters that a weight is computed from, the one of its own shape first. */
  computedFrom?: readonly Tensor[];
  cls?: ClassValue;
  attrs?: Attrs;
  /** Where it was made, for shape errors ("gets 32 from pool1 (line 18)"). */
  site?: Site;
  /** Name of the op or layer that made it, likewise. */
  maker?: string;
  constructor(
    /** Unknown when even the rank is. */
    public shape: Shape | Unknown,
    public dtype: Dtype = "float32",
    /** Elements in row-major order, kept only when all are known and few (at most 4096). */
    public data?: readonly number[],
  ) {}
}

/** What cannot be known, and why, in words for the user: "needs num_classes". */
export class Unknown {
  readonly kind = "unknown";
  constructor(
    readonly reason: string,
    readonly at?: Span,
    /** As an item: may stand for none or any number of them, such as those that a loop over unknown data appends. */
    readonly isMany = false,
  ) {}

  /** Another value that is not known for the same reason. */
  anew(): Unknown {
    return new Unknown(this.reason, this.at);
  }

  /** In a message that names sizes. */
  toString(): string {
    return "?";
  }
}

/** What something unknown answered when it was called: an object that layers may hide in. */
export class UnreadAnswer extends Unknown {
  override anew(): UnreadAnswer {
    return new UnreadAnswer(this.reason, this.at);
  }
}

/** No layers hide in it, nor in what it answers: it comes from a library of data, logs or plots. */
export class Layerless extends Unknown {
  override anew(): Layerless {
    return new Layerless(this.reason, this.at);
  }
}

/** What an unknown value answers when it is called. */
export function answerOf(callee: Unknown): Unknown {
  return callee instanceof Layerless || callee instanceof UnreadAnswer || callee.isMany
    ? callee
    : new UnreadAnswer(callee.reason, callee.at);
}

/** A number that is read from a tensor's data, or how many of something they leave. */
export class OfData extends Layerless {
  override anew(): OfData {
    return new OfData(this.reason, this.at);
  }
}

/**
 * A Python int beyond 2^53, exact. Whatever does not ask for one sees an unknown value, never a rounded one;
 * native functions get one only where they say that they take it (`exactly`).
 */
export class LargeInt extends Layerless {
  constructor(readonly value: bigint) {
    super(INTEGER_TOO_LARGE);
  }
}

export const INTEGER_TOO_LARGE = "integer too large";

/** What stays of a large int where its value is not asked for, as an answer that is not known; others stay. */
export function opened<T extends Value>(value: T): T | Unknown {
  return value instanceof LargeInt ? new Unknown(value.reason) : value;
}

export const TRUE_ELLIPSIS = new Ellipsis();

export function isUnknown(value: unknown): value is Unknown {
  return value instanceof Unknown;
}

/** The number in an int, bool, Float or numeric payload; undefined for the rest. */
export function toNumber(value: Value): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value instanceof Float) return value.value;
  if (value instanceof Instance && value.payload !== undefined) return toNumber(value.payload);
  return undefined;
}

/** A float of the program, by itself or inside of an object: of a subclass, or of numpy's. */
export function isFloat(value: Value): boolean {
  if (value instanceof Float) return true;
  return value instanceof Instance && value.payload !== undefined && isFloat(value.payload);
}

/** An item that stands for any number of items, none included. */
export function asMany({ reason, at }: Unknown): Unknown {
  return new Unknown(reason, at, true);
}

export function isMany(value: Value): value is Unknown {
  return value instanceof Unknown && value.isMany;
}

/** Why the number of items is not known; undefined where it is. */
export function manyAmong(items: Iterable<Value>): Unknown | undefined {
  for (const item of items) if (isMany(item)) return item;
  return undefined;
}

/** An item that is not known may be one of the others, or stand for many. */
export function unknownItem(set: SetValue): Unknown | undefined {
  for (const item of set.entries.values())
    if (item instanceof Unknown && !(item instanceof LargeInt)) return item;
  return undefined;
}

/** Items of a list or tuple; undefined for the rest. */
export function toItems(value: Value): readonly Value[] | undefined {
  return value instanceof List || value instanceof Tuple ? value.items : undefined;
}
