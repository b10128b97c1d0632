/** What torch refuses of calls of its tensor functions beside what their rules read, each in its words (torch 1.13). */
import { toItems } from "../../../interpret/values.ts";
import { differ, type Given, noAxis, type Refusal, show } from "./given.ts";
import { REFUSED_INDICES } from "./indices.ts";
import { REFUSED_SAMPLES } from "./samples.ts";

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

const bounds: Refusal = (given) =>
  given.value("min") === null && given.value("max") === null
    ? "torch.clamp: At least one of 'min' or 'max' must not be None"
    : undefined;

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
  ...REFUSED_INDICES,
  ...REFUSED_SAMPLES,
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
    const indexing = given.value("indexing");
    if (typeof indexing === "string" && indexing !== "xy" && indexing !== "ij")
      return `torch.meshgrid: indexing must be one of "xy" or "ij", but received: ${indexing}`;
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
  clamp: bounds,
  clip: bounds,
  trace: (given) => {
    const rank = given.shape("input")?.length;
    return rank === undefined || rank === 2
      ? undefined
      : `trace: expected a matrix, but got tensor with dim ${rank}`;
  },
  norm: (given) => noAxis(given.number("dim"), given.shape("input")),
};
