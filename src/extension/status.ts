/** The status bar item: the network in focus and its total, a click chooses another; or that the file was too much, and why. */
import * as vscode from "vscode";
import { visible } from "../engine/base/visible.ts";
import type { Report } from "../engine/contract/report.ts";
import { totalText } from "../present/cost.ts";
import { tooMuch } from "../present/reason.ts";
import { inputShapes } from "../present/text.ts";
import type { ActiveFile } from "./activeFile.ts";
import { readSettings } from "./settings.ts";

/** `environment` tells where imports of Python are looked up. */
export function createStatus(active: ActiveFile, environment: () => string): vscode.Disposable {
  const item = vscode.window.createStatusBarItem("convlens.total", vscode.StatusBarAlignment.Right, 90);
  item.name = "ConvLens";

  function update(): void {
    const report = active.current?.report;
    const problem = tooMuch(active.current?.analysis);
    if (report) showTotal(report);
    else if (problem) showProblem(visible(problem.message));
    else item.hide();
  }

  function showProblem(problem: string): void {
    item.text = "$(warning) ConvLens";
    item.tooltip = problem;
    item.command = "workbench.actions.view.problems";
    item.accessibilityInformation = { label: problem, role: "button" };
    item.backgroundColor = new vscode.ThemeColor("statusBarItem.warningBackground");
    item.show();
  }

  function showTotal(report: Report): void {
    item.command = "convlens.chooseNetwork";
    const total = totalText(report, { unit: readSettings().unit, t: vscode.l10n.t });
    item.text = `$(graph) ${visible(report.network)} ${total}`;
    const told = vscode.l10n.t(
      "{0}, input {1}: {2}. Choose the network in focus.",
      report.network,
      inputShapes(report.input),
      total,
    );
    item.tooltip = report.framework === "tfjs" ? told : `${told}\n${environment()}`;
    item.accessibilityInformation = { label: told, role: "button" };
    item.backgroundColor = overBudget(report.totals.macs)
      ? new vscode.ThemeColor("statusBarItem.warningBackground")
      : undefined;
    item.show();
  }

  update();
  const subscriptions = [
    item,
    active.onDidChange(update),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("convlens")) update();
    }),
  ];
  return vscode.Disposable.from(...subscriptions);
}

function overBudget(macs: number | null): boolean {
  const { budgetMacs } = readSettings();
  return budgetMacs !== null && macs !== null && macs > budgetMacs;
}
