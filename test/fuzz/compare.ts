/** A generated network in our engine against what the real torch made of it. */
import type { Report, ReportShape } from "../../src/engine/contract/report.ts";
import { profile } from "../engine/profile.ts";

export interface FuzzCase {
  readonly source: string;
  readonly input: readonly number[];
  /** Of every tensor that forward returns: one a step. */
  readonly shapes: readonly (readonly number[])[];
  readonly params: number;
  /** Of every step; null where torch multiplies by a vector. */
  readonly macs: readonly (number | null)[];
}

export interface FuzzFile {
  readonly torch: string;
  readonly seed: number;
  readonly cases: readonly FuzzCase[];
}

/** What differs, in words, with the line it differs at; nothing when all is equal. */
export function differences({ source, input, shapes, params, macs }: FuzzCase): string[] {
  let report: Report;
  try {
    report = profile(source, { input: [input.join("x")] });
  } catch (error) {
    return [`no report: ${error instanceof Error ? error.message : String(error)}`];
  }
  const found: string[] = [];
  const lines = source.split("\n");
  const first = lines.findIndex((line) => line.includes("def forward")) + 1;
  // Figures are per sample, where there are some.
  const samples = report.input.batch?.samples ?? 1;
  for (const [i, expected] of shapes.entries()) {
    const step = lines[first + i]?.trim();
    const paid = macsOf(report, first + i + 1) * samples;
    if (show(report.output[i]) !== show(expected)) {
      found.push(`${step} gives ${show(report.output[i])}, torch ${show(expected)}`);
      break;
    }
    // What hangs on no sample is paid once, however many there are.
    const isPaid = [paid, paid / samples].some((sum) => Math.abs(sum - (macs[i] ?? 0)) <= 1e-6 * paid);
    if (macs[i] !== null && !isPaid) found.push(`${step} pays ${paid} MACs, torch ${macs[i]}`);
  }
  if (report.totals.params !== params) found.push(`params ${report.totals.params}, torch ${params}`);
  for (const { severity, message } of report.diagnostics) {
    if (severity === "error") found.push(`false alarm: ${message}`);
  }
  if (!report.complete) found.push(`partial: ${report.diagnostics[0]?.message}`);
  return found;
}

/** What the ops cost that a line of forward runs; NaN when that is not known. */
function macsOf({ layers }: Report, line: number): number {
  const here = layers.filter(({ at, called_at }) => (called_at ?? at).line === line);
  return here.reduce((sum, { macs }) => sum + (macs ?? Number.NaN), 0);
}

function show(shape: ReportShape | undefined): string {
  return shape ? `[${shape.map((size) => size ?? "?").join(", ")}]` : "?";
}
