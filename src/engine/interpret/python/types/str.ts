/** `str` and `bytes` and their methods. */
import type { Interp } from "../../interp.ts";
import type { NativeImpl } from "../../native.ts";
import {
  Bytes,
  type ClassValue,
  Dict,
  isUnknown,
  List,
  Tuple,
  type Unknown,
  type Value,
} from "../../values.ts";
import { compare, equals } from "../compare.ts";
import { defineCore, firstUnknown, strictTable, toInt, toText, typeName, unwrap } from "../core.ts";
import { hashNumber } from "../dict.ts";
import { format, formatTemplate } from "../format.ts";
import { builtinGetItem } from "../items.ts";
import { binary } from "../operators.ts";
import { builtinLength, items, iterOf } from "../sequences.ts";
import { builtinRepr, str } from "../text.ts";
import { argsOf, OBJECT, withPayload } from "./object.ts";

type Method = readonly [string, NativeImpl];

function text(value: Value): string {
  return toText(value) ?? "";
}

/** A method of the text alone. */
function simple(rule: (self: string) => Value): Method {
  return ["self", (a) => rule(text(a.self))];
}

/** A test of all characters; empty text never passes. */
function all(pattern: RegExp): Method {
  return simple((self) => pattern.test(self));
}

const WHITESPACE = "\\s\\x1c-\\x1f\\x85";

function strip(self: string, chars: Value, where: "left" | "right" | "both"): string {
  const set = chars === null ? undefined : new Set(text(chars));
  const space = new RegExp(`[${WHITESPACE}]`);
  const drops = (char: string | undefined) => char !== undefined && (set ? set.has(char) : space.test(char));
  let start = 0;
  let end = self.length;
  if (where !== "right") while (start < end && drops(self[start])) start++;
  if (where !== "left") while (end > start && drops(self[end - 1])) end--;
  return self.slice(start, end);
}

function split(interp: Interp, self: string, separator: Value, limit: Value): Value {
  const most = toInt(limit) ?? -1;
  if (separator === null) {
    const found = [...self.matchAll(/\S+/g)];
    interp.tick(found.length);
    const words = found.map(([word]) => word);
    if (most < 0 || words.length <= most + 1) return new List(words);
    return new List([...words.slice(0, most), self.slice(found[most]!.index).trimEnd()]);
  }
  const mark = text(separator);
  if (mark === "") return interp.fail("ValueError", "empty separator");
  const parts = self.split(mark);
  if (most < 0 || parts.length <= most + 1) return new List(parts);
  return new List([...parts.slice(0, most), parts.slice(most).join(mark)]);
}

function rsplit(interp: Interp, self: string, separator: Value, limit: Value): Value {
  const most = toInt(limit) ?? -1;
  const whole = split(interp, self, separator, -1);
  if (!(whole instanceof List) || most < 0 || whole.items.length <= most + 1) return whole;
  if (separator === null) {
    const words = [...self.matchAll(/\S+/g)];
    const cut = words.length - most;
    const last = words[cut - 1]!;
    const head = self.slice(0, last.index + last[0].length).trimStart();
    return new List([head, ...words.slice(cut).map(([word]) => word)]);
  }
  const parts = whole.items.map(String);
  const cut = parts.length - most;
  return new List([parts.slice(0, cut).join(text(separator)), ...parts.slice(cut)]);
}

function partition(self: string, mark: string, at: number, missing: readonly string[]): Value {
  return new Tuple(at < 0 ? missing : [self.slice(0, at), mark, self.slice(at + mark.length)]);
}

function range(self: string, from: Value, to: Value): readonly [number, number] {
  const clamp = (value: Value, fallback: number) => {
    const number = toInt(value) ?? fallback;
    return number < 0 ? Math.max(0, number + self.length) : Math.min(number, self.length);
  };
  return [clamp(from, 0), clamp(to, self.length)];
}

function find(a: Parameters<NativeImpl>[0], from: "first" | "last"): number {
  const self = text(a.self);
  const [start, end] = range(self, a.start, a.end);
  if (start > end) return -1;
  const part = self.slice(start, end);
  const at = from === "first" ? part.indexOf(text(a.sub)) : part.lastIndexOf(text(a.sub));
  return at < 0 ? -1 : at + start;
}

function affix(a: Parameters<NativeImpl>[0], test: (self: string, part: string) => boolean): boolean {
  const self = text(a.self);
  const [start, end] = range(self, a.start, a.end);
  const parts = a.part instanceof Tuple ? a.part.items : [a.part];
  return parts.some((part) => test(self.slice(start, end), text(part)));
}

function title(self: string): string {
  return self.replace(/\p{L}+/gu, (word) => word[0]?.toUpperCase() + word.slice(1).toLowerCase());
}

