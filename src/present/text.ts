/** How figures look in a lens or a hover: three significant digits, SI prefixes, shapes without the batch. */
import type { Called } from "../engine/contract/engine.types.ts";
import type { ReportInput, ReportLayer, ReportShape } from "../engine/contract/report.ts";
import { sampleShape } from "../engine/formats/units.ts";
import type { CostUnit } from "../protocol/messages.ts";

interface Prefix {
  readonly symbol: string;
  readonly scale: number;
}

const ONE: Prefix = { symbol: "", scale: 1 };
const PREFIXES: readonly Prefix[] = [
  { symbol: " T", scale: 1e12 },
  { symbol: " G", scale: 1e9 },
  { symbol: " M", scale: 1e6 },
  { symbol: " k", scale: 1e3 },
  ONE,
];

/** 115605504 → `116 M`, 12845056 → `12.8 M`, 64 → `64`. */
export function count(value: number): string {
  return inPrefix(value, prefixOf(value));
}

/** In the prefix of a greater figure that stands above in the same column: `0.903 M` under `116 M`. */
export function countBeside(value: number, greater: number): string {
  const prefix = prefixOf(greater);
  return value / prefix.scale >= 0.1 ? inPrefix(value, prefix) : count(value);
}

/** 0.0282 → `2.8 %`, 0.4522 → `45 %`. */
export function share(fraction: number): string {
  const percent = fraction * 100;
  if (percent > 0 && percent < 0.05) return "<0.1 %";
  return percent < 9.95 ? `${percent.toFixed(1)} %` : `${Math.round(percent)} %`;
}

/** 0.8812 → `88.1 %`. */
export function saving(fraction: number): string {
  return `${(fraction * 100).toFixed(1)} %`;
}

/** One multiply-accumulate is two floating-point operations. */
export function inUnit(macs: number, unit: CostUnit): number {
  return unit === "FLOPs" ? macs * 2 : macs;
}

/** What a layer gives for one sample. */
export function layerOutput({ out, batch_axis }: Pick<ReportLayer, "out" | "batch_axis">): string {
  return outputShape(out[0], batch_axis);
}

/** [1, 128, 28, 28] → `128×28×28`; the axis of the samples is left out. */
export function outputShape(shape: ReportShape | undefined, batchAxis?: number | null): string {
  return dims(sampleShape(shape ?? null, batchAxis));
}

/** What goes into a call and comes out of it, for one sample: `64×56×56 + 64×56×56 → 64×56×56`. */
export function passing({ in: given, out, batch_axis: axis }: Omit<Called, "name" | "type">): string {
  const all = (shapes: readonly ReportShape[]) =>
    shapes.map((shape) => outputShape(shape, axis)).join(" + ") || "?";
  return `${all(given)} → ${all(out)}`;
}

/** [1, 3, 224, 224] → `1×3×224×224`. */
export function dims(shape: ReportShape): string {
  return shape ? shape.map((size) => size ?? "?").join("×") : "?";
}

export function inputShapes(input: ReportInput): string {
  return input.shapes.map(dims).join(", ");
}

/** Equal sizes as a power (`56²`), others as a product (`56·28`), the way the formula is taught. */
export function power(sizes: readonly (number | null)[]): string {
  const [first = 1] = sizes;
  const equal = sizes.every((size) => size === first);
  if (!equal || sizes.length < 2) return sizes.map((size) => size ?? "?").join("·") || "1";
  return `${first ?? "?"}${sizes.length === 2 ? "²" : "³"}`;
}

function prefixOf(value: number): Prefix {
  // 999 500 rounds to 1000 k, which is 1.00 M.
  return PREFIXES.find((prefix) => Math.abs(value) >= prefix.scale * (prefix === ONE ? 1 : 0.9995)) ?? ONE;
}

function inPrefix(value: number, prefix: Prefix): string {
  if (prefix === ONE) return String(Number.isInteger(value) ? value : Number(value.toPrecision(3)));
  const scaled = value / prefix.scale;
  const decimals = scaled < 0.9995 ? 3 : scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0;
  return `${scaled.toFixed(decimals)}${prefix.symbol}`;
}
