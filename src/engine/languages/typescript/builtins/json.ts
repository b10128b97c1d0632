/** JSON: values from and to its text. What is not known makes the text unknown. */

import { emptyTable } from "../../../base/table.ts";
import type { Interp } from "../../../interpret/interp.ts";
import type { Machine } from "../../../interpret/machine.ts";
import {
  ABSENT,
  type Heap,
  isUnknown,
  List,
  toItems,
  Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { weightMade } from "../../../interpret/weight.ts";
import { entriesOf, type Impl, isFunction, isObject, object } from "../core.ts";

export function fromJson(m: Interp, data: unknown): Value {
  if (Array.isArray(data)) return new List(data.map((item) => fromJson(m, item)));
  if (typeof data === "object" && data !== null) {
    return object(
      m,
      Object.entries(data).map(([key, value]): [string, Value] => [key, fromJson(m, value)]),
    );
  }
  return data as string | number | boolean | null;
}

/** A key and its value as a replacer or reviver gives them back. */
type Visit = (holder: Value, key: string, value: Value) => Value;

/** The value as JSON holds it; throws nothing, gives Unknown where it is not known. */
function toJson(
  m: Machine,
  given: Value,
  key: string,
  holder: Value,
  visit: Visit,
  around: Set<Value>,
): unknown {
  if (isUnknown(given)) return given;
  const own = isObject(given) ? m.lookup(given, "toJSON") : ABSENT;
  const plain = own === ABSENT ? given : m.callWithThis(own, given, [key]);
  const value = visit(holder, key, plain);
  if (isUnknown(value) || value === null || typeof value !== "object") return value;
  if (isFunction(value)) return undefined;
  if (around.has(value)) return m.fail("TypeError", "Converting circular structure to JSON");
  around.add(value);
  try {
    return m.nested(() => membersOf(m, value, visit, around));
  } finally {
    around.delete(value);
  }
}

function membersOf(m: Machine, value: Heap, visit: Visit, around: Set<Value>): unknown {
  m.tick(weightMade(value));
  const members = emptyTable<unknown>();
  for (const [name, item] of entriesOf(m, value) ?? []) {
    m.tick();
    const written = toJson(m, item, name, value, visit, around);
    if (written instanceof Unknown) return written;
    members[name] = written;
  }
  // A hole of an array is null.
  return value instanceof List
    ? Array.from(value.items, (_, i) => (i in members ? members[i] : null))
    : members;
}

function replacerOf(m: Machine, replacer: Value): Visit {
  if (isFunction(replacer)) return (holder, key, value) => m.callWithThis(replacer, holder, [key, value]);
  const keys = toItems(replacer);
  if (!keys) return (_holder, _key, value) => value;
  return (holder, key, value) =>
    key === "" || holder instanceof List || keys.includes(key) ? value : undefined;
}

/** Innermost values first, each put back as the reviver gives it. */
function revive(m: Machine, holder: Value, key: string, value: Value, reviver: Value): Value {
  for (const [name, item] of isObject(value) ? (entriesOf(m, value) ?? []) : [])
    m.setItem(value, name, revive(m, value, name, item, reviver));
  return m.callWithThis(reviver, holder, [key, value]);
}

export const JSON_FUNCTIONS: Readonly<Record<string, Impl>> = {
  parse: (m, [text, reviver]) => {
    if (isUnknown(text)) return text;
    try {
      const json = String(text);
      m.tick(json.length >> 2);
      const value = fromJson(m, JSON.parse(json));
      return isFunction(reviver) ? revive(m as Machine, object(m, [["", value]]), "", value, reviver) : value;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return m.fail("SyntaxError", "this text is no JSON");
    }
  },
  stringify: (m, [value, replacer, space]) => {
    const data = toJson(
      m as Machine,
      value,
      "",
      object(m, [["", value]]),
      replacerOf(m as Machine, replacer),
      new Set(),
    );
    return data instanceof Unknown
      ? data
      : JSON.stringify(
          data,
          null,
          typeof space === "number" || typeof space === "string" ? space : undefined,
        );
  },
};
