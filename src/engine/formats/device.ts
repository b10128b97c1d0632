/** Devices in words: their figures with where they come from, and what a network needs of one. */

import { visible } from "../base/visible.ts";
import type { Device, DeviceDtype, DeviceFigure } from "../contract/device.ts";
import type { Report, ReportLayer, ReportRoofline } from "../contract/report.ts";
import { dtypesOf } from "../cost/devices.ts";
import { formatBinaryBytes, formatBytes, formatCount, formatSeconds } from "./units.ts";

/** `8.10 TFLOP/s (float32)`; integers have no floating point. */
export function formatPeak(flops: number, dtype: DeviceDtype): string {
  return `${formatCount(flops)}${dtype === "int8" ? "OP" : "FLOP"}/s (${dtype})`;
}

/** A device with all its figures, and a line for where each comes from. */
export function describeDevice(device: Device): readonly string[] {
  const { name, flops, peaks, dtype, bandwidth, source, figures } = device;
  const rates = [dtype, ...dtypesOf(device).filter((each) => each !== dtype)].map((each) =>
    formatPeak(peaks?.[each] ?? flops, each),
  );
  const parts = [...rates, describeBandwidth(bandwidth), ...describeRoom(device)];
  const sources = figures?.map(describeFigure) ?? [source];
  return [`${name}: ${parts.join(", ")}`, ...sources.map((text) => `  ${text}`)].map(visible);
}

function describeFigure({ of, kind, year, source }: DeviceFigure): string {
  return `${of.replace("_", " ")}: ${source} [${kind}, ${year}]`;
}

function describeBandwidth(bandwidth: number | null): string {
  return bandwidth === null ? "bandwidth not told by its maker" : `${formatBytes(bandwidth)}/s`;
}

function describeRoom({ memory, weight_memory: weights }: Device): readonly string[] {
  return [
    ...(memory === undefined ? [] : [`${formatBinaryBytes(memory)} of memory`]),
    ...(weights === undefined ? [] : [`${formatBinaryBytes(weights)} for weights`]),
  ];
}

export function describeSeconds({ seconds, known_seconds: known }: ReportRoofline): string {
  return seconds === null ? `> ${formatSeconds(known)}` : formatSeconds(seconds);
}

/** What a layer needs at once, and what of it is too much for the device. */
export function describeNeed({
  needs_activation_bytes: activations,
  needs_weight_bytes: weights,
  does_not_fit: over = [],
}: ReportLayer): string {
  if (activations === undefined) return "";
  const values = activations === null ? "?" : formatBinaryBytes(activations);
  return [
    over.includes("activations") ? `${values} too much` : values,
    ...(over.includes("weights") && weights ? [`weights ${formatBinaryBytes(weights)} too much`] : []),
  ].join(", ");
}

/** What a device needs at least, what does not fit it, whose figures these are, and that it is a bound. */
export function describeRoofline({ roofline }: Report): readonly string[] {
  if (!roofline) return [];
  const { device, layers, memory_bound_layers: waiting } = roofline;
  const { name, dtype, flops, bandwidth, source } = device;
  const limit =
    bandwidth === null
      ? "its bandwidth is not told by its maker, so only operations bound it"
      : `${waiting} of ${layers} layers are limited by memory`;
  return [
    `On ${visible(name)} a sample takes ${describeSeconds(roofline)} at best; ${limit}. A bound, not a prediction.`,
    ...describeFit(roofline),
    `${visible(name)}: peak ${formatPeak(flops, dtype)}, ${describeBandwidth(bandwidth)}. ${visible(source)}`,
  ];
}

function describeFit({ device, fit, layers }: ReportRoofline): readonly string[] {
  if (!fit) return [];
  const { memory, weight_memory: weightMemory = memory, dtype } = device;
  const most = formatBinaryBytes(fit.most_activation_bytes);
  const values =
    memory === undefined
      ? []
      : [
          fit.layers_over_memory > 0
            ? `${fit.layers_over_memory} of ${layers} layers do not fit its ${formatBinaryBytes(memory)} of memory (input and output together, up to ${most} in ${dtype})`
            : `Each layer's input and output (up to ${most} in ${dtype}) fit its ${formatBinaryBytes(memory)} of memory`,
        ];
  if (weightMemory === undefined) return values.map((text) => `${text}.`);
  const room = formatBinaryBytes(weightMemory);
  const weights =
    fit.weight_bytes === null
      ? `whether the weights fit its ${room} is not known`
      : `the weights (${formatBinaryBytes(fit.weight_bytes)}) ${fit.weights_fit ? "fit" : "do not fit"} its ${room}`;
  const text = [...values, weights].join("; ");
  return [`${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`];
}
