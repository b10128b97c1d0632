/** Arithmetic on Python numbers: ints are JS integers, floats are `Float`; the two never mix silently. */

import type { Interp } from "../../interpret/interp.ts";
import { Float, type Value } from "../../interpret/values.ts";
import type { BinaryOp } from "../../syntax/ast.ts";
import { quotient, whole, wholeArithmetic } from "./integers.ts";

type Numeric = number | boolean | Float;

/** The int that a number without fraction is: -0 is 0. The number must be exact, as a rounded float is. */
export function int(value: number): Value {
  return Number.isSafeInteger(value) ? value + 0 : whole(BigInt(value));
}

export function floorMod(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

export function floorDiv(a: number, b: number): number {
  return (a - floorMod(a, b)) / b;
}

function asNumber(value: Numeric): number {
  return value instanceof Float ? value.value : Number(value);
}

export function arithmetic(interp: Interp, op: BinaryOp, a: Numeric, b: Numeric): Value | undefined {
  if (typeof a === "boolean" && typeof b === "boolean") {
    const bit = BOOL_OPS[op];
    if (bit) return bit(a, b);
  }
  const x = asNumber(a);
  const y = asNumber(b);
  if (a instanceof Float || b instanceof Float) return FLOAT_OPS[op]?.(interp, x, y);
  const small = INT_OPS[op]?.(interp, x, y);
  if (typeof small !== "number" || Number.isSafeInteger(small)) return small;
  // What data of tensors gave may be no whole number, though its type says so.
  if (!Number.isInteger(x) || !Number.isInteger(y)) return FLOAT_OPS[op]?.(interp, x, y);
  // A result that is not exact is worked out again, exactly.
  return wholeArithmetic(interp, op, BigInt(x), BigInt(y));
}

const BOOL_OPS: Partial<Record<BinaryOp, (a: boolean, b: boolean) => boolean>> = {
  "&": (a, b) => a && b,
  "|": (a, b) => a || b,
  "^": (a, b) => a !== b,
};

type Rule = (interp: Interp, a: number, b: number) => Value;

/** Where numbers are not exact, the result is beyond 2^53 too: it is then worked out another way. */
const INT_OPS: Partial<Record<BinaryOp, Rule>> = {
  "+": (_, a, b) => a + b,
  "-": (_, a, b) => a - b,
  "*": (_, a, b) => a * b + 0,
  "/": (interp, a, b) => (b === 0 ? zeroDivision(interp, "division by zero") : new Float(a / b)),
  "//": (interp, a, b) =>
    b === 0 ? zeroDivision(interp, "integer division or modulo by zero") : floorDiv(a, b) + 0,
  "%": (interp, a, b) =>
    b === 0 ? zeroDivision(interp, "integer division or modulo by zero") : floorMod(a, b) + 0,
  "**": (interp, a, b) => {
    if (b >= 0) {
      const power = a ** b;
      // The host's power may be off in the last place.
      return Math.abs(power) < 2 ** 50 ? power : Number.NaN;
    }
    return a === 0
      ? zeroDivision(interp, "0.0 cannot be raised to a negative power")
      : new Float(floatPower(a, b));
  },
  "&": (_, a, b) => (fitsBits(a, b) ? a & b : Number(BigInt(a) & BigInt(b))),
  "|": (_, a, b) => (fitsBits(a, b) ? a | b : Number(BigInt(a) | BigInt(b))),
  "^": (_, a, b) => (fitsBits(a, b) ? a ^ b : Number(BigInt(a) ^ BigInt(b))),
  "<<": (interp, a, b) =>
    b < 0 ? interp.fail("ValueError", "negative shift count") : a === 0 ? 0 : a * 2 ** b,
  ">>": (interp, a, b) =>
    b < 0 ? interp.fail("ValueError", "negative shift count") : Math.floor(a / 2 ** Math.min(b, 64)),
};

/** JavaScript's own bit operators are of 32 bits. */
function fitsBits(a: number, b: number): boolean {
  return (a | 0) === a && (b | 0) === b;
}

/** `divmod` of floats as Python works it out: what is left is exact, and the quotient fits it. */
function floatDivMod(a: number, b: number): readonly [number, number] {
  let rest = a % b;
  let quotient = (a - rest) / b;
  if (rest === 0) rest = b < 0 || Object.is(b, -0) ? -0 : 0;
  else if (b < 0 !== rest < 0) {
    rest += b;
    quotient -= 1;
  }
  if (quotient === 0) return [a / b < 0 || Object.is(a / b, -0) ? -0 : 0, rest];
  const floor = Math.floor(quotient);
  return [quotient - floor > 0.5 ? floor + 1 : floor, rest];
}

/** The host's power may be off in the last place: whole exponents are worked out exactly and rounded once. */
export function floatPower(a: number, b: number): number {
  if (b === 0.5 && a >= 0 && Number.isFinite(a)) return Math.sqrt(a);
  if (!Number.isInteger(b) || Math.abs(b) > 40 || !Number.isFinite(a) || a === 0) return a ** b;
  const [numerator, denominator] = ratioOf(a);
  const times = BigInt(Math.abs(b));
  const [x, y] = [numerator ** times, denominator ** times];
  const power = b < 0 ? quotient(y, x) : quotient(x, y);
  // So small that it is rounded twice.
  return Math.abs(power) < 1e-300 || !Number.isFinite(power) ? a ** b : power;
}

function ratioOf(value: number): readonly [bigint, bigint] {
  let numerator = value;
  let doublings = 0n;
  while (!Number.isInteger(numerator)) {
    numerator *= 2;
    doublings++;
  }
  return [BigInt(numerator), 1n << doublings];
}

const FLOAT_OPS: Partial<Record<BinaryOp, Rule>> = {
  "+": (_, a, b) => new Float(a + b),
  "-": (_, a, b) => new Float(a - b),
  "*": (_, a, b) => new Float(a * b),
  "/": (interp, a, b) => (b === 0 ? zeroDivision(interp, "float division by zero") : new Float(a / b)),
  "//": (interp, a, b) =>
    b === 0 ? zeroDivision(interp, "float floor division by zero") : new Float(floatDivMod(a, b)[0]),
  "%": (interp, a, b) =>
    b === 0 ? zeroDivision(interp, "float modulo by zero") : new Float(floatDivMod(a, b)[1]),
  "**": (interp, a, b) => {
    if (a === 0 && b < 0) return zeroDivision(interp, "0.0 cannot be raised to a negative power");
    const power = floatPower(a, b);
    return Number.isNaN(power) && a < 0
      ? interp.unknown("complex numbers are not followed")
      : new Float(power);
  },
};

function zeroDivision(interp: Interp, message: string): Value {
  return interp.fail("ZeroDivisionError", message);
}

/** `repr(float)`: the shortest digits that read back, with `.0` and Python's exponent form. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Object.is(value, -0)) return "-0.0";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e16 || size < 1e-4)) {
    const [digits = "", exponent = "0"] = value.toExponential().split("e");
    const sign = exponent.startsWith("-") ? "-" : "+";
    return `${digits}e${sign}${exponent.replace(/^[+-]/, "").padStart(2, "0")}`;
  }
  const text = size >= 1e21 ? BigInt(value).toString() : String(value);
  return /[.e]/.test(text) ? fromExponent(text, value) : `${text}.0`;
}

/** JS writes 0.00001 as 1e-5 only below 1e-6, where Python uses an exponent already. */
function fromExponent(text: string, value: number): string {
  return text.includes("e") ? value.toFixed(10).replace(/0+$/, "") : text;
}

/** Half to even, as Python's `round`. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest < 0.5) return floor;
  if (rest > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** `round(x, digits)` on the exact decimal expansion, as Python does. */
export function roundDigits(value: number, digits: number): number {
  if (!Number.isFinite(value)) return value;
  if (digits > 22) return value;
  if (digits >= 0)
    return Number(exactFixed(Math.abs(value), digits)) * (value < 0 || Object.is(value, -0) ? -1 : 1);
  const scale = 10 ** -digits;
  return roundHalfEven(value / scale) * scale;
}

/** Fixed notation, ties to even: `toFixed` rounds ties of the exact value away from zero. */
export function exactFixed(value: number, digits: number): string {
  if (digits > 60 || Math.abs(value) >= 1e21) return bigFixed(value, digits);
  const rounded = value.toFixed(digits);
  const exact = value.toFixed(digits + 40);
  if (!/^50*$/.test(exact.slice(-40))) return rounded;
  const down = exact.slice(0, -40).replace(/\.$/, "");
  return Number(down.at(-1)) % 2 === 0 ? down : rounded;
}

function bigFixed(value: number, digits: number): string {
  if (Math.abs(value) < 1e21) return value.toFixed(Math.min(digits, 100));
  return BigInt(value).toString() + (digits > 0 ? `.${"0".repeat(digits)}` : "");
}
