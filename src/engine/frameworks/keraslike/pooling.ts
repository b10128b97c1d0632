/** Pooling, padding, cropping and resizing: the spatial axes change, nothing is multiplied. */
import { add, multiply, subtract } from "../../cost/lift.ts";
import { type Dim, isUnknown, toItems, Unknown, type Value } from "../../interpret/values.ts";
import { type PoolRuling, resize, windowPool } from "../rules/pooling.ts";
import { toDim } from "../rules/sizes.ts";
import { showShape } from "../shape/dims.ts";
import { PADDED_EDGES } from "./arguments.ts";
import { type Config, first, KERAS, type KnownOrNot, type LayerRule, one, plain } from "./rule.ts";

function pool(spatial: number, what: "max" | "average"): LayerRule {
  return {
    signature: "pool_size=2, strides=None, padding='valid', data_format=None",
    docs: `${KERAS}/pooling_layers/${what}_pooling${spatial}d/`,
    spatial,
    run: (c, inputs) => {
      const kernel = c.dims("pool_size", spatial);
      const ruling = windowPool(first(inputs), axes(c, spatial), {
        kernel,
        stride: c.given("strides") ? c.dims("strides", spatial) : kernel,
        dilation: new Array<Dim>(spatial).fill(1),
        padding: c.text("padding").toLowerCase() === "same" ? "same" : "valid",
      });
      return one(plain(`${what}_pool${spatial}d`, ruling.shape), ruling.problem);
    },
  };
}

function globalPool(spatial: number, what: "max" | "average"): LayerRule {
  return {
    signature: "data_format=None, keepdims=False",
    docs: `${KERAS}/pooling_layers/global_${what}_pooling${spatial}d/`,
    spatial,
    run: (c, inputs) => {
      const input = first(inputs);
      const name = `global_${what}_pool${spatial}d`;
      if (isUnknown(input)) return one(plain(name, input));
      if (input.length !== spatial + 2) {
        const problem = `expects an input with ${spatial + 2} axes, gets ${input.length}`;
        return one(plain(name, new Unknown(problem)), problem);
      }
      const keep = c.flag("keepdims");
      const from = c.channels === "first" ? 2 : 1;
      const ones = new Array<Dim>(keep ? spatial : 0).fill(1);
      return one(plain(name, [...input.slice(0, from), ...ones, ...input.slice(from + spatial)]));
    },
  };
}

function axes(config: Config, spatial: number) {
  return { spatial, channels: config.channels, otherAxes: [2, 2] } as const;
}

type SizeRule = (config: Config, sizes: readonly Dim[]) => readonly Dim[];

/** A layer that computes new sizes for the spatial axes. */
function resizing(name: string, spatial: number, signature: string, page: string, rule: SizeRule): LayerRule {
  return {
    signature,
    docs: `${KERAS}/${page}/`,
    spatial,
    run: (c, inputs) => {
      const ruling = resized(c, spatial, first(inputs), rule);
      return one(plain(name, ruling.shape), ruling.problem);
    },
  };
}

function resized(config: Config, spatial: number, input: KnownOrNot, rule: SizeRule): PoolRuling {
  return resize(input, axes(config, spatial), (sizes) => {
    const made = rule(config, sizes);
    const isEmpty = made.some((size) => typeof size === "number" && size < 1);
    if (!isEmpty) return { sizes: made };
    const problem = `makes ${showShape(made)} of ${showShape(sizes)}`;
    return { sizes: sizes.map(() => new Unknown(`what ${problem}`)), problem };
  });
}

/** `1`, `(1, 2)` (one an axis, or before and after of a single axis), `((1, 2), (3, 4))`. */
function edges(value: Value, spatial: number): readonly (readonly [Dim, Dim])[] {
  const items = toItems(value);
  if (items === undefined) return new Array<readonly [Dim, Dim]>(spatial).fill([toDim(value), toDim(value)]);
  if (spatial === 1 && toItems(items[0]) === undefined)
    return [[toDim(items[0]), toDim(items[1] ?? items[0])]];
  return Array.from({ length: spatial }, (_, axis) => {
    const pair = toItems(items[axis]);
    return pair
      ? ([toDim(pair[0]), toDim(pair[1])] as const)
      : ([toDim(items[axis]), toDim(items[axis])] as const);
  });
}

const moved =
  (argument: string, change: typeof add): SizeRule =>
  (c, sizes) => {
    const pairs = edges(c.value(argument), sizes.length);
    return sizes.map((size, axis) => change(size, add(pairs[axis]?.[0] ?? 0, pairs[axis]?.[1] ?? 0)));
  };

const upsampled: SizeRule = (c, sizes) => {
  const factors = c.dims("size", sizes.length);
  return sizes.map((size, axis) => multiply(size, factors[axis] ?? 1));
};

const RESHAPING = "reshaping_layers";
const IMAGES = "preprocessing_layers/image_preprocessing";

export const POOLING: Readonly<Record<string, LayerRule>> = {
  ...Object.fromEntries(
    [1, 2, 3].flatMap((n): [string, LayerRule][] => [
      [`MaxPooling${n}D`, pool(n, "max")],
      [`AveragePooling${n}D`, pool(n, "average")],
      [`GlobalMaxPooling${n}D`, globalPool(n, "max")],
      [`GlobalAveragePooling${n}D`, globalPool(n, "average")],
      [
        `UpSampling${n}D`,
        resizing(
          "up_sampling",
          n,
          "size=2, data_format=None, interpolation='nearest'",
          `${RESHAPING}/up_sampling${n}d`,
          upsampled,
        ),
      ],
      [
        `ZeroPadding${n}D`,
        {
          ...resizing(
            "zero_padding",
            n,
            "padding=1, data_format=None",
            `${RESHAPING}/zero_padding${n}d`,
            moved("padding", add),
          ),
          taken: PADDED_EDGES,
        },
      ],
      [
        `Cropping${n}D`,
        resizing(
          "cropping",
          n,
          "cropping=1, data_format=None",
          `${RESHAPING}/cropping${n}d`,
          moved("cropping", subtract),
        ),
      ],
    ]),
  ),
  Resizing: resizing(
    "resizing",
    2,
    "height, width, interpolation='bilinear', data_format=None",
    `${IMAGES}/resizing`,
    (c) => [c.dim("height"), c.dim("width")],
  ),
  CenterCrop: resizing("center_crop", 2, "height, width, data_format=None", `${IMAGES}/center_crop`, (c) => [
    c.dim("height"),
    c.dim("width"),
  ]),
};
