/** Writes a simulated swap into the code: the server says which edits, the user looks at them and agrees. */
import * as vscode from "vscode";
import { reasonText } from "../present/reason.ts";
import type { Analyses } from "./analyses.ts";
import { toRange, toUri } from "./places.ts";

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
  const { edits, refused } = result.rewrite;
  if (refused.length > 0) {
    const [first] = refused;
    const names = refused.flatMap((refusal) => refusal.layers);
    void vscode.window.showWarningMessage(
      vscode.l10n.t("{0} layers stay as they are: {1}", names.length, first?.reason ?? ""),
    );
  }
  if (edits.length === 0) return;
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
  await vscode.workspace.applyEdit(change);
}
