/** The report as JSON, its fields in the contract's order. */

import { visibleJson } from "../base/visible.ts";
import type { Report, ReportLayer } from "../contract/report.ts";

const REPORT_FIELDS: readonly (keyof Report)[] = [
  "version",
  "tool",
  "file",
  "language",
  "framework",
  "network",
  "network_at",
  "networks",
  "input",
  "output",
  "complete",
  "assumptions",
  "totals",
  "layers",
  "diagnostics",
];

const LAYER_FIELDS: readonly (keyof ReportLayer)[] = [
  "name",
  "type",
  "op",
  "kind",
  "in",
  "out",
  "kernel",
  "stride",
  "padding",
  "dilation",
  "groups",
  "in_channels",
  "out_channels",
  "bias",
  "macs",
  "params",
  "trainable_params",
  "elementwise",
  "activation_bytes",
  "read_values",
  "written_values",
  "calls",
  "at",
  "path",
  "called_at",
  "swappable",
  "not_swappable",
  "separable_macs",
  "separable_params",
  "separable_trainable_params",
  "conditional",
];

/** All on one line, as JSON Lines needs it. */
export function formatJsonLine(report: Report): string {
  return `${visibleJson(ordered(report))}\n`;
}

/** A line a field, and a line for each layer and diagnostic: readable, and it compares well. */
export function formatJson(report: Report): string {
  const fields = Object.entries(ordered(report)).map(
    ([name, value]) => `  ${visibleJson(name)}: ${block(value)}`,
  );
  return `{\n${fields.join(",\n")}\n}\n`;
}

function ordered(report: Report): object {
  return pick({ ...report, layers: report.layers.map((layer) => pick(layer, LAYER_FIELDS)) }, REPORT_FIELDS);
}

/** Fields that the contract does not name yet follow those that it does. */
function pick(value: object, fields: readonly string[]): object {
  const entries = new Map(Object.entries(value));
  const known = fields.filter((name) => entries.has(name));
  const added = [...entries.keys()].filter((name) => !fields.includes(name));
  return Object.fromEntries([...known, ...added].map((name) => [name, entries.get(name)]));
}

function block(value: unknown): string {
  const list = Array.isArray(value) && value.some((item) => typeof item === "object" && !Array.isArray(item));
  if (!list) return visibleJson(value);
  return `[\n${value.map((item) => `    ${visibleJson(item)}`).join(",\n")}\n  ]`;
}
