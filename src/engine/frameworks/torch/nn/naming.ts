/** What the engine keeps for itself on a module: where it was first registered, for names in messages. */
import type { LayerScope } from "../../../interpret/trace.ts";
import { Dict, Instance, type Value } from "../../../interpret/values.ts";

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
export function moduleName(module: Instance, scope?: LayerScope): string {
  const names: string[] = [];
  let at: Instance | undefined = module;
  while (at?.native instanceof Registration && names.length < 64) {
    names.push(at.native.name);
    at = parentOf(at, at.native, scope);
  }
  return names.length > 0 ? names.reverse().join(".") : module.cls.name;
}

/** A deep copy remembers the original's parent: its own is found among the modules that are running. */
function parentOf(child: Instance, { parent, name }: Registration, scope?: LayerScope): Instance | undefined {
  if (holds(parent, name, child)) return parent;
  for (let at = scope; at; at = at.parent) if (holds(at.instance, name, child)) return at.instance;
  return undefined;
}

function holds(parent: Instance, name: string, child: Instance): boolean {
  const modules = parent.attrs.get("_modules");
  return modules instanceof Dict && modules.entries.get(name)?.value === child;
}
