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

/** What is kept, most of it as text in which a module is found without making something of every package. */
export interface KeptSummary {
  /** A line `MODULE\tNAME\tVERSION` for each module of packages of which there is nothing to choose. */
  readonly single: string;
  /** By name and then by version as text: those of several versions, and those that choose among these. */
  readonly open: readonly KeptBrief[];
}

interface Summary {
  readonly format: 2;
  /** The time of the cache's folder when it was made. */
  readonly state: string;
  readonly single: string;
  readonly open: readonly Line[];
}

/** When the user asked for it last is -1 for never. Of dependencies, only those of several versions are told. */
type Line = readonly [
  name: string,
  version: string,
  modules: readonly string[],
  askedAt: number,
  dependencies: SourceRecord["dependencies"],
];

/** Times of folders are coarse: within so many milliseconds of a change there may be another that they do not tell. */
const COARSE = 3_000;

/** Undefined where nothing is kept. */
export function keptSummary(cache: string, now = Date.now()): KeptSummary | undefined {
  const state = stateOf(cache);
  if (state === undefined) return undefined;
  const file = `${cache}.json`;
  let summary = read(file);
  if (summary?.state !== state.text) {
    summary = { format: 2, state: state.text, ...summaryOf(keptSources(cache)) };
    if (now - state.milliseconds > COARSE) write(file, summary);
  }
  const { single, open } = summary;
  if (single === "\n" && open.length === 0) return undefined;
  return { single, open: open.map((line) => briefOf(line, cache)) };
}

function summaryOf(kept: readonly KeptSource[]): Pick<Summary, "single" | "open"> {
  const [seen, several] = [new Set<string>(), new Set<string>()];
  for (const { name } of kept) (seen.has(name) ? several : seen).add(name);
  const open: Line[] = [];
  let single = "\n";
  for (const { name, record } of kept) {
    const { version, modules, asked, askedAt = 0 } = record;
    const dependencies = Object.entries(record.dependencies).filter(([other]) => several.has(other));
    if (several.has(name) || (asked && dependencies.length > 0))
      open.push([name, version, modules, asked ? askedAt : -1, Object.fromEntries(dependencies)]);
    else for (const module of modules) single += `${module}\t${name}\t${version}\n`;
  }
  return { single, open };
}

function briefOf([name, version, modules, askedAt, dependencies]: Line, cache: string): KeptBrief {
  return {
    name,
    files: filesOf(cache, name, version),
    record: { version, modules, asked: askedAt >= 0, askedAt, dependencies },
  };
}

export function filesOf(cache: string, name: string, version: string): string {
  return `${cache}${path.sep}${name}${path.sep}${version}${path.sep}${FILES}`;
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
    return summary.format === 2 && typeof summary.single === "string" && summary.open.every(isLine)
      ? summary
      : undefined;
  } catch {
    return undefined;
  }
}

function isLine(line: unknown): boolean {
  return Array.isArray(line) && typeof line[0] === "string" && Array.isArray(line[2]);
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
