/**
 * Ops that compute each element by itself: families of names that feed one rule. The functions compute the elements
 * of the small tensors that keep theirs.
 * https://docs.pytorch.org/docs/stable/torch.html#pointwise-ops
 */

import { entryOf } from "../../../base/table.ts";
import { Unknown } from "../../../interpret/values.ts";
import { broadcast, isKnown, isMisfit, Misfit } from "../../shape/dims.ts";
import { zip } from "../../shape/reduce.ts";
import { type Args, type Operand, resultType } from "./args.ts";
import { cast, floatOf, realOf } from "./dtypes.ts";
import type { Answer, OpSpec, OpTable } from "./op.ts";

type DtypeRule = (common: string) => string;
type Rule1 = (x: number) => number;
type Rule2 = (x: number, y: number) => number;

const same: DtypeRule = (dtype) => dtype;
const toBool: DtypeRule = () => "bool";

/**
 * Broadcasts operands. Those of unknown rank are taken to fit the ones that are known, except a vector: that is
 * what is added to each row of a tensor.
 */
export function combine(
  a: Args,
  operands: readonly Operand[],
  dtype: string,
  rule?: (...values: number[]) => number,
): Answer {
  const shapes = operands.flatMap(({ shape }) => (shape instanceof Unknown ? [] : [shape]));
  const unknown = operands.find((operand) => operand.shape instanceof Unknown)?.shape;
  const shape = broadcast(...shapes);
  if (isMisfit(shape)) return new Misfit(shape.message, shapes[0]);
  if (unknown instanceof Unknown && shape.length <= 1) {
    a.poison(unknown);
    return { shape: [], dtype };
  }
  if (unknown instanceof Unknown) {
    a.interp.assume("value", `an operand of unknown shape (${unknown.reason}) is taken to fit the others`);
    // It fits an axis of size 1 whatever its own size; that of the samples is theirs.
    return { shape: shape.map((dim, axis) => (dim === 1 && axis > 0 ? unknown : dim)), dtype };
  }
  const known = operands.flatMap((operand) => {
    const { shape: own, data } = operand;
    return data && isKnown(own) ? [{ shape: own, data }] : [];
  });
  const complete = rule && isKnown(shape) && known.length === operands.length;
  const data = complete ? zip(known, shape, rule) : undefined;
  return { shape, dtype, data: data && cast(data, dtype) };
}

/** An op on the operands named, those left out excepted. */
export function pointwise(
  signature: string,
  operands: readonly string[],
  dtype: DtypeRule,
  rule?: (...values: number[]) => number,
): OpSpec {
  return {
    signature,
    inPlace: true,
    rule: (a) => {
      const present = operands.filter((name) => a.has(name)).map((name) => a.operand(name));
      return combine(a, present, dtype(resultType(present)), rule);
    },
  };
}

function unary(rules: Readonly<Record<string, Rule1>>, dtype: DtypeRule): OpTable {
  return mapTable(rules, (rule) => pointwise("input", ["input"], dtype, rule));
}

function binary(rules: Readonly<Record<string, Rule2>>, dtype: DtypeRule): OpTable {
  return mapTable(rules, (rule) => pointwise("input, other", ["input", "other"], dtype, rule));
}

function mapTable<T>(table: Readonly<Record<string, T>>, entry: (value: T) => OpSpec): OpTable {
  return Object.fromEntries(Object.entries(table).map(([name, value]) => [name, entry(value)]));
}

/** Ops whose elements are not computed. */
function blank(names: string, signature: string, operands: readonly string[], dtype: DtypeRule): OpTable {
  return Object.fromEntries(names.split(" ").map((name) => [name, pointwise(signature, operands, dtype)]));
}

function roundEven(x: number): number {
  const down = Math.floor(x);
  if (x - down !== 0.5) return Math.round(x);
  return down % 2 === 0 ? down : down + 1;
}

function remainder(x: number, y: number): number {
  return x - y * Math.floor(x / y);
}

