/**
 * What a layer is given is read once, before anything is priced with it: each argument by what the framework takes for
 * it. What no framework can make a layer of (a negative size, a fraction, a text) is told in the framework's own words,
 * and unknown from there on. What ConvLens does not know stays unknown and is no error.
 */

import { emptyTable, entryOf, type Table } from "../../base/table.ts";
import type { Interp } from "../../interpret/interp.ts";
import type { Bound } from "../../interpret/native.ts";
import type { ParsedSignature } from "../../interpret/signature.ts";
import {
  BoundMethod,
  Bytes,
  ClassValue,
  Dict,
  Float,
  FunctionValue,
  INTEGER_TOO_LARGE,
  Instance,
  isFloat,
  isUnknown,
  List,
  ModuleValue,
  NativeFunction,
  toItems,
  toNumber,
  unknownBaseOf,
  type Value,
} from "../../interpret/values.ts";

/** What is taken for one argument. */
export interface Taken {
  /** Whole numbers alone, any number, one of `texts` alone, or what stands for a function: anything but a number. */
  readonly of: "int" | "real" | "text" | "function";
  readonly least?: number;
  readonly most?: number;
  /** A list of numbers is taken too: one deep, or of pairs (two deep). */
  readonly depth?: 0 | 1 | 2;
  /** A list has one item for each axis of the layer; with "one", a single item may stand for all of them. */
  readonly perAxis?: true | "one";
  /** Taken besides numbers: any text, or these in small letters. */
  readonly texts?: readonly string[] | "any";
  /** No number by itself, a list alone. */
  readonly list?: true;
  /** A float is taken where it is whole, though the framework refuses them elsewhere. */
  readonly floats?: true;
  /** None is taken, or inside of a list alone. A default is taken whatever it is. */
  readonly none?: true | "inside";
  readonly empty?: true;
  /** True and False count as numbers here, where the framework takes them in some places alone. */
  readonly bools?: true;
}

export type TakenTable = Readonly<Record<string, Taken>>;

/** One whole number, from `least` on. */
export const count = (least = 0): Taken => ({ of: "int", least });
/** One whole number, or a list of them. */
export const counts = (least = 0): Taken => ({ of: "int", least, depth: 1 });
/** Any whole number. */
export const INT: Taken = { of: "int" };
export const INTS: Taken = { of: "int", depth: 1 };
/** Any number: a rate of which nothing is asked where it is given. */
export const REAL: Taken = { of: "real" };
/** A share, such as that of the elements that a dropout drops. */
export const SHARE: Taken = { of: "real", least: 0, most: 1 };

/** Arguments of most frameworks. */
export const TAKEN: TakenTable = {
  in_channels: count(),
  out_channels: count(),
  in_features: count(),
  out_features: count(),
  num_features: count(),
  num_channels: count(),
  num_embeddings: count(),
  embedding_dim: count(),
  embedding_size: count(),
  normalized_shape: counts(),
  input_size: count(),
  hidden_size: count(),
  num_layers: count(1),
  num_heads: count(1),
  num_groups: count(1),
  kernel_size: counts(1),
  stride: counts(1),
  dilation: counts(1),
  groups: count(1),
};

/** What is wrong: of another kind, below or above what is possible, or a list of another length. */
export interface Fault {
  readonly what: "kind" | "fraction" | "least" | "most" | "length";
  readonly taken: Taken;
  /** The value as the running language writes it. */
  readonly shown: string;
}

/** `size` names the argument. */
export type Words = (size: string, fault: Fault) => string;

export const PLAIN_WORDS: Words = (size, { what, taken, shown }) => {
  if (taken.of === "text") return `${size} must be ${textsOf(taken)}, gets ${shown}`;
  if (what === "length") return `${size} must have one size for each axis, gets ${shown}`;
  if (what === "kind" || what === "fraction") return `${size} must be ${kindName(taken)}, gets ${shown}`;
  const { least, most } = taken;
  if (most !== undefined) return `${size} must be ${least ?? 0} to ${most}, gets ${shown}`;
  return `${size} must ${least === 0 && /padding/.test(size) ? "not be negative" : "be positive"}, gets ${shown}`;
};

export function textsOf({ texts = [] }: Taken): string {
  return texts === "any" ? "a text" : `one of ${texts.join(", ")}`;
}

export function kindName({ of, list }: Taken): string {
  if (list) return "a list of integers";
  return of === "real" ? "a number" : "an integer";
}

