/**
 * Sorting, searching, and counting: ops whose results depend on the order or the values of the elements.
 * https://docs.pytorch.org/docs/stable/torch.html#comparison-ops
 */
import { product } from "../../../cost/lift.ts";
import { type Dim, type Shape, Tensor, Unknown } from "../../../interpret/values.ts";
import { axisOf, isKnown, isMisfit, Misfit, numel, showShape } from "../../shape/dims.ts";
import { mapLanes } from "../../shape/reduce.ts";
import type { Args } from "./args.ts";
import { floatOf } from "./dtypes.ts";
import type { Answer, Made, OpSpec, OpTable } from "./op.ts";
import { dataReason } from "./reasons.ts";

function axis(a: Args): number | Misfit {
  const shape = a.shape("input");
  const at = axisOf(a.int("dim"), Math.max(shape.length, 1));
  return at ?? new Misfit(`${showShape(shape)} has no axis ${a.int("dim")}`);
}

/** Of an op that takes no tensor without axes. */
function realAxis(a: Args): number | Misfit {
  const shape = a.shape("input");
  return axisOf(a.int("dim"), shape.length) ?? new Misfit(`${showShape(shape)} has no axis ${a.int("dim")}`);
}

/** Places of the elements of a lane in ascending or descending order; equal ones keep theirs. */
function order(lane: readonly number[], descending: boolean): number[] {
  const places = [...lane.keys()];
  return places.sort((i, j) => (descending ? lane[j]! - lane[i]! : lane[i]! - lane[j]!));
}

function sorted(a: Args): readonly [Made, Made] | Misfit {
  const shape = a.shape("input");
  const at = axis(a);
  if (isMisfit(at)) return at;
  const data = a.data("input");
  const descending = a.dataFlag("descending");
  const isOrdered = data && descending !== undefined && isKnown(shape) && shape.length > 0;
  const known = isOrdered ? { data, shape } : undefined;
  const values =
    known &&
    mapLanes(known.data, known.shape, at, (lane) => order(lane, descending === true).map((i) => lane[i]!));
  const places = known && mapLanes(known.data, known.shape, at, (lane) => order(lane, descending === true));
  return [
    { shape, data: values },
    { shape, dtype: "int64", data: places },
  ];
}

function sort(signature: string): OpSpec {
  return {
    signature,
    rule: (a) => {
      const pair = sorted(a);
      return isMisfit(pair) ? pair : { each: pair, pack: { name: "sort", fields: ["values", "indices"] } };
    },
  };
}

function topk(a: Args): Answer {
  const shape = a.shape("input");
  const at = axis(a);
  if (isMisfit(at)) return at;
  const count = a.dim("k");
  const size = shape[at];
  if (typeof count === "number" && typeof size === "number" && count > size) {
    return new Misfit(`cannot take ${count} of ${size} elements of axis ${at} of ${showShape(shape)}`);
  }
  const taken = shape.length === 0 ? shape : shape.with(at, count);
  return {
    each: [{ shape: taken }, { shape: taken, dtype: "int64" }],
    pack: { name: "topk", fields: ["values", "indices"] },
  };
}

/** The result has a size that only the elements tell; small known tensors tell it. */
function unique(a: Args): Answer {
  const input = a.tensor("input");
  const data = a.has("dim") ? undefined : a.kit.dataOf(input);
  const found = data && [...new Set(data)].sort((x, y) => x - y);
  const count: Dim = found?.length ?? a.interp.ofData(dataReason(input));
  const shape = a.shapeOf(input);
  const at = a.has("dim") ? realAxis(a) : undefined;
  if (isMisfit(at)) return at;
  const values: Made = { shape: at === undefined ? [count] : shape.with(at, count), data: found };
  const each = [values];
  if (a.flag("return_inverse")) {
    const indices = data?.map((value) => found!.indexOf(value));
    each.push({ shape: at === undefined ? shape : [shape[at]!], dtype: "int64", data: indices });
  }
  if (a.flag("return_counts")) {
    const counts = found?.map((value) => data!.filter((other) => other === value).length);
    each.push({ shape: [count], dtype: "int64", data: counts });
  }
  return each.length === 1 ? values : { each, pack: "tuple" };
}

/** As `unique`, of neighbours alone. */
function uniqueConsecutive(a: Args): Answer {
  const input = a.tensor("input");
  const shape = a.shapeOf(input);
  const data = a.has("dim") ? undefined : a.kit.dataOf(input);
  const starts = data?.flatMap((value, i) => (i > 0 && data[i - 1] === value ? [] : [i]));
  const count: Dim = starts?.length ?? a.interp.ofData(dataReason(input));
  const at = a.has("dim") ? realAxis(a) : undefined;
  if (isMisfit(at)) return at;
  const values: Made = {
    shape: at === undefined ? [count] : shape.with(at, count),
    data: starts?.map((i) => data![i]!),
  };
  const each = [values];
  if (a.flag("return_inverse")) {
    let run = -1;
    const indices = data?.map((_, i) => (starts?.[run + 1] === i ? ++run : run));
    each.push({ shape: at === undefined ? shape : [shape[at]!], dtype: "int64", data: indices });
  }
  if (a.flag("return_counts")) {
    const counts = starts?.map((start, i) => (starts[i + 1] ?? data!.length) - start);
    each.push({ shape: [count], dtype: "int64", data: counts });
  }
  return each.length === 1 ? values : { each, pack: "tuple" };
}

