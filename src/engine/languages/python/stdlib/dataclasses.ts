/** `dataclasses`: fields from annotations, generated methods, and the helpers over them. */

import { STEPS } from "../../../interpret/bounds.ts";
import type { Interp } from "../../../interpret/interp.ts";
import { def, defineClass } from "../../../interpret/native.ts";
import { escapePattern } from "../../../interpret/patterns/escape.ts";
import {
  ABSENT,
  type Absent,
  ClassValue,
  Dict,
  Instance,
  isUnknown,
  type Kwargs,
  List,
  Tuple,
  type Value,
} from "../../../interpret/values.ts";
import { weightMade } from "../../../interpret/weight.ts";
import { compare } from "../compare.ts";
import { NOT_IMPLEMENTED } from "../core.ts";
import { dictOf, hashNumber } from "../dict.ts";
import { formOf, makeForm } from "../generics.ts";
import { items } from "../sequences.ts";
import { repr } from "../text.ts";
import { exceptionClass } from "../types/exceptions.ts";
import { kwargsOf, OBJECT, ownAttrs, raw } from "../types/object.ts";
import { deepCopy } from "./copy.ts";
import { type Module, makeModule } from "./table.ts";

interface Field {
  readonly name: string;
  readonly type: Value;
  readonly fallback: Value | Absent;
  readonly factory: Value | Absent;
  readonly init: boolean;
  readonly repr: boolean;
  readonly compare: boolean;
  readonly kwOnly: boolean | undefined;
  /** What a library notes of it. */
  readonly metadata: Value;
  readonly kind: "field" | "init only";
  /** The object that `fields()` shows. */
  readonly shown: Instance;
}

type Options = Readonly<
  Record<"init" | "repr" | "eq" | "order" | "frozen" | "unsafe_hash" | "kw_only", boolean>
>;

const FIELD = defineClass("Field", { bases: [OBJECT], qualname: "dataclasses.Field" });
const INIT_VAR = defineClass("InitVar", { bases: [OBJECT], qualname: "dataclasses.InitVar" });
const KW_ONLY = defineClass("KW_ONLY", { bases: [OBJECT] });
const MISSING = makeForm("MISSING");
const FROZEN_ERROR = defineClass("FrozenInstanceError", { bases: [exceptionClass("AttributeError")] });
const FIELDS = "__dataclass_fields__";

/** What `field(…)` was given, before the class is made. */
type Written = Omit<Field, "name" | "type" | "kind" | "shown">;

function writtenField(value: Value | Absent): Written {
  if (value instanceof Instance && value.cls === FIELD) return value.native as Written;
  return {
    fallback: value,
    factory: ABSENT,
    init: true,
    repr: true,
    compare: true,
    kwOnly: undefined,
    metadata: new Dict(),
  };
}

const isNamed = (annotation: Value, name: string): boolean =>
  typeof annotation === "string"
    ? new RegExp(`^(\\w+\\.)?${escapePattern(name)}\\b`).test(annotation)
    : formOf(annotation)?.name === name;

function ownFields(interp: Interp, cls: ClassValue, options: Options): Field[] {
  const fields: Field[] = [];
  let keywordsFrom = false;
  for (const [name, annotation] of cls.annotations ?? []) {
    if (annotation === KW_ONLY || isNamed(annotation, "KW_ONLY")) {
      keywordsFrom = true;
      continue;
    }
    if (isNamed(annotation, "ClassVar")) continue;
    const written = writtenField(cls.attrs.has(name) ? cls.attrs.get(name) : ABSENT);
    const isInitVar = annotation === INIT_VAR || isNamed(annotation, "InitVar");
    const shown = interp.newInstance(FIELD);
    const field: Field = {
      ...written,
      name,
      type: annotation,
      kwOnly: written.kwOnly ?? (keywordsFrom || options.kw_only),
      kind: isInitVar ? "init only" : "field",
      shown,
    };
    showField(field);
    fields.push(field);
    if (field.fallback !== ABSENT) cls.attrs.set(name, field.fallback);
    else cls.attrs.delete(name);
  }
  return fields;
}

