/** `int`, `float`, `bool` and `complex`. */

import type { Interp } from "../../../interpret/interp.ts";
import type { Bound, NativeImpl } from "../../../interpret/native.ts";
import {
  Bytes,
  type ClassValue,
  Float,
  INTEGER_TOO_LARGE,
  isUnknown,
  type Kwargs,
  LargeInt,
  Tensor,
  Tuple,
  toNumber,
  type Value,
} from "../../../interpret/values.ts";
import type { BinaryOp } from "../../../syntax/ast.ts";
import { asciiDigits, trimmed } from "../characters.ts";
import { compare, equals, truthy } from "../compare.ts";
import {
  defineCore,
  exactTable,
  strict,
  strictTable,
  toInt,
  toText,
  tryDunder,
  typeName,
  unwrap,
} from "../core.ts";
import { hashNumber } from "../dict.ts";
import { floatOf, floorDivide, toWhole, whole, wholeFromDigits } from "../integers.ts";
import { int as exactInt, roundDigits, roundHalfEven } from "../numbers.ts";
import { binary, unary } from "../operators.ts";
import { builtinRepr } from "../text.ts";
import { OBJECT, withPayload } from "./object.ts";

type Method = readonly [string, NativeImpl];

const OPERATOR_NAMES: Readonly<Record<string, BinaryOp>> = {
  add: "+",
  sub: "-",
  mul: "*",
  truediv: "/",
  floordiv: "//",
  mod: "%",
  pow: "**",
  and: "&",
  or: "|",
  xor: "^",
  lshift: "<<",
  rshift: ">>",
};

/** `int.__add__` and its kin, for subclasses that call them through `super()`. */
function arithmeticDunders(): Record<string, Method> {
  const table: Record<string, Method> = {};
  for (const [name, op] of Object.entries(OPERATOR_NAMES)) {
    table[`__${name}__`] = [
      "self, other",
      (a, interp) => binary(interp, op, unwrap(a.self), unwrap(a.other)),
    ];
    table[`__r${name}__`] = [
      "self, other",
      (a, interp) => binary(interp, op, unwrap(a.other), unwrap(a.self)),
    ];
  }
  for (const [name, op] of [
    ["lt", "<"],
    ["le", "<="],
    ["gt", ">"],
    ["ge", ">="],
  ] as const) {
    table[`__${name}__`] = [
      "self, other",
      (a, interp) => compare(interp, op, unwrap(a.self), unwrap(a.other)),
    ];
  }
  return table;
}

const numberDunders: Record<string, Method> = {
  ...arithmeticDunders(),
  __eq__: ["self, other", (a, interp) => equals(interp, unwrap(a.self), unwrap(a.other))],
  __hash__: ["self", (a, interp) => hashNumber(interp, unwrap(a.self))],
  __repr__: ["self", (a, interp) => builtinRepr(interp, a.self)],
  __neg__: ["self", (a, interp) => unary(interp, "-", unwrap(a.self))],
  __pos__: ["self", (a) => unwrap(a.self)],
  __abs__: ["self", (a, interp) => absolute(interp, a.self)],
  __bool__: ["self", (a, interp) => truthy(interp, unwrap(a.self))],
  __int__: ["self", (a, interp) => toInteger(interp, a.self)],
  __float__: ["self", (a, interp) => toFloat(interp, a.self)],
  __round__: ["self, ndigits=None", (a, interp) => round(interp, a.self, a.ndigits)],
  conjugate: ["self", (a) => a.self],
};

export function absolute(interp: Interp, value: Value): Value {
  const plain = unwrap(value);
  if (plain instanceof Float) return new Float(Math.abs(plain.value));
  if (plain instanceof LargeInt) return whole(plain.value < 0n ? -plain.value : plain.value);
  const number = toInt(plain);
  if (number !== undefined) return Math.abs(number);
  return (
    tryDunder(interp, value, "__abs__") ??
    interp.fail("TypeError", `bad operand type for abs(): '${typeName(interp, value)}'`)
  );
}

/** `round(x, n)`: half to even; an int without `n`. */
export function round(interp: Interp, value: Value, digits: Value): Value {
  const asked = tryDunder(interp, value, "__round__", digits === null ? [] : [digits]);
  if (asked !== undefined) return asked;
  const plain = unwrap(value);
  const exact = toWhole(plain);
  if (exact !== undefined) return roundWhole(interp, exact, toWhole(digits) ?? 0n);
  const number = toNumber(plain);
  if (number === undefined)
    return interp.fail("TypeError", `type ${typeName(interp, value)} doesn't define __round__ method`);
  if (digits === null && !Number.isFinite(number))
    return interp.fail(
      Number.isNaN(number) ? "ValueError" : "OverflowError",
      `cannot convert float to integer`,
    );
  if (digits === null || digits === undefined) return exactInt(roundHalfEven(number));
  const places = toInt(digits) ?? 0;
  return new Float(roundDigits(number, places));
}

