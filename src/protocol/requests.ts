/**
 * Requests between the language server and its clients, beyond LSP itself. `SIMULATE` answers what α, ρ and swaps
 * would make of one network; a swap alone needs no request: `simulateSwap` (engine/separable/simulate.ts) works on
 * the report that the client has. `SUGGEST` answers what reaches a budget, `REWRITE` the text edits that put the swap
 * into the source.
 */
import type { FileAnalysis } from "../engine/contract/engine.types.ts";
import type { RewriteResult, RewriteStyle } from "../engine/contract/rewrite.ts";
import type {
  SimulationOptions,
  SimulationResult,
  SuggestionOptions,
  SuggestionResult,
} from "../engine/contract/separable.ts";

export interface AnalyzeParams {
  readonly uri: string;
  /** Network name to input texts (`1x3x224x224`). */
  readonly inputs?: Readonly<Record<string, readonly string[]>>;
}
/** `null` when the file is not model code. */
export type AnalyzeResult = FileAnalysis | null;
export const ANALYZE = "convlens/analyze";

/** As `ANALYZE`, of another text of the same file: as it was at a commit. What is open stays as it is. */
export interface AnalyzeTextParams extends AnalyzeParams {
  readonly text: string;
}
export const ANALYZE_TEXT = "convlens/analyzeText";

/** Server → client: the analysis of this document is new; views that show it ask again. */
export const ANALYZED = "convlens/analyzed";
export interface AnalyzedParams {
  readonly uri: string;
  readonly version: number;
}

/** Client → server: the network that the user looks at; lines that several networks share show its figures. */
export const ACTIVATE = "convlens/activate";
export interface ActivateParams {
  readonly uri: string;
  readonly network: string;
}

/** Client → server: the network in focus, and the inputs chosen for its file; absent when there is none. */
export const FOCUS = "convlens/focus";
export interface FocusParams {
  readonly uri?: string;
  readonly network?: string;
  readonly inputs?: Readonly<Record<string, readonly string[]>>;
}

/**
 * Client → server: the document of the active editor, which is answered first, absent when there is none; and the lines
 * of the cursor and of the screen, from 1, whose networks go before its others.
 */
export const LOOK_AT = "convlens/lookAt";
export interface LookAtParams {
  readonly uri?: string;
  readonly cursor?: number;
  readonly from?: number;
  readonly to?: number;
}

export interface SimulateParams extends SimulationOptions {
  readonly uri: string;
  readonly network: string;
  /** The input that the network is shown on now; the file's own when absent. */
  readonly input?: readonly string[];
}
export type SimulateResult = SimulationResult;
export const SIMULATE = "convlens/simulate";

export interface SuggestParams extends SuggestionOptions {
  readonly uri: string;
  readonly network: string;
  readonly input?: readonly string[];
}
export type SuggestResult = SuggestionResult;
export const SUGGEST = "convlens/suggest";

export interface RewriteParams {
  readonly uri: string;
  readonly network: string;
  /** Names of layers; `all` takes every eligible one but the stem. */
  readonly layers: "all" | readonly string[];
  readonly style?: RewriteStyle;
  readonly input?: readonly string[];
}
export type { RewriteResult };
export const REWRITE = "convlens/rewrite";
