/** Python's unary and binary operators over all kinds of values, dunders and their reflections included. */

import type { Interp } from "../../interpret/interp.ts";
import {
  Bytes,
  Dict,
  Float,
  INTEGER_TOO_LARGE,
  Instance,
  isUnknown,
  LargeInt,
  List,
  OfData,
  SetValue,
  Tensor,
  Tuple,
  Unknown,
  type Value,
} from "../../interpret/values.ts";
import type { BinaryOp, UnaryOp } from "../../syntax/ast.ts";
import { truthy } from "./compare.ts";
import {
  callDunder,
  dunder,
  isNumeric,
  NOT_IMPLEMENTED,
  toInt,
  tryDunder,
  typeName,
  unwrap,
} from "./core.ts";
import { combineSets, setOf } from "./dict.ts";
import { unionOf } from "./generics.ts";
import { largeArithmetic, whole } from "./integers.ts";
import { arithmetic, int } from "./numbers.ts";
import { percentFormat } from "./percent.ts";
import { items } from "./sequences.ts";

export { compare, equals, truthy } from "./compare.ts";

const DUNDERS: Readonly<Record<BinaryOp, string>> = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "/": "truediv",
  "//": "floordiv",
  "%": "mod",
  "**": "pow",
  "@": "matmul",
  "&": "and",
  "|": "or",
  "^": "xor",
  "<<": "lshift",
  ">>": "rshift",
  ">>>": "rshift",
};

export function binary(interp: Interp, op: BinaryOp, a: Value, b: Value): Value {
  if ((typeof a === "number" || a instanceof Float) && (typeof b === "number" || b instanceof Float)) {
    return arithmetic(interp, op, a, b) ?? unsupported(interp, op, a, b);
  }
  // Of two unknowns the one that may hide layers is the reason, not the one that is read from data.
  const isFirst = isUnknown(a) && !(a instanceof OfData && isUnknown(b));
  const unknown = isFirst ? a : isUnknown(b) ? b : undefined;
  const large = unknown instanceof LargeInt || b instanceof LargeInt ? onLarge(interp, op, a, b) : undefined;
  if (large !== undefined) return large;
  if (op === "%" && typeof a === "string" && b instanceof LargeInt) return percentFormat(interp, a, b);
  // A tensor keeps its shape under an unknown factor; a size that was computed with is another unknown size.
  if (unknown && (a instanceof Tensor || b instanceof Tensor)) return byDunder(interp, op, a, b) ?? unknown;
  if (unknown) return unknown.anew();
  return byDunder(interp, op, a, b) ?? byValue(interp, op, a, b);
}

function onLarge(interp: Interp, op: BinaryOp, a: Value, b: Value): Value | undefined {
  return largeArithmetic(interp, op, unwrap(a), unwrap(b), (x, y) => arithmetic(interp, op, x, y));
}

/** `a op= b`: changes lists, sets and dicts in place, asks for `__iadd__` and its kin first. */
export function inplace(interp: Interp, op: BinaryOp, a: Value, b: Value): Value {
  if (isUnknown(a)) return a instanceof LargeInt ? binary(interp, op, a, b) : a;
  const answer = tryDunder(interp, a, `__i${DUNDERS[op]}__`, [b]);
  if (answer !== undefined && answer !== NOT_IMPLEMENTED && !isUnknown(answer)) return answer;
  if (
    a instanceof List &&
    (op === "+" || op === "*") &&
    dunder(interp, a, `__${DUNDERS[op]}__`) === undefined
  ) {
    return inplaceList(interp, op, a, b);
  }
  if (a instanceof SetValue && !a.frozen && b instanceof SetValue && isSetOp(op)) {
    interp.touch(a);
    const combined = [...combineSets(interp, op, a, b).entries];
    a.entries.clear();
    for (const [key, value] of combined) a.entries.set(key, value);
    return a;
  }
  if (a instanceof Dict && op === "|" && b instanceof Dict) {
    interp.touch(a);
    for (const [key, entry] of b.entries) a.entries.set(key, { ...entry });
    return a;
  }
  return binary(interp, op, a, b);
}

