/** What torch refuses of counts, samples and tensors put together, each in its words (torch 1.13). */
import { differ, either, noAxis, number, type Refusal, show, together } from "./given.ts";

const drawn: Refusal = (given) => {
  const [shape, count] = [given.shape("input"), given.number("num_samples")];
  if (shape && shape.length !== 1 && shape.length !== 2) return "prob_dist must be 1 or 2 dim";
  if (count !== undefined && count <= 0) return "cannot sample n_sample <= 0 samples";
  const size = shape?.at(-1);
  return given.value("replacement") === false && size !== undefined && count !== undefined && count > size
    ? "cannot sample n_sample > prob_dist.size(-1) samples without replacement"
    : undefined;
};

const counted: Refusal = (given) => {
  const [input, weights] = [given.shape("input"), given.shape("weights")];
  const isNegative = given.data("input")?.some((each) => each < 0) === true;
  if ((input && input.length !== 1) || isNegative)
    return "bincount only supports 1-d non-negative integral inputs.";
  if (input && weights && (weights.length !== 1 || differ(weights[0], input[0])))
    return "weights should be 1-d and have the same length as input";
  return number(
    "minlength",
    (least) => least >= 0,
    () => "minlength should be >= 0",
  )(given);
};

const bins: Refusal = (given) => {
  const [least, most, count] = [given.number("min"), given.number("max"), given.number("bins")];
  if (count !== undefined && count <= 0) return `bins must be > 0, but got ${count}`;
  return least !== undefined && most !== undefined && least > most
    ? "torch.histc: max must be larger than min"
    : undefined;
};

const sides: Refusal = (given) => {
  const side = given.value("side");
  return typeof side === "string" && side !== "left" && side !== "right"
    ? `torch.searchsorted(): side can only be 'left' or 'right' but got ${side}`
    : undefined;
};

const triangle: Refusal = either(
  number(
    "row",
    (rows) => rows >= 0,
    (rows) => `row must be non-negative, got${rows}`,
  ),
  number(
    "col",
    (columns) => columns >= 0,
    (columns) => `col must be non-negative, got${columns}`,
  ),
);

const searched: Refusal = (given) => {
  const [sorted, input] = [given.shape("sorted_sequence"), given.shape("input")];
  if (!sorted || !input || sorted.length === 1) return undefined;
  const isFit =
    sorted.length === input.length && !sorted.slice(0, -1).some((size, i) => differ(size, input[i]));
  return isFit
    ? undefined
    : `torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor and input value tensor must match, but we got boundaries tensor ${show(sorted)} and input value tensor ${show(input)}`;
};

export const REFUSED_SAMPLES: Readonly<Record<string, Refusal>> = {
  multinomial: drawn,
  bincount: counted,
  histc: bins,
  searchsorted: either(sides, searched),
  normal: either(
    together("mean", "std"),
    number(
      "std",
      (std) => std >= 0,
      (std) => `normal expects std >= 0.0, but found std ${std}`,
    ),
  ),
  quantile: number(
    "q",
    (q) => q >= 0 && q <= 1,
    (q) => `quantile() q must be in the range [0, 1] but got ${q}`,
  ),
  cdist: number(
    "p",
    (p) => p >= 0,
    () => "cdist only supports non-negative p values",
  ),
  complex: together("real", "imag"),
  polar: together("abs", "angle"),
  renorm: (given) => noAxis(given.number("dim"), given.shape("input")),
  tril_indices: triangle,
  triu_indices: triangle,
  diag_embed: (given) => {
    const [a, b] = [given.number("dim1"), given.number("dim2")];
    return a !== undefined && a === b ? `diagonal dimensions cannot be identical ${a}, ${b}` : undefined;
  },
  masked_scatter: together("input", "mask"),
};
