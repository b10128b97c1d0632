/** Does a rewritten network do in the real framework what its simulation promised? */
import type { Report, ReportShape } from "../../engine/contract/report.ts";

/** What a network costs where it really runs. */
export interface Measured {
  readonly output: readonly (readonly number[])[];
  readonly params: number;
  /** Of the whole input. */
  readonly macs: number;
}

/** `late`: it was ended by the time limit, which says nothing of it. */
export type Run = Measured | { readonly error: string; readonly late?: boolean };

export interface Verdict {
  /** `unfit`: the network does not run as it is either, or not in time: nothing can be said of the change. */
  readonly kind: "same" | "different" | "broken" | "unfit";
  readonly reason?: string;
  /** The network as it is was read otherwise than it runs; the change is judged by what it adds and takes. */
  readonly misread?: string;
}

/** The network before and after the change, as it was read. */
export interface Promised {
  readonly before: Pick<Report, "totals" | "output" | "input">;
  readonly after: { readonly macs: number | null; readonly params: number | null };
}

export function verdictOf({ before, after }: Promised, original: Run, rewritten: Run): Verdict {
  if ("error" in original) return { kind: "unfit", reason: original.error };
  if ("error" in rewritten) return { kind: rewritten.late ? "unfit" : "broken", reason: rewritten.error };
  const samples = before.input.batch?.samples ?? 1;
  const misread = [
    figure("MACs", before.totals.macs, original.macs / samples),
    figure("params", before.totals.params, original.params),
    fits(before.output, original.output)
      ? undefined
      : `output ${shapesText(original.output)}, read as ${shapesText(before.output)}`,
  ].filter((each) => each !== undefined);
  const changed = (key: "macs" | "params"): number | null => {
    const [from, to] = [before.totals[key], after[key]];
    return from === null || to === null ? null : to - from;
  };
  const wrong = [
    figure("change of MACs", changed("macs"), (rewritten.macs - original.macs) / samples),
    figure("change of params", changed("params"), rewritten.params - original.params),
    fits(known(original.output, before.output), rewritten.output)
      ? undefined
      : `output ${shapesText(rewritten.output)}, was ${shapesText(original.output)}`,
  ].filter((each) => each !== undefined);
  return {
    kind: wrong.length > 0 ? "different" : "same",
    ...(wrong.length > 0 && { reason: wrong.join("; ") }),
    ...(misread.length > 0 && { misread: misread.join("; ") }),
  };
}

function figure(name: string, promised: number | null, measured: number): string | undefined {
  return promised === measured ? undefined : `${name} ${measured}, not ${promised ?? "unknown"}`;
}

/** What data decides is of any size. */
function fits(promised: readonly ReportShape[], measured: readonly ReportShape[]): boolean {
  if (promised.length !== measured.length) return false;
  return promised.every((shape, index) => {
    const real = measured[index];
    if (!shape || !real) return true;
    return shape.length === real.length && shape.every((size, axis) => size === null || size === real[axis]);
  });
}

/** The shapes that ran, without the sizes that were read as those of data. */
function known(ran: readonly (readonly number[])[], read: readonly ReportShape[]): readonly ReportShape[] {
  if (ran.length !== read.length) return ran;
  return ran.map((shape, index) =>
    shape.map((size, axis) => (read[index] === null || read[index]?.[axis] === null ? null : size)),
  );
}

function shapesText(shapes: readonly ReportShape[]): string {
  return shapes.map((shape) => shape?.map((size) => size ?? "?").join("×") ?? "?").join(", ");
}
