/** What torch refuses of calls of its tensor functions beside what their rules read, each in its words (torch 1.13). */
import { toItems } from "../../../interpret/values.ts";
import { differ, type Given, noAxis, type Refusal, type Sizes, show } from "./given.ts";

/** The axis on which an index is larger than a tensor, but for the one that it picks along; -1 where there is none. */
function beyond(index: Sizes, other: Sizes, axis: number | undefined): number {
  const along = axis !== undefined && axis < 0 ? axis + other.length : axis;
  return index.findIndex((size, i) => i !== along && size !== undefined && size > (other[i] ?? size));
}

const isEmpty = (shape: Sizes): boolean => shape.includes(0);

const gathered: Refusal = (given) => {
  const [input, index, dim] = [given.shape("input"), given.shape("index"), given.number("dim")];
  if (!input || !index || dim === undefined || input.length !== index.length || isEmpty(index))
    return undefined;
  const at = beyond(index, input, dim);
  return at < 0
    ? undefined
    : `Size does not match at dimension ${at} expected index ${show(index)} to be smaller than self ${show(input)} apart from dimension ${dim}`;
};

const scattered: Refusal = (given) => {
  const [input, index, dim] = [given.shape("input"), given.shape("index"), given.number("dim")];
  const source = given.shape("src");
  if (!input || !index || dim === undefined || input.length !== index.length || isEmpty(index))
    return undefined;
  const isBeyondSource = source?.length === index.length && beyond(index, source, undefined) >= 0;
  if (beyond(index, input, dim) < 0 && !isBeyondSource) return undefined;
  const told = `Expected index ${show(index)} to be smaller than self ${show(input)} apart from dimension ${dim}`;
  return source ? `${told} and to be smaller size than src ${show(source)}` : told;
};

const indexed: Refusal = (given) => {
  const [index, source, dim] = [given.shape("index"), given.shape("source"), given.number("dim")];
  if (index?.length !== 1 || !source || dim === undefined) return undefined;
  const size = source.at(dim);
  return differ(index[0], size)
    ? `Number of indices (${index[0]}) should be equal to source.size(dim): (${size}), for dim: ${dim}`
    : undefined;
};

/** `hsplit` and its like: into equal parts alone. */
function halved(name: string, axisOf: (rank: number) => number): Refusal {
  return (given) => {
    const [shape, parts] = [given.shape("input"), given.number("indices_or_sections")];
    if (!shape || parts === undefined) return undefined;
    const axis = axisOf(shape.length);
    const size = shape[axis];
    if (size === undefined || (parts !== 0 && size % parts === 0)) return undefined;
    return `torch.${name} attempted to split along dimension ${axis}, but the size of the dimension ${size} is not divisible by the split_size ${parts}!`;
  };
}

const oneAxisEach = (given: Given, name: string): string | undefined => {
  const wrong = given.shapes(name).find((shape) => shape !== undefined && shape.length !== 1);
  return wrong && `Expect a 1D vector, but got shape ${show(wrong)}`;
};

const points: Refusal = (given) => {
  const n = given.number("n");
  return n !== undefined && n < 1 ? `Invalid number of data points (${n}) specified` : undefined;
};

const uniqueAxes: Refusal = (given) => {
  const dims = given.numbers("dim");
  return dims && new Set(dims).size < dims.length ? "FFT dims must be unique" : undefined;
};

const crossed: Refusal = (given) => {
  const [dim, a, b] = [given.number("dim"), given.shape("input"), given.shape("other")];
  if (dim === undefined || !a || !b) return undefined;
  const [x, y] = [a.at(dim), b.at(dim)];
  return differ(x, 3) || differ(y, 3)
    ? `linalg.cross: inputs dimension ${dim} must have length 3. Got ${x ?? "?"} and ${y ?? "?"}`
    : undefined;
};

