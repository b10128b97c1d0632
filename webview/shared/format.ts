/** Figures that only the views need, on top of those that the editor shows as well (`src/present/text.ts`). */
import { count, share } from "../../src/present/text.ts";

const MINUS = "−";

/** As `count`, without digits that say nothing: `100 M`. For axes. */
export function formatTick(value: number): string {
  const [digits = "", prefix] = count(value).split(" ");
  const short = digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
  return prefix === undefined ? short : `${short} ${prefix}`;
}

/** Every digit, grouped: `115,605,504`. */
export function formatExact(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** The change from one figure to another: `−40 %`, `+3.1 %`; empty when there is none. */
export function formatChange(before: number, after: number): string {
  if (before === 0 || before === after) return "";
  const change = (after - before) / before;
  return `${change > 0 ? "+" : MINUS}${share(Math.abs(change))}`;
}

/** `24.5 MB`; decimal units, as memory of accelerators is sold. */
export function formatBytes(bytes: number): string {
  const size = count(bytes);
  return size.includes(" ") ? `${size}B` : `${size} B`;
}
