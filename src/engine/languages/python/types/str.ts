/** `str` and `bytes` and their methods. */
import type { Interp } from "../../../interpret/interp.ts";
import type { NativeImpl } from "../../../interpret/native.ts";
import {
  Bytes,
  type ClassValue,
  Dict,
  isUnknown,
  List,
  Tuple,
  type Unknown,
  type Value,
} from "../../../interpret/values.ts";
import {
  capitalized,
  caseFolded,
  hasPairs,
  isPrintable,
  lengthOf,
  linesOf,
  pointOf,
  SPACES,
  title,
  trimmedEnd,
  trimmedStart,
  unitOf,
  words,
} from "../characters.ts";
import { compare, equals } from "../compare.ts";
import { defineCore, firstUnknown, strictTable, toInt, toText, typeName, unwrap } from "../core.ts";
import { hashNumber } from "../dict.ts";
import { decode, encode } from "../encodings.ts";
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

/** A method that looks up or makes each character by itself. */
function byCharacter(rule: (self: string) => Value): Method {
  return [
    "self",
    (a, interp) => {
      interp.tick(2 * text(a.self).length);
      return rule(text(a.self));
    },
  ];
}

/** A test of all characters; empty text never passes. */
function all(pattern: RegExp): Method {
  return simple((self) => pattern.test(self));
}

function strip(self: string, chars: Value, where: "left" | "right" | "both"): string {
  if (chars === null) {
    const start = where === "right" ? self : trimmedStart(self);
    return where === "left" ? start : trimmedEnd(start);
  }
  const set = new Set(text(chars));
  // Halves of large characters are never in the set by themselves.
  const all = hasPairs(text(chars)) ? [...self] : self;
  let start = 0;
  let end = all.length;
  if (where !== "right") while (start < end && set.has(all[start]!)) start++;
  if (where !== "left") while (end > start && set.has(all[end - 1]!)) end--;
  const kept = all.slice(start, end);
  return typeof kept === "string" ? kept : kept.join("");
}

function split(interp: Interp, self: string, separator: Value, limit: Value): Value {
  const most = toInt(limit) ?? -1;
  if (separator === null) {
    const found = words(self);
    interp.tick(found.length);
    const all = found.map(([word]) => word);
    const rest = most < 0 ? undefined : found[most];
    return new List(rest ? [...all.slice(0, most), self.slice(rest.index)] : all);
  }
  const mark = text(separator);
  if (mark === "") return interp.fail("ValueError", "empty separator");
  const parts = self.split(mark);
  if (most < 0 || parts.length <= most + 1) return new List(parts);
  return new List([...parts.slice(0, most), parts.slice(most).join(mark)]);
}

function rsplit(interp: Interp, self: string, separator: Value, limit: Value): Value {
  const most = toInt(limit) ?? -1;
  if (separator === null) {
    const found = words(self);
    const last = most < 0 ? undefined : found[found.length - most - 1];
    if (!last) return split(interp, self, separator, -1);
    const head = self.slice(0, last.index + last[0].length);
    return new List([head, ...found.slice(found.length - most).map(([word]) => word)]);
  }
  const mark = text(separator);
  if (mark === "") return interp.fail("ValueError", "empty separator");
  // Marks that overlap are taken from the end.
  const parts: string[] = [];
  let rest = self;
  for (let at = rest.lastIndexOf(mark); at >= 0 && parts.length !== most; at = rest.lastIndexOf(mark)) {
    interp.tick();
    parts.push(rest.slice(at + mark.length));
    rest = rest.slice(0, at);
  }
  return new List([rest, ...parts.reverse()]);
}

function partition(self: string, mark: string, at: number, missing: readonly string[]): Value {
  return new Tuple(at < 0 ? missing : [self.slice(0, at), mark, self.slice(at + mark.length)]);
}

/** The part that `start` and `end` leave, in units; undefined where it starts beyond the text. */
function range(self: string, from: Value, to: Value): readonly [number, number] | undefined {
  const size = lengthOf(self);
  const clamp = (value: Value, fallback: number) => {
    const number = toInt(value) ?? fallback;
    return number < 0 ? Math.max(0, number + size) : number;
  };
  const [start, end] = [clamp(from, 0), Math.min(size, clamp(to, size))];
  return start > end ? undefined : [unitOf(self, start), unitOf(self, end)];
}

function find(a: Parameters<NativeImpl>[0], from: "first" | "last"): number {
  const self = text(a.self);
  const within = range(self, a.start, a.end);
  if (!within) return -1;
  const part = self.slice(...within);
  const at = from === "first" ? part.indexOf(text(a.sub)) : part.lastIndexOf(text(a.sub));
  return at < 0 ? -1 : pointOf(self, at + within[0]);
}

function count(a: Parameters<NativeImpl>[0]): number {
  const within = range(text(a.self), a.start, a.end);
  if (!within) return 0;
  const part = text(a.self).slice(...within);
  return a.sub === "" ? lengthOf(part) + 1 : part.split(text(a.sub)).length - 1;
}

