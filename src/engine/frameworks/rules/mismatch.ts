/** How shapes that do not fit are told, whatever the framework: `conv2 expects 64 channels, gets 32 from pool1 (line 18)`. */
import type { Interp } from "../../interpret/interp.ts";
import type { Tensor } from "../../interpret/values.ts";
import type { Span } from "../../syntax/span.ts";

export interface Mismatch {
  /** The layer's qualified name, or the function's. */
  readonly who: string;
  /** What does not fit, to be put after the name. */
  readonly problem: string;
  /** Where the layer was made: the diagnostic's place. Absent: the running call. */
  readonly made: Span | undefined;
  /** Where the layer was called, when it is to be told beside. */
  readonly called: Span | undefined;
  /** What the framework raises, for a `try` of the program. */
  readonly raises: string;
  /** The framework takes it all the same: nothing is left to compute, which is seldom meant. */
  readonly isEmpty?: boolean | undefined;
  /** The tensor that does not fit. */
  readonly input: Tensor | undefined;
}

/** Why what follows such a mismatch, which is told, is not known. */
export const FOLLOWS_MISFIT = "depends on shapes that do not fit";

export function diagnoseMismatch(
  interp: Interp,
  { who, problem, made, called, raises, isEmpty, input }: Mismatch,
): void {
  const at = made ?? interp.site?.at;
  const line = input?.site ? ` (line ${input.site.at.line})` : "";
  const source = input?.maker ? ` from ${input.maker}${line}` : "";
  const message = `${who} ${problem}${source}${isEmpty ? ": what comes out is empty" : ""}`;
  if (!isEmpty) interp.raiseIfCaught(raises, message);
  const related = [];
  if (made && called) related.push({ message: `${who} is called here`, at: called });
  if (input?.site) related.push({ message: `${input.maker ?? "its input"} is made here`, at: input.site.at });
  interp.diagnose({
    severity: isEmpty ? "warning" : "error",
    code: "shape-mismatch",
    message,
    ...(at ? { at } : {}),
    ...(related.length > 0 ? { related } : {}),
    ...(input ? { tensors: [input] } : {}),
  });
}
