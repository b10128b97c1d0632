/** The worker's side of worker.ts, and the messages between the two. */
import { parentPort, workerData } from "node:worker_threads";
import type { EngineSettings } from "../engine/analysis/settings.ts";
import type { AnalyzeOptions, FileAnalysis } from "../engine/contract/engine.types.ts";
import type { Report } from "../engine/contract/report.ts";
import type { RewriteResult } from "../engine/contract/rewrite.ts";
import type { SimulationResult, SuggestionResult } from "../engine/contract/separable.ts";
import { faultForLog } from "../engine/interpret/internal.ts";
import type { UnsavedText } from "../node/host.ts";
import {
  type AnalystConfig,
  Cancelled,
  type Inputs,
  LocalAnalyst,
  type MakeEngine,
  type RewriteRequest,
  type SimulationRequest,
  type SuggestionRequest,
} from "./analyst.ts";
import { RunningPlace } from "./runningPlace.ts";
import { SightMemory } from "./sightMemory.ts";
import { type ShortAnalysis, shortened } from "./toldReports.ts";

export type ToWorker =
  | { readonly type: "configure"; readonly config: AnalystConfig }
  | { readonly type: "text"; readonly file: string; readonly text: UnsavedText | undefined }
  | { readonly type: "changed"; readonly files: readonly string[] }
  | { readonly type: "ask"; readonly id: number; readonly question: Question };

export type Question =
  | {
      readonly kind: "analyze";
      readonly file: string;
      readonly inputs: Inputs;
      /** The network in focus. */
      readonly network: string | undefined;
    }
  | { readonly kind: "simulate"; readonly file: string; readonly options: SimulationRequest }
  | { readonly kind: "suggest"; readonly file: string; readonly options: SuggestionRequest }
  | { readonly kind: "rewrite"; readonly file: string; readonly options: RewriteRequest };

/** Each kind of question has its own kind of answer. */
export type Answer = FileAnalysis | SimulationResult | SuggestionResult | RewriteResult;

export type FromWorker =
  /** Said once: what the worker needs is loaded, and time counts from here. */
  | { readonly ready: true }
  /** A fault of the engine's own, for the log. */
  | { readonly fault: string }
  | { readonly id: number; readonly part: FileAnalysis }
  | { readonly id: number; readonly answer: Exclude<Answer, FileAnalysis> }
  | { readonly id: number; readonly analysis: ShortAnalysis }
  | { readonly id: number; readonly cancelled: true }
  | { readonly id: number; readonly error: string };

/** What a worker is started with: memory that both sides see while the worker is too busy for messages. */
export interface WorkerData {
  /** The id of the question that it shall stop. */
  readonly cancelled: Int32Array;
  /** Of a `RunningPlace`. */
  readonly running: SharedArrayBuffer;
  /** Of a `SightMemory`. */
  readonly sight: SharedArrayBuffer;
}

/** Where the engine tells of itself. */
export type Listeners = Pick<EngineSettings, "onFault" | "onProgress">;

/** `load` prepares what the engine needs (the parsers) before the first message is taken. */
export async function serveWorker(load: (listeners: Listeners) => Promise<MakeEngine>): Promise<void> {
  const port = parentPort;
  if (!port) throw new Error("not in a worker");
  const { cancelled, running, sight }: WorkerData = workerData;
  const place = new RunningPlace(running);
  const seen = new SightMemory(sight);
  const analyst = new LocalAnalyst(
    await load({
      onFault: (fault, at) => port.postMessage({ fault: faultForLog(fault, at) } satisfies FromWorker),
      onProgress: (at) => at && place.write(at),
    }),
  );
  port.on("message", (message: ToWorker) => {
    switch (message.type) {
      case "configure":
        return analyst.configure(message.config);
      case "text":
        return analyst.setText(message.file, message.text);
      case "changed":
        return analyst.changed(message.files);
      case "ask":
        return port.postMessage(answer(analyst, message, optionsOf(message)));
    }
  });
  port.postMessage({ ready: true } satisfies FromWorker);

  function optionsOf({ id, question }: Asked): Watched {
    const network = question.kind === "analyze" ? question.network : undefined;
    return {
      isCancelled: () => Atomics.load(cancelled, 0) === id,
      sight: () => ({ ...seen.read(), network }),
      onPart: (part) => port?.postMessage({ id, part } satisfies FromWorker),
    };
  }
}

type Asked = Pick<Extract<ToWorker, { readonly type: "ask" }>, "id" | "question">;
type Watched = Required<Pick<AnalyzeOptions, "isCancelled" | "sight" | "onPart">>;

function answer(analyst: LocalAnalyst, { id, question }: Asked, options: Watched): FromWorker {
  try {
    if (question.kind !== "analyze") return { id, answer: answerNow(analyst, question) };
    const told: Report[] = [];
    const onPart = (part: FileAnalysis): void => {
      told.push(...part.reports);
      options.onPart(part);
    };
    const analysis = analyst.analyzeNow(question.file, { ...options, onPart, inputs: question.inputs });
    return { id, analysis: shortened(analysis, told) };
  } catch (error) {
    if (error instanceof Cancelled) return { id, cancelled: true };
    return { id, error: textOf(error) };
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function answerNow(
  analyst: LocalAnalyst,
  question: Exclude<Question, { readonly kind: "analyze" }>,
): Exclude<Answer, FileAnalysis> {
  switch (question.kind) {
    case "simulate":
      return analyst.simulateNow(question.file, question.options);
    case "suggest":
      return analyst.suggestNow(question.file, question.options);
    case "rewrite":
      return analyst.rewriteNow(question.file, question.options);
  }
}
