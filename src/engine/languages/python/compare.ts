/** Truth, equality, order, identity: Python's comparisons. */

import type { Interp } from "../../interpret/interp.ts";
import { unknownKey } from "../../interpret/unknownChange.ts";
import {
  BoundMethod,
  Bytes,
  ClassValue,
  Dict,
  Float,
  Instance,
  isUnknown,
  LargeInt,
  List,
  manyAmong,
  opened,
  Range,
  SetValue,
  Slice,
  Tensor,
  Tuple,
  toItems,
  type Unknown,
  unknownItem,
  type Value,
} from "../../interpret/values.ts";
import type { CompareOp } from "../../syntax/ast.ts";
import { callDunder, dunder, isNumeric, isPlain, NOT_IMPLEMENTED, typeName, unwrap } from "./core.ts";
import { isSubset } from "./dict.ts";
import { exactPair, isOpen } from "./integers.ts";
import { builtinLength, contains } from "./sequences.ts";

/** `bool(value)`. */
export function truthy(interp: Interp, value: Value): boolean | Unknown {
  switch (typeof value) {
    case "boolean":
      return value;
    case "number":
      return value !== 0;
    case "string":
      return value !== "";
  }
  if (value === null || value === undefined) return false;
  if (isUnknown(value)) return value instanceof LargeInt || value;
  if (value instanceof Float) return value.value !== 0;
  if (value instanceof ClassValue) return true;
  const asked = dunder(interp, value, "__bool__") ?? dunder(interp, value, "__len__");
  if (asked !== undefined) {
    const answer = callDunder(interp, asked, value);
    return typeof answer === "object" && answer !== null && answer.kind !== "float" && !isUnknown(answer)
      ? true
      : truthy(interp, answer);
  }
  if (value instanceof Tensor) return interp.unknown("a tensor's values are not known");
  if (value instanceof Instance && value.payload !== undefined) return truthy(interp, value.payload);
  const size = builtinLength(value);
  if (!isUnknown(size)) return size === undefined || size > 0;
  const isSure = toItems(value)?.some((item) => !isUnknown(item) || !item.isMany);
  return isSure ? true : size;
}

const DUNDERS: Partial<Record<CompareOp, readonly [string, string]>> = {
  "==": ["__eq__", "__eq__"],
  "!=": ["__ne__", "__ne__"],
  "<": ["__lt__", "__gt__"],
  "<=": ["__le__", "__ge__"],
  ">": ["__gt__", "__lt__"],
  ">=": ["__ge__", "__le__"],
};

export function compare(interp: Interp, op: CompareOp, a: Value, b: Value): Value {
  switch (op) {
    case "in":
      return contains(interp, b, a);
    case "not in": {
      const found = contains(interp, b, a);
      return isUnknown(found) ? found : !found;
    }
    case "is":
      return isSame(a, b);
    case "is not": {
      const same = isSame(a, b);
      return isUnknown(same) ? same : !same;
    }
  }
  if (typeof a === "number" && typeof b === "number") return order(op, a, b);
  if (a instanceof LargeInt || b instanceof LargeInt) {
    const answer = compareLarge(op, unwrap(a), unwrap(b));
    if (answer !== undefined) return answer;
  }
  if (isUnknown(a)) return opened(a);
  if (isUnknown(b)) return opened(b);
  return byDunder(interp, op, a, b) ?? byValue(interp, op, a, b);
}

/** Ints of any size beside numbers, and told apart from all else. */
function compareLarge(op: CompareOp, a: Value, b: Value): boolean | undefined {
  const pair = exactPair(a, b);
  if (pair) return order(op, ...pair);
  if (isOpen(a) || isOpen(b) || !(isPlain(a) && isPlain(b))) return undefined;
  return op === "==" ? false : op === "!=" ? true : undefined;
}

/** The operands' own dunders, the right one's first when its class derives from the left one's. */
function byDunder(interp: Interp, op: CompareOp, a: Value, b: Value): Value | undefined {
  const names = DUNDERS[op];
  if (names === undefined) return undefined;
  const left = [a, names[0], b] as const;
  const right = [b, names[1], a] as const;
  for (const [self, name, other] of derivesFrom(interp, b, a) ? [right, left] : [left, right]) {
    const method = dunder(interp, self, name);
    if (method !== undefined && method !== null) {
      const answer = callDunder(interp, method, self, [other]);
      if (answer !== NOT_IMPLEMENTED) return answer;
    } else if (op === "!=" && method === undefined) {
      const equal = byDunder(interp, "==", a, b);
      if (equal === undefined) return undefined;
      const truth = equal instanceof Tensor ? undefined : truthy(interp, equal);
      return truth === undefined ? equal : isUnknown(truth) ? truth : !truth;
    }
  }
  return undefined;
}

function derivesFrom(interp: Interp, value: Value, other: Value): boolean {
  if (!(value instanceof Instance && other instanceof Instance)) return false;
  return value.cls !== other.cls && interp.isSubclass(value.cls, other.cls);
}