function affix(a: Parameters<NativeImpl>[0], test: (self: string, part: string) => boolean): boolean {
  const self = text(a.self);
  const within = range(self, a.start, a.end);
  const parts = a.part instanceof Tuple ? a.part.items : [a.part];
  return within !== undefined && parts.some((part) => test(self.slice(...within), text(part)));
}

function expandTabs(interp: Interp, self: string, size: number): string | Unknown {
  const tabs = self.split("\t").length - 1;
  if (!interp.allowsText(self.length + tabs * Math.max(0, size))) return interp.unknown("text too long");
  interp.tick(self.length);
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
      const missing = Math.max(0, width - lengthOf(self));
      if (!interp.allowsText(width)) return interp.unknown("text too long");
      const fill = text(a.fillchar);
      if (lengthOf(fill) !== 1)
        return interp.fail("TypeError", "The fill character must be exactly one character long");
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
  interp.tick(self.length);
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
    if (to !== null && targets.length !== lengthOf(text(from))) {
      interp.fail("ValueError", "the first two maketrans arguments must have equal length");
      return table;
    }
    for (const [i, char] of [...text(from)].entries()) put(char, targets[i] ?? null);
  }
  for (const char of drop === null ? "" : text(drop)) put(char, null);
  return table;
}

const LOWER = /\p{Lowercase}/u;
const UPPER = /\p{Uppercase}/u;
/** Characters that stand for a digit, decimal or not. */
const DIGITS =
  /^[\p{Nd}\u00b2\u00b3\u00b9\u1369-\u1371\u19da\u2070\u2074-\u2079\u2080-\u2089\u2460-\u2468\u2474-\u247c\u2488-\u2490\u24ea\u24f5-\u24fd\u24ff\u2776-\u277e\u2780-\u2788\u278a-\u2792]+$/u;

const strMethods: Record<string, Method> = {
  __len__: ["self", (a) => builtinLength(unwrap(a.self))],
  __iter__: ["self", (a) => iterOf([...text(a.self)], "str_iterator")],
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
  capitalize: simple(capitalized),
  casefold: byCharacter(caseFolded),
  lower: simple((self) => self.toLowerCase()),
  upper: simple((self) => self.toUpperCase()),
  title: byCharacter(title),
  swapcase: byCharacter((self) =>
    self.replace(/\p{Uppercase}|(\p{Lowercase})/gu, (char, low) =>
      low === undefined ? char.toLowerCase() : char.toUpperCase(),
    ),
  ),
  isalpha: all(/^\p{L}+$/u),
  isalnum: all(/^[\p{L}\p{N}]+$/u),
  isdigit: all(DIGITS),
  isdecimal: all(/^\p{Nd}+$/u),
  isnumeric: [
    "self",
    (a, interp) =>
      // Some Chinese characters are numbers, and nothing here tells which.
      /^[\p{N}\p{Script=Han}]*\p{Script=Han}[\p{N}\p{Script=Han}]*$/u.test(text(a.self))
        ? interp.unknown("which Chinese characters are numbers is not followed")
        : /^\p{N}+$/u.test(text(a.self)),
  ],
  isspace: all(new RegExp(`^[${SPACES}]+$`)),
  isidentifier: all(/^[\p{XID_Start}_]\p{XID_Continue}*$/u),
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is ASCII itself
  isascii: all(/^[\x00-\x7f]*$/),
  isprintable: byCharacter(isPrintable),
  islower: simple((self) => LOWER.test(self) && !UPPER.test(self) && !/\p{Lt}/u.test(self)),
  isupper: simple((self) => UPPER.test(self) && !LOWER.test(self) && !/\p{Lt}/u.test(self)),
  istitle: byCharacter((self) => /\p{Cased}/u.test(self) && self === title(self)),
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
  splitlines: [
    "self, keepends=False",
    (a, interp) => {
      interp.tick(text(a.self).length >> 3);
      return new List(linesOf(text(a.self), interp.truthy(a.keepends) === true));
    },
  ],
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
      interp.tick(text(a.self).length >> 3);
      return count(a);
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
      const missing = (toInt(a.width) ?? 0) - lengthOf(text(a.self));
      return sign + "0".repeat(Math.max(0, missing)) + digits;
    },
  ],
  expandtabs: ["self, tabsize=8", (a, interp) => expandTabs(interp, text(a.self), toInt(a.tabsize) ?? 8)],
  translate: ["self, table", (a, interp) => translate(interp, text(a.self), a.table)],
  encode: [
    "self, encoding='utf-8', errors='strict'",
    (a, interp) => encode(interp, text(a.self), text(a.encoding), text(a.errors)),
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

export const STR: ClassValue = defineCore("str", {
  bases: [OBJECT],
  native: {
    layer: false,
    create: (interp, cls, args, kwargs) => {
      const value = args[0] ?? kwargs.get("object");
      const encoding = args[1] ?? kwargs.get("encoding");
      if (value instanceof Bytes && encoding !== undefined) {
        const errors = text(args[2] ?? kwargs.get("errors")) || "strict";
        return withPayload(interp, decode(interp, value.value, text(encoding), errors), cls, STR);
      }
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
