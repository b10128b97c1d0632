/** The further functions of `keras.ops.numpy` and `keras.ops.linalg`. https://keras.io/api/ops/numpy/ */

import { entryOf } from "../../../base/table.ts";
import { add, subtract } from "../../../cost/lift.ts";
import {
  type Dim,
  isUnknown,
  List,
  type Shape,
  Tuple,
  toItems,
  toNumber,
  type Value,
} from "../../../interpret/values.ts";
import { toDim } from "../../rules/sizes.ts";
import { axisOf, broadcast, isMisfit, numel } from "../../shape/dims.ts";
import { borrow, ELEMENTS, lend } from "./borrow.ts";
import { running } from "./math.ts";
import {
  type FunctionSpec,
  type FunctionTable,
  named,
  type Op,
  onShape,
  sameShape,
  sameShapes,
  several,
  withoutData,
} from "./op.ts";

const UNARY = named(
  "angle conj real imag exp2 deg2rad rad2deg sinc signbit isposinf isneginf isreal i0 erfc",
  (name) => borrow("x", name),
);

const BINARY = named(
  "arctan2 fmax fmin fmod gcd lcm ldexp logaddexp logaddexp2 hypot heaviside nextafter bitwise_xor bitwise_left_shift bitwise_right_shift",
  (name) => borrow("x1, x2", name),
);

const REDUCTIONS = {
  ...named("amax amin", (name) => borrow("x, axis=None, keepdims=False", name)),
  ...named("ptp nanmax nanmin nanprod nanstd nanvar nanmedian", () =>
    withoutData(borrow("x, axis=None, keepdims=False, dtype=None", "amax", { dtype: "" })),
  ),
  ...named("nansum nanmean", (name) =>
    borrow("x, axis=None, keepdims=False, dtype=None", name, { dtype: "" }),
  ),
  nanargmax: borrow("x, axis=None, keepdims=False", "argmax"),
  nanargmin: borrow("x, axis=None, keepdims=False", "argmin"),
  nancumsum: running,
  nancumprod: running,
  average: borrow("x, axis=None, weights=None", "mean", { weights: ELEMENTS }),
  quantile: borrow("x, q, axis=None, method='linear', keepdims=False", "quantile", { method: "" }),
  percentile: borrow("x, q, axis=None, method='linear', keepdims=False", "quantile", { method: "" }),
  nanquantile: borrow("x, q, axis=None, method='linear', keepdims=False", "quantile", { method: "" }),
  nanpercentile: borrow("x, q, axis=None, method='linear', keepdims=False", "quantile", { method: "" }),
  trapezoid: {
    signature: "y, x=None, dx=1.0, axis=-1",
    run: (op, a) => lend(op, "sum", { input: op.tensor(a.y), dim: a.axis }),
  },
} satisfies FunctionTable;

// ------------------------------------------------------------------------- forms

const alongAxis = (rule: (size: Dim, op: Op, n: Value) => Dim): FunctionSpec => ({
  signature: "a, n=1, axis=-1",
  run: (op, a) =>
    onShape(op, a.a, (shape) => {
      const at = axisOf(toNumber(a.axis) ?? -1, shape.length);
      return at === undefined ? shape : shape.with(at, rule(shape[at] ?? 1, op, a.n));
    }),
});

function appended(op: Op, x1: Value, x2: Value, axis: Value): Value {
  if (axis !== null) return lend(op, "cat", { tensors: new List([op.tensor(x1), op.tensor(x2)]), dim: axis });
  const sizes = [numel(op.tensor(x1).shape), numel(op.tensor(x2).shape)] as const;
  return op.emit({ inputs: [op.tensor(x1), op.tensor(x2)], shape: [add(...sizes)] });
}

/** Sizes of `np.correlate` by mode. */
function correlated(op: Op, x1: Value, x2: Value, mode: Value): Value {
  const inputs = [op.tensor(x1), op.tensor(x2)];
  const [n, m] = inputs.map(({ shape }) => numel(shape)) as [Dim, Dim];
  if (typeof n !== "number" || typeof m !== "number")
    return op.emit({ inputs, shape: [typeof n === "number" ? m : n] });
  const sizes: Readonly<Record<string, number>> = {
    valid: Math.max(n, m) - Math.min(n, m) + 1,
    same: Math.max(n, m),
    full: n + m - 1,
  };
  return op.emit({ inputs, shape: [entryOf(sizes, String(mode)) ?? sizes.valid ?? 1] });
}

/** `meshgrid` in NumPy's order swaps the first two axes. */
function grid(op: Op, values: Value, indexing: Value): Value {
  const tensors = (toItems(values) ?? []).map((value) => op.tensor(value));
  const sizes = tensors.map(({ shape }) => numel(shape));
  const [first, second, ...rest] = sizes;
  const shape =
    indexing !== "ij" && first !== undefined && second !== undefined ? [second, first, ...rest] : sizes;
  return new List(tensors.map((tensor) => op.emit({ inputs: [tensor], shape })));
}