function byValue(interp: Interp, op: CompareOp, a: Value, b: Value): Value {
  const x = unwrap(a);
  const y = unwrap(b);
  if (op === "==" || op === "===") return sameValue(interp, x, y);
  if (op === "!=" || op === "!==") {
    const same = sameValue(interp, x, y);
    return isUnknown(same) ? same : !same;
  }
  if (isNumeric(x) && isNumeric(y)) return order(op, numberOf(x), numberOf(y));
  if (typeof x === "string" && typeof y === "string") return order(op, codeOrder(x, y), 0);
  if (x instanceof Bytes && y instanceof Bytes) return order(op, codeOrder(x.value, y.value), 0);
  if ((x instanceof List && y instanceof List) || (x instanceof Tuple && y instanceof Tuple)) {
    return interp.nested(() => compareItems(interp, op, x.items, y.items));
  }
  if (x instanceof SetValue && y instanceof SetValue) {
    interp.tick(Math.min(x.entries.size, y.entries.size));
    return unknownItem(x) ?? unknownItem(y) ?? compareSets(op, x, y);
  }
  return interp.fail(
    "TypeError",
    `'${op}' not supported between instances of '${typeName(interp, a)}' and '${typeName(interp, b)}'`,
  );
}

function numberOf(value: number | boolean | Float): number {
  return value instanceof Float ? value.value : Number(value);
}

/** By code points: the two halves of a pair come before the last part of what one unit holds. */
function codeOrder(a: string, b: string): number {
  if (a === b) return 0;
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at++;
  if (at > 0 && isPair(a, at - 1) !== isPair(b, at - 1)) at--;
  return (a.codePointAt(at) ?? -1) < (b.codePointAt(at) ?? -1) ? -1 : 1;
}

function isPair(text: string, at: number): boolean {
  return (text.codePointAt(at) ?? 0) > 0xffff;
}

function order(op: CompareOp, a: number | bigint, b: number | bigint): boolean {
  switch (op) {
    case "<":
      return a < b;
    case "<=":
      return a <= b;
    case ">":
      return a > b;
    case ">=":
      return a >= b;
    // A bigint equals a number loosely only.
    case "!=":
    case "!==":
      return !(a <= b && a >= b);
    default:
      return a <= b && a >= b;
  }
}

function compareItems(interp: Interp, op: CompareOp, a: readonly Value[], b: readonly Value[]): Value {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    interp.tick(1);
    const same = equals(interp, a[i], b[i]);
    if (isUnknown(same)) return same;
    if (!same) return interp.compare(op, a[i], b[i]);
  }
  return order(op, a.length, b.length);
}

function compareSets(op: CompareOp, a: SetValue, b: SetValue): boolean {
  const [small, large] = op === "<" || op === "<=" ? [a, b] : [b, a];
  const strict = op === "<" || op === ">";
  return isSubset(small, large) && !(strict && small.entries.size === large.entries.size);
}

/** `a == b` as a truth. */
export function equals(interp: Interp, a: Value, b: Value): boolean | Unknown {
  if (a === b && (typeof a !== "object" || a === null)) return true;
  const answer = compare(interp, "==", a, b);
  if (isUnknown(answer)) return answer;
  return typeof answer === "boolean" ? answer : truthy(interp, answer);
}

function sameValue(interp: Interp, a: Value, b: Value): boolean | Unknown {
  if (a === b) return !(a instanceof Float && Number.isNaN(a.value));
  if (isNumeric(a) && isNumeric(b)) return numberOf(a) === numberOf(b);
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return false;
  if ((a instanceof List && b instanceof List) || (a instanceof Tuple && b instanceof Tuple)) {
    return interp.nested(() => sameItems(interp, a.items, b.items));
  }
  if (a instanceof Dict && b instanceof Dict) return interp.nested(() => sameDicts(interp, a, b));
  if (a instanceof SetValue && b instanceof SetValue) {
    interp.tick(a.entries.size);
    return unknownItem(a) ?? unknownItem(b) ?? (a.entries.size === b.entries.size && isSubset(a, b));
  }
  if (a instanceof Bytes && b instanceof Bytes) return a.value === b.value;
  if (a instanceof Range && b instanceof Range) return sameRanges(a, b);
  if (a instanceof Slice && b instanceof Slice) {
    return sameItems(interp, [a.start, a.stop, a.step], [b.start, b.stop, b.step]);
  }
  if (a instanceof BoundMethod && b instanceof BoundMethod) return a.fn === b.fn && a.self === b.self;
  return false;
}

function sameItems(interp: Interp, a: readonly Value[], b: readonly Value[]): boolean | Unknown {
  if (a.length !== b.length) return manyAmong(a) ?? manyAmong(b) ?? false;
  interp.tick(a.length);
  let doubt: Unknown | undefined;
  for (let i = 0; i < a.length; i++) {
    const same = a[i] === b[i] && !isUnknown(a[i]) ? true : equals(interp, a[i], b[i]);
    if (same === false) return false;
    if (isUnknown(same)) doubt ??= same;
  }
  return doubt ?? true;
}

function sameDicts(interp: Interp, a: Dict, b: Dict): boolean | Unknown {
  const open = unknownKey(interp, a) ?? unknownKey(interp, b);
  if (open) return open;
  if (a.entries.size !== b.entries.size) return false;
  interp.tick(a.entries.size);
  let doubt: Unknown | undefined;
  for (const [key, entry] of a.entries) {
    const other = b.entries.get(key);
    if (other === undefined) return false;
    const same = equals(interp, entry.value, other.value);
    if (same === false) return false;
    if (isUnknown(same)) doubt ??= same;
  }
  return doubt ?? true;
}

function sameRanges(a: Range, b: Range): boolean {
  if (a.length !== b.length) return false;
  return a.length === 0 || (a.start === b.start && (a.length === 1 || a.step === b.step));
}

/** `a is b`. Undefined stands for None where JS-made values leak in. */
function isSame(a: Value, b: Value): boolean | Unknown {
  if (isUnknown(a)) return a;
  if (isUnknown(b)) return b;
  return (a ?? null) === (b ?? null);
}