function showField(field: Field): void {
  const { attrs } = field.shown;
  attrs.set("name", field.name);
  attrs.set("type", field.type);
  attrs.set("default", field.fallback === ABSENT ? MISSING : field.fallback);
  attrs.set("default_factory", field.factory === ABSENT ? MISSING : field.factory);
  attrs.set("init", field.init);
  attrs.set("repr", field.repr);
  attrs.set("compare", field.compare);
  attrs.set("kw_only", field.kwOnly ?? false);
  attrs.set("metadata", field.metadata);
  field.shown.native = field;
}

/** What a field of a class was given as `metadata`; undefined where there is no such field. */
export function metadataOf(cls: ClassValue, name: string): Value | undefined {
  return fieldsOf(cls).find((field) => field.name === name)?.metadata;
}

/** Fields of the class and its bases, the most basic first; a later one of the same name takes its place. */
function fieldsOf(cls: ClassValue): readonly Field[] {
  const table = cls.mro.map((base) => base.attrs.get(FIELDS)).find((found) => found instanceof Dict);
  if (!(table instanceof Dict)) return [];
  return [...table.entries.values()].map(({ value }) => (value as Instance).native as Field);
}

function inheritedFields(cls: ClassValue): Map<string, Field> {
  const fields = new Map<string, Field>();
  for (const base of [...cls.mro.slice(1)].reverse()) {
    const own = base.attrs.get(FIELDS);
    if (!(own instanceof Dict)) continue;
    for (const { value } of own.entries.values()) {
      const field = (value as Instance).native as Field;
      fields.set(field.name, field);
    }
  }
  return fields;
}

function makeDataclass(interp: Interp, cls: Value, options: Options): Value {
  if (!(cls instanceof ClassValue)) return cls;
  const all = inheritedFields(cls);
  for (const field of ownFields(interp, cls, options)) all.set(field.name, field);
  const fields = [...all.values()];
  interp.tick(4 * STEPS.class + 2 * STEPS.object * fields.length);
  cls.attrs.set(FIELDS, dictOf(fields.map((field) => [field.name, field.shown])));
  const add = (name: string, value: Value) => {
    if (!cls.attrs.has(name)) cls.attrs.set(name, value);
  };
  if (options.init) add("__init__", initializer(cls, fields));
  if (options.repr) add("__repr__", reprMethod(fields));
  if (options.eq) add("__eq__", comparing("==", fields));
  if (options.order) {
    for (const [name, op] of [
      ["__lt__", "<"],
      ["__le__", "<="],
      ["__gt__", ">"],
      ["__ge__", ">="],
    ] as const) {
      add(name, comparing(op, fields));
    }
  }
  if ((options.eq && options.frozen) || options.unsafe_hash) add("__hash__", hashMethod(fields));
  if (options.frozen) add("__setattr__", frozenSetter);
  add(
    "__match_args__",
    new Tuple(fields.filter((field) => field.init && !field.kwOnly).map((field) => field.name)),
  );
  return cls;
}

const frozenSetter = def("__setattr__", "self, name, value", (a, interp) =>
  interp.fail("AttributeError", `cannot assign to field '${String(a.name)}'`),
);

function initializer(cls: ClassValue, fields: readonly Field[]): Value {
  const positional = fields.filter((field) => field.init && !field.kwOnly);
  const keyword = fields.filter((field) => field.init && field.kwOnly);
  const part = (field: Field) => (isOptional(field) ? `${field.name}=None` : field.name);
  const signature = [
    "self",
    ...positional.map(part),
    ...(keyword.length > 0 ? ["*", ...keyword.map(part)] : []),
  ];
  return raw("__init__", signature.join(", "), (interp, [self, ...args], kwargs) => {
    if (args.length > positional.length) {
      return interp.fail(
        "TypeError",
        `${cls.name} takes ${positional.length} arguments but ${args.length} were given`,
      );
    }
    const strange = [...kwargs.keys()].find(
      (name) => !fields.some((field) => field.init && field.name === name),
    );
    if (strange !== undefined) {
      return interp.fail("TypeError", `${cls.name} got an unexpected keyword argument '${strange}'`);
    }
    const initOnly: Value[] = [];
    for (const field of fields) {
      const value = argument(
        interp,
        cls,
        field,
        args[positional.indexOf(field)],
        kwargs,
        positional.indexOf(field) < args.length,
      );
      if (value === ABSENT) continue;
      if (field.kind === "init only") initOnly.push(value);
      else store(interp, self, field.name, value);
    }
    const after = interp.lookup(self, "__post_init__");
    if (after !== ABSENT && !isUnknown(after)) interp.call(after, initOnly);
    return null;
  });
}

