/** Makes what was found small: lines are left out for as long as the same kind of fault stays. */
import type { Wrong } from "./checks.ts";

/** Tries of one finding; each asks the engine anew. */
const TRIES = 150;

/** One of each kind that was found, with the smallest text that shows it. */
export function shrunk(
  found: readonly Wrong[],
  text: string,
  ask: (text: string) => readonly Wrong[],
): (Wrong & { readonly text: string })[] {
  const kinds = [...new Set(found.map(({ kind }) => kind))];
  return kinds.map((kind) => {
    let least = { wrong: found.find((one) => one.kind === kind) as Wrong, text };
    let tries = TRIES;
    for (
      let size = Math.ceil(text.split("\n").length / 2);
      size >= 1 && tries > 0;
      size = size > 1 ? Math.ceil(size / 2) : 0
    ) {
      for (let at = 0; at < least.text.split("\n").length && tries > 0; tries--) {
        const less = least.text.split("\n").toSpliced(at, size).join("\n");
        const wrong = ask(less).find((one) => one.kind === kind);
        if (wrong) least = { wrong, text: less };
        else at += size;
      }
    }
    return { ...least.wrong, text: least.text };
  });
}
