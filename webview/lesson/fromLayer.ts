/** The lesson of a layer that was read from code: its own sizes, if the lesson's count ends at the report's figures. */
import type { Report, ReportLayer } from "../../src/engine/contract/report.ts";
import { convTerms, spatial } from "../../src/present/formula.ts";
import { costOf, type LessonSizes, type Padding, positionsOf } from "./counting.ts";

export interface LayerLesson {
  readonly name: string;
  readonly sizes: LessonSizes;
  /** How often the lesson's count is made: calls, or samples of the input. */
  readonly times: number;
}

/** Undefined where a size is unknown, or where the calls differ in size: half a lesson would count wrong. */
export function lessonOf(layer: ReportLayer, report: Report): LayerLesson | undefined {
  const terms = layer.op === "conv" ? convTerms(layer, report) : undefined;
  if (!terms || layer.macs === null) return undefined;
  const rank = terms.kernel.length;
  const input = spatial(layer.in[0] ?? null, rank, terms.inChannels, report.framework);
  if (!input) return undefined;
  const ones = terms.kernel.map(() => 1);
  const sizes: LessonSizes = {
    input,
    kernel: terms.kernel,
    stride: layer.stride ?? ones,
    padding: pairs(layer.padding, rank),
    dilation: layer.dilation ?? ones,
    inChannels: terms.inChannels,
    outChannels: terms.outChannels,
    groups: terms.groups,
  };
  const positions = positionsOf(sizes);
  if (positions.some((size, axis) => size !== terms.positions[axis])) return undefined;
  const cost = costOf(sizes);
  const times = layer.macs / cost.whole.macs;
  const asked = layer.calls > 1 ? layer.calls : times;
  if (!Number.isInteger(times) || times !== asked) return undefined;
  return { name: layer.name, sizes, times };
}

function pairs(padding: readonly number[] | null, rank: number): readonly Padding[] {
  return Array.from({ length: rank }, (_, axis): Padding => {
    if (padding?.length === 2 * rank) return [padding[2 * axis] ?? 0, padding[2 * axis + 1] ?? 0];
    return [padding?.[axis] ?? 0, padding?.[axis] ?? 0];
  });
}
