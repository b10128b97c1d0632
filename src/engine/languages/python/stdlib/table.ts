/** How modules of the standard library are written down: values, and functions with Python signatures. */
import { def, type NativeImpl } from "../../../interpret/native.ts";
import { ABSENT, type Absent, Tuple, Unknown, type Value } from "../../../interpret/values.ts";
import { strict, strictExact } from "../core.ts";

export type Module = Map<string, Value>;

/** A function: its signature and what it does. */
export type Entry = readonly [string, NativeImpl];

export interface ModuleSpec {
  readonly values?: Readonly<Record<string, Value>>;
  readonly functions?: Readonly<Record<string, Entry>>;
}

export function makeModule(spec: ModuleSpec): Module {
  const names: Module = new Map(Object.entries(spec.values ?? {}));
  for (const [name, [signature, impl]] of Object.entries(spec.functions ?? {})) {
    names.set(name, def(name, signature, impl));
  }
  return exporting(names);
}

/** Says what `from module import *` takes. */
export function exporting(names: Module): Module {
  return names.set("__all__", new Tuple([...names.keys()].filter((name) => !name.startsWith("_"))));
}

/** A module whose functions answer the first unknown argument. */
export function strictModule(spec: ModuleSpec): Module {
  const functions = Object.entries(spec.functions ?? {}).map(
    ([name, [signature, impl]]) => [name, [signature, strict(impl)] as const] as const,
  );
  return makeModule({ ...spec, functions: Object.fromEntries(functions) });
}

/** The same where ints of any size are taken. */
export function exactModule(spec: ModuleSpec): Module {
  const functions = Object.entries(spec.functions ?? {}).map(
    ([name, [signature, impl]]) => [name, [signature, strictExact(impl)] as const] as const,
  );
  return makeModule({ ...spec, functions: Object.fromEntries(functions) });
}

/** A module all of whose other names give what `missing` says. */
export class OpenModule extends Map<string, Value> {
  constructor(
    known: Iterable<readonly [string, Value]>,
    private readonly missing: (name: string) => Value | Absent,
  ) {
    super();
    for (const [name, value] of known) super.set(name, value);
  }
  override has(name: string): boolean {
    return (
      super.has(name) || ((!name.startsWith("__") || name === "__version__") && this.missing(name) !== ABSENT)
    );
  }
  override get(name: string): Value {
    if (super.has(name)) return super.get(name);
    const value = this.missing(name);
    if (value === ABSENT) return undefined;
    super.set(name, value);
    return value;
  }
}

/** A module of which a part is followed; what else it has is not known, rather than missing. */
export function inPart(name: string, make: () => Module): () => Module {
  return () =>
    new OpenModule(make(), (missing) =>
      missing.startsWith("__") ? ABSENT : new Unknown(`${name}.${missing} is not followed`),
    );
}

/** A function that does nothing and gives None. */
export function inert(name: string): Value {
  return def(name, "*args, **kwargs", () => null);
}
