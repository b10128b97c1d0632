/** What Python itself writes into a module: `__spec__`, `__path__` of a package, `__package__`, `__loader__`. */
import { defineClass } from "../../interpret/native.ts";
import {
  ABSENT,
  type Absent,
  type ClassValue,
  Instance,
  List,
  type ModuleValue,
  type Value,
} from "../../interpret/values.ts";
import { OBJECT } from "./types/object.ts";

const SPEC: ClassValue = defineClass("ModuleSpec", { bases: [OBJECT] });
const LOADER: ClassValue = defineClass("SourceFileLoader", { bases: [OBJECT] });

/** The folder whose modules are the module's own; undefined for one that is no package. */
function packageFolder({ file }: ModuleValue): string | undefined {
  return file?.endsWith("/__init__.py") ? file.slice(0, -"/__init__.py".length) : undefined;
}

function parentName(module: ModuleValue): string {
  return packageFolder(module) === undefined ? module.name.split(".").slice(0, -1).join(".") : module.name;
}

/** `module.__spec__`, and what `importlib.util.find_spec` finds. */
export function specOf(module: ModuleValue): Instance {
  const spec = new Instance(SPEC);
  const folder = packageFolder(module);
  spec.attrs.set("name", module.name);
  spec.attrs.set("origin", module.file ?? null);
  spec.attrs.set("has_location", module.file !== undefined);
  spec.attrs.set("parent", parentName(module));
  spec.attrs.set("submodule_search_locations", folder === undefined ? null : new List([folder]));
  spec.attrs.set("loader", new Instance(LOADER));
  return spec;
}

/** Names that a module has before its own statements run. */
const WRITTEN: ReadonlyMap<string, (module: ModuleValue) => Value | Absent> = new Map<
  string,
  (module: ModuleValue) => Value | Absent
>([
  ["__name__", (module) => module.name],
  ["__file__", (module) => module.file ?? null],
  ["__package__", parentName],
  ["__spec__", specOf],
  ["__loader__", () => new Instance(LOADER)],
  [
    "__path__",
    (module) => {
      const folder = packageFolder(module);
      return folder === undefined ? ABSENT : new List([folder]);
    },
  ],
]);

export function writtenName(module: ModuleValue, name: string): Value | Absent {
  const of = WRITTEN.get(name);
  return of ? of(module) : ABSENT;
}

/** Puts them where the module's own statements find them; a script has no spec. */
export function writeNames(module: ModuleValue, isScript: boolean): void {
  for (const [name, of] of WRITTEN) {
    const value = isScript && name === "__spec__" ? null : of(module);
    if (value !== ABSENT && !module.attrs.has(name)) module.attrs.set(name, value);
  }
}
