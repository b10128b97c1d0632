/** Devices for the roofline: those that come with it and the user's own, at a chosen dtype. */

import { DEVICE_DTYPES, type Device, type DeviceDtype, type DeviceFigure } from "../contract/device.ts";
import { KNOWN_DEVICES, type KnownDevice } from "./knownDevices.ts";

export const DEVICES: readonly Device[] = KNOWN_DEVICES.map(deviceOf);

function deviceOf({ name, figures }: KnownDevice): Device {
  const value = (of: DeviceFigure["of"]) => figures.find((figure) => figure.of === of)?.value;
  const peaks = Object.fromEntries(
    DEVICE_DTYPES.flatMap((dtype) => {
      const peak = value(dtype);
      return peak === undefined ? [] : [[dtype, peak] as const];
    }),
  );
  const first = figures[0]?.of as DeviceDtype;
  const [memory, weights] = [value("memory"), value("weight_memory")];
  return {
    ...{ name, flops: value(first) ?? 0, dtype: first, bandwidth: value("bandwidth") ?? null },
    ...{ source: sourceOf(figures, first), peaks },
    ...(memory !== undefined && { memory }),
    ...(weights !== undefined && { weight_memory: weights }),
    figures,
  };
}

/** Where the peak and the bandwidth come from, once where it is the same. */
function sourceOf(figures: readonly DeviceFigure[], dtype: DeviceDtype): string {
  const used = figures.filter(({ of }) => of === dtype || of === "bandwidth");
  return used.map(({ source, kind, year }) => `${source} [${kind}, ${year}]`).join("; ");
}

/** The device with its peak at this dtype; undefined where no figure for that is known. */
export function withDtype(device: Device, dtype: DeviceDtype): Device | undefined {
  if (device.dtype === dtype) return device;
  const flops = device.peaks?.[dtype];
  if (flops === undefined) return undefined;
  return {
    ...{ ...device, flops, dtype },
    ...(device.figures && { source: sourceOf(device.figures, dtype) }),
  };
}

/** The types of values that it has a peak for. */
export function dtypesOf({ dtype, peaks }: Pick<Device, "dtype" | "peaks">): readonly DeviceDtype[] {
  return DEVICE_DTYPES.filter((each) => each === dtype || peaks?.[each] !== undefined);
}

/** The user's own devices before those that come with it; one of the same name takes the other's place. */
export function allDevices(own: readonly Device[]): readonly Device[] {
  const names = new Set(own.map(({ name }) => name));
  return [...own, ...DEVICES.filter(({ name }) => !names.has(name))];
}

/** Bytes of a value that such operations work on. */
export function bytesPerValue({ dtype }: Pick<Device, "dtype">): number {
  return BYTES[dtype];
}

const BYTES: Readonly<Record<DeviceDtype, number>> = { float32: 4, float16: 2, int8: 1 };

/** Devices of the user's own, as the `convlens.devices` setting has them; what is wrong is left out. */
export function parseDevices(value: unknown): readonly Device[] {
  return Array.isArray(value) ? value.flatMap((entry) => parseDevice(entry, "convlens.devices") ?? []) : [];
}

/** `origin` is named as the source of figures that have none. */
export function parseDevice(value: unknown, origin: string): Device | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { name, gflops, bandwidth, dtype, source, peaks, memory, weightMemory } = value as Record<
    string,
    unknown
  >;
  const type = dtype === undefined ? "float32" : DEVICE_DTYPES.find((known) => known === dtype);
  const others = parsePeaks(peaks);
  if (typeof name !== "string" || name.trim() === "" || !isPositive(gflops) || !isPositive(bandwidth))
    return undefined;
  if (!type || !others || !isPositiveOrAbsent(memory) || !isPositiveOrAbsent(weightMemory)) return undefined;
  return {
    name,
    flops: gflops * GIGA,
    dtype: type,
    bandwidth: bandwidth * GIGA,
    source: typeof source === "string" ? source : origin,
    ...(peaks !== undefined && { peaks: { ...others, [type]: gflops * GIGA } }),
    ...(memory !== undefined && { memory: memory * KIB }),
    ...(weightMemory !== undefined && { weight_memory: weightMemory * KIB }),
  };
}

/** `{"int8": 8}` in GOP/s; undefined where something of it is no peak. */
function parsePeaks(value: unknown): Device["peaks"] | undefined {
  if (value === undefined) return {};
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const peaks: Partial<Record<DeviceDtype, number>> = {};
  for (const [name, peak] of Object.entries(value)) {
    const dtype = DEVICE_DTYPES.find((known) => known === name);
    if (!dtype || !isPositive(peak)) return undefined;
    peaks[dtype] = peak * GIGA;
  }
  return peaks;
}

/** The setting is in units that datasheets use: GFLOP/s, GB/s and, for memory, KiB. */
const GIGA = 1e9;
const KIB = 1024;

function isPositive(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value > 0;
}

function isPositiveOrAbsent(value: unknown): value is number | undefined {
  return value === undefined || isPositive(value);
}
