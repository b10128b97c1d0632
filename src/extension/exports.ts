/** Saves what the panel exports: the user says where, then the file is written and offered. */
import * as vscode from "vscode";
import type { Report } from "../engine/contract/report.ts";
import type { ExportFormat, FromPanel } from "../protocol/messages.ts";
import { makeNonce } from "./html.ts";
import { reportPage } from "./reportPage.ts";
import { readSettings } from "./settings.ts";

type Export = Extract<FromPanel, { type: "export" }>;

const FILES: Readonly<Record<ExportFormat, readonly [extension: string, name: string]>> = {
  svg: ["svg", "SVG"],
  png: ["png", "PNG"],
  csv: ["csv", "CSV"],
  json: ["json", "JSON"],
  markdown: ["md", "Markdown"],
  html: ["html", "HTML"],
};

export interface ExportSource {
  readonly report: Report;
  readonly label: string;
  /** The model file: what is saved goes beside it unless the user says otherwise. */
  readonly uri: vscode.Uri;
}

export async function saveExport(
  context: vscode.ExtensionContext,
  { format, name, data }: Export,
  source: ExportSource,
): Promise<void> {
  const [extension, filter] = FILES[format];
  const safeName = name.replaceAll(/[^\w.-]+/g, "-").slice(0, 120) || "network";
  const target = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.joinPath(source.uri, "..", `${safeName}.${extension}`),
    filters: { [filter]: [extension] },
    title: vscode.l10n.t("Export {0}", source.report.network),
  });
  if (!target) return;
  try {
    await vscode.workspace.fs.writeFile(target, await contentOf(context, format, data, source));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    void vscode.window.showErrorMessage(vscode.l10n.t("Could not save {0}: {1}", target.fsPath, reason));
    return;
  }
  const open = vscode.l10n.t("Open");
  const answer = await vscode.window.showInformationMessage(
    vscode.l10n.t("Saved {0}.", vscode.workspace.asRelativePath(target)),
    open,
  );
  if (answer !== open) return;
  if (format === "html") await vscode.env.openExternal(target);
  else await vscode.commands.executeCommand("vscode.open", target);
}

async function contentOf(
  context: vscode.ExtensionContext,
  format: ExportFormat,
  data: string,
  source: ExportSource,
): Promise<Uint8Array> {
  if (format === "png") return Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  return new TextEncoder().encode(format === "html" ? await htmlReport(context, data, source) : data);
}

async function htmlReport(
  context: vscode.ExtensionContext,
  state: string,
  { report, label }: ExportSource,
): Promise<string> {
  const bundle = async (name: string): Promise<string> => {
    const uri = vscode.Uri.joinPath(context.extensionUri, "dist", "webview", name);
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
    return text.replace(/\n\/[/*]# sourceMappingURL=.*\s*$/, "");
  };
  const { unit, budgetMacs } = readSettings();
  const locale = vscode.env.language;
  return reportPage(
    {
      title: `${report.network} · ConvLens`,
      locale,
      script: await bundle("panel.js"),
      style: await bundle("panel.css"),
      message: {
        type: "report",
        report: withoutPaths(report, label),
        unit,
        locale,
        budgetMacs,
        abilities: [],
        label,
      },
      state: JSON.parse(state),
    },
    makeNonce(),
  );
}

/** A report that is passed on tells nothing of the disk it was made on. */
function withoutPaths(report: Report, label: string): Report {
  const text = JSON.stringify(report, (key, value: unknown) =>
    key === "file" && typeof value === "string"
      ? value === report.file
        ? label
        : vscode.workspace.asRelativePath(vscode.Uri.file(value))
      : value,
  );
  return JSON.parse(text) as Report;
}
