/** Packages that are not installed here, but whose sources were fetched. */
import type { ModelHost } from "../../contract/engine.types.ts";
import type { Machine } from "../../interpret/machine.ts";
import type { ModuleValue } from "../../interpret/values.ts";

/** The module in such a package; a report says which version its figures come from. */
export function keptUnder(
  m: Machine,
  path: string,
  find: (folder: string) => ModuleValue | undefined,
): ModuleValue | undefined {
  const [top = ""] = path.split(".");
  for (const { folder, package: name, version, wanted } of m.host.kept?.get(top) ?? []) {
    const module = find(folder);
    if (!module) continue;
    const other = wanted === undefined ? "" : `, while the project asks for ${wanted}`;
    const text = `${top} is not installed, so it is read from the sources of ${name} ${version} that were fetched${other}`;
    module.assumes ??= () => ({ kind: "module", text });
    return module;
  }
  return undefined;
}

const folders = new WeakMap<NonNullable<ModelHost["kept"]>, ReadonlySet<string>>();

/** Whether a folder is what imports of a fetched package are looked up in; as quick for thousands of them as for one. */
export function isKeptFolder({ kept }: ModelHost, folder: string): boolean {
  if (!kept) return false;
  if (kept.holds) return kept.holds(folder);
  const known = folders.get(kept) ?? new Set([...kept.values()].flat().map((one) => one.folder));
  folders.set(kept, known);
  return known.has(folder);
}
