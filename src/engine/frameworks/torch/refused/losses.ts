/**
 * What torch refuses of its losses, in its words (torch 1.13): inputs and targets that do not fit each other, classes that
 * are not there, and constants out of their range. A loss costs no MACs, so what it refuses of a guessed input says nothing.
 */
import { entryOf } from "../../../base/table.ts";
import { differ, either, type Given, number, type Refusal, type Sizes, show, together } from "./given.ts";

const sameRank =
  (words: (ranks: readonly number[]) => string, ...names: readonly string[]): Refusal =>
  (given) => {
    const ranks = names.map((name) => given.shape(name)?.length);
    if (!ranks.every((rank) => rank !== undefined)) return undefined;
    return ranks.every((rank) => rank === ranks[0]) ? undefined : words(ranks);
  };

function same(a: Sizes, b: Sizes): boolean {
  return a.length === b.length && !a.some((size, i) => differ(size, b[i]));
}

const equal =
  (words: (input: string, target: string) => string): Refusal =>
  (given) => {
    const [input, target] = [given.shape("input"), given.shape("target")];
    return input && target && !same(input, target) ? words(show(input), show(target)) : undefined;
  };

const REDUCTIONS: readonly unknown[] = ["mean", "sum", "none"];

const reduced: Refusal = (given) => {
  const reduction = given.value("reduction");
  return typeof reduction === "string" && !REDUCTIONS.includes(reduction)
    ? `${reduction} is not a valid value for reduction`
    : undefined;
};

/** A target of classes, one for each place of the input but its axis of classes. */
const classes: Refusal = (given) => {
  const [input, target] = [given.shape("input"), given.shape("target")];
  if (!input || !target || input.length === 0) return undefined;
  const [samples] = input;
  const count = input.length === 1 ? samples : input[1];
  const weight = given.shape("weight");
  if (weight?.length === 1 && differ(weight[0], count))
    return `weight tensor should be defined either for all ${count} classes or no classes but got weight tensor of shape: ${show(weight)}`;
  // One sample's class may be a list of one.
  if (input.length === 1) return undefined;
  const expected = [samples, ...input.slice(2)];
  if (target.length !== expected.length) {
    const isShort = input.length <= 2;
    return isShort
      ? "0D or 1D target tensor expected, multi-target not supported"
      : `Expected target size ${show(expected)}, got ${show(target)}`;
  }
  if (target.length > 0 && differ(target[0], samples))
    return `Expected input batch_size (${samples}) to match target batch_size (${target[0]}).`;
  return same(target, expected) ? undefined : `Expected target size ${show(expected)}, got ${show(target)}`;
};

/** Beside classes, a share of each: as many as the input has. */
const classesOrShares: Refusal = (given) => {
  const [input, target] = [given.shape("input"), given.shape("target")];
  if (!input || !target || !same(input, target) || target.length === 0)
    return either(classes, inRange)(given);
  const dtype = given.dtype("target");
  return dtype !== undefined && WHOLE.has(dtype)
    ? `Expected floating point type for target with class probabilities, got ${dtype}`
    : undefined;
};

const WHOLE: ReadonlySet<string> = new Set(["uint8", "int8", "int16", "int32", "int64", "bool"]);

const inRange: Refusal = (given) => {
  const [input, target] = [given.shape("input"), given.data("target")];
  const count = input?.length === 1 ? input[0] : input?.[1];
  const ignored = given.number("ignore_index");
  if (count === undefined || !target || ignored === undefined) return undefined;
  const wrong = target.find((each) => each !== ignored && (each < 0 || each >= count));
  return wrong === undefined ? undefined : `Target ${wrong} is out of bounds.`;
};

const marginOfClasses: Refusal = (given) => {
  const [input, target] = [given.shape("input"), given.shape("target")];
  const p = given.number("p");
  if (p !== undefined && p !== 1 && p !== 2) return "only p == 1 and p == 2 supported";
  if (!input || !target) return undefined;
  if (input.length > 2)
    return `Expected non-empty vector or matrix with optional 0-dim batch size, but got: ${show(input)}`;
  return input.length === 2 && (target.length !== 1 || differ(target[0], input[0]))
    ? `inconsistent target size, got: ${show(target)}`
    : undefined;
};

