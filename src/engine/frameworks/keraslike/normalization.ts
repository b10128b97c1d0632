/** Normalization: scale and shift per channel, moving statistics that are not trained. */
import { type Dim, isUnknown, type Shape, Unknown } from "../../interpret/values.ts";
import { unevenGroups } from "../rules/sizes.ts";
import { axisOf } from "../shape/dims.ts";
import { ANY_GROUPS } from "./arguments.ts";
import {
  type Config,
  first,
  KERAS,
  type KnownOrNot,
  type LayerRule,
  one,
  plain,
  type WeightSpec,
} from "./rule.ts";

/** Sizes of the axes that are normalized one by one. */
function sizes(config: Config, input: Shape): readonly Dim[] {
  const axes = config.integers("axis") ?? [-1];
  return axes.map((axis) => {
    const at = axisOf(axis, input.length);
    return at === undefined ? new Unknown(`an input without axis ${axis}`) : (input[at] ?? 1);
  });
}

/** One group for each channel is written as -1. */
function groupsProblem(config: Config, input: KnownOrNot): string | undefined {
  if (!config.given("groups") || isUnknown(input)) return undefined;
  const groups = config.dim("groups");
  return groups === -1 ? undefined : unevenGroups(groups, sizes(config, input)[0] ?? 1);
}

function vectors(config: Config, shape: readonly Dim[]): WeightSpec[] {
  return [
    ...(config.flag("scale") ? [{ name: "gamma", shape, trainable: true }] : []),
    ...(config.flag("center") ? [{ name: "beta", shape, trainable: true }] : []),
  ];
}

function norm(name: string, signature: string, page: string, moving = false): LayerRule {
  return {
    signature,
    docs: `${KERAS}/normalization_layers/${page}/`,
    weights: (c, [input = []]) => {
      const shape = sizes(c, input);
      const statistics = ["moving_mean", "moving_variance"].map((name) => ({
        name,
        shape,
        trainable: false,
      }));
      return [...vectors(c, shape), ...(moving ? statistics : [])];
    },
    run: (c, inputs) => one(plain(name, first(inputs), { op: "norm" }), groupsProblem(c, first(inputs))),
  };
}

export const NORMALIZATION: Readonly<Record<string, LayerRule>> = {
  BatchNormalization: norm(
    "batch_norm",
    "axis=-1, momentum=0.99, epsilon=0.001, center=True, scale=True",
    "batch_normalization",
    true,
  ),
  LayerNormalization: norm(
    "layer_norm",
    "axis=-1, epsilon=0.001, center=True, scale=True",
    "layer_normalization",
  ),
  GroupNormalization: {
    ...norm(
      "group_norm",
      "groups=32, axis=-1, epsilon=0.001, center=True, scale=True",
      "group_normalization",
    ),
    taken: ANY_GROUPS,
  },
};
