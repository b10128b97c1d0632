/** The remaining built-in classes: range, slice, functions, descriptors, iterators, None and its kin. */
import type { Interp } from "../../../interpret/interp.ts";
import {
  ABSENT,
  BoundMethod,
  ClassMethod,
  ClassValue,
  FunctionValue,
  Iter,
  isUnknown,
  NativeFunction,
  Property,
  Range,
  Slice,
  StaticMethod,
  SuperValue,
  Tuple,
  type Value,
} from "../../../interpret/values.ts";
import { defineCore, NOT_IMPLEMENTED, strictTable, toIndex, toInt, typeName } from "../core.ts";
import { builtinGetItem, sliceBounds } from "../items.ts";
import { contains, iterate, iterOf } from "../sequences.ts";
import { argsOf, kwargsOf, OBJECT } from "./object.ts";

function makeRange(interp: Interp, args: readonly Value[]): Value {
  const parts: number[] = [];
  for (const arg of args) {
    const part = toIndex(interp, arg);
    if (isUnknown(part)) return part;
    if (part === undefined) {
      return interp.fail(
        "TypeError",
        `'${typeName(interp, arg)}' object cannot be interpreted as an integer`,
      );
    }
    parts.push(part);
  }
  const [first = 0, second, step = 1] = parts;
  if (step === 0) return interp.fail("ValueError", "range() arg 3 must not be zero");
  return second === undefined ? new Range(0, first, 1) : new Range(first, second, step);
}

export const RANGE: ClassValue = defineCore("range", {
  bases: [OBJECT],
  native: { layer: false, create: (interp, _cls, args) => makeRange(interp, args) },
  methods: strictTable({
    __len__: ["self", (a) => (a.self instanceof Range ? a.self.length : 0)],
    __iter__: ["self", (a, interp) => asIter(interp, a.self)],
    __getitem__: ["self, index", (a, interp) => builtinGetItem(interp, a.self, a.index)],
    index: [
      "self, item",
      (a, interp) => {
        const value = toInt(a.item);
        if (!(a.self instanceof Range) || value === undefined || contains(interp, a.self, value) !== true) {
          return interp.fail("ValueError", "value is not in range");
        }
        return (value - a.self.start) / a.self.step;
      },
    ],
    count: ["self, item", (a, interp) => (contains(interp, a.self, a.item) === true ? 1 : 0)],
  }),
  properties: {
    start: (a) => (a.self instanceof Range ? a.self.start : 0),
    stop: (a) => (a.self instanceof Range ? a.self.stop : 0),
    step: (a) => (a.self instanceof Range ? a.self.step : 1),
  },
});

function asIter(interp: Interp, value: Value): Value {
  const iterator = iterate(interp, value);
  return isUnknown(iterator) ? iterator : iterOf(iterator, "range_iterator");
}

export const SLICE: ClassValue = defineCore("slice", {
  bases: [OBJECT],
  native: {
    layer: false,
    create: (_interp, _cls, args) =>
      args.length < 2 ? new Slice(null, args[0], null) : new Slice(args[0], args[1], args[2] ?? null),
  },
  methods: {
    indices: [
      "self, length",
      (a, interp) => {
        const bounds = a.self instanceof Slice ? sliceBounds(interp, a.self, toInt(a.length) ?? 0) : [];
        return isUnknown(bounds) ? bounds : new Tuple([...bounds]);
      },
    ],
  },
  properties: {
    start: (a) => (a.self instanceof Slice ? a.self.start : null),
    stop: (a) => (a.self instanceof Slice ? a.self.stop : null),
    step: (a) => (a.self instanceof Slice ? a.self.step : null),
  },
});

export const PROPERTY: ClassValue = defineCore("property", {
  bases: [OBJECT],
  native: {
    layer: false,
    create: (_interp, _cls, args, kwargs) =>
      makeProperty(args[0] ?? kwargs.get("fget"), args[1] ?? kwargs.get("fset")),
  },
  methods: {
    getter: ["self, fget", (a) => makeProperty(a.fget, setterOf(a.self))],
    setter: ["self, fset", (a) => makeProperty(getterOf(a.self), a.fset)],
    deleter: ["self, fdel", (a) => a.self],
  },
  properties: { fget: (a) => getterOf(a.self), fset: (a) => setterOf(a.self) ?? null },
});

function makeProperty(getter: Value, setter: Value): Property {
  return setter === undefined || setter === null ? new Property(getter) : new Property(getter, setter);
}

function getterOf(value: Value): Value {
  return value instanceof Property ? value.getter : null;
}

function setterOf(value: Value): Value {
  return value instanceof Property ? value.setter : null;
}

