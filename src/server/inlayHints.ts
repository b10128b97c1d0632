/** Lenses at the end of their lines, for editors that show no lenses. */
import { type InlayHint, InlayHintKind, type Range } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { Lens } from "./lens.ts";

/** Those of the range that is shown; what only runs a command says nothing here. */
export function inlayHints(lenses: readonly Lens[], document: TextDocument, shown: Range): InlayHint[] {
  return lenses.flatMap(({ at, title, command }): InlayHint[] => {
    const line = at.line - 1;
    const isFigure = command.name === "convlens.profileNetwork" || command.name === "convlens.revealLayer";
    if (!isFigure || line < shown.start.line || line > shown.end.line) return [];
    const text = document.getText({ start: { line, character: 0 }, end: { line: line + 1, character: 0 } });
    const position = { line, character: text.replace(/\r?\n$/, "").length };
    return [{ position, label: title, kind: InlayHintKind.Type, paddingLeft: true }];
  });
}
