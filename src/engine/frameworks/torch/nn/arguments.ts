/**
 * What torch takes for the arguments of its layers and functions. Python's argument reader looks for `bool` where an
 * int must be, and refuses it; sizes that torch computes with before (`4 * hidden_size`) may be one.
 */
import type { ParsedSignature } from "../../../interpret/signature.ts";
import {
  type ArgumentCheck,
  axesOf,
  count,
  counts,
  INT,
  INTS,
  PLAIN_WORDS,
  SHARE,
  TAKEN,
  type Taken,
  type TakenTable,
  type Words,
} from "../../rules/possible.ts";

const computed = (taken: Taken): Taken => ({ ...taken, bools: true });
const perAxis = (taken: Taken): Taken => ({ ...taken, depth: 1, perAxis: "one" });

const LAYERS: TakenTable = {
  ...TAKEN,
  kernel_size: perAxis(count(1)),
  stride: { ...perAxis(count(1)), empty: true },
  dilation: perAxis(count(1)),
  output_padding: perAxis(count()),
  output_size: { of: "int", least: 0, depth: 1, perAxis: true, none: "inside" },
  output_ratio: { of: "real", least: 0, most: 1, depth: 1, perAxis: true },
  size: { of: "int", least: 1, depth: 1 },
  scale_factor: { of: "real", depth: 1, bools: true },
  negative_slope: { of: "real", bools: true },
  norm_type: { of: "real", bools: true },
  upscale_factor: count(1),
  downscale_factor: count(1),
  hidden_size: computed(count()),
  embedding_dim: computed(count()),
  num_heads: computed(count(1)),
  nhead: computed(count(1)),
  num_layers: computed(count(1)),
  dim_feedforward: count(),
  d_model: computed(count()),
  embed_dim: computed(count()),
  num_parameters: count(),
  padding_idx: INT,
  start_dim: INT,
  end_dim: INT,
  dim: INT,
  divisor_override: INT,
  unflattened_size: { of: "int", depth: 2, least: -1, list: true },
  pad: { ...INTS, empty: true },
  dropout: { ...SHARE, bools: true },
  ...Object.fromEntries(
    ["alpha", "beta", "threshold", "lambd", "value"].map((name) => [
      name,
      { of: "real", bools: true, none: true },
    ]),
  ),
};

const oneOf = (...texts: readonly string[]): Taken => ({ of: "text", texts });

const CONV: TakenTable = {
  padding_mode: oneOf("zeros", "reflect", "replicate", "circular"),
  // One size for all axes becomes a list before torch looks at it, a list is part of the weight's shape.
  kernel_size: { of: "int", least: 1, depth: 1, perAxis: true, bools: true },
  padding: { ...perAxis(count()), texts: ["same", "valid"] },
};
const TRANSPOSED: TakenTable = { padding: perAxis(count()), padding_mode: oneOf("zeros") };
const FOLDS: TakenTable = Object.fromEntries(
  ["kernel_size", "dilation", "padding", "stride"].map((name) => [
    name,
    { ...counts(name === "padding" ? 0 : 1), perAxis: true },
  ]),
);

/** What layers have besides, or otherwise, by their names. */
const SPECIAL: readonly (readonly [RegExp, TakenTable])[] = [
  [/Conv/, CONV],
  [/ConvTranspose/, TRANSPOSED],
  [/Pool/, { padding: perAxis(count()) }],
  [/LPPool/, { kernel_size: { ...perAxis(count(1)), perAxis: true } }],
  // Takes more than it uses: the window only bounds where the samples lie.
  [/FractionalMaxPool/, { kernel_size: { of: "int", depth: 1, perAxis: true } }],
  [/Pad\dd$/, { padding: { ...INTS, empty: true } }],
  [/^Unfold$|^Fold$/, FOLDS],
  [/^Fold$/, { output_size: counts() }],
  [/^LocalResponseNorm$/, { size: count(1) }],
  [/^PReLU$/, { num_parameters: { ...count(), depth: 1, empty: true } }],
  [/^ConstantPad/, { value: { of: "real", bools: true, none: true } }],
  [/^(Reflection|Replication|Circular)Pad/, { padding: { ...INTS, perAxis: true } }],
  [/^EmbeddingBag$/, { mode: oneOf("sum", "mean", "max") }],
  [/^RNN(Cell)?$/, { nonlinearity: oneOf("tanh", "relu") }],
  [/^GELU|^Gelu$/, { approximate: oneOf("none", "tanh") }],
  [/Dropout/, { p: { ...SHARE, bools: true } }],
  [/^Softshrink$/, { lambd: { of: "real", least: 0, bools: true } }],
  // Nothing is dropped in inference, so nothing is asked of the share.
  [/^MultiheadAttention$/, { dropout: { of: "real", bools: true } }],
];

const words: Words = (name, fault) => {
  const isShare = fault.what === "least" || fault.what === "most";
  if ((name === "p" || name === "dropout") && isShare)
    return `dropout probability has to be between 0 and 1, but got ${fault.shown}`;
  if (name === "output_ratio" && isShare) return `output_ratio must be between 0 and 1 (got ${fault.shown})`;
  if (name === "padding" && fault.taken.texts && /^'/.test(fault.shown))
    return `Invalid padding string ${fault.shown}, should be one of {'valid', 'same'}`;
  return PLAIN_WORDS(name, fault);
};

const COMMON = {
  words,
  error: "ValueError",
  kindError: "TypeError",
  intsOnly: true,
  noBools: true,
  exactTexts: true,
} as const;

/** Whose samples a layer computes is never guessed. */
const ASKED: ReadonlySet<string> = new Set(["batch_first"]);

export function argumentsOf(layer: string, signature: ParsedSignature): ArgumentCheck {
  const own = SPECIAL.filter(([name]) => name.test(layer)).map(([, taken]) => taken);
  const taken = Object.assign({}, LAYERS, ...own) as TakenTable;
  return { ...COMMON, layer, taken, axes: itemsOf(layer), signature, asked: ASKED };
}

/** How many items a list has that has some for each axis: padding has two. */
function itemsOf(layer: string): number | undefined {
  if (/^(Unf|F)old$/.test(layer)) return 2;
  const axes = axesOf(layer);
  return axes !== undefined && /Pad\dd$/.test(layer) ? 2 * axes : axes;
}

/** Functions that slide windows say themselves what is too small, with the input that they get. */
export function functionArguments(name: string, signature: ParsedSignature): ArgumentCheck {
  const layer = name.replace(/(^|_)[a-z]/g, (part) => part.replace("_", "").toUpperCase());
  const check = argumentsOf(layer, signature);
  if (!/conv|pool/.test(name)) return { ...check, layer: `${name}()` };
  const taken = Object.fromEntries(
    Object.entries(check.taken).map(([argument, { least: _, most: __, ...kind }]) => [argument, kind]),
  );
  return { ...check, layer: `${name}()`, taken };
}
