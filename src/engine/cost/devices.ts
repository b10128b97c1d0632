/**
 * Devices for the roofline: peak single precision and memory bandwidth, with whose figures they are and what they come
 * from. Peak figures bound what a layer can reach; nothing reaches them.
 */

import type { Device } from "../contract/device.ts";

export const DEVICES: readonly Device[] = [
  {
    ...{ name: "NVIDIA T4", flops: 8.1e12, dtype: "float32", bandwidth: 320e9 },
    source: "NVIDIA T4 datasheet (2019): 2560 cores × 2 × 1.59 GHz, 256 bit × 10 Gbit/s",
  },
  {
    ...{ name: "NVIDIA A100 40 GB", flops: 19.5e12, dtype: "float32", bandwidth: 1555e9 },
    source:
      "NVIDIA A100 datasheet (2020), without tensor cores: 6912 cores × 2 × 1.41 GHz, 5120 bit × 2.43 Gbit/s",
  },
  {
    ...{ name: "NVIDIA H100 SXM", flops: 67e12, dtype: "float32", bandwidth: 3350e9 },
    source:
      "NVIDIA H100 datasheet (2023), without tensor cores: 16896 cores × 2 × 1.98 GHz, 5120 bit of HBM3",
  },
  {
    ...{ name: "GeForce RTX 4090", flops: 82.6e12, dtype: "float32", bandwidth: 1008e9 },
    source: "NVIDIA Ada whitepaper (2022): 16384 cores × 2 × 2.52 GHz, 384 bit × 21 Gbit/s",
  },
  {
    ...{ name: "Apple M2 GPU (10 cores)", flops: 3.6e12, dtype: "float32", bandwidth: 100e9 },
    source:
      "Bandwidth: Apple's announcement of M2 (June 2022). Peak: as reported of it, in no document of Apple's",
  },
];

/** The user's own devices before those that come with it; one of the same name takes the other's place. */
export function allDevices(own: readonly Device[]): readonly Device[] {
  const names = new Set(own.map(({ name }) => name));
  return [...own, ...DEVICES.filter(({ name }) => !names.has(name))];
}

/** Bytes of a value that such operations work on. */
export function bytesPerValue({ dtype }: Pick<Device, "dtype">): number {
  return BYTES[dtype];
}

const BYTES: Readonly<Record<Device["dtype"], number>> = { float32: 4, float16: 2, int8: 1 };

/** Devices of the user's own, as the `convlens.devices` setting has them; what is wrong is left out. */
export function parseDevices(value: unknown): readonly Device[] {
  return Array.isArray(value) ? value.flatMap((entry) => parseDevice(entry, "convlens.devices") ?? []) : [];
}

const DTYPES = ["float32", "float16", "int8"] as const;

/** `origin` is named as the source of figures that have none. */
export function parseDevice(value: unknown, origin: string): Device | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { name, gflops, bandwidth, dtype, source } = value as Record<string, unknown>;
  const type = dtype === undefined ? "float32" : DTYPES.find((known) => known === dtype);
  if (
    typeof name !== "string" ||
    name.trim() === "" ||
    !isPositive(gflops) ||
    !isPositive(bandwidth) ||
    !type
  )
    return undefined;
  return {
    name,
    flops: gflops * GIGA,
    dtype: type,
    bandwidth: bandwidth * GIGA,
    source: typeof source === "string" ? source : origin,
  };
}

/** The setting is in units that datasheets use: GFLOP/s and GB/s. */
const GIGA = 1e9;

function isPositive(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value > 0;
}
