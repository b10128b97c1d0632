/** `enum`: classes whose attributes become members; the metaclass answers look-ups, iteration and calls. */
import type { Interp } from "../../../interpret/interp.ts";
import { def, defineClass, linearize } from "../../../interpret/native.ts";
import {
  ABSENT,
  ClassMethod,
  ClassValue,
  Dict,
  FunctionValue,
  Instance,
  isUnknown,
  List,
  NativeFunction,
  Property,
  StaticMethod,
  Tuple,
  type Value,
} from "../../../interpret/values.ts";
import { equals } from "../compare.ts";
import { isCore, NOT_IMPLEMENTED, toInt, unwrap } from "../core.ts";
import { dictOf } from "../dict.ts";
import { format } from "../format.ts";
import { items, iterOf } from "../sequences.ts";
import { repr, str } from "../text.ts";
import { INT } from "../types/numbers.ts";
import { argsOf, kwargsOf, OBJECT, TYPE } from "../types/object.ts";
import { STR } from "../types/str.ts";
import { type Module, makeModule } from "./table.ts";

const AUTO = defineClass("auto", { bases: [OBJECT] });

const NOT_MEMBERS = [FunctionValue, NativeFunction, Property, ClassMethod, StaticMethod, ClassValue] as const;

function isMember(name: string, value: Value): boolean {
  if (
    /^__.*__$/.test(name) ||
    name === "_ignore_" ||
    /^_generate_next_value_$|^_missing_$|^_order_$/.test(name)
  )
    return false;
  return !NOT_MEMBERS.some((kind) => value instanceof kind);
}

/** Unique members in the order they were written; aliases are not repeated. */
function membersOf(cls: Value): readonly Instance[] {
  return cls instanceof ClassValue ? [...new Set(cls.members?.values() ?? [])] : [];
}

function nameOf(member: Value): string {
  return member instanceof Instance ? String(member.attrs.get("_name_") ?? "") : "";
}

function memberValue(member: Value): Value {
  return member instanceof Instance ? member.attrs.get("_value_") : null;
}

function makeMembers(interp: Interp, cls: ClassValue): void {
  const written = [...cls.attrs].filter(([name, value]) => isMember(name, value));
  fixText(cls);
  if (written.length === 0) return;
  cls.members = new Map();
  const values: Value[] = [];
  for (const [name, given] of written) {
    const value = resolveAuto(interp, cls, name, given, values);
    values.push(value);
    const known = membersOf(cls).find(
      (member) => memberValue(member) === value || sameValue(interp, memberValue(member), value),
    );
    const member = known ?? makeMember(interp, cls, name, value);
    cls.members.set(name, member);
    cls.attrs.set(name, member);
  }
}

function sameValue(interp: Interp, a: Value, b: Value): boolean {
  return typeof a === typeof b && equals(interp, a, b) === true;
}

function resolveAuto(
  interp: Interp,
  cls: ClassValue,
  name: string,
  given: Value,
  before: readonly Value[],
): Value {
  if (given instanceof Instance && given.cls === AUTO) return nextValue(interp, cls, name, before);
  if (given instanceof Tuple && given.items.some((item) => item instanceof Instance && item.cls === AUTO)) {
    return new Tuple(given.items.map((item) => resolveAuto(interp, cls, name, item, before)));
  }
  return given;
}

function nextValue(interp: Interp, cls: ClassValue, name: string, before: readonly Value[]): Value {
  const own = cls.mro
    .map((base) => base.attrs.get("_generate_next_value_"))
    .find((found) => found !== undefined);
  if (own !== undefined) {
    const fn = own instanceof StaticMethod ? own.fn : own;
    return interp.call(fn, [name, 1, before.length, new List([...before])]);
  }
  if (cls.mro.includes(STR_ENUM)) return name.toLowerCase();
  const numbers = before.map(toInt).filter((number) => number !== undefined);
  const last = Math.max(0, ...numbers);
  if (!cls.mro.includes(FLAG)) return numbers.length > 0 ? last + 1 : 1;
  return last === 0 ? 1 : 2 ** (Math.floor(Math.log2(last)) + 1);
}

/** The method of the program or the mixed-in type that makes or fills a member. */
function ownMethod(cls: ClassValue, name: string): Value {
  for (const base of cls.mro) {
    const found = base.attrs.get(name);
    if (found !== undefined) return isCore(base) || base === ENUM ? undefined : found;
  }
  return undefined;
}

