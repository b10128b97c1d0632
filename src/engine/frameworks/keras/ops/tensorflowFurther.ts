/** Functions of TensorFlow around data, signals and images that models call now and then. https://www.tensorflow.org/api_docs/python/tf */
import { add, floorDivide, multiply, subtract } from "../../../cost/lift.ts";
import {
  type Dim,
  isUnknown,
  OfData,
  type Shape,
  Tuple,
  toItems,
  toNumber,
  Unknown,
} from "../../../interpret/values.ts";
import { toDim, toDims } from "../../rules/sizes.ts";
import { axisOf, broadcast, isMisfit, numel, showShape, sizedAlong } from "../../shape/dims.ts";
import { borrow } from "./borrow.ts";
import { CONTROL, mapped } from "./control.ts";
import { NUMPY } from "./numpy.ts";
import {
  type FunctionSpec,
  type FunctionTable,
  named,
  onShape,
  sameShape,
  sameShapes,
  several,
} from "./op.ts";

/** One shape by NumPy's rule from two tensors. */
const pairwise: FunctionSpec = {
  signature: "x, y, name=None",
  run: (op, a) => {
    const inputs = [op.tensor(a.x), op.tensor(a.y)];
    const shapes = inputs.flatMap(({ shape }): Shape[] => (isUnknown(shape) ? [] : [shape]));
    const shape = shapes.length === 2 ? broadcast(...shapes) : new Unknown("an operand of unknown shape");
    return isMisfit(shape)
      ? op.emit({ inputs, shape: shapes[0] ?? [], problem: shape.message })
      : op.emit({ inputs, shape });
  },
};

/** A statement about data that gives nothing to compute with. */
const nothing: FunctionSpec = { signature: "*args, **kwargs", plain: true, run: () => null };

export const TF_FURTHER: FunctionTable = {
  ...named("asin acos atan sinh cosh asinh acosh atanh expm1 reciprocal erfinv", (name) =>
    borrow("x, name=None", name, { name: "" }),
  ),
  ...named("log_sigmoid conj is_nan is_inf is_finite rint lgamma digamma erfc", () =>
    sameShape("x, name=None"),
  ),
  ...named("real imag angle", () => sameShape("input, name=None")),
  ...named(
    "tensor_scatter_nd_update tensor_scatter_nd_add tensor_scatter_nd_sub tensor_scatter_nd_max tensor_scatter_nd_min",
    () => sameShape("tensor, indices, updates, name=None"),
  ),
  ...sameShapes({
    sort: "values, axis=-1, direction='ASCENDING', name=None",
    argsort: "values, axis=-1, direction='ASCENDING', stable=False, name=None",
    clip_by_norm: "t, clip_norm, axes=None, name=None",
    saturate_cast: "value, dtype, name=None",
    cumprod: "x, axis=0, exclusive=False, reverse=False, name=None",
  }),
  ...named(
    "atan2 squared_difference divide_no_nan multiply_no_nan floormod xlogy xdivy xlog1py logical_xor truncatediv realdiv",
    () => pairwise,
  ),
  ...named("assert_equal assert_less assert_greater assert_rank Assert no_op", () => nothing),
  executing_eagerly: { ...nothing, run: () => true },
  size: {
    signature: "input, out_type=None, name=None",
    plain: true,
    run: (op, a) => numel(op.tensor(a.input).shape),
  },
  scalar_mul: { signature: "scalar, x, name=None", run: (op, a) => onShape(op, a.x, (shape) => shape) },
  meshgrid: {
    signature: "*args, indexing='xy', name=None",
    run: (op, a) => NUMPY.meshgrid!.run(op, { x: a.args, indexing: a.indexing }),
  },
  map_fn: {
    signature:
      "fn, elems, dtype=None, parallel_iterations=None, back_prop=True, swap_memory=False, infer_shape=True, name=None, fn_output_signature=None",
    run: (op, a) => mapped(op, a.fn, a.elems),
  },
  vectorized_map: {
    signature: "fn, elems, fallback_to_while_loop=True, warn=True",
    run: (op, a) => mapped(op, a.fn, a.elems),
  },
  while_loop: {
    signature:
      "cond, body, loop_vars, shape_invariants=None, parallel_iterations=10, back_prop=True, swap_memory=False, maximum_iterations=None, name=None",
    run: (op, a) => CONTROL.while_loop!.run(op, a),
  },
  gather_nd: {
    signature: "params, indices, batch_dims=0, name=None",
    run: (op, a) => {
      const [params, indices] = [op.tensor(a.params), op.tensor(a.indices)];
      const batch = toNumber(a.batch_dims) ?? 0;
      const depth = isUnknown(indices.shape) ? undefined : indices.shape.at(-1);
      const shape =
        isUnknown(params.shape) || isUnknown(indices.shape) || typeof depth !== "number"
          ? new Unknown("what gather_nd gathers is not known")
          : [...indices.shape.slice(0, -1), ...params.shape.slice(batch + depth)];
      return op.emit({ inputs: [params, indices], shape });
    },
  },
  scatter_nd: {
    signature: "indices, updates, shape, name=None",
    run: (op, a) => op.emit({ inputs: [op.tensor(a.updates)], shape: (toItems(a.shape) ?? []).map(toDim) }),
  },
  sequence_mask: {
    signature: "lengths, maxlen=None, dtype=None, name=None",
    run: (op, a) =>
      onShape(op, a.lengths, (shape) => [
        ...shape,
        a.maxlen === null ? new Unknown("the longest of the sequences") : toDim(a.maxlen),
      ]),
  },
};

