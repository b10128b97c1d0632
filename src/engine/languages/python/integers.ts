/** Python ints of any size: beyond 2^53 they are `LargeInt`, and exact. */

import type { Interp } from "../../interpret/interp.ts";
import {
  Float,
  INTEGER_TOO_LARGE,
  isUnknown,
  LargeInt,
  Unknown,
  type Value,
} from "../../interpret/values.ts";
import type { BinaryOp } from "../../syntax/ast.ts";

/** Python itself writes and reads no more than 4300 digits. */
const MOST_BITS = 14_000;
const BITS_A_TICK = 64;

/** The int as it is held: small ones are numbers. */
export function whole(value: bigint): number | Unknown {
  const small = Number(value);
  if (Number.isSafeInteger(small)) return small;
  return bitsOf(value) > MOST_BITS ? new Unknown(INTEGER_TOO_LARGE) : new LargeInt(value);
}

/** Bits of the size, to within four. */
export function bitsOf(value: bigint): number {
  return value.toString(16).length * 4;
}

/** The exact int in an int, a bool or a `LargeInt`; undefined for the rest. */
export function toWhole(value: Value): bigint | undefined {
  if (value instanceof LargeInt) return value.value;
  if (typeof value === "number" || typeof value === "boolean") return BigInt(value);
  return undefined;
}

/** An int written in a radix of at most 36, digits only. */
export function wholeFromDigits(digits: string, radix: number): bigint | undefined {
  if (digits.length > 4300) return undefined;
  if (radix === 10) return BigInt(digits);
  let value = 0n;
  for (const digit of digits) value = value * BigInt(radix) + BigInt(Number.parseInt(digit, 36));
  return value;
}

/** The nearest float; undefined where it is too large for one. */
export function floatOf(value: bigint): number | undefined {
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

export function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

/** What a binary operator makes of two ints; undefined when it is no operator of ints. */
export function wholeArithmetic(interp: Interp, op: BinaryOp, a: bigint, b: bigint): Value | undefined {
  const size = bitsOf(a) + bitsOf(b);
  interp.tick(4 + Math.floor(size / BITS_A_TICK));
  switch (op) {
    case "+":
      return whole(a + b);
    case "-":
      return whole(a - b);
    case "*":
      return whole(a * b);
    case "&":
      return whole(a & b);
    case "|":
      return whole(a | b);
    case "^":
      return whole(a ^ b);
    case "/":
      return b === 0n ? divisionByZero(interp, "division by zero") : trueDivide(interp, a, b);
    case "//":
      return b === 0n
        ? divisionByZero(interp, "integer division or modulo by zero")
        : whole(floorDivide(a, b));
    case "%":
      return b === 0n
        ? divisionByZero(interp, "integer division or modulo by zero")
        : whole(a - b * floorDivide(a, b));
    case "**":
      return power(interp, a, b);
    case "<<":
      if (b < 0n) return interp.fail("ValueError", "negative shift count");
      if (a === 0n) return 0;
      return bitsOf(a) + Number(b) > MOST_BITS + 8 ? interp.unknown(INTEGER_TOO_LARGE) : whole(a << b);
    case ">>":
      if (b < 0n) return interp.fail("ValueError", "negative shift count");
      return b > BigInt(MOST_BITS) ? (a < 0n ? -1 : 0) : whole(a >> b);
    default:
      return undefined;
  }
}

function divisionByZero(interp: Interp, message: string): Value {
  return interp.fail("ZeroDivisionError", message);
}

function power(interp: Interp, base: bigint, exponent: bigint): Value {
  if (exponent < 0n) {
    if (base === 0n) return divisionByZero(interp, "0.0 cannot be raised to a negative power");
    const [x, y] = [floatOf(base), floatOf(exponent)];
    return x === undefined || y === undefined ? tooLargeForFloat(interp) : new Float(x ** y);
  }
  if (base === 0n || base === 1n) return exponent === 0n ? 1 : whole(base);
  if (base === -1n) return exponent % 2n === 0n ? 1 : -1;
  // A base of so many bits is at least the power of two below it.
  const bits = ((base < 0n ? -base : base).toString(2).length - 1) * Number(exponent);
  if (bits > MOST_BITS) return interp.unknown(INTEGER_TOO_LARGE);
  interp.tick(Math.floor(bits / BITS_A_TICK));
  return whole(base ** exponent);
}

function tooLargeForFloat(interp: Interp): Value {
  return interp.fail("OverflowError", "int too large to convert to float");
}

function trueDivide(interp: Interp, a: bigint, b: bigint): Value {
  const result = quotient(a, b);
  return Number.isFinite(result)
    ? new Float(result)
    : interp.fail("OverflowError", "integer division result too large for a float");
}

/** `a / b` rounded once, as the exact quotient is. */
export function quotient(a: bigint, b: bigint): number {
  if (a === 0n) return 0;
  const isNegative = a < 0n !== b < 0n;
  const [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  // Enough bits that what is cut off decides no more than whether there was something.
  const shift = Math.max(0, 72 - (bitsOf(x) - bitsOf(y)));
  const scaled = (x << BigInt(shift)) / y;
  const isExact = scaled * y === x << BigInt(shift);
  const size = Number((scaled << 1n) | (isExact ? 0n : 1n)) * 2 ** -(shift + 1);
  return isNegative ? -size : size;
}

/**
 * An operator between values of which one is a `LargeInt`: ints stay exact, a float makes it a float. Undefined
 * when the other is no number.
 */
export function largeArithmetic(
  interp: Interp,
  op: BinaryOp,
  a: Value,
  b: Value,
  onFloats: (a: Float, b: Float) => Value | undefined,
): Value | undefined {
  const [x, y] = [toWhole(a), toWhole(b)];
  if (x !== undefined && y !== undefined) return wholeArithmetic(interp, op, x, y);
  const [left, right] = [asFloat(a, x), asFloat(b, y)];
  if (left === undefined || right === undefined) {
    const isNumeric = (x !== undefined || a instanceof Float) && (y !== undefined || b instanceof Float);
    return isNumeric ? tooLargeForFloat(interp) : undefined;
  }
  return onFloats(left, right);
}

function asFloat(value: Value, exact: bigint | undefined): Float | undefined {
  if (exact === undefined) return value instanceof Float ? value : undefined;
  const number = floatOf(exact);
  return number === undefined ? undefined : new Float(number);
}

/** Both as what JavaScript compares exactly; undefined when one is no number or not known. */
export function exactPair(a: Value, b: Value): readonly [number | bigint, number | bigint] | undefined {
  const [x, y] = [exactNumber(a), exactNumber(b)];
  return x === undefined || y === undefined ? undefined : [x, y];
}

function exactNumber(value: Value): number | bigint | undefined {
  if (value instanceof LargeInt) return value.value;
  if (value instanceof Float) return value.value;
  return typeof value === "number" || typeof value === "boolean" ? Number(value) : undefined;
}

/** Not known, and no exact int either. */
export function isOpen(value: Value): value is Unknown {
  return isUnknown(value) && !(value instanceof LargeInt);
}