const bit = (test: boolean): number => (test ? 1 : 0);

/** Integers become float32. */
const FLOAT_UNARY = unary(
  {
    exp: Math.exp,
    expm1: Math.expm1,
    exp2: (x) => 2 ** x,
    log: Math.log,
    log2: Math.log2,
    log10: Math.log10,
    log1p: Math.log1p,
    sqrt: Math.sqrt,
    rsqrt: (x) => 1 / Math.sqrt(x),
    reciprocal: (x) => 1 / x,
    sin: Math.sin,
    cos: Math.cos,
    tan: Math.tan,
    asin: Math.asin,
    arcsin: Math.asin,
    acos: Math.acos,
    arccos: Math.acos,
    atan: Math.atan,
    arctan: Math.atan,
    sinh: Math.sinh,
    cosh: Math.cosh,
    tanh: Math.tanh,
    asinh: Math.asinh,
    arcsinh: Math.asinh,
    acosh: Math.acosh,
    arccosh: Math.acosh,
    atanh: Math.atanh,
    arctanh: Math.atanh,
    sigmoid: (x) => 1 / (1 + Math.exp(-x)),
    deg2rad: (x) => (x * Math.PI) / 180,
    rad2deg: (x) => (x * 180) / Math.PI,
    sinc: (x) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)),
  },
  floatOf,
);

const SAME_UNARY = unary(
  {
    neg: (x) => -x,
    negative: (x) => -x,
    positive: (x) => x,
    sign: Math.sign,
    sgn: Math.sign,
    ceil: Math.ceil,
    floor: Math.floor,
    trunc: Math.trunc,
    fix: Math.trunc,
    frac: (x) => x - Math.trunc(x),
    relu: (x) => Math.max(x, 0),
    conj_physical: (x) => x,
  },
  same,
);

const REAL_UNARY = unary({ abs: Math.abs, absolute: Math.abs }, realOf);

const BOOL_UNARY = unary(
  {
    isnan: (x) => bit(Number.isNaN(x)),
    isinf: (x) => bit(Math.abs(x) === Number.POSITIVE_INFINITY),
    isfinite: (x) => bit(Number.isFinite(x)),
    isposinf: (x) => bit(x === Number.POSITIVE_INFINITY),
    isneginf: (x) => bit(x === Number.NEGATIVE_INFINITY),
    isreal: () => 1,
    logical_not: (x) => bit(x === 0),
    signbit: (x) => bit(x < 0 || Object.is(x, -0)),
  },
  toBool,
);

const SAME_BINARY = binary(
  {
    mul: (x, y) => x * y,
    multiply: (x, y) => x * y,
    fmod: (x, y) => x % y,
    remainder,
    floor_divide: (x, y) => Math.floor(x / y),
    maximum: Math.max,
    minimum: Math.min,
    fmax: Math.max,
    fmin: Math.min,
    pow: (x, y) => x ** y,
    bitwise_and: (x, y) => x & y,
    bitwise_or: (x, y) => x | y,
    bitwise_xor: (x, y) => x ^ y,
    bitwise_left_shift: (x, y) => x * 2 ** y,
    bitwise_right_shift: (x, y) => Math.floor(x / 2 ** y),
  },
  same,
);

const FLOAT_BINARY = binary(
  {
    true_divide: (x, y) => x / y,
    atan2: Math.atan2,
    arctan2: Math.atan2,
    xlogy: (x, y) => (x === 0 ? 0 : x * Math.log(y)),
    logaddexp: (x, y) => Math.log(Math.exp(x) + Math.exp(y)),
  },
  floatOf,
);

