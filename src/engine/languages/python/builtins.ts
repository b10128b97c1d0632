/** Python's built-in functions and names. `locals`, `globals` and `super` need the running scope: the machine's. */
import type { Interp } from "../../interpret/interp.ts";
import { type Bound, def, exactly, type NativeImpl } from "../../interpret/native.ts";
import { changeAttributes } from "../../interpret/unknownChange.ts";
import {
  ABSENT,
  type Absent,
  Bytes,
  ClassValue,
  Dict,
  Instance,
  isUnknown,
  List,
  ModuleValue,
  TRUE_ELLIPSIS,
  Tuple,
  type Unknown,
  unknownBaseOf,
  type Value,
} from "../../interpret/values.ts";
import { NOT_IMPLEMENTED, strictExact, toInt, toText, tryDunder, typeName, unwrap } from "./core.ts";
import { hashNumber, identity } from "./dict.ts";
import { mayBind, NOT_FOLLOWED } from "./execText.ts";
import { openFile } from "./files.ts";
import { format } from "./format.ts";
import { bitsOf, floorDivide, isOpen, toWhole, whole } from "./integers.ts";
import { isInstance, isSubclassOf } from "./isinstance.ts";
import { iterationBuiltins } from "./iteration.ts";
import { literal } from "./literal.ts";
import { binary } from "./operators.ts";
import { items, iterate } from "./sequences.ts";
import { extreme, sorted } from "./sorting.ts";
import { ascii, repr } from "./text.ts";
import { builtinClass, HIDDEN_CLASSES, NAMED_CLASSES } from "./types/index.ts";
import { absolute, round } from "./types/numbers.ts";
import { argsOf, ownAttrs } from "./types/object.ts";

export { builtinTypeName } from "./core.ts";
export { isInstance, isSubclassOf } from "./isinstance.ts";

type Entry = readonly [string, NativeImpl];

/** Functions that know their answer only when all arguments are known. */
const STRICT: Readonly<Record<string, Entry>> = {
  abs: ["x", (a, interp) => absolute(interp, a.x)],
  ascii: ["x", (a, interp) => ascii(interp, a.x)],
  bin: ["x", (a, interp) => radix(interp, a.x, "b")],
  oct: ["x", (a, interp) => radix(interp, a.x, "o")],
  hex: ["x", (a, interp) => radix(interp, a.x, "x")],
  chr: ["i", (a, interp) => character(interp, a.i)],
  ord: ["c", (a, interp) => code(interp, a.c)],
  divmod: ["a, b", (a, interp) => new Tuple([interp.binary("//", a.a, a.b), interp.binary("%", a.a, a.b)])],
  pow: ["base, exp, mod=None", (a, interp) => power(interp, a)],
  round: ["number, ndigits=None", (a, interp) => round(interp, a.number, a.ndigits)],
  format: ["value, format_spec=''", (a, interp) => format(interp, a.value, toText(a.format_spec) ?? "")],
  hash: ["x", (a, interp) => hash(interp, a.x)],
  sorted: [
    "iterable, *, key=None, reverse=False",
    (a, interp) => {
      const all = items(interp, a.iterable);
      const order = isUnknown(all) ? all : sorted(interp, all, a.key, a.reverse);
      return isUnknown(order) ? order : new List([...order]);
    },
  ],
  min: ["*args, key=None, default=undefined", (a, interp) => best(interp, "<", a)],
  max: ["*args, key=None, default=undefined", (a, interp) => best(interp, ">", a)],
  sum: ["iterable, start=0", (a, interp) => total(interp, a.iterable, a.start)],
  eval: ["source, globals=None, locals=None", (a, interp) => evaluate(interp, a.source)],
  memoryview: ["object", (_, interp) => interp.unknown("memoryview is not followed")],
  compile: ["*args, **kwargs", (_, interp) => interp.unknown("compiled text is not followed")],
  open: [
    "file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None",
    (a, interp) => openFile(interp, a.file, toText(a.mode) ?? "r"),
  ],
};

