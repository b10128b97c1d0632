/** Layers that join several inputs: elementwise, end to end, and by a batched product. */
import { product } from "../../cost/lift.ts";
import { type Dim, isUnknown, type Shape, Unknown } from "../../interpret/values.ts";
import { INTS } from "../rules/possible.ts";
import { axisOf, broadcast, isMisfit, Misfit } from "../shape/dims.ts";
import { concatenate } from "../shape/join.ts";
import { ONE_AXIS } from "./arguments.ts";
import { type Config, KERAS, type LayerRule, one, plain, type Ruling } from "./rule.ts";

type JoinRule = (config: Config, shapes: readonly Shape[]) => Shape | Misfit;

function merge(name: string, signature: string, rule: JoinRule): LayerRule {
  return {
    signature,
    docs: `${KERAS}/merging_layers/${name}/`,
    run: (c, inputs) => {
      const lost = inputs.find(isUnknown);
      if (lost) return one(plain(name, lost));
      const shape = rule(c, inputs as readonly Shape[]);
      if (!isMisfit(shape)) return one(plain(name, shape));
      return one(
        plain(name, shape.guess ?? inputs[0] ?? new Unknown(shape.message)),
        `cannot join its inputs: ${shape.message}`,
      );
    },
  };
}

const subtract = merge("subtract", "", (_c, shapes) =>
  shapes.length > 2
    ? new Misfit(`it is called on exactly 2 inputs, gets ${shapes.length}`)
    : broadcast(...shapes),
);

const elementwise = (name: string): LayerRule => merge(name, "", (_c, shapes) => broadcast(...shapes));

const dot: LayerRule = {
  signature: "axes, normalize=False",
  docs: `${KERAS}/merging_layers/dot/`,
  taken: { axes: INTS },
  run: (c, inputs): Ruling => {
    const [left, right] = inputs;
    const lost = inputs.find(isUnknown);
    if (lost || !left || !right || isUnknown(left) || isUnknown(right)) {
      const why = lost ?? new Unknown("needs two inputs");
      return one({ op: "matmul", name: "dot", shape: why, macs: why, elementwise: 0 });
    }
    const axes = c.integers("axes") ?? [-1];
    const [along, across] = [axes[0] ?? -1, axes[1] ?? axes[0] ?? -1];
    const [ofLeft, ofRight] = [axisOf(along, left.length), axisOf(across, right.length)];
    const none = ofLeft === undefined ? along : ofRight === undefined ? across : undefined;
    const [a, b] = [ofLeft ?? left.length - 1, ofRight ?? right.length - 1];
    const rest = [
      ...left.filter((_, axis) => axis !== a),
      ...right.filter((_, axis) => axis !== b && axis !== 0),
    ];
    const shape: Dim[] = rest.length === 1 ? [...rest, 1] : rest;
    const differ = typeof left[a] === "number" && typeof right[b] === "number" && left[a] !== right[b];
    const macs = product([...rest, left[a] ?? 1]);
    return one(
      { op: "matmul", name: "dot", shape, macs, elementwise: 0 },
      none !== undefined
        ? `has no axis ${none} to multiply along`
        : differ
          ? `cannot multiply axes of ${left[a]} and ${right[b]}`
          : undefined,
    );
  },
};

export const MERGING: Readonly<Record<string, LayerRule>> = {
  Add: elementwise("add"),
  Subtract: subtract,
  Multiply: elementwise("multiply"),
  Average: elementwise("average"),
  Maximum: elementwise("maximum"),
  Minimum: elementwise("minimum"),
  Concatenate: {
    ...merge("concatenate", "axis=-1", (c, shapes) => concatenate(shapes, c.number("axis") ?? -1)),
    taken: ONE_AXIS,
  },
  Dot: dot,
};