function expandTabs(interp: Interp, self: string, size: number): string | Unknown {
  const tabs = self.split("\t").length - 1;
  if (!interp.allowsText(self.length + tabs * Math.max(0, size))) return interp.unknown("text too long");
  let column = 0;
  return [...self]
    .map((char) => {
      if (char === "\n" || char === "\r") column = 0;
      const width = char === "\t" ? (size > 0 ? size - (column % size) : 0) : 1;
      if (char !== "\n" && char !== "\r") column += width;
      return char === "\t" ? " ".repeat(width) : char;
    })
    .join("");
}

function pad(where: "left" | "right" | "both"): Method {
  return [
    "self, width, fillchar=' '",
    (a, interp) => {
      const self = text(a.self);
      const width = toInt(a.width) ?? 0;
      const missing = Math.max(0, width - self.length);
      if (!interp.allowsText(width)) return interp.unknown("text too long");
      const fill = text(a.fillchar);
      if (where === "left") return fill.repeat(missing) + self;
      if (where === "right") return self + fill.repeat(missing);
      const left = Math.floor(missing / 2) + (missing & width & 1);
      return fill.repeat(left) + self + fill.repeat(missing - left);
    },
  ];
}

function join(interp: Interp, self: string, iterable: Value): Value {
  const parts = items(interp, iterable);
  if (isUnknown(parts)) return parts;
  const texts: string[] = [];
  for (const [i, part] of parts.entries()) {
    if (isUnknown(part)) return part;
    const plain = toText(part);
    if (plain === undefined) {
      return interp.fail(
        "TypeError",
        `sequence item ${i}: expected str instance, ${typeName(interp, part)} found`,
      );
    }
    texts.push(plain);
  }
  const length = texts.reduce((sum, part) => sum + part.length + self.length, 0);
  return interp.allowsText(length) ? texts.join(self) : interp.unknown("text too long");
}

function translate(interp: Interp, self: string, table: Value): Value {
  if (!(table instanceof Dict)) return self;
  const parts = [...self].map((char) => {
    const entry = table.entries.get(char.codePointAt(0) ?? 0);
    if (entry === undefined) return char;
    if (entry.value === null) return "";
    return typeof entry.value === "number" ? String.fromCodePoint(entry.value) : text(entry.value);
  });
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return interp.allowsText(length) ? parts.join("") : interp.unknown("text too long");
}

function makeTrans(interp: Interp, from: Value, to: Value, drop: Value): Value {
  const table = new Dict();
  const put = (key: Value, value: Value) =>
    interp.dictSet(table, typeof key === "string" ? (key.codePointAt(0) ?? 0) : key, value);
  if (from instanceof Dict) for (const { key, value } of from.entries.values()) put(key, value);
  else {
    const targets = [...text(to)];
    for (const [i, char] of [...text(from)].entries()) put(char, targets[i] ?? null);
  }
  for (const char of drop === null ? "" : text(drop)) put(char, null);
  return table;
}

const BEFORE_CASED = /^[^\p{Lu}\p{Ll}]*$/u;

