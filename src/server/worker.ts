/**
 * The engine in a thread of its own, so that the server hears of the next key press while a slow file is traced.
 * Messages keep their order; cancellation overtakes them through shared memory.
 */
import { parentPort, Worker, workerData } from "node:worker_threads";
import type { FileAnalysis } from "../engine/engine.types.ts";
import type { SimulationResult, SuggestionResult } from "../engine/separable/contract.ts";
import type { RewriteResult } from "../engine/separable/rewrite/contract.ts";
import type { UnsavedText } from "../node/host.ts";
import {
  type Analyst,
  type AnalystConfig,
  Cancelled,
  type Inputs,
  LocalAnalyst,
  type MakeEngine,
  type RewriteRequest,
  type SimulationRequest,
  type SuggestionRequest,
} from "./analyst.ts";

type ToWorker =
  | { readonly type: "configure"; readonly config: AnalystConfig }
  | { readonly type: "text"; readonly file: string; readonly text: UnsavedText | undefined }
  | { readonly type: "changed"; readonly files: readonly string[] }
  | { readonly type: "ask"; readonly id: number; readonly question: Question };

type Question =
  | { readonly kind: "analyze"; readonly file: string; readonly inputs: Inputs }
  | { readonly kind: "simulate"; readonly file: string; readonly options: SimulationRequest }
  | { readonly kind: "suggest"; readonly file: string; readonly options: SuggestionRequest }
  | { readonly kind: "rewrite"; readonly file: string; readonly options: RewriteRequest };

/** Each kind of question has its own kind of answer. */
type Answer = FileAnalysis | SimulationResult | SuggestionResult | RewriteResult;

type FromWorker =
  | { readonly id: number; readonly answer: Answer }
  | { readonly id: number; readonly cancelled: true }
  | { readonly id: number; readonly error: string };

interface Waiter {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/** An id marks its slot when it is cancelled; far fewer than this many analyses wait at once. */
const SLOTS = 1024;

export class WorkerAnalyst implements Analyst {
  readonly #script: string;
  readonly #cancelled = new Int32Array(new SharedArrayBuffer(SLOTS * Int32Array.BYTES_PER_ELEMENT));
  readonly #waiters = new Map<number, Waiter>();
  readonly #texts = new Map<string, UnsavedText>();
  #config: AnalystConfig | undefined;
  #worker: Worker | undefined;
  #lastId = 0;

  /** `script` is the file whose worker side calls `serveWorker`. */
  constructor(script: string) {
    this.#script = script;
  }

  configure(config: AnalystConfig): void {
    this.#config = config;
    this.#post({ type: "configure", config });
  }

  setText(file: string, text: UnsavedText | undefined): void {
    if (text) this.#texts.set(file, text);
    else this.#texts.delete(file);
    this.#post({ type: "text", file, text });
  }

  changed(files: readonly string[]): void {
    this.#post({ type: "changed", files });
  }

  analyze(file: string, inputs: Inputs, signal: AbortSignal): Promise<FileAnalysis> {
    return this.#ask({ kind: "analyze", file, inputs }, signal) as Promise<FileAnalysis>;
  }

  simulate(file: string, options: SimulationRequest): Promise<SimulationResult> {
    return this.#ask({ kind: "simulate", file, options }) as Promise<SimulationResult>;
  }

  suggest(file: string, options: SuggestionRequest): Promise<SuggestionResult> {
    return this.#ask({ kind: "suggest", file, options }) as Promise<SuggestionResult>;
  }

  rewrite(file: string, options: RewriteRequest): Promise<RewriteResult> {
    return this.#ask({ kind: "rewrite", file, options }) as Promise<RewriteResult>;
  }

  #ask(question: Question, signal?: AbortSignal): Promise<Answer> {
    if (signal?.aborted) return Promise.reject(new Cancelled());
    this.#lastId += 1;
    const id = this.#lastId;
    signal?.addEventListener("abort", () => Atomics.store(this.#cancelled, id % SLOTS, id), { once: true });
    return new Promise((resolve, reject) => {
      this.#waiters.set(id, { resolve, reject });
      this.#post({ type: "ask", id, question });
    });
  }

  dispose(): void {
    const worker = this.#worker;
    this.#worker = undefined;
    void worker?.terminate();
  }

  #post(message: ToWorker): void {
    this.#running().postMessage(message);
  }

  /** The worker, started anew with what it must know when there is none or it died. */
  #running(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(this.#script, { workerData: { cancelled: this.#cancelled } });
    this.#worker = worker;
    worker.on("message", (answer: FromWorker) => this.#settle(answer));
    worker.on("error", (error) => this.#fail(worker, error));
    worker.on("exit", () => this.#fail(worker, new Error("the analysis thread ended")));
    worker.unref();
    if (this.#config) worker.postMessage({ type: "configure", config: this.#config } satisfies ToWorker);
    for (const [file, text] of this.#texts)
      worker.postMessage({ type: "text", file, text } satisfies ToWorker);
    return worker;
  }

  #settle(answer: FromWorker): void {
    const waiter = this.#waiters.get(answer.id);
    this.#waiters.delete(answer.id);
    if ("answer" in answer) waiter?.resolve(answer.answer);
    else if ("cancelled" in answer) waiter?.reject(new Cancelled());
    else waiter?.reject(new Error(answer.error));
  }

  #fail(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    for (const waiter of this.#waiters.values()) waiter.reject(error);
    this.#waiters.clear();
  }
}

/** The worker's side: `load` prepares what the engine needs (the parsers) before the first message is taken. */
export async function serveWorker(load: () => Promise<MakeEngine>): Promise<void> {
  const port = parentPort;
  if (!port) throw new Error("not in a worker");
  const cancelled: Int32Array = workerData.cancelled;
  const analyst = new LocalAnalyst(await load());
  port.on("message", (message: ToWorker) => {
    switch (message.type) {
      case "configure":
        return analyst.configure(message.config);
      case "text":
        return analyst.setText(message.file, message.text);
      case "changed":
        return analyst.changed(message.files);
      case "ask":
        return port.postMessage(answer(analyst, message, cancelled));
    }
  });
}

function answer(
  analyst: LocalAnalyst,
  { id, question }: { readonly id: number; readonly question: Question },
  cancelled: Int32Array,
): FromWorker {
  try {
    const isCancelled = () => Atomics.load(cancelled, id % SLOTS) === id;
    return { id, answer: answerNow(analyst, question, isCancelled) };
  } catch (error) {
    if (error instanceof Cancelled) return { id, cancelled: true };
    return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function answerNow(analyst: LocalAnalyst, question: Question, isCancelled: () => boolean): Answer {
  switch (question.kind) {
    case "analyze":
      return analyst.analyzeNow(question.file, question.inputs, isCancelled);
    case "simulate":
      return analyst.simulateNow(question.file, question.options);
    case "suggest":
      return analyst.suggestNow(question.file, question.options);
    case "rewrite":
      return analyst.rewriteNow(question.file, question.options);
  }
}
