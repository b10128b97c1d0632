/** A library whose runs take the time that they are told to, on a clock that only they move. */
import type { Runner } from "../../src/measure/measure.ts";
import type { Form } from "../../src/measure/shapes.ts";

export interface Fake {
  readonly runner: Runner;
  readonly now: () => number;
  /** What was prepared and not disposed of. */
  readonly open: () => number;
}

/** Of a pass over memory; binary fractions add up exactly. */
export const COPY_SECONDS = 2 ** -7;

/** `secondsOf` gives what the run of this number takes, counted from 0 for each form. */
export function fakeRunner(
  secondsOf: (form: Form, run: number) => number,
  outputOf: (form: Form) => readonly number[] = usualOutput,
): Fake {
  let [clock, open] = [0, 0];
  const prepared = (seconds: (run: number) => number, output: readonly number[]) => {
    let runs = 0;
    open++;
    return {
      run: () => {
        clock += seconds(runs++);
        return output;
      },
      dispose: () => {
        open--;
      },
    };
  };
  return {
    now: () => clock,
    open: () => open,
    runner: {
      name: "a fake library",
      prepare: (form) => prepared((run) => secondsOf(form, run), outputOf(form)),
      prepareCopy: () => prepared(() => COPY_SECONDS, []),
    },
  };
}

function usualOutput({ steps }: Form): readonly number[] {
  const last = steps.at(-1);
  return last ? [...last.output, last.outChannels] : [];
}
