/**
 * Matrix products and other contractions: the ops of tensors that cost multiply-accumulates.
 * https://docs.pytorch.org/docs/stable/torch.html#blas-and-lapack-operations
 */

import { einsumMacs, einsumShape, matmulMacs, parseEinsum } from "../../../cost/contraction.ts";
import { product } from "../../../cost/lift.ts";
import type { Contraction, Count } from "../../../interpret/trace.ts";
import { type Dim, type Shape, type Tensor, Unknown } from "../../../interpret/values.ts";
import {
  axisOf,
  broadcast,
  isKnown,
  isMisfit,
  MAX_DATA,
  Misfit,
  numel,
  showShape,
} from "../../shape/dims.ts";
import { fits, matmulShape } from "../../shape/matmul.ts";
import { lanes } from "../../shape/reduce.ts";
import type { Args } from "./args.ts";
import { promoteTypes } from "./dtypes.ts";
import type { OpSpec, OpTable } from "./op.ts";

/** A product of two matrices, vectors or batches of them. `ranks`: what torch demands of the operands. */
function matrixProduct(left: string, right: string, ranks?: readonly [number, number]): OpSpec {
  return {
    signature: `${left}, ${right}`,
    rule: (a) => {
      const x = a.tensor(left);
      const y = a.tensor(right);
      const first = a.shapeOf(x);
      const second = a.shapeOf(y);
      if (a.unknown) return { shape: guess(x.shape, y.shape) ?? a.unknown };
      if (ranks && (first.length !== ranks[0] || second.length !== ranks[1])) {
        return new Misfit(
          `needs ${ranks[0]} and ${ranks[1]} axes, gets ${showShape(first)} and ${showShape(second)}`,
        );
      }
      const shape = matmulShape(first, second);
      if (isMisfit(shape)) return new Misfit(shape.message, guess(first, second));
      return { shape, dtype: promoteTypes(x.dtype, y.dtype), data: multiply(a, x, y, shape) };
    },
    macs: (a) => pairMacs(a.tensor(left).shape, a.tensor(right).shape),
    contractions: (a) => pairContractions(a.tensor(left), a.tensor(right), ranks),
  };
}

/** What a product asks of each of two operands, as far as the other one's size is known. */
function pairContractions(left: Tensor, right: Tensor, ranks?: readonly [number, number]): Contraction[] {
  const found: Contraction[] = [];
  if (!(right.shape instanceof Unknown)) {
    const size = right.shape.at(right.shape.length > 1 ? -2 : -1);
    if (size !== undefined) found.push({ tensor: left, axis: -1, size, ...(ranks && { rank: ranks[0] }) });
  }
  if (!(left.shape instanceof Unknown)) {
    const size = left.shape.at(-1);
    const axis =
      ranks?.[1] === 1 || (!(right.shape instanceof Unknown) && right.shape.length === 1) ? -1 : -2;
    if (size !== undefined) found.push({ tensor: right, axis, size, ...(ranks && { rank: ranks[1] }) });
  }
  return found;
}

/** What a product that does not fit was likely meant to be. */
function guess(left: Shape | Unknown, right: Shape | Unknown): Shape | undefined {
  if (left instanceof Unknown || right instanceof Unknown || left.length < 2 || right.length < 2)
    return undefined;
  return [...left.slice(0, -1), right.at(-1)!];
}

function pairMacs(left: Shape | Unknown, right: Shape | Unknown): Count {
  if (left instanceof Unknown) return left;
  if (right instanceof Unknown) return right;
  return matmulMacs(left, right) ?? 0;
}

/** Elements of a product of two matrices, for small constants. */
function multiply(a: Args, x: Tensor, y: Tensor, shape: Shape): readonly number[] | undefined {
  const left = a.kit.dataOf(x);
  const right = a.kit.dataOf(y);
  if (!left || !right || !isKnown(x.shape) || !isKnown(y.shape) || !isKnown(shape)) return undefined;
  if (x.shape.length !== 2 || y.shape.length !== 2 || left.length * y.shape[1]! > 65536) return undefined;
  const columns = lanes(right, y.shape, [0]);
  return lanes(left, x.shape, [1]).flatMap((row) =>
    columns.map((column) => row.reduce((total, value, i) => total + value * column[i]!, 0)),
  );
}

