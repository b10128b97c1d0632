/** The parts that are made of cases, in the order they are run. */
import { calls } from "./calls.ts";
import { edits } from "./edits.ts";
import { hostile } from "./hostile.ts";
import { mutants } from "./mutants.ts";
import { names } from "./names.ts";
import type { Part } from "./part.ts";
import { rewrites } from "./rewrites.ts";

export const PARTS: ReadonlyMap<string, Part> = new Map(
  Object.entries({ mutants, edits, rewrites, names, calls, hostile }),
);