/** Indices of the shape of the values that are looked up. */
function lookedUp(signature: string, values: string): OpSpec {
  return {
    signature,
    rule: (a) => {
      const dtype = a.flag("out_int32") ? "int32" : "int64";
      return { shape: a.operand(values).shape, dtype };
    },
  };
}

function bincount(a: Args): Answer {
  const data = a.data("input");
  const least = a.int("minlength");
  a.tensor("input");
  const size = data
    ? Math.max(least, ...data.map((x) => x + 1))
    : a.interp.ofData("depends on the data of a tensor");
  return { shape: [size], dtype: a.has("weights") ? "float64" : "int64" };
}

function histogram(name: string, edges: boolean): OpSpec {
  return {
    signature: "input, bins=100, min=0, max=0, *, range=None, weight=None, density=False",
    rule: (a) => {
      const bins: Dim = a.bound.bins instanceof Tensor ? edgeBins(a.tensor("bins").shape) : a.dim("bins");
      const dtype = a.tensor("input").dtype;
      const count: Made = { shape: [bins], dtype };
      if (!edges) return count;
      const ends: Made = { shape: [typeof bins === "number" ? bins + 1 : bins], dtype };
      return { each: [count, ends], pack: { name, fields: ["hist", "bin_edges"] } };
    },
  };
}

function edgeBins(shape: Shape | Unknown): Dim {
  const count = numel(shape);
  return typeof count === "number" ? count - 1 : count;
}

const VARIATES: OpSpec = {
  signature: "input, num_samples, replacement=False",
  rule: (a) => ({ shape: [...a.shape("input").slice(0, -1), a.dim("num_samples")], dtype: "int64" }),
};

/** Covariances of the rows of a matrix. */
const ROWS_BY_ROWS: OpSpec = {
  signature: "input, *, correction=1, fweights=None, aweights=None",
  rule: (a) => {
    const shape = a.shape("input");
    return {
      shape: shape.length < 2 || shape[0] === 1 ? [] : [shape[0]!, shape[0]!],
      dtype: floatOf(a.tensor("input").dtype),
    };
  },
  macs: (a) => {
    if (a.unknown) return a.unknown;
    const shape = a.shape("input");
    // A vector is one row of a matrix.
    const [rows = 1, columns = 1] = shape.length < 2 ? [1, ...shape] : shape;
    return product<Unknown>([rows, rows, columns]);
  },
};

/** Differences of neighbours along an axis. */
function diff(a: Args): Answer {
  const shape = a.shape("input");
  const at = realAxis(a);
  if (isMisfit(at)) return at;
  const added = ["prepend", "append"].map((name) => (a.has(name) ? (a.shape(name).at(at) ?? 1) : 0));
  const unknown = [shape[at]!, ...added].find((dim) => dim instanceof Unknown);
  if (unknown !== undefined) return { shape: shape.with(at, unknown) };
  const size = (shape[at] as number) + (added[0] as number) + (added[1] as number) - a.int("n");
  const plain = a.int("n") === 1 && !a.has("prepend") && !a.has("append");
  const data = plain && isKnown(shape) ? a.data("input") : undefined;
  const neighbours = (lane: readonly number[]) => lane.slice(1).map((value, i) => value - lane[i]!);
  return {
    shape: shape.with(at, Math.max(0, size)),
    data: data && isKnown(shape) ? mapLanes(data, shape, at, neighbours) : undefined,
  };
}

/** An axis is integrated away. */
const INTEGRAL: OpSpec = {
  signature: "input, x=None, *, dx=None, dim=-1",
  rule: (a) => {
    const at = realAxis(a);
    return isMisfit(at) ? at : { shape: a.shape("input").toSpliced(at, 1) };
  },
};

/** Names of both the module and the class. */
export const SORTING: OpTable = {
  sort: sort("input, dim=-1, descending=False, stable=False"),
  msort: { signature: "input", rule: (a) => ({ shape: a.shape("input") }) },
  argsort: {
    signature: "input, dim=-1, descending=False, stable=False",
    rule: (a) => {
      const pair = sorted(a);
      return isMisfit(pair) ? pair : pair[1];
    },
  },
  topk: { signature: "input, k, dim=-1, largest=True, sorted=True", rule: topk },
  unique: {
    signature: "input, sorted=True, return_inverse=False, return_counts=False, dim=None",
    rule: unique,
  },
  unique_consecutive: {
    signature: "input, return_inverse=False, return_counts=False, dim=None",
    rule: uniqueConsecutive,
  },
  bincount: { signature: "input, weights=None, minlength=0", rule: bincount },
  histc: histogram("histc", false),
  histogram: histogram("histogram", true),
  multinomial: VARIATES,
  cov: ROWS_BY_ROWS,
  corrcoef: ROWS_BY_ROWS,
  diff: { signature: "input, n=1, dim=-1, prepend=None, append=None", rule: diff },
  renorm: {
    signature: "input, p, dim, maxnorm",
    inPlace: true,
    rule: (a) => ({ shape: a.tensor("input").shape }),
  },
};

/** Names of the module alone. */
export const SORTING_FUNCTIONS: OpTable = {
  bucketize: lookedUp("input, boundaries, *, out_int32=False, right=False", "input"),
  searchsorted: lookedUp(
    "sorted_sequence, input, *, out_int32=False, right=False, side=None, sorter=None",
    "input",
  ),
  trapz: INTEGRAL,
  trapezoid: INTEGRAL,
};
