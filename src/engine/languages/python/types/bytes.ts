/** `bytes` and its methods: mostly those of `str`, over bytes as text of one unit each. */
import type { Interp } from "../../../interpret/interp.ts";
import type { Bound, NativeImpl } from "../../../interpret/native.ts";
import {
  Bytes,
  type ClassValue,
  isUnknown,
  type Kwargs,
  List,
  NativeFunction,
  Tuple,
  type Value,
} from "../../../interpret/values.ts";
import { defineCore, strict, strictTable, toInt, toText, typeName } from "../core.ts";
import { decode, encode } from "../encodings.ts";
import { items } from "../sequences.ts";
import { argsOf, OBJECT } from "./object.ts";
import { STR } from "./str.ts";

type Method = readonly [string, NativeImpl];

/** Methods whose meaning for bytes is that for the text of as many units. */
const SHARED =
  "find rfind index rindex count startswith endswith replace removeprefix removesuffix partition rpartition ljust rjust center zfill";

function text(value: Value): string {
  return value instanceof Bytes ? value.value : "";
}

function asText(value: Value): Value {
  if (value instanceof Bytes) return value.value;
  return value instanceof Tuple ? new Tuple(value.items.map(asText)) : value;
}

function asBytes(value: Value): Value {
  if (typeof value === "string") return new Bytes(value);
  return value instanceof Tuple ? new Tuple(value.items.map(asBytes)) : value;
}

/** The method of `str` of that name, for bytes. */
function shared(name: string): Method {
  const isSearch = /^r?(find|index)$|^count$/.test(name);
  return [
    "self, *args",
    (a, interp) => {
      const given = argsOf(a.args);
      if (given.some((arg) => typeof arg === "string"))
        return interp.fail("TypeError", "a bytes-like object is required, not 'str'");
      const args = given.map((arg, i) =>
        isSearch && i === 0 && typeof arg === "number" ? String.fromCharCode(arg) : asText(arg),
      );
      const method = STR.attrs.get(name);
      if (!(method instanceof NativeFunction)) return interp.unknown(`bytes.${name} is not followed`);
      return asBytes(interp.call(method, [text(a.self), ...args]));
    },
  ];
}

function strip(interp: Interp, a: Bound, where: "left" | "right" | "both"): Bytes {
  const self = text(a.self);
  interp.tick(self.length >> 4);
  const dropped = a.chars instanceof Bytes ? a.chars.value : "\t\n\v\f\r ";
  let start = 0;
  let end = self.length;
  if (where !== "right") while (start < end && dropped.includes(self[start]!)) start++;
  if (where !== "left") while (end > start && dropped.includes(self[end - 1]!)) end--;
  return new Bytes(self.slice(start, end));
}

function split(interp: Interp, a: Bound): Value {
  if ((toInt(a.maxsplit) ?? -1) >= 0) return interp.unknown("bytes.split with a limit is not followed");
  const mark = a.sep instanceof Bytes ? a.sep.value : undefined;
  if (mark === "") return interp.fail("ValueError", "empty separator");
  const parts = mark === undefined ? text(a.self).match(/[^\t-\r ]+/g) : text(a.self).split(mark);
  interp.tick(parts?.length ?? 0);
  return new List((parts ?? []).map((part) => new Bytes(part)));
}

function fromHex(interp: Interp, source: string): Value {
  interp.tick(source.length >> 3);
  const pairs = source.match(/[\da-fA-F]{2}|[^\t-\r ]/g) ?? [];
  if (pairs.some((pair) => pair.length !== 2))
    return interp.fail("ValueError", "non-hexadecimal number found in fromhex() arg");
  return new Bytes(pairs.map((pair) => String.fromCharCode(Number.parseInt(pair, 16))).join(""));
}

function join(interp: Interp, a: Bound): Value {
  const parts = items(interp, a.iterable);
  if (isUnknown(parts)) return parts;
  for (const part of parts) {
    if (isUnknown(part)) return interp.unknown(part.reason);
    if (!(part instanceof Bytes))
      return interp.fail("TypeError", `expected a bytes-like object, ${typeName(interp, part)} found`);
  }
  const size = parts.reduce<number>((sum, part) => sum + text(part).length + text(a.self).length, 0);
  return interp.allowsText(size)
    ? new Bytes(parts.map(text).join(text(a.self)))
    : interp.unknown("text too long");
}

/** Only ASCII letters have cases. */
function cased(change: (letter: string) => string): Method {
  return [
    "self",
    (a, interp) => {
      interp.tick(text(a.self).length >> 4);
      return new Bytes(text(a.self).replace(/[A-Za-z]/g, change));
    },
  ];
}

function make(interp: Interp, args: readonly Value[], kwargs: Kwargs): Value {
  const source = args[0] ?? kwargs.get("source");
  if (source === undefined) return new Bytes("");
  if (isUnknown(source)) return interp.unknown(source.reason);
  const encoding = args[1] ?? kwargs.get("encoding");
  const plain = toText(source);
  if (plain !== undefined) {
    const errors = toText(args[2] ?? kwargs.get("errors")) ?? "strict";
    return encoding === undefined
      ? interp.fail("TypeError", "string argument without an encoding")
      : encode(interp, plain, toText(encoding) ?? "?", errors);
  }
  if (source instanceof Bytes) return source;
  const size = toInt(source);
  if (size !== undefined) {
    if (size < 0) return interp.fail("ValueError", "negative count");
    return interp.allowsText(size) ? new Bytes("\0".repeat(size)) : interp.unknown("too large");
  }
  const codes = items(interp, source);
  if (isUnknown(codes)) return codes;
  interp.tick(codes.length >> 3);
  return fromCodes(interp, codes);
}

function fromCodes(interp: Interp, codes: readonly Value[]): Value {
  const all: string[] = [];
  for (const code of codes) {
    if (isUnknown(code)) return interp.unknown(code.reason);
    const number = toInt(code) ?? -1;
    if (number < 0 || number > 255) return interp.fail("ValueError", "bytes must be in range(0, 256)");
    all.push(String.fromCharCode(number));
  }
  return new Bytes(all.join(""));
}

export const BYTES: ClassValue = defineCore("bytes", {
  bases: [OBJECT],
  native: { layer: false, create: (interp, _cls, args, kwargs) => make(interp, args, kwargs) },
  methods: strictTable({
    ...Object.fromEntries(SHARED.split(" ").map((name) => [name, shared(name)])),
    decode: [
      "self, encoding='utf-8', errors='strict'",
      (a, interp) => decode(interp, text(a.self), toText(a.encoding) ?? "?", toText(a.errors) ?? "?"),
    ],
    hex: [
      "self, *separator",
      (a, interp) => {
        if (argsOf(a.separator).length > 0)
          return interp.unknown("bytes.hex with a separator is not followed");
        interp.tick(text(a.self).length >> 2);
        return Array.from(text(a.self), (c) => c.charCodeAt(0).toString(16).padStart(2, "0")).join("");
      },
    ],
    strip: ["self, chars=None", (a, interp) => strip(interp, a, "both")],
    lstrip: ["self, chars=None", (a, interp) => strip(interp, a, "left")],
    rstrip: ["self, chars=None", (a, interp) => strip(interp, a, "right")],
    lower: cased((letter) => letter.toLowerCase()),
    upper: cased((letter) => letter.toUpperCase()),
    split: ["self, sep=None, maxsplit=-1", (a, interp) => split(interp, a)],
    join: ["self, iterable", (a, interp) => join(interp, a)],
  }),
  classMethods: {
    fromhex: ["cls, string", strict((a, interp) => fromHex(interp, toText(a.string) ?? "?"))],
  },
});
