/**
 * Embeddings and one-hot vectors: look-ups, no MACs.
 * https://docs.pytorch.org/docs/stable/nn.html#sparse-layers
 */
import { subtract } from "../../../cost/lift.ts";
import {
  isUnknown,
  type Shape,
  type Tensor,
  toNumber,
  type Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { showShape } from "../../shape/dims.ts";
import { type FunctionSpec, type LayerSpec, makeParameter } from "./layer.ts";
import { addTensor } from "./module.ts";
import type { Op } from "./op.ts";

function width(op: Op, weight: Tensor | undefined): Shape | Unknown {
  if (!weight) return op.interp.unknown("an embedding's weight is not known");
  return isUnknown(weight.shape) ? weight.shape : weight.shape.slice(1);
}

function embedding(op: Op, value: Value, weight: Tensor | undefined): Value {
  const input = op.tensor(value);
  const row = width(op, weight);
  const shape = isUnknown(input.shape) ? input.shape : isUnknown(row) ? row : [...input.shape, ...row];
  return op.emit({
    op: "embedding",
    name: "embedding",
    inputs: [input],
    shape,
    dtype: "float32",
    weights: [weight],
    indices: [input],
    problem: wrongIndex(input) ?? beyondTable(input, weight),
  });
}

/** Only of the network's input: other tensors may have been cast in ways that are not followed. */
function wrongIndex({ maker, dtype }: Tensor): string | undefined {
  return maker === "the input" && dtype.startsWith("float")
    ? `takes whole numbers, gets ${dtype}`
    : undefined;
}

/** An index that is known, of positions for one, and has no row. */
function beyondTable(input: Tensor, weight: Tensor | undefined): string | undefined {
  const rows = weight && !isUnknown(weight.shape) ? weight.shape[0] : undefined;
  const wrong = typeof rows === "number" ? input.data?.find((each) => each < 0 || each >= rows) : undefined;
  return wrong === undefined ? undefined : `has ${rows} rows, and none for index ${wrong}`;
}

/** A bag is a row of a 2-D input, or what lies between two offsets. */
function embeddingBag(
  op: Op,
  value: Value,
  weight: Tensor | undefined,
  offsets: Value,
  hasEnd: boolean,
): Value {
  const input = op.tensor(value);
  const starts = op.optional(offsets);
  const row = width(op, weight);
  const bags = starts ? starts.shape : input.shape;
  // The last offset may be the end of the last bag.
  const count = (dims: Shape): Shape => (starts && hasEnd ? [subtract(dims[0] ?? 1, 1)] : dims.slice(0, 1));
  const shape = isUnknown(bags) ? bags : isUnknown(row) ? row : [...count(bags), ...row];
  return op.emit({
    op: "embedding",
    name: "embedding_bag",
    inputs: [input],
    shape,
    dtype: "float32",
    weights: [weight],
    indices: starts ? [input, starts] : [input],
    problem: wrongIndex(input) ?? (starts && wrongOffsets(input, starts)),
  });
}

function wrongOffsets({ shape }: Tensor, starts: Tensor): string | undefined {
  if (!isUnknown(shape) && shape.length !== 1)
    return `takes offsets for a row of indices only, gets ${showShape(shape)}`;
  return wrongIndex(starts);
}

function oneHot(op: Op, value: Value, classes: Value): Value {
  const input = op.tensor(value);
  const count = toNumber(classes);
  const size =
    count !== undefined && count >= 0
      ? count
      : isUnknown(classes)
        ? classes
        : op.interp.unknown("the number of classes in the data");
  return op.emit({
    inputs: [input],
    shape: isUnknown(input.shape) ? input.shape : [...input.shape, size],
    dtype: "int64",
    indices: [input],
    problem: wrongIndex(input),
  });
}

const EMBEDDING_INIT =
  "num_embeddings, embedding_dim, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False, _weight=None, _freeze=False, device=None, dtype=None";
const BAG_INIT =
  "num_embeddings, embedding_dim, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, mode='mean', sparse=False, _weight=None, include_last_offset=False, padding_idx=None, device=None, dtype=None";

const build: LayerSpec["build"] = (b) => {
  const [rows, at] = [b.dim("num_embeddings"), toNumber(b.args.padding_idx)];
  if (typeof rows === "number" && at !== undefined && (at >= rows || at < -rows)) {
    const problem = `Padding_idx must be within num_embeddings, gets ${at} of ${rows}`;
    b.interp.fail("AssertionError", problem, { severity: "error", code: "impossible-size" });
    b.interp.gap(problem);
  }
  b.parameter("weight", [rows, b.dim("embedding_dim")]);
};

const fromPretrained: NonNullable<LayerSpec["classMethods"]> = {
  from_pretrained: [
    "cls, embeddings, freeze=True, **kwargs",
    (a, interp, nn) => {
      const weight = new Map<string, Value>();
      const { shape } = a.embeddings as Tensor;
      const [rows, columns] = shape === undefined || isUnknown(shape) ? [undefined, undefined] : shape;
      const why = interp.unknown("an embedding's weight is not known");
      const made = interp.call(a.cls, [rows ?? why, columns ?? why], weight);
      if (typeof made === "object" && made?.kind === "instance") {
        addTensor(
          interp,
          made,
          "_parameters",
          "weight",
          makeParameter(nn, [rows ?? why, columns ?? why], a.freeze === false),
        );
      }
      return made;
    },
  ],
};

export const EMBEDDING_LAYERS: readonly LayerSpec[] = [
  {
    name: "Embedding",
    home: "sparse",
    init: EMBEDDING_INIT,
    hidden: ["_weight", "_freeze"],
    build,
    forward: ["input", (op, a) => embedding(op, a.input, op.weight("weight"))],
    classMethods: fromPretrained,
    fn: "embedding",
  },
  {
    name: "EmbeddingBag",
    home: "sparse",
    init: BAG_INIT,
    hidden: ["_weight"],
    build,
    forward: [
      "input, offsets=None, per_sample_weights=None",
      (op, a) =>
        embeddingBag(op, a.input, op.weight("weight"), a.offsets, op.attr("include_last_offset") === true),
    ],
    classMethods: fromPretrained,
    fn: "embedding_bag",
  },
];

export const EMBEDDING_FUNCTIONS: Readonly<Record<string, FunctionSpec>> = {
  embedding: {
    signature:
      "input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False",
    rule: (op, a) => embedding(op, a.input, op.optional(a.weight)),
  },
  embedding_bag: {
    signature:
      "input, weight, offsets=None, max_norm=None, norm_type=2, scale_grad_by_freq=False, mode='mean', sparse=False, per_sample_weights=None, include_last_offset=False, padding_idx=None",
    rule: (op, a) =>
      embeddingBag(op, a.input, op.optional(a.weight), a.offsets, a.include_last_offset === true),
  },
  one_hot: { signature: "tensor, num_classes=-1", rule: (op, a) => oneHot(op, a.tensor, a.num_classes) },
};
