/**
 * Who decides what a call spreads. `options = {"padding": 1}` has these keys however often it runs, but `**kwargs` has
 * those that callers give: one that was not run may give others, which the keys written out would drop.
 */

import type { Place } from "../../contract/report.ts";
import { escapePattern, wordPattern } from "../../interpret/patterns/escape.ts";
import { placeKey } from "../../report/places.ts";
import type { Language } from "../../syntax/ast.ts";
import { closingOf, readPythonCall } from "./callText.ts";
import { cutAt, functionAround, headAround } from "./place.ts";

/** A call that spreads something, and the calls that were seen of the function that it stands in. */
export interface SpreadCall {
  readonly at: Place;
  readonly text: string;
  /** The file's text in front of the call. */
  readonly before: string;
  readonly language: Language;
  readonly seen: readonly (Place | undefined)[];
}

interface Files {
  readonly read: (file: string) => string | undefined;
  /** Other files of the program. */
  readonly around: (file: string) => readonly string[];
}

/** Undefined where no run can give other arguments than those seen. */
export function whyOpen(name: string, call: SpreadCall, files: Files): string | undefined {
  if (call.language !== "python")
    return isListed(name, call.before)
      ? undefined
      : `${name} comes from elsewhere, where other runs may give it other properties: name them in the call`;
  const callers = callersOf(name, call.text, call.at.line);
  if (!callers || (callers.starred && areAllSeen(callers.name, call, files))) return undefined;
  return `${name} is what the callers of ${callers.name} give, and those that this network does not run may give other arguments: name them in the call`;
}

/** Is every mention of the function, here and in the files around, a call that was seen and spreads nothing itself? */
function areAllSeen(name: string, { at, text, seen }: SpreadCall, { read, around }: Files): boolean {
  const places = new Map<string, Place>();
  for (const caller of seen) {
    if (!caller) return false;
    places.set(placeKey(caller), caller);
  }
  for (const place of places.values()) {
    const cut = cutAt(read(place.file) ?? "", place);
    const call = cut && readPythonCall(cut.inside);
    if (!call || call.args.some(({ spread }) => spread)) return false;
  }
  const mentions = [text, ...around(at.file).map((file) => read(file) ?? "")].map((source) =>
    usesOf(source, name),
  );
  return mentions.reduce((sum, count) => sum + count, 0) === places.size;
}