export const TF_LOSSES: FunctionTable = {
  ...named("softmax_cross_entropy_with_logits", () => ({
    signature: "labels, logits, axis=-1, name=None",
    run: (op, a) => onShape(op, a.logits, (shape) => shape.toSpliced(toNumber(a.axis) ?? -1, 1)),
  })),
  sigmoid_cross_entropy_with_logits: {
    signature: "labels=None, logits=None, name=None",
    run: (op, a) => onShape(op, a.logits, (shape) => shape),
  },
  sparse_softmax_cross_entropy_with_logits: {
    signature: "labels, logits, name=None",
    run: (op, a) => onShape(op, a.logits, (shape) => shape.slice(0, -1)),
  },
  l2_loss: { signature: "t, name=None", run: (op, a) => onShape(op, a.t, () => []) },
};

// ------------------------------------------------------------------------- signals

const half = (size: Dim): Dim => add(floorDivide(size, 2), 1);

/** Windows of a signal; the last ones are filled up with `pad_end`. */
function frames(size: Dim, length: Dim, step: Dim, fill: unknown): Dim {
  return fill === true
    ? floorDivide(add(size, subtract(step, 1)), step)
    : add(floorDivide(subtract(size, length), step), 1);
}

function nextPowerOfTwo(size: Dim): Dim {
  return typeof size === "number" ? 2 ** Math.ceil(Math.log2(size)) : size;
}

/** What overlapping windows add up to. */
function overlapped(shape: Shape, step: Dim): Shape {
  const [count = 1, length = 1] = shape.slice(-2);
  return [...shape.slice(0, -2), add(multiply(subtract(count, 1), step), length)];
}