/** `addmm` and its like: a product added to a tensor that broadcasts to it. */
function addedProduct(left: string, right: string, ranks: readonly [number, number]): OpSpec {
  const inner = matrixProduct(left, right, ranks);
  return {
    signature: `input, ${left}, ${right}, *, beta=1, alpha=1`,
    contractions: inner.contractions!,
    inPlace: true,
    rule: (a) => {
      const shape = a.shape("input");
      const made = inner.rule(a);
      if (!("shape" in made) || made.shape instanceof Unknown) return made;
      const sum = broadcast(made.shape, shape);
      return isMisfit(sum) ? sum : { ...made, shape: sum, data: undefined };
    },
    macs: inner.macs!,
  };
}

/** `addbmm`: the products of a batch summed. */
const ADDBMM: OpSpec = {
  ...addedProduct("batch1", "batch2", [3, 3]),
  rule: (a) => {
    a.tensor("input");
    const shape = matmulShape(a.shape("batch1"), a.shape("batch2"));
    return isMisfit(shape) ? shape : { shape: shape.slice(1) };
  },
};

function outer(left: string, right: string): OpSpec {
  return {
    signature: `${left}, ${right}`,
    rule: (a) => {
      const x = a.operand(left);
      const y = a.operand(right);
      for (const { shape } of [x, y])
        if (!(shape instanceof Unknown) && shape.length !== 1)
          return new Misfit(`outer needs vectors, gets ${showShape(shape)}`);
      const shape = [numel(x.shape), numel(y.shape)];
      const { data } = y;
      const small = Number(numel(shape)) <= MAX_DATA;
      return {
        shape,
        dtype: promoteTypes(x.dtype, y.dtype),
        data: small && data ? x.data?.flatMap((p) => data.map((q) => p * q)) : undefined,
      };
    },
  };
}

function equationOf(
  a: Args,
): { readonly equation: string; readonly operands: readonly Tensor[] } | undefined {
  const equation = a.text("equation");
  if (equation === undefined) return undefined;
  return { equation, operands: a.tensors("operands") };
}

const EINSUM: OpSpec = {
  signature: "equation, *operands",
  rule: (a) => {
    const call = equationOf(a);
    if (!call) {
      a.poison("einsum by lists of axes");
      return { shape: [] };
    }
    const shapes = call.operands.map((tensor) => a.shapeOf(tensor));
    const dtype = call.operands
      .map((tensor) => tensor.dtype)
      .reduce(promoteTypes, call.operands[0]?.dtype ?? "float32");
    if (a.unknown) return { shape: a.unknown, dtype };
    const parsed = parseEinsum(
      call.equation,
      shapes.map((shape) => shape.length),
    );
    if (typeof parsed === "string") return new Misfit(parsed);
    const clash = clashing(parsed.operands, shapes);
    if (clash)
      return new Misfit(`"${call.equation}" does not fit ${shapes.map(showShape).join(" and ")}: ${clash}`);
    return { shape: einsumShape<Unknown>(parsed, shapes), dtype };
  },
  macs: (a) => {
    const operands = equationOf(a)?.operands ?? [];
    const shapes = operands.map((tensor) => a.shapeOf(tensor));
    if (a.unknown) return a.unknown;
    const parsed = parseEinsum(
      a.text("equation") ?? "",
      shapes.map((shape) => shape.length),
    );
    return typeof parsed === "string" ? 0 : einsumMacs<Unknown>(parsed, shapes);
  },
  contractions: (a) => {
    const call = equationOf(a);
    return call ? einsumContractions(call.equation, call.operands) : [];
  },
};

/** The labels that only operands have are summed over: their sizes are those of the other operands. */
function einsumContractions(equation: string, operands: readonly Tensor[]): Contraction[] {
  const [inner = "", outer] = equation.replaceAll(/\s/g, "").split("->");
  const texts = inner.split(",");
  if (
    outer === undefined ||
    texts.length !== operands.length ||
    texts.some((text) => text.includes("...", 1))
  )
    return [];
  const labels = texts.map((text) => text.replace("...", ""));
  const sizes = new Map<string, Dim>();
  for (const [i, { shape }] of operands.entries())
    if (!(shape instanceof Unknown) && labels[i] === texts[i])
      for (const [axis, size] of shape.entries()) sizes.set(labels[i]![axis]!, size);
  return operands.flatMap((tensor, i) => {
    const own = labels[i]!;
    return [...own].flatMap((label, axis) => {
      const size = sizes.get(label);
      if (outer.includes(label) || size === undefined) return [];
      const rank = own === texts[i] ? { rank: own.length } : {};
      return [{ tensor, axis: axis - own.length, size, ...rank }];
    });
  });
}

