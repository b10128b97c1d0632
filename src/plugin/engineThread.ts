/**
 * The engine in a thread of its own, which all projects of a tsserver share. The newest question goes first: the one
 * that runs makes room and is taken up again afterwards. One that takes too long is ended with its thread, from outside.
 */

import { visible } from "../engine/base/visible.ts";
import type { FileAnalysis } from "../engine/contract/engine.types.ts";
import { faultForLog } from "../engine/interpret/internal.ts";
import { type FromThread, type HostAnswers, type HostCall, now, type Question } from "./bridge.ts";
import { Channel } from "./channel.ts";

/** A question, and what becomes of it. */
export interface Job extends Omit<Question, "id"> {
  /** Of one file: what takes longer is ended. */
  readonly milliseconds: number;
  /** What the project says to the engine. */
  answer(call: HostCall): HostAnswers[HostCall["kind"]];
  /** Called once; undefined when there is nothing to tell until something changes. */
  settle(analysis: FileAnalysis | undefined): void;
}

export interface EngineThreadOptions {
  /** Built from thread.ts. */
  readonly script: string;
  log(text: string): void;
}

interface Running {
  readonly id: number;
  readonly job: Job;
  isCancelled: boolean;
  isDropped: boolean;
}

const MEGABYTES = 1_024;
/** A question that is given up and does not stop within this many milliseconds is ended with its thread. */
const GRACE = 1_000;
/** A thread that takes longer to load never will. */
const LOADING = 60_000;
/** A timer takes no more. */
const LONGEST = 2 ** 31 - 1;

export class EngineThread {
  readonly #options: EngineThreadOptions;
  /** Those that asked, and are open. */
  readonly #projects = new Set<number>();
  /** The newest last. */
  #waiting: Job[] = [];
  #channel: Channel | undefined;
  #isReady = false;
  /** It could not be loaded, and is not tried again. */
  #isBroken = false;
  #running: Running | undefined;
  /** When what the thread does has taken too long. */
  #due = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #count = 0;

  constructor(options: EngineThreadOptions) {
    this.#options = options;
  }

  ask(job: Job): void {
    this.#projects.add(job.project);
    this.#waiting.push(job);
    if (this.#running) this.#cancel(this.#running);
    this.#next();
  }

  /** Nobody wants to know any more. */
  drop(job: Job): void {
    this.#waiting = this.#waiting.filter((waiting) => waiting !== job);
    if (this.#running?.job !== job) return;
    this.#running.isDropped = true;
    this.#cancel(this.#running);
  }

  /** Serves the engine for so many milliseconds, or until that is enough. A thread that still loads is not waited for. */
  wait(milliseconds: number, isEnough: () => boolean): void {
    this.#endWhatIsLate();
    this.#channel?.catchUp(() => this.#isReady);
    if (this.#isReady) this.#channel?.listen(milliseconds, isEnough);
    this.#endWhatIsLate();
  }

  /** The project was closed, and its jobs dropped. Without projects there is no thread. */
  forget(project: number): void {
    if (!this.#projects.delete(project)) return;
    if (this.#projects.size === 0) this.#close();
    else this.#channel?.tell({ type: "forget", project });
  }

  /** Gives the thread its newest question, once it is free. */
  #next(): void {
    if (this.#running || this.#waiting.length === 0) return;
    if (!this.#channel && !this.#isBroken) this.#open();
    if (this.#isBroken) for (const job of this.#waiting.splice(0)) job.settle(undefined);
    const job = this.#isReady ? this.#waiting.pop() : undefined;
    if (!job) return;
    this.#count += 1;
    const { project, file, inputs, size, steps } = job;
    this.#channel?.forgetRunning();
    this.#running = { id: this.#count, job, isCancelled: false, isDropped: false };
    const question = { id: this.#count, project, file, inputs, size, steps };
    this.#channel?.tell({ type: "ask", question });
    this.#watch(now() + job.milliseconds);
  }

  #open(): void {
    this.#watch(now() + LOADING);
    const ended = (error: Error): void => {
      const { job, isCancelled } = this.#running ?? {};
      if (job && !isCancelled) this.#options.log(faultForLog(error, this.#channel?.running));
      this.#ended(`the analysis thread ended: ${error.message}`);
    };
    try {
      const heard = (message: FromThread): void => this.#hear(message);
      this.#channel = new Channel({ script: this.#options.script, megabytes: MEGABYTES, heard, ended });
    } catch (error) {
      ended(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #cancel(running: Running): void {
    running.isCancelled = true;
    this.#channel?.cancel(running.id);
    this.#watch(Math.min(this.#due, now() + GRACE));
  }

  #hear(message: FromThread): void {
    switch (message.type) {
      case "ready":
        this.#isReady = true;
        this.#watch(Number.POSITIVE_INFINITY);
        this.#next();
        break;
      case "call":
        this.#serve(message.call, message.at);
        break;
      case "log":
        // What was given up may well fail.
        if (!this.#running?.isCancelled) this.#options.log(message.text);
        break;
      case "done":
        this.#settle(message.analysis);
        this.#next();
    }
  }

  #serve(call: HostCall, at: number): void {
    const running = this.#running;
    try {
      if (!running || running.isDropped) throw new Error("nobody asks any more");
      this.#channel?.reply({ answer: running.job.answer(call) });
    } catch (error) {
      this.#channel?.reply({ error: String(error) });
    }
    // The engine did not run while TypeScript was busy with other work.
    this.#due += now() - at;
  }

  #settle(analysis: FileAnalysis | undefined): void {
    const running = this.#running;
    this.#running = undefined;
    this.#watch(Number.POSITIVE_INFINITY);
    if (!running || running.isDropped) return;
    if (analysis || !running.isCancelled) running.job.settle(analysis);
    else this.#waiting.unshift(running.job);
  }

  #watch(due: number): void {
    clearTimeout(this.#timer);
    this.#due = due;
    if (due === Number.POSITIVE_INFINITY) return;
    const check = (): void => {
      this.#endWhatIsLate();
      this.#watch(this.#due);
    };
    this.#timer = setTimeout(check, Math.min(Math.max(due - now(), 1), LONGEST));
    this.#timer.unref();
  }

  #isLate(): boolean {
    return now() >= this.#due;
  }

  #endWhatIsLate(): void {
    if (!this.#isLate()) return;
    // It may be an answer or a call that TypeScript was too busy to hear.
    this.#channel?.catchUp(() => !this.#isLate());
    if (!this.#isLate()) return;
    const job = this.#running?.job;
    this.#ended(
      job ? `analysis ended after ${job.milliseconds / 1_000} s` : "the analysis thread did not load",
    );
  }

  /** The thread is gone or has to go: what it was at is left alone, unless it only did not make room in time. */
  #ended(why: string): void {
    const { job, isCancelled } = this.#running ?? {};
    const at = this.#channel?.running;
    if (!this.#isReady) this.#isBroken = true;
    if (!job) this.#options.log(why);
    else if (!isCancelled)
      this.#options.log(
        `${why}${at ? ` at ${visible(at.file)}:${at.line}` : ""}; ${visible(job.file)} is left alone until it changes`,
      );
    this.#channel?.close();
    this.#channel = undefined;
    this.#isReady = false;
    this.#settle(undefined);
    this.#next();
  }

  #close(): void {
    this.#channel?.close();
    this.#channel = undefined;
    this.#isReady = false;
    this.#running = undefined;
    this.#watch(Number.POSITIVE_INFINITY);
  }
}