export const TF_SIGNAL: FunctionTable = {
  ...named("fft fft2d fft3d ifft ifft2d ifft3d", () => sameShape("input, name=None")),
  ...named("fftshift ifftshift", () => sameShape("x, axes=None, name=None")),
  ...named("dct idct", () => sameShape("input, type=2, ?n=None, axis=-1, norm=None, name=None")),
  mfccs_from_log_mel_spectrograms: sameShape("log_mel_spectrograms, name=None"),
  ...named("rfft rfft2d rfft3d", () => ({
    signature: "input_tensor, fft_length=None, name=None",
    run: (op, a) =>
      onShape(op, a.input_tensor, (shape) => {
        const last = a.fft_length === null ? undefined : (toItems(a.fft_length) ?? [a.fft_length]).at(-1);
        return sizedAlong(shape, -1, half(last === undefined ? (shape.at(-1) ?? 1) : toDim(last)));
      }),
  })),
  ...named("irfft irfft2d irfft3d", () => ({
    signature: "input_tensor, fft_length=None, name=None",
    run: (op, a) =>
      onShape(op, a.input_tensor, (shape) => {
        const last = a.fft_length === null ? undefined : (toItems(a.fft_length) ?? [a.fft_length]).at(-1);
        return sizedAlong(
          shape,
          -1,
          last === undefined ? multiply(2, subtract(shape.at(-1) ?? 1, 1)) : toDim(last),
        );
      }),
  })),
  ...named("hann_window hamming_window vorbis_window kaiser_window", () => ({
    signature: "window_length, periodic=True, dtype=None, name=None, beta=None",
    run: (op, a) => op.emit({ inputs: [], shape: [toDim(a.window_length)] }),
  })),
  frame: {
    signature: "signal, frame_length, frame_step, pad_end=False, pad_value=0, axis=-1, name=None",
    run: (op, a) =>
      onShape(op, a.signal, (shape) => {
        const at = axisOf(toNumber(a.axis) ?? -1, shape.length);
        if (at === undefined) return new Unknown(`${showShape(shape)} has no axis ${toNumber(a.axis)}`);
        const length = toDim(a.frame_length);
        return shape.toSpliced(at, 1, frames(shape[at] ?? 1, length, toDim(a.frame_step), a.pad_end), length);
      }),
  },
  stft: {
    signature: "signals, frame_length, frame_step, fft_length=None, window_fn=None, pad_end=False, name=None",
    run: (op, a) =>
      onShape(op, a.signals, (shape) => {
        const length = toDim(a.frame_length);
        const fft = a.fft_length === null ? nextPowerOfTwo(length) : toDim(a.fft_length);
        const count = frames(shape.at(-1) ?? 1, length, toDim(a.frame_step), a.pad_end);
        return [...shape.slice(0, -1), count, half(fft)];
      }),
  },
  inverse_stft: {
    signature: "stfts, frame_length, frame_step, fft_length=None, window_fn=None, name=None",
    run: (op, a) =>
      onShape(op, a.stfts, (shape) => {
        const framed = sizedAlong(shape, -1, toDim(a.frame_length));
        return isUnknown(framed) ? framed : overlapped(framed, toDim(a.frame_step));
      }),
  },
  overlap_and_add: {
    signature: "signal, frame_step, name=None",
    run: (op, a) => onShape(op, a.signal, (shape) => overlapped(shape, toDim(a.frame_step))),
  },
  linear_to_mel_weight_matrix: {
    signature:
      "num_mel_bins=20, num_spectrogram_bins=129, sample_rate=8000, lower_edge_hertz=125.0, upper_edge_hertz=3800.0, dtype=None, name=None",
    run: (op, a) => op.emit({ inputs: [], shape: [toDim(a.num_spectrogram_bins), toDim(a.num_mel_bins)] }),
  },
};

// -------------------------------------------------------------------------- images

/** The height and width of an image, with or without a batch, replaced. */
const ofSize: FunctionSpec = {
  signature: "image, offset_height, offset_width, target_height, target_width",
  run: (op, a) =>
    onShape(op, a.image, (shape) => shape.toSpliced(-3, 2, toDim(a.target_height), toDim(a.target_width))),
};

/** What the suppressions take, one or the other of them; none of it tells how many boxes are left. */
const SUPPRESSION =
  "max_output_size, iou_threshold=0.5, score_threshold=None, soft_nms_sigma=0.0, pad_to_max_output_size=False, name=None, sorted_input=False, canonicalized_coordinates=False, tile_size=512, overlap_threshold=0.5";
const KEPT = "how many boxes are kept depends on the data";

