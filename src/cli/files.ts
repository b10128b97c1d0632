/** The files that a command's targets are: a file is itself; folders and globs are the model files that they hold. */
import { type Stats, statSync } from "node:fs";
import path from "node:path";
import type { Engine } from "../engine/contract/engine.types.ts";
import { toSlashes } from "../node/host.ts";
import type { NetworkChoice } from "./arguments.ts";
import { modelFiles } from "./check/networks.ts";
import { missingFolder, openFile } from "./open.ts";
import type { ExitCode, Surroundings } from "./surroundings.ts";
import { isGlob, namesMany } from "./targetName.ts";

/** One file of a command, opened. */
export interface Opened {
  readonly engine: Engine;
  /** As the engine names it. */
  readonly file: string;
  /** As the user knows it. */
  readonly name: string;
}

/** The names of the files; undefined when there are none, which stderr tells. */
function filesOf(command: NetworkChoice, around: Surroundings): readonly string[] | undefined {
  const targets = [command.file, ...(command.more ?? [])];
  if (!isMany(command, around.cwd)) return targets;
  const missing = missingFolder(command, around);
  if (missing !== undefined) {
    around.err(`convlens: ${missing}\n`);
    return undefined;
  }
  const files = [...new Set(targets.flatMap((target) => filesOfTarget(target, around.cwd)))];
  if (files.length > 0) return files;
  around.err(`convlens: no model files in ${targets.join(", ")}\n`);
  return undefined;
}

/** Whether files that have no network are passed over. */
function isMany({ file, more = [] }: NetworkChoice, cwd: string): boolean {
  return namesMany([file, ...more]) || isFolder(path.resolve(cwd, file));
}

function filesOfTarget(target: string, cwd: string): readonly string[] {
  const found = statOf(path.resolve(cwd, target));
  const [base, pattern] = found?.isDirectory() ? [target, undefined] : splitGlob(target);
  if (base === undefined || found?.isFile()) return [target];
  const files = modelFiles(path.resolve(cwd, base), pattern === undefined ? [] : [pattern]);
  return files.map((file) => toSlashes(path.join(base, file)));
}

/** The folder that a glob starts from and what is left of it; no folder where it is none, or is a file's own name. */
function splitGlob(target: string): readonly [string | undefined, string?] {
  const parts = toSlashes(target).split("/");
  const first = parts.findIndex(isGlob);
  if (first < 0) return [undefined];
  return [
    parts.slice(0, first).join("/") || (target.startsWith("/") ? "/" : "."),
    parts.slice(first).join("/"),
  ];
}

function isFolder(file: string): boolean {
  return statOf(file)?.isDirectory() === true;
}

/** Nothing where links lead in a circle or the name is too long: whoever opens the file says so. */
function statOf(file: string): Stats | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** A command that works on one file, done for each that has the network in question; the worst exit code of all. */
export async function forEachFile<Command extends NetworkChoice>(
  command: Command,
  given: Surroundings,
  one: (command: Command, around: Surroundings, isOneOfMany: boolean) => Promise<ExitCode>,
): Promise<ExitCode> {
  if (!isMany(command, given.cwd)) return one(command, given, false);
  const around = withOneEngine(given);
  const files = filesOf(command, around) ?? [];
  const codes: ExitCode[] = [];
  for (const file of files) {
    const each = { ...command, file };
    const opened = await openFile(each, around);
    if (opened === undefined) {
      codes.push(2);
      continue;
    }
    const names = opened.engine.networks(opened.file).map(({ name }) => name);
    const isAbout = command.model === undefined ? names.length > 0 : names.includes(command.model);
    if (isAbout) codes.push(await one(each, around, true));
  }
  if (files.length > 0 && codes.length === 0) around.err(`convlens: ${noNetwork(command)}\n`);
  return ([2, 1, 0] as const).find((code) => codes.includes(code)) ?? 2;
}

/** What is said where no file of many has what is asked for. */
export function noNetwork({ file, more = [], model }: NetworkChoice): string {
  const named = model === undefined ? "no network" : `no network named ${model}`;
  return `${named} in ${[file, ...more].join(", ")}`;
}

/** Files of one project have the same surroundings, and so may share what was read of their imports. */
function withOneEngine(around: Surroundings): Surroundings {
  const engines = new Map<string, Promise<Engine>>();
  return {
    ...around,
    openEngine: (roots, files) => {
      const key = JSON.stringify([roots.folders, roots.searchPaths, roots.stubs]);
      const engine = engines.get(key) ?? around.openEngine(roots, files);
      engines.set(key, engine);
      return engine;
    },
  };
}

export interface OpenedFiles {
  readonly files: readonly Opened[];
  readonly isMany: boolean;
  /** Could each of them be opened? */
  readonly isWhole: boolean;
}

/** The files of a command, opened; one of many that cannot be is told on stderr and left out. Undefined where none is left. */
export async function openFiles(
  command: NetworkChoice,
  given: Surroundings,
): Promise<OpenedFiles | undefined> {
  const around = withOneEngine(given);
  const names = filesOf(command, around) ?? [];
  const files: Opened[] = [];
  for (const name of names) {
    const found = await openFile({ ...command, file: name }, around);
    if (found !== undefined) files.push({ ...found, name });
  }
  const isWhole = files.length === names.length;
  return files.length > 0 ? { files, isMany: isMany(command, around.cwd), isWhole } : undefined;
}
