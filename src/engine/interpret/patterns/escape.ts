/** A text as a pattern that matches it and nothing else. */

export function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

/** A name as a whole word; `$` is part of a name, and a name may start or end with what is no letter. */
export function wordPattern(name: string): string {
  const before = /^\w/.test(name) ? "\\b" : "(?<![\\w$])";
  const after = /\w$/.test(name) ? "\\b" : "(?![\\w$])";
  return `${before}${escapePattern(name)}${after}`;
}
