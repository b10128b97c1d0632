/**
 * The command that gives a network its arguments: a field with what its definition asks for, checked as one types. They
 * are kept with the network, in a comment above it that the command line reads too.
 */
import * as vscode from "vscode";
import { visible } from "../engine/base/visible.ts";
import type { FileAnalysis } from "../engine/contract/engine.types.ts";
import type { Place } from "../engine/contract/report.ts";
import { argumentsDraft, argumentsProblem } from "../present/callArguments.ts";
import type { Analyses } from "./analyses.ts";

const DIRECTIVE = /^\s*(?:#|\/\/)\s*convlens:\s*args\s*=/;
/** Lines above a definition that speak of it. */
const NEAR = 3;

export async function setArguments(analyses: Analyses, uri: vscode.Uri, network: string): Promise<void> {
  const analysis = await analyses.get(uri).catch(() => null);
  const at = analysis && placeOf(analysis, network);
  if (!analysis || !at) {
    void vscode.window.showInformationMessage(vscode.l10n.t("There is no network in this file."));
    return;
  }
  const signature = analysis.signatures?.find((each) => each.network === network)?.text ?? "";
  const given = analysis.reports.find((report) => report.network === network)?.arguments?.text;
  const { t } = vscode.l10n;
  const text = await vscode.window.showInputBox({
    title: t("Arguments of {0}", visible(network)),
    prompt: t(
      "{0}({1}). Kept in a comment above it; empty takes the comment away.",
      visible(network),
      visible(signature),
    ),
    value: given ?? argumentsDraft(signature),
    placeHolder: signature,
    ignoreFocusOut: true,
    validateInput: (typed) => {
      const problem = typed.trim() === "" ? undefined : argumentsProblem(signature, typed, t);
      // It stands in the prompt's place.
      return problem && `${problem} · ${visible(network)}(${visible(signature)})`;
    },
  });
  if (text === undefined) return;
  if (await write(at, text.trim())) analyses.choose(uri, network);
}

function placeOf({ reports, failures }: FileAnalysis, network: string): Place | undefined {
  const report = reports.find((each) => each.network === network);
  return report?.network_at ?? failures.find((each) => each.network === network)?.at;
}

/** The comment above the definition; true when the text was changed. */
async function write({ file, line }: Place, text: string): Promise<boolean> {
  const uri = /^[a-z][a-z0-9+.-]+:/i.test(file) ? vscode.Uri.parse(file) : vscode.Uri.file(file);
  const document = await vscode.workspace.openTextDocument(uri);
  const definition = line - 1;
  const said = Array.from({ length: NEAR + 1 }, (_, distance) => definition - distance).find(
    (each) => each >= 0 && DIRECTIVE.test(document.lineAt(each).text),
  );
  const indent = /^\s*/.exec(document.lineAt(definition).text)?.[0] ?? "";
  const mark = document.languageId === "python" ? "#" : "//";
  const comment = `${indent}${mark} convlens: args=${text}`;
  const edit = new vscode.WorkspaceEdit();
  if (said === undefined) {
    if (text === "") return false;
    edit.insert(uri, new vscode.Position(definition, 0), `${comment}\n`);
  } else if (text === "") edit.delete(uri, document.lineAt(said).rangeIncludingLineBreak);
  else edit.replace(uri, document.lineAt(said).range, comment);
  return vscode.workspace.applyEdit(edit);
}