/** Half to even, at tens, hundreds… */
function roundWhole(interp: Interp, value: bigint, digits: bigint): Value {
  if (digits >= 0n) return whole(value);
  if (digits < -4300n) return 0;
  interp.tick(Number(-digits) >> 4);
  const unit = 10n ** -digits;
  const down = floorDivide(value, unit);
  const twice = 2n * (value - down * unit);
  const isUp = twice > unit || (twice === unit && down % 2n !== 0n);
  return whole((isUp ? down + 1n : down) * unit);
}

/** `int(x)` for anything but text with a base. */
export function toInteger(interp: Interp, value: Value): Value {
  if (isUnknown(value)) return value;
  const plain = unwrap(value);
  if (plain instanceof LargeInt) return plain;
  if (plain instanceof Float) {
    if (Number.isFinite(plain.value)) return exactInt(Math.trunc(plain.value));
    return interp.fail("OverflowError", "cannot convert float infinity or NaN to integer");
  }
  const number = toInt(plain);
  if (number !== undefined) return number;
  if (typeof plain === "string") return parseInteger(interp, plain, 10);
  if (plain instanceof Bytes) return parseInteger(interp, plain.value, 10);
  const asked =
    tryDunder(interp, value, "__int__") ??
    tryDunder(interp, value, "__index__") ??
    tryDunder(interp, value, "__trunc__");
  if (asked !== undefined) return asked;
  if (value instanceof Tensor) return interp.unknown("a tensor's values are not known");
  return interp.fail(
    "TypeError",
    `int() argument must be a string or a number, not '${typeName(interp, value)}'`,
  );
}

const PREFIXES: Readonly<Record<number, RegExp>> = { 2: /^0b/i, 8: /^0o/i, 16: /^0x/i };

function parseInteger(interp: Interp, text: string, base: number): Value {
  interp.tick(text.length >> 2);
  const wrong = () => interp.fail("ValueError", `invalid literal for int() with base ${base}: '${text}'`);
  const [, sign, body = ""] = /^([+-]?)(\w+)$/.exec(asciiDigits(trimmed(text))) ?? [];
  const radix =
    base === 0 ? Number(Object.entries(PREFIXES).find(([, prefix]) => prefix.test(body))?.[0] ?? 10) : base;
  const bare = body.replace(PREFIXES[radix] ?? /^(?!)/, "");
  const rest = bare === body ? body : bare.replace(/^_/, "");
  if (!/^[^_]+(?:_[^_]+)*$/.test(rest)) return wrong();
  const digits = rest.replaceAll("_", "");
  const isValid = [...digits].every((digit) => Number.parseInt(digit, 36) < radix);
  // Without a base, `010` would be the octal of Python 2.
  if (!isValid || (base === 0 && bare === body && /^0+[1-9]/.test(digits))) return wrong();
  const size = digits.length < 10 ? Number.parseInt(digits, radix) : wholeFromDigits(digits, radix);
  if (size === undefined) return interp.unknown(INTEGER_TOO_LARGE);
  return typeof size === "number"
    ? exactInt(sign === "-" ? -size : size)
    : whole(sign === "-" ? -size : size);
}

export function toFloat(interp: Interp, value: Value): Value {
  const plain = unwrap(value);
  if (plain instanceof LargeInt) {
    const near = floatOf(plain.value);
    return near === undefined
      ? interp.fail("OverflowError", "int too large to convert to float")
      : new Float(near);
  }
  if (isUnknown(value)) return value;
  const number = toNumber(plain);
  if (number !== undefined) return new Float(number);
  if (typeof plain === "string") return parseFloatText(interp, plain);
  const asked = tryDunder(interp, value, "__float__") ?? tryDunder(interp, value, "__index__");
  if (asked !== undefined) return isUnknown(asked) ? asked : new Float(toNumber(asked) ?? Number.NaN);
  if (value instanceof Tensor) return interp.unknown("a tensor's values are not known");
  return interp.fail(
    "TypeError",
    `float() argument must be a string or a real number, not '${typeName(interp, value)}'`,
  );
}

function parseFloatText(interp: Interp, text: string): Value {
  interp.tick(text.length >> 4);
  const body = asciiDigits(trimmed(text))
    .toLowerCase()
    .replace(/(?<=\d)_(?=\d)/g, "");
  const word = /^([+-]?)(inf|infinity|nan)$/.exec(body);
  if (word) {
    const size = word[2] === "nan" ? Number.NaN : Number.POSITIVE_INFINITY;
    return new Float(word[1] === "-" ? -size : size);
  }
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(body)) return new Float(Number(body));
  return interp.fail("ValueError", `could not convert string to float: '${text}'`);
}

/** The one argument of a constructor, positional or by name. */
function argument(args: readonly Value[], kwargs: Kwargs, index: number, name: string): Value {
  return index < args.length ? args[index] : kwargs.get(name);
}

