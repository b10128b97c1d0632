/**
 * What is kept, in one file beside the cache, so that thousands of packages need not be opened one by one. It holds for
 * one state of the cache's folder, told by the folder's own time.
 */
import { randomBytes } from "node:crypto";
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { FILES, type KeptSource, keptSources, type SourceRecord } from "./cache.ts";

/** As much of a package as is needed to choose among versions and to find modules. */
export interface KeptBrief extends Pick<KeptSource, "name" | "files"> {
  readonly record: Pick<SourceRecord, "version" | "modules" | "asked" | "askedAt" | "dependencies">;
}

interface Summary {
  readonly format: 1;
  /** The time of the cache's folder when it was made. */
  readonly state: string;
  readonly kept: readonly Line[];
}

/**
 * Short, for there may be thousands: modules only where they are not the package's name, when the user asked for it last
 * (-1: never), and only dependencies of which there are several versions to choose from.
 */
type Line = readonly [
  name: string,
  version: string,
  modules?: readonly string[] | null,
  askedAt?: number,
  dependencies?: SourceRecord["dependencies"],
];

/** Times of folders are coarse: within so many milliseconds of a change there may be another that they do not tell. */
const COARSE = 3_000;

/** Everything that is kept, by name and then by version as text. */
export function keptBriefs(cache: string, now = Date.now()): readonly KeptBrief[] {
  const state = stateOf(cache);
  if (state === undefined) return [];
  const file = `${cache}.json`;
  const summary = read(file);
  if (summary?.state === state.text) return summary.kept.map((line) => briefOf(line, cache));
  const kept = keptSources(cache);
  if (now - state.milliseconds > COARSE) write(file, { format: 1, state: state.text, kept: linesOf(kept) });
  return kept;
}

function linesOf(kept: readonly KeptSource[]): readonly Line[] {
  const [seen, several] = [new Set<string>(), new Set<string>()];
  for (const { name } of kept) (seen.has(name) ? several : seen).add(name);
  return kept.map(({ name, record }) => {
    const { version, modules, asked, askedAt, dependencies } = record;
    const isUsual = modules.length === 1 && modules[0] === moduleOf(name);
    const open = Object.entries(dependencies).filter(([other]) => several.has(other));
    if (isUsual && !asked) return [name, version];
    const told = [name, version, isUsual ? null : modules, asked ? (askedAt ?? 0) : -1] as const;
    return open.length > 0 ? [...told, Object.fromEntries(open)] : told;
  });
}

function briefOf([name, version, modules, askedAt = -1, dependencies = {}]: Line, cache: string): KeptBrief {
  return {
    name,
    files: `${cache}${path.sep}${name}${path.sep}${version}${path.sep}${FILES}`,
    record: { version, modules: modules ?? [moduleOf(name)], asked: askedAt >= 0, askedAt, dependencies },
  };
}

/** As most packages name theirs. */
function moduleOf(name: string): string {
  return name.replaceAll("-", "_");
}

function stateOf(cache: string): { readonly text: string; readonly milliseconds: number } | undefined {
  try {
    const { mtimeNs, mtimeMs } = statSync(cache, { bigint: true });
    return { text: String(mtimeNs), milliseconds: Number(mtimeMs) };
  } catch {
    return undefined;
  }
}

function read(file: string): Summary | undefined {
  try {
    const summary = JSON.parse(readFileSync(file, "utf8")) as Summary;
    return summary.format === 1 && summary.kept.every(isLine) ? summary : undefined;
  } catch {
    return undefined;
  }
}

function isLine(line: unknown): boolean {
  return Array.isArray(line) && typeof line[0] === "string" && typeof line[1] === "string";
}

/** Where it cannot be written, the packages are read one by one the next time too. */
function write(file: string, summary: Summary): void {
  const fresh = `${file}.${process.pid}-${randomBytes(6).toString("hex")}`;
  try {
    writeFileSync(fresh, JSON.stringify(summary));
    renameSync(fresh, file);
  } catch {
    rmSync(fresh, { force: true });
  }
}
