/** Convolutions of Keras-like frameworks: plain, transposed, depthwise and separable, of any rank and layout. */
import {
  transposedSameOutputSize,
  transposedSamePaddedOutputSize,
  transposedValidOutputSize,
  transposedValidPaddedOutputSize,
} from "../../cost/geometry.ts";
import { floorDivide, multiply } from "../../cost/lift.ts";
import { type Dim, isUnknown } from "../../interpret/values.ts";
import { type ConvRule, type ConvRuling, convolution } from "../rules/convolution.ts";
import type { Padding } from "../rules/window.ts";
import { CAUSAL } from "./arguments.ts";
import {
  type Config,
  channelsOf,
  first,
  KERAS,
  type KnownOrNot,
  type LayerRule,
  one,
  type Step,
  type WeightSpec,
} from "./rule.ts";

const COMMON = "activation=None, use_bias=True";

function paddingOf(config: Config): Padding {
  const padding = config.text("padding").toLowerCase();
  return padding === "same" || padding === "causal" ? padding : "valid";
}

/** Said of Keras' and TensorFlow.js' convolutions that are not transposed. */
function stridedAndDilated({ stride, dilation }: ConvRule): string | undefined {
  const isAboveOne = (size: Dim): boolean => typeof size === "number" && size > 1;
  return stride.some(isAboveOne) && dilation.some(isAboveOne)
    ? "has strides > 1, which are not supported in conjunction with dilation_rate > 1"
    : undefined;
}

function windowRule(config: Config, spatial: number, input: KnownOrNot): ConvRule {
  return {
    spatial,
    channels: config.channels,
    kernel: config.dims("kernel_size", spatial),
    stride: config.dims("strides", spatial),
    dilation: config.given("dilation_rate")
      ? config.dims("dilation_rate", spatial)
      : new Array<Dim>(spatial).fill(1),
    padding: paddingOf(config),
    inChannels: channelsOf(config, input),
    outChannels: config.dim("filters"),
    groups: config.given("groups") ? config.dim("groups") : 1,
    bias: config.flag("use_bias"),
    batchAxes: [1, 1],
    mustFit: true,
  };
}

function step(name: string, config: Config, ruling: ConvRuling, more: Partial<Step> = {}): Step {
  return {
    op: ruling.geometry?.transposed || name.includes("transpose") ? "conv_transpose" : "conv",
    name,
    shape: ruling.shape,
    macs: ruling.macs,
    elementwise: config.activated(ruling.shape),
    ...(ruling.geometry ? { geometry: ruling.geometry } : {}),
    ...more,
  };
}

function biasOf(config: Config, size: Dim): readonly WeightSpec[] {
  return config.flag("use_bias") ? [{ name: "bias", shape: [size], trainable: true }] : [];
}

function conv(spatial: number): LayerRule {
  return {
    signature: `filters, kernel_size, strides=1, padding='valid', data_format=None, dilation_rate=1, groups=1, ${COMMON}`,
    docs: `${KERAS}/convolution_layers/convolution${spatial}d/`,
    spatial,
    ...(spatial === 1 && { taken: CAUSAL }),
    weights: (c, inputs) => {
      const filters = c.dim("filters");
      const kernel = [
        ...c.dims("kernel_size", spatial),
        floorDivide(channelsOf(c, first(inputs)), c.dim("groups")),
        filters,
      ];
      return [{ name: "kernel", shape: kernel, trainable: true }, ...biasOf(c, filters)];
    },
    run: (c, inputs) => {
      const rule = windowRule(c, spatial, first(inputs));
      const ruling = convolution(first(inputs), rule);
      return one(step(`conv${spatial}d`, c, ruling), ruling.problem ?? stridedAndDilated(rule));
    },
  };
}

function transposed(spatial: number): LayerRule {
  return {
    signature: `filters, kernel_size, strides=1, padding='valid', output_padding=None, data_format=None, dilation_rate=1, ${COMMON}`,
    docs: `${KERAS}/convolution_layers/convolution${spatial}d_transpose/`,
    spatial,
    weights: (c, inputs) => {
      const filters = c.dim("filters");
      const kernel = [...c.dims("kernel_size", spatial), filters, channelsOf(c, first(inputs))];
      return [{ name: "kernel", shape: kernel, trainable: true }, ...biasOf(c, filters)];
    },
    run: (c, inputs) => {
      const rule = windowRule(c, spatial, first(inputs));
      const ruling = convolution(first(inputs), {
        ...rule,
        transposed: (sizes) => transposedSizes(c, rule, sizes),
      });
      return one(step(`conv${spatial}d_transpose`, c, ruling), ruling.problem ?? paddedTooFar(c, rule));
    },
  };
}

