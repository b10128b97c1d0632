/** Named tuples: `collections.namedtuple` and `typing.NamedTuple` make the same kind of class. */
import type { Interp } from "../../../interpret/interp.ts";
import { def, defineClass } from "../../../interpret/native.ts";
import {
  ABSENT,
  type Absent,
  ClassMethod,
  type ClassValue,
  isUnknown,
  type Kwargs,
  Property,
  StaticMethod,
  Tuple,
  type Value,
} from "../../../interpret/values.ts";
import { dictOf } from "../dict.ts";
import { items } from "../sequences.ts";
import { repr } from "../text.ts";
import { TUPLE } from "../types/list.ts";
import { kwargsOf, raw } from "../types/object.ts";

export interface NamedField {
  readonly name: string;
  readonly fallback: Value | Absent;
}

export function namedTuple(name: string, fields: readonly NamedField[]): ClassValue {
  const cls = defineClass(name, { bases: [TUPLE] });
  addNamedFields(cls, fields);
  return cls;
}

/** Gives a tuple class its fields, constructor and helpers. */
export function addNamedFields(cls: ClassValue, fields: readonly NamedField[]): void {
  const names = fields.map((field) => field.name);
  const make = (interp: Interp, target: ClassValue, args: readonly Value[], kwargs: Kwargs): Value => {
    const values: Value[] = [];
    for (const [i, field] of fields.entries()) {
      const value =
        i < args.length ? args[i] : kwargs.has(field.name) ? kwargs.get(field.name) : field.fallback;
      values.push(value === ABSENT ? interp.fail("TypeError", `${target.name} needs ${field.name}`) : value);
    }
    const tuple = new Tuple(values);
    tuple.cls = target;
    return tuple;
  };
  for (const [i, fieldName] of names.entries()) {
    cls.attrs.set(
      fieldName,
      new Property(def(fieldName, "self", (a) => (a.self instanceof Tuple ? a.self.items[i] : null))),
    );
  }
  cls.native = { layer: false, create: make };
  const helpers: Readonly<Record<string, Value>> = {
    __new__: new StaticMethod(
      raw("__new__", "cls, *args, **kwargs", (interp, [target, ...args], kwargs) =>
        make(interp, (target as ClassValue) ?? cls, args, kwargs),
      ),
    ),
    _fields: new Tuple(names),
    _field_defaults: dictOf(
      fields.flatMap((field) => (field.fallback === ABSENT ? [] : [[field.name, field.fallback] as const])),
    ),
    _asdict: def("_asdict", "self", (a) =>
      dictOf(names.map((key, i) => [key, a.self instanceof Tuple ? a.self.items[i] : null] as const)),
    ),
    _replace: def("_replace", "self, **kwargs", (a, interp) => {
      const changes = kwargsOf(a.kwargs);
      const self = a.self;
      if (!(self instanceof Tuple)) return self;
      return make(
        interp,
        self.cls ?? cls,
        names.map((key, i) => (changes.has(key) ? changes.get(key) : self.items[i])),
        new Map(),
      );
    }),
    _make: new ClassMethod(
      def("_make", "cls, iterable", (a, interp) => {
        const all = items(interp, a.iterable);
        return isUnknown(all) ? all : make(interp, a.cls as ClassValue, all, new Map());
      }),
    ),
  };
  for (const [key, value] of Object.entries(helpers)) if (!cls.attrs.has(key)) cls.attrs.set(key, value);
  if (!cls.attrs.has("__repr__")) {
    cls.attrs.set(
      "__repr__",
      def("__repr__", "self", (a, interp) => {
        const self = a.self instanceof Tuple ? a.self : new Tuple([]);
        const parts: string[] = [];
        for (const [i, key] of names.entries()) {
          const text = repr(interp, self.items[i]);
          if (isUnknown(text)) return text;
          parts.push(`${key}=${text}`);
        }
        return `${self.cls?.name ?? cls.name}(${parts.join(", ")})`;
      }),
    );
  }
}
