/**
 * Times convolutions on this machine. The library that runs them and the clock are handed in: tests have their own.
 * Each form is warmed up, then run until its part of the time is used up; what the time does not reach is not measured.
 */
import { type Form, type MeasuredShape, valuesOf } from "./shapes.ts";

/** A form, ready to run. */
export interface Prepared {
  /** Returns once the result is there, and gives its height, width and channels. */
  readonly run: () => readonly number[] | Promise<readonly number[]>;
  readonly dispose: () => void;
}

/** What runs convolutions. */
export interface Runner {
  /** Library, version and what it runs on. */
  readonly name: string;
  readonly prepare: (form: Form) => Prepared | Promise<Prepared>;
  /** A pass over so many values that it reads and writes each once. */
  readonly prepareCopy: (values: number) => Prepared | Promise<Prepared>;
}

export interface Timing {
  /** Of one run, in seconds; half of the runs lie between the quarters. */
  readonly median: number;
  readonly quarters: readonly [number, number];
  readonly runs: number;
  /** What the first run took, which is none of the others. */
  readonly first: number;
  readonly macs_per_second: number;
}

export interface ShapeResult {
  readonly shape: MeasuredShape;
  /** null where the time did not reach it. */
  readonly written: Timing | null;
  readonly separable: Timing | null;
}

/** What this machine reached: in the fastest of all convolutions, and over plain memory. */
export interface Roof {
  readonly macs_per_second: number;
  readonly bytes_per_second: number;
}

export interface Measurement {
  readonly results: readonly ShapeResult[];
  readonly roof: Roof;
}

export interface MeasureOptions {
  /** For all of it. */
  readonly seconds: number;
  /** Seconds since any moment. */
  readonly now: () => number;
  readonly onProgress?: (done: number, all: number, text: string) => void;
}

/** Runs before those that count: code is compiled, memory taken. */
const WARM_UPS = 2;
const LEAST_RUNS = 3;
const MOST_RUNS = 200;
const BYTES = 4;
/** More than caches hold. */
const COPIED_VALUES = 16 * 1024 * 1024;

/** A product of matrices that every library is fast at: 512 to 512 channels at 28×28. */
const PROBE: Form = {
  steps: [
    {
      ...({ input: [28, 28], output: [28, 28], kernel: [1, 1], stride: [1, 1], dilation: [1, 1] } as const),
      ...{ inChannels: 512, outChannels: 512, isDepthwise: false },
    },
  ],
  macs: 28 * 28 * 512 * 512,
};

export async function measure(
  shapes: readonly MeasuredShape[],
  runner: Runner,
  { seconds, now, onProgress }: MeasureOptions,
): Promise<Measurement> {
  const end = now() + seconds;
  const all = shapes.reduce((sum, { separable }) => sum + (separable ? 2 : 1), 2);
  let done = 0;
  // What is left of the time is shared out over what is left to do.
  const share = () => Math.min(end, now() + (end - now()) / Math.max(1, all - done));
  const next = async (text: string, work: Form | "copy"): Promise<Timing | null> => {
    onProgress?.(done, all, text);
    if (now() >= end) return null;
    const prepared = await (work === "copy" ? runner.prepareCopy(COPIED_VALUES) : runner.prepare(work));
    try {
      return await time(prepared, { until: share(), now, form: work === "copy" ? undefined : work });
    } finally {
      prepared.dispose();
      done++;
    }
  };
  const probe = await next("this machine's roof", PROBE);
  const copy = await next("this machine's memory", "copy");
  const results: ShapeResult[] = [];
  for (const shape of shapes) {
    const written = await next(shape.text, shape.written);
    const separable = shape.separable
      ? await next(`${shape.text}, depthwise and pointwise`, shape.separable)
      : null;
    results.push({ shape, written, separable });
  }
  const reached = [probe, ...results.flatMap(({ written, separable }) => [written, separable])];
  return {
    results,
    roof: {
      macs_per_second: Math.max(0, ...reached.map((timing) => timing?.macs_per_second ?? 0)),
      bytes_per_second: copy ? (2 * COPIED_VALUES * BYTES) / copy.median : 0,
    },
  };
}

interface Timer {
  readonly until: number;
  readonly now: () => number;
  /** Absent where nothing is multiplied. */
  readonly form: Form | undefined;
}

async function time({ run }: Prepared, { until, now, form }: Timer): Promise<Timing> {
  const once = async (): Promise<number> => {
    const start = now();
    const output = await run();
    const seconds = now() - start;
    if (form) checkOutput(form, output);
    return seconds;
  };
  const first = await once();
  for (let warm = 1; warm < WARM_UPS; warm++) await once();
  const times: number[] = [];
  while (times.length < LEAST_RUNS || (times.length < MOST_RUNS && now() < until)) times.push(await once());
  const median = quantile(times, 0.5);
  return {
    ...{ median, quarters: [quantile(times, 0.25), quantile(times, 0.75)], runs: times.length, first },
    macs_per_second: form && median > 0 ? form.macs / median : 0,
  };
}

/** Another size would be another amount of work, timed as if it were this one. */
function checkOutput({ steps }: Form, output: readonly number[]): void {
  const last = steps.at(-1);
  const expected = last ? [...last.output, last.outChannels] : [];
  if (output.join() === expected.join()) return;
  throw new Error(`the library's output is ${output.join("×")}, not ${expected.join("×")}`);
}

/** Between the two nearest where it lies between them. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * part;
  const [low = 0, high = low] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low + (high - low) * (at - Math.floor(at));
}

/** MACs a second that the measured roof allows a form: its arithmetic, or its values over memory. */
export function roofOf(form: Form, { macs_per_second: peak, bytes_per_second: bytes }: Roof): number {
  return bytes === 0 ? peak : Math.min(peak, (form.macs * bytes) / (valuesOf(form) * BYTES));
}

export interface Sum {
  /** Layers that both forms are measured of, and their calls' medians together. */
  readonly shapes: number;
  readonly seconds_written: number;
  readonly seconds_separable: number;
  readonly macs_written: number;
  readonly macs_separable: number;
}

/** All layers that can be swapped and were measured in both forms, over their calls. */
export function sumOf(results: readonly ShapeResult[]): Sum {
  const sum = { shapes: 0, seconds_written: 0, seconds_separable: 0, macs_written: 0, macs_separable: 0 };
  for (const { shape, written, separable } of results) {
    if (!written || !separable || !shape.separable) continue;
    sum.shapes++;
    sum.seconds_written += written.median * shape.calls;
    sum.seconds_separable += separable.median * shape.calls;
    sum.macs_written += shape.written.macs * shape.calls;
    sum.macs_separable += shape.separable.macs * shape.calls;
  }
  return sum;
}
