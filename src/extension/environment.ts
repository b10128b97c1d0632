/** Which Python environment imports are looked up in: what is said of it, and how the user chooses another. */
import { homedir } from "node:os";
import path from "node:path";
import * as vscode from "vscode";
import { type Environment, usedEnvironments } from "../node/environments.ts";
import { parseSettings } from "../protocol/settings.ts";
import { type PythonEnvironment, pythonExtension, readSettings, withInterpreter } from "./settings.ts";

/** The environments in use: those of the setting or the Python extension, those in the project, else those of tools. */
export function environmentsInUse(): readonly Environment[] {
  if (!vscode.workspace.isTrusted) return [];
  const section = withInterpreter(vscode.workspace.getConfiguration("convlens"));
  return usedEnvironments(folders(), parseSettings(section).pythonPath, userPlaces());
}

/** In the words of the status item's tooltip. */
export function environmentText(): string {
  const found = environmentsInUse();
  return found.length === 0
    ? vscode.l10n.t("No Python environment was found: convlens.pythonPath names one.")
    : vscode.l10n.t("Imports are looked up in {0}", found.map(({ folder }) => shortPath(folder)).join(", "));
}

interface Choice extends vscode.QuickPickItem {
  /** Absent: a folder is asked for. */
  readonly path?: string;
}

/** Writes `convlens.pythonPath`: an environment that the Python extension or the project's tools know, or a folder. */
export async function chooseEnvironment(): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    void vscode.window.showWarningMessage(
      vscode.l10n.t("Environments are not read in a workspace that is not trusted."),
    );
    return;
  }
  const known = [...(await ofPythonExtension()), ...ofTools()];
  const choices = known.filter((one, at) => known.findIndex((other) => other.path === one.path) === at);
  const browse: Choice = { label: `$(folder-opened) ${vscode.l10n.t("Choose a folder…")}` };
  const picked =
    choices.length === 0
      ? browse
      : await vscode.window.showQuickPick<Choice>([...choices, browse], {
          title: vscode.l10n.t("Environment that imports are looked up in"),
          matchOnDetail: true,
        });
  const chosen = picked && (picked.path ?? (await askFolder()));
  if (chosen === undefined) return;
  const target = vscode.workspace.workspaceFolders?.length
    ? vscode.ConfigurationTarget.Workspace
    : vscode.ConfigurationTarget.Global;
  await vscode.workspace.getConfiguration("convlens").update("pythonPath", [chosen], target);
}

async function ofPythonExtension(): Promise<readonly Choice[]> {
  const known = (await pythonExtension())?.environments?.known ?? [];
  return known.flatMap((one: PythonEnvironment): Choice[] =>
    typeof one.path === "string"
      ? [
          {
            label: one.environment?.name ?? path.basename(path.dirname(path.dirname(one.path))),
            description: vscode.l10n.t("known to the Python extension"),
            detail: one.path,
            path: one.path,
          },
        ]
      : [],
  );
}

function ofTools(): readonly Choice[] {
  return usedEnvironments(folders(), readSettings().pythonPath, userPlaces()).map(({ folder, how }) => ({
    ...{ label: path.basename(folder), description: how, detail: folder, path: folder },
  }));
}

async function askFolder(): Promise<string | undefined> {
  const [folder] =
    (await vscode.window.showOpenDialog({
      canSelectFolders: true,
      canSelectFiles: false,
      title: vscode.l10n.t("Folder of a Python environment, or of packages"),
    })) ?? [];
  return folder?.fsPath;
}

function folders(): readonly string[] {
  return (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
}

function userPlaces() {
  return { env: process.env, platform: process.platform, home: homedir() };
}

function shortPath(folder: string): string {
  const relative = vscode.workspace.asRelativePath(folder);
  const home = homedir();
  return relative === folder && folder.startsWith(home + path.sep)
    ? `~${folder.slice(home.length)}`
    : relative;
}
