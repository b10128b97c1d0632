/**
 * The roofline model over a report's layers: bytes that must move, arithmetic intensity, and the least time on a device
 * (Williams, Waterman, Patterson, "Roofline: an insightful visual performance model", 2009). A bound, no prediction.
 */

import type { Device } from "../contract/device.ts";
import type { ReportLayer, ReportShape } from "../contract/report.ts";

/** What crosses the memory bus once in each call: inputs, outputs and weights. */
export interface Traffic {
  readonly parameterBytes: number;
  readonly activationBytes: number;
}

export interface Bound {
  readonly seconds: number;
  readonly by: "compute" | "memory";
}

export type Ceilings = Pick<Device, "flops" | "bandwidth">;

export interface LayerCost {
  readonly macs: number | null;
  readonly params: number | null;
}

const BYTES_PER_VALUE = 4;

export function parameterBytes(params: number | null): number | null {
  return params === null ? null : params * BYTES_PER_VALUE;
}

/** Values of all calls: what goes in and out, and what a separable form has between its two convolutions. */
export interface Values {
  readonly inputs: number;
  readonly between: number;
  readonly outputs: number;
}

/** Of one sample; undefined where a size is not known. */
export function valuesOf(layer: ReportLayer, form: "standard" | "separable"): Values | undefined {
  const inputs = layer.read_values === undefined ? valuesIn(layer.in, layer.calls) : layer.read_values;
  const outputs =
    layer.written_values === undefined ? valuesIn(layer.out, layer.calls) : layer.written_values;
  if (inputs === null || outputs === null) return undefined;
  const between =
    form === "separable" && layer.in_channels && layer.out_channels
      ? (outputs * layer.in_channels) / layer.out_channels
      : 0;
  return { inputs, between, outputs };
}

/** For one sample of a float32 network, unless told otherwise. `separable`: as its depthwise separable form, whose depthwise output is written and read as well. */
export function trafficOf(
  layer: ReportLayer,
  cost: LayerCost = layer,
  form: "standard" | "separable" = "standard",
  bytesPerValue = BYTES_PER_VALUE,
): Traffic | undefined {
  const values = valuesOf(layer, form);
  if (!values || cost.params === null) return undefined;
  return {
    parameterBytes: cost.params * bytesPerValue,
    activationBytes: (values.inputs + 2 * values.between + values.outputs) * bytesPerValue,
  };
}

/** FLOPs a byte; undefined where a figure is not known or nothing is computed. */
export function intensityOf(macs: number | null, traffic: Traffic | undefined): number | undefined {
  if (!macs || !traffic) return undefined;
  const bytes = traffic.parameterBytes + traffic.activationBytes;
  return bytes === 0 ? undefined : (2 * macs) / bytes;
}

/** The least time that a device needs: for its operations or for its bytes, whichever is longer. */
export function boundOf(
  macs: number | null,
  traffic: Traffic | undefined,
  device: Ceilings,
): Bound | undefined {
  if (macs === null || !traffic) return undefined;
  const compute = (2 * macs) / device.flops;
  const memory = (traffic.parameterBytes + traffic.activationBytes) / bytesASecond(device);
  return compute >= memory ? { seconds: compute, by: "compute" } : { seconds: memory, by: "memory" };
}

/** Intensity from which on the device is limited by compute; 0 where no bandwidth is told. */
export function ridgeOf(device: Ceilings): number {
  return device.flops / bytesASecond(device);
}

/** FLOPs a second that a device can reach at this intensity. */
export function attainable(device: Ceilings, intensity: number): number {
  return Math.min(device.flops, bytesASecond(device) * intensity);
}

/** A bandwidth that nobody tells bounds nothing. */
function bytesASecond({ bandwidth }: Ceilings): number {
  return bandwidth ?? Number.POSITIVE_INFINITY;
}

/** Of a report that does not say: as if all calls were like the first. */
function valuesIn(shapes: readonly ReportShape[], calls: number): number | null {
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
  return sum * calls;
}
