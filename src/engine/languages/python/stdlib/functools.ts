/** `functools`. */
import type { Interp } from "../../../interpret/interp.ts";
import { def, defineClass } from "../../../interpret/native.ts";
import {
  ABSENT,
  BoundMethod,
  ClassMethod,
  ClassValue,
  Dict,
  FunctionValue,
  Instance,
  isUnknown,
  type Kwargs,
  NativeFunction,
  Property,
  Tuple,
  type Value,
} from "../../../interpret/values.ts";
import { weightMade } from "../../../interpret/weight.ts";
import { truthy } from "../compare.ts";
import { dictOf } from "../dict.ts";
import { isInstance } from "../isinstance.ts";
import { iterate } from "../sequences.ts";
import { argsOf, kwargsOf, OBJECT, raw } from "../types/object.ts";
import { type Module, makeModule } from "./table.ts";

/** A `partial` object: callable, and open to code that looks into `func`, `args` and `keywords`. */
export function makePartial(
  interp: Interp,
  cls: ClassValue,
  fn: Value,
  args: readonly Value[],
  kwargs: Kwargs,
): Value {
  if (fn instanceof Instance && fn.cls === cls) {
    const inner = kwargsOf(fn.attrs.get("keywords"));
    for (const [name, value] of kwargs) inner.set(name, value);
    return makePartial(interp, cls, fn.attrs.get("func"), [...argsOf(fn.attrs.get("args")), ...args], inner);
  }
  const made = interp.newInstance(cls);
  const kept = new Tuple([...args]);
  interp.tick(weightMade(kept));
  made.attrs.set("func", fn);
  made.attrs.set("args", kept);
  made.attrs.set("keywords", dictOf(kwargs));
  return made;
}

function callPartial(interp: Interp, self: Value, args: readonly Value[], kwargs: Kwargs): Value {
  if (!(self instanceof Instance)) return null;
  const all = kwargsOf(self.attrs.get("keywords"));
  for (const [name, value] of kwargs) all.set(name, value);
  const given = self.attrs.get("args");
  interp.tick(weightMade(given));
  return interp.call(self.attrs.get("func"), [...argsOf(given), ...args], all);
}

export const PARTIAL: ClassValue = defineClass("partial", {
  bases: [OBJECT],
  qualname: "functools.partial",
  native: {
    layer: false,
    create: (interp, cls, args, kwargs) => {
      if (args.length === 0) return interp.fail("TypeError", "partial expected at least one argument");
      return isUnknown(args[0]) ? args[0] : makePartial(interp, cls, args[0], args.slice(1), kwargs);
    },
  },
});
PARTIAL.attrs.set(
  "__call__",
  raw("__call__", "self, *args, **kwargs", (interp, [self, ...args], kwargs) =>
    callPartial(interp, self, args, kwargs),
  ),
);

function reduce(interp: Interp, fn: Value, iterable: Value, initial: Value): Value {
  const iterator = iterate(interp, iterable);
  if (isUnknown(iterator)) return iterator;
  let total = initial;
  if (total === undefined) {
    const first = iterator.next();
    if (first.done) return interp.fail("TypeError", "reduce() of empty iterable with no initial value");
    total = first.value;
  }
  for (let step = iterator.next(); !step.done; step = iterator.next())
    total = interp.call(fn, [total, step.value]);
  return total;
}

const COPIED = ["__name__", "__doc__", "__module__", "__qualname__"];

/** Makes `wrapper` look like `wrapped`: names, own attributes, and a way back. */
export function updateWrapper(interp: Interp, wrapper: Value, wrapped: Value): Value {
  if (!(wrapper instanceof FunctionValue || wrapper instanceof NativeFunction)) return wrapper;
  for (const name of COPIED) {
    const value = interp.lookup(wrapped, name);
    if (value !== ABSENT && typeof value === "string") wrapper.attrs.set(name, value);
  }
  if (wrapped instanceof FunctionValue || wrapped instanceof NativeFunction) {
    for (const [name, value] of wrapped.attrs) if (!wrapper.attrs.has(name)) wrapper.attrs.set(name, value);
  }
  wrapper.attrs.set("__wrapped__", wrapped);
  return wrapper;
}

/** A cache changes nothing but speed: the function itself, with the cache's handles. */
function cached(fn: Value): Value {
  if (fn instanceof FunctionValue || fn instanceof NativeFunction) {
    fn.attrs.set(
      "cache_clear",
      def("cache_clear", "", () => null),
    );
    fn.attrs.set("__wrapped__", fn);
  }
  return fn;
}

const isFunction = (value: Value) =>
  value instanceof FunctionValue || value instanceof NativeFunction || value instanceof BoundMethod;

