/** Packages that are not installed here, but whose sources were fetched. */
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
