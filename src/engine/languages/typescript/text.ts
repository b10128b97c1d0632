/** Values as text: `String(value)`, templates, and what messages show. */
import type { Machine } from "../../interpret/machine.ts";
import {
  ABSENT,
  ClassValue,
  Dict,
  FunctionValue,
  Instance,
  isUnknown,
  List,
  ModuleValue,
  NativeFunction,
  RegexValue,
  SetValue,
  Tensor,
  Tuple,
  type Unknown,
  type Value,
} from "../../interpret/values.ts";
import { entriesOf, LONG_TEXT, TO_PRIMITIVE, TO_STRING_TAG } from "./core.ts";
import { hasNoPrototype } from "./prototypes.ts";

export function str(m: Machine, value: Value): string | Unknown {
  if (isUnknown(value)) return value;
  if (value === null || typeof value !== "object") return String(value);
  if (value instanceof List || value instanceof Tuple) {
    return joinItems(m, value, ",");
  }
  if (value instanceof RegexValue) return `/${value.source}/${value.flags}`;
  if (value instanceof FunctionValue || value instanceof NativeFunction) return `function ${value.name}() {}`;
  if (value instanceof ClassValue) return `class ${value.name} {}`;
  if (value instanceof Tensor) return "Tensor";
  if (value instanceof Instance) return instanceText(m, value);
  if (value instanceof ModuleValue) return "[object Module]";
  return `[object ${value instanceof Dict ? "Map" : value instanceof SetValue ? "Set" : "Object"}]`;
}

/** The arrays whose texts are being made: one that holds itself is empty there. */
const showing = new WeakMap<Machine, Set<Value>>();

/** `array.join(mark)` */
export function joinItems(m: Machine, list: List | Tuple, mark: string): string | Unknown {
  const all = showing.get(m) ?? new Set();
  if (all.has(list)) return "";
  showing.set(m, all.add(list));
  try {
    return m.nested(() => {
      m.tick(list.items.length);
      const parts: string[] = [];
      let length = 0;
      for (const item of list.items) {
        const part = item === null || item === undefined ? "" : str(m, item);
        if (isUnknown(part)) return part;
        length += part.length + mark.length;
        parts.push(part);
      }
      return m.allowsText(length) ? parts.join(mark) : m.unknown(LONG_TEXT);
    });
  } finally {
    all.delete(list);
  }
}

function instanceText(m: Machine, value: Instance): string | Unknown {
  if (value.payload !== undefined && value.cls.name !== "Promise") return str(m, value.payload);
  const own = m.lookup(value, TO_PRIMITIVE);
  const method = own !== ABSENT ? own : m.lookup(value, "toString");
  if (isUnknown(method)) return method;
  if (hasNoPrototype(value) && (method === ABSENT || method instanceof NativeFunction))
    return m.fail("TypeError", "Cannot convert object to primitive value");
  if (method !== ABSENT && !(method instanceof NativeFunction && method.name === "toString")) {
    const shown = m.callWithThis(method, value, own === ABSENT ? [] : ["string"]);
    return isUnknown(shown) || typeof shown === "string" ? shown : m.nested(() => str(m, shown));
  }
  const message = value.attrs.get("message");
  if (value.cls.mro.some((cls) => cls.name === "Error")) {
    const name = m.getAttr(value, "name");
    const shown = isUnknown(message) ? "…" : String(message ?? "");
    return shown === "" ? String(name) : `${String(name)}: ${shown}`;
  }
  const tag = m.lookup(value, TO_STRING_TAG);
  return `[object ${typeof tag === "string" ? tag : "Object"}]`;
}

const SHOWN_ITEMS = 100;

/** As a console shows it. */
export function repr(m: Machine, value: Value): string | Unknown {
  return show(m, value, 0);
}

function show(m: Machine, value: Value, depth: number): string {
  if (isUnknown(value)) return "?";
  if (typeof value === "string") return depth === 0 ? value : JSON.stringify(value);
  if (value === null || typeof value !== "object") return String(value);
  if (depth > 4) return "…";
  const inner = (items: readonly Value[]): string => {
    // A console shows a hundred items too, and leaves out the rest.
    const shown = items.slice(0, SHOWN_ITEMS).map((item) => show(m, item, depth + 1));
    m.tick(shown.length);
    return shown.join(", ") + (items.length > SHOWN_ITEMS ? ", …" : "");
  };
  if (value instanceof List || value instanceof Tuple) return `[${inner(value.items)}]`;
  if (value instanceof SetValue) return `Set {${inner([...value.entries.values()])}}`;
  if (value instanceof Dict) {
    const pairs = [...value.entries.values()].map(
      ({ key, value: item }) => `${show(m, key, 1)} => ${show(m, item, depth + 1)}`,
    );
    return `Map {${pairs.join(", ")}}`;
  }
  if (value instanceof Tensor) {
    return `Tensor(${isUnknown(value.shape) ? "?" : value.shape.map((dim) => (isUnknown(dim) ? "?" : dim)).join("x")})`;
  }
  if (value instanceof Instance && !value.cls.mro.some((cls) => cls.name === "Error")) {
    const pairs = (entriesOf(m, value) ?? []).map(([key, item]) => `${key}: ${show(m, item, depth + 1)}`);
    return `${value.cls.name === "Object" ? "" : `${value.cls.name} `}{${pairs.join(", ")}}`;
  }
  if (value instanceof ModuleValue) return `module ${value.name}`;
  const shown = str(m, value);
  return isUnknown(shown) ? "?" : shown;
}
