/** Annotations that name the layer's class, changed with the layer: `conv: nn.Conv2d` holds a `Sequential` now. */
import { escapePattern } from "../../interpret/patterns/escape.ts";
import type { TextEdit } from "./contract.ts";
import { headAround, placeAt } from "./place.ts";
import type { CallSite } from "./site.ts";

/** Edits of the annotations of what the call's value is kept in: on its line, or in the body of its class. */
export function annotationEdits(site: CallSite, swapped: string): readonly TextEdit[] {
  const now = /^\(?\s*([A-Za-z_][\w.]*)\(/.exec(swapped)?.[1];
  const cls = site.type;
  if (site.language !== "python" || now === undefined || now.split(".").at(-1) === cls) return [];
  const { source, at, before } = site;
  const start = before.lastIndexOf("\n") + 1;
  const own = /^\s*(self\.)?(\w+)\s*(?::([^=\n]+))?=\s*$/.exec(before.slice(start));
  if (!own) return [];
  const [, owner, name = "", annotation] = own;
  // Under a condition, other layers stay what they are.
  const stays = /\n\s*else /.test(swapped);
  if (annotation !== undefined) {
    const offset = start + before.slice(start).indexOf(":") + 1;
    return editIn({ source, file: at.file, offset, annotation, cls, now, stays });
  }
  if (owner === undefined) return [];
  const head = headAround(source, at.line, /^\s*class\b/);
  if (head === undefined) return [];
  const body = source
    .split("\n")
    .slice(0, head)
    .reduce((length, line) => length + line.length + 1, 0);
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
