/**
 * The roofline model: a layer's arithmetic intensity, and what a device can attain at it (Williams, Waterman,
 * Patterson, "Roofline: an insightful visual performance model", 2009). Pure.
 */
import type { ReportShape } from "../../src/engine/report/contract.ts";
import type { Row } from "./rows.ts";

export interface Device {
  readonly name: string;
  /** Peak single-precision floating-point operations a second. */
  readonly flops: number;
  /** Bytes a second from main memory. */
  readonly bandwidth: number;
}

/** Vendors' published peak figures, single precision; processors of boards as clock × lanes × 2. */
export const DEVICES: readonly Device[] = [
  { name: "NVIDIA T4", flops: 8.1e12, bandwidth: 320e9 },
  { name: "NVIDIA A100 40 GB", flops: 19.5e12, bandwidth: 1555e9 },
  { name: "NVIDIA H100 SXM", flops: 67e12, bandwidth: 3350e9 },
  { name: "GeForce RTX 4090", flops: 82.6e12, bandwidth: 1008e9 },
  { name: "Apple M1 GPU", flops: 2.6e12, bandwidth: 68.25e9 },
  { name: "Jetson Nano", flops: 236e9, bandwidth: 25.6e9 },
  { name: "Raspberry Pi 4 CPU", flops: 48e9, bandwidth: 12.8e9 },
];

const BYTES_PER_VALUE = 4;

export function deviceNamed(name: string): Device {
  return DEVICES.find((device) => device.name === name) ?? DEVICES[0]!;
}

/** Intensity, in FLOPs a byte, from which on the device is limited by compute. */
export function ridgeOf({ flops, bandwidth }: Device): number {
  return flops / bandwidth;
}

export function attainable({ flops, bandwidth }: Device, intensity: number): number {
  return Math.min(flops, bandwidth * intensity);
}

/**
 * FLOPs per byte when inputs, outputs and weights cross the memory bus once in each call; null where a size is not
 * known. A swapped layer writes and reads its depthwise output as well.
 */
export function intensityOf(row: Row): number | null {
  const { layer, after } = row;
  const [inputs, outputs] = [valuesIn(layer.in), valuesIn(layer.out)];
  if (after.macs === null || after.macs === 0 || after.params === null || inputs === null || outputs === null)
    return null;
  const between =
    row.swapped && layer.in_channels && layer.out_channels
      ? (2 * outputs * layer.in_channels) / layer.out_channels
      : 0;
  const bytes = BYTES_PER_VALUE * ((inputs + outputs + between) * layer.calls + after.params);
  return bytes === 0 ? null : (2 * after.macs) / bytes;
}

/** Seconds that a device needs at least for these rows, one after the other; what has no known cost is left out. */
export function leastSeconds(rows: readonly Row[], device: Device, when: "before" | "after"): number {
  return rows.reduce((sum, row) => {
    const asked = when === "after" ? row : { ...row, after: row.before, swapped: false };
    const intensity = intensityOf(asked);
    return intensity === null ? sum : sum + (2 * (asked.after.macs ?? 0)) / attainable(device, intensity);
  }, 0);
}

function valuesIn(shapes: readonly ReportShape[]): number | null {
  let sum = 0;
  for (const shape of shapes) {
    if (shape === null) return null;
    let product = 1;
    for (const size of shape) {
      if (size === null) return null;
      product *= size;
    }
    sum += product;
  }
  return sum;
}