function isOptional(field: Field): boolean {
  return field.fallback !== ABSENT || field.factory !== ABSENT;
}

/** The value a field gets; ABSENT when the class's own default stands for it or `__post_init__` sets it. */
function argument(
  interp: Interp,
  cls: ClassValue,
  field: Field,
  positional: Value,
  kwargs: Kwargs,
  isGiven: boolean,
): Value | Absent {
  if (field.init && isGiven && !field.kwOnly && positional !== undefined) return positional;
  if (field.init && kwargs.has(field.name)) return kwargs.get(field.name);
  if (field.factory !== ABSENT) return interp.call(field.factory);
  if (field.fallback !== ABSENT) return field.fallback;
  return field.init ? interp.fail("TypeError", `${cls.name} needs ${field.name}`) : ABSENT;
}

/** A frozen class's own `__setattr__` is passed by. */
function store(interp: Interp, self: Value, name: string, value: Value): void {
  const isFrozen =
    self instanceof Instance && self.cls.mro.some((base) => base.attrs.get("__setattr__") === frozenSetter);
  if (isFrozen) ownAttrs(self)?.set(name, value);
  else interp.setAttr(self, name, value);
}

function reprMethod(fields: readonly Field[]): Value {
  return def("__repr__", "self", (a, interp) => {
    const parts: string[] = [];
    for (const field of fields) {
      if (!field.repr || field.kind !== "field") continue;
      const text = repr(interp, interp.getAttr(a.self, field.name));
      if (isUnknown(text)) return text;
      parts.push(`${field.name}=${text}`);
    }
    const type = interp.typeOf(a.self);
    return isUnknown(type) ? type : `${type.name}(${parts.join(", ")})`;
  });
}

function valuesOf(interp: Interp, self: Value, fields: readonly Field[]): Tuple {
  return new Tuple(
    fields
      .filter((field) => field.compare && field.kind === "field")
      .map((field) => interp.getAttr(self, field.name)),
  );
}

function comparing(op: "==" | "<" | "<=" | ">" | ">=", fields: readonly Field[]): Value {
  return def("compare", "self, other", (a, interp) => {
    if (!(a.self instanceof Instance && a.other instanceof Instance && a.self.cls === a.other.cls))
      return NOT_IMPLEMENTED;
    return compare(interp, op, valuesOf(interp, a.self, fields), valuesOf(interp, a.other, fields));
  });
}

function hashMethod(fields: readonly Field[]): Value {
  return def("__hash__", "self", (a, interp) => hashNumber(interp, valuesOf(interp, a.self, fields)));
}

const isDataclass = (value: Value): boolean => {
  const cls = value instanceof Instance || value instanceof Dict ? value.cls : value;
  return cls instanceof ClassValue && cls.mro.some((base) => base.attrs.has(FIELDS));
};

/** `asdict` and `astuple`: dataclasses inside lists, tuples and dicts too. */
function unfold(
  interp: Interp,
  value: Value,
  make: (pairs: readonly (readonly [string, Value])[]) => Value,
): Value {
  const again = (part: Value): Value => interp.nested(() => unfold(interp, part, make));
  if (value instanceof Instance && isDataclass(value)) {
    const fields = fieldsOf(value.cls).filter((field) => field.kind === "field");
    const made = make(fields.map((field) => [field.name, again(interp.getAttr(value, field.name))]));
    interp.tick(weightMade(made));
    return made;
  }
  if (value instanceof List) return new List(value.items.map(again));
  if (value instanceof Tuple && value.cls === undefined) return new Tuple(value.items.map(again));
  if (value instanceof Dict) {
    return new Dict(
      new Map([...value.entries].map(([key, entry]) => [key, { key: entry.key, value: again(entry.value) }])),
    );
  }
  return deepCopy(interp, value, new Map(), new Dict());
}

