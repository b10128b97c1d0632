/** `json`: its own reader, since Python tells 1 from 1.0. */
import { entryOf } from "../../../base/table.ts";
import type { Interp } from "../../../interpret/interp.ts";
import { type Bound, defineClass, exactly } from "../../../interpret/native.ts";
import {
  ABSENT,
  Dict,
  Float,
  isUnknown,
  LargeInt,
  List,
  Tuple,
  toItems,
  type Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { toInt, toText, unwrap } from "../core.ts";
import { isOpen, whole } from "../integers.ts";
import { floatText, int } from "../numbers.ts";
import { sorted } from "../sorting.ts";
import { exceptionClass } from "../types/exceptions.ts";
import { OBJECT } from "../types/object.ts";
import { type Module, makeModule } from "./table.ts";

const TOKEN =
  /\s*(?:([[\]{},:])|"((?:[^"\\]|\\.)*)"|(-?(?:Infinity|(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?))|(true|false|null|NaN))/sy;
const WORDS: Readonly<Record<string, Value>> = { true: true, false: false, null: null };

interface Reading {
  readonly text: string;
  place: number;
}

interface Token {
  readonly kind: "mark" | "value";
  readonly mark: string;
  readonly value: Value;
}

function next(reading: Reading): Token | undefined {
  TOKEN.lastIndex = reading.place;
  const match = TOKEN.exec(reading.text);
  if (!match) return undefined;
  reading.place = TOKEN.lastIndex;
  const [, mark, text, number, fraction, exponent, word] = match;
  if (mark !== undefined) return { kind: "mark", mark, value: null };
  const value =
    text !== undefined
      ? (JSON.parse(`"${text.replace(/[\n\r\t]/g, " ")}"`) as string)
      : number !== undefined
        ? numberOf(number, fraction ?? exponent)
        : word === "NaN"
          ? new Float(Number.NaN)
          : entryOf(WORDS, word ?? "null");
  return { kind: "value", mark: "", value };
}

function numberOf(text: string, fraction: string | undefined): Value {
  if (fraction !== undefined || text.endsWith("Infinity")) return new Float(Number(text));
  const number = Number(text) + 0;
  return Number.isSafeInteger(number) || text.length > 4300 ? int(number) : whole(BigInt(text));
}

/** The value of a JSON text, or undefined when it is none. */
export function readJson(text: string): Value {
  const reading: Reading = { text, place: 0 };
  const value = readValue(reading, next(reading));
  return value === ABSENT || text.slice(reading.place).trim() !== "" ? undefined : value;
}

function readValue(reading: Reading, token: Token | undefined): Value | typeof ABSENT {
  if (token === undefined) return ABSENT;
  if (token.kind === "value") return token.value;
  if (token.mark === "[") return readList(reading);
  return token.mark === "{" ? readDict(reading) : ABSENT;
}

function readList(reading: Reading): Value | typeof ABSENT {
  const items: Value[] = [];
  for (let token = next(reading); token?.mark !== "]"; token = next(reading)) {
    const value = readValue(reading, token?.mark === "," ? next(reading) : token);
    if (value === ABSENT) return ABSENT;
    items.push(value);
  }
  return new List(items);
}

function readDict(reading: Reading): Value | typeof ABSENT {
  const dict = new Dict();
  for (let token = next(reading); token?.mark !== "}"; token = next(reading)) {
    const key = token?.mark === "," ? next(reading) : token;
    if (typeof key?.value !== "string" || next(reading)?.mark !== ":") return ABSENT;
    const value = readValue(reading, next(reading));
    if (value === ABSENT) return ABSENT;
    dict.entries.set(key.value, { key: key.value, value });
  }
  return dict;
}

interface Layout {
  /** What each level is moved in by; undefined for all on one line. */
  readonly indent: string | undefined;
  readonly marks: readonly [item: string, key: string];
  readonly sort: boolean;
  readonly isAscii: boolean;
  /** Called for values that are no JSON. */
  readonly fallback: Value;
  /** What is being written, for one value may hold itself. */
  readonly around: Set<Value>;
}

function layoutOf(interp: Interp, a: Bound): Layout | Unknown {
  const given = ["indent", "separators", "sort_keys", "ensure_ascii", "cls"].map((name) => entryOf(a, name));
  const open = given.find(isUnknown);
  if (open) return open;
  if (a.cls !== null) return interp.unknown("json encoders of the program are not followed");
  const indent =
    toText(a.indent) ?? (a.indent === null ? undefined : " ".repeat(Math.max(0, toInt(a.indent) ?? 0)));
  const marks = toItems(a.separators)?.map((mark) => toText(mark) ?? "");
  return {
    indent,
    marks: [marks?.[0] ?? (indent === undefined ? ", " : ","), marks?.[1] ?? ": "],
    sort: interp.truthy(a.sort_keys) === true,
    isAscii: interp.truthy(a.ensure_ascii) === true,
    fallback: a.default,
    around: new Set(),
  };
}

function write(interp: Interp, value: Value, layout: Layout, depth: number): string | Unknown {
  if (isOpen(value)) return value;
  const plain = unwrap(value);
  if (!(plain instanceof List || plain instanceof Tuple || plain instanceof Dict)) {
    const text = plainText(plain, layout);
    if (text !== undefined) return text;
    if (layout.fallback === null) return interp.fail("TypeError", "Object is not JSON serializable");
    return interp.nested(() => write(interp, interp.call(layout.fallback, [value]), layout, depth));
  }
  if (layout.around.has(plain)) return interp.fail("ValueError", "Circular reference detected");
  layout.around.add(plain);
  try {
    return interp.nested(() => writeParts(interp, plain, layout, depth));
  } finally {
    layout.around.delete(plain);
  }
}

