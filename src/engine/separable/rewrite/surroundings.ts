/** What follows a convolution in the trace: the batch norm and the activation that its swapped form repeats. */
import type { OpRecord } from "../../interpret/trace.ts";
import type { Tensor } from "../../interpret/values.ts";
import type { Between } from "./site.ts";

const ACTIVATIONS: Readonly<Record<string, string>> = {
  relu: "ReLU",
  relu6: "ReLU6",
  silu: "SiLU",
  swish: "SiLU",
  hardswish: "Hardswish",
  hard_swish: "Hardswish",
  hardsigmoid: "Hardsigmoid",
  gelu: "GELU",
  leaky_relu: "LeakyReLU",
  elu: "ELU",
  selu: "SELU",
  mish: "Mish",
  prelu: "PReLU",
  sigmoid: "Sigmoid",
  tanh: "Tanh",
};

export type Readers = ReadonlyMap<Tensor, OpRecord>;

export function firstReaders(ops: readonly OpRecord[]): Readers {
  const readers = new Map<Tensor, OpRecord>();
  for (const op of ops) for (const input of op.inputs) if (!readers.has(input)) readers.set(input, op);
  return readers;
}

/** Undefined when no batch norm reads the convolution's output. */
export function betweenOf(conv: OpRecord, readers: Readers): Between | undefined {
  const norm = readerOf(conv, readers);
  if (norm?.op !== "norm" || !/batch_?norm/i.test(norm.name)) return undefined;
  const weights = norm.weights.filter(({ parameter }) => parameter && parameter.buffer !== true);
  const after = readerOf(norm, readers);
  const name = after?.name.replace(/_$/, "") ?? "";
  const known = after?.op === "other" ? (ACTIVATIONS[name] ?? undefined) : undefined;
  return {
    norm:
      conv.geometry?.kernel.length === 1
        ? "BatchNorm1d"
        : conv.geometry?.kernel.length === 3
          ? "BatchNorm3d"
          : "BatchNorm2d",
    affine: weights.length > 0,
    activation: known ?? "ReLU",
  };
}

function readerOf(op: OpRecord, readers: Readers): OpRecord | undefined {
  const [output] = op.outputs;
  return output && readers.get(output);
}
