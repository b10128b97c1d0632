/** The command "Compare": asks what the network is to be compared with, and shows both. */
import * as vscode from "vscode";
import type { FileAnalysis } from "../engine/contract/engine.types.ts";
import type { Report } from "../engine/contract/report.ts";
import { count, inUnit } from "../present/text.ts";
import type { Analyses } from "./analyses.ts";
import type { Comparison } from "./comparison.ts";
import { atRevision, history } from "./git.ts";
import { readSettings } from "./settings.ts";

interface Sides {
  readonly analyses: Analyses;
  readonly comparison: Comparison;
}

/** What a network can be compared with. `report` is asked for once it is chosen. */
interface Choice extends vscode.QuickPickItem {
  readonly other?: () => Promise<Other | undefined>;
}

interface Other {
  readonly label: string;
  readonly report: Report;
  /** The other one is the older one: it stands on the left. */
  readonly earlier: boolean;
}

export async function compare(sides: Sides, uri: vscode.Uri, network: string | undefined): Promise<void> {
  const { analyses, comparison } = sides;
  const analysis = await analyses.get(uri).catch(() => null);
  const report = analysis
    ? (analysis.reports.find((one) => one.network === network) ?? analyses.active(uri, analysis))
    : undefined;
  if (!analysis || !report) {
    void vscode.window.showInformationMessage(vscode.l10n.t("There is no network in this file."));
    return;
  }
  const picked = await vscode.window.showQuickPick(choices(sides, uri, analysis, report), {
    title: vscode.l10n.t("Compare {0} with", report.network),
    placeHolder: vscode.l10n.t("Another network, or this file at a Git revision"),
    matchOnDescription: true,
  });
  const other = await picked?.other?.();
  if (!other) return;
  const here = { label: report.network, report };
  const there = { label: other.label, report: other.report };
  if (other.earlier) comparison.show(there, here);
  else comparison.show(here, there);
}

async function choices(
  { analyses }: Sides,
  uri: vscode.Uri,
  analysis: FileAnalysis,
  report: Report,
): Promise<Choice[]> {
  const own = analysis.reports
    .filter((other) => other !== report)
    .map((other) => networkChoice(other, other.network));
  const commits = (await history(uri)).map(
    ({ hash, message, authorDate }): Choice => ({
      label: `$(git-commit) ${message.split("\n")[0]}`,
      description: `${hash.slice(0, 8)} ${authorDate?.toLocaleDateString(vscode.env.language) ?? ""}`,
      other: () => atCommit(analyses, uri, report.network, hash),
    }),
  );
  const elsewhere = await openElsewhere(analyses, uri);
  const separator = (label: string, items: readonly Choice[]): Choice[] =>
    items.length > 0 ? [{ label, kind: vscode.QuickPickItemKind.Separator }, ...items] : [];
  return [
    ...separator(vscode.l10n.t("Networks of this file"), own),
    ...separator(vscode.l10n.t("This file at a commit"), commits),
    ...separator(vscode.l10n.t("Networks of other open files"), elsewhere),
    {
      label: `$(folder-opened) ${vscode.l10n.t("A network of another file…")}`,
      alwaysShow: true,
      other: () => fromFile(analyses),
    },
  ];
}

function networkChoice(report: Report, label: string, description?: string): Choice {
  const { unit } = readSettings();
  const { macs } = report.totals;
  const total = macs === null ? "" : `${count(inUnit(macs, unit))} ${unit}`;
  return {
    label: `$(graph) ${label}`,
    description: [description, total].filter(Boolean).join(" · "),
    other: async () => ({ label, report, earlier: false }),
  };
}

/** The network under the same name at the commit, or the file's only one. */
async function atCommit(
  analyses: Analyses,
  uri: vscode.Uri,
  network: string,
  commit: string,
): Promise<Other | undefined> {
  const revision = await atRevision(uri, commit);
  const analysis = revision && (await analyses.ofText(uri, revision.text).catch(() => null));
  const report =
    analysis?.reports.find((one) => one.network === network) ??
    (analysis?.reports.length === 1 ? analysis.reports[0] : undefined);
  const short = commit.slice(0, 8);
  if (report) return { label: `${report.network} @ ${short}`, report, earlier: true };
  void vscode.window.showInformationMessage(vscode.l10n.t("{0} has no network {1}.", short, network));
  return undefined;
}

async function openElsewhere(analyses: Analyses, uri: vscode.Uri): Promise<Choice[]> {
  const others = vscode.workspace.textDocuments.filter(
    (document) => document.uri.toString() !== uri.toString() && document.uri.scheme !== "git",
  );
  const found = await Promise.all(
    others.slice(0, 20).map(async (document) => {
      const analysis = await analyses.get(document.uri).catch(() => null);
      const file = vscode.workspace.asRelativePath(document.uri);
      return (analysis?.reports ?? []).map((report) => networkChoice(report, report.network, file));
    }),
  );
  return found.flat();
}

async function fromFile(analyses: Analyses): Promise<Other | undefined> {
  const [uri] =
    (await vscode.window.showOpenDialog({
      filters: { [vscode.l10n.t("Model code")]: ["py", "ts", "tsx", "js", "mjs", "jsx"] },
    })) ?? [];
  const analysis = uri && (await analyses.get(uri).catch(() => null));
  if (!uri) return undefined;
  const items = (analysis?.reports ?? []).map((report) => networkChoice(report, report.network));
  const [only] = items;
  if (!only) {
    void vscode.window.showInformationMessage(vscode.l10n.t("There is no network in this file."));
    return undefined;
  }
  const picked = items.length === 1 ? only : await vscode.window.showQuickPick(items);
  return picked?.other?.();
}