function inplaceList(interp: Interp, op: "+" | "*", list: List, b: Value): Value {
  if (op === "+") {
    const more = items(interp, b);
    if (isUnknown(more)) {
      interp.gap(more.reason);
      return more;
    }
    if (!interp.allows(list.items.length + more.length)) return interp.unknown("collection too large");
    interp.touch(list);
    // In place: a loop that adds to a list must not copy it each time.
    for (const item of [...more]) list.items.push(item);
    return list;
  }
  const repeated = repeat(interp, list, b);
  if (!(repeated instanceof List)) return repeated ?? unsupported(interp, op, list, b);
  interp.touch(list);
  list.items = repeated.items;
  return list;
}

function byDunder(interp: Interp, op: BinaryOp, a: Value, b: Value): Value | undefined {
  const left = [a, `__${DUNDERS[op]}__`, b] as const;
  const right = [b, `__r${DUNDERS[op]}__`, a] as const;
  const rightFirst =
    a instanceof Instance && b instanceof Instance && a.cls !== b.cls && interp.isSubclass(b.cls, a.cls);
  for (const [self, name, other] of rightFirst ? [right, left] : [left, right]) {
    const method = dunder(interp, self, name);
    if (method === undefined || method === null) continue;
    const answer = callDunder(interp, method, self, [other]);
    if (answer !== NOT_IMPLEMENTED) return answer;
  }
  return undefined;
}

function byValue(interp: Interp, op: BinaryOp, a: Value, b: Value): Value {
  const x = unwrap(a);
  const y = unwrap(b);
  const answer = isNumeric(x) && isNumeric(y) ? arithmetic(interp, op, x, y) : onContainers(interp, op, x, y);
  if (x instanceof LargeInt || y instanceof LargeInt)
    return onLarge(interp, op, x, y) ?? new Unknown(INTEGER_TOO_LARGE);
  return answer ?? unsupported(interp, op, a, b);
}

function onContainers(interp: Interp, op: BinaryOp, x: Value, y: Value): Value | undefined {
  switch (op) {
    case "+":
      return concat(interp, x, y);
    case "*":
      return repeat(interp, x, y) ?? repeat(interp, y, x);
    case "%":
      if (typeof x === "string") return percentFormat(interp, x, y);
      return x instanceof Bytes ? interp.unknown("bytes formatting is not followed") : undefined;
    case "|":
      if (x instanceof Dict && y instanceof Dict) return merged(x, y);
      return bySets(interp, op, x, y) ?? unionOf(x, y);
    case "&":
    case "-":
    case "^":
      return bySets(interp, op, x, y);
    default:
      return undefined;
  }
}

function concat(interp: Interp, x: Value, y: Value): Value | undefined {
  if (typeof x === "string" && typeof y === "string") {
    return interp.allowsText(x.length + y.length, Math.min(x.length, y.length))
      ? x + y
      : interp.unknown("text too long");
  }
  if (x instanceof List && y instanceof List) return joined(interp, x.items, y.items, (all) => new List(all));
  if (x instanceof Tuple && y instanceof Tuple)
    return joined(interp, x.items, y.items, (all) => new Tuple(all));
  if (x instanceof Bytes && y instanceof Bytes) {
    const fits = interp.allowsText(x.value.length + y.value.length);
    return fits ? new Bytes(x.value + y.value) : interp.unknown("text too long");
  }
  return undefined;
}

function joined(
  interp: Interp,
  a: readonly Value[],
  b: readonly Value[],
  make: (all: Value[]) => Value,
): Value {
  const size = a.length + b.length;
  if (!interp.allows(size)) return interp.unknown("collection too large");
  interp.tick(size >> 2);
  return make([...a, ...b]);
}

