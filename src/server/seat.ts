/** One worker thread and the one question that it works on, with the clock that watches it from outside. */
import { Worker } from "node:worker_threads";
import type { FileAnalysis, Sight } from "../engine/contract/engine.types.ts";
import type { Report } from "../engine/contract/report.ts";
import { Cancelled } from "./analyst.ts";
import { type Running, RunningPlace } from "./runningPlace.ts";
import type { Answer, FromWorker, Question, ToWorker, WorkerData } from "./serveWorker.ts";
import { SightMemory } from "./sightMemory.ts";
import { restored } from "./toldReports.ts";

export interface Task {
  readonly id: number;
  readonly question: Question;
  /** The unsaved text that the question is about. */
  readonly text: string | undefined;
  /** A worker takes it up; what it is told from then on does not change the answer. */
  begun(): void;
  /** Networks are done. */
  part(part: FileAnalysis): void;
  /** Settled with the question, whatever comes of it. */
  readonly ended: Promise<void>;
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/** Why a worker ended with a task unanswered. */
export type End = "time" | "memory" | "cancelled" | "preempted" | Error;

export interface SeatOptions {
  readonly script: string;
  /** Bounds the worker's heap. */
  readonly megabytes: number;
  /** A task that runs for this many milliseconds is long: others need not wait for it. */
  readonly long: number;
  /** Users are told of a task that runs for this many milliseconds. */
  readonly slow: number;
  /** A cancelled task that does not stop within this many milliseconds is ended with its worker. */
  readonly grace: number;
  /** The worker is free, or its task has become long. */
  changed(): void;
  /** The task is slow; `at` is the line that runs. */
  lingers(task: Task, at: Running | undefined): void;
  /** The engine had a fault of its own. */
  fault(stack: string): void;
  /** The worker is gone; `at` is the line that ran. */
  ended(seat: Seat, why: End, task: Task | undefined, at: Running | undefined): void;
}

export class Seat {
  readonly #options: SeatOptions;
  readonly #worker: Worker;
  readonly #cancelled = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  readonly #running = new RunningPlace();
  readonly #sight = new SightMemory();
  readonly #timers = new Set<NodeJS.Timeout>();
  #ready = false;
  #task: Task | undefined;
  /** Of the task's parts. */
  #told: Report[] = [];
  #limit = 0;
  #since = 0;
  #long = false;
  #stopping = false;
  #gone = false;

  constructor(options: SeatOptions) {
    this.#options = options;
    this.#worker = new Worker(options.script, {
      workerData: {
        cancelled: this.#cancelled,
        running: this.#running.memory,
        sight: this.#sight.memory,
      } satisfies WorkerData,
      resourceLimits: { maxOldGenerationSizeMb: options.megabytes },
    });
    this.#worker.on("message", (message: FromWorker) => this.#hear(message));
    this.#worker.on("error", (error: Error & { code?: string }) =>
      this.#end(error.code === "ERR_WORKER_OUT_OF_MEMORY" ? "memory" : error),
    );
    this.#worker.on("exit", () => this.#end(new Error("the analysis thread ended")));
    this.#worker.unref();
  }

  get isFree(): boolean {
    return this.#task === undefined;
  }

  /** Its task has run for so long that others go elsewhere. */
  get isLong(): boolean {
    return this.#long;
  }

  /** The question that it works on, unless that one is to end already. */
  get task(): Task | undefined {
    return this.#stopping ? undefined : this.#task;
  }

  /** When its task began. */
  get since(): number {
    return this.#since;
  }

  has(task: Task): boolean {
    return this.#task === task;
  }

  /** Ends the worker so that another question is answered; the task is asked again. */
  preempt(): void {
    this.#end("preempted");
  }

  tell(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  /** Where the user looks in the file that it works on. */
  look(sight: Sight): void {
    this.#sight.write(sight);
  }

  /** `limit`: how many milliseconds the task may take. */
  run(task: Task, limit: number): void {
    this.#task = task;
    this.#told = [];
    this.#limit = limit;
    this.#since = performance.now();
    this.#running.clear();
    this.tell({ type: "ask", id: task.id, question: task.question });
    task.begun();
    if (this.#ready) this.#watch();
  }

  /** Who asked waits no longer; a worker that spins and never looks up is ended. */
  cancel(task: Task): void {
    task.reject(new Cancelled());
    Atomics.store(this.#cancelled, 0, task.id);
    this.#stopping = true;
    // A worker that still loads has not seen the question, and would load anew after each cancelled one.
    if (!this.#ready) return;
    this.#after(this.#options.grace, () => this.#end("cancelled"));
    // Most stop at once: the file's next question need not go where its state is not.
    this.#long = false;
    this.#longLater();
  }

  dispose(): void {
    this.#gone = true;
    this.#clear();
    this.#task?.reject(new Cancelled());
    void this.#worker.terminate();
  }

  #hear(message: FromWorker): void {
    if (this.#gone) return;
    if ("ready" in message) {
      this.#ready = true;
      if (this.#task) this.#watch();
      return;
    }
    if ("fault" in message) {
      this.#options.fault(message.fault);
      return;
    }
    const task = this.#task;
    if (task?.id !== message.id) return;
    if ("part" in message) {
      this.#told.push(...message.part.reports);
      if (!this.#stopping) task.part(message.part);
      return;
    }
    this.#clear();
    this.#task = undefined;
    if ("answer" in message) task.resolve(message.answer);
    else if ("analysis" in message) task.resolve(restored(message.analysis, this.#told));
    else task.reject("cancelled" in message ? new Cancelled() : new Error(message.error));
    this.#options.changed();
  }

  #watch(): void {
    if (this.#stopping) this.#after(this.#options.grace, () => this.#end("cancelled"));
    this.#after(this.#limit, () => this.#end("time"));
    this.#after(this.#options.slow, () => {
      if (this.task) this.#options.lingers(this.task, this.#running.read());
    });
    this.#longLater();
  }

  #longLater(): void {
    this.#after(this.#options.long, () => {
      this.#long = true;
      this.#options.changed();
    });
  }

  #end(why: End): void {
    if (this.#gone) return;
    const task = this.#task;
    // Its text may be another by now: nothing is learnt about it.
    const cause = this.#stopping ? "cancelled" : why;
    this.#task = undefined;
    this.dispose();
    this.#options.ended(this, cause, task, this.#running.read());
  }

  #after(milliseconds: number, act: () => void): void {
    const timer = setTimeout(act, milliseconds);
    timer.unref();
    this.#timers.add(timer);
  }

  #clear(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#long = false;
    this.#stopping = false;
  }
}
