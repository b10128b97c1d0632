/** The kinds of layers that views tell apart by colour: fewer than the report's, so that a legend stays readable. */

export const DISPLAY_KINDS = [
  "standard",
  "grouped",
  "depthwise",
  "pointwise",
  "linear",
  "attention",
  "other",
] as const;

export type DisplayKind = (typeof DISPLAY_KINDS)[number];

const displayed: ReadonlyMap<string, DisplayKind> = new Map<string, DisplayKind>([
  ["standard", "standard"],
  ["transposed", "standard"],
  ["grouped", "grouped"],
  ["depthwise", "depthwise"],
  ["pointwise", "pointwise"],
  ["linear", "linear"],
  ["attention", "attention"],
]);

export function displayKind(kind: string): DisplayKind {
  return displayed.get(kind) ?? "other";
}