function replace(interp: Interp, self: Value, changes: Map<string, Value>): Value {
  if (!(self instanceof Instance)) return self;
  for (const field of fieldsOf(self.cls)) {
    if (field.init && field.kind === "field" && !changes.has(field.name)) {
      changes.set(field.name, interp.getAttr(self, field.name));
    }
  }
  return interp.call(self.cls, [], changes);
}

function readOptions(a: Readonly<Record<string, Value>>): Options {
  const names = ["init", "repr", "eq", "order", "frozen", "unsafe_hash", "kw_only"] as const;
  return Object.fromEntries(names.map((name) => [name, a[name] === true])) as Options;
}

const OPTIONS =
  "init=True, repr=True, eq=True, order=False, unsafe_hash=False, frozen=False, match_args=True, kw_only=False, slots=False, weakref_slot=False";

export const dataclasses = (): Module =>
  makeModule({
    values: { Field: FIELD, InitVar: INIT_VAR, KW_ONLY, MISSING, FrozenInstanceError: FROZEN_ERROR },
    functions: {
      dataclass: [
        `cls=None, /, *, ${OPTIONS}`,
        (a, interp) => {
          const options = readOptions(a);
          if (a.cls !== null) return makeDataclass(interp, a.cls, options);
          return def("dataclass", "cls", (b, inner) => makeDataclass(inner, b.cls, options));
        },
      ],
      field: [
        "*, default=undefined, default_factory=undefined, init=True, repr=True, hash=None, compare=True, metadata=None, kw_only=None, doc=None",
        (a, interp) => {
          const field = interp.newInstance(FIELD);
          const written: Written = {
            fallback: a.default === undefined || a.default === MISSING ? ABSENT : a.default,
            factory:
              a.default_factory === undefined || a.default_factory === MISSING ? ABSENT : a.default_factory,
            init: a.init !== false,
            repr: a.repr !== false,
            compare: a.compare !== false,
            kwOnly: typeof a.kw_only === "boolean" ? a.kw_only : undefined,
            metadata: a.metadata ?? new Dict(),
          };
          field.native = written;
          return field;
        },
      ],
      fields: [
        "x",
        (a, interp) => {
          const cls = a.x instanceof ClassValue ? a.x : interp.typeOf(a.x);
          const fields = cls instanceof ClassValue ? fieldsOf(cls) : [];
          return new Tuple(fields.filter((field) => field.kind === "field").map((field) => field.shown));
        },
      ],
      asdict: ["x, *, ?dict_factory=None", (a, interp) => unfold(interp, a.x, (pairs) => dictOf(pairs))],
      astuple: [
        "x, *, ?tuple_factory=None",
        (a, interp) => unfold(interp, a.x, (pairs) => new Tuple(pairs.map(([, value]) => value))),
      ],
      replace: ["__obj, **changes", (a, interp) => replace(interp, a.__obj, kwargsOf(a.changes))],
      is_dataclass: ["x", (a) => (isUnknown(a.x) ? a.x : isDataclass(a.x))],
      make_dataclass: [
        "cls_name, fields, *, bases=(), namespace=None, **options",
        (a, interp) => {
          const cls = defineClass(String(a.cls_name), { bases: [OBJECT] });
          cls.annotations = new Map();
          const rows = items(interp, a.fields);
          for (const row of isUnknown(rows) ? [] : rows) {
            const [name, type, fallback] =
              row instanceof Tuple || row instanceof List ? row.items : [row, null];
            cls.annotations.set(String(name), type);
            if (fallback !== undefined) cls.attrs.set(String(name), fallback);
          }
          return makeDataclass(
            interp,
            cls,
            readOptions({ init: true, repr: true, eq: true, ...Object.fromEntries(kwargsOf(a.options)) }),
          );
        },
      ],
    },
  });