export const INT: ClassValue = defineCore("int", {
  bases: [OBJECT],
  native: {
    layer: false,
    create: (interp, cls, args, kwargs) => {
      const value = argument(args, kwargs, 0, "x") ?? 0;
      const base = argument(args, kwargs, 1, "base");
      if (isUnknown(base)) return base;
      const text = toText(value);
      const result =
        base !== undefined && text !== undefined
          ? parseInteger(interp, text, toInt(base) ?? 10)
          : toInteger(interp, value);
      return withPayload(interp, result, cls, INT);
    },
  },
  methods: exactTable({
    ...numberDunders,
    __index__: ["self", (a) => plainInt(a.self)],
    __invert__: ["self", (a, interp) => unary(interp, "~", unwrap(a.self))],
    bit_length: ["self", (a) => bits(a.self).length],
    bit_count: ["self", (a) => bits(a.self).replaceAll("0", "").length],
    as_integer_ratio: ["self", (a) => new Tuple([a.self, 1])],
    is_integer: ["self", () => true],
    to_bytes: ["self, length=1, byteorder='big', *, signed=False", (a, interp) => toBytes(interp, a)],
  }),
  properties: {
    real: (a) => plainInt(a.self),
    imag: () => 0,
    numerator: (a) => plainInt(a.self),
    denominator: () => 1,
  },
  classMethods: {
    from_bytes: ["cls, bytes, byteorder='big', *, signed=False", strict((a, interp) => fromBytes(interp, a))],
  },
});

function plainInt(value: Value): Value {
  const plain = unwrap(value);
  return typeof plain === "boolean" ? Number(plain) : plain;
}

function bits(value: Value): string {
  const size = toWhole(unwrap(value)) ?? 0n;
  return size === 0n ? "" : (size < 0n ? -size : size).toString(2);
}

function toBytes(interp: Interp, a: Bound): Value {
  const value = toWhole(unwrap(a.self)) ?? 0n;
  const length = toInt(a.length) ?? 0;
  if (length < 0 || length > 2000) return interp.unknown("int.to_bytes of this length is not followed");
  const all = 1n << BigInt(8 * length);
  const isSigned = interp.truthy(a.signed) === true;
  const [least, most] = isSigned ? [-(all >> 1n), all >> 1n] : [0n, all];
  if (value < least || value >= most) return interp.fail("OverflowError", "int too big to convert");
  const digits =
    length === 0
      ? ""
      : BigInt.asUintN(8 * length, value)
          .toString(16)
          .padStart(2 * length, "0");
  const codes = Array.from({ length }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
  if (a.byteorder === "little") codes.reverse();
  return new Bytes(String.fromCharCode(...codes));
}

function fromBytes(interp: Interp, a: Bound): Value {
  const codes = interp.items(a.bytes);
  if (isUnknown(codes)) return codes;
  if (codes.length > 2000) return interp.unknown(INTEGER_TOO_LARGE);
  const ordered = a.byteorder === "little" ? codes.toReversed() : codes;
  const value = ordered.reduce<bigint>((sum, code) => sum * 256n + (toWhole(code) ?? 0n), 0n);
  const isSigned = interp.truthy(a.signed) === true;
  return whole(isSigned ? BigInt.asIntN(8 * codes.length, value) : value);
}

export const BOOL: ClassValue = defineCore("bool", {
  bases: [INT],
  native: {
    layer: false,
    create: (interp, _cls, args) => (args.length === 0 ? false : truthy(interp, args[0])),
  },
});

export const FLOAT: ClassValue = defineCore("float", {
  bases: [OBJECT],
  native: {
    layer: false,
    create: (interp, cls, args, kwargs) =>
      withPayload(interp, toFloat(interp, argument(args, kwargs, 0, "x") ?? 0), cls, FLOAT),
  },
  methods: strictTable({
    ...numberDunders,
    is_integer: ["self", (a) => Number.isInteger(toNumber(a.self))],
    hex: ["self", (_, interp) => interp.unknown("float.hex is not followed")],
    as_integer_ratio: ["self", (a, interp) => integerRatio(interp, toNumber(a.self) ?? 0)],
  }),
  properties: { real: (a) => a.self, imag: () => new Float(0) },
});

function integerRatio(interp: Interp, value: number): Value {
  if (!Number.isFinite(value))
    return interp.fail("OverflowError", "cannot convert this float to integer ratio");
  let denominator = 1n;
  let numerator = value;
  while (!Number.isInteger(numerator)) {
    numerator *= 2;
    denominator *= 2n;
  }
  return new Tuple([exactInt(numerator), whole(denominator)]);
}

export const COMPLEX: ClassValue = defineCore("complex", {
  bases: [OBJECT],
  native: { layer: false, create: (interp) => interp.unknown("complex numbers are not followed") },
});
