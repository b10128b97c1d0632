/** Analyses of a project's files, kept for as long as everything that they were made from stays the same. */
import { createEngine } from "../engine/engine.ts";
import type { Engine, FileAnalysis } from "../engine/engine.types.ts";
import { DEFAULT_SETTINGS } from "../engine/settings.ts";
import { languageOf, type Parsers } from "../engine/syntax/parser.ts";
import { entryOf } from "../engine/table.ts";
import type { PluginConfig } from "../protocol/plugin.ts";
import { looksLikeModelCode } from "../server/recognize.ts";
import type { ProjectHost, Sources } from "./projectHost.ts";

/** Quick info is waited for: what takes longer has no figures. */
const PATIENCE = 1_000;
const KEPT = 32;
/** What took too long is tried again, for what it has read by then stays read; then the file has to change first. */
const TRIES = 3;

interface Kept {
  readonly sources: Sources;
  readonly projectVersion: string | undefined;
  readonly inputs: string;
  readonly analysis: FileAnalysis | undefined;
  /** Tries that took too long. */
  readonly late: number;
}

interface Analysed {
  readonly analysis: FileAnalysis | undefined;
  readonly isLate: boolean;
}

const NOTHING: Analysed = { analysis: undefined, isLate: false };

export class Analyses {
  readonly #parsers: Parsers;
  readonly #host: ProjectHost;
  readonly #kept = new Map<string, Kept>();
  #engine: { readonly size: number; readonly engine: Engine } | undefined;

  constructor(parsers: Parsers, host: ProjectHost) {
    this.#parsers = parsers;
    this.#host = host;
  }

  /** Undefined when the file is no model code, or takes too long. */
  get(file: string, { defaultInput, views }: PluginConfig): FileAnalysis | undefined {
    if (languageOf(file) !== "typescript") return undefined;
    const inputs = { ...entryOf(views, file)?.inputs };
    const key = JSON.stringify([inputs, defaultInput]);
    const before = this.#kept.get(file);
    const isSame = before?.inputs === key && this.#isCurrent(before);
    if (isSame && (before.late === 0 || before.late >= TRIES)) return before.analysis;
    const projectVersion = this.#host.projectVersion();
    const { result, sources } = this.#host.noting(() => {
      this.#host.version(file);
      return this.#analyze(file, inputs, defaultInput.at(-1) ?? DEFAULT_SETTINGS.inputSize);
    });
    const { analysis, isLate } = result;
    const late = isLate ? (isSame ? before.late : 0) + 1 : 0;
    this.#keep(file, { sources, projectVersion, inputs: key, analysis, late });
    return analysis;
  }

  #analyze(file: string, inputs: Record<string, readonly string[]>, size: number): Analysed {
    const text = this.#host.text(file);
    if (text === undefined || !looksLikeModelCode("typescript", text)) return NOTHING;
    const deadline = Date.now() + PATIENCE;
    const isCancelled = (): boolean => Date.now() > deadline;
    const analysis = this.#engineFor(size).analyze(file, { isCancelled, inputs });
    return isCancelled() ? { analysis: undefined, isLate: true } : { analysis, isLate: false };
  }

  #engineFor(size: number): Engine {
    if (this.#engine?.size !== size) {
      const { limits } = DEFAULT_SETTINGS;
      const settings = { limits, inputSize: size };
      this.#engine = { size, engine: createEngine({ parsers: this.#parsers, host: this.#host, settings }) };
    }
    return this.#engine.engine;
  }

  #isCurrent({ sources, projectVersion }: Kept): boolean {
    if (sources.missed && projectVersion !== this.#host.projectVersion()) return false;
    return [...sources.versions].every(([file, version]) => this.#host.version(file) === version);
  }

  #keep(file: string, kept: Kept): void {
    this.#kept.delete(file);
    this.#kept.set(file, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }
}
