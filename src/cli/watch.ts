/**
 * Runs a worker thread under a watch from outside: one that takes too much time or memory is ended, whatever it is
 * doing. Time is the process's own (CPU seconds), so that a busy machine ends nothing early.
 */
import { Worker } from "node:worker_threads";

export interface Watched {
  /** The worker's script. */
  readonly script: string | URL;
  readonly workerData: unknown;
  /** Called for each message of the worker, in order. */
  readonly onMessage: (message: unknown) => void;
  /** CPU seconds. */
  readonly seconds: number;
  readonly megabytes: number;
}

/** How it ended: by itself with an exit code, for a bound that it passed, or by an error of its own. */
export type Ended =
  | { readonly kind: "done"; readonly code: number }
  | { readonly kind: "too-long" }
  | { readonly kind: "too-large" }
  | { readonly kind: "failed"; readonly error: unknown };

/** Milliseconds between two looks at clock and memory: a gigabyte is soon taken. */
const PERIOD = 50;

export function watch({ script, workerData, onMessage, seconds, megabytes }: Watched): Promise<Ended> {
  const before = process.memoryUsage.rss();
  const worker = new Worker(script, { workerData, resourceLimits: { maxOldGenerationSizeMb: megabytes } });
  return new Promise((resolve) => {
    const end = (ended: Ended): void => {
      clearInterval(clock);
      resolve(ended);
    };
    const clock = setInterval(() => {
      const { user, system } = process.cpuUsage();
      // The host bounds only what JavaScript keeps: syntax trees and typed arrays lie outside.
      const isTooLarge = process.memoryUsage.rss() - before > megabytes * 1e6;
      const isTooLong = (user + system) / 1e6 > seconds;
      if (!isTooLarge && !isTooLong) return;
      end({ kind: isTooLarge ? "too-large" : "too-long" });
      void worker.terminate();
    }, PERIOD);
    worker.on("message", onMessage);
    worker.on("error", (error: NodeJS.ErrnoException) =>
      end(error.code === "ERR_WORKER_OUT_OF_MEMORY" ? { kind: "too-large" } : { kind: "failed", error }),
    );
    worker.on("exit", (code) => end({ kind: "done", code }));
  });
}
