/**
 * Padding, as layers and as a function. Amounts are pairs from the last axis backwards, negative ones crop.
 * https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.pad.html
 */
import { paddedSize } from "../../../cost/geometry.ts";
import {
  type Dim,
  isUnknown,
  type Shape,
  Tuple,
  toItems,
  type Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { toDim } from "../../rules/sizes.ts";
import { showShape } from "../../shape/dims.ts";
import type { FunctionSpec, LayerSpec } from "./layer.ts";
import type { Op } from "./op.ts";

type Mode = "constant" | "reflect" | "replicate" | "circular";
const MODES: ReadonlySet<string> = new Set(["constant", "reflect", "replicate", "circular"]);

export function pad(op: Op, value: Value, amounts: Value, mode: Value): Value {
  const input = op.tensor(value);
  const items = toItems(amounts);
  if (isUnknown(input.shape) || !items) {
    return op.emit({
      inputs: [input],
      shape: isUnknown(input.shape) ? input.shape : blurred(input.shape, toDim(amounts)),
    });
  }
  const pairs = items.map(toDim);
  const shape = [...input.shape];
  let problem =
    typeof mode === "string" && !MODES.has(mode)
      ? `has no padding mode '${mode}'`
      : pairs.length % 2 !== 0 || pairs.length > 2 * shape.length
        ? `pads ${pairs.length / 2} axes, gets ${showShape(input.shape)}`
        : undefined;
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    const axis = shape.length - 1 - i / 2;
    const size = shape[axis];
    const [before = 0, after = 0] = [pairs[i], pairs[i + 1]];
    if (size === undefined) break;
    problem ??= padProblem(size, before, after, mode as Mode);
    const out = paddedSize(size, before, after);
    shape[axis] = typeof out === "number" ? Math.max(out, 0) : out;
  }
  return op.emit({ name: "pad", inputs: [input], shape, problem });
}

/** All axes but the first two are touched by amounts that are not known. */
function blurred(shape: Shape, why: Dim): Shape | Unknown {
  return shape.map((size, axis) => (axis < 2 ? size : why));
}

function padProblem(size: Dim, before: Dim, after: Dim, mode: Mode): string | undefined {
  if (typeof size !== "number" || typeof before !== "number" || typeof after !== "number") return undefined;
  const widest = Math.max(before, after);
  if (mode === "reflect" && widest >= size)
    return `reflects ${widest} elements, which needs a size above ${widest}, gets ${size}`;
  if (mode === "circular" && widest > size)
    return `wraps ${widest} elements around, which needs a size of ${widest}, gets ${size}`;
  if (size + before + after < 0) return `crops ${-before - after} elements of ${size}`;
  return undefined;
}

/** One number pads all spatial axes on both sides. */
function paddingLayer(kind: string, spatial: number, mode: Mode): LayerSpec {
  const constant = kind === "Constant";
  return {
    name: `${kind}Pad${spatial}d`,
    home: "padding",
    base: `_${kind}PadNd`,
    init: constant ? "padding, value" : "padding",
    build: (b) => {
      const { padding } = b.args;
      b.set("padding", new Tuple(toItems(padding) ?? new Array<Value>(2 * spatial).fill(padding)));
    },
    forward: ["input", (op, a) => pad(op, a.input, op.attr("padding"), mode)],
    fn: "pad",
  };
}

const KINDS: readonly (readonly [kind: string, mode: Mode])[] = [
  ["Constant", "constant"],
  ["Zero", "constant"],
  ["Reflection", "reflect"],
  ["Replication", "replicate"],
  ["Circular", "circular"],
];

export const PAD_LAYERS: readonly LayerSpec[] = KINDS.flatMap(([kind, mode]) => [
  { name: `_${kind}PadNd`, home: "padding" },
  ...[1, 2, 3].map((spatial) => paddingLayer(kind, spatial, mode)),
]);

export const PAD_FUNCTIONS: Readonly<Record<string, FunctionSpec>> = {
  pad: {
    signature: "input, pad, mode='constant', value=None",
    rule: (op, a) => pad(op, a.input, a.pad, a.mode),
  },
};
