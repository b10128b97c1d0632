/** Which of the kept versions are read for a project, and by which module they are found. */
import { compare } from "@renovatebot/pep440/lib/operator.js";
import type { KeptModule } from "../engine/contract/engine.types.ts";
import type { KeptSource } from "./cache.ts";
import type { ProjectVersions } from "./projectVersions.ts";
import { fits } from "./requirement.ts";

/**
 * One version of each package: the one that the project names, else the one that was kept along with what the user
 * asked for, else the newest.
 */
export function chooseKept(kept: readonly KeptSource[], versions: ProjectVersions): readonly KeptSource[] {
  const byName = new Map<string, KeptSource[]>();
  for (const source of kept) byName.set(source.name, [...(byName.get(source.name) ?? []), source]);
  for (const list of byName.values()) list.sort((a, b) => compare(b.record.version, a.record.version));
  const chosen = new Map<string, KeptSource>();
  const choose = (name: string, isFit: (source: KeptSource) => boolean): void => {
    const found = chosen.get(name) ?? byName.get(name)?.find(isFit);
    if (found) chosen.set(name, found);
  };
  for (const [name, { specifier }] of versions)
    choose(name, ({ record }) => fits(record.version, specifier, true));
  for (const name of byName.keys()) choose(name, ({ record }) => record.asked);
  for (const { record } of [...chosen.values()].filter((source) => source.record.asked))
    for (const [name, version] of Object.entries(record.dependencies))
      choose(name, (source) => source.record.version === version);
  for (const name of byName.keys()) choose(name, () => true);
  return [...chosen.values()];
}

/** By top-level module; parts of a namespace may come from several packages. */
export function modulesOf(
  chosen: readonly KeptSource[],
  versions: ProjectVersions,
): ReadonlyMap<string, readonly KeptModule[]> {
  const modules = new Map<string, KeptModule[]>();
  for (const { name, record, files } of chosen) {
    const wanted = versions.get(name)?.specifier;
    const isOther = wanted !== undefined && !fits(record.version, wanted, true);
    const found = {
      folder: files.replaceAll("\\", "/"),
      package: name,
      version: record.version,
      ...(isOther && { wanted }),
    };
    for (const module of record.modules) modules.set(module, [...(modules.get(module) ?? []), found]);
  }
  return modules;
}
