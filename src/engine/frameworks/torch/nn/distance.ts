/**
 * Distances, similarities and losses: elementwise, then reduced. No MACs.
 * https://docs.pytorch.org/docs/stable/nn.html#loss-functions
 */

import { entryOf } from "../../../base/table.ts";
import {
  type Dim,
  isUnknown,
  type Shape,
  toNumber,
  type Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { broadcast, isMisfit, numel } from "../../shape/dims.ts";
import type { FunctionSpec, LayerSpec } from "./layer.ts";
import type { Op } from "./op.ts";

/** Two tensors against each other, reduced over one axis. */
function alongAxis(op: Op, x1: Value, x2: Value, dim: Value, keep: Value): Value {
  const [left, right] = [op.tensor(x1), op.tensor(x2)];
  const shape = both(left.shape, right.shape);
  if (shape === undefined) {
    return op.emit({
      inputs: [left, right],
      shape: left.shape,
      problem: "has inputs that do not fit each other",
    });
  }
  if (isUnknown(shape)) return op.emit({ inputs: [left, right], shape });
  const at = toNumber(dim) ?? 1;
  const axis = at < 0 ? at + shape.length : at;
  const reduced =
    keep === true ? shape.map((size, i) => (i === axis ? 1 : size)) : shape.filter((_, i) => i !== axis);
  return op.emit({ inputs: [left, right], shape: reduced, elementwise: numel(shape) });
}

function both(left: Shape | Unknown, right: Shape | Unknown): Shape | Unknown | undefined {
  if (isUnknown(left)) return left;
  if (isUnknown(right)) return right;
  const shape = broadcast(left, right);
  return isMisfit(shape) ? undefined : shape;
}

type Unreduced = "input" | "classes" | "rows" | "batch";

/** How a loss looks before it is reduced: like its input, without the class axis, one a row, one a sample. */
function unreduced(shape: Shape, kind: Unreduced): Shape {
  const drop = (axis: number): readonly Dim[] => shape.filter((_, i) => i !== axis);
  if (kind === "classes") return shape.length === 1 ? [] : drop(1);
  if (kind === "rows") return drop(shape.length - 1);
  if (kind === "batch") return shape.length < 3 ? [] : [shape[1]!];
  return shape;
}

function loss(op: Op, value: Value, reduction: Value, kind: Unreduced): Value {
  const input = op.tensor(value);
  const whole = reduction === "none" && !isUnknown(input.shape) ? unreduced(input.shape, kind) : [];
  const shape = isUnknown(reduction) ? reduction : whole;
  return op.emit({ inputs: [input], shape, elementwise: numel(input.shape) });
}

/** Layer, function, what stands before `reduction` in the constructor, forward arguments, and the unreduced shape. */
type Row = readonly [layer: string, fn: string, init: string, forward: string, kind: Unreduced];

const WEIGHTED = "weight=None, size_average=None, reduce=None";
const PLAIN = "size_average=None, reduce=None";
const PAIR = "input, target";

const LOSSES: readonly Row[] = [
  ["L1Loss", "l1_loss", PLAIN, PAIR, "input"],
  ["MSELoss", "mse_loss", PLAIN, PAIR, "input"],
  [
    "CrossEntropyLoss",
    "cross_entropy",
    "weight=None, size_average=None, ignore_index=-100, reduce=None",
    PAIR,
    "classes",
  ],
  ["CTCLoss", "ctc_loss", "blank=0", "log_probs, targets, input_lengths, target_lengths", "batch"],
  ["NLLLoss", "nll_loss", "weight=None, size_average=None, ignore_index=-100, reduce=None", PAIR, "classes"],
  [
    "NLLLoss2d",
    "nll_loss",
    "weight=None, size_average=None, ignore_index=-100, reduce=None",
    PAIR,
    "classes",
  ],
  [
    "PoissonNLLLoss",
    "poisson_nll_loss",
    "log_input=True, full=False, size_average=None, eps=1e-08, reduce=None",
    PAIR,
    "input",
  ],
  ["GaussianNLLLoss", "gaussian_nll_loss", "*, full=False, eps=1e-06", "input, target, var", "input"],
  ["KLDivLoss", "kl_div", PLAIN, PAIR, "input"],
  ["BCELoss", "binary_cross_entropy", WEIGHTED, PAIR, "input"],
  ["BCEWithLogitsLoss", "binary_cross_entropy_with_logits", WEIGHTED, PAIR, "input"],
  ["MarginRankingLoss", "margin_ranking_loss", `margin=0.0, ${PLAIN}`, "input1, input2, target", "input"],
  ["HingeEmbeddingLoss", "hinge_embedding_loss", `margin=1.0, ${PLAIN}`, PAIR, "input"],
  ["MultiLabelMarginLoss", "multilabel_margin_loss", PLAIN, PAIR, "rows"],
  ["HuberLoss", "huber_loss", "", PAIR, "input"],
  ["SmoothL1Loss", "smooth_l1_loss", PLAIN, PAIR, "input"],
  ["SoftMarginLoss", "soft_margin_loss", PLAIN, PAIR, "input"],
  ["MultiLabelSoftMarginLoss", "multilabel_soft_margin_loss", WEIGHTED, PAIR, "rows"],
  ["CosineEmbeddingLoss", "cosine_embedding_loss", `margin=0.0, ${PLAIN}`, "input1, input2, target", "rows"],
  ["MultiMarginLoss", "multi_margin_loss", `p=1, margin=1.0, ${WEIGHTED}`, PAIR, "rows"],
  [
    "TripletMarginLoss",
    "triplet_margin_loss",
    `margin=1.0, p=2.0, eps=1e-06, swap=False, ${PLAIN}`,
    "anchor, positive, negative",
    "rows",
  ],
  [
    "TripletMarginWithDistanceLoss",
    "triplet_margin_with_distance_loss",
    "*, distance_function=None, margin=1.0, swap=False",
    "anchor, positive, negative",
    "rows",
  ],
];

/** Arguments that follow `reduction`. */
const AFTER: Readonly<Record<string, string>> = {
  CrossEntropyLoss: ", label_smoothing=0.0",
  CTCLoss: ", zero_infinity=False",
  KLDivLoss: ", log_target=False",
  BCEWithLogitsLoss: ", pos_weight=None",
  HuberLoss: ", delta=1.0",
  SmoothL1Loss: ", beta=1.0",
};

const first = (forward: string): string => forward.slice(0, forward.indexOf(","));

/** `reduce=False` is the older way to say `reduction="none"`. */
const asked = (reduction: Value, reduce: Value): Value => (reduce === false ? "none" : reduction);

function lossLayer([name, fn, init, forward, kind]: Row): LayerSpec {
  const lead = init === "" ? "" : `${init}, `;
  return {
    name,
    home: "loss",
    base: init.startsWith("weight") ? "_WeightedLoss" : "_Loss",
    init: `${lead}reduction='mean'${entryOf(AFTER, name) ?? ""}`,
    forward: [
      forward,
      (op, a) => loss(op, entryOf(a, first(forward)), asked(op.attr("reduction"), op.attr("reduce")), kind),
    ],
    fn,
  };
}

const lossFunction = ([name, fn, init, forward, kind]: Row): [string, FunctionSpec] => [
  fn,
  {
    signature: `${forward}, ${init === "" ? "" : `${init}, `}reduction='mean'${entryOf(AFTER, name) ?? ""}`,
    rule: (op, a) => loss(op, entryOf(a, first(forward)), asked(a.reduction, a.reduce), kind),
  },
];

export const DISTANCE_LAYERS: readonly LayerSpec[] = [
  {
    name: "CosineSimilarity",
    home: "distance",
    init: "dim=1, eps=1e-08",
    forward: ["x1, x2", (op, a) => alongAxis(op, a.x1, a.x2, op.attr("dim"), false)],
    fn: "cosine_similarity",
  },
  {
    name: "PairwiseDistance",
    home: "distance",
    init: "p=2.0, eps=1e-06, keepdim=False",
    forward: ["x1, x2", (op, a) => alongAxis(op, a.x1, a.x2, -1, op.attr("keepdim"))],
    fn: "pairwise_distance",
  },
  { name: "_Loss", home: "loss", init: `${PLAIN}, reduction='mean'` },
  { name: "_WeightedLoss", home: "loss", base: "_Loss", init: `${WEIGHTED}, reduction='mean'` },
  ...LOSSES.map(lossLayer),
];

export const DISTANCE_FUNCTIONS: Readonly<Record<string, FunctionSpec>> = {
  cosine_similarity: {
    signature: "x1, x2, dim=1, eps=1e-08",
    rule: (op, a) => alongAxis(op, a.x1, a.x2, a.dim, false),
  },
  pairwise_distance: {
    signature: "x1, x2, p=2.0, eps=1e-06, keepdim=False",
    rule: (op, a) => alongAxis(op, a.x1, a.x2, -1, a.keepdim),
  },
  ...Object.fromEntries(LOSSES.map(lossFunction)),
};
