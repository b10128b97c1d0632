/** The status bar item: the active network's total; a click opens the panel. */
import * as vscode from "vscode";
import { inputShapes } from "../present/text.ts";
import type { ActiveFile } from "./activeFile.ts";
import { totalText } from "./layersTree.ts";
import { readSettings } from "./settings.ts";

export function createStatus(active: ActiveFile): vscode.Disposable {
  const item = vscode.window.createStatusBarItem("convlens.total", vscode.StatusBarAlignment.Right, 90);
  item.name = "ConvLens";
  item.command = "convlens.profileNetwork";

  function update(): void {
    const report = active.current?.report;
    if (!report) {
      item.hide();
      return;
    }
    const total = totalText(report);
    item.text = `$(graph) ${total}`;
    item.tooltip = vscode.l10n.t(
      "{0}, input {1}: {2}. Profile the network.",
      report.network,
      inputShapes(report.input),
      total,
    );
    item.accessibilityInformation = { label: item.tooltip, role: "button" };
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