/** Imports, comments and the definition itself use nothing. */
function usesOf(source: string, name: string): number {
  if (!source.includes(name)) return 0;
  const code = source.replaceAll(/#[^\n]*|^[ \t]*(?:from[^\n]*)?\bimport\s+(?:\([^)]*\)|[^\n]*)/gm, "");
  return (
    code.match(new RegExp(`(?<!\\b(?:def|class)\\s+)(?<!\\bsuper\\(\\s*)${wordPattern(name)}`, "g"))
      ?.length ?? 0
  );
}

/** The function, or the class of an `__init__`, whose callers decide. */
interface Callers {
  readonly name: string;
  /** `*args` and `**kwargs` have what the text of a call has; other parameters may come from anywhere. */
  readonly starred: boolean;
}

/** Undefined where the file itself makes it. */
function callersOf(name: string, source: string, line: number): Callers | undefined {
  return ownersOf(name, source, line, 0);
}

const DEEPEST = 4;

function ownersOf(name: string, source: string, line: number, depth: number): Callers | undefined {
  const [root = "", attribute] = name.split(".");
  if (depth > DEEPEST) return undefined;
  if (root === "self" || root === "cls") return attributeOwners(attribute ?? "", source, line, depth);
  const lines = source.split("\n");
  const lambda = new RegExp(`\\blambda\\b[^:]*${wordPattern(root)}[^:]*:`).test(lines[line - 1] ?? "");
  if (lambda) return { name: "a lambda", starred: false };
  for (let at = functionAround(source, line); at !== undefined; at = functionAround(source, at + 1)) {
    const parameter = parametersOf(source, at).find((each) => each.replace(/^\*+/, "") === root);
    if (parameter) return { name: calledAs(source, at), starred: parameter.startsWith("*") };
    const made = bindings(root, lines, at + 1, endOf(lines, at));
    if (made.length > 0) return madeOwners(made, root, source, at, depth);
  }
  return undefined;
}

interface Binding {
  /** From 1. */
  readonly line: number;
  readonly indent: number;
  readonly value: string;
  /** Changes what is there. */
  readonly changes: boolean;
}

function madeOwners(
  made: readonly Binding[],
  root: string,
  source: string,
  head: number,
  depth: number,
): Callers | undefined {
  const sets = made.filter(({ changes }) => !changes);
  const [first] = made;
  const isStraight = sets.length === 1 && made.every(({ indent }) => indent === first?.indent);
  if (!isStraight && parametersOf(source, head).length > 0)
    return { name: calledAs(source, head), starred: false };
  for (const { value, line } of made)
    for (const each of decisive(value)) {
      const owners = each === root ? undefined : ownersOf(each, source, line, depth + 1);
      if (owners) return { ...owners, starred: false };
    }
  return undefined;
}

/** `self.options`: what is assigned to it, or a field that whoever makes the instance gives. */
function attributeOwners(
  attribute: string,
  source: string,
  line: number,
  depth: number,
): Callers | undefined {
  const lines = source.split("\n");
  const head = headAround(source, line, /^\s*class\b/);
  if (head === undefined) return undefined;
  const end = endOf(lines, head);
  const assigned = [
    ...bindings(`self.${attribute}`, lines, head + 1, end),
    ...bindings(attribute, lines, head + 1, end).filter(({ line: at }) => headOf(source, at) === head),
  ];
  const name = /^\s*class\s+(\w+)/.exec(lines[head] ?? "")?.[1] ?? "its class";
  if (assigned.length === 0) return { name, starred: false };
  for (const { value, line: at } of assigned)
    for (const each of decisive(value)) {
      const owners = ownersOf(each, source, at, depth + 1);
      if (owners) return { ...owners, starred: false };
    }
  return undefined;
}

function headOf(source: string, line: number): number | undefined {
  return headAround(source, line, /^\s*(class|(async\s+)?def)\b/);
}

/** Names that decide how many entries a value has: none in `dict(padding=p)`, `more` in `{"a": a, **more}`. */
function decisive(value: string): readonly string[] {
  const isLiteral = /^(\{|\[|\(|dict\()/.test(value) && !/\bfor\b/.test(value);
  const names = isLiteral
    ? [
        ...value.matchAll(/\*+\s*([A-Za-z_][\w.]*)/g),
        ...value.matchAll(/^dict\(\s*([A-Za-z_][\w.]*)\s*[,)]/g),
      ]
    : [...value.replaceAll(/"[^"]*"|'[^']*'/g, "").matchAll(/(?<![\w.])([A-Za-z_][\w.]*)(?!\s*=(?!=))/g)];
  return names.flatMap(([, name]) => (name === undefined ? [] : [name]));
}

/** Where lines bind or change a name: assignments, loops, `update`. */
function bindings(name: string, lines: readonly string[], from: number, to: number): readonly Binding[] {
  const own = `(?<![\\w.])${escapePattern(name)}`;
  const sets = new RegExp(`^(\\s*)${own}\\s*(?::[^=]+)?=(?!=)\\s*(.*)`);
  const loops = new RegExp(`^(\\s*).*\\bfor\\s+(?:[^\\n]*\\W)?${own}\\b.*?\\bin\\s+(.*)`);
  const changes = new RegExp(
    `^(\\s*)(?:del\\s+)?${own}(?:\\[.*\\]\\s*[|+]?=|\\.(?:update|pop|setdefault|append|extend)\\(|\\s*[|+]=|\\[.*\\]\\s*$)(.*)`,
  );
  return lines.slice(from, to).flatMap((text, index): readonly Binding[] => {
    const line = from + index + 1;
    const found = sets.exec(text) ?? loops.exec(text);
    const changed = found ? null : changes.exec(text);
    const match = found ?? changed;
    if (!match) return [];
    const rest = [match[2]!, ...lines.slice(line, to)].join("\n");
    const value = changed ? "" : whole(rest);
    return [{ line, indent: match[1]!.length, value, changes: changed !== null }];
  });
}

/** A value that starts here: to the end of its brackets, else of its line. */
function whole(text: string): string {
  const open = /^[^\n([{]*/.exec(text)![0].length;
  const end = text.indexOf("\n", open);
  const length = "([{".includes(text[open] ?? " ") ? closingOf(text.slice(open), "python") : undefined;
  if (length === undefined) return end < 0 ? text : text.slice(0, end);
  return text.slice(0, open + length);
}

function endOf(lines: readonly string[], head: number): number {
  const depth = /^\s*/.exec(lines[head] ?? "")![0].length;
  const end = lines.findIndex(
    (text, at) =>
      at > head && text.trim() !== "" && !/^\s*\)/.test(text) && /^\s*/.exec(text)![0].length <= depth,
  );
  return end < 0 ? lines.length : end;
}

/** The parameters of the `def` on this line (from 0), with their stars. */
function parametersOf(source: string, head: number): readonly string[] {
  const text = source.split("\n").slice(head).join("\n");
  const open = text.indexOf("(");
  const length = open < 0 ? undefined : closingOf(text.slice(open), "python");
  if (length === undefined) return [];
  const inside = text.slice(open + 1, open + length - 1).replaceAll(/#[^\n]*/g, "");
  return [...inside.matchAll(/(?:^|,)\s*(\*{0,2}[A-Za-z_]\w*)/g)]
    .map(([, name]) => name!)
    .filter((name) => name !== "self" && name !== "cls");
}

/** What calls name: the function, or the class of an `__init__`. */
function calledAs(source: string, head: number): string {
  const lines = source.split("\n");
  const name = /^\s*(?:async\s+)?def\s+(\w+)/.exec(lines[head] ?? "")?.[1] ?? "its function";
  if (name !== "__init__") return name;
  const owner = headAround(source, head + 1, /^\s*class\b/);
  return (owner === undefined ? undefined : /^\s*class\s+(\w+)/.exec(lines[owner]!)?.[1]) ?? name;
}

/** TypeScript: does the file itself list the properties of what a call spreads? */
function isListed(name: string, before: string): boolean {
  const [root = ""] = name.split(".");
  const own = escapePattern(root);
  const loop = new RegExp(`\\bfor\\s*\\(\\s*(?:const|let|var)\\s+${own}\\s+of\\s+([\\w$]+|\\[)`).exec(
    before,
  )?.[1];
  if (loop !== undefined && loop !== "[")
    return new RegExp(`\\bconst\\s+${escapePattern(loop)}(?![\\w$])[^=\\n]*=\\s*\\[`).test(before);
  const literal = new RegExp(`\\b(?:const|let|var)\\s+${own}(?![\\w$])[^=\\n]*=\\s*\\{([^}]*)`).exec(
    before,
  )?.[1];
  if (literal === undefined) return loop === "[";
  return [...literal.matchAll(/\.\.\.([\w.$]+)/g)].every(([, more]) => isListed(more!, before));
}
