/** What kind of layer a row is: the groups of legends, colours and charts. */

import type { LayerKind, OpName } from "../contract/report.ts";
import type { ConvGeometry } from "../interpret/trace.ts";

const KIND_OF_OP: Readonly<Record<Exclude<OpName, "conv">, LayerKind>> = {
  conv_transpose: "transposed",
  linear: "linear",
  matmul: "attention",
  attention: "attention",
  recurrent: "recurrent",
  norm: "norm",
  embedding: "embedding",
  other: "other",
};

export function classify(op: OpName, geometry: ConvGeometry | undefined): LayerKind {
  if (op !== "conv") return KIND_OF_OP[op];
  if (geometry === undefined) return "standard";
  if (geometry.transposed) return "transposed";
  if (geometry.groups > 1) return geometry.groups === geometry.inChannels ? "depthwise" : "grouped";
  return kernelElements(geometry) === 1 ? "pointwise" : "standard";
}

export function kernelElements(geometry: ConvGeometry): number {
  return geometry.kernel.reduce((count, size) => count * size, 1);
}
