/** Devices for `--device`: those that come with it and the user's own, chosen by name. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { visible } from "../engine/base/visible.ts";
import type { Device, DeviceDtype } from "../engine/contract/device.ts";
import { allDevices, dtypesOf, parseDevice, withDtype } from "../engine/cost/devices.ts";
import { describeDevice } from "../engine/formats/device.ts";
import type { DeviceChoice } from "./arguments.ts";
import type { Surroundings } from "./surroundings.ts";

/** All devices; a line on stderr says what is wrong with the user's file. */
export function readDevices(
  file: string | undefined,
  { cwd, err }: Surroundings,
): readonly Device[] | undefined {
  if (file === undefined) return allDevices([]);
  const own = parseFile(path.resolve(cwd, file), file);
  if (typeof own !== "string") return allDevices(own);
  err(`convlens: --devices ${file}: ${own}\n`);
  return undefined;
}

/** The device of this name, or the only one whose name has this in it, at the dtype that is asked for. */
export function chooseDevice(
  name: string,
  { devices: file, dtype }: Omit<DeviceChoice, "device">,
  around: Surroundings,
): Device | undefined {
  const devices = readDevices(file, around);
  if (devices === undefined) return undefined;
  const wanted = name.trim().toLowerCase();
  const exact = devices.find((device) => device.name.toLowerCase() === wanted);
  const alike = devices.filter((device) => wanted !== "" && device.name.toLowerCase().includes(wanted));
  const chosen = exact ?? (alike.length === 1 ? alike[0] : undefined);
  if (!chosen) {
    const problem = alike.length > 1 ? "several devices are called so" : "there is no such device";
    around.err(`convlens: --device ${name}: ${problem}; these are known:\n`);
    around.err(deviceList(devices));
  }
  return chosen && dtype !== undefined ? atDtype(chosen, dtype, around) : chosen;
}

function atDtype(device: Device, dtype: DeviceDtype, around: Surroundings): Device | undefined {
  const found = withDtype(device, dtype);
  if (!found) {
    const known = dtypesOf(device).join(", ");
    around.err(`convlens: --dtype ${dtype}: ${visible(device.name)} has no figure for it; it has ${known}\n`);
  }
  return found;
}

export function deviceList(devices: readonly Device[]): string {
  return `${devices.flatMap(describeDevice).join("\n")}\n`;
}

/** The devices, or what is wrong with the file. */
function parseFile(resolved: string, file: string): readonly Device[] | string {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(resolved, "utf8"));
  } catch (error) {
    return error instanceof SyntaxError ? "this is no JSON" : "it cannot be read";
  }
  if (!Array.isArray(value)) return "a list of devices is needed";
  const devices: Device[] = [];
  for (const [index, entry] of value.entries()) {
    const device = parseDevice(entry, file);
    if (!device) {
      return `entry ${index + 1} needs a name, gflops and bandwidth above 0, and a dtype of float32, float16 or int8; peaks, memory and weightMemory, if any, are above 0`;
    }
    devices.push(device);
  }
  return devices;
}
