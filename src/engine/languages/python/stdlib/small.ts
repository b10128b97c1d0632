/** Small packages that model code leans on where they are not installed: `six.moves`, `easydict`; and what stubs ask of ConvLens. */

import type { Interp } from "../../../interpret/interp.ts";
import { def, defineClass } from "../../../interpret/native.ts";
import {
  ABSENT,
  type ClassValue,
  Dict,
  List,
  Tuple,
  toItems,
  type Value,
} from "../../../interpret/values.ts";
import type { Span } from "../../../syntax/span.ts";
import { toText } from "../core.ts";
import { DICT } from "../types/dict.ts";
import { argsOf, kwargsOf } from "../types/object.ts";
import { type Module, makeModule } from "./table.ts";

/** A name of Python 2, as Python 3's builtin. */
function builtin(name: string, now = name): readonly [string, Value] {
  return [name, def(name, "*args", (a, interp) => interp.call(interp.builtin(now), argsOf(a.args)))];
}

export const sixMoves = (): Module => {
  const values = Object.fromEntries([
    builtin("range"),
    builtin("xrange", "range"),
    builtin("zip"),
    builtin("map"),
    builtin("filter"),
    builtin("input"),
    builtin("reload_module", "id"),
  ]);
  const reduce = def("reduce", "*args", (a, interp) =>
    interp.call(interp.getAttr(interp.importModule("functools"), "reduce"), argsOf(a.args)),
  );
  return makeModule({ values: { ...values, reduce } });
};

// ------------------------------------------------------------------------ easydict

/** Dicts inside become of the class too. */
function nested(interp: Interp, cls: ClassValue, value: Value): Value {
  const inner = (item: Value): Value => interp.nested(() => nested(interp, cls, item));
  if (value instanceof List) return new List(value.items.map(inner));
  if (value instanceof Tuple) return new Tuple(value.items.map(inner));
  if (!(value instanceof Dict) || value.cls === cls) return value;
  const made = new Dict();
  made.cls = cls;
  for (const { key, value: entry } of value.entries.values()) interp.dictSet(made, key, inner(entry));
  return made;
}

/** A dict whose keys are attributes. https://github.com/makinacorpus/easydict */
function easyDict(): ClassValue {
  const cls: ClassValue = defineClass("EasyDict", {
    bases: [DICT],
    methods: {
      __init__: [
        "__self, __given=None, **kwargs",
        (a, interp) => {
          const self = a.__self;
          if (!(self instanceof Dict)) return null;
          const given = a.__given instanceof Dict ? [...a.__given.entries.values()] : [];
          const pairs = a.__given instanceof Dict ? [] : (toItems(a.__given) ?? []);
          for (const { key, value } of given) interp.dictSet(self, key, nested(interp, cls, value));
          for (const pair of pairs) {
            const [key, value] = toItems(pair) ?? [];
            interp.dictSet(self, key, nested(interp, cls, value));
          }
          for (const [key, value] of kwargsOf(a.kwargs))
            interp.dictSet(self, key, nested(interp, cls, value));
          return null;
        },
      ],
      __getattr__: [
        "self, name",
        (a, interp) => {
          const value = a.self instanceof Dict ? interp.dictGet(a.self, a.name) : ABSENT;
          return value === ABSENT ? interp.raise("AttributeError", String(a.name)) : value;
        },
      ],
      __setattr__: [
        "self, name, value",
        (a, interp) => {
          if (a.self instanceof Dict) interp.dictSet(a.self, a.name, nested(interp, cls, a.value));
          return null;
        },
      ],
    },
  });
  return cls;
}

export const easydict = (): Module => {
  const cls = easyDict();
  return makeModule({ values: { EasyDict: cls, edict: cls } });
};

// ------------------------------------------------------------------------ convlens

/** Where the program calls into a stub. */
function callerOf(interp: Interp): Span | undefined {
  const { own = [], shipped = [] } = interp.host.stubs ?? {};
  const inStub = (file: string): boolean =>
    [...own, ...shipped].some((folder) => file.startsWith(`${folder}/`));
  let place = interp.site;
  while (place && inStub(place.at.file)) place = place.caller;
  return place?.at;
}

/** What stubs say: of what only data tells, and of what they take for granted. */
export const convlens = (): Module =>
  makeModule({
    functions: {
      unknown: ["reason", (a, interp) => interp.unknown(toText(a.reason) ?? "data tells it")],
      assume: [
        "text",
        (a, interp) => {
          const text = toText(a.text);
          if (text !== undefined) interp.assume("value", text, callerOf(interp));
          return null;
        },
      ],
    },
  });
