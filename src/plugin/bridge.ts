/**
 * What TypeScript's thread and the engine's say to each other. The engine asks for files in the middle of its work and
 * sleeps until it is answered; TypeScript's thread answers while it waits for figures, and whenever it is idle.
 */
import type { MessagePort } from "node:worker_threads";
import type { FileAnalysis } from "../engine/contract/engine.types.ts";

/** What the engine's thread is started with. */
export interface ThreadData {
  /** For all but questions: what the thread says, and the answers to its calls. */
  readonly port: MessagePort;
  readonly signals: Int32Array;
  /** Of a `RunningPlace`. */
  readonly running: SharedArrayBuffer;
}

/** Places in the shared `signals`, which are seen at once, whatever either thread is doing. */
export const SIGNALS = {
  /** The question that is to be given up. */
  cancelled: 0,
  /** Messages of the engine's thread so far. */
  posted: 1,
  /** Answered calls so far. */
  answered: 2,
} as const;

export interface Question {
  readonly id: number;
  /** Each project has an engine of its own. */
  readonly project: number;
  readonly file: string;
  readonly inputs: Readonly<Record<string, readonly string[]>>;
  readonly size: number;
  /** For one network. */
  readonly steps: number;
}

export type ToThread =
  | { readonly type: "ask"; readonly question: Question }
  /** The project was closed. */
  | { readonly type: "forget"; readonly project: number };

export type FromThread =
  /** Said once: questions are taken from here on. */
  | { readonly type: "ready" }
  /** `at`: when it was asked, by `now`. */
  | { readonly type: "call"; readonly call: HostCall; readonly at: number }
  | { readonly type: "log"; readonly text: string }
  /** Without an analysis when the question was given up, or failed. */
  | { readonly type: "done"; readonly analysis: FileAnalysis | undefined };

/** What the engine asks of the project in the middle of an analysis. */
export type HostCall =
  /** `known`: the version that the thread has the text of. */
  | { readonly kind: "source"; readonly file: string; readonly known: string | undefined }
  | { readonly kind: "isFile"; readonly file: string }
  | { readonly kind: "isDirectory"; readonly file: string }
  | { readonly kind: "resolve"; readonly specifier: string; readonly from: string };

export interface HostAnswers {
  readonly source: Source;
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  readonly resolve: string | undefined;
}

export interface Source {
  readonly version: string | undefined;
  /** Left out when the version is the one that the thread knows. */
  readonly text?: string | undefined;
}

export type HostReply =
  | { readonly answer: HostAnswers[HostCall["kind"]] }
  /** The project could not say. */
  | { readonly error: string };

/** Milliseconds of a clock that all threads of the process share and nobody can set. */
export function now(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}