function makeMember(interp: Interp, cls: ClassValue, name: string, value: Value): Instance {
  const args = value instanceof Tuple && value.cls === undefined ? value.items : [value];
  const make = ownMethod(cls, "__new__");
  const mixin = cls.mro.find((base) => isCore(base) && base.native?.create);
  const made =
    make !== undefined
      ? interp.call(make instanceof StaticMethod ? make.fn : make, [cls, ...args])
      : mixin
        ? mixin.native?.create?.(interp, cls, args, new Map())
        : undefined;
  const member = made instanceof Instance ? made : interp.newInstance(cls);
  member.attrs.set("_name_", name);
  if (!member.attrs.has("_value_")) member.attrs.set("_value_", value);
  const init = ownMethod(cls, "__init__");
  if (init !== undefined) interp.call(init, [member, ...args]);
  return member;
}

/** A mixed-in str or int must not hide how members print. */
function fixText(cls: ClassValue): void {
  for (const name of ["__str__", "__repr__", "__format__"]) {
    const owner = cls.mro.find((base) => base.attrs.has(name));
    if (owner !== undefined && isCore(owner)) cls.attrs.set(name, ENUM.attrs.get(name));
  }
}

function find(interp: Interp, cls: ClassValue, value: Value): Value {
  if (isUnknown(value)) return value;
  if (value instanceof Instance && value.cls === cls) return value;
  for (const member of membersOf(cls)) {
    const same = equals(interp, memberValue(member), value);
    if (isUnknown(same)) return same;
    if (same) return member;
  }
  const number = toInt(value);
  if (cls.mro.includes(FLAG) && number !== undefined) return combined(interp, cls, number);
  const missing = interp.lookup(cls, "_missing_");
  const found = missing === ABSENT ? null : interp.call(missing, [value]);
  if (found !== null) return found;
  return interp.fail("ValueError", `${String(repr(interp, value))} is not a valid ${cls.name}`);
}

/** Flags that no member names, one object for one value. */
const combinations = new WeakMap<ClassValue, Map<number, Instance>>();

function combined(interp: Interp, cls: ClassValue, bits: number): Instance {
  const made = combinations.get(cls) ?? new Map<number, Instance>();
  combinations.set(cls, made);
  const known = made.get(bits) ?? membersOf(cls).find((member) => memberValue(member) === bits);
  if (known) return known;
  const flag = interp.newInstance(cls);
  const names = membersOf(cls).filter((member) => ((toInt(memberValue(member)) ?? 0) & bits) !== 0);
  flag.attrs.set("_name_", names.map(nameOf).join("|"));
  flag.attrs.set("_value_", bits);
  if (cls.mro.includes(INT)) flag.payload = bits;
  made.set(bits, flag);
  return flag;
}

/** `Color("Name", "RED GREEN")`: a new class. */
function functional(interp: Interp, base: ClassValue, name: Value, names: Value): Value {
  const cls = new ClassValue(String(name), [base], new Map());
  cls.mro = linearize(cls);
  const parts = typeof names === "string" ? names.split(/[\s,]+/).filter(Boolean) : items(interp, names);
  if (isUnknown(parts)) return parts;
  if (names instanceof Dict)
    for (const { key, value } of names.entries.values()) cls.attrs.set(String(key), value);
  else {
    for (const [i, part] of parts.entries()) {
      const [key, value] = part instanceof Tuple || part instanceof List ? part.items : [part, i + 1];
      cls.attrs.set(String(key), value);
    }
  }
  makeMembers(interp, cls);
  return cls;
}

const ENUM_META = defineClass("EnumType", {
  bases: [TYPE],
  qualname: "enum.EnumType",
  methods: {
    __call__: [
      "cls, *args, **kwargs",
      (a, interp) => {
        const args = argsOf(a.args);
        const value = args.length > 0 ? args[0] : kwargsOf(a.kwargs).get("value");
        if (!(a.cls instanceof ClassValue)) return a.cls;
        const names = args[1] ?? kwargsOf(a.kwargs).get("names");
        if (a.cls.members === undefined && names !== undefined)
          return functional(interp, a.cls, value, names);
        return find(interp, a.cls, args.length > 1 ? new Tuple([...args]) : value);
      },
    ],
    __getitem__: [
      "cls, name",
      (a, interp) => {
        if (isUnknown(a.name)) return a.name;
        const member = a.cls instanceof ClassValue ? a.cls.members?.get(String(a.name)) : undefined;
        return member ?? interp.fail("KeyError", `'${String(a.name)}'`);
      },
    ],
    __iter__: ["cls", (a) => iterOf([...membersOf(a.cls)])],
    __reversed__: ["cls", (a) => iterOf([...membersOf(a.cls)].reverse())],
    __len__: ["cls", (a) => membersOf(a.cls).length],
    __contains__: [
      "cls, item",
      (a, interp) =>
        isUnknown(a.item)
          ? a.item
          : membersOf(a.cls).some(
              (member) => member === a.item || equals(interp, memberValue(member), a.item) === true,
            ),
    ],
  },
  properties: {
    __members__: (a) => dictOf(a.self instanceof ClassValue ? (a.self.members ?? []) : []),
    _member_map_: (a) => dictOf(a.self instanceof ClassValue ? (a.self.members ?? []) : []),
    _member_names_: (a) => new List(membersOf(a.self).map(nameOf)),
    _value2member_map_: (a, interp) => {
      const table = new Dict();
      for (const member of membersOf(a.self)) interp.dictSet(table, memberValue(member), member);
      return table;
    },
  },
});

