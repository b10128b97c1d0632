/** Which networks a budget is for, and whether they keep it. */
import picomatch from "picomatch";
import { globSync } from "tinyglobby";
import type { Engine } from "../../engine/contract/engine.types.ts";
import type { Place, Report } from "../../engine/contract/report.ts";
import type { Budget, Figure } from "../../node/budgets.ts";
import { toSlashes } from "../../node/host.ts";
import { judge } from "../../present/budgets.ts";
import { isGlob } from "../targetName.ts";

export interface Checked {
  readonly budget: Budget;
  /** Of the file that has it, as the engine names it. */
  readonly file: string;
  readonly network: string;
  readonly at: Place | null;
  readonly figure: Figure;
  readonly most: number;
  /** What is known of the figure: it is at least this, and at most that. */
  readonly least: number | null;
  readonly greatest: number | null;
  readonly verdict: "kept" | "exceeded" | "unknown";
  /** Why it is not known. */
  readonly reason?: string;
}

/** Files of models below the folder, by paths from it; `only` are files, folders or globs. */
export function modelFiles(folder: string, only: readonly string[] = []): readonly string[] {
  return globSync(only.length > 0 ? only.map(toSlashes) : ["**"], {
    ...{ cwd: folder, expandDirectories: true, onlyFiles: true, followSymbolicLinks: false, dot: false },
    ignore: FOREIGN,
  })
    .filter((file) => MODEL_FILE.test(file) && !file.startsWith("../"))
    .sort();
}

const MODEL_FILE = /(?<!\.d)\.(py|ipynb|[cm]?[jt]sx?)$/i;
/** Other people's code, and what is built. */
const FOREIGN = [
  "node_modules",
  "site-packages",
  "dist-packages",
  "venv",
  "env",
  "build",
  "dist",
  "__pycache__",
].map((name) => `**/${name}/**`);

/** Files that the budget can be about. */
export function filesOf(
  budget: Budget,
  files: readonly string[],
  textOf: (file: string) => string,
): readonly string[] {
  if (budget.files !== undefined) {
    const isMeant = picomatch(toSlashes(budget.files));
    return files.filter((file) => isMeant(file));
  }
  const named = budget.network.split(".")[0] ?? "";
  if (isGlob(named)) return files;
  const word = new RegExp(`(?<![\\w$])${escaped(named)}(?![\\w$])`);
  return files.filter((file) => word.test(textOf(file)));
}

/** What each figure of the budget is in the networks of one file; nothing where it has none of that name. */
export function checkFile(engine: Engine, file: string, budget: Budget): readonly Checked[] {
  return found(engine, file, budget).flatMap(({ network, at, report, reason }) =>
    budget.most.map(({ figure, value }) =>
      judged({ budget, file, network, at, figure, most: value }, report, reason),
    ),
  );
}

interface Found {
  readonly network: string;
  readonly at: Place | null;
  readonly report: Report | null;
  readonly reason?: string;
}

/** Networks of the name that the file itself defines; where the budget names the file, those that it imports too. */
function found(engine: Engine, file: string, { files, network, args, input }: Budget): readonly Found[] {
  const isMeant = picomatch(network);
  // What still needs arguments is not listed by name.
  const names = isGlob(network)
    ? engine.networks(file).flatMap(({ name }) => (isMeant(name) ? [name] : []))
    : [network];
  return names.flatMap((model): Found[] => {
    const result = engine.profile(file, {
      model,
      ...(args !== undefined && { args }),
      ...(input.length > 0 && { input }),
    });
    const at = result.ok ? result.report.network_at : result.failure?.at;
    if (!at || (files === undefined && at.file !== file)) return [];
    if (!result.ok) return [{ network: model, at, report: null, reason: result.reason }];
    const [first] = result.report.diagnostics.filter(({ severity }) => severity !== "info");
    return [{ network: model, at, report: result.report, ...(first && { reason: first.message }) }];
  });
}

function judged(
  about: Pick<Checked, "budget" | "file" | "network" | "at" | "figure" | "most">,
  report: Report | null,
  reason: string | undefined,
): Checked {
  const { least, greatest, verdict } = judge(report, about);
  return {
    ...about,
    least,
    greatest,
    verdict,
    ...(verdict === "unknown" && reason !== undefined && { reason }),
  };
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
