/** The hierarchy of Python's built-in exceptions. */
import type { Interp } from "../../../interpret/interp.ts";
import { defineClass } from "../../../interpret/native.ts";
import {
  type ClassValue,
  Instance,
  isUnknown,
  type Kwargs,
  Tuple,
  type Value,
} from "../../../interpret/values.ts";
import { builtinRepr, repr, str } from "../text.ts";
import { argsOf, OBJECT } from "./object.ts";

function makeBare(interp: Interp, cls: ClassValue, args: readonly Value[], _kwargs: Kwargs): Value {
  const made = interp.newInstance(cls);
  made.attrs.set("args", new Tuple([...args]));
  if (cls.mro.some((base) => base.name === "StopIteration")) made.attrs.set("value", args[0] ?? null);
  return made;
}

function argsOfError(self: Value): readonly Value[] {
  return self instanceof Instance ? argsOf(self.attrs.get("args")) : [];
}

export const BASE_EXCEPTION: ClassValue = defineClass("BaseException", {
  bases: [OBJECT],
  native: { layer: false, create: makeBare },
  methods: {
    __init__: [
      "self, *args, **kwargs",
      (a, interp) => {
        if (a.self instanceof Instance) {
          interp.touch(a.self);
          a.self.attrs.set("args", a.args);
        }
        return null;
      },
    ],
    __str__: [
      "self",
      (a, interp) => {
        const args = argsOfError(a.self);
        if (args.length === 0) return "";
        return args.length === 1 ? str(interp, args[0]) : builtinRepr(interp, new Tuple(args));
      },
    ],
    __repr__: [
      "self",
      (a, interp) => {
        const inner = argsOfError(a.self).map((arg) => repr(interp, arg));
        const doubt = inner.find(isUnknown);
        const name = a.self instanceof Instance ? a.self.cls.name : "BaseException";
        return doubt ?? `${name}(${inner.join(", ")})`;
      },
    ],
    with_traceback: ["self, tb", (a) => a.self],
    add_note: ["self, note", () => null],
  },
  constants: { __cause__: null, __context__: null, __traceback__: null },
});

/** Each class after its base. */
const HIERARCHY: readonly (readonly [string, string])[] = [
  ["SystemExit", "BaseException"],
  ["KeyboardInterrupt", "BaseException"],
  ["GeneratorExit", "BaseException"],
  ["Exception", "BaseException"],
  ["StopIteration", "Exception"],
  ["StopAsyncIteration", "Exception"],
  ["ArithmeticError", "Exception"],
  ["FloatingPointError", "ArithmeticError"],
  ["OverflowError", "ArithmeticError"],
  ["ZeroDivisionError", "ArithmeticError"],
  ["AssertionError", "Exception"],
  ["AttributeError", "Exception"],
  ["BufferError", "Exception"],
  ["EOFError", "Exception"],
  ["ImportError", "Exception"],
  ["ModuleNotFoundError", "ImportError"],
  ["LookupError", "Exception"],
  ["IndexError", "LookupError"],
  ["KeyError", "LookupError"],
  ["MemoryError", "Exception"],
  ["NameError", "Exception"],
  ["UnboundLocalError", "NameError"],
  ["OSError", "Exception"],
  ["BlockingIOError", "OSError"],
  ["ChildProcessError", "OSError"],
  ["ConnectionError", "OSError"],
  ["BrokenPipeError", "ConnectionError"],
  ["ConnectionRefusedError", "ConnectionError"],
  ["ConnectionResetError", "ConnectionError"],
  ["FileExistsError", "OSError"],
  ["FileNotFoundError", "OSError"],
  ["InterruptedError", "OSError"],
  ["IsADirectoryError", "OSError"],
  ["NotADirectoryError", "OSError"],
  ["PermissionError", "OSError"],
  ["ProcessLookupError", "OSError"],
  ["TimeoutError", "OSError"],
  ["ReferenceError", "Exception"],
  ["RuntimeError", "Exception"],
  ["NotImplementedError", "RuntimeError"],
  ["RecursionError", "RuntimeError"],
  ["SyntaxError", "Exception"],
  ["IndentationError", "SyntaxError"],
  ["SystemError", "Exception"],
  ["TypeError", "Exception"],
  ["ValueError", "Exception"],
  ["UnicodeError", "ValueError"],
  ["UnicodeDecodeError", "UnicodeError"],
  ["UnicodeEncodeError", "UnicodeError"],
  ["ExceptionGroup", "Exception"],
  ["Warning", "Exception"],
  ["BytesWarning", "Warning"],
  ["DeprecationWarning", "Warning"],
  ["EncodingWarning", "Warning"],
  ["FutureWarning", "Warning"],
  ["ImportWarning", "Warning"],
  ["PendingDeprecationWarning", "Warning"],
  ["ResourceWarning", "Warning"],
  ["RuntimeWarning", "Warning"],
  ["SyntaxWarning", "Warning"],
  ["UnicodeWarning", "Warning"],
  ["UserWarning", "Warning"],
];

function exceptionClasses(): ReadonlyMap<string, ClassValue> {
  const classes = new Map([["BaseException", BASE_EXCEPTION]]);
  for (const [name, baseName] of HIERARCHY) {
    const base = classes.get(baseName) ?? BASE_EXCEPTION;
    classes.set(name, defineClass(name, { bases: [base] }));
  }
  return classes
    .set("IOError", exceptionNamed(classes, "OSError"))
    .set("EnvironmentError", exceptionNamed(classes, "OSError"));
}

function exceptionNamed(classes: ReadonlyMap<string, ClassValue>, name: string): ClassValue {
  return classes.get(name) ?? BASE_EXCEPTION;
}

export const EXCEPTIONS: ReadonlyMap<string, ClassValue> = exceptionClasses();

/** A built-in exception class by name. */
export function exceptionClass(name: string): ClassValue {
  return exceptionNamed(EXCEPTIONS, name);
}

/** A new exception object, `ValueError("…")`. */
export function makeException(interp: Interp, type: string, message: string): Instance {
  const made = interp.newInstance(exceptionClass(type));
  made.attrs.set("args", new Tuple([message]));
  if (type === "StopIteration") made.attrs.set("value", null);
  return made;
}