const cosine: Refusal = (given) => {
  const [a, target] = [given.shape("input1"), given.shape("target")];
  if (target && target.length > 1) return "0D or 1D target tensor expected, multi-target not supported";
  if (a && target?.length === 1 && a.length !== 2)
    return `1D target tensor expects 2D input tensors, but found inputs with sizes ${show(a)}.`;
  const misfit = together("input1", "input2")(given);
  if (misfit !== undefined || !a || target?.length !== 1) return misfit;
  return differ(a[0], target[0]) && a[0] !== 1 && target[0] !== 1
    ? `The size of tensor a (${target[0]}) must match the size of tensor b (${a[0]})`
    : undefined;
};

const variance: Refusal = (given) => {
  const [input, spread] = [given.shape("input"), given.shape("var")];
  if (!input || !spread || same(input, spread) || same(input.slice(0, -1), spread)) return undefined;
  return same([...input.slice(0, -1), 1], spread) ? undefined : "var is of incorrect size";
};

const LENGTHS = ["input_lengths", "target_lengths"];
const sequences: Refusal = (given) => {
  const input = given.shape("log_probs");
  if (input?.length !== 3) return undefined;
  const [steps, samples, labels] = input;
  for (const name of LENGTHS) {
    const shape = given.shape(name);
    if (shape?.length === 1 && differ(shape[0], samples)) return `${name} must be of size batch_size`;
  }
  const longest = given.data("input_lengths")?.find((each) => steps !== undefined && each > steps);
  if (longest !== undefined)
    return `Expected input_lengths to have value at most ${steps}, but got value ${longest}`;
  const blank = given.number("blank");
  return blank !== undefined && labels !== undefined && (blank < 0 || blank >= labels)
    ? "blank must be in label range"
    : undefined;
};

const triplet = [
  sameRank(
    ([a, b, c]) => `All inputs should have same dimension but got ${a}D, ${b}D and ${c}D inputs.`,
    "anchor",
    "positive",
    "negative",
  ),
  together("anchor", "positive", "negative"),
];
const PAIR = together("input", "target");

const REFUSED: Readonly<Record<string, Refusal>> = {
  l1_loss: PAIR,
  mse_loss: PAIR,
  smooth_l1_loss: either(
    PAIR,
    number(
      "beta",
      (beta) => beta >= 0,
      () => "smooth_l1_loss does not support negative values for beta.",
    ),
  ),
  huber_loss: either(
    PAIR,
    number(
      "delta",
      (delta) => delta > 0,
      () => "huber_loss does not support non-positive values for delta.",
    ),
  ),
  kl_div: PAIR,
  poisson_nll_loss: PAIR,
  gaussian_nll_loss: either(PAIR, variance),
  hinge_embedding_loss: PAIR,
  soft_margin_loss: PAIR,
  multilabel_soft_margin_loss: PAIR,
  multilabel_margin_loss: equal((_, target) => `inconsistent size ${target} for argument #2 'target'`),
  binary_cross_entropy: either(
    equal(
      (input, target) =>
        `Using a target size (torch.Size(${target})) that is different to the input size (torch.Size(${input})) is deprecated. Please ensure they have the same size.`,
    ),
    together("input", "weight"),
  ),
  binary_cross_entropy_with_logits: either(
    equal(
      (input, target) =>
        `Target size (torch.Size(${target})) must be the same as input size (torch.Size(${input}))`,
    ),
    together("input", "pos_weight"),
    together("input", "weight"),
  ),
  cross_entropy: either(
    number(
      "label_smoothing",
      (share) => share >= 0 && share <= 1,
      (share) => `label_smoothing must be between 0.0 and 1.0. Got: ${share}`,
    ),
    classesOrShares,
  ),
  nll_loss: either(classes, inRange),
  multi_margin_loss: marginOfClasses,
  cosine_embedding_loss: cosine,
  margin_ranking_loss: either(
    sameRank(
      () => "margin_ranking_loss : All input tensors should have same dimension",
      "input1",
      "input2",
      "target",
    ),
    together("input1", "input2", "target"),
  ),
  triplet_margin_loss: either(...triplet),
  triplet_margin_with_distance_loss: either(...triplet),
  ctc_loss: sequences,
};

/** By the function's name; a layer's arguments are its own attributes and its forward call's. */
export function lossRefusal(name: string, given: Given): string | undefined {
  return reduced(given) ?? entryOf(REFUSED, name)?.(given);
}
