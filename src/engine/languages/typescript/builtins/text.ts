/** Strings, numbers, booleans, regular expressions. */
import type { Interp } from "../../../interpret/interp.ts";
import type { Machine } from "../../../interpret/machine.ts";
import {
  type ClassValue,
  isUnknown,
  List,
  RegexValue,
  toItems,
  type Value,
} from "../../../interpret/values.ts";
import {
  type Impl,
  ITERATOR,
  jsClass,
  LONG_ARRAY,
  LONG_TEXT,
  method,
  num,
  symbolName,
  text,
} from "../core.ts";
import { toNumeric } from "../operators.ts";
import { iterOf } from "./array.ts";
import { exec, makeRegex, match, matchAll, replace, search, split, test } from "./patterns.ts";

const onText =
  (impl: (self: string, args: readonly Value[], m: Interp) => Value): Impl =>
  (m, args, self) => {
    const lost = args.find(isUnknown);
    if (lost) return lost;
    const value = typeof self === "string" ? self : m.str(self);
    return isUnknown(value) ? value : impl(value, args, m);
  };

const plain = (impl: (self: string, ...args: string[]) => Value): Impl =>
  onText((self, args) => impl(self, ...args.map((arg) => text(arg) ?? "undefined")));

const optional = (value: Value): number | undefined => (typeof value === "number" ? value : undefined);

const FORMS: ReadonlySet<string> = new Set(["NFC", "NFD", "NFKC", "NFKD"]);

const STRING: Readonly<Record<string, Impl>> = {
  charAt: onText((self, [at]) => self.charAt(num(at))),
  charCodeAt: onText((self, [at]) => self.charCodeAt(num(at))),
  codePointAt: onText((self, [at]) => self.codePointAt(num(at))),
  at: onText((self, [at]) => self.at(num(at))),
  indexOf: onText((self, [what, from]) => self.indexOf(text(what) ?? "", num(from))),
  lastIndexOf: onText((self, [what, from]) => self.lastIndexOf(text(what) ?? "undefined", optional(from))),
  includes: plain((self, what = "") => self.includes(what)),
  startsWith: onText((self, [what, from]) => self.startsWith(text(what) ?? "undefined", num(from))),
  endsWith: onText((self, [what, to]) => self.endsWith(text(what) ?? "undefined", optional(to))),
  slice: onText((self, [from, to]) => self.slice(num(from), optional(to))),
  substring: onText((self, [from, to]) => self.substring(num(from), optional(to))),
  substr: onText((self, [from, count]) => self.slice(num(from)).slice(0, optional(count))),
  toLowerCase: plain((self) => self.toLowerCase()),
  toUpperCase: plain((self) => self.toUpperCase()),
  trim: plain((self) => self.trim()),
  trimStart: plain((self) => self.trimStart()),
  trimEnd: plain((self) => self.trimEnd()),
  concat: onText((self, args, m) => {
    const others = args.map((arg) => text(arg) ?? String(arg));
    const length = others.reduce((sum, other) => sum + other.length, self.length);
    return m.allowsText(length, length - self.length) ? self + others.join("") : m.unknown(LONG_TEXT);
  }),
  repeat: onText((self, [count], m) => {
    const times = num(count);
    if (times < 0 || times === Number.POSITIVE_INFINITY)
      return m.fail("RangeError", `Invalid count value: ${times}`);
    return m.allowsText(self.length * times) ? self.repeat(times) : m.unknown(LONG_TEXT);
  }),
  padStart: onText((self, [count, by], m) =>
    m.allowsText(num(count)) ? self.padStart(num(count), text(by) ?? " ") : m.unknown(LONG_TEXT),
  ),
  padEnd: onText((self, [count, by], m) =>
    m.allowsText(num(count)) ? self.padEnd(num(count), text(by) ?? " ") : m.unknown(LONG_TEXT),
  ),
  localeCompare: plain((self, other = "") => self.localeCompare(other, "en")),
  normalize: onText((self, [form], m) => {
    const name = form === undefined ? "NFC" : text(form);
    if (name === undefined || !FORMS.has(name))
      return m.fail("RangeError", "The normalization form should be one of NFC, NFD, NFKC, NFKD.");
    if (!m.allowsText(self.length)) return m.unknown(LONG_TEXT);
    const normal = self.normalize(name);
    return m.allowsText(normal.length) ? normal : m.unknown(LONG_TEXT);
  }),
  toLocaleLowerCase: plain((self) => self.toLowerCase()),
  toLocaleUpperCase: plain((self) => self.toUpperCase()),
  toString: onText((self) => (self.startsWith("@@") ? `Symbol(${symbolName(self)})` : self)),
  valueOf: onText((self) => self),
  split: onText((self, [by, limit], m) => {
    if (by instanceof RegexValue) return split(self, by, optional(limit), m);
    const separator = text(by);
    const parts = separator === undefined ? [self] : self.split(separator, optional(limit));
    m.tick(parts.length >> 3);
    return m.allows(parts.length) ? new List(parts) : m.unknown(LONG_ARRAY);
  }),
  replace: onText((self, args, m) => replace(self, args, m, false)),
  replaceAll: onText((self, args, m) => replace(self, args, m, true)),
  match: onText((self, [pattern], m) => match(self, pattern, m)),
  matchAll: onText((self, [pattern], m) => matchAll(self, pattern, m)),
  search: onText((self, [pattern], m) => search(self, pattern, m)),
  [ITERATOR]: onText((self) => iterOf(self)),
};