/** The first label whose sizes differ. */
function clashing(operands: readonly (readonly string[])[], shapes: readonly Shape[]): string | undefined {
  const sizes = new Map<string, number>();
  for (const [i, labels] of operands.entries()) {
    for (const [axis, label] of labels.entries()) {
      const size = shapes[i]![axis];
      if (typeof size !== "number" || size === 1) continue;
      const known = sizes.get(label);
      if (known !== undefined && known !== size) return `${label} is ${known} and ${size}`;
      sizes.set(label, size);
    }
  }
  return undefined;
}

/** The axes that `tensordot` sums over, of each operand. */
function dotAxes(a: Args, left: number): readonly [readonly number[], readonly number[]] {
  const pairs = a.spread(a.bound.dims);
  if (!pairs) {
    const count = a.int("dims");
    return [
      Array.from({ length: count }, (_, i) => left - count + i),
      Array.from({ length: count }, (_, i) => i),
    ];
  }
  const lists = pairs.map((value) => (a.spread(value) ?? [value]).map((axis) => Number(a.toDim(axis))));
  return [lists[0] ?? [], lists[1] ?? []];
}

interface Dot {
  readonly kept: Shape;
  readonly summed: Shape;
  readonly clash?: string;
}

function tensordot(a: Args): Dot {
  const left = a.shape("a");
  const right = a.shape("b");
  const [first, second] = dotAxes(a, left.length);
  const leftAxes = first.map((axis) => axisOf(axis, left.length) ?? 0);
  const rightAxes = second.map((axis) => axisOf(axis, right.length) ?? 0);
  const bad = leftAxes.findIndex((axis, i) => !fits(left[axis] ?? 1, right[rightAxes[i] ?? 0] ?? 1));
  const kept = [
    ...left.filter((_, axis) => !leftAxes.includes(axis)),
    ...right.filter((_, axis) => !rightAxes.includes(axis)),
  ];
  const summed = leftAxes.map((axis) => left[axis] ?? 1);
  if (bad < 0 || a.unknown) return { kept, summed };
  return { kept, summed, clash: `cannot contract ${showShape(left)} with ${showShape(right)}` };
}

const TENSORDOT: OpSpec = {
  signature: "a, b, dims=2",
  rule: (a) => {
    const { kept, clash } = tensordot(a);
    return clash === undefined ? { shape: kept } : new Misfit(clash);
  },
  macs: (a) => {
    const { kept, summed } = tensordot(a);
    return product<Unknown>([...kept, ...summed]);
  },
};

/** `chain_matmul`, `multi_dot`: the cheapest order of the products. */
function chain(signature: string): OpSpec {
  return {
    signature,
    rule: (a) => {
      const shapes = a.tensors("matrices").map((tensor) => a.shapeOf(tensor));
      let shape: Shape | Misfit = shapes[0] ?? [];
      for (const next of shapes.slice(1)) {
        shape = matmulShape(shape, next);
        if (isMisfit(shape)) return shape;
      }
      return { shape };
    },
    macs: (a) => {
      const shapes = a.tensors("matrices").map((tensor) => a.shapeOf(tensor));
      const sizes = shapes.map((shape) => (shape.length > 1 ? shape.at(-2)! : 1));
      const last = shapes.at(-1);
      sizes.push(last && last.length > 1 ? last.at(-1)! : 1);
      return cheapestOrder(sizes);
    },
  };
}

/** The classic dynamic programme of matrix chains. */
function cheapestOrder(sizes: readonly Dim[]): Count {
  const unknown = sizes.find((size) => size instanceof Unknown);
  if (unknown instanceof Unknown) return unknown;
  const n = sizes as readonly number[];
  const count = n.length - 1;
  const best = Array.from({ length: count }, () => new Array<number>(count).fill(0));
  for (let length = 2; length <= count; length++) {
    for (let i = 0; i + length <= count; i++) {
      const j = i + length - 1;
      let least = Number.POSITIVE_INFINITY;
      for (let k = i; k < j; k++) {
        least = Math.min(least, best[i]![k]! + best[k + 1]![j]! + n[i]! * n[k + 1]! * n[j + 1]!);
      }
      best[i]![j] = least;
    }
  }
  return best[0]?.[count - 1] ?? 0;
}

