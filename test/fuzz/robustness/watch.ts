/** Runs cases in a thread under a watch: one that takes too long or too much memory is a finding, and ends alone. */
import { Worker } from "node:worker_threads";
import type { Progress, WorkOrder } from "./cases.ts";
import type { Finding } from "./part.ts";

/** CPU seconds of one case. */
const SECONDS = 45;
const MEGABYTES = 2000;
const PERIOD = 500;

export interface Watched {
  readonly script: string;
  readonly order: WorkOrder;
  /** No case starts after this moment of `performance.now()`. */
  readonly until: number;
  readonly tell: (part: string, index: number, findings: readonly Finding[]) => void;
}

export interface Watch {
  readonly cases: number;
  readonly seconds: number;
  /** The case that took most processor time. */
  readonly slowest: { readonly index: number; readonly seconds: number };
}

export async function watchCases({ script, order, until, tell }: Watched): Promise<Watch> {
  const start = performance.now();
  let slowest = { index: order.from, seconds: 0 };

  let next = order.from;
  while (next < order.to && performance.now() < until) {
    const { reached, problem } = await runThread(
      script,
      { ...order, from: next },
      until,
      (part, index, findings, seconds) => {
        if (seconds > slowest.seconds) slowest = { index, seconds };
        tell(part, index, findings);
      },
    );
    if (problem) tell(order.part, reached, [problem]);
    next = problem ? reached + 1 : reached;
    if (!problem) break;
  }
  return { cases: next - order.from, seconds: (performance.now() - start) / 1000, slowest };
}

interface Ended {
  /** The case that is next, or the one that went wrong. */
  readonly reached: number;
  readonly problem?: Finding;
}

type TellTimed = (part: string, index: number, findings: readonly Finding[], seconds: number) => void;

function runThread(script: string, order: WorkOrder, until: number, tell: TellTimed): Promise<Ended> {
  const worker = new Worker(script, {
    workerData: order,
    resourceLimits: { maxOldGenerationSizeMb: MEGABYTES },
  });
  let reached = order.from;
  let started = process.cpuUsage();
  return new Promise((resolve) => {
    const end = (problem?: Finding): void => {
      clearInterval(clock);
      resolve({ reached, ...(problem && { problem }) });
      void worker.terminate();
    };
    const spent = (): number => {
      const { user, system } = process.cpuUsage(started);
      return (user + system) / 1e6;
    };
    const clock = setInterval(() => {
      if (spent() > SECONDS) end({ kind: "hangs", detail: `more than ${SECONDS} s of processor time` });
    }, PERIOD);
    worker.on("message", (progress: Progress) => {
      if (progress.kind === "starts") started = process.cpuUsage();
      else {
        reached = progress.index + 1;
        tell(order.part, progress.index, progress.findings, spent());
        if (performance.now() > until) end();
      }
    });
    worker.on("error", (error) => end({ kind: "ends the thread", detail: String(error.stack ?? error) }));
    worker.on("exit", () => end());
  });
}
