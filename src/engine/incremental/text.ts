/** What of a text the engine reads as mere text: how often the names of imports stand in it. */
import { wordPattern } from "../interpret/patterns/escape.ts";

/** Words that a whole text is searched for, beside the names it imports. */
const SEARCHED = ["torch"];
/** Calls by which a text makes a network of a function that stands elsewhere in it. */
const TRANSFORMS = /\btransform(_with_state)?\(/;
const IMPORT = /^[^\S\n]*(?:from\b[^\n]*\bimport|import)\b(?:[^\n(]*\([^)]*\)|[^\n]*)/gm;

/** Does a search of the one text find what a search of the other does? An import that no text uses is run for its effect. */
export function readAlike(before: string, after: string): boolean {
  if (before === after) return true;
  if (TRANSFORMS.test(before) || TRANSFORMS.test(after)) return false;
  const words = new Set([...changedWords(before, after), ...changedWords(after, before)]);
  const sought = new Set(SEARCHED);
  for (const [statement] of `${before}\n${after}`.matchAll(IMPORT)) {
    for (const word of wordsIn(statement)) sought.add(word);
  }
  return [...words].every((word) => !sought.has(word) || uses(before, word) === uses(after, word));
}

/** None, one, or more. */
function uses(text: string, word: string): number {
  return Math.min(2, text.match(new RegExp(wordPattern(word), "g"))?.length ?? 0);
}

/** Words of the stretch in which `text` differs from `other`. */
function changedWords(text: string, other: string): readonly string[] {
  const shorter = Math.min(text.length, other.length);
  let start = 0;
  while (start < shorter && text.charCodeAt(start) === other.charCodeAt(start)) start++;
  let end = 0;
  while (
    end < shorter - start &&
    text.charCodeAt(text.length - 1 - end) === other.charCodeAt(other.length - 1 - end)
  )
    end++;
  let to = text.length - end;
  while (start > 0 && /\w/.test(text[start - 1] ?? "")) start--;
  while (to < text.length && /\w/.test(text[to] ?? "")) to++;
  return wordsIn(text.slice(start, to));
}

function wordsIn(text: string): readonly string[] {
  return text.match(/\w+/g) ?? [];
}
