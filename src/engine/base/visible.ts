/**
 * Text from model code as it may be shown: what steers a terminal, turns the direction of reading or takes no room
 * becomes an escape that can be read (`\x1b`, `\u202e`).
 */

/** Controls, format characters (bidirectional marks, zero widths, tags), separators of lines, lone surrogates. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
/** JSON itself escapes the C0 controls and lone surrogates. */
const UNSEEN_IN_JSON = /[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu;

const SHORT: ReadonlyMap<string, string> = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

export function visible(text: string): string {
  return text.replaceAll(UNSEEN, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const hex = code.toString(16);
    if (code < 0x100) return SHORT.get(character) ?? `\\x${hex.padStart(2, "0")}`;
    return code < 0x10000 ? `\\u${hex.padStart(4, "0")}` : `\\u{${hex}}`;
  });
}

/** JSON that holds the real names, every unseen character of them as JSON's own escape. */
export function visibleJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replaceAll(UNSEEN_IN_JSON, (character) =>
    Array.from({ length: character.length }, (_, at) => {
      const unit = character.charCodeAt(at).toString(16);
      return `\\u${unit.padStart(4, "0")}`;
    }).join(""),
  );
}

/** Markdown of text that is no markup: nothing of it opens a link, a tag, an emphasis or a cell. */
export function markdownText(text: string): string {
  return visible(text)
    .replaceAll(/[\\`*_[\]|~$]/g, "\\$&")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(/:(?=\/\/)|(?<=\bwww)\./gi, "\\$&");
}
