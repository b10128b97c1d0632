/** Annotations that name the layer's class, changed with the layer: `conv: nn.Conv2d` holds a `Sequential` now. */

import type { TextEdit } from "../../contract/rewrite.ts";
import { escapePattern } from "../../interpret/patterns/escape.ts";
import { closingOf } from "./callText.ts";
import { functionAround, headAround, placeAt } from "./place.ts";
import type { CallSite } from "./site.ts";

/** Edits of the annotations of what the call's value is kept in: on its line, or in the body of its class. */
export function annotationEdits(site: CallSite, swapped: string): readonly TextEdit[] {
  const now = /^\(?\s*([A-Za-z_][\w.]*)(?:\(| if )/.exec(swapped)?.[1];
  const cls = site.type;
  if (site.language !== "python" || now === undefined || now.split(".").at(-1) === cls) return [];
  const { source, at, before } = site;
  const start = before.lastIndexOf("\n") + 1;
  if (/^\s*return\s*$/.test(before.slice(start))) return returnEdits(site, now);
  const own = /^\s*(self\.)?(\w+)\s*(?::([^=\n]+))?=\s*$/.exec(before.slice(start));
  if (!own) return [];
  const [, owner, name = "", annotation] = own;
  // Under a condition, other layers stay what they are.
  const stays = /^\(/.test(swapped);
  if (annotation !== undefined) {
    const offset = start + before.slice(start).indexOf(":") + 1;
    return editIn({ source, file: at.file, offset, annotation, cls, now, stays });
  }
  if (owner === undefined) return [];
  const head = headAround(source, at.line, /^\s*class\b/);
  if (head === undefined) return [];
  const body = offsetOf(source, head);
  const end = body + (/\n(?=\S)/.exec(source.slice(body))?.index ?? source.length - body);
  const field = new RegExp(`^[ \\t]+${escapePattern(name)}[ \\t]*:([^=\\n]*)`, "m").exec(
    source.slice(body, end),
  );
  if (!field) return [];
  const assigned =
    source.slice(body, end).match(new RegExp(`self\\.${escapePattern(name)}\\s*=(?!=)`, "g"))?.length ?? 0;
  const offset = body + field.index + field[0].length - field[1]!.length;
  const more = assigned > 1;
  return editIn({ source, file: at.file, offset, annotation: field[1]!, cls, now, stays: stays || more });
}

/** `-> nn.Conv2d` of the function that returns it: other layers may come back from there, too. */
function returnEdits({ source, at, type }: CallSite, now: string): readonly TextEdit[] {
  const head = functionAround(source, at.line);
  if (head === undefined) return [];
  const start = offsetOf(source, head);
  const open = source.indexOf("(", start);
  const length = open < 0 ? undefined : closingOf(source.slice(open), "python");
  if (length === undefined) return [];
  const named = /^\s*->\s*["']?((?:\w+\.)*)(\w+)["']?\s*:/.exec(source.slice(open + length));
  if (named?.[2] !== type) return [];
  const prefix = named[1] ?? "";
  const module = prefix === "" ? (/\bimport\b.*\bModule\b/.test(source) ? "Module" : now) : `${prefix}Module`;
  const from = open + length + named[0].indexOf(`${prefix}${type}`);
  const [begin, end] = [from, from + prefix.length + type.length].map((each) =>
    placeAt(source, at.file, each),
  );
  if (!begin || !end) return [];
  return [{ at: { ...begin, end_line: end.line, end_column: end.column }, text: module }];
}

function offsetOf(source: string, line: number): number {
  return source
    .split("\n")
    .slice(0, line)
    .reduce((length, text) => length + text.length + 1, 0);
}

interface Annotation {
  readonly source: string;
  readonly file: string;
  /** Where its text starts. */
  readonly offset: number;
  readonly annotation: string;
  readonly cls: string;
  readonly now: string;
  /** The old class may be there too. */
  readonly stays: boolean;
}

function editIn({ source, file, offset, annotation, cls, now, stays }: Annotation): readonly TextEdit[] {
  const named = new RegExp(`(?<![\\w.])(?:\\w+\\.)*${escapePattern(cls)}\\b`).exec(annotation);
  if (!named || annotation.includes(now)) return [];
  const [start, end] = [offset + named.index, offset + named.index + named[0].length].map((each) =>
    placeAt(source, file, each),
  );
  if (!start || !end) return [];
  const at = { ...start, end_line: end.line, end_column: end.column };
  return [{ at, text: stays ? `${named[0]} | ${now}` : now }];
}
