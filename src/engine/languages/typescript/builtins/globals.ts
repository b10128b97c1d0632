/** Every global name of JavaScript that model code uses. What a run decides is Unknown, quietly. */

import type { Interp } from "../../../interpret/interp.ts";
import type { Machine } from "../../../interpret/machine.ts";
import { LazyName } from "../../../interpret/scope.ts";
import {
  ABSENT,
  type Attrs,
  Dict,
  Instance,
  isUnknown,
  List,
  ModuleValue,
  Property,
  SetValue,
  Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { weightMade } from "../../../interpret/weight.ts";
import {
  ASYNC_ITERATOR,
  entriesOf,
  fn,
  HAS_INSTANCE,
  type Impl,
  ITERATOR,
  jsClass,
  mapOf,
  object,
  RUN_TIME,
  setOfItems,
  strict,
  TO_PRIMITIVE,
  TO_STRING_TAG,
} from "../core.ts";
import { globalFramework } from "../imports.ts";
import { toNumeric } from "../operators.ts";
import { arrayClasses } from "./array.ts";
import { collectionClasses } from "./collections.ts";
import { JSON_FUNCTIONS } from "./json.ts";
import { objectClass, objectClasses, REFLECT } from "./objects.ts";
import { checkNumbers, parseNumbers, textClasses } from "./text.ts";

const MATH_FUNCTIONS = [
  "abs",
  "acos",
  "acosh",
  "asin",
  "asinh",
  "atan",
  "atan2",
  "atanh",
  "cbrt",
  "ceil",
  "clz32",
  "cos",
  "cosh",
  "exp",
  "expm1",
  "floor",
  "fround",
  "hypot",
  "imul",
  "log",
  "log10",
  "log1p",
  "log2",
  "max",
  "min",
  "pow",
  "round",
  "sign",
  "sin",
  "sinh",
  "sqrt",
  "tan",
  "tanh",
  "trunc",
] as const;
const MATH_CONSTANTS = ["E", "LN10", "LN2", "LOG10E", "LOG2E", "PI", "SQRT1_2", "SQRT2"] as const;

function math(m: Machine): Value {
  const entries: [string, Value][] = MATH_FUNCTIONS.map((name) => [
    name,
    fn(name, (interp, args) => {
      const numbers = args.map((arg) => toNumeric(interp as Machine, arg));
      const rule = Math[name] as (...numbers: number[]) => number;
      return numbers.find(isUnknown) ?? rule(...(numbers as number[]));
    }),
  ]);
  for (const name of MATH_CONSTANTS) entries.push([name, Math[name]]);
  entries.push(["random", fn("random", (interp) => interp.unknown(`a random number, ${RUN_TIME}`))]);
  return object(m, entries);
}

// ----------------------------------------------------------------- the platform

const nothing: Impl = () => undefined;
const CONSOLE = [
  "log",
  "info",
  "warn",
  "error",
  "debug",
  "table",
  "time",
  "timeEnd",
  "group",
  "groupEnd",
  "assert",
  "trace",
  "dir",
];
const INERT = [
  "setTimeout",
  "setInterval",
  "clearTimeout",
  "clearInterval",
  "requestAnimationFrame",
  "cancelAnimationFrame",
  "alert",
  "setImmediate",
];
/** Names of the browser, of Node and of a run. */
const AT_RUN_TIME = [
  "document",
  "navigator",
  "location",
  "localStorage",
  "sessionStorage",
  "fetch",
  "Date",
  "performance",
  "Image",
  "ImageData",
  "HTMLElement",
  "HTMLImageElement",
  "HTMLVideoElement",
  "HTMLCanvasElement",
  "OffscreenCanvas",
  "XMLHttpRequest",
  "WebSocket",
  "Worker",
  "URL",
  "URLSearchParams",
  "Request",
  "Response",
  "Headers",
  "Blob",
  "File",
  "FileReader",
  "AbortController",
  "crypto",
  "Buffer",
  "Intl",
  "WebAssembly",
  "BigInt",
  "Proxy",
  "TextDecoder",
  "TextEncoder",
  "tfvis",
  "Event",
  "CustomEvent",
  "EventTarget",
  "MediaStream",
  "AudioContext",
  "io",
  "d3",
  "Plotly",
  "$",
  "React",
  "ReactDOM",
  "importScripts",
];

const URI_FUNCTIONS = { encodeURIComponent, encodeURI, decodeURIComponent, decodeURI } as const;
const GLOBAL_OBJECTS = ["globalThis", "global", "window", "self"] as const;

/** All global names as properties; those that only a run knows are unknown. */
function globalObject(m: Machine, name: string): Value {
  const shared = m.tableModules.get("globalThis") ?? new ModuleValue("globalThis");
  m.tableModules.set("globalThis", shared);
  const view = Object.assign(new ModuleValue(name), { attrs: shared.attrs });
  view.load = (key) => {
    const known = m.builtinScope.get(key);
    return known === ABSENT ? m.unknown(`${name}.${key} is ${RUN_TIME}`) : known;
  };
  return view;
}

/** A property of `process` that says what it takes the machine to be. */
function ofMachine(name: string, value: Value, text: string): [string, Value] {
  const getter = fn(name, (interp) => {
    interp.assume("value", `process.${name}: ${text}`);
    return value;
  });
  return [name, new Property(getter)];
}

function process(m: Machine): Value {
  return object(m, [
    ofMachine("env", object(m), "no variable of the environment is set"),
    ofMachine("argv", new List(["node", "script"]), "the command is given no arguments"),
    ofMachine("platform", "linux", "the program runs on Linux"),
    ofMachine("version", "v20.0.0", "the program runs in Node.js 20"),
    ofMachine("versions", object(m, [["node", "20.0.0"]]), "the program runs in Node.js 20"),
    ["exit", fn("exit", nothing)],
    ["on", fn("on", nothing)],
    ["cwd", fn("cwd", () => "/")],
    ["nextTick", fn("nextTick", nothing)],
    ["memoryUsage", fn("memoryUsage", (interp) => interp.unknown(RUN_TIME))],
    ["hrtime", fn("hrtime", (interp) => interp.unknown(RUN_TIME))],
  ]);
}

function table(m: Machine, functions: Readonly<Record<string, Impl>>): Value {
  return object(
    m,
    Object.entries(functions).map(([name, impl]): [string, Value] => [name, fn(name, impl)]),
  );
}

/** A copy of its own, down to the last object. */
/** What is held in two places, or holds itself, is one value in the copy too: `made` knows its copy. */
function clone(m: Interp, value: Value, made: Map<Value, Value>): Value {
  if (typeof value !== "object" || value === null) return value;
  return made.has(value) ? made.get(value) : m.nested(() => copyOf(m, value, made));
}

function copyOf(m: Interp, value: Value, made: Map<Value, Value>): Value {
  m.tick(weightMade(value));
  if (value instanceof List) {
    m.tick(value.items.length >> 1);
    const copy = new List([]);
    made.set(value, copy);
    for (const item of value.items) copy.items.push(clone(m, item, made));
    return copy;
  }
  if (value instanceof Dict) {
    return mapOf([...value.entries.values()].map((entry) => [entry.key, clone(m, entry.value, made)]));
  }
  if (value instanceof SetValue) return setOfItems([...value.entries.values()]);
  if (!(value instanceof Instance)) return value;
  const copy = object(m);
  made.set(value, copy);
  for (const [key, item] of entriesOf(m, value) ?? []) copy.attrs.set(key, clone(m, item, made));
  return copy;
}

/** All global names of one interpreter: a program may change what it finds, so they are its own. */
export function createBuiltins(m: Machine): Attrs {
  const names: Attrs = new Map();
  const base = objectClass();
  const classes = [
    base,
    ...objectClasses(base),
    ...arrayClasses(base),
    ...textClasses(base),
    ...collectionClasses(base),
  ];
  for (const cls of classes) names.set(cls.name, cls);
  // What needs the classes above is made at its first use.
  const lazily = (name: string, make: () => Value): void =>
    void (names as Map<string, Value | LazyName>).set(name, new LazyName(make));
  lazily("Math", () => math(m));
  lazily("JSON", () => table(m, JSON_FUNCTIONS));
  lazily("Reflect", () => table(m, REFLECT));
  lazily("console", () => table(m, Object.fromEntries(CONSOLE.map((name) => [name, nothing]))));
  lazily("process", () => process(m));
  let made = 0;
  const symbol = jsClass("Symbol", {
    base,
    native: { layer: false, create: (_m, _cls, [name]) => `@@${String(name)}:${++made}` },
    statics: { for: (_m, [name]) => `@@for:${String(name)}` },
    constants: {
      iterator: ITERATOR,
      asyncIterator: ASYNC_ITERATOR,
      toStringTag: TO_STRING_TAG,
      hasInstance: HAS_INSTANCE,
      toPrimitive: TO_PRIMITIVE,
    },
  });
  names.set("Symbol", symbol);
  for (const [name, impl] of Object.entries({ ...parseNumbers, ...checkNumbers }))
    names.set(name, fn(name, impl));
  for (const name of INERT) names.set(name, fn(name, nothing));
  for (const name of AT_RUN_TIME) names.set(name, new Unknown(`${name} is ${RUN_TIME}`));
  names.set(
    "structuredClone",
    fn("structuredClone", (interp, [value]) => clone(interp, value, new Map())),
  );
  names.set(
    "queueMicrotask",
    fn("queueMicrotask", (interp, [callback]) => interp.call(callback)),
  );
  names.set(
    "require",
    fn("require", (interp, [specifier]) =>
      typeof specifier === "string"
        ? interp.importModule(specifier)
        : interp.unknown("require() of what is not known"),
    ),
  );
  names.set(
    "import",
    fn("import", (interp, [specifier]) =>
      typeof specifier === "string"
        ? interp.importModule(specifier)
        : interp.unknown("import() of what is not known"),
    ),
  );
  for (const [name, code] of Object.entries(URI_FUNCTIONS)) {
    names.set(
      name,
      strict(name, (interp, [value]) => {
        const shown = interp.str(value);
        if (isUnknown(shown)) return shown;
        try {
          return code(shown);
        } catch {
          return interp.fail("URIError", "URI malformed");
        }
      }),
    );
  }
  for (const name of GLOBAL_OBJECTS) lazily(name, () => globalObject(m, name));
  names.set("NaN", Number.NaN);
  names.set("Infinity", Number.POSITIVE_INFINITY);
  lazily("tf", () => globalFramework(m));
  return names;
}
