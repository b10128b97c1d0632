/** `contextlib`, `abc`, `types`, `warnings`, `logging`: small modules around classes and contexts. */

import { entryOf } from "../../../base/table.ts";
import { STEPS } from "../../../interpret/bounds.ts";
import { Suppression } from "../../../interpret/control.ts";
import type { Interp } from "../../../interpret/interp.ts";
import { def, defineClass } from "../../../interpret/native.ts";
import {
  ABSENT,
  ClassMethod,
  type ClassValue,
  Dict,
  Instance,
  Iter,
  List,
  ModuleValue,
  StaticMethod,
  type Value,
} from "../../../interpret/values.ts";
import { after, none } from "../core.ts";
import { isSubclassOf } from "../isinstance.ts";
import { attributesText } from "../text.ts";
import { DICT } from "../types/dict.ts";
import { builtinClass } from "../types/index.ts";
import { argsOf, kwargsOf, OBJECT, raw, TYPE } from "../types/object.ts";
import { inertModule, makeInert } from "./inertness.ts";
import { inert, type Module, makeModule, OpenModule } from "./table.ts";

// -------------------------------------------------------------- contextlib

/** What `@contextmanager` makes of a call: the generator runs to its `yield`, and on. */
const GENERATOR_CONTEXT: ClassValue = defineClass("_GeneratorContextManager", {
  bases: [OBJECT],
  methods: {
    __enter__: [
      "self",
      (a, interp) => {
        const generator = generatorOf(a.self);
        if (!generator) return interp.unknown("the context's generator is not known");
        const value = generator.next(null);
        return value === ABSENT ? interp.fail("RuntimeError", "generator didn't yield") : value;
      },
    ],
    __exit__: [
      "self, *args",
      (a) => {
        const failed = argsOf(a.args)[0];
        if (failed === undefined || failed === null) generatorOf(a.self)?.next(null);
        return false;
      },
    ],
    __call__: [
      "self, func",
      (a) => {
        const remake = a.self instanceof Instance ? a.self.attrs.get("_remake") : null;
        return around(a.func, (interp) => interp.call(remake));
      },
    ],
  },
});

/** A function that runs inside a context: what a context manager makes as a decorator. */
function around(fn: Value, enter: (interp: Interp) => Value): Value {
  return raw("decorated", "*args, **kwargs", (interp, args, kwargs) => {
    const context = enter(interp);
    interp.callMethod(context, "__enter__");
    const result = interp.call(fn, args, kwargs);
    interp.callMethod(context, "__exit__", [null, null, null]);
    return result;
  });
}

function generatorOf(self: Value): Iter | undefined {
  const generator = self instanceof Instance ? self.attrs.get("gen") : undefined;
  return generator instanceof Iter ? generator : undefined;
}

function contextManager(fn: Value): Value {
  const make = (interp: Interp, args: readonly Value[], kwargs: ReadonlyMap<string, Value>): Value => {
    const context = interp.newInstance(GENERATOR_CONTEXT);
    context.attrs.set("gen", interp.call(fn, args, kwargs));
    context.attrs.set(
      "_remake",
      raw("remake", "", (inner) => make(inner, args, kwargs)),
    );
    return context;
  };
  return raw("contextmanager", "*args, **kwargs", make);
}

const NULL_CONTEXT: ClassValue = defineClass("nullcontext", {
  bases: [OBJECT],
  methods: {
    __init__: [
      "self, enter_result=None",
      (a, interp) => none(interp.setAttr(a.self, "enter_result", a.enter_result)),
    ],
    __enter__: ["self", (a, interp) => interp.getAttr(a.self, "enter_result")],
    __exit__: ["self, *args", () => null],
  },
});

