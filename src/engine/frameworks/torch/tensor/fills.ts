/**
 * Filling tensors: constant and random writes, and the parts and places of diagonals and triangles.
 * https://docs.pytorch.org/docs/stable/torch.html#creation-ops
 */
import type { Shape, Unknown } from "../../../interpret/values.ts";
import { isKnown, isMisfit, MAX_DATA, Misfit, numel, showShape } from "../../shape/dims.ts";
import { contiguous, diagonal, insertAxis, read } from "../../shape/layout.ts";
import type { Args } from "./args.ts";
import type { Answer, OpSpec, OpTable } from "./op.ts";

/** Equal elements, when they are few. */
export function filled(shape: Shape | Unknown, value: number | undefined): readonly number[] | undefined {
  if (value === undefined || !isKnown(shape)) return undefined;
  const count = shape.reduce((a, b) => a * b, 1);
  return count <= MAX_DATA ? new Array<number>(Math.max(0, count)).fill(value) : undefined;
}

/** Keeps the elements on one side of a diagonal. */
function triangle(keep: (row: number, column: number, diagonal: number) => boolean): OpSpec {
  return {
    signature: "input, diagonal=0",
    inPlace: true,
    rule: (a) => {
      const shape = a.shape("input");
      if (shape.length < 2)
        return a.unknown ? { shape } : new Misfit(`needs 2 axes, gets ${showShape(shape)}`);
      const data = a.data("input");
      const at = a.int("diagonal");
      const [rows, columns] = [shape.at(-2), shape.at(-1)];
      if (!data || typeof rows !== "number" || typeof columns !== "number") return { shape };
      return {
        shape,
        data: data.map((x, i) => (keep(Math.floor(i / columns) % rows, i % columns, at) ? x : 0)),
      };
    },
  };
}

export const below = (row: number, column: number, diagonal: number): boolean => column - row <= diagonal;
export const above = (row: number, column: number, diagonal: number): boolean => column - row >= diagonal;

/** `tril_indices`: rows and columns of a triangle. */
export function triangleIndices(keep: typeof below): OpSpec {
  return {
    signature: "row, col, offset=0, *, dtype=None",
    rule: (a) => {
      const rows: number[] = [];
      const columns: number[] = [];
      const [height, width, offset] = [a.int("row"), a.int("col"), a.int("offset")];
      if (!a.interp.allows(height * width)) return { shape: [2, a.interp.unknown("has too many elements")] };
      for (let r = 0; r < height; r++) {
        for (let c = 0; c < width; c++) {
          if (!keep(r, c, offset)) continue;
          rows.push(r);
          columns.push(c);
        }
      }
      return { shape: [2, rows.length], dtype: a.dtype("dtype") ?? "int64", data: [...rows, ...columns] };
    },
  };
}

/** `diag`: a vector becomes a matrix, a matrix its diagonal. */
function diag(a: Args): Answer {
  const shape = a.shape("input");
  const offset = a.int("diagonal");
  if (shape.length === 1) {
    const size = shape[0]!;
    const side = typeof size === "number" ? size + Math.abs(offset) : size;
    return { shape: [side, side] };
  }
  if (shape.length !== 2) return new Misfit(`diag needs a vector or a matrix, gets ${showShape(shape)}`);
  const view = diagonal(contiguous(shape), offset, 0, 1);
  const data = a.data("input");
  return isMisfit(view) ? view : { shape: view.shape, data: data && read(data, view) };
}

/** `diag_embed`: the last axis becomes the diagonal of two. */
function diagEmbed(a: Args): Answer {
  const shape = a.shape("input");
  const size = shape.at(-1);
  const side = typeof size === "number" ? size + Math.abs(a.int("offset")) : (size ?? 1);
  const rank = shape.length + 1;
  const places = [a.int("dim1"), a.int("dim2")]
    .map((axis) => (axis < 0 ? axis + rank : axis))
    .sort((x, y) => x - y);
  let view = contiguous(shape.slice(0, -1));
  for (const place of places) {
    const next = insertAxis(view, place);
    if (isMisfit(next)) return next;
    view = { ...next, shape: next.shape.with(place, side) };
  }
  return { shape: view.shape };
}

/** Names of both the module and the class. */
export const TRIANGLES: OpTable = {
  tril: triangle(below),
  triu: triangle(above),
  diag: { signature: "input, diagonal=0", rule: diag },
  diagflat: {
    signature: "input, offset=0",
    rule: (a) => {
      const size = numel(a.shape("input"));
      const side = typeof size === "number" ? size + Math.abs(a.int("offset")) : size;
      return { shape: [side, side] };
    },
  },
  diag_embed: { signature: "input, offset=0, dim1=-2, dim2=-1", rule: diagEmbed },
  trace: { signature: "input", rule: () => ({ shape: [] }) },
};

/** Writes of random or constant elements, `Tensor.normal_` and its like. */
export const FILLS: OpTable = {
  fill: {
    signature: "input, value",
    inPlace: true,
    rule: (a) => {
      const input = a.tensor("input");
      return { shape: input.shape, data: filled(input.shape, a.number("value")) };
    },
  },
  zero: {
    signature: "input",
    inPlace: true,
    rule: (a) => {
      const input = a.tensor("input");
      return { shape: input.shape, data: filled(input.shape, 0) };
    },
  },
  copy: {
    signature: "input, src, non_blocking=False",
    inPlace: true,
    rule: (a) => {
      const input = a.tensor("input");
      const { data } = a.operand("src");
      return { shape: input.shape, data: data && data.length === numel(input.shape) ? data : undefined };
    },
  },
  ...Object.fromEntries(
    ["normal", "uniform", "random", "bernoulli", "exponential", "cauchy", "log_normal", "geometric"].map(
      (name) => [
        name,
        {
          signature:
            "input, *args, mean=None, std=None, from=None, to=None, p=None, lambd=None, median=None, sigma=None",
          inPlace: true,
          rule: (a: Args) => ({ shape: a.tensor("input").shape }),
        },
      ],
    ),
  ),
};
