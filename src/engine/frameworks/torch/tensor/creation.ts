/**
 * Making tensors. Small ones of known numbers keep their elements.
 * https://docs.pytorch.org/docs/stable/torch.html#creation-ops
 */

import { entryOf } from "../../../base/table.ts";
import { rangeLength } from "../../../cost/geometry.ts";
import {
  type Dim,
  Float,
  type Shape,
  Tensor,
  toItems,
  Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { MAX_DATA } from "../../shape/dims.ts";
import { type Args, nestedNumbers } from "./args.ts";
import { cast, categoryOf, complexOf } from "./dtypes.ts";
import { above, below, filled, triangleIndices } from "./fills.ts";
import type { Answer, Made, OpSpec, OpTable } from "./op.ts";

/** `zeros(*size)`; the elements are not known without a `value`. */
function sized(value?: number, dtype = "float32"): OpSpec {
  return {
    signature: "*size, dtype=None",
    rule: (a) => {
      const shape = a.dims("size");
      return { shape, dtype: a.dtype("dtype") ?? dtype, data: filled(shape, value) };
    },
  };
}

/** `zeros_like(input)`. */
function like(value?: number): OpSpec {
  return {
    signature: "input, *, dtype=None",
    rule: (a) => {
      const input = a.tensor("input");
      return { shape: input.shape, dtype: a.dtype("dtype") ?? input.dtype, data: filled(input.shape, value) };
    },
  };
}

/** `x.new(*size)`; `x.new(other)` is of the other's shape. */
const NEW: OpSpec = {
  signature: "input, *size, dtype=None",
  rule: (a) => {
    const [other] = toItems(a.bound.size ?? null) ?? [];
    const shape = other instanceof Tensor ? other.shape : a.dims("size");
    return { shape, dtype: a.tensor("input").dtype };
  },
};

/** `x.new_zeros(*size)`. */
function renewed(value?: number): OpSpec {
  return {
    signature: "input, *size, dtype=None",
    rule: (a) => {
      const shape = a.dims("size");
      return { shape, dtype: a.dtype("dtype") ?? a.tensor("input").dtype, data: filled(shape, value) };
    },
  };
}

function fillDtype(value: Value): string {
  if (typeof value === "boolean") return "bool";
  return typeof value === "number" ? "int64" : "float32";
}

function full(signature: string, dtype: (a: Args) => string, shape: (a: Args) => Shape | Unknown): OpSpec {
  return {
    signature,
    rule: (a) => {
      const sizes = shape(a);
      return {
        shape: sizes,
        dtype: a.dtype("dtype") ?? dtype(a),
        data: filled(sizes, a.number("fill_value")),
      };
    },
  };
}

/** `arange(end)`, `arange(start, end, step)`. */
function arange(a: Args): Answer {
  const single = !a.has("end");
  const ends = single ? [0, scalar(a, "start")] : [scalar(a, "start"), scalar(a, "end")];
  const [start = 0, end = 0] = ends;
  const step = scalar(a, "step");
  const values = [a.bound.start, a.bound.end, a.bound.step];
  const real = values.some(
    (value) => value instanceof Float || (value instanceof Tensor && categoryOf(value.dtype) === "float"),
  );
  const dtype = a.dtype("dtype") ?? (real ? "float32" : "int64");
  const count = rangeLength<Unknown>(start, end, step);
  return { shape: [count], dtype, data: progression(start, step, count, dtype) };
}

function scalar(a: Args, name: string): Dim {
  const value = entryOf(a.bound, name);
  if (value instanceof Unknown) return value;
  return a.number(name) ?? a.interp.ofData("depends on the data of a tensor");
}

function progression(start: Dim, step: Dim, count: Dim, dtype: string): readonly number[] | undefined {
  if (
    typeof start !== "number" ||
    typeof step !== "number" ||
    typeof count !== "number" ||
    !(count <= MAX_DATA)
  ) {
    return undefined;
  }
  return cast(
    Array.from({ length: count }, (_, i) => start + i * step),
    dtype,
  );
}

/** `linspace`, `logspace`: both ends included. */
function spaced(rule: (x: number, base: number) => number): OpSpec {
  return {
    signature: "start, end, steps=100, base=10.0, *, dtype=None",
    rule: (a) => {
      const count = a.dim("steps");
      const start = scalar(a, "start");
      const end = scalar(a, "end");
      const step =
        typeof start === "number" && typeof end === "number" && typeof count === "number"
          ? (end - start) / Math.max(1, count - 1)
          : a.interp.unknown("needs its ends");
      const data = progression(start, step, count, "float64");
      if (data && data.length > 1 && typeof end === "number") (data as number[])[data.length - 1] = end;
      const dtype = a.dtype("dtype") ?? "float32";
      const base = a.number("base") ?? 10;
      return {
        shape: [count],
        dtype,
        data:
          data &&
          cast(
            data.map((x) => rule(x, base)),
            dtype,
          ),
      };
    },
  };
}

/** `tensor(data)`: numbers, nested lists of them, tensors. */
function fromData(signature: string): OpSpec {
  return {
    signature,
    rule: (a) => {
      const value = a.bound.data;
      if (value instanceof Tensor) {
        return { shape: value.shape, dtype: a.dtype("dtype") ?? value.dtype, data: a.kit.dataOf(value) };
      }
      const nested = value instanceof Unknown ? undefined : nestedNumbers(a, value);
      if (!nested) {
        const why = value instanceof Unknown ? value : a.unknown;
        return { shape: why ?? a.interp.unknown("is made of data that is not known") };
      }
      const dtype = a.dtype("dtype") ?? nested.dtype;
      const small = nested.data && nested.data.length <= MAX_DATA;
      return { shape: nested.shape, dtype, data: small ? cast(nested.data!, dtype) : undefined };
    },
  };
}

const EYE: OpSpec = {
  signature: "n, m=None, *, dtype=None",
  rule: (a) => {
    const rows = a.dim("n");
    const columns = a.has("m") ? a.dim("m") : rows;
    const zeros = filled([rows, columns], 0);
    const data = zeros?.map((_, i) =>
      i % ((columns as number) + 1) === 0 && Math.floor(i / (columns as number)) === i % (columns as number)
        ? 1
        : 0,
    );
    return { shape: [rows, columns], dtype: a.dtype("dtype") ?? "float32", data };
  },
};

function vander(a: Args): Answer {
  const size = a.shape("input")[0] ?? 1;
  return { shape: [size, a.has("N") ? a.dim("N") : size] };
}

const RANDOM_INT: OpSpec = {
  signature: "low=0, high=None, size=None, *, dtype=None",
  rule: (a) => {
    const size = a.has("size") ? "size" : "high";
    return { shape: a.dims(size), dtype: a.dtype("dtype") ?? "int64" };
  },
};

/** `normal(mean, std, size)`: the size, or that of mean and std. */
const NORMAL: OpSpec = {
  signature: "mean=0.0, std=1.0, size=None, *, dtype=None",
  rule: (a): Made => {
    if (a.has("size")) return { shape: a.dims("size"), dtype: a.dtype("dtype") ?? "float32" };
    return { shape: a.tensor(a.bound.mean instanceof Tensor ? "mean" : "std").shape };
  },
};

/** Names of the module alone. */
export const CREATION: OpTable = {
  zeros: sized(0),
  ones: sized(1),
  empty: sized(),
  rand: sized(),
  randn: sized(),
  randint: RANDOM_INT,
  randperm: {
    signature: "n, *, dtype=None",
    rule: (a) => ({ shape: [a.dim("n")], dtype: a.dtype("dtype") ?? "int64" }),
  },
  normal: NORMAL,
  full: full(
    "size, fill_value, *, dtype=None",
    (a) => fillDtype(a.bound.fill_value),
    (a) => a.dims("size"),
  ),
  full_like: full(
    "input, fill_value, *, dtype=None",
    (a) => a.tensor("input").dtype,
    (a) => a.tensor("input").shape,
  ),
  zeros_like: like(0),
  ones_like: like(1),
  empty_like: like(),
  rand_like: like(),
  randn_like: like(),
  randint_like: { ...like(), signature: "input, low, high=None, *, dtype=None" },
  bernoulli: { signature: "input, p=None", rule: (a) => ({ shape: a.tensor("input").shape }) },
  poisson: like(),
  empty_strided: {
    signature: "size, stride, *, dtype=None",
    rule: (a) => ({ shape: a.dims("size"), dtype: a.dtype("dtype") ?? "float32" }),
  },
  arange: { signature: "start=0, end=None, step=1, *, dtype=None", rule: arange },
  range: {
    signature: "start=0, end=None, step=1, *, dtype=None",
    rule: (a) => {
      const [start, end, step] = [scalar(a, "start"), scalar(a, "end"), scalar(a, "step")];
      const known = typeof start === "number" && typeof end === "number" && typeof step === "number";
      const count = known ? Math.floor((end - start) / step) + 1 : a.interp.unknown("needs its ends");
      return { shape: [count], dtype: "float32", data: progression(start, step, count, "float32") };
    },
  },
  linspace: spaced((x) => x),
  logspace: spaced((x, base) => base ** x),
  eye: EYE,
  tensor: fromData("data, *, dtype=None"),
  as_tensor: fromData("data, dtype=None"),
  asarray: fromData("data, *, dtype=None, copy=None"),
  scalar_tensor: fromData("data, *, dtype=None"),
  from_numpy: fromData("data"),
  frombuffer: {
    signature: "buffer, *, dtype=None, count=-1, offset=0",
    rule: (a) => ({ shape: [a.interp.unknown("depends on a buffer")] }),
  },
  complex: {
    signature: "real, imag",
    rule: (a) => ({ shape: a.tensor("real").shape, dtype: complexOf(a.tensor("real").dtype) }),
  },
  polar: {
    signature: "abs, angle",
    rule: (a) => ({ shape: a.tensor("abs").shape, dtype: complexOf(a.tensor("abs").dtype) }),
  },
  tril_indices: triangleIndices(below),
  triu_indices: triangleIndices(above),
  vander: { signature: "input, N=None, increasing=False", rule: vander },
  ...Object.fromEntries(
    ["hann_window", "hamming_window", "blackman_window", "bartlett_window", "kaiser_window"].map((name) => [
      name,
      {
        signature: "window_length, periodic=True, *args, dtype=None",
        rule: (a: Args) => ({ shape: [a.dim("window_length")], dtype: a.dtype("dtype") ?? "float32" }),
      },
    ]),
  ),
};

/** Names of the class alone. */
export const CREATION_METHODS: OpTable = {
  new_zeros: renewed(0),
  new_ones: renewed(1),
  new_empty: renewed(),
  new_full: full(
    "input, size, fill_value, *, dtype=None",
    (a) => a.tensor("input").dtype,
    (a) => a.dims("size"),
  ),
  new_tensor: fromData("input, data, *, dtype=None"),
  new: NEW,
};
