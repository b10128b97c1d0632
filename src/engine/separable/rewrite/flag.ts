/**
 * A parameter that tells layers of one line apart where none of the call's own arguments does: the function that makes
 * them gets it, False by itself, and the calls that want the swap give it.
 */

import type { Place } from "../../contract/report.ts";
import type { TextEdit } from "../../contract/rewrite.ts";
import { wordPattern } from "../../interpret/patterns/escape.ts";
import { placeKey } from "../../report/places.ts";
import { closingOf, pythonParts, readPythonCall } from "./callText.ts";
import { cutAt, functionAround, headAround, placeAt } from "./place.ts";

export interface Flag {
  readonly name: string;
  readonly edits: readonly TextEdit[];
}

export interface Callers {
  /** Where the line stands that makes the layers. */
  readonly at: Place;
  /** The calls of its function that want the flag, and those that do not. */
  readonly wanted: readonly (Place | undefined)[];
  readonly others: readonly (Place | undefined)[];
}

type Read = (file: string) => string | undefined;

/** Undefined where the layers are not made by plain calls of a plain function. */
export function flagFor(
  callers: Callers,
  { purpose, taken }: { readonly purpose: string; readonly taken: ReadonlySet<string> },
  read: Read,
  isOurs: (file: string) => boolean,
): Flag | undefined {
  const source = read(callers.at.file);
  const called = source === undefined ? undefined : definitionAround(source, callers.at);
  if (source === undefined || called === undefined) return undefined;
  const places = new Map<string, Place>();
  for (const caller of callers.wanted) {
    if (!caller || !isOurs(caller.file)) return undefined;
    places.set(placeKey(caller), caller);
  }
  if (callers.others.some((caller) => caller && places.has(placeKey(caller)))) return undefined;
  const name = freeName(purpose, source, taken);
  const edits: TextEdit[] = [parameterEdit(source, callers.at.file, called, name)];
  for (const place of places.values()) {
    const text = read(place.file);
    const edit = text === undefined ? undefined : argumentEdit(text, place, called.name, name);
    if (!edit) return undefined;
    edits.push(edit);
  }
  return { name, edits };
}

interface Definition {
  /** What calls name: the function, or the class of an `__init__`. */
  readonly name: string;
  /** Offsets of what stands between the parentheses. */
  readonly inside: readonly [start: number, end: number];
}

function definitionAround(source: string, { line }: Place): Definition | undefined {
  const at = functionAround(source, line);
  if (at === undefined) return undefined;
  const lines = source.split("\n");
  if (/^\s*@(?!staticmethod|classmethod)/.test(lines[at - 1] ?? "")) return undefined;
  const start = lines.slice(0, at).reduce((length, text) => length + text.length + 1, 0);
  const name = /^\s*def\s+(\w+)\s*(?=\()/.exec(source.slice(start));
  if (!name) return undefined;
  const open = start + name[0].length;
  const length = closingOf(source.slice(open), "python");
  if (length === undefined) return undefined;
  const inside = [open + 1, open + length - 1] as const;
  if (name[1] !== "__init__") return { name: name[1]!, inside };
  const head = headAround(source, at + 1, /^\s*class\b/);
  const owner = head === undefined ? undefined : /^\s*class\s+(\w+)/.exec(lines[head]!)?.[1];
  return owner === undefined ? undefined : { name: owner, inside };
}

/** The parameter stands last, in front of `**options`. */
function parameterEdit(source: string, file: string, { inside }: Definition, name: string): TextEdit {
  const parts = pythonParts(source, ...inside);
  const plain = parts.filter(([start]) => !source.startsWith("**", start));
  const typed = plain.some(([start, end]) => /^\w+\s*:/.test(source.slice(start, end)));
  return added(source, file, inside, plain, parts.length, typed ? `${name}: bool = False` : `${name}=False`);
}

function argumentEdit(source: string, place: Place, called: string, name: string): TextEdit | undefined {
  const cut = cutAt(source, place);
  const call = cut && readPythonCall(cut.inside);
  if (!cut || !call || call.callee.split(".").at(-1) !== called) return undefined;
  const offset = cut.before.length;
  const moved = (start: number, end: number): readonly [number, number] => [offset + start, offset + end];
  const plain = call.args
    .filter(({ spread, value }) => !spread || !value.startsWith("**"))
    .map(({ start, end }) => moved(start, end));
  return added(source, place.file, moved(...call.inside), plain, call.args.length, `${name}=True`);
}

function added(
  source: string,
  file: string,
  [start]: readonly [number, number],
  plain: readonly (readonly [number, number])[],
  all: number,
  text: string,
): TextEdit {
  const last = plain.at(-1);
  const at = last ? last[1] : start;
  return { at: placeAt(source, file, at), text: last ? `, ${text}` : all > 0 ? `${text}, ` : text };
}

function freeName(purpose: string, source: string, taken: ReadonlySet<string>): string {
  for (let count = 1; ; count++) {
    const name = count === 1 ? purpose : `${purpose}_${count}`;
    if (!taken.has(name) && !new RegExp(wordPattern(name)).test(source)) return name;
  }
}