const onNumber =
  (impl: (self: number, digits: number | undefined) => Value, within?: readonly [number, number]): Impl =>
  (m, args, self) => {
    const digits = optional(args[0]);
    if (within && digits !== undefined && (digits < within[0] || digits > within[1]))
      return m.fail("RangeError", `digits or radix must be between ${within[0]} and ${within[1]}`);
    const lost = args.find(isUnknown);
    const value = toNumeric(m as Machine, self);
    return lost ?? (isUnknown(value) ? value : impl(value, digits));
  };

const NUMBER: Readonly<Record<string, Impl>> = {
  toFixed: onNumber((self, digits) => self.toFixed(digits), [0, 100]),
  toPrecision: onNumber((self, digits) => self.toPrecision(digits), [1, 100]),
  toString: onNumber((self, radix) => self.toString(radix), [2, 36]),
  toLocaleString: onNumber((self) => self.toLocaleString("en-US")),
  toExponential: onNumber((self, digits) => self.toExponential(digits), [0, 100]),
  valueOf: onNumber((self) => self),
};

function isCodePoint(code: number): boolean {
  return Number.isInteger(code) && code >= 0 && code <= 0x10ffff;
}

const checking =
  (test: (value: unknown) => boolean): Impl =>
  (_m, [value]) =>
    isUnknown(value) ? value : test(value);

export const parseNumbers: Readonly<Record<string, Impl>> = {
  parseInt: (m, [value, radix]) => {
    const shown = m.str(value);
    return isUnknown(shown) ? shown : Number.parseInt(shown, optional(radix));
  },
  parseFloat: (m, [value]) => {
    const shown = m.str(value);
    return isUnknown(shown) ? shown : Number.parseFloat(shown);
  },
};

export const checkNumbers: Readonly<Record<string, Impl>> = {
  isNaN: (m, [value]) => {
    const number = toNumeric(m as Machine, value);
    return isUnknown(number) ? number : Number.isNaN(number);
  },
  isFinite: (m, [value]) => {
    const number = toNumeric(m as Machine, value);
    return isUnknown(number) ? number : Number.isFinite(number);
  },
};

export function textClasses(base: ClassValue): readonly ClassValue[] {
  return [
    jsClass("String", {
      base,
      methods: STRING,
      native: { layer: false, create: (m, _cls, args) => (args.length === 0 ? "" : m.str(args[0])) },
      statics: {
        fromCharCode: (_m, args) => args.map((arg) => String.fromCharCode(num(arg))).join(""),
        fromCodePoint: (m, args) => {
          const wrong = args.map((arg) => num(arg)).find((code) => !isCodePoint(code));
          if (wrong !== undefined) return m.fail("RangeError", `Invalid code point ${wrong}`);
          return args.map((arg) => String.fromCodePoint(num(arg))).join("");
        },
        raw: (m, [strings, ...values]) => {
          const texts = toItems(m.getAttr(strings, "raw")) ?? [];
          const parts = texts.flatMap((part, i) => (i < texts.length - 1 ? [part, values[i] ?? ""] : [part]));
          const shown = parts.map((part) => m.str(part));
          const lost = shown.find(isUnknown);
          if (lost) return lost;
          const length = shown.reduce<number>((sum, part) => sum + String(part).length, 0);
          return m.allowsText(length) ? shown.join("") : m.unknown(LONG_TEXT);
        },
      },
    }),
    jsClass("Number", {
      base,
      methods: NUMBER,
      native: {
        layer: false,
        create: (m, _cls, args) => (args.length === 0 ? 0 : toNumeric(m as Machine, args[0])),
      },
      statics: {
        ...parseNumbers,
        isInteger: checking(Number.isInteger),
        isSafeInteger: checking(Number.isSafeInteger),
        isNaN: checking(Number.isNaN),
        isFinite: checking(Number.isFinite),
      },
      constants: {
        MAX_SAFE_INTEGER: Number.MAX_SAFE_INTEGER,
        MIN_SAFE_INTEGER: Number.MIN_SAFE_INTEGER,
        MAX_VALUE: Number.MAX_VALUE,
        MIN_VALUE: Number.MIN_VALUE,
        EPSILON: Number.EPSILON,
        POSITIVE_INFINITY: Number.POSITIVE_INFINITY,
        NEGATIVE_INFINITY: Number.NEGATIVE_INFINITY,
        NaN: Number.NaN,
      },
    }),
    jsClass("Boolean", {
      base,
      native: { layer: false, create: (m, _cls, [value]) => m.truthy(value) },
      methods: {
        toString: method((_m, _args, self) => String(self)),
        valueOf: method((_m, _args, self) => self),
      },
    }),
    jsClass("RegExp", {
      base,
      native: {
        layer: false,
        create: (m, _cls, [source, flags]) => {
          if (source instanceof RegexValue) return makeRegex(m, source.source, text(flags) ?? source.flags);
          const pattern = text(source);
          return pattern === undefined
            ? m.unknown("a regular expression that is not known")
            : makeRegex(m, pattern, text(flags) ?? "");
        },
      },
      methods: { test, exec },
    }),
  ];
}