export interface ArgumentCheck {
  readonly layer: string;
  readonly taken: TakenTable;
  readonly words: Words;
  /** The error that the framework raises. */
  readonly error: string;
  /** The error for what is no number at all, where it is another one. */
  readonly kindError?: string;
  /** Floats are refused, whole or not. */
  readonly intsOnly?: boolean;
  /** Texts are taken letter by letter, `SAME` is not `same`. */
  readonly exactTexts?: boolean;
  /** True and False are refused. */
  readonly noBools?: boolean;
  /** How many axes the layer slides over, where its name tells. */
  readonly axes?: number | undefined;
  /** What reads the arguments notes itself which unknown ones it reads. */
  readonly notesUnknown?: true;
  /** Flags that stay unknown where they are, for what reads them asks; others are taken for their defaults. */
  readonly asked?: ReadonlySet<string>;
  /** Its defaults are taken, and its flags are read as the language reads truth. */
  readonly signature?: ParsedSignature;
}

/** What most frameworks on JAX say of a layer's arguments. */
export function plainCheck(layer: string, taken: TakenTable, signature: ParsedSignature): ArgumentCheck {
  return {
    layer,
    taken,
    words: PLAIN_WORDS,
    error: "ValueError",
    intsOnly: true,
    signature,
    axes: axesOf(layer),
  };
}

/** The arguments with unknowns for what cannot be, and with True or False for flags. */
export function possibleArguments(interp: Interp, given: Bound, check: ArgumentCheck): Bound {
  let checked: Table<Value> | undefined;
  const defaults = check.signature && defaultsOf(check.signature);
  for (const [name, value] of Object.entries(given)) {
    const size = argument(interp, name, value, check, defaults?.get(name));
    if (size === value) continue;
    checked ??= Object.assign(emptyTable<Value>(), given);
    checked[name] = size;
  }
  return checked ?? given;
}

const defaultTables = new WeakMap<ParsedSignature, ReadonlyMap<string, Value>>();

function defaultsOf(signature: ParsedSignature): ReadonlyMap<string, Value> {
  let known = defaultTables.get(signature);
  if (!known) {
    known = new Map(
      signature.params.filter((param) => !param.required).map(({ name, fallback }) => [name, fallback]),
    );
    defaultTables.set(signature, known);
  }
  return known;
}

function argument(interp: Interp, name: string, value: Value, check: ArgumentCheck, fallback: Value): Value {
  if (value === undefined || (value === fallback && typeof value !== "number")) return value;
  if (typeof fallback === "boolean" && typeof value !== "boolean") {
    const truth = interp.truthy(value);
    if (!isUnknown(truth)) return truth;
    if (check.notesUnknown) return value;
    interp.gap(truth.reason);
    return check.asked?.has(name) ? value : fallback;
  }
  const taken = entryOf(check.taken, name);
  if (taken === undefined) return value;
  const wrong = new Reader(interp, check, taken).fault(value);
  if (wrong === undefined) return value;
  if (wrong === INTEGER_TOO_LARGE) {
    interp.gap(`${check.layer}: ${name} is too large an integer`);
    return value;
  }
  const isKind = wrong.what === "kind" || wrong.what === "fraction";
  const error = isKind ? (check.kindError ?? check.error) : check.error;
  return refuse(interp, error, `${check.layer}: ${check.words(name, wrong)}`);
}

/** Looks at one argument for what is wrong with it. */
class Reader {
  constructor(
    private readonly interp: Interp,
    private readonly check: ArgumentCheck,
    private readonly taken: Taken,
  ) {}

  fault(value: Value): Fault | typeof INTEGER_TOO_LARGE | undefined {
    return this.at(value, 0, true);
  }

  /** `depth` lists are around it; `first` where it is no later item of one. */
  private at(value: Value, depth: number, first: boolean): Fault | typeof INTEGER_TOO_LARGE | undefined {
    const { taken } = this;
    if (taken.of === "function") return toNumber(value) === undefined ? undefined : this.wrong("kind", value);
    if (isUnknown(value))
      return (taken.of !== "real" || taken.most !== undefined) && value.reason === INTEGER_TOO_LARGE
        ? INTEGER_TOO_LARGE
        : undefined;
    if (value === null || value === undefined) {
      const isTaken = taken.none === true || (taken.none === "inside" && depth > 0);
      return isTaken ? undefined : this.wrong("kind", value);
    }
    if (typeof value === "string") return this.isText(value, depth) ? undefined : this.wrong("kind", value);
    const items = toItems(value);
    if (items) return this.list(value, items, depth);
    const number = toNumber(value);
    if (number === undefined) return isNoNumber(value) ? this.wrong("kind", value) : undefined;
    if (taken.of === "text" || (taken.list && depth === 0)) return this.wrong("kind", value);
    if (typeof value === "boolean" && this.check.noBools && !taken.bools && first)
      return this.wrong("kind", value);
    return this.number(value, number);
  }

