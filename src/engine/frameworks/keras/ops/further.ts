/**
 * The further functions of `keras.ops` and of its `nn` and `image`: losses, patches, signals, slices, pictures.
 * https://keras.io/api/ops/
 */
import { add, floorDivide, multiply, product, subtract } from "../../../cost/lift.ts";
import {
  Dict,
  type Dim,
  isUnknown,
  type Shape,
  toItems,
  toNumber,
  type Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { resize, windowPool } from "../../rules/pooling.ts";
import { toDim, toDims } from "../../rules/sizes.ts";
import { axisOf, sizedAlong } from "../../shape/dims.ts";
import { einopsModule } from "../../torch/tensor/einops.ts";
import { withSymbols } from "./borrow.ts";
import { channelsOf } from "./nn.ts";
import {
  type FunctionSpec,
  type FunctionTable,
  named,
  type Op,
  onShape,
  sameShape,
  sameShapes,
  several,
} from "./op.ts";

// ------------------------------------------------------------------------- losses

const perElement: FunctionSpec = {
  signature: "target, output, from_logits=False, label_smoothing=0.0",
  run: (op, a) => onShape(op, a.target, (shape) => shape),
};

const LOSSES: FunctionTable = {
  binary_crossentropy: perElement,
  sparse_categorical_crossentropy: {
    signature: "target, output, from_logits=False, axis=-1",
    run: (op, a) => onShape(op, a.output, (shape) => dropped(shape, a.axis)),
  },
  categorical_crossentropy: {
    signature: "target, output, from_logits=False, axis=-1",
    run: (op, a) => onShape(op, a.output, (shape) => dropped(shape, a.axis)),
  },
  ctc_loss: {
    signature: "target, output, target_length, output_length, mask_index=0",
    run: (op, a) => onShape(op, a.output, (shape) => shape.slice(0, 1)),
  },
  ctc_decode: {
    signature: "inputs, *args, **kwargs",
    run: (op) => op.interp.ofData("ctc_decode depends on the data"),
  },
  psnr: { signature: "x1, x2, max_val", run: (op, a) => onShape(op, a.x1, () => []) },
  in_top_k: {
    signature: "targets, predictions, k",
    run: (op, a) => onShape(op, a.targets, (shape) => shape),
  },
};

function dropped(shape: Shape, axis: Value): Shape {
  const at = axisOf(toNumber(axis) ?? -1, shape.length);
  return at === undefined ? shape : shape.toSpliced(at, 1);
}

// ----------------------------------------------------------------- pools and patches

const adaptive: FunctionSpec = {
  signature: "inputs, output_size, data_format=None",
  run: (op, a) => {
    const input = op.tensor(a.inputs);
    const spatial = isUnknown(input.shape) ? 2 : input.shape.length - 2;
    const ruling = resize(
      input.shape,
      { spatial, channels: channelsOf(op, a.data_format), otherAxes: [2, 2] },
      () => ({ sizes: toDims(a.output_size, spatial) }),
    );
    return op.emit({ inputs: [input], shape: ruling.shape, problem: ruling.problem });
  },
};

/** Pixels into channels and back. */
export function blocks(op: Op, value: Value, size: Value, dataFormat: Value, way: "out" | "in"): Value {
  const channels = channelsOf(op, dataFormat);
  const block = toDim(size);
  return onShape(op, value, (shape) => {
    const at = channels === "first" ? 1 : shape.length - 1;
    const [grow, shrink] =
      way === "out" ? ([multiply, floorDivide] as const) : ([floorDivide, multiply] as const);
    return shape.map((dim, axis): Dim => {
      if (axis === 0) return dim;
      return axis === at ? shrink(dim, multiply(block, block)) : grow(dim, block);
    });
  });
}

const pair = (value: Value): readonly Dim[] => toDims(value, 2);

/** Windows as columns: N × (C·k) × L, channels first. */
function unfolded(op: Op, a: Readonly<Record<string, Value>>): Value {
  const kernel = pair(a.kernel_size);
  const padding = pair(a.padding).map((size) => [size, size] as const);
  return onShape(op, a.x, (shape) => {
    const out = windowPool(
      shape,
      { spatial: 2, channels: "first", otherAxes: [2, 2] },
      { kernel, stride: pair(a.stride), dilation: pair(a.dilation), padding },
    ).shape;
    if (isUnknown(out)) return out;
    return [shape[0] ?? 1, product([shape[1] ?? 1, ...kernel]), product(out.slice(2))];
  });
}

const FORMS: FunctionTable = {
  adaptive_average_pool: adaptive,
  adaptive_max_pool: adaptive,
  depth_to_space: {
    signature: "x, block_size, data_format='channels_last'",
    run: (op, a) => blocks(op, a.x, a.block_size, a.data_format, "out"),
  },
  space_to_depth: {
    signature: "x, block_size, data_format='channels_last'",
    run: (op, a) => blocks(op, a.x, a.block_size, a.data_format, "in"),
  },
  unfold: { signature: "x, kernel_size, dilation=1, padding=0, stride=1", run: unfolded },
  fold: {
    signature: "x, output_size, kernel_size, dilation=1, padding=0, stride=1",
    run: (op, a) =>
      onShape(op, a.x, ([batch = 1, rows = 1]) => [
        batch,
        floorDivide(rows, product(pair(a.kernel_size))),
        ...pair(a.output_size),
      ]),
  },
  multi_hot: {
    signature: "inputs, num_classes=None, axis=-1, dtype=None, sparse=False, **?",
    run: (op, a) =>
      onShape(op, a.inputs, (shape) => [
        ...(shape.length > 1 ? shape.toSpliced(1, 1) : []),
        toDim(a.num_classes),
      ]),
  },
  polar: { signature: "abs_, angle", run: (op, a) => onShape(op, a.abs_, (shape) => shape) },
  rearrange: {
    signature: "tensor, pattern, **axes_lengths",
    run: (op, a) => {
      const sizes = a.axes_lengths instanceof Dict ? [...a.axes_lengths.entries.values()] : [];
      const lengths = sizes.map(({ key, value }) => [String(key), value] as const);
      const rearrange = einopsModule(op.keras.kit).get("rearrange");
      const answer = op.interp.call(rearrange, [op.tensor(a.tensor), a.pattern], new Map(lengths));
      return withSymbols(op, a, answer);
    },
  },
  saturate_cast: sameShape("x, dtype"),
  slice: {
    signature: "inputs, start_indices, shape",
    run: (op, a) => {
      const input = op.tensor(a.inputs);
      if (isUnknown(input.shape)) return op.emit({ inputs: [input], shape: input.shape });
      const from = input.shape;
      const shape = toItems(a.shape)?.map((size, axis) =>
        size === -1 ? subtract(from[axis] ?? 1, toDim(toItems(a.start_indices)?.[axis] ?? 0)) : toDim(size),
      );
      const longer = shape?.findIndex((size, axis) => Number(size) > Number(from[axis])) ?? -1;
      return op.emit({
        inputs: [input],
        shape: shape ?? op.interp.unknown("the sizes of a slice"),
        problem:
          longer < 0 ? undefined : `takes ${shape?.[longer]} of axis ${longer}, which has ${from[longer]}`,
      });
    },
  },
  slice_update: sameShape("inputs, start_indices, updates"),
  scatter_update: sameShape("inputs, indices, updates, reduction=None"),
  scatter: {
    signature: "indices, values, shape",
    run: (op, a) =>
      op.emit({
        inputs: [op.tensor(a.values)],
        shape: toItems(a.shape)?.map(toDim) ?? op.interp.unknown("the shape of a scatter"),
      }),
  },
  ...named("segment_sum segment_max segment_min segment_prod", () => ({
    signature: "data, segment_ids, num_segments=None, sorted=False",
    run: (op, a) =>
      onShape(op, a.data, (shape) => [
        a.num_segments === null
          ? op.interp.unknown("the number of segments in the data")
          : toDim(a.num_segments),
        ...shape.slice(1),
      ]),
  })),
};

// ------------------------------------------------------------------------- signals

/** Real and imaginary parts, of one shape. */
function spectrum(op: Op, value: Value, rule: (shape: Shape) => Shape | Unknown): Value {
  const [real] = toItems(value) ?? [value];
  return several([onShape(op, real, rule), onShape(op, real, rule)]);
}

const half = (size: Dim): Dim => add(floorDivide(size, 2), 1);

function windows(size: Dim, length: Dim, stride: Dim): Dim {
  return add(floorDivide(subtract(size, length), stride), 1);
}

const SIGNALS: FunctionTable = {
  ...named("fft fft2 ifft2", () => ({
    signature: "x",
    run: (op, a) => spectrum(op, a.x, (shape) => shape),
  })),
  rfft: {
    signature: "x, fft_length=None",
    run: (op, a) =>
      spectrum(op, a.x, (shape) =>
        sizedAlong(shape, -1, half(a.fft_length === null ? (shape.at(-1) ?? 1) : toDim(a.fft_length))),
      ),
  },
  irfft: {
    signature: "x, fft_length=None",
    run: (op, a) =>
      onShape(op, toItems(a.x)?.[0] ?? a.x, (shape) =>
        sizedAlong(
          shape,
          -1,
          a.fft_length === null ? multiply(2, subtract(shape.at(-1) ?? 1, 1)) : toDim(a.fft_length),
        ),
      ),
  },
  stft: {
    signature: "x, sequence_length, sequence_stride, fft_length, window='hann', center=True",
    run: (op, a) =>
      spectrum(op, a.x, (shape) => {
        const fft = toDim(a.fft_length);
        const size =
          a.center === false ? (shape.at(-1) ?? 1) : add(shape.at(-1) ?? 1, multiply(2, floorDivide(fft, 2)));
        const length = a.center === false ? toDim(a.sequence_length) : fft;
        return [...shape.slice(0, -1), windows(size, length, toDim(a.sequence_stride)), half(fft)];
      }),
  },
  istft: {
    signature: "x, sequence_length, sequence_stride, fft_length, length=None, window='hann', center=True",
    run: (op, a) =>
      onShape(op, toItems(a.x)?.[0] ?? a.x, (shape) => [
        ...shape.slice(0, -2),
        a.length === null ? op.interp.unknown("the length of a signal") : toDim(a.length),
      ]),
  },
  extract_sequences: {
    signature: "x, sequence_length, sequence_stride",
    run: (op, a) =>
      onShape(op, a.x, (shape) => [
        ...shape.slice(0, -1),
        windows(shape.at(-1) ?? 1, toDim(a.sequence_length), toDim(a.sequence_stride)),
        toDim(a.sequence_length),
      ]),
  },
  ...named("view_as_complex", () => ({
    signature: "x",
    run: (op, a) => onShape(op, a.x, (shape) => shape.slice(0, -1)),
  })),
  view_as_real: { signature: "x", run: (op, a) => onShape(op, a.x, (shape) => [...shape, 2]) },
};

// -------------------------------------------------------------------------- images

function resizedTo(
  op: Op,
  value: Value,
  dataFormat: Value,
  rule: (sizes: readonly Dim[]) => readonly Dim[],
): Value {
  const input = op.tensor(value);
  const ruling = resize(
    input.shape,
    { spatial: 2, channels: channelsOf(op, dataFormat), otherAxes: [1, 2] },
    (sizes) => ({ sizes: rule(sizes) }),
  );
  return op.emit({ inputs: [input], shape: ruling.shape, problem: ruling.problem });
}

/** `crop_images` takes away and `pad_images` adds: two of three sizes an axis say the third. */
const bordered = (what: "cropping" | "padding"): FunctionSpec => ({
  signature: `images, top_${what}=None, left_${what}=None, bottom_${what}=None, right_${what}=None, target_height=None, target_width=None, data_format=None`,
  run: (op, a) => {
    const change = what === "cropping" ? subtract : add;
    const side = (size: Dim, [before, after, target]: readonly [Value, Value, Value]): Dim =>
      target === null ? change(change(size, toDim(before ?? 0)), toDim(after ?? 0)) : toDim(target);
    return resizedTo(op, a.images, a.data_format, ([height = 1, width = 1]) => [
      side(height, [a[`top_${what}`], a[`bottom_${what}`], a.target_height]),
      side(width, [a[`left_${what}`], a[`right_${what}`], a.target_width]),
    ]);
  },
});

function patches3d(op: Op, a: Readonly<Record<string, Value>>): Value {
  const kernel = toDims(a.size, 3);
  const channels = channelsOf(op, a.data_format);
  return onShape(op, a.volumes, (shape) => {
    const { shape: out } = windowPool(
      shape,
      { spatial: 3, channels, otherAxes: [1, 2] },
      {
        kernel,
        stride: a.strides === null ? kernel : toDims(a.strides, 3),
        dilation: toDims(a.dilation_rate, 3),
        padding: String(a.padding).toLowerCase() === "same" ? "same" : "valid",
      },
    );
    if (isUnknown(out)) return out;
    const at = channels === "first" ? out.length - 4 : out.length - 1;
    return sizedAlong(out, at, product([...kernel, out[at] ?? 1]));
  });
}

const IMAGES: FunctionTable = {
  ...sameShapes({
    affine_transform:
      "images, transform, interpolation='bilinear', fill_mode='constant', fill_value=0, data_format=None",
    elastic_transform:
      "images, alpha=20.0, sigma=5.0, interpolation='bilinear', fill_mode='reflect', fill_value=0.0, seed=None, data_format=None",
    gaussian_blur: "images, kernel_size=(3, 3), sigma=(1.0, 1.0), data_format=None",
    hsv_to_rgb: "images, data_format=None",
    rgb_to_hsv: "images, data_format=None",
    perspective_transform:
      "images, start_points, end_points, interpolation='bilinear', fill_value=0, data_format=None",
  }),
  crop_images: bordered("cropping"),
  pad_images: bordered("padding"),
  extract_patches_3d: {
    signature: "volumes, size, strides=None, dilation_rate=1, padding='valid', data_format=None",
    run: patches3d,
  },
  map_coordinates: {
    signature: "inputs, coordinates, order, fill_mode='constant', fill_value=0",
    run: (op, a) => onShape(op, a.coordinates, (shape) => shape.slice(1)),
  },
  scale_and_translate: {
    signature: "images, output_shape, scale, translation, spatial_dims, method, antialias=True",
    run: (op, a) => {
      const sizes = toItems(a.output_shape)?.map(toDim);
      return onShape(op, a.images, () => sizes ?? op.interp.unknown("the shape of a picture"));
    },
  },
  sobel_edges: {
    signature: "images, data_format=None",
    run: (op, a) => onShape(op, a.images, (shape) => [...shape, 2]),
  },
  ssim: {
    signature:
      "x1, x2, max_val=None, filter_size=11, filter_sigma=1.5, k1=0.01, k2=0.03, ?return_index_map=False",
    run: (op, a) => onShape(op, a.x1, (shape) => shape.slice(0, -3)),
  },
};

export const FURTHER_OPS: FunctionTable = { ...LOSSES, ...FORMS, ...SIGNALS, ...IMAGES };
