/** Whether a layer's values and weights fit into a device's memory: a microcontroller has some hundred KiB. */

import type { Device } from "../contract/device.ts";
import type { ReportLayer } from "../contract/report.ts";
import { bytesPerValue } from "./devices.ts";
import { valuesOf } from "./roofline.ts";

/** Bytes that a layer needs at once; null where a size is not known. */
export interface Need {
  /** Of what goes in and out together; calls that differ count as their mean, so that it is never too much. */
  readonly activations: number | null;
  readonly weights: number | null;
}

export type Overfull = "activations" | "weights";

/** `separable`: its two convolutions run one after the other, with the values between them in memory. */
export function needOf(
  layer: ReportLayer,
  device: Pick<Device, "dtype">,
  params: number | null = layer.params,
  form: "standard" | "separable" = "standard",
): Need {
  const bytes = bytesPerValue(device);
  const values = valuesOf(layer, form);
  const weights = params === null ? null : params * bytes;
  if (!values || layer.calls === 0) return { activations: null, weights };
  const { inputs, between, outputs } = values;
  const most = form === "separable" ? Math.max(inputs, outputs) + between : inputs + outputs;
  return { activations: (most / layer.calls) * bytes, weights };
}

/** What of it the device has no room for. Weights that have no memory of their own lie in that of all values. */
export function overfull(need: Need, { memory, weight_memory: weightMemory = memory }: Device): Overfull[] {
  const isOver = (bytes: number | null, room: number | undefined) =>
    bytes !== null && room !== undefined && bytes > room;
  return [
    ...(isOver(need.activations, memory) ? (["activations"] as const) : []),
    ...(isOver(need.weights, weightMemory) ? (["weights"] as const) : []),
  ];
}