function repeat(interp: Interp, x: Value, times: Value): Value | undefined {
  const count = toInt(times);
  if (count === undefined) return undefined;
  const turns = Math.max(0, count);
  if (typeof x === "string") {
    return interp.allowsText(x.length * turns) ? x.repeat(turns) : interp.unknown("text too long");
  }
  if (x instanceof Bytes) {
    return interp.allowsText(x.value.length * turns)
      ? new Bytes(x.value.repeat(turns))
      : interp.unknown("text too long");
  }
  if (!(x instanceof List || x instanceof Tuple)) return undefined;
  if (!interp.allows(x.items.length * turns)) return interp.unknown("collection too large");
  interp.tick((x.items.length * turns) >> 2);
  const all: Value[] = [];
  if (x.items.length > 0) for (let i = 0; i < turns; i++) for (const item of x.items) all.push(item);
  return x instanceof List ? new List(all) : new Tuple(all);
}

function merged(a: Dict, b: Dict): Dict {
  const result = new Dict(new Map([...a.entries].map(([key, entry]) => [key, { ...entry }])));
  for (const [key, entry] of b.entries) result.entries.set(key, { ...entry });
  if (a.cls) result.cls = a.cls;
  if (a.factory !== undefined) result.factory = a.factory;
  return result;
}

function isSetOp(op: BinaryOp): op is "|" | "&" | "-" | "^" {
  return op === "|" || op === "&" || op === "-" || op === "^";
}

function bySets(interp: Interp, op: BinaryOp, x: Value, y: Value): Value | undefined {
  const a = asSet(interp, x);
  const b = asSet(interp, y);
  return a && b && isSetOp(op) ? combineSets(interp, op, a, b) : undefined;
}

/** Sets, and the views that `dict.keys()` and `dict.items()` give. */
function asSet(interp: Interp, value: Value): SetValue | undefined {
  if (value instanceof SetValue) return value;
  return value instanceof List && value.cls?.name.startsWith("dict_")
    ? setOf(interp, value.items)
    : undefined;
}

function unsupported(interp: Interp, op: BinaryOp, a: Value, b: Value): Value {
  if (a instanceof Tensor || b instanceof Tensor)
    return interp.unknown(`'${op}' of these tensors is not known`);
  return interp.fail(
    "TypeError",
    `unsupported operand type(s) for ${op}: '${typeName(interp, a)}' and '${typeName(interp, b)}'`,
  );
}

const UNARY_DUNDERS: Partial<Record<UnaryOp, string>> = { "-": "__neg__", "+": "__pos__", "~": "__invert__" };

export function unary(interp: Interp, op: UnaryOp, a: Value): Value {
  if (a instanceof LargeInt) return onLargeUnary(op, a);
  if (isUnknown(a)) return a;
  if (op === "not") {
    const truth = truthy(interp, a);
    return isUnknown(truth) ? truth : !truth;
  }
  if (typeof a !== "number") {
    const answer = tryDunder(interp, a, UNARY_DUNDERS[op] ?? "");
    if (answer !== undefined) return answer;
  }
  return (
    onNumber(op, unwrap(a)) ??
    interp.fail("TypeError", `bad operand type for unary ${op}: '${typeName(interp, a)}'`)
  );
}

function onLargeUnary(op: UnaryOp, a: LargeInt): Value {
  if (op === "not") return false;
  if (op === "+") return a;
  return op === "-" ? whole(-a.value) : op === "~" ? whole(-a.value - 1n) : new Unknown(a.reason);
}

function onNumber(op: UnaryOp, value: Value): Value | undefined {
  if (value instanceof Float) {
    if (op === "-") return new Float(-value.value);
    return op === "+" ? value : undefined;
  }
  const number = toInt(value);
  if (number === undefined) return undefined;
  if (op === "-") return int(-number);
  if (op === "+") return number;
  return op === "~" ? int(-number - 1) : undefined;
}