const OTHERS: Readonly<Record<string, Entry>> = {
  all: ["iterable", (a, interp) => quantify(interp, a.iterable, false)],
  any: ["iterable", (a, interp) => quantify(interp, a.iterable, true)],
  callable: ["x", (a, interp) => (isUnknown(a.x) ? a.x : interp.isCallable(a.x))],
  len: ["x", (a, interp) => interp.length(a.x)],
  repr: ["x", (a, interp) => repr(interp, a.x)],
  id: ["x", (a, interp) => (isUnknown(a.x) ? a.x : idOf(interp, a.x))],
  print: ["*args, sep=' ', end='', file=None, flush=False", () => null],
  get_ipython: ["", (_, interp) => interp.unknown("the notebook's kernel answers at run time")],
  input: ["prompt=''", (_, interp) => interp.unknown("input() is decided at run time")],
  breakpoint: ["*args, **kwargs", () => null],
  exec: [
    "source, globals=None, locals=None",
    (a, interp) => {
      interp.gap(NOT_FOLLOWED);
      for (const namespace of [a.globals, a.locals])
        if (namespace instanceof Dict) mayBind(interp, namespace, a.source);
      return null;
    },
  ],
  isinstance: ["x, cls", (a, interp) => isInstance(interp, a.x, a.cls)],
  issubclass: ["cls, base", (a, interp) => isSubclassOf(interp, a.cls, a.base)],
  getattr: ["x, name, default=undefined", (a, interp) => getAttribute(interp, a)],
  hasattr: [
    "x, name",
    (a, interp) => {
      if (isUnknown(a.x)) return a.x;
      if (isUnknown(a.name)) return a.name;
      const found = interp.lookup(a.x, String(unwrap(a.name)));
      assumeLibrary(interp, a.x, String(unwrap(a.name)), found);
      return isUnknown(found) && isUncertain(a.x) ? found : found !== ABSENT;
    },
  ],
  setattr: [
    "x, name, value",
    (a, interp) => {
      const name = toText(a.name);
      if (name === undefined) unknownName(interp, a.x, a.name);
      else interp.setAttr(a.x, name, a.value);
      return null;
    },
  ],
  delattr: [
    "x, name",
    (a, interp) => {
      const name = toText(a.name);
      if (name === undefined) unknownName(interp, a.x, a.name);
      else interp.deleteAttr(a.x, name);
      return null;
    },
  ],
  vars: ["x", (a, interp) => interp.getAttr(a.x, "__dict__")],
  dir: ["x=None", (a, interp) => directory(interp, a.x)],
  __import__: [
    "name, globals=None, locals=None, fromlist=(), level=0",
    (a, interp) => (isUnknown(a.name) ? a.name : interp.importModule(String(a.name))),
  ],
};

function radix(interp: Interp, value: Value, type: string): Value {
  const number = toWhole(unwrap(value)) ?? toWhole(tryDunder(interp, value, "__index__"));
  if (number === undefined) {
    return interp.fail(
      "TypeError",
      `'${typeName(interp, value)}' object cannot be interpreted as an integer`,
    );
  }
  return format(interp, whole(number), `#${type}`);
}

function character(interp: Interp, value: Value): Value {
  const number = toInt(value);
  if (number === undefined || number < 0 || number > 0x10ffff) {
    return interp.fail("ValueError", "chr() arg not in range(0x110000)");
  }
  return String.fromCodePoint(number);
}

function code(interp: Interp, value: Value): Value {
  const text = toText(value);
  if (text === undefined || [...text].length !== 1)
    return interp.fail("TypeError", "ord() expected a character");
  return text.codePointAt(0);
}

/** Bits of two factors whose product takes a step of its own. */
const BITS_A_PRODUCT = 640;

