/**
 * `torch.fft`, and the short-time transforms of the module `torch`.
 * https://docs.pytorch.org/docs/stable/fft.html
 */

import { lift } from "../../../cost/lift.ts";
import type { Dim, Shape, Unknown } from "../../../interpret/values.ts";
import { axisOf, Misfit, showShape } from "../../shape/dims.ts";
import type { Args } from "./args.ts";
import { complexOf, floatOf, realOf } from "./dtypes.ts";
import type { Answer, OpSpec, OpTable } from "./op.ts";

/** Size of the last transformed axis: kept, halved (real input) or doubled (real output). */
type Kind = "complex" | "half" | "double";

const halved = lift((size: number) => Math.floor(size / 2) + 1);
const doubled = lift((size: number) => 2 * (size - 1));

function transformed(
  a: Args,
  kind: Kind,
  axes: readonly number[],
  sizes: readonly (Dim | undefined)[],
): Answer {
  const input = a.tensor("input");
  const shape: Dim[] = [...a.shapeOf(input)];
  if (a.unknown) return { shape: [] };
  for (const [i, axis] of axes.entries()) {
    const at = axisOf(axis, shape.length);
    if (at === undefined) return new Misfit(`${showShape(shape)} has no axis ${axis}`);
    const size = sizes[i] === -1 ? undefined : sizes[i];
    const last = i === axes.length - 1;
    if (last && kind === "double") shape[at] = size ?? doubled(shape[at]!);
    else if (last && kind === "half") shape[at] = halved(size ?? shape[at]!);
    else shape[at] = size ?? shape[at]!;
  }
  const dtype = kind === "double" ? realOf(complexOf(floatOf(input.dtype))) : complexOf(floatOf(input.dtype));
  return { shape, dtype };
}

function one(kind: Kind): OpSpec {
  return {
    signature: "input, n=None, dim=-1, norm=None",
    rule: (a) => transformed(a, kind, [a.int("dim")], [a.has("n") ? a.dim("n") : undefined]),
  };
}

function many(kind: Kind, fallback: (rank: number) => readonly number[]): OpSpec {
  return {
    signature: "input, s=None, dim=None, norm=None",
    rule: (a) => {
      const sizes = a.has("s") ? a.dims("s") : [];
      const all = fallback(a.shape("input").length);
      const axes = a.has("dim") ? a.ints("dim") : sizes.length > 0 ? all.slice(-sizes.length) : all;
      return transformed(a, kind, axes, sizes);
    },
  };
}

const two = (): readonly number[] => [-2, -1];
const every = (rank: number): readonly number[] => Array.from({ length: rank }, (_, axis) => axis);

const SHIFT: OpSpec = { signature: "input, dim=None", rule: (a) => ({ shape: a.tensor("input").shape }) };

function frequencies(half: boolean): OpSpec {
  return {
    signature: "n, d=1.0, *, dtype=None",
    rule: (a) => ({ shape: [half ? halved(a.dim("n")) : a.dim("n")], dtype: a.dtype("dtype") ?? "float32" }),
  };
}

/** `torch.fft`. */
export const FFT: OpTable = {
  fft: one("complex"),
  ifft: one("complex"),
  rfft: one("half"),
  irfft: one("double"),
  hfft: one("double"),
  ihfft: one("half"),
  fft2: many("complex", two),
  ifft2: many("complex", two),
  rfft2: many("half", two),
  irfft2: many("double", two),
  fftn: many("complex", every),
  ifftn: many("complex", every),
  rfftn: many("half", every),
  irfftn: many("double", every),
  fftshift: SHIFT,
  ifftshift: SHIFT,
  fftfreq: frequencies(false),
  rfftfreq: frequencies(true),
};

const frames = lift((length: number, hop: number) => Math.floor(length / hop) + 1);

const STFT: OpSpec = {
  signature:
    "input, n_fft, hop_length=None, win_length=None, window=None, center=True, pad_mode='reflect', normalized=False, onesided=None, return_complex=None",
  rule: (a) => {
    const input = a.tensor("input");
    const shape = a.shapeOf(input);
    const size = a.int("n_fft");
    const hop = a.has("hop_length") ? a.dim("hop_length") : Math.floor(size / 4);
    const length = shape.at(-1);
    if (length === undefined) return a.unknown ? { shape } : new Misfit("needs a signal, gets a scalar");
    const span =
      typeof length === "number" ? length + (a.flag("center") ? 2 * Math.floor(size / 2) : 0) - size : length;
    const oneSided = a.bound.onesided !== false;
    const result: Shape = [
      ...shape.slice(0, -1),
      oneSided ? Math.floor(size / 2) + 1 : size,
      frames<Unknown>(span, hop),
    ];
    if (a.flag("return_complex")) return { shape: result, dtype: complexOf(input.dtype) };
    return { shape: [...result, 2], dtype: input.dtype };
  },
};

const ISTFT: OpSpec = {
  signature:
    "input, n_fft, hop_length=None, win_length=None, window=None, center=True, normalized=False, onesided=None, length=None, return_complex=False",
  rule: (a) => {
    const input = a.tensor("input");
    const shape = a.shapeOf(input);
    const complex = complexOf(input.dtype) === input.dtype;
    const spectrum = complex ? shape : shape.slice(0, -1);
    const size = a.int("n_fft");
    const hop = a.has("hop_length") ? a.dim("hop_length") : Math.floor(size / 4);
    const count = spectrum.at(-1);
    const known = typeof count === "number" && typeof hop === "number";
    const full = known
      ? hop * (count - 1) + (a.flag("center") ? size - 2 * Math.floor(size / 2) : size)
      : undefined;
    const length = a.has("length") ? a.dim("length") : (full ?? count ?? 0);
    return { shape: [...spectrum.slice(0, -2), length], dtype: realOf(input.dtype) };
  },
};

/** Names of both the module `torch` and the class. */
export const TRANSFORMS: OpTable = { stft: STFT, istft: ISTFT };
