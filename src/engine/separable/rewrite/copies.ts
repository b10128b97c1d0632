/**
 * Copies of helpers that other networks use too: the swap is made in the copy, and the network's own calls, which are
 * found along the calls that led to each layer, name the copy. Helpers of helpers are copied where others share them.
 */

import type { Place } from "../../contract/report.ts";
import type { TextEdit } from "../../contract/rewrite.ts";
import { escapePattern } from "../../interpret/patterns/escape.ts";
import { placeKey } from "../../report/places.ts";
import { readPythonCall } from "./callText.ts";
import { type Definition, definitionAround, isInside } from "./definition.ts";
import { applyEdits, cutAt, placeAt } from "./place.ts";
import { withoutWords } from "./uses.ts";

/** The call that makes a layer, the call of the function which that stands in, and so on. */
export type Calls = readonly Place[];

export interface Copies {
  /** Is the layer made in a copy? */
  readonly has: (calls: Calls) => boolean;
  /** What is copied, and what the copy is called. */
  readonly names: ReadonlyMap<Definition, string>;
  /** The same edits with those of copied definitions made in the copies, the copies and what names them. */
  readonly made: (edits: readonly TextEdit[]) => readonly TextEdit[];
}

/** Why there is no copy. */
export interface NoCopy {
  readonly reason: string;
  readonly at?: Place;
}

export interface CopyFiles {
  readonly read: (file: string) => string | undefined;
  /** Files that no user edits. */
  readonly isInstalled: (file: string) => boolean;
}

/** `own`: the layers that change; `others`: those that the same lines make in other networks. */
export function copiesFor(
  own: readonly Calls[],
  others: readonly Calls[],
  files: CopyFiles,
): Copies | NoCopy {
  const shared = new Set(others.flat().map(placeKey));
  const found = new Search(shared, files);
  for (const [first] of own)
    if (first && shared.has(placeKey(first))) {
      const problem = found.copy(first);
      if (problem) return problem;
    }
  const problem = found.follow(own);
  if (problem) return problem;
  const copied = found.copied;
  const names = new Map(copied.map((each) => [each, copyName(each, own, files)]));
  const edits = renames(found.entries, names, files);
  return "reason" in edits
    ? edits
    : {
        names,
        has: (calls) => found.isCopied(calls),
        made: (all) => inCopies([...all, ...edits], names, files),
      };
}

/** Where a definition is named to be called: its call, or a call that is given it. */
interface Entry {
  readonly of: Definition;
  /** The name's place, and the level of the call that has it. */
  readonly at: Place;
  readonly level: number;
  readonly call: Place;
  /** The first call that is not in the definition. */
  readonly from: number;
  /** The name stands alone: it is one of the file's own. */
  readonly bare: boolean;
}

type Named = Pick<Entry, "at" | "bare">;

class Search {
  copied: Definition[] = [];
  entries: Entry[] = [];
  readonly #shared: ReadonlySet<string>;
  readonly #files: CopyFiles;

  constructor(shared: ReadonlySet<string>, files: CopyFiles) {
    this.#shared = shared;
    this.#files = files;
  }

  /** The definition that a place stands in is to be copied. */
  copy(at: Place): NoCopy | undefined {
    const text = this.#files.isInstalled(at.file) ? undefined : this.#files.read(at.file);
    const found = text === undefined ? undefined : definitionAround(at.file, text, at.line);
    if (!found)
      return { reason: `what makes it at ${lineOf(at)} cannot be copied for this network alone`, at };
    if (this.copied.some((each) => isInside(each, at))) return undefined;
    const isWithin = (each: Definition): boolean => isInside(found, { file: each.file, line: each.first });
    this.copied = [...this.copied.filter((each) => !isWithin(each)), found];
    return undefined;
  }

  /** Copies what is shared along the way to each of these layers. */
  follow(own: readonly Calls[]): NoCopy | undefined {
    for (let before = -1; before !== this.#size(); ) {
      before = this.#size();
      this.entries = [];
      for (const calls of own) {
        const problem = this.#followOne(calls);
        if (problem) return problem;
      }
    }
    return undefined;
  }

  isCopied(calls: Calls): boolean {
    const around = this.#around(calls[0]);
    if (!around) return false;
    const entry = this.#entryOf(calls, 0, around);
    if ("reason" in entry || !this.entries.some((each) => isSameEntry(each, entry))) return false;
    return this.#around(entry.call) === undefined || this.isCopied(calls.slice(entry.level));
  }