export const REFUSED_TENSORS: Readonly<Record<string, Refusal>> = {
  split: (given) => {
    const size = given.number("split_size_or_sections") ?? given.number("split_size");
    return size !== undefined && size < 0
      ? `split expects split_size be non-negative, but got split_size=${size}`
      : undefined;
  },
  tensor_split: (given) => {
    const parts = given.number("indices_or_sections");
    return parts !== undefined && parts <= 0
      ? `number of sections must be larger than 0, got ${parts}`
      : undefined;
  },
  hsplit: halved("hsplit", (rank) => (rank === 1 ? 0 : 1)),
  vsplit: halved("vsplit", () => 0),
  dsplit: halved("dsplit", () => 2),
  as_strided: (given) => {
    const strides = given.numbers("stride");
    return strides?.some((stride) => stride < 0)
      ? `as_strided: Negative strides are not supported at the moment, got strides: ${show(strides)}`
      : undefined;
  },
  kthvalue: (given) => {
    const [k, shape, dim] = [given.number("k"), given.shape("input"), given.number("dim")];
    if (k === undefined || dim === undefined) return undefined;
    const size = shape?.at(dim);
    return size !== undefined && (k < 1 || k > size)
      ? `kthvalue(): selected number k out of range for dimension ${dim}`
      : undefined;
  },
  roll: (given) => {
    const shifts = given.numbers("shifts");
    const dims = given.value("dims") === null ? [] : given.numbers("dims");
    if (!shifts || !dims || shifts.length === dims.length || (dims.length === 0 && shifts.length === 1))
      return undefined;
    return `shifts and dimensions must align. shifts: ${shifts.length}, dims:${dims.length}`;
  },
  rot90: (given) => {
    const dims = given.numbers("dims");
    if (!dims) return undefined;
    if (dims.length !== 2) return `expected total rotation dims == 2, but got dims = ${dims.length}`;
    return dims[0] === dims[1]
      ? `expected rotation dims to be different, but got dim0 = ${dims[0]} and dim1 = ${dims[1]}`
      : undefined;
  },
  gather: gathered,
  scatter: scattered,
  scatter_add: scattered,
  index_add: indexed,
  index_copy: indexed,
  arange: (given) => {
    const isOnlyEnd = given.value("end") === null;
    const start = isOnlyEnd ? 0 : given.number("start");
    const end = given.number(isOnlyEnd ? "start" : "end");
    const step = given.number("step");
    if (start === undefined || end === undefined || step === undefined) return undefined;
    return (end - start) * step < 0 ? "upper bound and larger bound inconsistent with step sign" : undefined;
  },
  randint: (given) => {
    const [low, high] = [given.number("low"), given.number("high")];
    return given.value("size") !== null && low !== undefined && high !== undefined && low >= high
      ? `random_ expects 'from' to be less than 'to', but got from=${low} >= to=${high}`
      : undefined;
  },
  searchsorted: (given) => {
    const [sorted, input] = [given.shape("sorted_sequence"), given.shape("input")];
    if (!sorted || !input || sorted.length === 1) return undefined;
    const isFit =
      sorted.length === input.length && !sorted.slice(0, -1).some((size, i) => differ(size, input[i]));
    return isFit
      ? undefined
      : `torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor and input value tensor must match, but we got boundaries tensor ${show(sorted)} and input value tensor ${show(input)}`;
  },
  tensor: (given) => {
    const rows = (toItems(given.value("data")) ?? []).map((row) => toItems(row)?.length);
    const other = rows.find((length) => differ(length, rows[0]));
    return other === undefined ? undefined : `expected sequence of length ${rows[0]} at dim 1 (got ${other})`;
  },
  cross: crossed,
  tensordot: (given) => {
    const lists = (toItems(given.value("dims")) ?? []).map((list) => toItems(list)?.length);
    return lists.length === 2 && differ(lists[0], lists[1])
      ? "both dimension lists should have same length"
      : undefined;
  },
  meshgrid: (given) => {
    const wrong = given.shapes("tensors").find((shape) => shape !== undefined && shape.length > 1);
    return wrong && `torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: ${show(wrong)}`;
  },
  combinations: (given) => {
    const shape = given.shape("input");
    return shape && shape.length !== 1 ? `Expect a 1D vector, but got shape ${show(shape)}` : undefined;
  },
  cartesian_prod: (given) => oneAxisEach(given, "tensors"),
  block_diag: (given) => {
    const shapes = given.shapes("tensors");
    const at = shapes.findIndex((shape) => shape !== undefined && shape.length > 2);
    return at < 0
      ? undefined
      : `torch.block_diag: Input tensors must have 2 or fewer dimensions. Input ${at} has ${shapes[at]?.length} dimensions`;
  },
  fft: points,
  ifft: points,
  rfft: points,
  irfft: points,
  hfft: points,
  ihfft: points,
  fft2: uniqueAxes,
  ifft2: uniqueAxes,
  rfft2: uniqueAxes,
  irfft2: uniqueAxes,
  fftn: uniqueAxes,
  ifftn: uniqueAxes,
  rfftn: uniqueAxes,
  irfftn: uniqueAxes,
  stft: (given) => {
    const rank = given.shape("input")?.length;
    return rank === undefined || rank === 1 || rank === 2
      ? undefined
      : `stft: expected a 1D or 2D tensor, but got a ${rank}D tensor`;
  },
  bucketize: (given) => {
    const rank = given.shape("boundaries")?.length;
    return rank === undefined || rank === 1
      ? undefined
      : `boundaries tensor must be 1 dimension, but got dim(${rank})`;
  },
  clamp: (given) =>
    given.value("min") === null && given.value("max") === null
      ? "torch.clamp: At least one of 'min' or 'max' must not be None"
      : undefined,
  norm: (given) => noAxis(given.number("dim"), given.shape("input")),
};
