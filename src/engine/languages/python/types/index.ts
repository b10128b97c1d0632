/** All built-in classes by name, and which one a value belongs to. They are shared and never changed. */
import type { ClassValue, Value } from "../../../interpret/values.ts";
import { builtinTypeName } from "../core.ts";
import { BYTES } from "./bytes.ts";
import { DICT } from "./dict.ts";
import { EXCEPTIONS } from "./exceptions.ts";
import { LIST, TUPLE } from "./list.ts";
import { BOOL, COMPLEX, FLOAT, INT } from "./numbers.ts";
import { OBJECT, TYPE } from "./object.ts";
import {
  BUILTIN_FUNCTION,
  CLASSMETHOD,
  ELLIPSIS_TYPE,
  FUNCTION,
  GENERATOR,
  METHOD,
  MODULE,
  NONE_TYPE,
  PROPERTY,
  RANGE,
  SLICE,
  STATICMETHOD,
  SUPER,
} from "./others.ts";
import { FROZENSET, SET } from "./set.ts";
import { STR } from "./str.ts";

const NAMED = [
  OBJECT,
  TYPE,
  INT,
  FLOAT,
  BOOL,
  COMPLEX,
  STR,
  BYTES,
  LIST,
  TUPLE,
  DICT,
  SET,
  FROZENSET,
  RANGE,
  SLICE,
  PROPERTY,
  STATICMETHOD,
  CLASSMETHOD,
];
const HIDDEN = [METHOD, FUNCTION, BUILTIN_FUNCTION, GENERATOR, NONE_TYPE, ELLIPSIS_TYPE, MODULE, SUPER];

const byName = (classes: readonly ClassValue[]): [string, ClassValue][] =>
  classes.map((cls) => [cls.name, cls]);

/** The classes that programs know by name, exceptions included. */
export const NAMED_CLASSES: ReadonlyMap<string, ClassValue> = new Map([...byName(NAMED), ...EXCEPTIONS]);

/** Classes that programs meet only as the type of a value. */
export const HIDDEN_CLASSES: ReadonlyMap<string, ClassValue> = new Map(byName(HIDDEN));

const ALL: ReadonlyMap<string, ClassValue> = new Map([...NAMED_CLASSES, ...HIDDEN_CLASSES]);

/** The class of a value that carries none of its own (see `typeOf` for those that do). */
export function builtinClassOf(value: Value): ClassValue {
  return ALL.get(builtinTypeName(value)) ?? OBJECT;
}

/** Any built-in class, `NoneType` and `function` too. */
export function builtinClass(name: string): ClassValue | undefined {
  return ALL.get(name);
}
