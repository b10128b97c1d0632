/** Readings of the editor that the suite is made of. */
import * as vscode from "vscode";

/** Asks again until there is an answer. */
export async function eventually<T>(
  read: () => T | undefined | Promise<T | undefined>,
  what: string,
  timeout = 20_000,
): Promise<T> {
  const end = Date.now() + timeout;
  for (;;) {
    const answer = await read();
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw new Error(`waited ${timeout / 1000} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export async function openDocument(name: string): Promise<vscode.TextDocument> {
  const folder = vscode.workspace.workspaceFolders?.[0];
  if (!folder) throw new Error("the suite needs its workspace folder");
  const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder.uri, name));
  await vscode.window.showTextDocument(document);
  return document;
}

/** The document's lenses with their commands, once there are at least this many. */
export function lensesOf(document: vscode.TextDocument, atLeast: number): Promise<vscode.CodeLens[]> {
  return eventually(async () => {
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      "vscode.executeCodeLensProvider",
      document.uri,
      1000,
    );
    const told = lenses.filter(({ command }) => command?.title);
    return told.length >= atLeast ? told : undefined;
  }, `${atLeast} lenses in ${document.fileName}`);
}

export function titleOn(lenses: readonly vscode.CodeLens[], line: number): string {
  const found = lenses.find(({ range }) => range.start.line + 1 === line)?.command?.title;
  const lines = lenses.map(({ range, command }) => `${range.start.line + 1}: ${command?.title}`).join("\n");
  return found ?? `no lens on line ${line}:\n${lines}`;
}

/** Markdown of the hovers over the first occurrence of a word on a 1-based line. */
export function hoverText(document: vscode.TextDocument, line: number, word: string): Promise<string> {
  const position = new vscode.Position(line - 1, document.lineAt(line - 1).text.indexOf(word) + 1);
  return eventually(async () => {
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      "vscode.executeHoverProvider",
      document.uri,
      position,
    );
    const text = hovers
      .flatMap(({ contents }) => contents)
      .map((content) => (typeof content === "string" ? content : content.value))
      .join("\n");
    return text === "" ? undefined : text;
  }, `a hover on ${word}`);
}

/** Runs `look` while the last bracket of a 1-based line is missing. */
export async function withoutBracket(
  document: vscode.TextDocument,
  line: number,
  look: () => Promise<void>,
): Promise<void> {
  const { text } = document.lineAt(line - 1);
  const column = text.lastIndexOf(")");
  const edit = new vscode.WorkspaceEdit();
  edit.delete(document.uri, new vscode.Range(line - 1, column, line - 1, column + 1));
  await vscode.workspace.applyEdit(edit);
  try {
    await look();
  } finally {
    await vscode.commands.executeCommand("undo");
  }
}
