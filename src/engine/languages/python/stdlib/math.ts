/** `math`. */
import { entryOf } from "../../../base/table.ts";
import { Float, isUnknown, Tuple, toNumber, type Value } from "../../../interpret/values.ts";
import { tryDunder } from "../core.ts";
import { toWhole, whole } from "../integers.ts";
import { floatPower, int } from "../numbers.ts";
import { toFloat } from "../types/numbers.ts";
import { WHOLE_FUNCTIONS } from "./mathints.ts";
import { type Entry, exactModule, type Module } from "./table.ts";

/** A float function of floats; out of its domain it fails as Python's does. */
function real(rule: (...x: number[]) => number, params: string): Entry {
  const names = params.split(", ");
  return [
    params,
    (a, interp) => {
      const numbers: number[] = [];
      for (const name of names) {
        const float = toFloat(interp, entryOf(a, name));
        if (isUnknown(float)) return float;
        numbers.push(toNumber(float) ?? Number.NaN);
      }
      const result = rule(...numbers);
      const isNew = Number.isNaN(result) && !numbers.some(Number.isNaN);
      return isNew ? interp.fail("ValueError", "math domain error") : new Float(result);
    },
  ];
}

const UNARY: Readonly<Record<string, (x: number) => number>> = {
  sqrt: Math.sqrt,
  exp: Math.exp,
  expm1: Math.expm1,
  exp2: (x) => 2 ** x,
  log1p: Math.log1p,
  log2: Math.log2,
  log10: Math.log10,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  cbrt: Math.cbrt,
  fabs: Math.abs,
  degrees: (x) => (x * 180) / Math.PI,
  radians: (x) => (x * Math.PI) / 180,
  erf,
  erfc: (x) => 1 - erf(x),
  gamma: (x) => (isSmallWhole(x) ? factorial(x - 1) : Math.exp(lnGamma(x))),
  lgamma: (x) => (isSmallWhole(x) ? Math.log(factorial(x - 1)) : lnGamma(x)),
};

/** Factorials up to here are exact. */
function isSmallWhole(x: number): boolean {
  return Number.isInteger(x) && x >= 1 && x <= 19;
}

function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1);
}

/** The series of positive terms with `exp(-x²)` in front: no cancellation. */
function erf(x: number): number {
  const size = Math.abs(x);
  if (size > 6) return Math.sign(x);
  let sum = size;
  let term = size;
  for (let n = 1; term > 1e-17 * sum; n++) {
    term *= (2 * size * size) / (2 * n + 1);
    sum += term;
  }
  return (Math.sign(x) * 2 * Math.exp(-size * size) * sum) / Math.sqrt(Math.PI);
}

const LANCZOS = [
  676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
];

function lnGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - lnGamma(1 - x);
  const t = x + 6.5;
  const sum = LANCZOS.reduce((total, c, i) => total + c / (x + i), 0.9999999999998099);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

/** `floor`, `ceil`, `trunc`: ints; objects may answer themselves. */
function rounding(rule: (x: number) => number, method: string): Entry {
  return [
    "x",
    (a, interp) => {
      const asked = tryDunder(interp, a.x, method);
      if (asked !== undefined) return asked;
      const exact = toWhole(a.x);
      if (exact !== undefined) return whole(exact);
      const float = toFloat(interp, a.x);
      if (isUnknown(float)) return float;
      const number = toNumber(float) ?? Number.NaN;
      return Number.isFinite(number)
        ? int(rule(number))
        : interp.fail("OverflowError", "cannot convert float infinity or NaN to integer");
    },
  ];
}

/** What is left by the nearest multiple; of two that are as near, the even one. */
function remainder(x: number, y: number): number {
  if (y === 0) return Number.NaN;
  if (!Number.isFinite(y)) return Number.isFinite(x) ? x : Number.NaN;
  const size = Math.abs(y);
  const rest = Math.abs(x) % (2 * size);
  const half = size / 2;
  const near = rest <= half ? rest : rest < size + half ? rest - size : rest - 2 * size;
  return x < 0 || Object.is(x, -0) ? -near : near;
}

/** The float nearest to a number; an int may be of any size. */
function sizeOf(value: Value): number | undefined {
  const exact = toWhole(value);
  return exact === undefined ? toNumber(value) : Number(exact);
}

export const math = (): Module =>
  exactModule({
    values: {
      pi: new Float(Math.PI),
      e: new Float(Math.E),
      tau: new Float(2 * Math.PI),
      inf: new Float(Number.POSITIVE_INFINITY),
      nan: new Float(Number.NaN),
    },
    functions: {
      ...Object.fromEntries(Object.entries(UNARY).map(([name, rule]) => [name, real(rule, "x")])),
      floor: rounding(Math.floor, "__floor__"),
      ceil: rounding(Math.ceil, "__ceil__"),
      trunc: rounding(Math.trunc, "__trunc__"),
      pow: real(floatPower, "x, y"),
      fmod: real((x, y) => x % y, "x, y"),
      remainder: real(remainder, "x, y"),
      atan2: real(Math.atan2, "y, x"),
      copysign: real((x, y) => Math.abs(x) * (y < 0 || Object.is(y, -0) ? -1 : 1), "x, y"),
      log: [
        "x, base=2.718281828459045",
        (a, interp) => {
          const [x, base] = [sizeOf(a.x), sizeOf(a.base)];
          if (x === undefined || base === undefined || x <= 0)
            return interp.fail("ValueError", "math domain error");
          return new Float(base === Math.E ? Math.log(x) : Math.log(x) / Math.log(base));
        },
      ],
      ...WHOLE_FUNCTIONS,
      isnan: ["x", (a) => Number.isNaN(sizeOf(a.x))],
      isinf: ["x", (a) => Math.abs(sizeOf(a.x) ?? 0) === Number.POSITIVE_INFINITY],
      isfinite: ["x", (a) => Number.isFinite(sizeOf(a.x))],
      isclose: [
        "a, b, *, rel_tol=1e-09, abs_tol=0.0",
        (x) => {
          const [a, b] = [sizeOf(x.a) ?? 0, sizeOf(x.b) ?? 0];
          const slack = Math.max(
            (toNumber(x.rel_tol) ?? 0) * Math.max(Math.abs(a), Math.abs(b)),
            toNumber(x.abs_tol) ?? 0,
          );
          return a === b || Math.abs(a - b) <= slack;
        },
      ],
      modf: [
        "x",
        (a) => {
          const x = sizeOf(a.x) ?? 0;
          return new Tuple([new Float(x % 1), new Float(Math.trunc(x))]);
        },
      ],
      frexp: [
        "x",
        (a) => {
          const x = sizeOf(a.x) ?? 0;
          const power = x === 0 ? 0 : Math.floor(Math.log2(Math.abs(x))) + 1;
          return new Tuple([new Float(x / 2 ** power), power]);
        },
      ],
      ldexp: real((x, i) => x * 2 ** i, "x, i"),
    },
  });
