/** What the engine is asked and answers. `createEngine` in engine.ts makes one. */

import type { Place, Report, ReportDiagnostic, ReportShape } from "./report.ts";
import type { RewriteOptions, RewriteResult } from "./rewrite.ts";
import type {
  RefusedLayer,
  SimulationOptions,
  SimulationResult,
  SuggestionOptions,
  SuggestionResult,
} from "./separable.ts";

/**
 * The engine's only way to files. Paths are absolute with `/` separators, or any string scheme the host
 * understands (a URI); the engine only joins them with `join` and compares them.
 */
export interface ModelHost {
  /** Text of a file (unsaved text wins), or undefined when there is none or it may not be read. */
  read(file: string): string | undefined;
  /** Why `read` gives no text, as what follows the file's name: `is 12 MB, more than the 4 MB that are read`. */
  problem?(file: string): string | undefined;
  isFile(file: string): boolean;
  isDirectory(file: string): boolean;
  /** Names in a directory, or [] */
  list(directory: string): readonly string[];
  /** Changes whenever the text does: a content hash or a version counter. */
  version(file: string): string | undefined;
  /** Folders that absolute Python imports are looked up in, after the file's own roots: workspace, site-packages. */
  readonly searchPaths: readonly string[];
  /**
   * Folders of Python files that stand for modules: the user's own go before all other files, those that come with
   * ConvLens stand for what is compiled or not there.
   */
  readonly stubs?: { readonly own: readonly string[]; readonly shipped: readonly string[] };
  /** Sources of packages that are not installed here, by top-level module: looked up after everything else. */
  readonly kept?: KeptModules;
  /** Files of the program that may use what a file defines, nearest first; absent: the folders around it are listed. */
  users?(file: string): readonly string[];
  /** TypeScript: resolve a module specifier the host's own way (path mapping); undefined falls back to the engine's. */
  resolve?(specifier: string, from: string): string | undefined;
}

/** Fetched packages by top-level module. A map will do; of thousands of packages, one that looks up only what is asked. */
export interface KeptModules {
  get(module: string): readonly KeptModule[] | undefined;
  has(module: string): boolean;
  /** All of them, which takes as long as there are many. */
  values(): Iterable<readonly KeptModule[]>;
  /** Is this the folder of one of them? Absent: all are looked through. */
  holds?(folder: string): boolean;
  /** Another text whenever other packages are read; absent: all their folders. */
  readonly state?: string;
}

/** A package whose sources were fetched. */
export interface KeptModule {
  /** What its modules are looked up in. */
  readonly folder: string;
  readonly package: string;
  readonly version: string;
  /** What the project asks for, where this version is another. */
  readonly wanted?: string;
}

export interface EngineLimits {
  /**
   * Steps for one network: its making, the trials of its input and its run. A step is a call or a turn of a loop; an op
   * and work on large data are several. A file's networks together may take four times as many.
   */
  readonly steps: number;
  readonly callDepth: number;
  readonly collection: number;
  /** Characters of one text. */
  readonly text: number;
}

export interface ProfileOptions {
  /** Class, function, or `Class.factory`; the file's main root when absent. */
  readonly model?: string;
  /** Text of call arguments in the file's language. */
  readonly args?: string;
  /** One a forward argument: `1x3x224x224`, `1x10:int64`. */
  readonly input?: readonly string[];
  readonly isCancelled?: () => boolean;
}

/** A line of source that makes one or many layers of one network. */
export interface LayerSite {
  readonly at: Place;
  readonly network: string;
  /** Indices into that network's report.layers. */
  readonly layers: readonly number[];
}

/** A call (or an operator) of a program, and what runs below it. */
export interface CallSite {
  readonly at: Place;
  readonly network: string;
  /** Indices into that network's report.layers, which may run elsewhere too. */
  readonly layers: readonly number[];
  /** What is called there, each module and shape once; empty where it is a function of the program. */
  readonly called: readonly Called[];
  /** Over all runs. */
  readonly macs: number | null;
  readonly elementwise: number | null;
  readonly runs: number;
  /** It makes layers that the report does not list, and calls none. */
  readonly makes?: true;
}

export interface Called {
  /** Of a module, qualified; empty for a function or an operator. */
  readonly name: string;
  /** `MaxPool2d`, `relu`. */
  readonly type: string;
  readonly in: readonly ReportShape[];
  readonly out: readonly ReportShape[];
  /** The axis of `out` that holds samples; null where none does; absent: axis 0. */
  readonly batch_axis?: number | null;
}