const strMethods: Record<string, Method> = {
  __len__: ["self", (a) => builtinLength(unwrap(a.self))],
  __iter__: ["self", (a) => iterOf(text(a.self), "str_iterator")],
  __getitem__: ["self, index", (a, interp) => builtinGetItem(interp, unwrap(a.self), a.index)],
  __contains__: ["self, part", (a) => text(a.self).includes(text(a.part))],
  __add__: ["self, other", (a, interp) => binary(interp, "+", unwrap(a.self), unwrap(a.other))],
  __mul__: ["self, times", (a, interp) => binary(interp, "*", unwrap(a.self), a.times)],
  __mod__: ["self, values", (a, interp) => binary(interp, "%", unwrap(a.self), a.values)],
  __eq__: ["self, other", (a, interp) => equals(interp, unwrap(a.self), unwrap(a.other))],
  __lt__: ["self, other", (a, interp) => compare(interp, "<", unwrap(a.self), unwrap(a.other))],
  __hash__: ["self", (a, interp) => hashNumber(interp, unwrap(a.self))],
  __str__: ["self", (a) => unwrap(a.self)],
  __repr__: ["self", (a, interp) => builtinRepr(interp, a.self)],
  __format__: ["self, spec", (a, interp) => format(interp, unwrap(a.self), text(a.spec))],
  capitalize: simple((self) => (self[0] ?? "").toUpperCase() + self.slice(1).toLowerCase()),
  casefold: simple((self) => self.toLowerCase()),
  lower: simple((self) => self.toLowerCase()),
  upper: simple((self) => self.toUpperCase()),
  title: simple(title),
  swapcase: simple((self) =>
    self.replace(/\p{L}/gu, (c) => (c === c.toUpperCase() ? c.toLowerCase() : c.toUpperCase())),
  ),
  isalpha: all(/^\p{L}+$/u),
  isalnum: all(/^[\p{L}\p{N}]+$/u),
  isdigit: all(/^[\p{Nd}²³¹⁰-⁹₀-₉]+$/u),
  isdecimal: all(/^\p{Nd}+$/u),
  isnumeric: all(/^\p{N}+$/u),
  isspace: all(/^\s+$/),
  isidentifier: all(/^[\p{L}_][\p{L}\p{N}_]*$/u),
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is ASCII itself
  isascii: all(/^[\x00-\x7f]*$/),
  isprintable: all(/^[^\p{C}]*$/u),
  islower: simple((self) => !BEFORE_CASED.test(self) && self === self.toLowerCase()),
  isupper: simple((self) => !BEFORE_CASED.test(self) && self === self.toUpperCase()),
  istitle: simple((self) => !BEFORE_CASED.test(self) && self === title(self)),
  strip: ["self, chars=None", (a) => strip(text(a.self), a.chars, "both")],
  lstrip: ["self, chars=None", (a) => strip(text(a.self), a.chars, "left")],
  rstrip: ["self, chars=None", (a) => strip(text(a.self), a.chars, "right")],
  removeprefix: [
    "self, prefix",
    (a) =>
      text(a.self).startsWith(text(a.prefix)) ? text(a.self).slice(text(a.prefix).length) : text(a.self),
  ],
  removesuffix: [
    "self, suffix",
    (a) =>
      a.suffix !== "" && text(a.self).endsWith(text(a.suffix))
        ? text(a.self).slice(0, -text(a.suffix).length)
        : text(a.self),
  ],
  split: ["self, sep=None, maxsplit=-1", (a, interp) => split(interp, text(a.self), a.sep, a.maxsplit)],
  rsplit: ["self, sep=None, maxsplit=-1", (a, interp) => rsplit(interp, text(a.self), a.sep, a.maxsplit)],
  splitlines: ["self, keepends=False", (a) => splitLines(text(a.self), a.keepends === true)],
  partition: [
    "self, sep",
    (a) => partition(text(a.self), text(a.sep), text(a.self).indexOf(text(a.sep)), [text(a.self), "", ""]),
  ],
  rpartition: [
    "self, sep",
    (a) =>
      partition(text(a.self), text(a.sep), text(a.self).lastIndexOf(text(a.sep)), ["", "", text(a.self)]),
  ],
  replace: [
    "self, old, new, count=-1",
    (a, interp) => replace(interp, text(a.self), text(a.old), text(a.new), toInt(a.count) ?? -1),
  ],
  find: ["self, sub, start=None, end=None", (a) => find(a, "first")],
  rfind: ["self, sub, start=None, end=None", (a) => find(a, "last")],
  index: ["self, sub, start=None, end=None", (a, interp) => orMissing(interp, find(a, "first"))],
  rindex: ["self, sub, start=None, end=None", (a, interp) => orMissing(interp, find(a, "last"))],
  count: [
    "self, sub, start=None, end=None",
    (a, interp) => {
      const [start, end] = range(text(a.self), a.start, a.end);
      const parts = text(a.self).slice(start, end).split(text(a.sub)).length;
      interp.tick(parts >> 3);
      return parts - (a.sub === "" ? 0 : 1);
    },
  ],
  startswith: ["self, part, start=None, end=None", (a) => affix(a, (self, part) => self.startsWith(part))],
  endswith: ["self, part, start=None, end=None", (a) => affix(a, (self, part) => self.endsWith(part))],
  join: ["self, iterable", (a, interp) => join(interp, text(a.self), a.iterable)],
  ljust: pad("right"),
  rjust: pad("left"),
  center: pad("both"),
  zfill: [
    "self, width",
    (a, interp) => {
      if (!interp.allowsText(toInt(a.width) ?? 0)) return interp.unknown("text too long");
      const [, sign = "", digits = ""] = /^([+-]?)(.*)$/s.exec(text(a.self)) ?? [];
      return sign + digits.padStart((toInt(a.width) ?? 0) - sign.length, "0");
    },
  ],
  expandtabs: ["self, tabsize=8", (a, interp) => expandTabs(interp, text(a.self), toInt(a.tabsize) ?? 8)],
  translate: ["self, table", (a, interp) => translate(interp, text(a.self), a.table)],
  encode: [
    "self, encoding='utf-8', errors='strict'",
    (a, interp) => {
      const bytes = utf8(interp, text(a.self));
      return isSameIn(String(a.encoding), text(a.self), bytes)
        ? new Bytes(bytes)
        : interp.unknown(`text in ${String(a.encoding)} is not followed`);
    },
  ],
  format_map: [
    "self, mapping",
    (a, interp) =>
      formatTemplate(interp, text(a.self), [], a.mapping instanceof Dict ? a.mapping : new Dict()),
  ],
};

