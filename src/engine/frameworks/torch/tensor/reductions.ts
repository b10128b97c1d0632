/**
 * Reductions over axes, scans along one, and norms.
 * https://docs.pytorch.org/docs/stable/torch.html#reduction-ops
 */
import { type Shape, Tensor, Unknown } from "../../../interpret/values.ts";
import {
  axesMisfit,
  axesOf,
  axisOf,
  isKnown,
  isMisfit,
  Misfit,
  reduce,
  showShape,
} from "../../shape/dims.ts";
import { lanes, mapLanes } from "../../shape/reduce.ts";
import { type Args, resultType } from "./args.ts";
import { cast, categoryOf, floatOf, realOf } from "./dtypes.ts";
import { combine } from "./elementwise.ts";
import type { Answer, Made, OpSpec, OpTable } from "./op.ts";

type Lane = (lane: readonly number[]) => number;
type DtypeRule = (dtype: string) => string;

const same: DtypeRule = (dtype) => dtype;
const toBool: DtypeRule = () => "bool";
const toIndex: DtypeRule = () => "int64";
/** Sums of integers and truth values are int64. */
const accumulated: DtypeRule = (dtype) => (["int", "bool"].includes(categoryOf(dtype)) ? "int64" : dtype);

function noAxis(shape: Shape, axes: readonly number[]): Misfit {
  return axesMisfit(`${showShape(shape)} has no axis ${axes.join(", ")}`);
}

/** Reduces `axes` of the input (all when empty), element by element where the elements are kept. */
export function reduction(a: Args, axes: readonly number[], dtype: DtypeRule, rule?: Lane): Made | Misfit {
  const input = a.tensor("input");
  const shape = a.shapeOf(input);
  const over = axesOf(axes, shape.length);
  if (!over) return noAxis(shape, axes);
  if (shape.length > 0 && axes.length > over.length)
    return new Misfit(`${axes.join(", ")} name an axis of ${showShape(shape)} more than once`);
  const data = a.data("input");
  const result = a.dtype("dtype") ?? dtype(input.dtype);
  const values = data && rule && isKnown(shape) ? lanes(data, shape, over).map(rule) : undefined;
  return {
    shape: reduce(shape, over, a.flag("keepdim")),
    dtype: result,
    data: values && cast(values, result),
  };
}

function overAxes(signature: string, dtype: DtypeRule, rule?: Lane): OpSpec {
  return { signature, rule: (a) => reduction(a, a.axes("dim"), dtype, rule) };
}

const sumOf: Lane = (lane) => lane.reduce((x, y) => x + y, 0);
const meanOf: Lane = (lane) => sumOf(lane) / lane.length;
const maxOf: Lane = (lane) => Math.max(...lane);
const minOf: Lane = (lane) => Math.min(...lane);
const argmax: Lane = (lane) => lane.indexOf(maxOf(lane));
const argmin: Lane = (lane) => lane.indexOf(minOf(lane));
const any: Lane = (lane) => (lane.some((x) => x !== 0) ? 1 : 0);
const all: Lane = (lane) => (lane.every((x) => x !== 0) ? 1 : 0);

/** `max(input)`, `max(input, dim)` and `max(input, other)`, whose second argument tells them apart. */
function extreme(name: string, value: Lane, at: Lane, elementwise: (x: number, y: number) => number): OpSpec {
  return {
    signature: "input, dim=None, keepdim=False, *, other=None",
    rule: (a) => {
      if (a.has("other")) return pairwise(a, "other", elementwise);
      if (a.bound.dim instanceof Tensor) return pairwise(a, "dim", elementwise);
      return a.has("dim") ? valuesAndIndices(a, name, value, at) : reduction(a, [], same, value);
    },
  };
}

function pairwise(a: Args, other: string, rule: (x: number, y: number) => number): Answer {
  const operands = [a.operand("input"), a.operand(other)];
  return combine(a, operands, resultType(operands), (x, y) => rule(x!, y!));
}

function valuesAndIndices(a: Args, name: string, value?: Lane, at?: Lane): Answer {
  const axes = a.has("dim") ? a.ints("dim") : [-1];
  const values = reduction(a, axes, same, value);
  const indices = reduction(a, axes, toIndex, at);
  if (isMisfit(values)) return values;
  if (isMisfit(indices)) return indices;
  return { each: [values, indices], pack: { name, fields: ["values", "indices"] } };
}

/** Reductions that answer values and indices along an axis, and one value without. */
function pairOrValue(name: string, rule?: Lane): OpSpec {
  return {
    signature: "input, dim=None, keepdim=False",
    rule: (a) => (a.has("dim") ? valuesAndIndices(a, name, rule) : reduction(a, [], same, rule)),
  };
}

function medianOf(lane: readonly number[]): number {
  return [...lane].sort((x, y) => x - y)[Math.floor((lane.length - 1) / 2)] ?? Number.NaN;
}

/** Scans keep the shape. */
function scan(dtype: DtypeRule, step?: (sum: number, x: number) => number): OpSpec {
  return {
    signature: "input, dim, *, dtype=None",
    inPlace: true,
    rule: (a) => {
      const input = a.tensor("input");
      const shape = a.shapeOf(input);
      const axis = axisOf(a.int("dim"), Math.max(shape.length, 1));
      if (axis === undefined) return noAxis(shape, a.ints("dim"));
      const data = a.data("input");
      const known = data && step && isKnown(shape) && shape.length > 0;
      return {
        shape,
        dtype: a.dtype("dtype") ?? dtype(input.dtype),
        data: known ? mapLanes(data, shape, axis, (lane) => running(lane, step)) : undefined,
      };
    },
  };
}

