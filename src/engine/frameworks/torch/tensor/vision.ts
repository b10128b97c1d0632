/**
 * torchvision's compiled ops (`torch.ops.torchvision`, `torchvision.ops` calls them).
 * https://docs.pytorch.org/vision/stable/ops.html
 */

import { convMacs } from "../../../cost/convolution.ts";
import { convOutputSize } from "../../../cost/geometry.ts";
import { product } from "../../../cost/lift.ts";
import type { ConvGeometry } from "../../../interpret/trace.ts";
import type { Dim, Shape, Unknown } from "../../../interpret/values.ts";
import { isKnown } from "../../shape/dims.ts";
import type { Args } from "./args.ts";
import type { OpSpec, OpTable } from "./op.ts";

/** Boxes that survive: how many depends on the data. */
const NMS: OpSpec = {
  signature: "dets, scores, iou_threshold",
  rule: (a) => {
    const [count] = a.shape("dets");
    return {
      shape: [count === 0 ? 0 : a.interp.counted(count ?? 0, "depends on the data of the boxes")],
      dtype: "int64",
    };
  },
};

/** One crop of a fixed size for each region. */
function pooled(signature: string, channels: (input: Dim, a: Args) => Dim): OpSpec {
  return {
    signature,
    rule: (a) => {
      const input = a.shape("input");
      const regions = a.shape("rois")[0] ?? 0;
      return { shape: [regions, channels(input[1] ?? 0, a), a.dim("pooled_height"), a.dim("pooled_width")] };
    },
  };
}

/** The same with the places that `pool` chose as a second result. */
function pooledPair(spec: OpSpec): OpSpec {
  return {
    ...spec,
    rule: (a) => {
      const made = spec.rule(a);
      return "shape" in made ? { each: [made, { shape: made.shape, dtype: "int32" }], pack: "tuple" } : made;
    },
  };
}

const same = (channels: Dim): Dim => channels;
const perPlace = (channels: Dim, a: Args): Dim => {
  const [height, width] = [a.dim("pooled_height"), a.dim("pooled_width")];
  const known = typeof channels === "number" && typeof height === "number" && typeof width === "number";
  return known ? Math.floor(channels / (height * width)) : channels;
};

const ROI = "input, rois, spatial_scale, pooled_height, pooled_width";
const ALIGN = `${ROI}, sampling_ratio`;

interface Deformable {
  readonly shape: Shape;
  readonly kernel: Shape;
  readonly inChannels: Dim;
  readonly outChannels: Dim;
  readonly groups: number;
}

function deformable(a: Args): Deformable {
  const [batch = 0, inChannels = 0, height = 0, width = 0] = a.shape("input");
  const [outChannels = 0, , ...kernel] = a.shape("weight");
  const size = (input: Dim, axis: number, along: "h" | "w"): Dim =>
    convOutputSize<Unknown>(
      input,
      kernel[axis] ?? 1,
      a.dim(`stride_${along}`),
      a.dim(`pad_${along}`),
      a.dim(`pad_${along}`),
      a.dim(`dilation_${along}`),
    );
  const shape = [batch, outChannels, size(height, 0, "h"), size(width, 1, "w")];
  return { shape, kernel, inChannels, outChannels, groups: a.int("n_weight_grps") };
}

function deformableGeometry(a: Args): ConvGeometry | undefined {
  const { kernel, inChannels, outChannels, groups } = deformable(a);
  if (!isKnown(kernel) || typeof inChannels !== "number" || typeof outChannels !== "number") return undefined;
  const pair = (name: string): readonly [number, number] => [a.int(`${name}_h`), a.int(`${name}_w`)];
  const [top, left] = pair("pad");
  return {
    kernel,
    stride: pair("stride"),
    padding: [
      [top, top],
      [left, left],
    ],
    dilation: pair("dilation"),
    groups,
    inChannels,
    outChannels,
    bias: a.has("bias"),
    transposed: false,
  };
}

/** A convolution that takes its inputs from places off the grid: it costs what the plain one does. */
const DEFORM_CONV: OpSpec = {
  signature:
    "input, weight, offset, mask, bias, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, n_weight_grps, n_offset_grps, use_mask",
  op: "conv",
  rule: (a) => ({ shape: deformable(a).shape }),
  macs: (a) => {
    const { shape, kernel, inChannels, outChannels, groups } = deformable(a);
    a.tensor("bias");
    return convMacs<Unknown>(
      product<Unknown>([shape[0]!, shape[2]!, shape[3]!]),
      inChannels,
      outChannels,
      groups,
      product<Unknown>(kernel),
    );
  },
  geometry: deformableGeometry,
};

/** `torch.ops.torchvision`. */
export const VISION_OPS: OpTable = {
  nms: NMS,
  roi_align: pooled(`${ALIGN}, aligned=False`, same),
  roi_pool: pooledPair(pooled(ROI, same)),
  ps_roi_align: pooledPair(pooled(ALIGN, perPlace)),
  ps_roi_pool: pooledPair(pooled(ROI, perPlace)),
  deform_conv2d: DEFORM_CONV,
};