export const ENUM: ClassValue = defineClass("Enum", {
  bases: [OBJECT],
  qualname: "enum.Enum",
  native: { layer: false, onSubclass: makeMembers },
  methods: {
    __str__: ["self", (a) => `${a.self instanceof Instance ? a.self.cls.name : ""}.${nameOf(a.self)}`],
    __repr__: [
      "self",
      (a, interp) => {
        const value = repr(interp, memberValue(a.self));
        return isUnknown(value)
          ? value
          : `<${a.self instanceof Instance ? a.self.cls.name : ""}.${nameOf(a.self)}: ${value}>`;
      },
    ],
    __format__: ["self, spec=''", (a, interp) => str(interp, a.self)],
  },
  properties: { name: (a) => nameOf(a.self), value: (a) => memberValue(a.self) },
});
ENUM.metaclass = ENUM_META;

const derived = (name: string, ...bases: ClassValue[]) =>
  defineClass(name, { bases, qualname: `enum.${name}` });
const INT_ENUM = derived("IntEnum", INT, ENUM);
const STR_ENUM = derived("StrEnum", STR, ENUM);

/** Members of these print as the int or str that they are. */
function printsAsValue(cls: ClassValue): void {
  cls.attrs.set(
    "__str__",
    def("__str__", "self", (a, interp) => str(interp, unwrap(a.self))),
  );
  cls.attrs.set(
    "__format__",
    def("__format__", "self, spec=''", (a, interp) => format(interp, unwrap(a.self), String(a.spec))),
  );
}
for (const cls of [INT_ENUM, STR_ENUM]) printsAsValue(cls);

function bitwise(
  rule: (a: number, b: number) => number,
): readonly [string, (a: Readonly<Record<string, Value>>, interp: Interp) => Value] {
  return [
    "self, other",
    (a, interp) => {
      const [self, other] = [
        toInt(memberValue(a.self)),
        toInt(a.other instanceof Instance ? memberValue(a.other) : a.other),
      ];
      if (!(a.self instanceof Instance) || self === undefined || other === undefined) return NOT_IMPLEMENTED;
      return combined(interp, a.self.cls, rule(self, other));
    },
  ];
}

export const FLAG: ClassValue = defineClass("Flag", {
  bases: [ENUM],
  qualname: "enum.Flag",
  methods: {
    __or__: bitwise((a, b) => a | b),
    __and__: bitwise((a, b) => a & b),
    __xor__: bitwise((a, b) => a ^ b),
    __invert__: [
      "self",
      (a, interp) => {
        if (!(a.self instanceof Instance)) return a.self;
        const all = membersOf(a.self.cls).reduce(
          (bits, member) => bits | (toInt(memberValue(member)) ?? 0),
          0,
        );
        return combined(interp, a.self.cls, all & ~(toInt(memberValue(a.self)) ?? 0));
      },
    ],
    __bool__: ["self", (a) => memberValue(a.self) !== 0],
    __contains__: [
      "self, other",
      (a) => {
        const other = toInt(memberValue(a.other)) ?? 0;
        return ((toInt(memberValue(a.self)) ?? 0) & other) === other;
      },
    ],
  },
});
const INT_FLAG = derived("IntFlag", INT, FLAG);
// A flag's operators come before the int's own.
for (const [name, method] of FLAG.attrs) INT_FLAG.attrs.set(name, method);
printsAsValue(INT_FLAG);

export const enumModule = (): Module =>
  makeModule({
    values: {
      Enum: ENUM,
      EnumMeta: ENUM_META,
      EnumType: ENUM_META,
      IntEnum: INT_ENUM,
      StrEnum: STR_ENUM,
      ReprEnum: ENUM,
      Flag: FLAG,
      IntFlag: INT_FLAG,
      auto: AUTO,
      KEEP: "keep",
      STRICT: "strict",
      CONFORM: "conform",
      EJECT: "eject",
    },
    functions: {
      unique: ["cls", (a) => a.cls],
      property: ["fget", (a) => new Property(a.fget)],
      member: ["x", (a) => a.x],
      nonmember: ["x", (a) => a.x],
      verify: ["*checks", () => uniqueLike],
    },
  });

/** A decorator that changes nothing. */
const uniqueLike = new NativeFunction("decorator", (_interp, [cls]) => cls);