const BOOL_BINARY = binary(
  {
    eq: (x, y) => bit(x === y),
    ne: (x, y) => bit(x !== y),
    not_equal: (x, y) => bit(x !== y),
    lt: (x, y) => bit(x < y),
    less: (x, y) => bit(x < y),
    le: (x, y) => bit(x <= y),
    less_equal: (x, y) => bit(x <= y),
    gt: (x, y) => bit(x > y),
    greater: (x, y) => bit(x > y),
    ge: (x, y) => bit(x >= y),
    greater_equal: (x, y) => bit(x >= y),
    logical_and: (x, y) => bit(x !== 0 && y !== 0),
    logical_or: (x, y) => bit(x !== 0 || y !== 0),
    logical_xor: (x, y) => bit((x !== 0) !== (y !== 0)),
  },
  toBool,
);

/** `add` and `sub` with their factor `alpha` of the second operand. */
function scaled(sign: number): OpSpec {
  return {
    signature: "input, other, *, alpha=1",
    inPlace: true,
    rule: (a) => {
      const operands = [a.operand("input"), a.operand("other")];
      const alpha = sign * (a.number("alpha") ?? 1);
      return combine(a, operands, resultType(operands), (x, y) => x! + alpha * y!);
    },
  };
}

const ROUNDING: Readonly<Record<string, Rule1>> = { floor: Math.floor, trunc: Math.trunc };

const DIVIDE: OpSpec = {
  signature: "input, other, *, rounding_mode=None",
  inPlace: true,
  rule: (a) => {
    const operands = [a.operand("input"), a.operand("other")];
    const common = resultType(operands);
    const round = entryOf(ROUNDING, a.text("rounding_mode") ?? "");
    if (!round) return combine(a, operands, floatOf(common), (x, y) => x! / y!);
    return combine(a, operands, common, (x, y) => round(x! / y!));
  },
};

/** Operators with the operands the other way round. */
const REFLECTED: OpTable = {
  rsub: pointwise("input, other, *, alpha=1", ["input", "other"], same, (x, y) => y! - x!),
  __rtruediv__: pointwise("input, other", ["input", "other"], floatOf, (x, y) => y! / x!),
  __rfloordiv__: pointwise("input, other", ["input", "other"], same, (x, y) => Math.floor(y! / x!)),
  __rmod__: pointwise("input, other", ["input", "other"], same, (x, y) => remainder(y!, x!)),
  __rpow__: pointwise("input, other", ["input", "other"], same, (x, y) => y! ** x!),
};

const CLAMP: OpSpec = {
  signature: "input, min=None, max=None",
  inPlace: true,
  rule: (a) => {
    const names = ["input", "min", "max"].filter((name) => a.has(name));
    const operands = names.map((name) => a.operand(name));
    return combine(a, operands, resultType(operands), (x, ...bounds) =>
      bounds.reduce(
        (value, bound, i) => (names[i + 1] === "min" ? Math.max(value, bound) : Math.min(value, bound)),
        x!,
      ),
    );
  },
};

const ROUND: OpSpec = {
  signature: "input, *, decimals=0",
  inPlace: true,
  rule: (a) => {
    const scale = 10 ** (a.number("decimals") ?? 0);
    const input = a.operand("input");
    return combine(a, [input], input.dtype, (x) => roundEven(x! * scale) / scale);
  },
};

/** Three operands that broadcast. */
const TERNARY: OpTable = {
  lerp: pointwise("input, end, weight", ["input", "end", "weight"], same, (x, y, w) => x! + w! * (y! - x!)),
  addcmul: pointwise("input, tensor1, tensor2, *, value=1", ["input", "tensor1", "tensor2"], same),
  addcdiv: pointwise("input, tensor1, tensor2, *, value=1", ["input", "tensor1", "tensor2"], floatOf),
};

const BITWISE_NOT: OpSpec = {
  signature: "input",
  inPlace: true,
  rule: (a) => {
    const input = a.operand("input");
    const logical = input.dtype === "bool";
    return combine(a, [input], input.dtype, (x) => (logical ? bit(x === 0) : ~x!));
  },
};