/** How each order follows from one that the class has, as `total_ordering` completes it. */
const ORDERS: Readonly<Record<string, { readonly swap: boolean; readonly negate: boolean }>> = {
  __lt__: { swap: false, negate: false },
  __gt__: { swap: true, negate: false },
  __le__: { swap: true, negate: true },
  __ge__: { swap: false, negate: true },
};
/** The strict order `a < b` by whichever method the class wrote. */
function lessBy(interp: Interp, root: string, a: Value, b: Value): boolean | Value {
  const [left, right] = root === "__gt__" || root === "__le__" ? [b, a] : [a, b];
  const answer = truthy(interp, interp.callMethod(left, root, [right]));
  if (isUnknown(answer)) return answer;
  return root === "__ge__" || root === "__le__" ? !answer : answer;
}

function totalOrdering(cls: Value): Value {
  if (!(cls instanceof ClassValue)) return cls;
  const root = Object.keys(ORDERS).find((name) => cls.attrs.has(name));
  if (root === undefined) return cls;
  for (const [name, { swap, negate }] of Object.entries(ORDERS)) {
    if (cls.attrs.has(name)) continue;
    cls.attrs.set(
      name,
      def(name, "self, other", (a, interp) => {
        const less = swap ? lessBy(interp, root, a.other, a.self) : lessBy(interp, root, a.self, a.other);
        return typeof less === "boolean" && negate ? !less : less;
      }),
    );
  }
  return cls;
}

/** Dispatch on the type of one argument; the last registered of the fitting classes that is most derived wins. */
function singleDispatch(fn: Value, position: number): Value {
  const registry: { readonly cls: Value; readonly fn: Value }[] = [];
  const choose = (interp: Interp, value: Value): Value => {
    let best: { readonly cls: Value; readonly fn: Value } | undefined;
    for (const entry of registry) {
      if (isInstance(interp, value, entry.cls) !== true) continue;
      const derives =
        best === undefined ||
        !(entry.cls instanceof ClassValue && best.cls instanceof ClassValue) ||
        interp.isSubclass(entry.cls, best.cls);
      if (derives) best = entry;
    }
    return best?.fn ?? fn;
  };
  const dispatcher = raw("singledispatch", "*args, **kwargs", (interp, args, kwargs) =>
    interp.call(choose(interp, args[position]), args, kwargs),
  );
  dispatcher.attrs.set(
    "register",
    def("register", "cls, func=None", (a, interp) => {
      if (a.func !== null) {
        registry.push({ cls: a.cls, fn: a.func });
        return a.func;
      }
      if (a.cls instanceof FunctionValue) {
        const annotations = interp.lookup(a.cls, "__annotations__");
        const first =
          annotations instanceof Dict ? annotations.entries.values().next().value?.value : undefined;
        if (first !== undefined) registry.push({ cls: first, fn: a.cls });
        return a.cls;
      }
      return def("register", "func", (b) => {
        registry.push({ cls: a.cls, fn: b.func });
        return b.func;
      });
    }),
  );
  return dispatcher;
}

export const functools = (): Module =>
  makeModule({
    values: { partial: PARTIAL, WRAPPER_ASSIGNMENTS: new Tuple(COPIED) },
    functions: {
      reduce: [
        "function, iterable, initial=undefined",
        (a, interp) => reduce(interp, a.function, a.iterable, a.initial),
      ],
      lru_cache: [
        "maxsize=128, typed=False",
        (a) => (isFunction(a.maxsize) ? cached(a.maxsize) : def("decorator", "func", (b) => cached(b.func))),
      ],
      cache: ["func", (a) => cached(a.func)],
      cached_property: ["func", (a) => new Property(a.func, undefined, true)],
      wraps: [
        "wrapped, assigned=(), updated=()",
        (a) => def("decorator", "wrapper", (b, interp) => updateWrapper(interp, b.wrapper, a.wrapped)),
      ],
      update_wrapper: [
        "wrapper, wrapped, assigned=(), updated=()",
        (a, interp) => updateWrapper(interp, a.wrapper, a.wrapped),
      ],
      total_ordering: ["cls", (a) => totalOrdering(a.cls)],
      singledispatch: ["func", (a) => singleDispatch(a.func, 0)],
      singledispatchmethod: ["func", (a) => singleDispatch(a.func, 1)],
      cmp_to_key: [
        "mycmp",
        (a) => {
          const key = defineClass("K", {
            methods: {
              __lt__: [
                "self, other",
                (b, interp) => {
                  const order = interp.call(a.mycmp, [
                    interp.getAttr(b.self, "obj"),
                    interp.getAttr(b.other, "obj"),
                  ]);
                  return interp.compare("<", order, 0);
                },
              ],
            },
          });
          return def("key", "obj", (b, interp) => {
            const made = interp.newInstance(key);
            made.attrs.set("obj", b.obj);
            return made;
          });
        },
      ],
      partialmethod: [
        "func, *args, **kwargs",
        (a) =>
          raw("partialmethod", "self, *args, **kwargs", (interp, [self, ...args], kwargs) => {
            const all = kwargsOf(a.kwargs);
            for (const [name, value] of kwargs) all.set(name, value);
            const target = a.func instanceof ClassMethod ? a.func.fn : a.func;
            return interp.call(target, [self, ...argsOf(a.args), ...args], all);
          }),
      ],
    },
  });
