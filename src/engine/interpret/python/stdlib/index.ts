/** The modules of the standard library that are answered by tables, by dotted name; each is made at first use. */
import { math } from "./math.ts";
import type { Module } from "./table.ts";

export const stdlib: Readonly<Record<string, () => Module>> = {
  math,
};
