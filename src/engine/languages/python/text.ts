/** `str(x)` and `repr(x)` as Python prints them. */
import { entryOf } from "../../base/table.ts";
import type { Interp } from "../../interpret/interp.ts";
import {
  BoundMethod,
  Bytes,
  type ClassValue,
  Dict,
  Float,
  FunctionValue,
  Instance,
  isUnknown,
  LargeInt,
  List,
  ModuleValue,
  NativeFunction,
  Range,
  SetValue,
  Slice,
  Tensor,
  Tuple,
  type Unknown,
  type Value,
} from "../../interpret/values.ts";
import { escaped, escapeUnprintable } from "./characters.ts";
import { callDunder, dunder, NOT_IMPLEMENTED, toText, typeName, unwrap } from "./core.ts";
import { formOf } from "./generics.ts";
import { floatText } from "./numbers.ts";
import { setItems, unknownOrder } from "./setOrder.ts";

export function str(interp: Interp, value: Value): string | Unknown {
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value + 0);
  if (value instanceof LargeInt) return String(value.value);
  if (isUnknown(value)) return value;
  const method = dunder(interp, value, "__str__");
  if (method !== undefined && !isUnknown(method)) return asText(interp, callDunder(interp, method, value));
  const plain = unwrap(value);
  if (typeof plain === "string") return plain;
  return repr(interp, value);
}

export function repr(interp: Interp, value: Value): string | Unknown {
  if (value instanceof LargeInt) return String(value.value);
  if (isUnknown(value)) return value;
  const method = dunder(interp, value, "__repr__");
  if (method !== undefined) return asText(interp, callDunder(interp, method, value));
  return builtinRepr(interp, value);
}

/** `ascii(x)`: its `repr` with escapes for all but ASCII. */
export function ascii(interp: Interp, value: Value): string | Unknown {
  const text = repr(interp, value);
  return isUnknown(text) ? text : text.replace(/[\u0080-\u{10ffff}]/gu, escaped);
}

function asText(interp: Interp, answer: Value): string | Unknown {
  if (isUnknown(answer)) return answer;
  return (
    toText(answer) ??
    interp.fail("TypeError", `__str__ returned non-string (type ${typeName(interp, answer)})`)
  );
}

/** `object.__repr__` and what the built-in types make of it. */
export function builtinRepr(interp: Interp, value: Value): string | Unknown {
  const plain = unwrap(value);
  switch (typeof plain) {
    case "string":
      return quote(plain);
    case "number":
      return String(plain + 0);
    case "boolean":
      return plain ? "True" : "False";
    case "undefined":
      return "None";
  }
  if (plain === null) return "None";
  if (plain instanceof Float) return floatText(plain.value);
  if (plain instanceof Bytes) return `b${quote(plain.value).replace(/[\u0080-\u00ff]/g, escaped)}`;
  return interp.nested(() => containerRepr(interp, plain)) ?? objectRepr(interp, plain);
}

function containerRepr(interp: Interp, value: Value): string | Unknown | undefined {
  if (value instanceof List) {
    if (isShowing(interp, value)) return "[...]";
    const name = value.cls?.name;
    const inner = showing(interp, value, () => joinReprs(interp, value.items));
    if (isUnknown(inner)) return inner;
    return name === undefined || !/^(dict_|deque)/.test(name) ? `[${inner}]` : `${name}([${inner}])`;
  }
  if (value instanceof Tuple) {
    const inner = joinReprs(interp, value.items);
    return isUnknown(inner) ? inner : `(${inner}${value.items.length === 1 ? "," : ""})`;
  }
  if (value instanceof Dict)
    return isShowing(interp, value) ? "{...}" : showing(interp, value, () => dictRepr(interp, value));
  if (value instanceof SetValue) {
    const inner = unknownOrder(value) ?? joinReprs(interp, setItems(value));
    if (isUnknown(inner)) return inner;
    const name = value.frozen ? "frozenset" : "set";
    if (value.entries.size === 0) return `${name}()`;
    return value.frozen ? `frozenset({${inner}})` : `{${inner}}`;
  }
  return undefined;
}

/** The lists and dicts whose texts are being made, for one may hold itself. */
const shown = new WeakMap<Interp, Set<List | Dict>>();

function isShowing(interp: Interp, value: List | Dict): boolean {
  return shown.get(interp)?.has(value) === true;
}

function showing<T>(interp: Interp, value: List | Dict, show: () => T): T {
  const all = shown.get(interp) ?? new Set();
  shown.set(interp, all.add(value));
  try {
    return show();
  } finally {
    all.delete(value);
  }
}