/** Distances of all pairs of rows: no contraction to torch's own counters, however it is computed. */
const CDIST: OpSpec = {
  signature: "x1, x2, p=2.0, compute_mode=None",
  rule: (a) => {
    const left = a.shape("x1");
    const right = a.shape("x2");
    if (a.unknown) return { shape: [] };
    const columns = right.at(-1);
    if (columns === undefined || left.length < 2 || right.length < 2 || !fits(left.at(-1)!, columns)) {
      return new Misfit(`needs rows of equal length, gets ${showShape(left)} and ${showShape(right)}`);
    }
    const batch = broadcast(left.slice(0, -2), right.slice(0, -2));
    return isMisfit(batch) ? batch : { shape: [...batch, left.at(-2)!, right.at(-2)!] };
  },
};

const KRON: OpSpec = {
  signature: "input, other",
  rule: (a) => {
    const [left, right] = [a.shape("input"), a.shape("other")];
    const rank = Math.max(left.length, right.length);
    const at = (shape: Shape, axis: number): Dim => shape[axis - rank + shape.length] ?? 1;
    return {
      shape: Array.from({ length: rank }, (_, axis) => product<Unknown>([at(left, axis), at(right, axis)])),
    };
  },
};

const CROSS: OpSpec = {
  signature: "input, other, dim=None",
  rule: (a) => {
    const shape = broadcast(a.shape("input"), a.shape("other"));
    return isMisfit(shape) ? shape : { shape };
  },
};

const MATMUL = matrixProduct("input", "other");

/** Names of both the module and the class. */
export const CONTRACTIONS: OpTable = {
  matmul: MATMUL,
  mm: matrixProduct("input", "mat2", [2, 2]),
  // Of a sparse matrix too; an input that is given by its shape is a dense one.
  spmm: matrixProduct("input", "mat2", [2, 2]),
  bmm: matrixProduct("input", "mat2", [3, 3]),
  mv: matrixProduct("input", "vec", [2, 1]),
  dot: matrixProduct("input", "tensor", [1, 1]),
  vdot: matrixProduct("input", "other", [1, 1]),
  inner: {
    signature: "input, other",
    rule: (a) => {
      const [left, right] = [a.shape("input"), a.shape("other")];
      if (left.length === 0 || right.length === 0) return { shape: [...left, ...right] };
      if (!fits(left.at(-1)!, right.at(-1)!))
        return new Misfit(`${showShape(left)} and ${showShape(right)} do not fit`);
      return { shape: [...left.slice(0, -1), ...right.slice(0, -1)] };
    },
    macs: (a) => product<Unknown>([...a.shape("input"), ...a.shape("other").slice(0, -1)]),
  },
  addmm: addedProduct("mat1", "mat2", [2, 2]),
  addmv: addedProduct("mat", "vec", [2, 1]),
  baddbmm: addedProduct("batch1", "batch2", [3, 3]),
  addbmm: ADDBMM,
  addr: {
    signature: "input, vec1, vec2, *, beta=1, alpha=1",
    rule: (a) => ({
      shape: [numel(a.shape("vec1")), numel(a.shape("vec2"))],
      dtype: a.tensor("input").dtype,
    }),
  },
  outer: outer("input", "vec2"),
  ger: outer("input", "vec2"),
  kron: KRON,
  cross: CROSS,
};

/** Names of the module alone. */
export const CONTRACTION_FUNCTIONS: OpTable = {
  einsum: EINSUM,
  tensordot: TENSORDOT,
  chain_matmul: chain("*matrices"),
  cdist: CDIST,
};

/** `y @ x` where only `x` is a tensor of ours. */
export const REFLECTED_MATMUL: OpSpec = {
  signature: "input, other",
  rule: (a) => {
    const shape = matmulShape(a.shape("other"), a.shape("input"));
    return isMisfit(shape) ? shape : { shape };
  },
  macs: (a) => pairMacs(a.tensor("other").shape, a.tensor("input").shape),
  contractions: (a) => pairContractions(a.tensor("other"), a.tensor("input")),
};

/** `torch.linalg.multi_dot`. */
export const MULTI_DOT = chain("matrices");
