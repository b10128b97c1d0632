/** What a call of the program runs, where somebody points at it: `self.conv1(x)`, `F.relu(x)`, `x + y`. */
import type { CallSite, FileAnalysis } from "../engine/contract/engine.types.ts";
import type { Report, ReportLayer } from "../engine/contract/report.ts";
import { covers, extent, holds } from "./sites.ts";

export interface CallLine {
  readonly call: CallSite;
  readonly report: Report;
  /** What runs below the call, in execution order. */
  readonly layers: readonly ReportLayer[];
}

/**
 * The smallest call that holds the position, else the outermost of the line: whoever points at a name sees what it is
 * given. None where a smaller call makes layers.
 */
export function callAt(
  analysis: FileAnalysis,
  position: { readonly line: number; readonly column: number },
  active?: string,
): CallLine | undefined {
  const { file, calls = [], sites, reports } = analysis;
  const here = calls.filter(({ at }) => at.file === file && covers(at, position.line));
  const inside = here.filter(({ at }) => holds(at, position));
  const makes = sites.filter(({ at }) => at.file === file && holds(at, position));
  const smallest = Math.min(...inside.map(({ at }) => extent(at)));
  if (makes.some(({ at }) => extent(at) <= smallest)) return undefined;
  const starting = here.filter(({ at }) => at.line === position.line);
  const largest = Math.max(...starting.map(({ at }) => extent(at)));
  const chosen =
    inside.length > 0
      ? inside.filter(({ at }) => extent(at) === smallest)
      : starting.filter(({ at }) => extent(at) === largest);
  const isOne = new Set(chosen.map(({ at }) => at.column)).size === 1;
  const call = chosen.find(({ network }) => network === active) ?? chosen[0];
  const report = reports.find(({ network }) => network === call?.network);
  if (!call || !report || !isOne) return undefined;
  return { call, report, layers: call.layers.flatMap((index) => report.layers[index] ?? []) };
}
