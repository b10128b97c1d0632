/**
 * `torch.linalg`, and the decompositions that the module `torch` has names for.
 * https://docs.pytorch.org/docs/stable/linalg.html
 */
import { product } from "../../../cost/lift.ts";
import { type Dim, type Shape, Unknown } from "../../../interpret/values.ts";
import { axisOf, broadcast, isMisfit, Misfit, numel, showShape } from "../../shape/dims.ts";
import { matmulShape } from "../../shape/matmul.ts";
import type { Args } from "./args.ts";
import { CONTRACTIONS, MULTI_DOT } from "./contractions.ts";
import { complexOf, floatOf, realOf } from "./dtypes.ts";
import type { Answer, Made, OpSpec, OpTable } from "./op.ts";
import { reduction } from "./reductions.ts";

interface Matrix {
  readonly batch: Shape;
  readonly rows: Dim;
  readonly columns: Dim;
  readonly rank: Dim;
}

/** The last two axes of a tensor and those before. */
function matrix(a: Args, name = "input"): Matrix | Misfit {
  const shape = a.shape(name);
  const [rows, columns] = [shape.at(-2), shape.at(-1)];
  if (rows === undefined || columns === undefined) {
    if (a.unknown) return { batch: [], rows: a.unknown, columns: a.unknown, rank: a.unknown };
    return new Misfit(`needs a matrix, gets ${showShape(shape)}`);
  }
  const rank =
    typeof rows === "number" && typeof columns === "number"
      ? Math.min(rows, columns)
      : [rows, columns].find((dim) => dim instanceof Unknown)!;
  return { batch: shape.slice(0, -2), rows, columns, rank };
}

function dtype(a: Args): string {
  return a.tensor("input").dtype;
}

/** An op on matrices with one result. */
function one(
  signature: string,
  shape: (m: Matrix, a: Args) => Shape,
  type: (dtype: string) => string = (t) => t,
): OpSpec {
  return {
    signature,
    rule: (a) => {
      const m = matrix(a);
      return isMisfit(m) ? m : { shape: shape(m, a), dtype: type(dtype(a)) };
    },
  };
}

/** A decomposition with named results. */
function several(
  signature: string,
  name: string,
  fields: readonly string[],
  each: (m: Matrix, a: Args) => readonly Made[],
): OpSpec {
  return {
    signature,
    rule: (a) => {
      const m = matrix(a);
      return isMisfit(m) ? m : { each: each(m, a), pack: { name, fields } };
    },
  };
}

/** An op that takes square matrices alone. */
function square(spec: OpSpec): OpSpec {
  return {
    ...spec,
    rule: (a) => {
      const m = matrix(a);
      if (isMisfit(m)) return m;
      const differs = typeof m.rows === "number" && typeof m.columns === "number" && m.rows !== m.columns;
      return differs
        ? new Misfit(`needs square matrices, gets ${showShape(a.shape("input"))}`)
        : spec.rule(a);
    },
  };
}

const whole = (m: Matrix): Shape => [...m.batch, m.rows, m.columns];
const swapped = (m: Matrix): Shape => [...m.batch, m.columns, m.rows];
const batchOnly = (m: Matrix): Shape => m.batch;
const values = (m: Matrix): Shape => [...m.batch, m.rank];

function svd(full: (a: Args) => boolean, transposed: boolean): (m: Matrix, a: Args) => readonly Made[] {
  return (m, a) => {
    const left = full(a) ? m.rows : m.rank;
    const right = full(a) ? m.columns : m.rank;
    const v = transposed ? [right, m.columns] : [m.columns, right];
    return [
      { shape: [...m.batch, m.rows, left], dtype: dtype(a) },
      { shape: values(m), dtype: realOf(dtype(a)) },
      { shape: [...m.batch, ...v], dtype: dtype(a) },
    ];
  };
}

function qr(m: Matrix, a: Args): readonly Made[] {
  const complete = a.text("mode") === "complete" || a.bound.some === false;
  const inner = complete ? m.rows : m.rank;
  const q: Shape = a.text("mode") === "r" ? [0] : [...m.batch, m.rows, inner];
  return [{ shape: q }, { shape: [...m.batch, inner, m.columns] }];
}

function eig(complexValues: boolean): (m: Matrix, a: Args) => readonly Made[] {
  return (m, a) => {
    const type = complexValues ? complexOf(dtype(a)) : dtype(a);
    return [
      { shape: values(m), dtype: complexValues ? type : realOf(type) },
      { shape: whole(m), dtype: type },
    ];
  };
}

/** Solution X of A X = B. */
const SOLVE: OpSpec = square({
  signature: "input, B, *, left=True",
  rule: (a) => {
    const m = matrix(a);
    const right = a.shape("B");
    if (isMisfit(m)) return m;
    const vector = right.length === 1 || (m.batch.length > 0 && right.length === m.batch.length + 1);
    const shape = matmulShape([...m.batch, m.columns, m.rows], vector ? [...right, 1] : right);
    if (isMisfit(shape)) return shape;
    return { shape: vector ? shape.slice(0, -1) : shape };
  },
});