function running(lane: readonly number[], step: (sum: number, x: number) => number): number[] {
  const result: number[] = [];
  for (const x of lane) result.push(result.length === 0 ? x : step(result.at(-1)!, x));
  return result;
}

function scanPair(name: string): OpSpec {
  return {
    signature: "input, dim",
    rule: (a) => {
      const shape = a.shape("input");
      return { each: [{ shape }, { shape, dtype: "int64" }], pack: { name, fields: ["values", "indices"] } };
    },
  };
}

/** Variance and deviation: `var(input, unbiased)` reduces all, `var(input, dim, …)` some axes. */
function spread(a: Args): Made | Misfit {
  const whole = typeof a.bound.dim === "boolean";
  return reduction(a, whole ? [] : a.axes("dim"), floatOf);
}

const SPREAD = "input, dim=None, unbiased=True, keepdim=False, *, correction=1";

function withMean(): OpSpec {
  return {
    signature: SPREAD,
    rule: (a) => {
      const made = spread(a);
      return isMisfit(made) ? made : { each: [made, made], pack: "tuple" };
    },
  };
}

function norm(a: Args): Answer {
  return reduction(a, a.axes("dim"), (dtype) => realOf(floatOf(dtype)));
}

function quantile(a: Args): Answer {
  const made = reduction(a, a.axes("dim"), floatOf);
  if (isMisfit(made)) return made;
  const q = a.operand("q").shape;
  return { ...made, shape: Array.isArray(q) ? [...q, ...(made.shape as Shape)] : made.shape };
}

const AXES = "input, dim=None, keepdim=False, *, dtype=None";

/** Softmax of an axis keeps the shape. */
const NORMALIZED: OpSpec = {
  signature: "input, dim=None, dtype=None",
  rule: (a) => {
    const { shape, dtype } = a.tensor("input");
    const axes = a.axes("dim");
    if (!(shape instanceof Unknown) && !axesOf(axes, shape.length)) return noAxis(shape, axes);
    return { shape, dtype: a.dtype("dtype") ?? floatOf(dtype) };
  },
};

/** Names of both the module and the class. */
export const REDUCTIONS: OpTable = {
  sum: overAxes(AXES, accumulated, sumOf),
  nansum: overAxes(AXES, accumulated),
  mean: overAxes(AXES, floatOf, meanOf),
  nanmean: overAxes(AXES, floatOf),
  prod: overAxes(AXES, accumulated, (lane) => lane.reduce((x, y) => x * y, 1)),
  amax: overAxes("input, dim=(), keepdim=False", same, maxOf),
  amin: overAxes("input, dim=(), keepdim=False", same, minOf),
  aminmax: {
    signature: "input, *, dim=None, keepdim=False",
    rule: (a) => {
      const low = reduction(a, a.axes("dim"), same, minOf);
      const high = reduction(a, a.axes("dim"), same, maxOf);
      if (isMisfit(low) || isMisfit(high)) return isMisfit(low) ? low : high;
      return { each: [low, high], pack: { name: "aminmax", fields: ["min", "max"] } };
    },
  },
  argmax: overAxes("input, dim=None, keepdim=False", toIndex, argmax),
  argmin: overAxes("input, dim=None, keepdim=False", toIndex, argmin),
  max: extreme("max", maxOf, argmax, Math.max),
  min: extreme("min", minOf, argmin, Math.min),
  median: pairOrValue("median", medianOf),
  nanmedian: pairOrValue("nanmedian"),
  mode: { signature: "input, dim=-1, keepdim=False", rule: (a) => valuesAndIndices(a, "mode") },
  kthvalue: { signature: "input, k, dim=-1, keepdim=False", rule: (a) => valuesAndIndices(a, "kthvalue") },
  any: overAxes("input, dim=None, keepdim=False", toBool, any),
  all: overAxes("input, dim=None, keepdim=False", toBool, all),
  logsumexp: overAxes("input, dim, keepdim=False", floatOf, (lane) => Math.log(sumOf(lane.map(Math.exp)))),
  count_nonzero: overAxes("input, dim=None", toIndex, (lane) => lane.filter((x) => x !== 0).length),
  var: { signature: SPREAD, rule: spread },
  std: { signature: SPREAD, rule: spread },
  var_mean: withMean(),
  std_mean: withMean(),
  norm: { signature: "input, p='fro', dim=None, keepdim=False, *, dtype=None", rule: norm },
  quantile: { signature: "input, q, dim=None, keepdim=False, *, interpolation='linear'", rule: quantile },
  nanquantile: { signature: "input, q, dim=None, keepdim=False, *, interpolation='linear'", rule: quantile },
  cumsum: scan(accumulated, (x, y) => x + y),
  cumprod: scan(accumulated, (x, y) => x * y),
  logcumsumexp: scan(floatOf),
  softmax: NORMALIZED,
  log_softmax: NORMALIZED,
  cummax: scanPair("cummax"),
  cummin: scanPair("cummin"),
};
