/** The user's settings, and the interpreter that the Python extension has chosen. */
import path from "node:path";
import * as vscode from "vscode";
import type { CostUnit } from "../protocol/messages.ts";
import { parseSettings, type Settings } from "../protocol/settings.ts";

export function readSettings(): Settings {
  return parseSettings(vscode.workspace.getConfiguration("convlens"));
}

export function setUnit(unit: CostUnit): Thenable<void> {
  const configuration = vscode.workspace.getConfiguration("convlens");
  const inWorkspace = configuration.inspect("unit")?.workspaceValue !== undefined;
  return configuration.update(
    "unit",
    unit,
    inWorkspace ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global,
  );
}

/** The settings section that the server asks for; without a path of the user's own, the chosen interpreter's. */
export function withInterpreter(section: unknown): unknown {
  if (!vscode.workspace.isTrusted || parseSettings(section).pythonPath.length > 0) return section;
  const interpreter = chosenInterpreter();
  return interpreter === undefined ? section : { ...(section as object), pythonPath: [interpreter] };
}

/** The little of the Python extension's interface that is used here. */
interface PythonExtension {
  readonly environments?: {
    getActiveEnvironmentPath?(): { readonly path?: unknown };
    readonly onDidChangeActiveEnvironmentPath?: vscode.Event<unknown>;
    readonly known?: readonly PythonEnvironment[];
  };
}

export interface PythonEnvironment {
  readonly path?: unknown;
  readonly environment?: { readonly name?: string };
}

/** The Python extension's interface, once it runs; undefined where it is not there. */
export async function pythonExtension(): Promise<PythonExtension | undefined> {
  const python = vscode.extensions.getExtension<PythonExtension>("ms-python.python");
  return python && (python.isActive ? python.exports : await python.activate());
}

/** Told once the Python extension runs, which it does where there is Python, and whenever another interpreter is chosen. */
export function onInterpreter(onChange: () => void): vscode.Disposable {
  const subscriptions: vscode.Disposable[] = [];
  let isDone = false;
  const look = async (): Promise<void> => {
    if (isDone || !vscode.workspace.textDocuments.some(({ languageId }) => languageId === "python")) return;
    isDone = true;
    const environments = (await pythonExtension().catch(() => undefined))?.environments;
    if (!environments) return;
    const changes = environments.onDidChangeActiveEnvironmentPath?.(() => onChange());
    if (changes) subscriptions.push(changes);
    onChange();
  };
  subscriptions.push(vscode.workspace.onDidOpenTextDocument(() => void look()));
  void look();
  return new vscode.Disposable(() => {
    for (const subscription of subscriptions) subscription.dispose();
  });
}

function chosenInterpreter(): string | undefined {
  const python = vscode.extensions.getExtension<PythonExtension>("ms-python.python");
  if (!python?.isActive) return undefined;
  const found = python.exports.environments?.getActiveEnvironmentPath?.().path;
  // `python` alone is whatever the shell finds.
  return typeof found === "string" && path.isAbsolute(found) ? found : undefined;
}
