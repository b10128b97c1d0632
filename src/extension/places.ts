/** From the engine's places to the editor: URIs, ranges, and opening one. */
import * as vscode from "vscode";
import type { Place } from "../engine/contract/report.ts";
import { uriOf } from "../server/uris.ts";

export function toUri(file: string): vscode.Uri {
  return vscode.Uri.parse(uriOf(file), true);
}

export function toRange({ line, column, end_line, end_column }: Place): vscode.Range {
  return new vscode.Range(line - 1, column - 1, (end_line ?? line) - 1, (end_column ?? column) - 1);
}

/** Opens the file where it is already shown, else in the first group, so that the panel beside it stays. */
export async function reveal(at: Place): Promise<void> {
  const uri = toUri(at.file);
  const shown = vscode.window.visibleTextEditors.find(
    ({ document }) => document.uri.toString() === uri.toString(),
  );
  const selection = new vscode.Range(toRange(at).start, toRange(at).start);
  const editor = await vscode.window.showTextDocument(uri, {
    viewColumn: shown?.viewColumn ?? vscode.ViewColumn.One,
    selection,
  });
  // Its start only: a long call would scroll a narrow editor sideways.
  editor.revealRange(selection, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}
