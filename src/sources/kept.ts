/** The kept sources that are read for a project. */
import path from "node:path";
import type { KeptModule, KeptModules } from "../engine/contract/engine.types.ts";
import { cacheFolder, FILES } from "./cache.ts";
import { chooseKept, modulesOf, wantedOf } from "./choose.ts";
import { type ProjectVersions, projectVersions } from "./projectVersions.ts";
import { filesOf, type KeptSummary, keptSummary } from "./summary.ts";

/** By top-level module; undefined where nothing is kept. `folders` are the project's, nearest first. */
export function keptModules(folders: readonly string[], cache = cacheFolder()): KeptLookup | undefined {
  const summary = keptSummary(cache);
  return summary && new KeptLookup(summary, projectVersions(folders), cache);
}

/** Looks a module up when an import asks for it: thousands of packages that nobody imports cost nothing. */
class KeptLookup implements KeptModules {
  private readonly chosen: ReadonlyMap<string, readonly KeptModule[]>;
  private readonly single: string;
  private readonly root: string;
  /** Folders that were asked for, and those of which there was something to choose. */
  private readonly held: Map<string, boolean>;
  readonly state: string;

  constructor(
    { single, open }: KeptSummary,
    private readonly versions: ProjectVersions,
    private readonly cache: string,
  ) {
    this.single = single;
    this.chosen = modulesOf(chooseKept(open, versions), versions);
    this.root = `${toSlashes(cache)}/`;
    const folders = [...this.chosen.values()].flat().map(({ folder }) => folder);
    this.held = new Map(folders.map((folder) => [folder, true]));
    this.state = [cache, single, ...folders].join("\n");
  }

  get(module: string): readonly KeptModule[] | undefined {
    const found: KeptModule[] = [];
    const start = `\n${module}\t`;
    for (let at = this.single.indexOf(start); at >= 0; at = this.single.indexOf(start, at + 1))
      found.push(this.moduleOf(this.single.slice(at + 1, this.single.indexOf("\n", at + 1))));
    found.push(...(this.chosen.get(module) ?? []));
    return found.length > 0 ? found : undefined;
  }

  has(module: string): boolean {
    return this.get(module) !== undefined;
  }

  holds(folder: string): boolean {
    if (!folder.startsWith(this.root) || !folder.endsWith(`/${FILES}`)) return false;
    let isHeld = this.held.get(folder);
    if (isHeld === undefined) {
      const [name = "", version = ""] = folder.slice(this.root.length).split("/");
      isHeld =
        folder === toSlashes(filesOf(this.cache, name, version)) &&
        this.single.includes(`\t${name}\t${version}\n`);
      this.held.set(folder, isHeld);
    }
    return isHeld;
  }

  values(): Iterable<readonly KeptModule[]> {
    return new Map(this).values();
  }

  *[Symbol.iterator](): Iterator<[string, readonly KeptModule[]]> {
    const lines = this.single.split("\n").filter((line) => line !== "");
    const modules = [...lines.map((line) => line.slice(0, line.indexOf("\t"))), ...this.chosen.keys()];
    for (const module of new Set(modules)) yield [module, this.get(module)!];
  }

  private moduleOf(line: string): KeptModule {
    const [, name = "", version = ""] = line.split("\t");
    const folder = toSlashes(filesOf(this.cache, name, version));
    return { folder, package: name, version, ...wantedOf(name, version, this.versions) };
  }
}

function toSlashes(file: string): string {
  return file.replaceAll(path.sep, "/");
}