const SUPPRESS: ClassValue = defineClass("suppress", {
  bases: [OBJECT],
  methods: {
    __init__: [
      "self, *exceptions",
      (a, interp) => {
        if (a.self instanceof Instance) a.self.native = new Suppression(a.exceptions);
        return none(interp.setAttr(a.self, "exceptions", a.exceptions));
      },
    ],
    __enter__: ["self", () => null],
    __exit__: [
      "self, type=None, value=None, tb=None",
      (a, interp) =>
        a.type === null ? false : isSubclassOf(interp, a.type, interp.getAttr(a.self, "exceptions")),
    ],
  },
});

function stackOf(self: Value): Value[] {
  const stack = self instanceof Instance ? self.attrs.get("stack") : undefined;
  return stack instanceof List ? stack.items : [];
}

const EXIT_STACK: ClassValue = defineClass("ExitStack", {
  bases: [OBJECT],
  methods: {
    __init__: ["self", (a, interp) => none(interp.setAttr(a.self, "stack", new List([])))],
    __enter__: ["self", (a) => a.self],
    __exit__: ["self, *args", (a, interp) => after(unwind(interp, a.self), false)],
    close: ["self", (a, interp) => none(unwind(interp, a.self))],
    enter_context: [
      "self, cm",
      (a, interp) => {
        pushExit(
          interp,
          a.self,
          raw("exit", "", (inner) => inner.callMethod(a.cm, "__exit__", [null, null, null])),
        );
        return interp.callMethod(a.cm, "__enter__");
      },
    ],
    push: ["self, exit", (a) => a.exit],
    callback: [
      "self, callback, *args, **kwargs",
      (a, interp) => {
        pushExit(
          interp,
          a.self,
          raw("callback", "", (inner) => inner.call(a.callback, argsOf(a.args), kwargsOf(a.kwargs))),
        );
        return a.callback;
      },
    ],
  },
});

function pushExit(interp: Interp, self: Value, exit: Value): void {
  interp.tick(STEPS.function + STEPS.entry);
  stackOf(self).push(exit);
}

function unwind(interp: Interp, self: Value): void {
  for (const exit of stackOf(self).splice(0).reverse()) interp.call(exit);
}

export const contextlib = (): Module =>
  makeModule({
    values: {
      nullcontext: NULL_CONTEXT,
      suppress: SUPPRESS,
      ExitStack: EXIT_STACK,
      AbstractContextManager: defineClass("AbstractContextManager", {
        bases: [OBJECT],
        methods: { __enter__: ["self", (a) => a.self], __exit__: ["self, *args", () => null] },
      }),
      ContextDecorator: defineClass("ContextDecorator", {
        bases: [OBJECT],
        methods: {
          __call__: ["self, func", (a) => around(a.func, () => a.self)],
        },
      }),
    },
    functions: {
      contextmanager: ["func", (a) => contextManager(a.func)],
      closing: ["thing", (a, interp) => interp.call(NULL_CONTEXT, [a.thing])],
      redirect_stdout: ["target", (a, interp) => interp.call(NULL_CONTEXT, [a.target])],
      redirect_stderr: ["target", (a, interp) => interp.call(NULL_CONTEXT, [a.target])],
    },
  });

// --------------------------------------------------------------------- abc

export const abc = (): Module => {
  const meta = defineClass("ABCMeta", {
    bases: [TYPE],
    methods: { register: ["cls, subclass", (a) => a.subclass] },
  });
  return makeModule({
    values: {
      ABC: defineClass("ABC", { bases: [OBJECT] }),
      ABCMeta: meta,
      abstractproperty: builtinClass("property"),
    },
    functions: {
      abstractmethod: ["func", (a) => a.func],
      abstractclassmethod: ["func", (a) => new ClassMethod(a.func)],
      abstractstaticmethod: ["func", (a) => new StaticMethod(a.func)],
    },
  });
};

// ------------------------------------------------------------------- types

const NAMESPACE: ClassValue = defineClass("SimpleNamespace", {
  bases: [OBJECT],
  qualname: "types.SimpleNamespace",
  methods: {
    __init__: [
      "__self, **kwargs",
      (a, interp) => {
        for (const [name, value] of kwargsOf(a.kwargs)) interp.setAttr(a.__self, name, value);
        return null;
      },
    ],
    __repr__: ["self", (a, interp) => attributesText(interp, "namespace", a.self)],
  },
});

