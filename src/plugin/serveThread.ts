/** The engine's thread: answers questions about files of TypeScript's projects, which it sees only by asking. */
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { DEFAULT_SETTINGS, type EngineSettings } from "../engine/analysis/settings.ts";
import type { Engine, FileAnalysis, ModelHost } from "../engine/contract/engine.types.ts";
import { faultForLog, type OnFault } from "../engine/interpret/internal.ts";
import { RunningPlace } from "../server/runningPlace.ts";
import {
  type FromThread,
  type HostAnswers,
  type HostCall,
  type HostReply,
  now,
  type Question,
  SIGNALS,
  type ThreadData,
  type ToThread,
} from "./bridge.ts";

const { port, signals, running }: ThreadData = workerData;
const place = new RunningPlace(running);

export type MakeEngine = (host: ModelHost, settings: Partial<EngineSettings>) => Engine;

/** `load` prepares what engines need before the first question is taken. */
export async function serveThread(load: () => Promise<MakeEngine>): Promise<void> {
  const makeEngine = await load();
  const projects = new Map<number, ProjectEngine>();
  parentPort?.on("message", (message: ToThread) => {
    if (message.type === "forget") return projects.delete(message.project);
    const { project } = message.question;
    const engine = projects.get(project) ?? new ProjectEngine(makeEngine);
    projects.set(project, engine);
    return post({ type: "done", analysis: engine.analyze(message.question) });
  });
  post({ type: "ready" });
}

class ProjectEngine {
  #made: { readonly settings: string; readonly files: ProjectFiles; readonly engine: Engine } | undefined;

  constructor(readonly makeEngine: MakeEngine) {}

  /** Undefined when the question was given up. */
  analyze({ id, file, inputs, size, steps }: Question): FileAnalysis | undefined {
    const isCancelled = (): boolean => Atomics.load(signals, SIGNALS.cancelled) === id;
    const { files, engine } = this.#make(size, steps);
    const analysis = engine.analyze(file, { isCancelled, inputs });
    files.forget();
    return isCancelled() ? undefined : analysis;
  }

  #make(inputSize: number, steps: number) {
    const settings = `${inputSize} ${steps}`;
    if (this.#made?.settings === settings) return this.#made;
    const files = new ProjectFiles();
    const limits = { ...DEFAULT_SETTINGS.limits, steps };
    const onProgress: EngineSettings["onProgress"] = (at) => at && place.write(at);
    const engine = this.makeEngine(files, { limits, inputSize, onFault: log, onProgress });
    this.#made = { settings, files, engine };
    return this.#made;
  }
}

/** The project's files. Within one analysis nothing is asked twice, and no text comes a second time in one version. */
class ProjectFiles implements ModelHost {
  readonly searchPaths = [];
  readonly #answers = new Map<string, HostAnswers[HostCall["kind"]]>();
  /** Versions of the texts that the engine has read, and keeps. */
  readonly #read = new Map<string, string | undefined>();

  /** What was answered holds for one analysis: the project may be another at the next. */
  forget(): void {
    this.#answers.clear();
  }

  version(file: string): string | undefined {
    return this.#ask("source", file, { kind: "source", file, known: this.#read.get(file) }).version;
  }

  read(file: string): string | undefined {
    const ask = () => this.#ask("source", file, { kind: "source", file, known: undefined });
    // A version alone was asked for before, and the engine kept no text of it after all.
    if (!("text" in ask())) this.#answers.delete(keyOf("source", file));
    const { version, text } = ask();
    this.#read.set(file, version);
    return text;
  }

  isFile(file: string): boolean {
    return this.#ask("isFile", file, { kind: "isFile", file });
  }

  isDirectory(file: string): boolean {
    return this.#ask("isDirectory", file, { kind: "isDirectory", file });
  }

  list(): readonly string[] {
    return [];
  }

  resolve(specifier: string, from: string): string | undefined {
    return this.#ask("resolve", `${specifier}\0${from}`, { kind: "resolve", specifier, from });
  }

  #ask<K extends HostCall["kind"]>(kind: K, about: string, call: HostCall): HostAnswers[K] {
    const key = keyOf(kind, about);
    if (!this.#answers.has(key)) this.#answers.set(key, callHost(call));
    return this.#answers.get(key) as HostAnswers[K];
  }
}

function keyOf(kind: HostCall["kind"], about: string): string {
  return `${kind} ${about}`;
}

function callHost(call: HostCall): HostAnswers[HostCall["kind"]] {
  const answered = Atomics.load(signals, SIGNALS.answered);
  post({ type: "call", call, at: now() });
  Atomics.wait(signals, SIGNALS.answered, answered);
  const received: { readonly message: HostReply } | undefined = receiveMessageOnPort(port);
  if (!received) throw new Error(`no answer to ${call.kind}`);
  if ("error" in received.message) throw new Error(received.message.error);
  return received.message.answer;
}

const log: OnFault = (fault, at) => post({ type: "log", text: faultForLog(fault, at) });

function post(message: FromThread): void {
  port.postMessage(message);
  Atomics.add(signals, SIGNALS.posted, 1);
  Atomics.notify(signals, SIGNALS.posted);
}
