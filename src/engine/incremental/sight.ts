/** Which network is answered first: the one in focus, the one under the cursor, those on the screen, then the others. */
import type { Sight } from "../contract/engine.types.ts";
import type { Root } from "../discovery/entryPoints.ts";

/** The index of the network that the user waits for; the first one where none is looked at. */
export function mostWanted(waiting: readonly Pick<Root, "name" | "at">[], sight: Sight): number {
  const { network, cursor = 0, from = 0, to = 0 } = sight;
  const inFocus = waiting.findIndex(({ name }) => name === network);
  if (inFocus >= 0) return inFocus;
  const lineOf = (index: number): number => waiting[index]?.at.line ?? 0;
  const isOnScreen = (line: number): boolean => from <= line && line <= to;
  const seen = [...waiting.keys()].filter((index) => isOnScreen(lineOf(index)));
  // A definition that begins above the screen may reach down to the cursor.
  const above = [...waiting.keys()].filter((index) => lineOf(index) <= cursor);
  const nearest = above.sort((a, b) => lineOf(b) - lineOf(a))[0];
  const isInside = nearest !== undefined && (isOnScreen(lineOf(nearest)) || seen.length === 0);
  return (isInside ? nearest : seen.sort((a, b) => lineOf(a) - lineOf(b))[0]) ?? 0;
}
