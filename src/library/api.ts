/** The library: what programs ask of ConvLens. Answers are the plain data of the report's contract. */
import type { Engine, ProfileOptions } from "../engine/contract/engine.types.ts";
import type { Place, Report, ReportDiagnostic } from "../engine/contract/report.ts";
import type { Rewrite, RewriteOptions } from "../engine/contract/rewrite.ts";
import type {
  ParetoPoint,
  RefusedLayer,
  Simulation,
  SimulationOptions,
  Suggestion,
  SuggestionOptions,
} from "../engine/contract/separable.ts";

export type * from "../engine/contract/engine.types.ts";
export type * from "../engine/contract/report.ts";
export type * from "../engine/contract/rewrite.ts";
export type * from "../engine/contract/separable.ts";

/** Texts by their names, one of which is the model file; the others are what it imports. */
export interface Texts {
  readonly file: string;
  readonly files: { readonly [name: string]: string };
}

/** A model file on disk (in Node), or texts. */
export type Source = string | Texts;

/** Where imports of a file on disk are looked up besides. */
export interface SearchOptions {
  /** Python environments, interpreters or package folders; read as text. */
  readonly python?: readonly string[];
  /** Folders of Python files that stand for compiled modules. */
  readonly stubs?: readonly string[];
}

export interface Network {
  readonly name: string;
  readonly at: Place;
}

export interface Suggested {
  readonly network: string;
  /** null where nothing reaches the budget. */
  readonly suggestion: Suggestion | null;
  readonly pareto: readonly ParetoPoint[];
  readonly refused: readonly RefusedLayer[];
}

/** Why there are no figures: what the message says, and what else is known. */
export class NoFigures extends Error {
  /** Names of the file's networks. */
  readonly networks: readonly string[];
  readonly diagnostics: readonly ReportDiagnostic[];

  constructor(
    message: string,
    networks: readonly string[] = [],
    diagnostics: readonly ReportDiagnostic[] = [],
  ) {
    super(message);
    this.name = "NoFigures";
    this.networks = networks;
    this.diagnostics = diagnostics;
  }
}

/** Each function rejects with NoFigures where it has no answer. */
export interface Library {
  /** The networks of a file, the main one first; none is traced. */
  networks(source: Source, options?: SearchOptions): Promise<readonly Network[]>;
  /** What one network costs; the file's main one without `model`. */
  profile(source: Source, options?: ProfileOptions & SearchOptions): Promise<Report>;
  /** What it would cost after swaps, a width and a resolution multiplier. */
  simulate(source: Source, options: ProfileOptions & SimulationOptions & SearchOptions): Promise<Simulation>;
  /** The fewest swaps that bring it within a budget. */
  suggest(source: Source, options: ProfileOptions & SuggestionOptions & SearchOptions): Promise<Suggested>;
  /** Edits that put a swap into the source; nothing is written. */
  rewrite(source: Source, options: ProfileOptions & RewriteOptions & SearchOptions): Promise<Rewrite>;
}

/** A source, opened; the file as the engine names it. */
export interface OpenedSource {
  readonly engine: Engine;
  readonly file: string;
}

export function libraryOf(open: (source: Source, options: SearchOptions) => Promise<OpenedSource>): Library {
  return {
    async networks(source, options = {}) {
      const { engine, file } = await open(source, options);
      return engine.networks(file);
    },
    async profile(source, options = {}) {
      const { engine, file } = await open(source, options);
      const result = engine.profile(file, options);
      if (result.ok) return result.report;
      throw new NoFigures(result.reason, result.networks, result.diagnostics);
    },
    async simulate(source, options) {
      const { engine, file } = await open(source, options);
      const result = engine.simulate(file, options);
      if (result.ok) return result.simulation;
      throw new NoFigures(result.reason);
    },
    async suggest(source, options) {
      const { engine, file } = await open(source, options);
      const result = engine.suggest(file, options);
      if (!result.ok) throw new NoFigures(result.reason);
      const { network, suggestion, pareto, refused } = result;
      return { network, suggestion, pareto, refused };
    },
    async rewrite(source, options) {
      const { engine, file } = await open(source, options);
      const result = engine.rewrite(file, options);
      if (result.ok) return result.rewrite;
      throw new NoFigures(result.reason);
    },
  };
}