function joined(op: Op, values: readonly Value[]): Value {
  const inputs = values.map((value) => op.tensor(value));
  const shapes = inputs.flatMap(({ shape }): Shape[] => (isUnknown(shape) ? [] : [shape]));
  const shape = broadcast(...shapes);
  const lost = inputs.map(({ shape: each }) => each).find(isUnknown);
  if (lost) return op.emit({ inputs, shape: lost });
  return op.emit({
    inputs,
    shape: isMisfit(shape) ? (shapes[0] ?? []) : shape,
    problem: isMisfit(shape) ? shape.message : undefined,
  });
}

/** The shorter of the last two axes. */
function shorter(shape: Shape): Dim {
  const [m = 1, n = 1] = shape.slice(-2);
  return typeof m === "number" && typeof n === "number" ? Math.min(m, n) : isUnknown(m) ? m : n;
}

/** The plane of two axes becomes its diagonal, or nothing. */
function plane(op: Op, value: Value, axes: readonly [Value, Value], kept: boolean): Value {
  return onShape(op, value, (shape) => {
    const [a, b] = axes.map((axis) => axisOf(toNumber(axis) ?? 0, shape.length)) as [number, number];
    const rest = shape.filter((_, axis) => axis !== a && axis !== b);
    return kept ? [...rest, shorter([shape[a] ?? 1, shape[b] ?? 1])] : rest;
  });
}

const spaced = (name: string): FunctionSpec => ({
  signature: "start, stop, num=50, endpoint=True, base=10, dtype=None, ?axis=0",
  run: (op, a) => op.emit({ inputs: [], shape: [toDim(a.num)], name }),
});

const pieces = (name: string): FunctionSpec => ({
  signature: "x, indices_or_sections",
  run: (op, a) => {
    const answer = lend(op, name, { input: op.tensor(a.x), indices_or_sections: a.indices_or_sections });
    return answer instanceof Tuple ? new List([...answer.items]) : answer;
  },
});

const FORMS: FunctionTable = {
  append: {
    signature: "x1, x2, axis=None",
    run: (op, a) => appended(op, a.x1, a.x2, a.axis),
  },
  ...sameShapes({ argsort: "x, axis=-1", argpartition: "x, kth, axis=-1", digitize: "x, bins" }, "int32"),
  ...named("fliplr flipud fabs cbrt bitwise_not bitwise_invert conjugate", () => sameShape()),
  cholesky_inverse: sameShape("x, upper=False"),
  nan_to_num: borrow("x, nan=0.0, posinf=None, neginf=None", "nan_to_num"),
  isclose: borrow("x1, x2, rtol=1e-05, atol=1e-08, equal_nan=False", "isclose"),
  divide_no_nan: { signature: "x1, x2", run: (op, a) => joined(op, [a.x1, a.x2]) },
  left_shift: borrow("x, y", "bitwise_left_shift"),
  right_shift: borrow("x, y", "bitwise_right_shift"),
  isin: {
    signature: "x1, x2, assume_unique=False, invert=False",
    run: (op, a) => op.emit({ inputs: [op.tensor(a.x1)], shape: op.tensor(a.x1).shape, dtype: "bool" }),
  },
  searchsorted: {
    signature: "sorted_sequence, values, side='left'",
    run: (op, a) => op.emit({ inputs: [op.tensor(a.values)], shape: op.tensor(a.values).shape }),
  },
  rot90: {
    signature: "array, k=1, axes=(0, 1)",
    run: (op, a) => lend(op, "rot90", { input: op.tensor(a.array), k: a.k, dims: a.axes }),
  },
  array_split: {
    signature: "x, indices_or_sections, axis=0",
    run: (op, a) => {
      const answer = lend(op, "tensor_split", {
        input: op.tensor(a.x),
        indices_or_sections: a.indices_or_sections,
        dim: a.axis,
      });
      return answer instanceof Tuple ? new List([...answer.items]) : answer;
    },
  },
  ...named("hsplit vsplit dsplit", pieces),
  ...named("hstack vstack dstack", (name) => borrow("xs", name)),
  diff: alongAxis((size, _op, n) => subtract(size, toNumber(n) ?? 1)),
  diagonal: {
    signature: "x, offset=0, axis1=0, axis2=1",
    run: (op, a) =>
      a.offset === 0
        ? plane(op, a.x, [a.axis1, a.axis2], true)
        : lend(op, "diagonal", { input: op.tensor(a.x), offset: a.offset, dim1: a.axis1, dim2: a.axis2 }),
  },
  trace: {
    signature: "x, offset=0, axis1=0, axis2=1",
    run: (op, a) => plane(op, a.x, [a.axis1, a.axis2], false),
  },
  diag: borrow("x, k=0", "diag", { k: "diagonal" }),
  diagflat: borrow("x, k=0", "diagflat", { k: "offset" }),
  corrcoef: borrow("x", "corrcoef"),
  correlate: {
    signature: "x1, x2, mode='valid'",
    run: (op, a) => correlated(op, a.x1, a.x2, a.mode),
  },
  meshgrid: {
    signature: "*x, indexing='xy'",
    run: (op, a) => grid(op, a.x, a.indexing),
  },
  select: {
    signature: "condlist, choicelist, default=0",
    run: (op, a) => joined(op, [...(toItems(a.condlist) ?? []), ...(toItems(a.choicelist) ?? [])]),
  },
  take_along_axis: {
    signature: "x, indices, axis=None",
    run: (op, a) => op.emit({ inputs: [op.tensor(a.x)], shape: op.tensor(a.indices).shape }),
  },
  get_item: { signature: "x, key", run: (op, a) => op.interp.getItem(op.tensor(a.x), a.key) },
  view: { signature: "x, dtype=None", run: (op, a) => op.tensor(a.x) },
  unravel_index: {
    signature: "indices, shape",
    run: (op, a) => several((toItems(a.shape) ?? []).map(() => op.tensor(a.indices))),
  },
  ...named("unique nonzero bincount", (name) => ({
    signature: "x, *args, **kwargs",
    run: (op, a) =>
      op.emit({ inputs: [op.tensor(a.x)], shape: op.interp.ofData(`${name} depends on the data`) }),
  })),
  histogram: {
    signature: "x, bins=10, range=None",
    run: (op, a) =>
      several([
        op.emit({ inputs: [op.tensor(a.x)], shape: [toDim(a.bins)] }),
        op.emit({ inputs: [op.tensor(a.x)], shape: [add(toDim(a.bins), 1)] }),
      ]),
  },
  vander: {
    signature: "x, N=None, increasing=False",
    run: (op, a) => onShape(op, a.x, (shape) => [...shape, a.N === null ? (shape[0] ?? 1) : toDim(a.N)]),
  },
};

