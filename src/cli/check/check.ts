/** `convlens check`: whether the networks of a project keep its budgets. */
import path from "node:path";
import type { Engine } from "../../engine/contract/engine.types.ts";
import {
  type Budget,
  type Configuration,
  ConfigurationProblem,
  readConfiguration,
} from "../../node/budgets.ts";
import { projectTextOrEmpty, toSlashes } from "../../node/host.ts";
import { keptFor, missingFolder } from "../open.ts";
import { relativeFile } from "../places.ts";
import type { CheckCommand } from "../projectArguments.ts";
import { rootsOfAll } from "../rootsOfAll.ts";
import type { ExitCode, Surroundings } from "../surroundings.ts";
import { checkGitlab, checkJson, checkSarif, checkText, type Told } from "./formats.ts";
import { type Checked, checkFile, filesOf, modelFiles } from "./networks.ts";

export async function check(command: CheckCommand, around: Surroundings): Promise<ExitCode> {
  try {
    const missing = missingFolder(command, around);
    if (missing !== undefined) throw new ConfigurationProblem(missing);
    const configuration = readConfiguration(around.cwd, command.config);
    const told = await checked(configuration, command, around);
    around.out(FORMATS[command.format](told));
    const isKept = told.unmatched.length === 0 && told.checked.every(({ verdict }) => verdict === "kept");
    return isKept ? 0 : 1;
  } catch (error) {
    if (!(error instanceof ConfigurationProblem)) throw error;
    around.err(`convlens: ${error.message}\n`);
    return 2;
  }
}

const FORMATS: Readonly<Record<CheckCommand["format"], (told: Told) => string>> = {
  text: checkText,
  json: checkJson,
  sarif: checkSarif,
  gitlab: checkGitlab,
};

async function checked(
  configuration: Configuration,
  command: CheckCommand,
  around: Surroundings,
): Promise<Told> {
  const { folder, budgets, file } = configuration;
  const only = command.paths.map((one) => path.relative(folder, path.resolve(around.cwd, one)) || ".");
  const files = modelFiles(folder, only);
  if (files.length === 0)
    throw new ConfigurationProblem(`no model files in ${command.paths.join(", ") || folder}`);
  const textOf = readOnce(folder);
  const of = new Map(budgets.map((budget) => [budget, filesOf(budget, files, textOf)]));
  const open = [...new Set([...of.values()].flat())];
  const roots = rootsOfAll(open, folder, command, around);
  const engine = await around.openEngine({ ...roots, kept: await keptFor(roots.folders) });
  const rows = budgets.map((budget) => checkBudget(engine, folder, budget, of.get(budget) ?? []));
  const isWhole = command.paths.length === 0;
  const name = (one: string): string => relativeFile(one, around.cwd);
  return {
    tool: `convlens ${around.version}`,
    file: name(file),
    checked: rows.flat().map((row) => ({
      ...row,
      file: name(row.file),
      at: row.at && { ...row.at, file: name(row.at.file) },
    })),
    // Some files alone need not have a network for each budget.
    unmatched: isWhole ? budgets.filter((_, at) => rows[at]?.length === 0) : [],
    unit: command.unit,
    width: around.width,
  };
}

function checkBudget(
  engine: Engine,
  folder: string,
  budget: Budget,
  files: readonly string[],
): readonly Checked[] {
  return files.flatMap((file) => checkFile(engine, toSlashes(path.join(folder, file)), budget));
}

/** Each budget looks for its network in all files. One that cannot be read has none. */
function readOnce(folder: string): (file: string) => string {
  const texts = new Map<string, string>();
  return (file) => {
    const known = texts.get(file);
    if (known !== undefined) return known;
    const text = projectTextOrEmpty(path.join(folder, file));
    texts.set(file, text);
    return text;
  };
}
