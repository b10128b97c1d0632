/** Requests between the language server and its clients, beyond LSP itself. */
import type { FileAnalysis } from "../engine/engine.types.ts";

export interface AnalyzeParams {
  readonly uri: string;
  /** Network name to input texts (`1x3x224x224`). */
  readonly inputs?: Readonly<Record<string, readonly string[]>>;
}
/** `null` when the file is not model code. */
export type AnalyzeResult = FileAnalysis | null;
export const ANALYZE = "convlens/analyze";

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