function power(interp: Interp, a: Bound): Value {
  if (a.mod === null) return interp.binary("**", a.base, a.exp);
  const [base, exponent, modulus] = [a.base, a.exp, a.mod].map((part) => toWhole(unwrap(part)));
  if (base === undefined || exponent === undefined || modulus === undefined)
    return interp.fail("TypeError", "pow() 3rd argument not allowed unless all arguments are integers");
  if (modulus === 0n) return interp.fail("ValueError", "pow() 3rd argument cannot be 0");
  const start = exponent < 0n ? inverse(base, modulus) : base;
  if (start === undefined) return interp.fail("ValueError", "base is not invertible for the given modulus");
  let result = 1n;
  let square = start % modulus;
  // A product takes time by the square of its factors' size.
  const steps = 1 + Math.floor((bitsOf(modulus) / BITS_A_PRODUCT) ** 2);
  for (let rest = exponent < 0n ? -exponent : exponent; rest > 0n; rest >>= 1n) {
    interp.tick(steps);
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return whole(result - modulus * floorDivide(result, modulus));
}

/** What gives 1 with `value`, by a modulus; undefined where nothing does. */
function inverse(value: bigint, modulus: bigint): bigint | undefined {
  const size = modulus < 0n ? -modulus : modulus;
  let [a, b] = [((value % size) + size) % size, size];
  let [x, y] = [1n, 0n];
  while (b !== 0n) {
    const times = a / b;
    [a, b] = [b, a - times * b];
    [x, y] = [y, x - times * y];
  }
  return a === 1n || size === 1n ? x : undefined;
}

function best(interp: Interp, op: "<" | ">", a: Bound): Value {
  const args = argsOf(a.args);
  const all = args.length === 1 ? items(interp, args[0]) : args;
  if (isUnknown(all)) return all;
  if (all.length > 0) return extreme(interp, op, all, a.key);
  const name = op === "<" ? "min" : "max";
  return a.default === undefined
    ? interp.fail("ValueError", `${name}() arg is an empty sequence`)
    : a.default;
}

function total(interp: Interp, iterable: Value, start: Value): Value {
  const iterator = iterate(interp, iterable);
  if (isUnknown(iterator)) return iterator;
  let sum = start;
  for (let step = iterator.next(); !step.done; step = iterator.next()) {
    interp.tick();
    sum = binary(interp, "+", sum, step.value);
    if (isOpen(sum)) return sum;
  }
  return sum;
}

/** `any` looks for a true value, `all` for a false one. */
function quantify(interp: Interp, iterable: Value, sought: boolean): Value {
  const iterator = iterate(interp, iterable);
  if (isUnknown(iterator)) return iterator;
  let doubt: Unknown | undefined;
  for (let step = iterator.next(); !step.done; step = iterator.next()) {
    interp.tick();
    const truth = interp.truthy(step.value);
    if (truth === sought) return sought;
    if (isUnknown(truth)) doubt ??= truth;
  }
  return doubt ?? !sought;
}

function evaluate(interp: Interp, source: Value): Value {
  const text = toText(source);
  if (text === undefined) return interp.unknown("eval() of this is not followed");
  const value = literal(text.trim());
  if (value !== ABSENT) return value;
  const name = text.trim();
  if (/^[A-Za-z_]\w*$/.test(name)) {
    const cls = builtinClass(name);
    if (cls) return cls;
  }
  return interp.unknown("eval() of text is not followed");
}

/** A text's hash is another in each run: only a `__hash__` of the program, whose number nobody sees, may use it. */
function hash(interp: Interp, value: Value): Value {
  const number = hashNumber(interp, value);
  if (isUnknown(number) || interp.runningFunction === "__hash__" || !holdsText(value)) return number;
  return interp.unknown("the hash of a text is not known before the program runs");
}

function holdsText(value: Value): boolean {
  if (value instanceof Tuple) return value.items.some(holdsText);
  return toText(value) !== undefined || value instanceof Bytes;
}

function idOf(interp: Interp, value: Value): Value {
  if (value !== null && typeof value === "object") return identity(interp, value);
  return hashNumber(interp, value);
}

function unknownName(interp: Interp, owner: Value, name: Value): void {
  const reason = "the name of an attribute is not known";
  interp.gap(reason);
  changeAttributes(interp, owner, isUnknown(name) ? name : interp.unknown(reason));
}

/** An object may have attributes that are not seen, and one whose class has an unknown base. */
function isUncertain(value: Value): boolean {
  if (value instanceof ModuleValue) return value.open !== undefined;
  if (value instanceof Instance && value.open) return true;
  const cls = value instanceof Instance ? value.cls : value instanceof ClassValue ? value : undefined;
  return cls !== undefined && unknownBaseOf(cls.mro) !== undefined;
}

function getAttribute(interp: Interp, a: Bound): Value {
  if (isUnknown(a.x)) return a.x;
  if (isUnknown(a.name)) return a.name;
  const name = toText(a.name);
  if (name === undefined) return interp.fail("TypeError", "attribute name must be string");
  if (a.default === undefined) return interp.getAttr(a.x, name);
  const found = interp.lookup(a.x, name);
  assumeLibrary(interp, a.x, name, found);
  return found === ABSENT ? a.default : found;
}

/** Whether a library has a name hangs on its version. */
function assumeLibrary(interp: Interp, library: Value, name: string, found: Value | Absent): void {
  if (library instanceof ModuleValue && library.file === undefined)
    interp.assume("branch", `${library.name} has ${found === ABSENT ? "no " : ""}${name}`);
}

function directory(interp: Interp, value: Value): Value {
  const names = new Set(ownAttrs(value)?.keys() ?? []);
  const type = value instanceof ClassValue ? value : interp.typeOf(value);
  if (!isUnknown(type) && !(value instanceof ModuleValue)) {
    for (const cls of type.mro) for (const name of cls.attrs.keys()) names.add(name);
  }
  return new List([...names].sort());
}

const CONSTANTS: Readonly<Record<string, Value>> = {
  NotImplemented: NOT_IMPLEMENTED,
  Ellipsis: TRUE_ELLIPSIS,
  __debug__: true,
};

/** All built-in names of one interpreter. Its functions are its own; the classes are shared and never change. */
/** The builtins of a program, and the module of that name, whose attributes they are. */
export function createBuiltins(): Map<string, Value> {
  const names = new Map<string, Value>([...HIDDEN_CLASSES, ...NAMED_CLASSES]);
  names.set("bytearray", builtinClass("bytes"));
  for (const [name, value] of Object.entries(CONSTANTS)) names.set(name, value);
  for (const [name, [signature, impl]] of Object.entries(STRICT))
    names.set(name, def(name, signature, strictExact(impl)));
  for (const [name, [signature, impl]] of Object.entries({ ...OTHERS, ...iterationBuiltins })) {
    names.set(name, def(name, signature, exactly(impl)));
  }
  names.set("__builtins__", new ModuleValue("builtins", undefined, names));
  return names;
}
