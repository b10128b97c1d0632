/** What a report assumes, a line each: so a reader can check all that its figures hang on besides the program's text. */

import { visible } from "../base/visible.ts";
import type { AssumptionKind, Report } from "../contract/report.ts";
import { where } from "./where.ts";

const KINDS: Readonly<Record<AssumptionKind, string>> = {
  input: "input",
  batch_axis: "batch axis",
  argument: "argument",
  module: "module",
  branch: "branch",
  value: "value",
};

/** `model.py:5: input: 1×3×224×224, a guess for the layer that it enters by, Conv2d` */
export function explain({ assumptions = [] }: Report): string {
  if (assumptions.length === 0) return "Nothing was assumed.\n";
  const lines = assumptions.map(({ kind, text, at }) => {
    const place = at ? `${visible(where(at))}: ` : "";
    return `  ${place}${KINDS[kind]}: ${visible(text)}\n`;
  });
  return `Assumed:\n${lines.join("")}`;
}
