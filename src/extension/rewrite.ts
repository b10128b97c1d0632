/** Writes a simulated swap into the code: the server says which edits, the user looks at them and agrees. */
import * as vscode from "vscode";
import type { EditedSource, RewriteTotals } from "../engine/contract/rewrite.ts";
import { withPlainLines } from "../engine/separable/rewrite/place.ts";
import { otherText } from "../present/other.ts";
import { reasonText } from "../present/reason.ts";
import { count, inUnit } from "../present/text.ts";
import type { Analyses } from "./analyses.ts";
import { toRange, toUri } from "./places.ts";
import { readSettings } from "./settings.ts";

export async function applySwap(
  analyses: Analyses,
  uri: vscode.Uri,
  network: string,
  layers: readonly string[],
): Promise<void> {
  const result = await analyses
    .rewrite(uri, network, layers)
    .catch((error: unknown) => ({ ok: false as const, reason: String(error) }));
  if (!result.ok) {
    void vscode.window.showWarningMessage(reasonText(result.reason, vscode.l10n.t));
    return;
  }
  const { edits, sources, refused, others, simulated, warnings } = result.rewrite;
  if (refused.length > 0) {
    const [first] = refused;
    const names = refused.flatMap((refusal) => refusal.layers);
    void vscode.window.showWarningMessage(
      vscode.l10n.t("{0} layers stay as they are: {1}", names.length, first?.reason ?? ""),
    );
  }
  if (edits.length === 0) return;
  for (const { message, at } of warnings)
    void vscode.window.showWarningMessage(
      `${vscode.workspace.asRelativePath(toUri(at.file))}:${at.line}: ${message}`,
    );
  for (const other of others) void vscode.window.showWarningMessage(otherText(other, vscode.l10n.t));
  const changed = await changedSince(sources);
  if (changed) return warnOfChange(changed);
  const change = new vscode.WorkspaceEdit();
  for (const { at, text } of edits) {
    change.replace(toUri(at.file), toRange(at), text, {
      label: vscode.l10n.t("Replace with depthwise separable convolution"),
      description: vscode.workspace.asRelativePath(toUri(at.file)),
      needsConfirmation: true,
    });
  }
  // The preview starts with nothing ticked, and Apply then changes nothing.
  void vscode.window.showInformationMessage(
    vscode.l10n.t("Tick the changes to make in the preview, then press Apply."),
  );
  if (await vscode.workspace.applyEdit(change)) return reportRewrite(analyses, uri, network, simulated);
  const changedMeanwhile = await changedSince(sources);
  if (changedMeanwhile) warnOfChange(changedMeanwhile);
}

/** The first file whose text is not the one that the edits were worked out from. */
async function changedSince(sources: readonly EditedSource[]): Promise<vscode.Uri | undefined> {
  for (const { file, text } of sources) {
    const document = await vscode.workspace.openTextDocument(toUri(file));
    if (withPlainLines(document.getText()) !== text) return document.uri;
  }
  return undefined;
}

function warnOfChange(uri: vscode.Uri): void {
  const file = vscode.workspace.asRelativePath(uri);
  void vscode.window.showWarningMessage(
    vscode.l10n.t("{0} changed meanwhile, so nothing was rewritten. Ask again.", file),
  );
}

/** What the network costs now that the change is made, beside what the simulation of all of it said. */
export async function reportRewrite(
  analyses: Analyses,
  uri: vscode.Uri,
  network: string,
  simulated: RewriteTotals,
): Promise<void> {
  const analysis = await analyses.newest(uri).catch(() => null);
  const totals = analysis?.reports.find((report) => report.network === network)?.totals;
  if (!totals) return;
  const { unit } = readSettings();
  const cost = ({ macs, params }: RewriteTotals): string[] => [
    macs === null ? "?" : `${count(inUnit(macs, unit))} ${unit}`,
    params === null ? "?" : count(params),
  ];
  const same = totals.macs === simulated.macs && totals.params === simulated.params;
  void vscode.window.showInformationMessage(
    same
      ? vscode.l10n.t("{0} now costs {1} and {2} params, as simulated.", network, ...cost(totals))
      : vscode.l10n.t(
          "{0} now costs {1} and {2} params. All changes together: {3} and {4} params.",
          network,
          ...cost(totals),
          ...cost(simulated),
        ),
  );
}

/** Is this what a rewrite was simulated to cost? It went through the server and back. */
export function isTotals(value: unknown): value is RewriteTotals {
  if (typeof value !== "object" || value === null) return false;
  const { macs, params } = value as Record<string, unknown>;
  const isFigure = (figure: unknown): boolean => figure === null || typeof figure === "number";
  return isFigure(macs) && isFigure(params);
}
