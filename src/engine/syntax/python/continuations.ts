/**
 * Lines of a backslash alone that follow each other: at each of them the grammar reads all those that follow anew, so
 * that a hundred thousand take minutes, in which it does not count its steps.
 */

/** More than any code has, and read in a fraction of a second. */
const MOST = 2000;
const CONTINUATION = /^[ \t]*\\\r?$/;

export function hasTooManyContinuations(text: string): boolean {
  let found = 0;
  for (const line of text.split("\n")) {
    found = CONTINUATION.test(line) ? found + 1 : 0;
    if (found > MOST) return true;
  }
  return false;
}
