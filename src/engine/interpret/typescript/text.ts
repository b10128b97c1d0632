/** Values as text: `String(value)`, templates, and what messages show. */
import type { Machine } from "../machine.ts";
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
} from "../values.ts";
import { entriesOf, TO_PRIMITIVE, TO_STRING_TAG } from "./core.ts";

export function str(m: Machine, value: Value): string | Unknown {
  if (isUnknown(value)) return value;
  if (value === null || typeof value !== "object") return String(value);
  if (value instanceof List || value instanceof Tuple) {
    const parts = value.items.map((item) => (item === null || item === undefined ? "" : str(m, item)));
    return parts.find(isUnknown) ?? parts.join(",");
  }
  if (value instanceof RegexValue) return `/${value.source}/${value.flags}`;
  if (value instanceof FunctionValue || value instanceof NativeFunction) return `function ${value.name}() {}`;
  if (value instanceof ClassValue) return `class ${value.name} {}`;
  if (value instanceof Tensor) return "Tensor";
  if (value instanceof Instance) return instanceText(m, value);
  if (value instanceof ModuleValue) return "[object Module]";
  return `[object ${value instanceof Dict ? "Map" : value instanceof SetValue ? "Set" : "Object"}]`;
}

function instanceText(m: Machine, value: Instance): string | Unknown {
  if (value.payload !== undefined && value.cls.name !== "Promise") return str(m, value.payload);
  const own = m.lookup(value, TO_PRIMITIVE);
  const method = own !== ABSENT ? own : m.lookup(value, "toString");
  if (isUnknown(method)) return method;
  if (method !== ABSENT && !(method instanceof NativeFunction && method.name === "toString")) {
    const shown = m.callWithThis(method, value, own === ABSENT ? [] : ["string"]);
    return isUnknown(shown) || typeof shown === "string" ? shown : String(shown);
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

/** As a console shows it. */
export function repr(m: Machine, value: Value): string | Unknown {
  return show(m, value, 0);
}

function show(m: Machine, value: Value, depth: number): string {
  if (isUnknown(value)) return "?";
  if (typeof value === "string") return depth === 0 ? value : JSON.stringify(value);
  if (value === null || typeof value !== "object") return String(value);
  if (depth > 4) return "…";
  const inner = (items: readonly Value[]): string => items.map((item) => show(m, item, depth + 1)).join(", ");
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
