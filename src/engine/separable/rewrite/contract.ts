/** What a rewrite answers, as plain JSON data: the edits that put depthwise separable convolutions into the source. */
import type { Place } from "../../report/contract.ts";

/** Replaces the text from the place's start to its end. */
export interface TextEdit {
  readonly at: Place;
  readonly text: string;
}

export interface RewriteRefusal {
  readonly layers: readonly string[];
  readonly reason: string;
}

export interface Rewrite {
  readonly network: string;
  readonly edits: readonly TextEdit[];
  /** Names of all layers that the edits change: lines that make many layers change them together. */
  readonly layers: readonly string[];
  readonly refused: readonly RewriteRefusal[];
}

export type RewriteResult =
  | { readonly ok: true; readonly rewrite: Rewrite }
  | { readonly ok: false; readonly reason: string };
