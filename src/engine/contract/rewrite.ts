/** What a rewrite answers, as plain JSON data: the edits that put depthwise separable convolutions into the source. */
import type { Place } from "./report.ts";

export interface RewriteOptions {
  /** Names of layers; `all` takes every eligible one but the stem. */
  readonly layers: "all" | readonly string[];
  /** `all` takes the stem too. */
  readonly stem?: boolean;
  /** The one that changes less when absent. */
  readonly style?: RewriteStyle;
  /** Other networks keep their layers: helpers that they use are copied, or a parameter tells the network's own apart. */
  readonly only?: boolean;
}

/** Each call becomes the layers of its separable form, or one of a class (PyTorch) or function (Keras) that its file gets. */
export type RewriteStyle = "inline" | "class";
export const REWRITE_STYLES: readonly RewriteStyle[] = ["inline", "class"];

/** Replaces the text from the place's start to its end. */
export interface TextEdit {
  readonly at: Place;
  readonly text: string;
}

export interface SourceEdit extends TextEdit {
  /** What stands at the place in the text that the edit was worked out from. */
  readonly replaces: string;
}

/** The text that edits of a file were worked out from, lines ended by \n: by the time they are made it may be another. */
export interface EditedSource {
  readonly file: string;
  readonly text: string;
}

export interface RewriteRefusal {
  readonly layers: readonly string[];
  readonly reason: string;
  /** The line to blame, in the program as it is. */
  readonly at?: Place;
}

export interface Rewrite {
  readonly network: string;
  readonly style: RewriteStyle;
  readonly edits: readonly SourceEdit[];
  /** One for each file that has edits. */
  readonly sources: readonly EditedSource[];
  /** Names of all layers that the edits change: lines that make many layers change them together. */
  readonly layers: readonly string[];
  /** Layers that do not run and change with the lines they share. */
  readonly never_run: readonly string[];
  readonly refused: readonly RewriteRefusal[];
  /** PyTorch: names of weights that are others now. */
  readonly renamed: readonly RenamedWeights[];
  /** With `only`: helpers that other networks use and that were copied, by the name of the copy. */
  readonly copies: readonly CopiedHelper[];
  /** What goes on with the network and no longer fits, such as a checkpoint that is loaded. */
  readonly warnings: readonly RewriteWarning[];
  /** Networks that use a line which changes, and so change with it: of the file, and of files that import it. */
  readonly others: readonly OtherNetwork[];
  /** The rewritten source, traced again, and what the simulation said of it: known, and the same. */
  readonly traced: RewriteTotals;
  readonly simulated: RewriteTotals;
}

/** `conv.weight` becomes `conv.0.weight` and `conv.1.weight`. */
export interface RenamedWeights {
  readonly layer: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

export interface CopiedHelper {
  readonly name: string;
  readonly copy: string;
  /** Where the helper starts. */
  readonly at: Place;
}

/** Figures are null where they are not known. */
export interface OtherNetwork {
  readonly network: string;
  /** Where it is another one than the rewritten network's. */
  readonly file?: string;
  readonly before: RewriteTotals;
  readonly after: RewriteTotals;
}

export interface RewriteWarning {
  readonly message: string;
  readonly at: Place;
}

export interface RewriteTotals {
  readonly macs: number | null;
  readonly params: number | null;
}

export type RewriteResult =
  | { readonly ok: true; readonly rewrite: Rewrite }
  /** `at` is the line to blame, where there is one. */
  | {
      readonly ok: false;
      readonly reason: string;
      readonly at?: Place;
      readonly refused?: readonly RewriteRefusal[];
    };