const MODULE_TYPE: ClassValue = defineClass("module", {
  bases: [OBJECT],
  methods: {
    __init__: [
      "self, name=None, doc=None",
      (a, interp) => {
        if (a.self instanceof Instance) interp.setAttr(a.self, "__name__", a.name);
        return null;
      },
    ],
  },
  native: {
    layer: false,
    create: (interp, cls, args) =>
      cls === MODULE_TYPE ? new ModuleValue(String(args[0])) : interp.newInstance(cls),
  },
});

export const types = (): Module => {
  const known = makeModule({
    values: {
      SimpleNamespace: NAMESPACE,
      ModuleType: MODULE_TYPE,
      FunctionType: builtinClass("function"),
      LambdaType: builtinClass("function"),
      MethodType: builtinClass("method"),
      BuiltinFunctionType: builtinClass("builtin_function_or_method"),
      GeneratorType: builtinClass("generator"),
      NoneType: builtinClass("NoneType"),
      EllipsisType: builtinClass("ellipsis"),
      MappingProxyType: DICT,
      DynamicClassAttribute: builtinClass("property"),
    },
    functions: {
      new_class: [
        "name, bases=(), ?kwds=None, ?exec_body=None",
        (a, interp) => interp.call(TYPE, [a.name, a.bases, new Dict()]),
      ],
    },
  });
  return new OpenModule(known, (name) =>
    /Type$/.test(name) ? defineClass(name, { bases: [OBJECT] }) : ABSENT,
  );
};

// ------------------------------------------------------- warnings, logging

export const warnings = (): Module =>
  inertModule(
    ["warn", "warn_explicit", "filterwarnings", "simplefilter", "resetwarnings"].map(
      (name) => [name, inert(name)] as const,
    ),
  );

const LEVELS = { CRITICAL: 50, FATAL: 50, ERROR: 40, WARNING: 30, WARN: 30, INFO: 20, DEBUG: 10, NOTSET: 0 };
const CALLS = [
  "debug",
  "info",
  "warning",
  "warn",
  "error",
  "exception",
  "critical",
  "log",
  "basicConfig",
  "disable",
  "captureWarnings",
  "addLevelName",
  "setLoggerClass",
  "shutdown",
];

export const logging = (): Module => {
  const handler = (name: string) =>
    [name, defineClass(name, { bases: [OBJECT], methods: LOGGER_METHODS })] as const;
  return inertModule([
    ...Object.entries(LEVELS),
    ...CALLS.map((name) => [name, inert(name)] as const),
    handler("Logger"),
    handler("Handler"),
    handler("StreamHandler"),
    handler("FileHandler"),
    handler("NullHandler"),
    handler("Formatter"),
    handler("Filter"),
    handler("LoggerAdapter"),
    ["getLogger", def("getLogger", "name=None", (_, interp) => interp.newInstance(LOGGER))],
    ["getLevelName", def("getLevelName", "level", () => "INFO")],
  ]);
};

const LOGGER_METHODS = {
  __init__: ["self, *args, **kwargs", () => null],
  isEnabledFor: ["self, level", () => false],
  getEffectiveLevel: ["self", () => LEVELS.WARNING],
  hasHandlers: ["self", () => true],
  getChild: ["self, suffix", (a: Readonly<Record<string, Value>>) => a.self],
  __getattr__: [
    "self, name",
    (a: Readonly<Record<string, Value>>) => entryOf(LOGGER_DATA, String(a.name)) ?? makeInert(),
  ],
} as const;

const LOGGER_DATA: Readonly<Record<string, Value>> = {
  level: LEVELS.WARNING,
  propagate: true,
  disabled: false,
  name: "root",
};

const LOGGER: ClassValue = defineClass("Logger", {
  bases: [OBJECT],
  methods: LOGGER_METHODS,
  properties: { handlers: () => new List([]) },
});
