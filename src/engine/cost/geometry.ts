/**
 * Output sizes of everything that slides a window or resizes, one spatial axis at a time, for all frameworks.
 * Sizes are in elements. A result below 1 means that the window does not fit: the caller reports it.
 */
import { lift } from "./lift.ts";

/** Elements added before and after one axis. */
export type PaddingPair = readonly [before: number, after: number];

/**
 * Convolution, and pooling that rounds down:
 * `⌊(size + before + after − dilation·(kernel − 1) − 1) / stride⌋ + 1`.
 * https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv2d.html
 */
export const convOutputSize = lift(
  (size: number, kernel: number, stride: number, before: number, after: number, dilation: number) =>
    Math.floor((size + before + after - span(kernel, dilation)) / stride) + 1,
);

/**
 * "same" of Keras, TensorFlow, tf.js and Flax (and Keras' "causal"): `⌈size / stride⌉`, whatever the kernel.
 * https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2
 */
export const sameOutputSize = lift((size: number, stride: number) => Math.ceil(size / stride));

/** "valid" of Keras, TensorFlow, tf.js and Flax: no padding. */
export const validOutputSize = lift(
  (size: number, kernel: number, stride: number, dilation: number) =>
    Math.floor((size - span(kernel, dilation)) / stride) + 1,
);

/**
 * Padding that TensorFlow's "same" puts around one axis: as much as the last window needs, the odd element behind.
 * https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2
 */
export function samePadding(size: number, kernel: number, stride: number, dilation: number): PaddingPair {
  const needed = (Math.ceil(size / stride) - 1) * stride + span(kernel, dilation) - size;
  return halves(Math.max(needed, 0));
}

/**
 * Padding of torch's `padding="same"`, which allows stride 1 only: the odd element behind.
 * https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.conv2d.html
 */
export function samePaddingStride1(kernel: number, dilation: number): PaddingPair {
  return halves(dilation * (kernel - 1));
}

/** Keras' and Flax' "causal" (1-D): all before, so that an output sees no later input. */
export function causalPadding(kernel: number, dilation: number): PaddingPair {
  return [dilation * (kernel - 1), 0];
}

/**
 * torch's transposed convolution: `(size − 1)·stride − 2·padding + dilation·(kernel − 1) + outputPadding + 1`.
 * https://docs.pytorch.org/docs/stable/generated/torch.nn.ConvTranspose2d.html
 */
export const transposedOutputSize = lift(
  (size: number, kernel: number, stride: number, padding: number, outputPadding: number, dilation: number) =>
    (size - 1) * stride - 2 * padding + span(kernel, dilation) + outputPadding,
);

/** "same" transposed convolution of Keras, tf.js and Flax without output padding. */
export const transposedSameOutputSize = lift((size: number, stride: number) => size * stride);

/**
 * "valid" transposed convolution of Keras, tf.js and Flax without output padding: a stride longer than the window
 * still leaves its whole step.
 * https://keras.io/api/layers/convolution_layers/convolution2d_transpose/
 */
export const transposedValidOutputSize = lift(
  (size: number, kernel: number, stride: number, dilation: number) =>
    size * stride + Math.max(span(kernel, dilation) - stride, 0),
);

/** Keras' "same" transposed convolution with an explicit `output_padding`. */
export const transposedSamePaddedOutputSize = lift(
  (size: number, kernel: number, stride: number, outputPadding: number, dilation: number) =>
    (size - 1) * stride + (span(kernel, dilation) % 2) + outputPadding,
);

/** Keras' "valid" transposed convolution with an explicit `output_padding`. */
export const transposedValidPaddedOutputSize = lift(
  (size: number, kernel: number, stride: number, outputPadding: number, dilation: number) =>
    (size - 1) * stride + span(kernel, dilation) + outputPadding,
);

/**
 * torch's pooling with `ceil_mode=True`: rounds up, but a last window that would start behind the input and its
 * left padding is dropped.
 * https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html
 */
export const poolCeilOutputSize = lift(
  (size: number, kernel: number, stride: number, before: number, after: number, dilation: number) => {
    const out = Math.ceil((size + before + after - span(kernel, dilation)) / stride) + 1;
    return (out - 1) * stride >= size + before ? out - 1 : out;
  },
);

/** torch's `MaxUnpool` without an explicit `output_size`: `(size − 1)·stride − 2·padding + kernel`. */
export const unpoolOutputSize = lift(
  (size: number, kernel: number, stride: number, padding: number) =>
    (size - 1) * stride - 2 * padding + kernel,
);

/**
 * Resize by a scale factor: `⌊size × scale⌋`.
 * https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.interpolate.html
 */
export const scaledSize = lift((size: number, scale: number) => Math.floor(size * scale));

/** Padding (positive) or cropping (negative) of one axis. */
export const paddedSize = lift((size: number, before: number, after: number) => size + before + after);

/** Elements that `range(start, stop, step)` and a slice with resolved bounds take. */
export const rangeLength = lift((start: number, stop: number, step: number) =>
  Math.max(0, Math.ceil((stop - start) / step)),
);

/** Input elements that one window spans. */
function span(kernel: number, dilation: number): number {
  return dilation * (kernel - 1) + 1;
}

function halves(total: number): PaddingPair {
  const before = Math.floor(total / 2);
  return [before, total - before];
}
