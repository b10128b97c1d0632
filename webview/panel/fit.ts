/** What of the network does not fit the memory of the chosen device, in words. */
import type { Device } from "../../src/engine/contract/device.ts";
import { bytesPerValue } from "../../src/engine/cost/devices.ts";
import { needOf, type Overfull, overfull } from "../../src/engine/cost/fit.ts";
import { formatBinaryBytes } from "../../src/engine/formats/units.ts";
import type { Translate } from "../shared/l10n.ts";
import type { Row } from "./rows.ts";
import type { Scene } from "./scene.ts";

/** What of the layer, swapped or not, is too much for the device. */
export function overfullOf(row: Row, device: Device): readonly Overfull[] {
  return overfull(needOfRow(row, device), device);
}

function needOfRow({ now, after, swapped }: Row, device: Device) {
  return needOf(now, device, after.params, swapped ? "separable" : "standard");
}

/** A sentence for each thing that does not fit. */
export function describeFit(row: Row, device: Device, t: Translate): readonly string[] {
  const { activations, weights } = needOfRow(row, device);
  const { memory = 0, weight_memory: weightMemory = memory } = device;
  return overfullOf(row, device).map((what) =>
    what === "activations"
      ? t("fit.layer", formatBinaryBytes(activations ?? 0), device.dtype, formatBinaryBytes(memory))
      : t(
          "fit.layer.weights",
          formatBinaryBytes(weights ?? 0),
          device.dtype,
          formatBinaryBytes(weightMemory),
        ),
  );
}

/** How many layers do not fit, and whether all weights do; empty where the device's memory is not known. */
export function describeFits({ charted, device, t, totals }: Scene): string {
  const { memory, weight_memory: weightMemory = memory } = device;
  const over = charted.filter((row) => overfullOf(row, device).includes("activations")).length;
  const weights = (totals.after.params ?? 0) * bytesPerValue(device);
  const values = memory === undefined ? [] : [countText(over, charted.length, formatBinaryBytes(memory), t)];
  const isOver = weightMemory !== undefined && weights > weightMemory;
  const room = formatBinaryBytes(weightMemory ?? 0);
  return [
    ...values,
    ...(isOver ? [t("fit.weights", formatBinaryBytes(weights), device.dtype, room)] : []),
  ].join(" ");
}

function countText(over: number, layers: number, room: string, t: Translate): string {
  return over === 0 ? t("fit.all", room) : t("fit.some", over, layers, room);
}
