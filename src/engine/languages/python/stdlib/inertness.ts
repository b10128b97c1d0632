/**
 * Stand-ins for what a trace has no use for: inert objects that take any call and do nothing (loggers,
 * plots), and objects whose answers are decided at run time (clocks, random numbers, processes).
 */
import { defineClass, type NativeImpl } from "../../../interpret/native.ts";
import { ABSENT, ClassValue, FunctionValue, Instance, type Value } from "../../../interpret/values.ts";
import { iterOf } from "../sequences.ts";
import { argsOf, OBJECT } from "../types/object.ts";
import { type Module, OpenModule } from "./table.ts";

/** Numbers and comparisons of what is logged or plotted are no fault of the program: they are not known. */
const REFLECTED = ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor"];
const NUMBERS = ["lt", "le", "gt", "ge", "neg", "pos", "abs", "round", "float", "int", "len", "contains"];
const UNTOLD = "what a library of logs or plots answers is not known";

const arithmetic: Readonly<Record<string, readonly [string, NativeImpl]>> = Object.fromEntries(
  [...REFLECTED.flatMap((name) => [name, `r${name}`]), ...NUMBERS].map((name) => [
    `__${name}__`,
    ["self, *args", (_, interp) => interp.unknown(UNTOLD)],
  ]),
);

/** Any attribute is inert, any call gives an inert object; a context manager and a decorator as well. */
const INERT: ClassValue = defineClass("inert", {
  bases: [OBJECT],
  native: { layer: false, missing: makeInert },
  methods: {
    ...arithmetic,
    __getattr__: ["self, name", (_a) => makeInert()],
    __call__: ["__self, *args, **kwargs", (a) => decorated(a.args) ?? makeInert()],
    __setattr__: ["self, name, value", () => null],
    __setitem__: ["self, key, value", () => null],
    __getitem__: ["self, key", () => makeInert()],
    __enter__: ["self", (a) => a.self],
    __exit__: ["self, *args", () => null],
    __iter__: ["self", () => iterOf([])],
    __bool__: ["self", () => true],
  },
});

/** What classes that derive from an inert one inherit: every name that they do not define themselves is inert. */
export const INERT_BASE: ClassValue = defineClass("inert", {
  bases: [OBJECT],
  native: { layer: false, missing: makeInert },
  methods: { __call__: ["__self, *args, **kwargs", () => makeInert()] },
});

export function isInert(value: Value): boolean {
  return value instanceof Instance && value.cls === INERT;
}

/** One function or class as the only argument is a decoration: it stays what it is. */
function decorated(args: Value): Value {
  const [only, ...more] = argsOf(args);
  return more.length === 0 && (only instanceof FunctionValue || only instanceof ClassValue)
    ? only
    : undefined;
}

export function makeInert(): Value {
  return new Instance(INERT);
}

/** A module whose every name is inert, but for those given. */
export function inertModule(known: Iterable<readonly [string, Value]> = []): Module {
  return new OpenModule(known, (name) => (name.startsWith("__") ? ABSENT : makeInert()));
}

/** What an object that is decided at run time keeps: its dotted name. */
const RUNTIME: ClassValue = defineClass("runtime", {
  bases: [OBJECT],
  methods: {
    __getattr__: ["self, name", (a) => makeRuntime(`${nameOf(a.self)}.${String(a.name)}`)],
    __call__: [
      "__self, *args, **kwargs",
      (a, interp) => interp.unknown(`${nameOf(a.__self)} is decided at run time`),
    ],
    __getitem__: ["self, key", (a, interp) => interp.unknown(`${nameOf(a.self)} is decided at run time`)],
  },
});

function nameOf(value: Value): string {
  return value instanceof Instance ? String(value.native) : "";
}

export function makeRuntime(name: string): Value {
  const made = new Instance(RUNTIME);
  made.native = name;
  return made;
}

/** A module whose every name is decided at run time, but for those given. */
export function runtimeModule(module: string, known: Iterable<readonly [string, Value]> = []): Module {
  const isDecided = (name: string) => name === "__version__" || !name.startsWith("__");
  return new OpenModule(known, (name) => (isDecided(name) ? makeRuntime(`${module}.${name}`) : ABSENT));
}
