/** What torch refuses of tensors that pick from others: their sizes, and elements that pick what is not there (torch 1.13). */
import { differ, either, type Given, type Refusal, type Sizes, show } from "./given.ts";

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

function axisOf(given: Given): number | undefined {
  const [shape, dim] = [given.shape("input"), given.number("dim")];
  return shape === undefined || dim === undefined ? undefined : shape.at(dim);
}

/** Elements from the end are counted backwards where that is allowed. */
function pickedBeyond(given: Given, size: number | undefined, least: number): number | undefined {
  return size === undefined ? undefined : given.data("index")?.find((each) => each >= size || each < least);
}

const beyondAxis: Refusal = (given) => {
  const size = axisOf(given);
  const wrong = pickedBeyond(given, size, 0);
  return wrong === undefined
    ? undefined
    : `index ${wrong} is out of bounds for dimension ${given.number("dim")} with size ${size}`;
};

const beyondAxisFromEnd: Refusal = (given) => {
  const size = axisOf(given);
  const wrong = pickedBeyond(given, size, -(size ?? 0));
  return wrong === undefined
    ? undefined
    : `index ${wrong} is out of bounds for dimension ${given.number("dim")} with size ${size}`;
};

/** Of elements that the program gives: what a guessed input holds is not known. */
const wholeIndices: Refusal = (given) =>
  given.data("index") !== undefined && /^float/.test(given.dtype("index") ?? "")
    ? "Expected dtype int32 or int64 for index"
    : undefined;

/** How often each slice along an axis is repeated. */
const repeated: Refusal = (given) => {
  const [repeats, size] = [given.shape("repeats"), axisOf(given)];
  return repeats?.length === 1 && repeats[0] !== 1 && differ(repeats[0], size)
    ? "repeats must have the same size as input along dim"
    : undefined;
};

const oneAxis: Refusal = (given) => {
  const rank = given.shape("index")?.length;
  return rank !== undefined && rank > 1 ? "Index is supposed to be a vector" : undefined;
};

const elements: Refusal = (given) => {
  const shape = given.shape("input");
  if (!shape?.every((size) => size !== undefined)) return undefined;
  const count = shape.reduce((all, size) => all * size, 1);
  const wrong = pickedBeyond(given, count, -count);
  return wrong === undefined
    ? undefined
    : `out of range: tried to access index ${wrong} on a tensor of ${count} elements.`;
};

/** Sizes of what is added, but along the axis. */
const others: Refusal = (given) => {
  const [input, source, dim] = [given.shape("input"), given.shape("source"), given.number("dim")];
  if (!input || !source || dim === undefined || input.length !== source.length) return undefined;
  const along = dim < 0 ? dim + input.length : dim;
  const at = input.findIndex((size, i) => i !== along && differ(size, source[i]));
  return at < 0
    ? undefined
    : `The size of tensor a (${input[at]}) must match the size of tensor b (${source[at]})`;
};

export const REFUSED_INDICES: Readonly<Record<string, Refusal>> = {
  gather: either(wholeIndices, gathered, beyondAxis),
  scatter: either(wholeIndices, scattered, beyondAxis),
  scatter_add: either(wholeIndices, scattered, beyondAxis),
  index_add: either(wholeIndices, oneAxis, indexed, beyondAxis, others),
  index_copy: either(wholeIndices, oneAxis, indexed, beyondAxis),
  index_select: either(wholeIndices, oneAxis, beyondAxis),
  index_fill: either(wholeIndices, oneAxis, beyondAxisFromEnd),
  take: elements,
  repeat_interleave: repeated,
};