  #size(): number {
    return this.copied.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  }

  #around(at: Place | undefined): Definition | undefined {
    return at && this.copied.find((each) => isInside(each, at));
  }

  #followOne(calls: Calls): NoCopy | undefined {
    for (let level = 0; level < calls.length; ) {
      const around = this.#around(calls[level]);
      if (!around) {
        level++;
        continue;
      }
      const entry = this.#entryOf(calls, level, around);
      if ("reason" in entry) return entry;
      if (!this.entries.some((each) => isSameEntry(each, entry))) this.entries.push(entry);
      const problem = this.#shared.has(placeKey(entry.call)) ? this.copy(entry.call) : undefined;
      if (problem) return problem;
      level = entry.from;
    }
    return undefined;
  }

  /** Where the program comes into a definition on its way to a layer. */
  #entryOf(calls: Calls, level: number, of: Definition): Entry | NoCopy {
    const from = calls.findIndex((at, index) => index > level && !isInside(of, at));
    if (from < 0) return { reason: `${of.name} is what other networks are made by, too` };
    for (const [index, call] of calls.slice(from).entries()) {
      const own = index === 0 ? this.#calleeOf(call, of) : this.#argumentOf(call, of);
      const found = own ?? (index === 0 ? this.#argumentOf(call, of) : undefined);
      if (found) return { ...found, of, from, level: from + index, call };
    }
    const at = calls[from]!;
    return {
      reason: `${of.name} is not called by its name at ${lineOf(at)}, where a copy would stand for it`,
      at,
    };
  }

  #calleeOf(at: Place, of: Definition): Named | undefined {
    const text = this.#files.read(at.file) ?? "";
    const cut = cutAt(text, at);
    const call = cut && readPythonCall(cut.inside);
    if (!cut || !call) return undefined;
    const names = call.callee.split(".");
    const local = at.file === of.file ? of.name : aliasOf(of.name, text);
    const index = names.findIndex((name, place) => name === (place === 0 ? local : of.name));
    if (index < 0) return undefined;
    const offset = names.slice(0, index).reduce((sum, { length }) => sum + length + 1, 0);
    const start = cut.before.length + cut.inside.indexOf(call.callee) + offset;
    return nameAt(text, at.file, start, names[index]!, index === 0);
  }

  #argumentOf(at: Place, of: Definition): Named | undefined {
    const text = this.#files.read(at.file) ?? "";
    const cut = cutAt(text, at);
    const call = cut && readPythonCall(cut.inside);
    const local = at.file === of.file ? of.name : aliasOf(of.name, text);
    const arg = call?.args.find(({ value }) => value === local || value.endsWith(`.${of.name}`));
    if (!cut || !arg) return undefined;
    const written = arg.value.split(".").at(-1)!;
    return nameAt(
      text,
      at.file,
      cut.before.length + arg.end - written.length,
      written,
      written === arg.value,
    );
  }
}

function isSameEntry(one: Entry, other: Entry): boolean {
  return one.of === other.of && placeKey(one.at) === placeKey(other.at);
}

function nameAt(text: string, file: string, start: number, written: string, bare: boolean): Named {
  const [from, to] = [placeAt(text, file, start), placeAt(text, file, start + written.length)];
  return { at: { ...from, end_line: to.line, end_column: to.column }, bare };
}

/** What a file calls a name that it imports. */
function aliasOf(name: string, text: string): string {
  const own = escapePattern(name);
  const found = new RegExp(
    `^[ \\t]*from\\b[^#\\n]*\\bimport\\b(?:\\s*\\([^)]*|[^\\n]*)\\b${own}\\s+as\\s+(\\w+)`,
    "m",
  );
  return found.exec(text)?.[1] ?? name;
}

/** The name stands for the copy where it is called, imported and asked for. */
function renames(
  entries: readonly Entry[],
  names: ReadonlyMap<Definition, string>,
  { read }: CopyFiles,
): TextEdit[] | NoCopy {
  const edits: TextEdit[] = [];
  const add = (edit: TextEdit): void => {
    if (!edits.some(({ at, text }) => text === edit.text && placeKey(at) === placeKey(edit.at)))
      edits.push(edit);
  };
  for (const { of, at, bare } of entries) {
    const copy = names.get(of)!;
    add({ at, text: copy });
    if (bare && at.file !== of.file) for (const edit of importEdits(of.name, copy, at.file, read)) add(edit);
  }
  for (const [of, copy] of names) {
    if (of.kind !== "class") continue;
    for (const file of new Set([of.file, ...entries.map(({ at }) => at.file)])) {
      const asked = classTests(of, copy, file, read(file) ?? "");
      if ("reason" in asked) return asked;
      for (const edit of asked) add(edit);
      if (file !== of.file && asked.length > 0)
        for (const edit of importEdits(of.name, copy, file, read)) add(edit);
    }
  }
  return edits;
}