/** A counter is shown with the most frequent first. */
function rowsOf(dict: Dict): readonly { readonly key: Value; readonly value: Value }[] {
  const rows = [...dict.entries.values()];
  const isCounted = dict.cls?.name === "Counter" && rows.every(({ value }) => typeof value === "number");
  return isCounted ? rows.sort((a, b) => Number(b.value) - Number(a.value)) : rows;
}

function dictRepr(interp: Interp, dict: Dict): string | Unknown {
  interp.tick(dict.entries.size);
  const parts: string[] = [];
  for (const { key, value } of rowsOf(dict)) {
    const left = repr(interp, key);
    if (isUnknown(left)) return left;
    const right = repr(interp, value);
    if (isUnknown(right)) return right;
    parts.push(`${left}: ${right}`);
  }
  const text = joined(interp, parts, "{", "}");
  if (isUnknown(text)) return text;
  if (dict.cls?.name === "Counter") return dict.entries.size === 0 ? "Counter()" : `Counter(${text})`;
  if (dict.cls?.name !== "OrderedDict") return text;
  const pairs = [...dict.entries.values()].map(({ key, value }) => new Tuple([key, value]));
  const list = pairs.length === 0 ? "" : repr(interp, new List(pairs));
  return isUnknown(list) ? list : `OrderedDict(${list})`;
}

function joinReprs(interp: Interp, values: readonly Value[]): string | Unknown {
  interp.tick(1 + values.length);
  const parts: string[] = [];
  for (const value of values) {
    const text = repr(interp, value);
    if (isUnknown(text)) return text;
    parts.push(text);
  }
  return joined(interp, parts);
}

/** The parts one after the other, unless that is too long a text. */
function joined(interp: Interp, parts: readonly string[], open = "", close = ""): string | Unknown {
  const length = parts.reduce((sum, part) => sum + part.length + 2, 0);
  return interp.allowsText(length) ? open + parts.join(", ") + close : interp.unknown("text too long");
}

function objectRepr(
  interp: Interp,
  value: Exclude<Value, null | undefined | boolean | number | string>,
): string | Unknown {
  if (value === NOT_IMPLEMENTED) return "NotImplemented";
  const form = formOf(value);
  if (form !== undefined) return `typing.${form.name}`;
  if (value instanceof Range) {
    const step = value.step === 1 ? "" : `, ${value.step}`;
    return `range(${value.start}, ${value.stop}${step})`;
  }
  if (value instanceof Slice) {
    const inner = joinReprs(interp, [value.start, value.stop, value.step]);
    return isUnknown(inner) ? inner : `slice(${inner})`;
  }
  if (value instanceof FunctionValue) return `<function ${qualname(value)}>`;
  if (value instanceof NativeFunction) return `<built-in function ${value.name}>`;
  if (value instanceof BoundMethod) return "<bound method>";
  if (value instanceof ModuleValue) return `<module '${value.name}'>`;
  if (value instanceof Tensor) return interp.unknown("a tensor's values are not known");
  if (value.kind === "class") return `<class '${classPath(value)}'>`;
  if (value.kind === "ellipsis") return "Ellipsis";
  if (value instanceof Instance) return `<${classPath(value.cls)} object>`;
  return `<${typeName(interp, value)} object>`;
}

function qualname(fn: FunctionValue): string {
  return fn.homeClass ? `${fn.homeClass.name}.${fn.name}` : fn.name;
}

/** `module.Class`, or the bare name for the language's own. */
export function classPath(cls: ClassValue): string {
  if (cls.qualname?.includes(".")) return cls.qualname;
  return cls.module ? `${cls.module.name}.${cls.name}` : cls.name;
}

const ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\" };

/** A str literal: single quotes unless that needs more escapes. */
export function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = escapeUnprintable(text.replace(/[\\\n\r\t]/g, (char) => entryOf(ESCAPES, char) ?? char));
  return mark + body.replaceAll(mark, `\\${mark}`) + mark;
}

/** `Namespace(lr=0.1, epochs=3)`: an object shown by its attributes. */
export function attributesText(interp: Interp, name: string, object: Value): string | Unknown {
  const parts: string[] = [];
  for (const [key, value] of object instanceof Instance ? object.attrs : []) {
    const text = repr(interp, value);
    if (isUnknown(text)) return text;
    parts.push(`${key}=${text}`);
  }
  return `${name}(${parts.join(", ")})`;
}