function paddedTooFar(config: Config, { spatial, stride }: ConvRule): string | undefined {
  if (!config.given("output_padding")) return undefined;
  const amounts = config.dims("output_padding", spatial);
  const axis = amounts.findIndex((amount, at) => {
    const step = stride[at];
    return typeof amount === "number" && typeof step === "number" && amount >= step;
  });
  return axis < 0
    ? undefined
    : `has an output_padding of ${amounts[axis]}, which must be less than its stride of ${stride[axis]}`;
}

function transposedSizes(config: Config, rule: ConvRule, sizes: readonly Dim[]): readonly Dim[] {
  const same = rule.padding === "same";
  const extra = config.given("output_padding") ? config.dims("output_padding", sizes.length) : undefined;
  return sizes.map((size, axis) => {
    const [kernel, stride, dilation] = [
      rule.kernel[axis] ?? 1,
      rule.stride[axis] ?? 1,
      rule.dilation[axis] ?? 1,
    ];
    const more = extra?.[axis];
    if (more === undefined) {
      return same
        ? transposedSameOutputSize(size, stride)
        : transposedValidOutputSize(size, kernel, stride, dilation);
    }
    const padded = same ? transposedSamePaddedOutputSize : transposedValidPaddedOutputSize;
    return padded(size, kernel, stride, more, dilation);
  });
}

function depthwiseRule(config: Config, spatial: number, input: KnownOrNot): ConvRule {
  const inChannels = channelsOf(config, input);
  const outChannels = multiply(inChannels, config.dim("depth_multiplier"));
  return { ...windowRule(config, spatial, input), inChannels, outChannels, groups: inChannels };
}

function depthwise(spatial: number): LayerRule {
  return {
    signature: `kernel_size, strides=1, padding='valid', depth_multiplier=1, data_format=None, dilation_rate=1, ${COMMON}`,
    docs: `${KERAS}/convolution_layers/depthwise_convolution${spatial}d/`,
    spatial,
    weights: (c, inputs) => {
      const { inChannels, outChannels } = depthwiseRule(c, spatial, first(inputs));
      const kernel = [...c.dims("kernel_size", spatial), inChannels, c.dim("depth_multiplier")];
      return [{ name: "kernel", shape: kernel, trainable: true }, ...biasOf(c, outChannels)];
    },
    run: (c, inputs) => {
      const ruling = convolution(first(inputs), depthwiseRule(c, spatial, first(inputs)));
      return one(step(`depthwise_conv${spatial}d`, c, ruling), ruling.problem);
    },
  };
}

function separable(spatial: number): LayerRule {
  return {
    signature: `filters, kernel_size, strides=1, padding='valid', data_format=None, dilation_rate=1, depth_multiplier=1, ${COMMON}`,
    docs: `${KERAS}/convolution_layers/separable_convolution${spatial}d/`,
    spatial,
    weights: (c, inputs) => {
      const { inChannels, outChannels } = depthwiseRule(c, spatial, first(inputs));
      const filters = c.dim("filters");
      return [
        {
          name: "depthwise_kernel",
          shape: [...c.dims("kernel_size", spatial), inChannels, c.dim("depth_multiplier")],
          trainable: true,
        },
        {
          name: "pointwise_kernel",
          shape: [...new Array<Dim>(spatial).fill(1), outChannels, filters],
          trainable: true,
        },
        ...biasOf(c, filters),
      ];
    },
    run: (c, inputs) => {
      const depth = convolution(first(inputs), { ...depthwiseRule(c, spatial, first(inputs)), bias: false });
      const ones = new Array<Dim>(spatial).fill(1);
      const point = convolution(depth.shape, {
        ...windowRule(c, spatial, depth.shape),
        ...{ kernel: ones, stride: ones, dilation: ones, padding: "valid" },
      });
      const steps = [
        { ...step(`depthwise_conv${spatial}d`, c, depth), elementwise: 0, weights: ["depthwise_kernel"] },
        step(`conv${spatial}d`, c, point, { weights: ["pointwise_kernel", "bias"] }),
      ] as const;
      const problem = depth.problem ?? (isUnknown(depth.shape) ? undefined : point.problem);
      return problem === undefined ? { steps } : { steps, problem };
    },
  };
}

export const CONVOLUTION: Readonly<Record<string, LayerRule>> = {
  Conv1D: conv(1),
  Conv2D: conv(2),
  Conv3D: conv(3),
  Conv1DTranspose: transposed(1),
  Conv2DTranspose: transposed(2),
  Conv3DTranspose: transposed(3),
  DepthwiseConv1D: depthwise(1),
  DepthwiseConv2D: depthwise(2),
  SeparableConv1D: separable(1),
  SeparableConv2D: separable(2),
};
