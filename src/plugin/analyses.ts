/** Analyses of a project's files, kept for as long as everything that they were made from stays the same. */
import { createEngine } from "../engine/engine.ts";
import type { Engine, FileAnalysis } from "../engine/engine.types.ts";
import { DEFAULT_SETTINGS } from "../engine/settings.ts";
import { languageOf, type Parsers } from "../engine/syntax/parser.ts";
import type { PluginConfig } from "../protocol/plugin.ts";
import { looksLikeModelCode } from "../server/recognize.ts";
import type { ProjectHost, Sources } from "./projectHost.ts";

/** Quick info is waited for: what takes longer has no figures. */
const PATIENCE = 1_000;
const KEPT = 32;

interface Kept {
  readonly sources: Sources;
  readonly projectVersion: string | undefined;
  readonly inputs: string;
  readonly analysis: FileAnalysis | undefined;
}

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
    const inputs = { ...views[file]?.inputs };
    const key = JSON.stringify([inputs, defaultInput]);
    const before = this.#kept.get(file);
    if (before && before.inputs === key && this.#isCurrent(before)) return before.analysis;
    const projectVersion = this.#host.projectVersion();
    const { result, sources } = this.#host.noting(() => {
      this.#host.version(file);
      return this.#analyze(file, inputs, defaultInput.at(-1) ?? DEFAULT_SETTINGS.inputSize);
    });
    this.#keep(file, { sources, projectVersion, inputs: key, analysis: result });
    return result;
  }

  #analyze(file: string, inputs: Record<string, readonly string[]>, size: number): FileAnalysis | undefined {
    const text = this.#host.text(file);
    if (text === undefined || !looksLikeModelCode("typescript", text)) return undefined;
    const deadline = Date.now() + PATIENCE;
    const isCancelled = (): boolean => Date.now() > deadline;
    const analysis = this.#engineFor(size).analyze(file, { isCancelled, inputs });
    return isCancelled() ? undefined : analysis;
  }

  #engineFor(size: number): Engine {
    if (this.#engine?.size !== size) {
      const limits = { ...DEFAULT_SETTINGS.limits, milliseconds: PATIENCE };
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