function replace(interp: Interp, self: string, old: string, fresh: string, count: number): Value {
  const parts = old === "" ? ["", ...self, ""] : self.split(old);
  interp.tick(parts.length >> 3);
  const most = count < 0 ? parts.length - 1 : Math.min(count, parts.length - 1);
  if (!interp.allowsText(self.length + most * fresh.length)) return interp.unknown("text too long");
  return parts.reduce((whole, part, i) => whole + (i <= most ? fresh : old) + part);
}

function orMissing(interp: Interp, at: number): number | Unknown {
  return at < 0 ? interp.fail("ValueError", "substring not found") : at;
}

function splitLines(self: string, keep: boolean): List {
  const lines = self.match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? [];
  return new List(keep ? lines : lines.map((line) => line.replace(/[\r\n]+$/, "")));
}

function utf8(interp: Interp, self: string): string {
  interp.tick(self.length >> 2);
  return Array.from(new TextEncoder().encode(self), (code) => String.fromCharCode(code)).join("");
}

/** Text kept as one JS character a byte, back to text. */
export function fromUtf8(bytes: string, interp: Interp): string {
  interp.tick(bytes.length >> 2);
  const codes = Uint8Array.from(bytes, (char) => char.charCodeAt(0));
  return new TextDecoder().decode(codes);
}

export const STR: ClassValue = defineCore("str", {
  bases: [OBJECT],
  native: {
    layer: false,
    create: (interp, cls, args, kwargs) => {
      const value = args[0] ?? kwargs.get("object");
      if (value instanceof Bytes && args.length > 1)
        return withPayload(interp, fromUtf8(value.value, interp), cls, STR);
      const result = value === undefined && args.length === 0 ? "" : str(interp, value);
      return withPayload(interp, result, cls, STR);
    },
  },
  methods: {
    ...strictTable(strMethods),
    format: [
      "__self, *args, **kwargs",
      (a, interp) =>
        firstUnknown({ args: a.args }) ??
        formatTemplate(
          interp,
          text(a.__self),
          argsOf(a.args),
          a.kwargs instanceof Dict ? a.kwargs : new Dict(),
        ),
    ],
  },
  statics: { maketrans: ["x, y=None, z=None", (a, interp) => makeTrans(interp, a.x, a.y, a.z)] },
});

/** UTF-8, or one of those whose first 128 characters are the same bytes, of a text that has no others. */
function isSameIn(encoding: string, decoded: string, bytes: string): boolean {
  const isPlain = /^(ascii|latin-?1|iso-?8859-?1|cp1252)$/i.test(encoding) && decoded.length === bytes.length;
  return isPlain || /^utf-?8$/i.test(encoding);
}

function ofBytes(
  rule: (self: string, interp: Interp, a: Record<string, Value>) => Value,
  params = "",
): Method {
  return [
    `self${params}`,
    (a, interp) => {
      const self = a.self instanceof Bytes ? a.self.value : "";
      interp.tick(self.length >> 4);
      return rule(self, interp, a);
    },
  ];
}

export const BYTES: ClassValue = defineCore("bytes", {
  bases: [OBJECT],
  native: {
    layer: false,
    create: (interp, _cls, args) => {
      const source = args[0];
      if (source === undefined || isUnknown(source)) return source ?? new Bytes("");
      if (typeof source === "string") return new Bytes(utf8(interp, source));
      if (source instanceof Bytes) return source;
      const size = toInt(source);
      if (size !== undefined)
        return size >= 0 && interp.allowsText(size)
          ? new Bytes("\0".repeat(size))
          : interp.unknown("too large");
      const codes = items(interp, source);
      if (!isUnknown(codes)) interp.tick(codes.length >> 3);
      return isUnknown(codes)
        ? codes
        : new Bytes(codes.map((code) => String.fromCharCode(toInt(code) ?? 0)).join(""));
    },
  },
  methods: strictTable({
    decode: ofBytes((self, interp, a) => {
      const decoded = fromUtf8(self, interp);
      return isSameIn(String(a.encoding), decoded, self)
        ? decoded
        : interp.unknown(`text in ${String(a.encoding)} is not followed`);
    }, ", encoding='utf-8', errors='strict'"),
    hex: ofBytes((self, interp) => {
      interp.tick(self.length >> 2);
      return [...self].map((c) => c.charCodeAt(0).toString(16).padStart(2, "0")).join("");
    }, ", ?sep=None, ?bytes_per_sep=1"),
    strip: ofBytes((self) => new Bytes(self.trim()), ", ?chars=None"),
    lower: ofBytes((self) => new Bytes(self.toLowerCase())),
    upper: ofBytes((self) => new Bytes(self.toUpperCase())),
    split: ofBytes((_, interp) => interp.unknown("bytes.split is not followed"), ", sep=None, maxsplit=-1"),
  }),
});
