/** What the engine keeps for itself on a module: where it was first registered, for names in messages. */
import { Instance, type Value } from "../../../interpret/values.ts";

class Registration {
  constructor(
    readonly parent: Instance,
    readonly name: string,
  ) {}
}

/** The first registration gives the name, as `named_modules` does. */
export function rememberName(parent: Instance, name: string, child: Value): void {
  if (child instanceof Instance && child.native === undefined && child !== parent) {
    child.native = new Registration(parent, name);
  }
}

/** `layer1.0.conv1`; the class name for a module that was registered nowhere. */
export function moduleName(module: Instance): string {
  const names: string[] = [];
  let at: Instance = module;
  while (at.native instanceof Registration && names.length < 64) {
    names.push(at.native.name);
    at = at.native.parent;
  }
  return names.length > 0 ? names.reverse().join(".") : module.cls.name;
}
