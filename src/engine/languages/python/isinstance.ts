/** `isinstance` and `issubclass`, with tuples, unions, abstract classes and unknown bases. */
import type { Interp } from "../../interpret/interp.ts";
import {
  ClassValue,
  isUnknown,
  Tuple,
  type Unknown,
  unknownBaseOf,
  type Value,
} from "../../interpret/values.ts";
import { abstractInstance } from "./abstract.ts";
import { callDunder, isCore } from "./core.ts";
import { alternatives, formOf } from "./generics.ts";
import { isOpen } from "./integers.ts";

export function isInstance(interp: Interp, value: Value, cls: Value): boolean | Unknown {
  if (isOpen(value)) return value;
  if (isUnknown(cls)) return cls;
  const options = cls instanceof Tuple ? cls.items : alternatives(cls);
  if (options !== undefined)
    return interp.nested(() => anyOf(options, (option) => isInstance(interp, value, option)));
  if (cls === null) return value === null;
  const form = formOf(cls);
  if (form !== undefined) return form.name === "Callable" ? interp.isCallable(value) : form.name === "Any";
  if (!(cls instanceof ClassValue)) {
    return interp.fail("TypeError", "isinstance() arg 2 must be a type, a tuple of types, or a union");
  }
  const type = interp.typeOf(value);
  if (isUnknown(type)) return type;
  if (type.mro.includes(cls) || cls.name === "object") return true;
  const checked = byHook(interp, value, cls);
  if (checked !== undefined) return checked;
  const abstract = abstractInstance(interp, value, cls);
  if (abstract === true) return true;
  return mayDerive(type, cls) ?? false;
}

/** `__instancecheck__` of a metaclass of the program. */
function byHook(interp: Interp, value: Value, cls: ClassValue): boolean | Unknown | undefined {
  const meta = interp.typeOf(cls);
  if (isUnknown(meta)) return undefined;
  for (const base of meta.mro) {
    const hook = base.attrs.get("__instancecheck__");
    if (hook !== undefined)
      return isCore(base) ? undefined : interp.truthy(callDunder(interp, hook, cls, [value]));
  }
  return undefined;
}

/** A class with an unknown base may derive from any class of the program, not from a built-in value's. */
function mayDerive(type: ClassValue, cls: ClassValue): Unknown | undefined {
  if (isCore(cls)) return undefined;
  return unknownBaseOf(type.mro);
}

function anyOf(options: readonly Value[], test: (option: Value) => boolean | Unknown): boolean | Unknown {
  let doubt: Unknown | undefined;
  for (const option of options) {
    const answer = test(option);
    if (answer === true) return true;
    if (isUnknown(answer)) doubt ??= answer;
  }
  return doubt ?? false;
}

export function isSubclassOf(interp: Interp, cls: Value, base: Value): boolean | Unknown {
  if (isUnknown(cls)) return cls;
  if (isUnknown(base)) return base;
  const options = base instanceof Tuple ? base.items : alternatives(base);
  if (options !== undefined)
    return interp.nested(() => anyOf(options, (option) => isSubclassOf(interp, cls, option)));
  if (!(cls instanceof ClassValue)) return interp.fail("TypeError", "issubclass() arg 1 must be a class");
  if (!(base instanceof ClassValue)) return false;
  return interp.isSubclass(cls, base) || base.name === "object" || (mayDerive(cls, base) ?? false);
}