function wrapped(value: Value): Value {
  return value instanceof StaticMethod || value instanceof ClassMethod ? value.fn : null;
}

export const STATICMETHOD: ClassValue = defineCore("staticmethod", {
  bases: [OBJECT],
  native: { layer: false, create: (_interp, _cls, args) => new StaticMethod(args[0]) },
  properties: { __func__: (a) => wrapped(a.self), __wrapped__: (a) => wrapped(a.self) },
});

export const CLASSMETHOD: ClassValue = defineCore("classmethod", {
  bases: [OBJECT],
  native: { layer: false, create: (_interp, _cls, args) => new ClassMethod(args[0]) },
  properties: { __func__: (a) => wrapped(a.self), __wrapped__: (a) => wrapped(a.self) },
});

export const METHOD: ClassValue = defineCore("method", {
  bases: [OBJECT],
  native: { layer: false, create: (_interp, _cls, args) => new BoundMethod(args[1], args[0]) },
  properties: {
    __func__: (a) => (a.self instanceof BoundMethod ? a.self.fn : null),
    __self__: (a) => (a.self instanceof BoundMethod ? a.self.self : null),
  },
});

function functionName(value: Value): string {
  return value instanceof FunctionValue || value instanceof NativeFunction ? value.name : "";
}

/** `f.__get__(instance)`: binds, as attribute access does. */
function bindTo(fn: Value, instance: Value): Value {
  return instance === null ? fn : new BoundMethod(instance, fn);
}

export const FUNCTION: ClassValue = defineCore("function", {
  bases: [OBJECT],
  methods: {
    __get__: ["self, instance, owner=None", (a) => bindTo(a.self, a.instance)],
    __call__: [
      "__self, *args, **kwargs",
      (a, interp) => interp.call(a.__self, argsOf(a.args), kwargsOf(a.kwargs)),
    ],
  },
});

export const BUILTIN_FUNCTION: ClassValue = defineCore("builtin_function_or_method", {
  bases: [OBJECT],
  methods: { __get__: ["self, instance, owner=None", (a) => bindTo(a.self, a.instance)] },
  properties: { __name__: (a) => functionName(a.self), __qualname__: (a) => functionName(a.self) },
});

export const GENERATOR: ClassValue = defineCore("generator", {
  bases: [OBJECT],
  methods: {
    __iter__: ["self", (a) => a.self],
    __next__: ["self", (a, interp) => advance(interp, a.self, null)],
    send: ["self, value", (a, interp) => advance(interp, a.self, a.value)],
    throw: [
      "self, type, value=None, traceback=None",
      (_, interp) => interp.unknown("generator.throw is not followed"),
    ],
    close: ["self", (a, interp) => close(interp, a.self)],
  },
});

const iteratorClasses = new Map<string, ClassValue>();

/** The class of iterators of that name: those of lists are none of generators. */
export function iteratorClass(name: string): ClassValue {
  const known = iteratorClasses.get(name);
  if (known) return known;
  const cls = defineCore(name, {
    bases: [OBJECT],
    methods: {
      __iter__: ["self", (a) => a.self],
      __next__: ["self", (a, interp) => advance(interp, a.self, null)],
    },
  });
  iteratorClasses.set(name, cls);
  return cls;
}

function advance(interp: Interp, iter: Value, sent: Value): Value {
  if (!(iter instanceof Iter)) return null;
  const item = iter.next(sent);
  return item === ABSENT ? interp.fail("StopIteration", "") : item;
}

/** A generator that yields once more while it is ended says so as an error. */
function close(interp: Interp, iter: Value): Value {
  if (!(iter instanceof Iter) || !iter.leave) return null;
  return iter.leave("return", null) === ABSENT
    ? null
    : interp.fail("RuntimeError", "generator ignored GeneratorExit");
}

const plain = (name: string) => defineCore(name, { bases: [OBJECT] });

export const NONE_TYPE: ClassValue = plain("NoneType");
export const ELLIPSIS_TYPE: ClassValue = plain("ellipsis");
export const MODULE: ClassValue = plain("module");

/** `super(Class, self)`; without arguments it reads the scope it stands in, so the compiler knows that form. */
export const SUPER: ClassValue = defineCore("super", {
  bases: [OBJECT],
  native: {
    layer: false,
    create: (interp, _cls, [after, self]) => {
      if (isUnknown(after)) return after;
      if (after instanceof ClassValue) return new SuperValue(after, self);
      return interp.fail("TypeError", "super() argument 1 must be a type");
    },
  },
});
export const NOT_IMPLEMENTED_TYPE: ClassValue = NOT_IMPLEMENTED.cls;