/** `from blocks import conv` gets the copy, too. */
function importEdits(name: string, copy: string, file: string, read: CopyFiles["read"]): TextEdit[] {
  const text = read(file) ?? "";
  const own = escapePattern(name);
  const pattern = new RegExp(
    `^[ \\t]*from\\b[^#\\n]*\\bimport\\b(?:\\s*\\([^)]*?|[^\\n(]*?)\\b${own}\\b(?:\\s+as\\s+\\w+)?`,
    "m",
  );
  const found = pattern.exec(withoutWords(text));
  return found ? [{ at: placeAt(text, file, found.index + found[0].length), text: `, ${copy}` }] : [];
}

/** `isinstance(m, Block)` holds for the copy, too; a comparison of classes would not. */
function classTests(of: Definition, copy: string, file: string, text: string): TextEdit[] | NoCopy {
  const code = withoutWords(text);
  const name = escapePattern(of.name);
  const compared = new RegExp(
    `(?:\\bis(?:\\s+not)?|[=!]=|\\bin)\\s*[\\[(]?(?:[\\w.]+\\s*,\\s*)*(?:\\w+\\.)*${name}\\b(?!\\s*\\()|\\b${name}\\s*(?:\\bis\\b|[=!]=|\\bin\\b)`,
  );
  const problem = compared.exec(code);
  if (problem) {
    const at = placeAt(text, file, problem.index);
    return { reason: `${of.name} is compared at ${lineOf(at)}, and a copy of it is another class`, at };
  }
  const tests = new RegExp(
    `\\b(?:isinstance|issubclass)\\([^()\\n]*,\\s*(\\(?)([^()\\n]*?(?<![\\w.]))((?:\\w+\\.)*)${name}\\b`,
    "g",
  );
  return [...code.matchAll(tests)].flatMap(({ 0: whole, 1: open = "", 3: prefix = "", index }) => {
    const [start, end] = [index + whole.length - prefix.length - of.name.length, index + whole.length];
    const [from, to] = [placeAt(text, file, start), placeAt(text, file, end)];
    const both = `${prefix}${of.name}, ${prefix}${copy}`;
    return [
      { at: { ...from, end_line: to.line, end_column: to.column }, text: open === "(" ? both : `(${both})` },
    ];
  });
}

/** `separable_conv`, `_separable_conv`, `SeparableBlock`: a name that no file at hand has. */
function copyName({ name, kind, file }: Definition, own: readonly Calls[], { read }: CopyFiles): string {
  const [, blanks = "", rest = ""] = /^(_*)(.*)$/.exec(name)!;
  const wanted = kind === "class" ? `${blanks}Separable${rest}` : `${blanks}separable_${rest}`;
  const texts = [...new Set([file, ...own.flat().map((at) => at.file)])].map((each) => read(each) ?? "");
  for (let count = 1; ; count++) {
    const free = count === 1 ? wanted : `${wanted}_${count}`;
    if (!texts.some((text) => new RegExp(`\\b${free}\\b`).test(text))) return free;
  }
}

/** Edits that lie in copied definitions, made in their copies, which stand behind them. */
function inCopies(
  edits: readonly TextEdit[],
  names: ReadonlyMap<Definition, string>,
  { read }: CopyFiles,
): readonly TextEdit[] {
  const isOf = (of: Definition, { at }: TextEdit): boolean =>
    isInside(of, at) &&
    !(at.line === of.first && at.column === 1 && at.end_line === at.line && at.end_column === 1);
  const copied = [...names.keys()];
  const rest = edits.filter((edit) => !copied.some((of) => isOf(of, edit)));
  const copies = copied.map((of): TextEdit => {
    const { file, first, last, name } = of;
    const text = read(file) ?? "";
    const lines = text.split("\n");
    const moved = edits
      .filter((edit) => isOf(of, edit))
      .map(({ at, text: put }) => ({
        at: { ...at, line: at.line - first + 1, end_line: (at.end_line ?? at.line) - first + 1 },
        text: put,
      }));
    const body = renamed(applyEdits(lines.slice(first - 1, last).join("\n"), moved), name, names.get(of)!);
    const column = lines[last - 1]!.length + 1;
    const gap = /^\S/.test(lines[first - 1]!) ? "\n\n\n" : "\n\n";
    return { at: { file, line: last, column, end_line: last, end_column: column }, text: `${gap}${body}` };
  });
  return [...rest, ...copies];
}

/** A definition speaks of itself by its own name. */
function renamed(text: string, name: string, copy: string): string {
  const code = withoutWords(text);
  const own = new RegExp(`(?<![\\w.])${escapePattern(name)}\\b(?!\\s*=(?!=))`, "g");
  return text.replaceAll(own, (whole, at: number) =>
    code.slice(at, at + name.length) === name ? copy : whole,
  );
}

/** `net.py:12` */
function lineOf({ file, line }: { readonly file: string; readonly line: number }): string {
  return `${file.slice(file.lastIndexOf("/") + 1)}:${line}`;
}
