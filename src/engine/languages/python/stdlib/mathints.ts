/** What `math` does with whole numbers of any size, and sums of floats that are rounded once. */
import { entryOf } from "../../../base/table.ts";
import type { Interp } from "../../../interpret/interp.ts";
import { Float, INTEGER_TOO_LARGE, isUnknown, type Value } from "../../../interpret/values.ts";
import { tryDunder, typeName, unwrap } from "../core.ts";
import { bitsOf, floorDivide, quotient, toWhole, whole, wholeArithmetic } from "../integers.ts";
import { items } from "../sequences.ts";
import { toFloat } from "../types/numbers.ts";
import { argsOf } from "../types/object.ts";
import type { Entry } from "./table.ts";

/** An int argument, or the answer when it is none. */
function wholeOf(interp: Interp, value: Value): bigint | Value {
  const plain = unwrap(value);
  const exact = toWhole(plain) ?? toWhole(tryDunder(interp, value, "__index__"));
  return (
    exact ??
    (isUnknown(value)
      ? value
      : interp.fail("TypeError", `'${typeName(interp, value)}' object cannot be interpreted as an integer`))
  );
}

/** A function of ints; the number of them is that of its parameters. */
function ofWholes(
  params: string,
  names: readonly string[],
  rule: (interp: Interp, ...args: bigint[]) => Value,
): Entry {
  return [
    params,
    (a, interp) => {
      const numbers: bigint[] = [];
      for (const value of names.flatMap((name) =>
        name === "integers" ? argsOf(a[name]) : [entryOf(a, name)],
      )) {
        if (value === null) continue;
        const exact = wholeOf(interp, value);
        if (typeof exact !== "bigint") return exact;
        numbers.push(exact);
      }
      return rule(interp, ...numbers);
    },
  ];
}

/** Bits of a divisor that take a step of their own. */
const BITS_A_DIVISION = 1024;

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}

/** Large ints take as many divisions as they have digits, and each of these takes time by their size. */
function gcd(interp: Interp, a: bigint, b: bigint): bigint {
  let [x, y] = [absolute(a), absolute(b)];
  const steps = 1 + Math.floor(bitsOf(y) / BITS_A_DIVISION);
  while (y !== 0n) {
    interp.tick(steps);
    [x, y] = [y, x % y];
  }
  return x;
}

/** `from · (from + 1) · … · to`, as far as ints are followed. */
function product(interp: Interp, from: bigint, to: bigint): Value {
  let result: Value = 1;
  for (let factor = from; factor <= to; factor++) {
    interp.tick();
    const exact = toWhole(result);
    if (exact === undefined) return result;
    result = wholeArithmetic(interp, "*", exact, factor);
  }
  return result;
}

function permutations(interp: Interp, n: bigint, k: bigint): Value {
  if (n < 0n || k < 0n) return interp.fail("ValueError", "the arguments must be non-negative integers");
  return k > n ? 0 : product(interp, n - k + 1n, n);
}

function combinations(interp: Interp, n: bigint, k: bigint): Value {
  if (n < 0n || k < 0n) return interp.fail("ValueError", "the arguments must be non-negative integers");
  if (k > n) return 0;
  const few = k < n - k ? k : n - k;
  let result = 1n;
  for (let i = 1n; i <= few; i++) {
    interp.tick();
    result = (result * (n - few + i)) / i;
    if (i % 256n === 0n && isUnknown(whole(result)) && toWhole(whole(result)) === undefined)
      return interp.unknown(INTEGER_TOO_LARGE);
  }
  return whole(result);
}