const CREATION: FunctionTable = {
  empty: borrow("shape, dtype=None", "zeros", { shape: "size" }),
  empty_like: borrow("x, dtype=None", "zeros_like"),
  identity: borrow("n, dtype=None", "eye", { n: "n" }),
  ...named("geomspace logspace", spaced),
  tri: {
    signature: "N, M=None, k=0, dtype=None",
    run: (op, a) => op.emit({ inputs: [], shape: [toDim(a.N), toDim(a.M ?? a.N)] }),
  },
  ...named("bartlett blackman hamming hanning kaiser", (name) => ({
    signature: "x, beta=None",
    run: (op, a) => op.emit({ inputs: [], shape: [toDim(a.x)], name }),
  })),
};

const PLAIN: FunctionTable = {
  size: { signature: "x", plain: true, run: (op, a) => numel(op.tensor(a.x).shape) },
  dtype: { signature: "x", plain: true, run: (op, a) => op.tensor(a.x).dtype },
  vectorize: {
    signature: "pyfunc, *, excluded=None, ?signature=None",
    plain: true,
    run: (_op, a) => a.pyfunc,
  },
  allclose: {
    signature: "x1, x2, *args, **kwargs",
    plain: true,
    run: (op) => op.interp.ofData("depends on the data of tensors"),
  },
};

// ----------------------------------------------------------------------- products

const PRODUCTS: FunctionTable = {
  inner: borrow("x1, x2", "inner"),
  vdot: borrow("x1, x2", "vdot"),
  kron: borrow("x1, x2", "kron"),
  cross: {
    signature: "x1, x2, ?axisa=-1, ?axisb=-1, ?axisc=-1, ?axis=None",
    run: (op, a) => joined(op, [a.x1, a.x2]),
  },
  cdist: borrow("x, y", "cdist", { x: "x1", y: "x2" }),
  cholesky: borrow("x, upper=False", "cholesky"),
  ...named("det inv", (name) => borrow("x", name)),
  matrix_rank: borrow("x, tol=None", "matrix_rank", { tol: "" }),
  pinv: borrow("x, rcond=None", "pinv", { rcond: "" }),
  ...named("eig eigh slogdet", (name) => borrow("x", name)),
  svd: borrow("x, full_matrices=True, ?compute_uv=True", "svd"),
  qr: borrow("x, mode='reduced'", "qr"),
  logdet: borrow("x", "det"),
  solve: borrow("a, b", "solve", { a: "input", b: "B" }),
  solve_triangular: {
    signature: "a, b, lower=False",
    run: (op, a) => lend(op, "solve", { input: op.tensor(a.a), B: op.tensor(a.b) }),
  },
  lstsq: {
    signature: "a, b, rcond=None",
    run: (op, a) => lend(op, "solve", { input: op.tensor(a.a), B: op.tensor(a.b) }),
  },
  lu_factor: {
    signature: "x",
    run: (op, a) => {
      const input = op.tensor(a.x);
      const pivots = isUnknown(input.shape)
        ? input.shape
        : [...input.shape.slice(0, -2), shorter(input.shape)];
      return several([
        op.emit({ inputs: [input], shape: input.shape }),
        op.emit({ inputs: [input], shape: pivots }),
      ]);
    },
  },
  jvp: {
    signature: "fun, primals, tangents, **kwargs",
    plain: true,
    run: (op) => op.interp.unknown("a derivative is not part of a network's cost"),
  },
};

export const NUMPY: FunctionTable = {
  ...UNARY,
  ...BINARY,
  ...REDUCTIONS,
  ...FORMS,
  ...CREATION,
  ...PLAIN,
  ...PRODUCTS,
};