/** torch.isin, isclose, and tests that answer one truth value. */
const TESTS: OpTable = {
  isclose: pointwise("input, other, rtol=1e-05, atol=1e-08, equal_nan=False", ["input", "other"], toBool),
  isin: {
    signature: "elements, test_elements, *, assume_unique=False, invert=False",
    rule: (a) => {
      const elements = a.operand("elements");
      const tests = a.operand("test_elements").data;
      const invert = a.dataFlag("invert");
      const test =
        tests && invert !== undefined ? (x?: number) => bit(tests.includes(x!) !== invert) : undefined;
      return combine(a, [elements], "bool", test);
    },
  },
};

export const ELEMENTWISE: OpTable = {
  ...FLOAT_UNARY,
  ...SAME_UNARY,
  ...REAL_UNARY,
  ...BOOL_UNARY,
  ...SAME_BINARY,
  ...FLOAT_BINARY,
  ...BOOL_BINARY,
  ...REFLECTED,
  ...TERNARY,
  ...TESTS,
  ...blank(
    "erf erfc erfinv lgamma digamma i0 mvlgamma special_expit polygamma",
    "input, *args",
    ["input"],
    floatOf,
  ),
  ...blank("logit", "input, eps=None", ["input"], floatOf),
  ...blank("angle", "input", ["input"], (dtype) => realOf(floatOf(dtype))),
  ...blank("nan_to_num", "input, nan=0.0, posinf=None, neginf=None", ["input"], same),
  ...blank(
    "hypot igamma igammac nextafter copysign logaddexp2 heaviside",
    "input, other",
    ["input", "other"],
    floatOf,
  ),
  ...blank("gcd lcm ldexp float_power", "input, other", ["input", "other"], same),
  add: scaled(1),
  sub: scaled(-1),
  subtract: scaled(-1),
  div: DIVIDE,
  divide: DIVIDE,
  clamp: CLAMP,
  clip: CLAMP,
  clamp_min: pointwise("input, min", ["input", "min"], same, Math.max),
  clamp_max: pointwise("input, max", ["input", "max"], same, Math.min),
  round: ROUND,
  square: pointwise(
    "input",
    ["input"],
    (dtype) => (dtype === "bool" ? "int64" : dtype),
    (x) => x! * x!,
  ),
  bitwise_not: BITWISE_NOT,
};

/** `Tensor.__add__` and its like: the op of each operator. */
export const OPERATORS: Readonly<Record<string, string>> = {
  __add__: "add",
  __radd__: "add",
  __sub__: "sub",
  __rsub__: "rsub",
  __mul__: "mul",
  __rmul__: "mul",
  __truediv__: "div",
  __rtruediv__: "__rtruediv__",
  __div__: "div",
  __floordiv__: "floor_divide",
  __rfloordiv__: "__rfloordiv__",
  __mod__: "remainder",
  __rmod__: "__rmod__",
  __pow__: "pow",
  __rpow__: "__rpow__",
  __neg__: "neg",
  __pos__: "positive",
  __abs__: "abs",
  __invert__: "bitwise_not",
  __and__: "bitwise_and",
  __rand__: "bitwise_and",
  __or__: "bitwise_or",
  __ror__: "bitwise_or",
  __xor__: "bitwise_xor",
  __rxor__: "bitwise_xor",
  __lshift__: "bitwise_left_shift",
  __rshift__: "bitwise_right_shift",
  __eq__: "eq",
  __ne__: "ne",
  __lt__: "lt",
  __le__: "le",
  __gt__: "gt",
  __ge__: "ge",
  __matmul__: "matmul",
  __rmatmul__: "__rmatmul__",
};

/** `x += y` writes to `x`. */
export const IN_PLACE_OPERATORS: Readonly<Record<string, string>> = {
  __iadd__: "add",
  __isub__: "sub",
  __imul__: "mul",
  __itruediv__: "div",
  __idiv__: "div",
  __ifloordiv__: "floor_divide",
  __imod__: "remainder",
  __ipow__: "pow",
  __iand__: "bitwise_and",
  __ior__: "bitwise_or",
  __ixor__: "bitwise_xor",
  __ilshift__: "bitwise_left_shift",
  __irshift__: "bitwise_right_shift",
};