/** The whole part of a square root, by Newton's steps from above. */
function squareRoot(n: bigint): bigint {
  if (n < 2n) return n;
  let root = 1n << BigInt(Math.ceil(n.toString(2).length / 2));
  for (;;) {
    const next = (root + n / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** The smallest part of a float is `2 ** -1074`: how many of these a float is. */
function parts(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const power = (bits >> 52n) & 0x7ffn;
  const fraction = bits & ((1n << 52n) - 1n);
  const size = power === 0n ? fraction : (fraction | (1n << 52n)) << (power - 1n);
  return bits >> 63n ? -size : size;
}

/** The exact sum of finite floats, rounded once. */
export function roundedSum(numbers: readonly number[]): number {
  if (!numbers.every(Number.isFinite)) return numbers.reduce((sum, number) => sum + number, 0);
  return quotient(
    numbers.reduce((sum, number) => sum + parts(number), 0n),
    1n << 1074n,
  );
}

/** The sum of all as the exact sum rounded once. */
function exactSum(interp: Interp, iterable: Value): Value {
  const all = items(interp, iterable);
  if (isUnknown(all)) return all;
  let sum = 0n;
  let special = 0;
  for (const item of all) {
    interp.tick();
    const plain = unwrap(item);
    const exact = toWhole(plain);
    if (exact !== undefined) sum += exact << 1074n;
    else if (isUnknown(plain)) return plain;
    else if (!(plain instanceof Float)) return interp.fail("TypeError", "must be real number");
    else if (Number.isFinite(plain.value)) sum += parts(plain.value);
    else special += plain.value;
  }
  return new Float(special === 0 ? quotient(sum, 1n << 1074n) : special);
}

/** The length of a vector, rounded once: the square root of the exact sum of squares. */
function norm(interp: Interp, coordinates: readonly Value[]): Value {
  let sum = 0n;
  let special: number | undefined;
  for (const value of coordinates) {
    interp.tick(4);
    const float = toFloat(interp, value);
    if (!(float instanceof Float)) return float;
    if (Number.isFinite(float.value)) sum += parts(float.value) ** 2n;
    else if (special !== Number.POSITIVE_INFINITY) special = Math.abs(float.value);
  }
  if (special !== undefined) return new Float(special);
  // Enough bits that what is cut off decides no more than whether there was something.
  const shift = BigInt(Math.max(0, 72 - (sum.toString(16).length >> 1) * 4));
  const scaled = sum << (2n * shift);
  const root = squareRoot(scaled);
  const sticky = root * root === scaled ? 0n : 1n;
  return new Float(quotient((root << 1n) | sticky, 1n << (1075n + shift)));
}

function distance(interp: Interp, p: Value, q: Value): Value {
  const [a, b] = [items(interp, p), items(interp, q)];
  if (isUnknown(a)) return a;
  if (isUnknown(b)) return b;
  if (a.length !== b.length)
    return interp.fail("ValueError", "both points must have the same number of dimensions");
  return norm(
    interp,
    a.map((x, i) => interp.binary("-", x, b[i])),
  );
}

function productOf(interp: Interp, iterable: Value, start: Value): Value {
  const all = items(interp, iterable);
  return isUnknown(all) ? all : all.reduce<Value>((total, item) => interp.binary("*", total, item), start);
}

export const WHOLE_FUNCTIONS: Readonly<Record<string, Entry>> = {
  gcd: ofWholes("*integers", ["integers"], (interp, ...all) =>
    whole(all.reduce((a, b) => gcd(interp, a, b), 0n)),
  ),
  lcm: ofWholes("*integers", ["integers"], (interp, ...all) =>
    whole(
      all.reduce((a, b) => (a === 0n || b === 0n ? 0n : absolute(floorDivide(a, gcd(interp, a, b)) * b)), 1n),
    ),
  ),
  isqrt: ofWholes("n", ["n"], (interp, n = 0n) =>
    n < 0n ? interp.fail("ValueError", "isqrt() argument must be nonnegative") : whole(squareRoot(n)),
  ),
  factorial: ofWholes("n", ["n"], (interp, n = 0n) =>
    n < 0n
      ? interp.fail("ValueError", "factorial() not defined for negative values")
      : product(interp, 1n, n),
  ),
  comb: ofWholes("n, k", ["n", "k"], (interp, n = 0n, k = 0n) => combinations(interp, n, k)),
  perm: ofWholes("n, k=None", ["n", "k"], (interp, n = 0n, k = n) => permutations(interp, n, k)),
  prod: ["iterable, *, start=1", (a, interp) => productOf(interp, a.iterable, a.start)],
  hypot: ["*coordinates", (a, interp) => norm(interp, argsOf(a.coordinates))],
  dist: ["p, q", (a, interp) => distance(interp, a.p, a.q)],
  fsum: ["iterable", (a, interp) => exactSum(interp, a.iterable)],
};
