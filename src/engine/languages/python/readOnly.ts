/** Properties that a program gives no setter: Python refuses to assign to them. */
import type { Interp } from "../../interpret/interp.ts";
import { type ClassValue, FunctionValue, Property } from "../../interpret/values.ts";

/** Those of the engine's own classes may have a setter that is not followed; fields of a tuple have none. */
export function isReadOnly(cls: ClassValue, name: string): boolean {
  const found = cls.mro.find((base) => base.attrs.has(name))?.attrs.get(name);
  if (!(found instanceof Property) || found.cached || (found.setter ?? null) !== null) return false;
  return found.getter instanceof FunctionValue || cls.mro.some((base) => base.name === "tuple");
}

export function failReadOnly(interp: Interp, cls: ClassValue, name: string): void {
  interp.fail("AttributeError", `property '${name}' of '${cls.name}' object has no setter`);
}
