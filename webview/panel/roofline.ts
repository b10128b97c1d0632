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

/** Seconds that a device needs at least for these rows, one after the other; what has no known cost is left out. */
export function leastSeconds(rows: readonly Row[], device: Device, when: "before" | "after"): number {
  return rows.reduce((sum, row) => {
    const asked = when === "after" ? row : { ...row, now: row.layer, after: row.before, swapped: false };
    const found = intensityOf(asked, device);
    return found === null ? sum : sum + (2 * (asked.after.macs ?? 0)) / attainable(device, found);
  }, 0);
}
