/** Counts as people write them. */
import { entryOf } from "./table.ts";

const SCALES: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };

/** `300M`, `4.1 G`, `300000000` */
export function parseCount(text: string): number | undefined {
  const [, digits, prefix = ""] = /^\s*(\d+(?:\.\d+)?(?:e\d+)?)\s*([kmgt]?)\s*$/i.exec(text) ?? [];
  return digits === undefined
    ? undefined
    : Math.round(Number(digits) * (entryOf(SCALES, prefix.toLowerCase()) ?? 1));
}
