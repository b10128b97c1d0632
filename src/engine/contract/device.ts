/** What a device's operations work on. */
export const DEVICE_DTYPES = ["float32", "float16", "int8"] as const;
export type DeviceDtype = (typeof DEVICE_DTYPES)[number];

/** A device that a network may run on. */
export interface Device {
  readonly name: string;
  /** Peak operations a second at this dtype, without sparsity; a multiply-accumulate is two. */
  readonly flops: number;
  readonly dtype: DeviceDtype;
  /** Bytes a second from and to the memory that holds values between layers; null where nobody tells it. */
  readonly bandwidth: number | null;
  readonly source: string;
  /** Peaks at all dtypes that it has a figure for; absent: `flops` alone. */
  readonly peaks?: Readonly<Partial<Record<DeviceDtype, number>>>;
  /** Bytes for what goes in and out of layers; absent: not told, or so many that it does not matter. */
  readonly memory?: number;
  /** Bytes for weights, where they are kept apart, such as flash. */
  readonly weight_memory?: number;
  /** Where each figure comes from; absent in devices of the user's own. */
  readonly figures?: readonly DeviceFigure[];
}

/** Read in its maker's papers; worked out from them, such as cores × lanes × clock; or measured. */
export type FigureKind = "datasheet" | "derived" | "measured";

export interface DeviceFigure {
  readonly of: DeviceDtype | "bandwidth" | "memory" | "weight_memory";
  /** Operations a second, bytes a second or bytes. */
  readonly value: number;
  readonly kind: FigureKind;
  readonly year: number;
  readonly source: string;
}