/** A class of the program that a network has instances of, below itself. */
export interface PartSite {
  /** Where the class is defined. */
  readonly at: Place;
  readonly network: string;
  readonly type: string;
  /** Indices into that network's report.layers: what runs in its instances. */
  readonly layers: readonly number[];
  readonly macs: number | null;
  readonly count: number;
  /** The first of them. */
  readonly instances: readonly PartInstance[];
}

/** One of them, with what passes through it in its first run. */
export interface PartInstance extends Omit<Called, "type"> {
  readonly macs: number | null;
  /** Where it is made. */
  readonly at?: Place;
}

/** Everything the editor shows of one file. */
export interface FileAnalysis {
  readonly file: string;
  /** The main root first. */
  readonly reports: readonly Report[];
  /** Roots that could not be traced, with why (`needs num_classes`). */
  readonly failures: readonly Failure[];
  readonly sites: readonly LayerSite[];
  /** Calls of this file and of the others that its networks ran through; absent where none ran. */
  readonly calls?: readonly CallSite[];
  /** Classes of this file and of the others that its networks are made of; absent where none ran. */
  readonly parts?: readonly PartSite[];
  /** Of all roots and of the text itself, without duplicates. */
  readonly diagnostics: readonly ReportDiagnostic[];
  /** What networks are made with, as their definitions write it: `depths: list[int], dims, classes=1000`. */
  readonly signatures?: readonly { readonly network: string; readonly text: string }[];
  /** The program comes to no framework, here or in what it imports: what could not be read in it is no network. */
  readonly isPlain?: true;
  /** In a part of an analysis: the networks that are still worked on. */
  readonly pending?: readonly PendingNetwork[];
}

export interface PendingNetwork {
  readonly network: string;
  /** Where it is defined. */
  readonly at: Place;
}

/** Where the user looks, in lines from 1: what is there is answered first. */
export interface Sight {
  /** The network that is in focus, whatever is on the screen. */
  readonly network?: string | undefined;
  readonly cursor?: number | undefined;
  /** The first and the last line on the screen. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

export interface AnalyzeOptions {
  readonly isCancelled?: () => boolean;
  /** Network name to input texts. */
  readonly inputs?: Readonly<Record<string, readonly string[]>>;
  /** Asked before each network. */
  readonly sight?: () => Sight;
  /** Hears of the networks that are to be traced, and then of each one that is, by itself. */
  readonly onPart?: (part: FileAnalysis) => void;
}

/** A root that could not be traced. */
export interface Failure {
  readonly network: string;
  /** Where it is defined. */
  readonly at: Place;
  readonly reason: string;
  /** What cut it short, at the line that ran: a bound, or a fault of the engine's own. */
  readonly problem?: ReportDiagnostic;
}

export type ProfileResult =
  | { readonly ok: true; readonly report: Report }
  | {
      readonly ok: false;
      readonly reason: string;
      readonly networks: readonly string[];
      readonly diagnostics: readonly ReportDiagnostic[];
      /** The network that was asked for, where it was found and could not be traced. */
      readonly failure?: Failure;
    };

/** Nothing here throws: a fault of the engine itself is an answer, `internal: …`. */
export interface Engine {
  /** Profile one root. */
  profile(file: string, options?: ProfileOptions): ProfileResult;
  /** Profile every root of the file. */
  analyze(file: string, options?: AnalyzeOptions): FileAnalysis;
  /** What swaps, α and ρ would make of one root. `refused` spares the search for layers that a rewrite would refuse. */
  simulate(
    file: string,
    options: ProfileOptions & SimulationOptions,
    refused?: readonly RefusedLayer[],
  ): SimulationResult;
  /** The fewest swaps that bring one root within a budget, and α and ρ where they do not. */
  suggest(file: string, options: ProfileOptions & SuggestionOptions): SuggestionResult;
  /** Text edits that put the swap of some layers of one root into the source; a trial leaves other roots untold. */
  rewrite(
    file: string,
    options: ProfileOptions & RewriteOptions & { readonly isTrial?: boolean },
  ): RewriteResult;
  /** Names of the file's roots, main root first, without tracing them. */
  networks(file: string): readonly { readonly name: string; readonly at: Place }[];
  /** Forget what is known of a file (its version is also checked on every use). */
  invalidate(file: string): void;
}
