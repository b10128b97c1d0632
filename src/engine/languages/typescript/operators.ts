/** JavaScript's operators: truth, equality, arithmetic with its conversions. */

import type { Machine } from "../../interpret/machine.ts";
import {
  ABSENT,
  FunctionValue,
  Instance,
  isUnknown,
  List,
  type Unknown,
  type Value,
} from "../../interpret/values.ts";
import type { BinaryOp, CompareOp, UnaryOp } from "../../syntax/ast.ts";
import { instanceOf } from "./attributes.ts";
import { isObject, LONG_TEXT, TO_PRIMITIVE, typeName } from "./core.ts";
import { str } from "./text.ts";

export function truthy(_m: Machine, value: Value): boolean | Unknown {
  if (isUnknown(value)) return value;
  return !(
    value === null ||
    value === undefined ||
    value === false ||
    value === 0 ||
    value === "" ||
    Number.isNaN(value)
  );
}

export function equals(m: Machine, a: Value, b: Value): boolean | Unknown {
  if (isUnknown(a)) return a;
  if (isUnknown(b)) return b;
  if (typeof a === "string" && typeof b === "string" && a.length === b.length) m.tick(a.length >> 13);
  return a === b;
}

function looseEquals(m: Machine, a: Value, b: Value): boolean | Unknown {
  const none = (value: Value): boolean => value === null || value === undefined;
  if (isUnknown(a) || isUnknown(b) || a === b) return equals(m, a, b);
  if (none(a) || none(b)) return none(a) && none(b);
  if (isObject(a) && isObject(b)) return false;
  if (typeof a === "string" && typeof b === "string") return false;
  if (isObject(a)) return looseEquals(m, toPrimitive(m, a, "default"), b);
  if (isObject(b)) return looseEquals(m, a, toPrimitive(m, b, "default"));
  const [left, right] = [toNumeric(m, a), toNumeric(m, b)];
  return isUnknown(left) ? left : isUnknown(right) ? right : left === right;
}

const flip = (value: boolean | Unknown): boolean | Unknown => (isUnknown(value) ? value : !value);

export function compare(m: Machine, op: CompareOp, a: Value, b: Value): Value {
  switch (op) {
    case "===":
      return equals(m, a, b);
    case "!==":
      return flip(equals(m, a, b));
    case "==":
      return looseEquals(m, a, b);
    case "!=":
      return flip(looseEquals(m, a, b));
    case "instanceof":
      return isUnknown(a) ? a : instanceOf(m, a, b);
    case "in":
      return hasProperty(m, a, b);
    case "<":
    case "<=":
    case ">":
    case ">=":
      return order(m, op, a, b);
    default:
      return m.unknown(`${op} is no operator of JavaScript`);
  }
}

function hasProperty(m: Machine, key: Value, obj: Value): Value {
  if (isUnknown(key)) return key;
  if (isUnknown(obj)) return obj;
  const name = str(m, key);
  if (isUnknown(name)) return name;
  if (obj instanceof List && /^\d+$/.test(name)) return Number(name) in obj.items;
  const found = m.lookup(obj, name);
  return isUnknown(found) && !(obj instanceof Instance && obj.attrs.has(name)) ? found : found !== ABSENT;
}

function order(m: Machine, op: "<" | "<=" | ">" | ">=", a: Value, b: Value): Value {
  if (isUnknown(a)) return a;
  if (isUnknown(b)) return b;
  const [x, y] = [toPrimitive(m, a, "number"), toPrimitive(m, b, "number")];
  const texts = typeof x === "string" && typeof y === "string";
  const left = texts ? x : toNumeric(m, x);
  const right = texts ? y : toNumeric(m, y);
  if (isUnknown(left)) return left;
  if (isUnknown(right)) return right;
  if (op === "<") return left < right;
  if (op === "<=") return left <= right;
  return op === ">" ? left > right : left >= right;
}

/** `Number(value)` */
export function toNumeric(m: Machine, value: Value): number | Unknown {
  if (isUnknown(value)) return value;
  if (value === null) return 0;
  switch (typeof value) {
    case "number":
      return value;
    case "undefined":
      return Number.NaN;
    case "boolean":
      return value ? 1 : 0;
    case "string":
      m.tick(value.length >> 6);
      return Number(value);
  }
  if (value.kind === "tensor") return m.unknown("a number computed from tensor data");
  const plain = toPrimitive(m, value, "number");
  return isObject(plain) ? Number.NaN : toNumeric(m, plain);
}

/** An object as operators take it: by its own conversion, by `valueOf`, by its text. */
export function toPrimitive(m: Machine, value: Value, hint: "default" | "number" | "string"): Value {
  if (!isObject(value) || isTensor(value)) return value;
  const own = m.lookup(value, TO_PRIMITIVE);
  if (own !== ABSENT) return isUnknown(own) ? own : m.callWithThis(own, value, [hint]);
  const method = value instanceof Instance && hint !== "string" ? m.lookup(value, "valueOf") : ABSENT;
  if (method instanceof FunctionValue) {
    const plain = m.callWithThis(method, value, []);
    if (!isObject(plain)) return plain;
  }
  return str(m, value);
}

export function binary(m: Machine, op: BinaryOp, a: Value, b: Value): Value {
  if (isUnknown(a)) return a;
  if (isUnknown(b)) return b;
  if (isTensor(a) || isTensor(b)) return m.unknown("a number computed from tensor data");
  const hint = op === "+" ? "default" : "number";
  const [x, y] = [toPrimitive(m, a, hint), toPrimitive(m, b, hint)];
  if (op === "+" && (typeof x === "string" || typeof y === "string")) {
    const [left, right] = [str(m, x), str(m, y)];
    if (isUnknown(left)) return left;
    if (isUnknown(right)) return right;
    return m.allowsText(left.length + right.length, Math.min(left.length, right.length))
      ? left + right
      : m.unknown(LONG_TEXT);
  }
  const left = toNumeric(m, x);
  const right = toNumeric(m, y);
  if (isUnknown(left)) return left;
  if (isUnknown(right)) return right;
  const rule = ARITHMETIC[op];
  return rule ? rule(left, right) : m.unknown(`${op} is no operator of JavaScript`);
}

function isTensor(value: Value): boolean {
  return isObject(value) && (value as { kind: string }).kind === "tensor";
}

const ARITHMETIC: Readonly<Partial<Record<BinaryOp, (a: number, b: number) => number>>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a % b,
  "**": (a, b) => a ** b,
  "&": (a, b) => a & b,
  "|": (a, b) => a | b,
  "^": (a, b) => a ^ b,
  "<<": (a, b) => a << b,
  ">>": (a, b) => a >> b,
  ">>>": (a, b) => a >>> b,
};

export function unary(m: Machine, op: UnaryOp, operand: Value): Value {
  if (op === "void") return undefined;
  if (op === "typeof") return typeName(operand);
  const value = toNumeric(m, operand);
  if (isUnknown(value)) return value;
  if (op === "-") return -value;
  return op === "~" ? ~value : value;
}
