/** The roofline over the panel's rows: intensities before and after a swap, and the least time on a device. Pure. */

import type { Device, DeviceDtype } from "../../src/engine/contract/device.ts";
import { allDevices, bytesPerValue, DEVICES, withDtype } from "../../src/engine/cost/devices.ts";
import { attainable, intensityOf as intensity, ridgeOf, trafficOf } from "../../src/engine/cost/roofline.ts";
import type { Row } from "./rows.ts";

export { allDevices, attainable, type Device, ridgeOf };

/** At the dtype that is asked for, or at its own where it has no figure for that. */
export function deviceNamed(name: string, devices: readonly Device[], dtype: DeviceDtype | "" = ""): Device {
  const device = devices.find((each) => each.name === name) ?? devices[0] ?? DEVICES[0]!;
  return (dtype !== "" && withDtype(device, dtype)) || device;
}

/**
 * FLOPs per byte when inputs, outputs and weights cross the memory bus once in each call, as values of the device's
 * dtype; null where a size is not known. A swapped layer writes and reads its depthwise output as well.
 */
export function intensityOf({ now, after, swapped }: Row, device: Pick<Device, "dtype">): number | null {
  const traffic = trafficOf(now, after, swapped ? "separable" : "standard", bytesPerValue(device));
  return intensity(after.macs, traffic) ?? null;
}

/** The layer as the report has it, before any swap, α or ρ. */
function asReported(row: Row): Row {
  return { ...row, now: row.layer, after: row.before, swapped: false };
}

/** Under the roof at its intensity: FLOPs a byte, and the FLOPs a second that the device allows there at most. */
export interface RoofPoint {
  readonly intensity: number;
  readonly attainable: number;
  readonly macs: number;
}

export interface Move {
  readonly row: Row;
  readonly now: RoofPoint;
  /** Where it was, of a layer that a swap, α or ρ moved. */
  readonly before: RoofPoint | null;
}

/** Layers whose intensity is known; the others have no place under the roof. */
export function movesOf(rows: readonly Row[], device: Device): readonly Move[] {
  return rows.flatMap((row) => {
    const now = pointOf(row, device);
    return now ? [{ row, now, before: row.changed ? pointOf(asReported(row), device) : null }] : [];
  });
}

function pointOf(row: Row, device: Device): RoofPoint | null {
  const found = intensityOf(row, device);
  return found === null
    ? null
    : { intensity: found, attainable: attainable(device, found), macs: row.after.macs ?? 0 };
}

/** Seconds that a device needs at least for these rows, one after the other; what has no known cost is left out. */
export function leastSeconds(rows: readonly Row[], device: Device, when: "before" | "after"): number {
  return rows.reduce((sum, row) => {
    const asked = when === "after" ? row : asReported(row);
    const found = intensityOf(asked, device);
    return found === null ? sum : sum + (2 * (asked.after.macs ?? 0)) / attainable(device, found);
  }, 0);
}