const LSTSQ: OpSpec = {
  signature: "input, B, rcond=None, *, driver=None",
  rule: (a) => {
    const m = matrix(a);
    if (isMisfit(m)) return m;
    const right = a.shape("B");
    const each: Made[] = [
      { shape: [...m.batch, m.columns, right.at(-1) ?? 1] },
      { shape: [...m.batch, right.at(-1) ?? 1] },
      { shape: m.batch, dtype: "int64" },
      { shape: values(m) },
    ];
    return { each, pack: { name: "lstsq", fields: ["solution", "residuals", "rank", "singular_values"] } };
  },
};

function vectorNorm(a: Args): Answer {
  return reduction(a, a.axes("dim"), (type) => realOf(floatOf(type)));
}

function matrixNorm(a: Args): Answer {
  return reduction(a, a.has("dim") ? a.ints("dim") : [-2, -1], (type) => realOf(floatOf(type)));
}

const CROSS: OpSpec = {
  signature: "input, other, *, dim=-1",
  rule: (a) => {
    const shape = broadcast(a.shape("input"), a.shape("other"));
    return isMisfit(shape) ? shape : { shape };
  },
};

function vecdot(a: Args): Answer {
  const shape = broadcast(a.shape("input"), a.shape("other"));
  if (isMisfit(shape)) return shape;
  const axis = axisOf(a.int("dim"), shape.length);
  return axis === undefined
    ? new Misfit(`${showShape(shape)} has no axis`)
    : { shape: shape.toSpliced(axis, 1) };
}

const INVERSE = square(one("input, *, hermitian=False", whole));
const CHOLESKY = square(one("input, *, upper=False", whole));
const POWER: OpSpec = {
  ...square(one("input, n", whole)),
  op: "matmul",
  macs: (a) => {
    const m = matrix(a);
    const n = a.dim("n");
    if (isMisfit(m)) return 0;
    if (typeof n !== "number") return n;
    return product<Unknown>([powerProducts(Math.abs(n)), ...whole(m), m.columns]);
  },
};

/** One square for each bit of the exponent behind the first, one product for each that is set. */
function powerProducts(exponent: number): number {
  if (exponent < 2) return 0;
  const bits = exponent.toString(2);
  return bits.length - 1 + bits.replaceAll("0", "").length - 1;
}
const SLOGDET = square(
  several("input", "slogdet", ["sign", "logabsdet"], (m) => [{ shape: m.batch }, { shape: m.batch }]),
);
const PINV = one("input, rcond=None, hermitian=False, *, atol=None, rtol=None", swapped);
const EXP = square(one("input", whole));
const RANK = one("input, tol=None, hermitian=False, *, atol=None, rtol=None", batchOnly, () => "int64");
const QR = several("input, mode='reduced'", "qr", ["Q", "R"], qr);

/** `torch.linalg`. */
export const LINALG: OpTable = {
  norm: { signature: "input, ord=None, dim=None, keepdim=False, *, dtype=None", rule: vectorNorm },
  vector_norm: { signature: "input, ord=2, dim=None, keepdim=False, *, dtype=None", rule: vectorNorm },
  matrix_norm: { signature: "input, ord='fro', dim=None, keepdim=False, *, dtype=None", rule: matrixNorm },
  det: square(one("input", batchOnly)),
  slogdet: SLOGDET,
  inv: INVERSE,
  pinv: PINV,
  cholesky: CHOLESKY,
  cond: one("input, p=None", batchOnly, (type) => realOf(type)),
  matrix_rank: RANK,
  matrix_power: POWER,
  matrix_exp: EXP,
  eig: square(several("input", "linalg_eig", ["eigenvalues", "eigenvectors"], eig(true))),
  eigh: square(several("input, UPLO='L'", "linalg_eigh", ["eigenvalues", "eigenvectors"], eig(false))),
  eigvals: square(one("input", values, complexOf)),
  eigvalsh: square(one("input, UPLO='L'", values, realOf)),
  svd: several(
    "input, full_matrices=True, *, driver=None",
    "linalg_svd",
    ["U", "S", "Vh"],
    svd((a) => a.flag("full_matrices"), true),
  ),
  svdvals: one("input, *, driver=None", values, realOf),
  qr: QR,
  solve: SOLVE,
  solve_triangular: { ...SOLVE, signature: "input, B, *, upper, left=True, unitriangular=False" },
  lstsq: LSTSQ,
  multi_dot: MULTI_DOT,
  matmul: CONTRACTIONS.matmul!,
  cross: CROSS,
  vecdot: { signature: "input, other, *, dim=-1", rule: vecdot },
  diagonal: one("input, *, offset=0, dim1=-2, dim2=-1", values),
  vander: {
    signature: "input, *, N=None",
    rule: (a) => ({
      shape: [...a.shape("input"), a.has("N") ? a.dim("N") : numel(a.shape("input").slice(-1))],
    }),
  },
};

/** Names of both the module `torch` and the class. */
export const DECOMPOSITIONS: OpTable = {
  det: LINALG.det!,
  logdet: LINALG.det!,
  slogdet: SLOGDET,
  inverse: INVERSE,
  pinverse: PINV,
  cholesky: CHOLESKY,
  cholesky_inverse: CHOLESKY,
  matrix_power: POWER,
  matrix_exp: EXP,
  qr: several("input, some=True", "qr", ["Q", "R"], qr),
  svd: several(
    "input, some=True, compute_uv=True",
    "svd",
    ["U", "S", "V"],
    svd((a) => !a.flag("some"), false),
  ),
};
