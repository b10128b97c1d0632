/** The extension: starts the language server and sets up the views that show its answers. */
import type * as vscode from "vscode";
import { ActiveFile } from "./activeFile.ts";
import { registerAgents } from "./agents.ts";
import { Analyses } from "./analyses.ts";
import { startClient } from "./client.ts";
import { registerCommands } from "./commands.ts";
import { Comparison } from "./comparison.ts";
import { Earlier } from "./earlier.ts";
import { environmentText } from "./environment.ts";
import { SourcesOffer } from "./getSources.ts";
import { LayersTree } from "./layersTree.ts";
import { Panel } from "./panel.ts";
import { QuickInfo } from "./quickInfo.ts";
import { onInterpreter } from "./settings.ts";
import { Sidebar } from "./sidebar.ts";
import { createStatus } from "./status.ts";
import { WorkspaceScan } from "./workspaceScan.ts";

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const quickInfo = new QuickInfo();
  const client = await startClient(context, quickInfo);
  const analyses = new Analyses(client, context.workspaceState);
  quickInfo.follow(analyses);
  const active = new ActiveFile(analyses);
  const earlier = new Earlier(analyses);
  const scan = new WorkspaceScan(analyses);
  const panel = new Panel(context, analyses, earlier);
  const comparison = new Comparison(context);
  // The server asks for its settings again, and looks with them at environments and at what is kept.
  const refresh = () => client.sendNotification("workspace/didChangeConfiguration", { settings: null });
  const version = String(context.extension.packageJSON.version);
  const sources = new SourcesOffer({ active, version, refresh });
  context.subscriptions.push(
    ...[quickInfo, analyses, active, earlier, scan, panel, comparison, sources],
    ...[
      new Sidebar(context, active, { earlier, scan }),
      new LayersTree(active),
      createStatus(active, environmentText),
      onInterpreter(() => void refresh()),
    ],
    ...registerAgents(context),
    registerCommands({ analyses, active, panel, comparison, sources, scan, folder: context.extensionUri }),
  );
}

/** What was subscribed is disposed of by VS Code, the server with it. */
export function deactivate(): void {}
