/** `typing` and `typing_extensions`: types are carried along as values; a few of them are real classes. */
import { defineClass } from "../../../interpret/native.ts";
import {
  ABSENT,
  ClassValue,
  isUnknown,
  NativeFunction,
  Tuple,
  type Value,
} from "../../../interpret/values.ts";
import { ABSTRACT } from "../abstract.ts";
import { dictOf } from "../dict.ts";
import { formOf, makeForm } from "../generics.ts";
import { items } from "../sequences.ts";
import { BYTES } from "../types/bytes.ts";
import { DICT } from "../types/dict.ts";
import { LIST, TUPLE } from "../types/list.ts";
import { OBJECT, TYPE } from "../types/object.ts";
import { FROZENSET, SET } from "../types/set.ts";
import { STR } from "../types/str.ts";
import { COUNTER, ORDERED_DICT } from "./collections.ts";
import { addNamedFields, type NamedField, namedTuple } from "./namedtuple.ts";
import { type Entry, type Module, makeModule, OpenModule } from "./table.ts";

const NAMED_TUPLE: ClassValue = defineClass("NamedTuple", {
  bases: [TUPLE],
  qualname: "typing.NamedTuple",
  native: {
    layer: false,
    onSubclass: (_interp, cls) => {
      if (!cls.bases.includes(NAMED_TUPLE)) return;
      const fields: NamedField[] = [...(cls.annotations?.keys() ?? [])].map((name) => ({
        name,
        fallback: cls.attrs.has(name) ? cls.attrs.get(name) : ABSENT,
      }));
      addNamedFields(cls, fields);
    },
    create: (interp, _cls, args) => {
      const rows = items(interp, args[1] ?? new Tuple([]));
      if (isUnknown(rows)) return rows;
      const names = rows.map((row) => String(row instanceof Tuple ? row.items[0] : row));
      return namedTuple(
        String(args[0]),
        names.map((name) => ({ name, fallback: ABSENT })),
      );
    },
  },
});

const TYPED_DICT: ClassValue = defineClass("TypedDict", {
  bases: [DICT],
  qualname: "typing.TypedDict",
  native: {
    layer: false,
    create: (interp, cls, args, kwargs) =>
      cls === TYPED_DICT
        ? defineClass(String(args[0]), { bases: [DICT] })
        : (DICT.native?.create?.(interp, DICT, args, kwargs) ?? null),
  },
});

const generic = (name: string) => defineClass(name, { bases: [OBJECT], qualname: `typing.${name}` });

/** A decorator or wrapper that gives back what it was given. */
const identity: Entry = ["x=None, *args, **kwargs", (a) => a.x];
const decorator = new NativeFunction("decorator", (_interp, [fn]) => fn);

function hints(value: Value): Value {
  const found = value instanceof ClassValue ? [...value.mro].reverse() : [];
  return dictOf(found.flatMap((cls) => [...(cls.annotations ?? [])]));
}

const FORMS = [
  "Any",
  "Optional",
  "Union",
  "Literal",
  "ClassVar",
  "Final",
  "Annotated",
  "AnyStr",
  "NoReturn",
  "Never",
  "Self",
  "Concatenate",
  "TypeAlias",
  "TypeGuard",
  "Required",
  "NotRequired",
  "Unpack",
  "IO",
  "TextIO",
  "BinaryIO",
  "Pattern",
  "Match",
  "LiteralString",
];

const CLASSES: Readonly<Record<string, Value>> = {
  List: LIST,
  Tuple: TUPLE,
  Dict: DICT,
  Set: SET,
  FrozenSet: FROZENSET,
  Type: TYPE,
  Text: STR,
  ByteString: BYTES,
  OrderedDict: ORDERED_DICT,
  DefaultDict: DICT,
  Counter: COUNTER,
  Deque: LIST,
  NamedTuple: NAMED_TUPLE,
  TypedDict: TYPED_DICT,
  TYPE_CHECKING: false,
};

export const typing = (): Module => {
  const known = makeModule({
    values: {
      ...Object.fromEntries(ABSTRACT),
      AbstractSet: ABSTRACT.get("Set"),
      ...CLASSES,
      ...Object.fromEntries(FORMS.map((name) => [name, makeForm(name)])),
      Generic: generic("Generic"),
      Protocol: generic("Protocol"),
    },
    functions: {
      cast: ["typ, val", (a) => a.val],
      assert_type: ["val, typ", (a) => a.val],
      reveal_type: identity,
      overload: identity,
      final: identity,
      override: identity,
      no_type_check: identity,
      runtime_checkable: identity,
      runtime: identity,
      deprecated: ["*args, **kwargs", () => decorator],
      dataclass_transform: ["*args, **kwargs", () => decorator],
      NewType: ["name, tp", () => new NativeFunction("NewType", (_interp, [value]) => value)],
      TypeVar: ["name, *args, **kwargs", (a) => makeForm("TypeVar", [a.name])],
      TypeVarTuple: ["name, *args, **kwargs", (a) => makeForm("TypeVarTuple", [a.name])],
      ParamSpec: ["name, *args, **kwargs", (a) => makeForm("ParamSpec", [a.name])],
      ForwardRef: ["name, *args, **kwargs", (a) => makeForm("ForwardRef", [a.name])],
      get_type_hints: ["obj, globalns=None, localns=None, include_extras=False", (a) => hints(a.obj)],
      get_origin: [
        "tp",
        (a) => {
          const form = formOf(a.tp);
          return form === undefined || form.args.length === 0 ? null : makeForm(form.name);
        },
      ],
      get_args: ["tp", (a) => new Tuple(formOf(a.tp)?.args ?? [])],
      is_typeddict: ["tp", (a) => a.tp instanceof ClassValue && a.tp.mro.includes(TYPED_DICT)],
      assert_never: ["arg", (_, interp) => interp.fail("AssertionError", "unreachable code was reached")],
    },
  });
  return new OpenModule(known, (name) => (/^[A-Z]/.test(name) ? makeForm(name) : ABSENT));
};