function plainText(plain: Value, layout: Layout): string | undefined {
  if (plain === null || plain === undefined) return "null";
  if (typeof plain === "boolean") return plain ? "true" : "false";
  if (typeof plain === "number") return String(plain);
  if (plain instanceof LargeInt) return String(plain.value);
  if (plain instanceof Float) return floatName(plain.value);
  return typeof plain === "string" ? quoted(plain, layout) : undefined;
}

function floatName(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  return Number.isFinite(value) ? floatText(value) : value > 0 ? "Infinity" : "-Infinity";
}

function quoted(text: string, { isAscii }: Layout): string {
  const body = JSON.stringify(text);
  if (!isAscii) return body;
  return body.replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function writeParts(
  interp: Interp,
  holder: List | Tuple | Dict,
  layout: Layout,
  depth: number,
): string | Unknown {
  const parts: string[] = [];
  if (holder instanceof Dict) {
    interp.tick(holder.entries.size);
    const keys = sortedKeys(interp, holder, layout);
    if (isUnknown(keys)) return keys;
    for (const { key, value: item } of keys) {
      const name = unwrap(key);
      const plain = isOpen(name) ? name : plainText(name, layout);
      if (isUnknown(plain)) return plain;
      if (plain === undefined) return interp.fail("TypeError", "keys must be str, int, float, bool or None");
      const text = write(interp, item, layout, depth + 1);
      if (isUnknown(text)) return text;
      parts.push((typeof name === "string" ? plain : `"${plain}"`) + layout.marks[1] + text);
    }
    return bracket(interp, parts, "{}", layout, depth);
  }
  interp.tick(holder.items.length);
  for (const item of holder.items) {
    const text = write(interp, item, layout, depth + 1);
    if (isUnknown(text)) return text;
    parts.push(text);
  }
  return bracket(interp, parts, "[]", layout, depth);
}

type Row = { readonly key: Value; readonly value: Value };

function sortedKeys(interp: Interp, dict: Dict, layout: Layout): readonly Row[] | Unknown {
  const rows = [...dict.entries.values()];
  if (!layout.sort) return rows;
  const order = sorted(
    interp,
    rows.map(({ key }) => key),
    null,
    false,
  );
  if (isUnknown(order)) return order;
  const byKey = new Map(rows.map((row) => [row.key, row] as const));
  return order.map((key) => byKey.get(key)!);
}

function bracket(
  interp: Interp,
  parts: readonly string[],
  marks: string,
  { indent, marks: [mark] }: Layout,
  depth: number,
): string | Unknown {
  const space = mark.length + (indent === undefined ? 0 : 1 + indent.length * (depth + 1));
  const length = parts.reduce((sum, part) => sum + part.length + space, 2 * space);
  if (!interp.allowsText(length)) return interp.unknown("text too long");
  const [open = "", close = ""] = marks;
  if (parts.length === 0) return open + close;
  if (indent === undefined) return open + parts.join(mark) + close;
  const pad = (level: number) => `\n${indent.repeat(level)}`;
  return open + pad(depth + 1) + parts.join(mark + pad(depth + 1)) + pad(depth) + close;
}

/** What `object_hook` and `object_pairs_hook` make of each object, the inner ones first. */
function hooked(interp: Interp, value: Value, a: Bound): Value {
  if (value instanceof List) {
    interp.tick(value.items.length);
    return new List(value.items.map((item) => interp.nested(() => hooked(interp, item, a))));
  }
  if (!(value instanceof Dict)) return value;
  interp.tick(value.entries.size);
  const pairs = [...value.entries.values()].map(
    ({ key, value: item }) => new Tuple([key, interp.nested(() => hooked(interp, item, a))]),
  );
  if (a.object_pairs_hook !== null) return interp.call(a.object_pairs_hook, [new List(pairs)]);
  const made = new Dict();
  for (const { items } of pairs) interp.dictSet(made, items[0], items[1]);
  return interp.call(a.object_hook, [made]);
}

const LOAD =
  "*, ?cls=None, object_hook=None, ?parse_float=None, ?parse_int=None, ?parse_constant=None, object_pairs_hook=None, encoding=None, strict=True";

function load(interp: Interp, text: Value, a: Bound): Value {
  if (isUnknown(text)) return text;
  const source =
    text !== null && typeof text === "object" && text.kind === "bytes" ? text.value : toText(text);
  interp.tick((source?.length ?? 0) >> 2);
  const value = source === undefined ? undefined : readJson(source);
  if (value === undefined) return interp.fail("ValueError", "the text is no JSON");
  const isHooked = a.object_hook !== null || a.object_pairs_hook !== null;
  return isHooked ? interp.nested(() => hooked(interp, value, a)) : value;
}

const DUMP =
  "?skipkeys=False, ensure_ascii=True, check_circular=True, allow_nan=True, cls=None, indent=None, separators=None, default=None, sort_keys=False";

export const json = (): Module =>
  makeModule({
    values: {
      JSONDecodeError: exceptionClass("ValueError"),
      JSONEncoder: defineClass("JSONEncoder", { bases: [OBJECT] }),
      JSONDecoder: defineClass("JSONDecoder", { bases: [OBJECT] }),
    },
    functions: {
      loads: [`s, ${LOAD}`, (a, interp) => load(interp, a.s, a)],
      load: [`fp, ${LOAD}`, (a, interp) => load(interp, interp.callMethod(a.fp, "read"), a)],
      dumps: [
        `obj, *, ${DUMP}`,
        exactly((a, interp) => {
          const layout = layoutOf(interp, a);
          return isUnknown(layout) ? layout : write(interp, a.obj, layout, 0);
        }),
      ],
      dump: [`obj, fp, *, ${DUMP}`, () => null],
    },
  });