  private isText(value: string, depth: number): boolean {
    const { texts } = this.taken;
    return (
      texts === "any" ||
      (depth === 0 && texts?.includes(this.check.exactTexts ? value : value.toLowerCase()) === true)
    );
  }

  private number(value: Value, number: number): Fault | undefined {
    const { of, least, most } = this.taken;
    if (of === "int") {
      if (isFloat(value) && this.check.intsOnly && !this.taken.floats) return this.wrong("kind", value);
      if (!Number.isSafeInteger(number)) return this.wrong("fraction", value);
    }
    const isBounded = least !== undefined || most !== undefined;
    if ((isBounded && Number.isNaN(number)) || (least !== undefined && number < least))
      return this.wrong("least", value);
    return most !== undefined && number > most ? this.wrong("most", value) : undefined;
  }

  private list(
    value: Value,
    items: readonly Value[],
    depth: number,
  ): Fault | typeof INTEGER_TOO_LARGE | undefined {
    const { taken } = this;
    if (depth >= (taken.depth ?? 0)) return this.wrong("kind", value);
    if (items.length === 0) return taken.empty ? undefined : this.wrong("kind", value);
    const axes = taken.perAxis && depth === 0 ? this.check.axes : undefined;
    const isLength = axes === undefined || items.length === axes;
    if (!isLength && !(taken.perAxis === "one" && items.length === 1)) return this.wrong("length", value);
    for (const [index, item] of items.entries()) {
      const fault = this.at(item, depth + 1, index === 0);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  private wrong(what: Fault["what"], value: Value): Fault {
    return { what, taken: this.taken, shown: shown(this.interp, value) };
  }
}

/** Axes that a layer's name tells: `Conv2d`, `MaxPooling1D`, `Conv2DTranspose`. */
export function axesOf(layer: string): number | undefined {
  const digit = /([123])[dD]/.exec(layer)?.[1];
  return digit === undefined ? undefined : Number(digit);
}

const NUMBER_METHODS = ["__index__", "__int__", "__float__", "__iter__", "__getitem__", "valueOf"];

/** What is known to be no number and no list of them. Objects of the program may be either. */
function isNoNumber(value: Value): boolean {
  if (value instanceof Instance) {
    const { mro } = value.cls;
    if (unknownBaseOf(mro)) return false;
    return !mro.some((cls) => NUMBER_METHODS.some((name) => cls.attrs.has(name) && cls.name !== "Object"));
  }
  const kinds = [BoundMethod, Bytes, ClassValue, Dict, FunctionValue, ModuleValue, NativeFunction];
  return kinds.some((kind) => value instanceof kind);
}

const LONGEST = 60;

/** As a message has it: numbers, texts and lists of them as the language writes them, others by their kind. */
export function shown(interp: Interp, value: Value): string {
  const kind = kindOf(interp, value);
  if (kind !== undefined) return kind;
  const text =
    typeof value === "string" && interp.language !== "python" ? JSON.stringify(value) : interp.repr(value);
  return isUnknown(text) ? "what is not known" : text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function kindOf(interp: Interp, value: Value): string | undefined {
  if (value === undefined) return interp.language === "python" ? "None" : "undefined";
  if (value instanceof List && value.items.some((item) => kindOf(interp, item) !== undefined))
    return "a list";
  if (value === null || typeof value !== "object" || value instanceof Float || toItems(value))
    return undefined;
  if (value instanceof Instance)
    return value.payload === undefined ? `an object (${value.cls.name})` : undefined;
  if (value instanceof ClassValue) return `the class ${value.name}`;
  if (value instanceof Bytes) return undefined;
  return interp.isCallable(value) ? "a function" : `a ${value.kind}`;
}

function refuse(interp: Interp, error: string, message: string): Value {
  const lost = interp.fail(error, message, { severity: "error", code: "impossible-size" });
  // The program ends here: what it would have cost is not known, whether the layer runs or not.
  interp.gap(message);
  return lost;
}
