/** What a part of the fuzzer is: numbered cases that can each be run alone, and what one may find. */
import type { Parsers } from "../../../src/engine/syntax/parser.ts";
import type { SourceFile } from "./sources.ts";

/** A text, and the name it has in the program. */
export interface Input {
  readonly file: string;
  readonly text: string;
}

export interface Finding {
  /** What is wrong, in a few words that are equal for equal faults. */
  readonly kind: string;
  readonly detail: string;
  /** What to look at; absent where the case says all. */
  readonly input?: Input;
}

export interface Context {
  /** The project's folder. */
  readonly root: string;
  readonly seed: number;
  /** Read every text as new. */
  readonly parsers: Parsers;
  /** Read a text as an edit of the file's last. */
  readonly keeping: Parsers;
  readonly sources: readonly SourceFile[];
}

export interface Part {
  /** Cases of one round. */
  readonly cases: number;
  /** All there are; absent where there is no end of them. */
  readonly total?: number;
  run(index: number, context: Context): readonly Finding[] | Promise<readonly Finding[]>;
}