export const TF_IMAGE_FURTHER: FunctionTable = {
  ...sameShapes({
    adjust_contrast: "images, contrast_factor",
    adjust_hue: "image, delta, name=None",
    adjust_saturation: "image, saturation_factor, name=None",
    adjust_gamma: "image, gamma=1, gain=1",
    random_hue: "image, max_delta, seed=None",
    random_saturation: "image, lower, upper, seed=None",
    random_jpeg_quality: "image, min_jpeg_quality, max_jpeg_quality, seed=None",
    transpose_image: "image",
  }),
  ...named("pad_to_bounding_box crop_to_bounding_box", () => ofSize),
  grayscale_to_rgb: {
    signature: "images, name=None",
    run: (op, a) => onShape(op, a.images, (shape) => sizedAlong(shape, -1, 3)),
  },
  random_crop: {
    signature: "value, size, seed=None, name=None",
    run: (op, a) => op.emit({ inputs: [op.tensor(a.value)], shape: (toItems(a.size) ?? []).map(toDim) }),
  },
  crop_and_resize: {
    signature: "image, boxes, box_indices, crop_size, method='bilinear', extrapolation_value=0.0, name=None",
    run: (op, a) => {
      const [image, boxes] = [op.tensor(a.image), op.tensor(a.boxes)];
      const shape =
        isUnknown(image.shape) || isUnknown(boxes.shape)
          ? new Unknown("boxes of an image that are not known")
          : [boxes.shape[0] ?? 1, ...toDims(a.crop_size, 2), image.shape.at(-1) ?? 1];
      return op.emit({ inputs: [image, boxes], shape });
    },
  },
  ...named("non_max_suppression non_max_suppression_overlaps", () => ({
    signature: `boxes, scores, ${SUPPRESSION}`,
    run: (op, a) =>
      op.emit({
        inputs: [op.tensor(a.boxes), op.tensor(a.scores)],
        shape: [new OfData(KEPT)],
        dtype: "int32",
      }),
  })),
  ...named("non_max_suppression_with_scores non_max_suppression_padded", (name) => ({
    signature: `boxes, scores, ${SUPPRESSION}`,
    run: (op, a) => {
      const inputs = [op.tensor(a.boxes), op.tensor(a.scores)];
      const kept: Shape = [new OfData(KEPT)];
      const second: Shape = name.endsWith("scores") ? kept : [];
      return several([op.emit({ inputs, shape: kept, dtype: "int32" }), op.emit({ inputs, shape: second })]);
    },
  })),
  combined_non_max_suppression: {
    signature:
      "boxes, scores, max_output_size_per_class, max_total_size, iou_threshold=0.5, score_threshold=None, pad_per_class=False, clip_boxes=True, name=None",
    run: (op, a) => {
      const inputs = [op.tensor(a.boxes), op.tensor(a.scores)];
      const batch = isUnknown(inputs[0]!.shape) ? inputs[0]!.shape : (inputs[0]!.shape[0] ?? 1);
      const kept = a.pad_per_class === true ? new OfData(KEPT) : toDim(a.max_total_size);
      const shapes: readonly Shape[] = [[batch, kept, 4], [batch, kept], [batch, kept], [batch]];
      return several(shapes.map((shape) => op.emit({ inputs, shape })));
    },
  },
  resize_bilinear: resizeOf(),
  resize_nearest_neighbor: resizeOf(),
  resize_bicubic: resizeOf(),
};

/** TensorFlow 1's names of one function. */
function resizeOf(): FunctionSpec {
  return {
    signature: "images, size, align_corners=False, name=None, half_pixel_centers=False",
    run: (op, a) => {
      const size = a.size instanceof Tuple || toItems(a.size) ? toDims(a.size, 2) : [];
      return onShape(op, a.images, (shape) =>
        size.length === 2 ? shape.toSpliced(-3, 2, ...size) : new Unknown("a size that is not known"),
      );
    },
  };
}
