/** Who analyses files for the session: an engine in this thread, or one in a worker (worker.ts). */
import type {
  AnalyzeOptions,
  Engine,
  FileAnalysis,
  KeptModule,
  ProfileOptions,
  Sight,
} from "../engine/contract/engine.types.ts";
import type { RewriteOptions, RewriteResult } from "../engine/contract/rewrite.ts";
import type {
  SimulationOptions,
  SimulationResult,
  SuggestionOptions,
  SuggestionResult,
} from "../engine/contract/separable.ts";
import type { UnsavedText } from "../node/host.ts";

/** What the engine and its host are set up with. */
export interface AnalystConfig {
  readonly folders: readonly string[];
  readonly searchPaths: readonly string[];
  /** Packages whose sources were fetched, by top-level module. */
  readonly kept?: readonly (readonly [module: string, found: readonly KeptModule[]])[] | undefined;
  /** The user's folders of stubs. */
  readonly stubs: readonly string[];
  readonly defaultInput: readonly number[];
  /** Steps for one network. */
  readonly steps: number;
  /** For one question. */
  readonly milliseconds: number;
  /** Of the user, for what an analyst says itself. */
  readonly locale?: string | undefined;
}

export type Inputs = Readonly<Record<string, readonly string[]>>;

/** Who follows an analysis. */
export interface Follower {
  /** The network in focus, which is answered first. */
  readonly network?: string | undefined;
  /**
   * The engine takes the analysis up, again when it has to start anew: texts that are set from then on do not change
   * the answer.
   */
  begun?(): void;
  /** Networks are done; what is told before another `begun` is told again. */
  part?(part: FileAnalysis): void;
}

export interface Analyst {
  configure(config: AnalystConfig): void;
  /** Unsaved text of an open file, or undefined once it is closed. */
  setText(file: string, text: UnsavedText | undefined): void;
  /** The user looks at the file: questions about it go before those about others. */
  touch(file: string): void;
  /** The file of the active editor, which goes before all others, and its lines on the screen. */
  setActive(file: string | undefined, sight?: Sight): void;
  /** Files that changed on disk. */
  changed(files: readonly string[]): void;
  /** Rejects with `Cancelled` when the signal ends it, with the engine's own error when it fails. */
  analyze(file: string, inputs: Inputs, signal: AbortSignal, follower?: Follower): Promise<FileAnalysis>;
  simulate(file: string, options: SimulationRequest): Promise<SimulationResult>;
  suggest(file: string, options: SuggestionRequest): Promise<SuggestionResult>;
  rewrite(file: string, options: RewriteRequest): Promise<RewriteResult>;
  dispose(): void;
}

/** The network, its input and what to make of it; what there is to cancel is the worker's own business. */
export type SimulationRequest = Omit<ProfileOptions, "isCancelled"> & SimulationOptions;
export type SuggestionRequest = Omit<ProfileOptions, "isCancelled"> & SuggestionOptions;
export type RewriteRequest = Omit<ProfileOptions, "isCancelled"> & RewriteOptions;

export class Cancelled extends Error {
  constructor() {
    super("cancelled");
    this.name = "Cancelled";
  }
}

export type UnsavedTexts = ReadonlyMap<string, UnsavedText>;
export type MakeEngine = (config: AnalystConfig, unsaved: UnsavedTexts) => Engine;

/** Runs the engine in this thread; an analysis is cancelled only where the engine asks. */
export class LocalAnalyst implements Analyst {
  readonly #make: MakeEngine;
  readonly #texts = new Map<string, UnsavedText>();
  #engine: Engine | undefined;
  #active: { readonly file: string | undefined; readonly sight: Sight } | undefined;

  constructor(make: MakeEngine) {
    this.#make = make;
  }

  configure(config: AnalystConfig): void {
    this.#engine = this.#make(config, this.#texts);
  }

  setText(file: string, text: UnsavedText | undefined): void {
    if (text) this.#texts.set(file, text);
    else this.#texts.delete(file);
    this.#engine?.invalidate(file);
  }

  /** One question is answered after the other. */
  touch(): void {}

  setActive(file: string | undefined, sight: Sight = {}): void {
    this.#active = { file, sight };
  }

  changed(files: readonly string[]): void {
    for (const file of files) this.#engine?.invalidate(file);
  }

  async analyze(
    file: string,
    inputs: Inputs,
    signal: AbortSignal,
    { network, begun, part }: Follower = {},
  ): Promise<FileAnalysis> {
    begun?.();
    const sight = (): Sight => ({ network, ...(this.#active?.file === file && this.#active.sight) });
    const isCancelled = (): boolean => signal.aborted;
    return this.analyzeNow(file, { inputs, isCancelled, sight, ...(part && { onPart: part }) });
  }

  analyzeNow(
    file: string,
    options: AnalyzeOptions & Required<Pick<AnalyzeOptions, "isCancelled">>,
  ): FileAnalysis {
    const engine = this.#made();
    if (options.isCancelled()) throw new Cancelled();
    const analysis = engine.analyze(file, options);
    if (options.isCancelled()) throw new Cancelled();
    return analysis;
  }

  async simulate(file: string, options: SimulationRequest): Promise<SimulationResult> {
    return this.simulateNow(file, options);
  }

  simulateNow(file: string, options: SimulationRequest): SimulationResult {
    return this.#made().simulate(file, options);
  }

  async suggest(file: string, options: SuggestionRequest): Promise<SuggestionResult> {
    return this.suggestNow(file, options);
  }

  suggestNow(file: string, options: SuggestionRequest): SuggestionResult {
    return this.#made().suggest(file, options);
  }

  async rewrite(file: string, options: RewriteRequest): Promise<RewriteResult> {
    return this.rewriteNow(file, options);
  }

  rewriteNow(file: string, options: RewriteRequest): RewriteResult {
    return this.#made().rewrite(file, options);
  }

  #made(): Engine {
    if (!this.#engine) throw new Error("not configured");
    return this.#engine;
  }

  dispose(): void {
    this.#engine = undefined;
  }
}
