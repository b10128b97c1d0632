/** The project's budgets at the networks of a file: which are exceeded, and which cannot be known. */
import path from "node:path";
import picomatch from "picomatch";
import { type Diagnostic, DiagnosticSeverity } from "vscode-languageserver";
import { visible } from "../engine/base/visible.ts";
import type { FileAnalysis } from "../engine/contract/engine.types.ts";
import type { Place, Report } from "../engine/contract/report.ts";
import {
  type Budget,
  type Configuration,
  type ConfigurationProblem,
  nearestConfiguration,
} from "../node/budgets.ts";
import { toSlashes } from "../node/host.ts";
import { budgetText } from "../present/budgets.ts";
import type { Translate } from "../present/l10n.ts";
import { rangeOf } from "./diagnostics.ts";
import { uriOf } from "./uris.ts";

/** The budgets for a file: the nearest ones upwards, no farther than its workspace folder. Throws a ConfigurationProblem. */
export function budgetsFor(file: string, folders: readonly string[]): Configuration | undefined {
  if (!path.isAbsolute(file)) return undefined;
  const top = folders.find((folder) => file.startsWith(`${folder}/`));
  const own = path.dirname(file);
  return nearestConfiguration(own, top === undefined ? own : path.normalize(top));
}

/** Budgets with an input or arguments of their own are about another run than the editor shows: the command checks them. */
export function budgetDiagnostics(
  analysis: FileAnalysis,
  configuration: Configuration,
  t: Translate,
): readonly Diagnostic[] {
  const budgets = configuration.budgets.filter(
    (budget) =>
      budget.args === undefined && budget.input.length === 0 && isAbout(budget, analysis.file, configuration),
  );
  return budgets.flatMap((budget) => {
    const isMeant = picomatch(budget.network);
    return networksOf(analysis)
      .filter(({ network }) => isMeant(network))
      .flatMap(({ network, at, report }) =>
        budget.most.flatMap(({ figure, value }): Diagnostic[] => {
          const message = budgetText(network, report, { figure, most: value }, t);
          if (message === undefined) return [];
          return [
            {
              range: rangeOf(at),
              severity: DiagnosticSeverity.Warning,
              source: "ConvLens",
              code: "budget",
              message: visible(message),
              relatedInformation: [
                {
                  message: visible(budget.name),
                  location: { uri: uriOf(toSlashes(configuration.file)), range: lineRange(budget.line) },
                },
              ],
            },
          ];
        }),
      );
  });
}

/** What is wrong with the configuration, at the top of the file that it would be for. */
export function configurationDiagnostic(problem: ConfigurationProblem): Diagnostic {
  const { message } = problem;
  return {
    ...{ range: lineRange(1), severity: DiagnosticSeverity.Warning, source: "ConvLens" },
    ...{ code: "budget", message: visible(message) },
  };
}

function isAbout({ files }: Budget, file: string, { folder }: Configuration): boolean {
  return files === undefined || picomatch(toSlashes(files))(toSlashes(path.relative(folder, file)));
}

interface Found {
  readonly network: string;
  readonly at: Place;
  readonly report: Report | null;
}

/** Those that the file itself defines. */
function networksOf({ file, reports, failures }: FileAnalysis): readonly Found[] {
  const all = [
    ...reports.flatMap((report) =>
      report.network_at ? [{ network: report.network, at: report.network_at, report }] : [],
    ),
    ...failures.map(({ network, at }) => ({ network, at, report: null })),
  ];
  return all.filter(({ at }) => at.file === file);
}

function lineRange(line: number): Diagnostic["range"] {
  return { start: { line: line - 1, character: 0 }, end: { line, character: 0 } };
}
