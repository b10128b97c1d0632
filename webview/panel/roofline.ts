/** The roofline over the panel's rows: intensities before and after a swap, and the least time on a device. Pure. */
import { DEVICES, type Device } from "../../src/engine/cost/devices.ts";
import {
  attainable,
  type Ceilings,
  intensityOf as intensity,
  ridgeOf,
  trafficOf,
} from "../../src/engine/cost/roofline.ts";
import type { Row } from "./rows.ts";

export { attainable, DEVICES, type Device, ridgeOf };

export function deviceNamed(name: string): Device {
  return DEVICES.find((device) => device.name === name) ?? DEVICES[0]!;
}

/**
 * FLOPs per byte when inputs, outputs and weights cross the memory bus once in each call; null where a size is not
 * known. A swapped layer writes and reads its depthwise output as well.
 */
export function intensityOf({ layer, after, swapped }: Row): number | null {
  return intensity(after.macs, trafficOf(layer, after, swapped ? "separable" : "standard")) ?? null;
}

/** Seconds that a device needs at least for these rows, one after the other; what has no known cost is left out. */
export function leastSeconds(rows: readonly Row[], device: Ceilings, when: "before" | "after"): number {
  return rows.reduce((sum, row) => {
    const asked = when === "after" ? row : { ...row, after: row.before, swapped: false };
    const found = intensityOf(asked);
    return found === null ? sum : sum + (2 * (asked.after.macs ?? 0)) / attainable(device, found);
  }, 0);
}
