/**
 * Blanks long stretches of comment lines before parsing: to find the next line's indentation the grammar reads all
 * comments ahead, anew at each of them, so that twenty thousand of them take a minute. Offsets stay, and literals are
 * read from the text as written.
 */

/** Lines of a stretch that is worth it. */
const LONG = 100;
const COMMENT = /^[ \t]*#/;
/** May end a text that the line stands in, or go on with one. */
const RISKY = /"""|'''|\\\r?$/;

export function blankComments(text: string): string {
  const lines = text.split("\n");
  let start = 0;
  let changed = false;
  for (let at = 0; at <= lines.length; at++) {
    const line = lines[at];
    if (line !== undefined && COMMENT.test(line) && !RISKY.test(line)) continue;
    // The first may end what the line above began.
    if (at - start > LONG) {
      for (let i = start + 1; i < at; i++)
        lines[i] = (lines[i] ?? "").replace(/#.*/, (mark) => " ".repeat(mark.length));
      changed = true;
    }
    start = at + 1;
  }
  return changed ? lines.join("\n") : text;
}
