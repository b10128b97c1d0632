/** How figures read in tables: three significant digits with SI prefixes, percents, and shapes. */
import type { ReportShape } from "../contract/report.ts";

/** What costs are counted in: multiply-accumulates, or floating-point operations (two each). */
export type CostUnit = "macs" | "flops";

export const UNIT_LABELS: Readonly<Record<CostUnit, string>> = { macs: "MACs", flops: "FLOPs" };

export function inUnit(macs: number, unit: CostUnit): number {
  return unit === "flops" ? 2 * macs : macs;
}

const PREFIXES = ["", "k", "M", "G", "T", "P"] as const;

/** 115605504 → `116 M`, 9408 → `9.41 k`, 64 → `64`; an unknown figure is `?`. */
export function formatCount(value: number | null): string {
  if (value === null) return "?";
  let scaled = value;
  let step = 0;
  while (Math.abs(scaled) >= 999.5 && step < PREFIXES.length - 1) {
    scaled /= 1000;
    step++;
  }
  const digits = step === 0 && Number.isInteger(value) ? String(value) : significant(scaled);
  return step === 0 ? digits : `${digits} ${PREFIXES[step]}`;
}

/** 102760448 → `103 MB`. */
export function formatBytes(value: number | null): string {
  if (value === null) return "?";
  const count = formatCount(value);
  return count.includes(" ") ? `${count}B` : `${count} B`;
}

/** 524288 → `512 KiB`: what memories are made in. */
export function formatBinaryBytes(value: number): string {
  const [size, unit] =
    value >= 1024 ** 3
      ? [value / 1024 ** 3, "GiB"]
      : value >= 1024 ** 2
        ? [value / 1024 ** 2, "MiB"]
        : value >= 1024
          ? [value / 1024, "KiB"]
          : [value, "B"];
  return `${Number(size.toPrecision(3)).toString()} ${unit}`;
}

/** `12.3 µs`, `4.10 ms`. */
export function formatSeconds(seconds: number): string {
  const [size, unit] =
    seconds < 1e-3 ? [seconds * 1e6, "µs"] : seconds < 1 ? [seconds * 1e3, "ms"] : [seconds, "s"];
  return `${size.toPrecision(3)} ${unit}`;
}

/** 0.0282 → `2.8 %`. */
export function formatShare(fraction: number): string {
  const percent = 100 * fraction;
  if (percent > 0 && percent < 0.05) return "<0.1 %";
  return `${percent.toFixed(1)} %`;
}

/** `−88.1 %` from before to after. */
export function formatChange(before: number, after: number): string {
  if (before === 0) return "±0 %";
  const percent = 100 * (after / before - 1);
  const sign = percent < 0 ? "−" : "+";
  return `${sign}${Math.abs(percent).toFixed(1)} %`;
}

/** `1×3×224×224`; an unknown size or shape is `?`. */
export function formatShape(shape: ReportShape): string {
  if (shape === null) return "?";
  return shape.length === 0 ? "scalar" : shape.map((size) => size ?? "?").join("×");
}

/** The shape of one sample: without the axis that holds them; one axis alone is shown whatever it holds. */
export function sampleShape(shape: ReportShape, axis: number | null = 0): ReportShape {
  return shape === null || axis === null || shape.length < 2 ? shape : shape.toSpliced(axis, 1);
}

export function formatShapes(shapes: readonly ReportShape[]): string {
  return shapes.map(formatShape).join(", ");
}

/** `3×3`, `3×3 /2`: kernel, and the stride where it is not 1. */
export function formatKernel(kernel: readonly number[] | null, stride: readonly number[] | null): string {
  if (kernel === null) return "";
  const steps = new Set(stride ?? [1]);
  const step = steps.size === 1 ? [...steps].join("") : (stride ?? []).join("×");
  return step === "1" ? kernel.join("×") : `${kernel.join("×")} /${step}`;
}

function significant(value: number): string {
  const magnitude = Math.abs(value);
  const decimals = magnitude >= 99.95 ? 0 : magnitude >= 9.995 ? 1 : 2;
  return value.toFixed(decimals);
}
