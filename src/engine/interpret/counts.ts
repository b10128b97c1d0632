/** From values to counts: shapes, elements, bytes, and sums that remember what they do not know. */

import type { ReportShape } from "../contract/report.ts";
import { product } from "../cost/lift.ts";
import type { Count } from "./trace.ts";
import { type Shape, type Tensor, Unknown } from "./values.ts";

export function reportShape(shape: Shape | Unknown): ReportShape {
  if (shape instanceof Unknown) return null;
  return shape.map((dim) => (typeof dim === "number" ? dim : null));
}

export function elements(tensor: Tensor): Count {
  return tensor.shape instanceof Unknown ? tensor.shape : product(tensor.shape);
}

/** Elements of a weight that training changes. */
export function trainedElements(weight: Tensor): Count {
  const trainable = weight.parameter?.trainable ?? true;
  if (trainable instanceof Unknown) return trainable;
  return trainable ? elements(weight) : 0;
}

export function bytes(tensor: Tensor): Count {
  const count = elements(tensor);
  return typeof count === "number" ? count * bytesPerElement(tensor.dtype) : count;
}

/** A dtype names its bits (`bfloat16`, `int64`, `complex64`); `bool` takes a byte, and so does less (`int4`). */
export function bytesPerElement(dtype: string): number {
  const bits = /\d+/.exec(dtype);
  if (bits) return Math.ceil(Number(bits[0]) / 8);
  return dtype === "bool" ? 1 : 4;
}

/** A sum of counts: unknown as soon as one of them is, with the first reason. */
export class Tally {
  private shared = 0;
  private fixed = 0;
  unknown: Unknown | undefined;

  /** `isFixed`: it is not shared out, for it is the same for any number of samples. */
  add(count: Count, isFixed = false): void {
    if (typeof count !== "number") this.unknown ??= count;
    else if (isFixed) this.fixed += count;
    else this.shared += count;
  }

  /** The sum, shared out over so many samples; null when it is not known. */
  value(samples = 1): number | null {
    return this.unknown === undefined ? this.shared / samples + this.fixed : null;
  }
}
