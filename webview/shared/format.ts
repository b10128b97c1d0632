/** Figures that only the views need, on top of those that the editor shows as well (`src/present/text.ts`). */
import { entryOf } from "../../src/engine/base/table.ts";
import { count, share } from "../../src/present/text.ts";

const MINUS = "−";

/** As `count`, without digits that say nothing: `100 M`. For axes. */
export function formatTick(value: number): string {
  const [digits = "", prefix] = count(value).split(" ");
  const short = digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
  return prefix === undefined ? short : `${short} ${prefix}`;
}

const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** Every digit, grouped: `115,605,504`. */
export function formatExact(value: number): string {
  return grouped.format(value);
}

/** The change from one figure to another: `−40 %`, `−2.8 %`, `+0.04 %`; empty when there is none. */
export function formatChange(before: number, after: number): string {
  if (before === 0 || before === after) return "";
  const change = (after - before) / before;
  const size = Math.abs(change);
  return `${change > 0 ? "+" : MINUS}${size < 0.0005 ? `${(100 * size).toPrecision(1)} %` : share(size)}`;
}

/** `24.5 MB`; decimal units, as memory of accelerators is sold. */
export function formatBytes(bytes: number): string {
  const size = count(bytes);
  return size.includes(" ") ? `${size}B` : `${size} B`;
}

const SCALES: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };

/** What a person types for a figure: `300 M`, `1.5G`, `3e8`, `300,000,000`; null when it is none. */
export function parseCount(text: string): number | null {
  const [, digits, prefix = ""] = /^\s*([\d.,]+(?:e\d{1,2})?)\s*([kmgt]?)\s*$/i.exec(text) ?? [];
  const value = Number(digits?.replaceAll(",", ""));
  const scale = entryOf(SCALES, prefix.toLowerCase()) ?? 1;
  return digits !== undefined && Number.isFinite(value) ? value * scale : null;
}

/** Keeps a figure and its prefix on one line. */
export function unbroken(text: string): string {
  return text.replace(/(?<=\d) (?=[kMGTP%])/g, "\u00a0");
}
