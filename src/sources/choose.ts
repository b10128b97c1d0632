/** Which of the kept versions are read for a project, and by which module they are found. */
import { compare } from "@renovatebot/pep440/lib/operator.js";
import type { KeptModule } from "../engine/contract/engine.types.ts";
import type { ProjectVersions } from "./projectVersions.ts";
import { fits } from "./requirement.ts";
import type { KeptBrief } from "./summary.ts";

/**
 * One version of each package: the one that the project names, else the one that the user asked for last, else the one
 * that was kept along with another that is read, else the newest.
 */
export function chooseKept(kept: readonly KeptBrief[], versions: ProjectVersions): readonly KeptBrief[] {
  const byName = new Map<string, KeptBrief[]>();
  for (const source of kept) {
    const list = byName.get(source.name);
    if (list) list.push(source);
    else byName.set(source.name, [source]);
  }
  const chosen = new Map<string, KeptBrief>();
  // Of most there is one, and nothing to choose.
  for (const [name, list] of byName) {
    if (list.length === 1) chosen.set(name, list[0]!);
    else list.sort((a, b) => compare(b.record.version, a.record.version));
  }
  const open = [...byName.keys()].filter((name) => !chosen.has(name));
  const choose = (name: string, isFit: (source: KeptBrief) => boolean): void => {
    const found = chosen.get(name) ?? byName.get(name)?.find(isFit);
    if (found) chosen.set(name, found);
  };
  for (const [name, { specifier }] of versions)
    choose(name, ({ record }) => fits(record.version, specifier, true));
  for (const name of open) {
    const last = Math.max(...byName.get(name)!.map(askedAt));
    choose(name, (source) => source.record.asked && askedAt(source) === last);
  }
  for (const { record } of [...chosen.values()].filter((source) => source.record.asked))
    for (const [name, version] of Object.entries(record.dependencies))
      choose(name, (source) => source.record.version === version);
  for (const name of open) choose(name, () => true);
  return [...chosen.values()];
}

function askedAt({ record }: KeptBrief): number {
  return record.asked ? (record.askedAt ?? 0) : -1;
}

/** By top-level module; parts of a namespace may come from several packages. */
export function modulesOf(
  chosen: readonly KeptBrief[],
  versions: ProjectVersions,
): ReadonlyMap<string, readonly KeptModule[]> {
  const modules = new Map<string, KeptModule[]>();
  for (const { name, record, files } of chosen) {
    const found = {
      folder: files.replaceAll("\\", "/"),
      package: name,
      version: record.version,
      ...wantedOf(name, record.version, versions),
    };
    for (const module of record.modules) modules.set(module, [...(modules.get(module) ?? []), found]);
  }
  return modules;
}

/** What the project asks for, where that is another version. */
export function wantedOf(
  name: string,
  version: string,
  versions: ProjectVersions,
): Pick<KeptModule, "wanted"> {
  const wanted = versions.get(name)?.specifier;
  return wanted !== undefined && !fits(version, wanted, true) ? { wanted } : {};
}
