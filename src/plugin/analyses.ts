/** Analyses of a project's files, kept for as long as everything that they were made from stays the same. */

import { DEFAULT_SETTINGS } from "../engine/analysis/settings.ts";
import { entryOf } from "../engine/base/table.ts";
import type { FileAnalysis } from "../engine/contract/engine.types.ts";
import type { PluginConfig } from "../protocol/plugin.ts";
import { languageOfFile, looksLikeModelCode } from "../server/recognize.ts";
import { now } from "./bridge.ts";
import type { EngineThread, Job } from "./engineThread.ts";
import type { ProjectHost, Sources } from "./projectHost.ts";

/** Milliseconds that quick info waits for figures: with all that is done besides, it is held up for 200 at most. */
const PATIENCE = 150;
const KEPT = 32;

/** The analysis goes on; who asks again later is told. */
export const LATER = Symbol("later");

interface Basis {
  readonly sources: Sources;
  readonly projectVersion: string | undefined;
  /** What was asked, but for the file. */
  readonly key: string;
}

interface Kept extends Basis {
  readonly analysis: FileAnalysis | undefined;
}

interface Begun extends Basis {
  readonly job: Job;
}

let projects = 0;

export class Analyses {
  readonly #thread: EngineThread;
  readonly #host: ProjectHost;
  readonly #project = ++projects;
  readonly #kept = new Map<string, Kept>();
  readonly #begun = new Map<string, Begun>();

  constructor(thread: EngineThread, host: ProjectHost) {
    this.#thread = thread;
    this.#host = host;
  }

  /** Undefined when the file is no model code, or was too much for the engine. */
  get(file: string, config: PluginConfig): FileAnalysis | undefined | typeof LATER {
    if (languageOfFile(file) !== "typescript") return undefined;
    const until = now() + PATIENCE;
    const inputs = { ...entryOf(config.views, file)?.inputs };
    const { steps, milliseconds } = config;
    const size = config.defaultInput.at(-1) ?? DEFAULT_SETTINGS.inputSize;
    const key = JSON.stringify([inputs, size, steps]);
    const before = this.#kept.get(file);
    if (before && this.#stands(before, key)) return before.analysis;
    const begun = this.#begun.get(file);
    if (!begun || !this.#stands(begun, key)) {
      if (begun) this.#drop(file, begun);
      this.#begin({ file, inputs, size, steps, milliseconds }, key);
    }
    this.#thread.wait(until - now(), () => !this.#begun.has(file));
    return this.#begun.has(file) ? LATER : this.#kept.get(file)?.analysis;
  }

  /** The project was closed. */
  dispose(): void {
    for (const [file, begun] of this.#begun) this.#drop(file, begun);
    this.#kept.clear();
    this.#thread.forget(this.#project);
  }

  #begin(question: Pick<Job, "file" | "inputs" | "size" | "steps" | "milliseconds">, key: string): void {
    const { file } = question;
    const sources: Sources = { versions: new Map([[file, this.#host.version(file)]]), missed: false };
    const basis = { sources, projectVersion: this.#host.projectVersion(), key };
    const text = this.#host.text(file);
    if (text === undefined || !looksLikeModelCode("typescript", text)) {
      this.#keep(file, { ...basis, analysis: undefined });
      return;
    }
    this.#host.prepare();
    const job: Job = {
      ...question,
      project: this.#project,
      answer: (call) => this.#host.answer(call, sources),
      settle: (analysis) => {
        this.#begun.delete(file);
        this.#keep(file, { ...basis, analysis });
      },
    };
    this.#begun.set(file, { ...basis, job });
    this.#thread.ask(job);
  }

  #drop(file: string, { job }: Begun): void {
    this.#begun.delete(file);
    this.#thread.drop(job);
  }

  #stands({ sources, projectVersion, key: asked }: Basis, key: string): boolean {
    if (asked !== key || (sources.missed && projectVersion !== this.#host.projectVersion())) return false;
    return [...sources.versions].every(([file, version]) => this.#host.version(file) === version);
  }

  #keep(file: string, kept: Kept): void {
    this.#kept.delete(file);
    this.#kept.set(file, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }
}
