/** The dashboard in the activity bar: the active file's networks, their totals and dearest layers. */
import * as vscode from "vscode";
import { totalText } from "../present/cost.ts";
import { missingPackages } from "../present/missingPackages.ts";
import { tooMuch } from "../present/reason.ts";
import { parseFromSidebar } from "../protocol/fromWebview.ts";
import type { SidebarFocus, ToSidebar } from "../protocol/messages.ts";
import type { ActiveAnalysis, ActiveFile } from "./activeFile.ts";
import { dashboardNetworks } from "./dashboard.ts";
import type { Earlier } from "./earlier.ts";
import { makeNonce, page } from "./html.ts";
import { reveal } from "./places.ts";
import { readSettings } from "./settings.ts";
import type { WorkspaceScan } from "./workspaceScan.ts";

export class Sidebar implements vscode.Disposable, vscode.WebviewViewProvider {
  readonly #context: vscode.ExtensionContext;
  readonly #active: ActiveFile;
  readonly #earlier: Earlier;
  readonly #scan: WorkspaceScan;
  readonly #subscriptions: vscode.Disposable[];
  #view: vscode.WebviewView | undefined;
  #ready = false;

  constructor(
    context: vscode.ExtensionContext,
    active: ActiveFile,
    { earlier, scan }: { readonly earlier: Earlier; readonly scan: WorkspaceScan },
  ) {
    this.#context = context;
    this.#active = active;
    this.#earlier = earlier;
    this.#scan = scan;
    this.#subscriptions = [
      vscode.window.registerWebviewViewProvider("convlens.dashboard", this),
      active.onDidChange(() => this.#update()),
      earlier.onDidChange(() => this.#update()),
      scan.onDidChange(() => this.#updateWorkspace()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("convlens")) this.#update();
      }),
    ];
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    const folder = vscode.Uri.joinPath(this.#context.extensionUri, "dist", "webview");
    const { webview } = view;
    this.#view = view;
    this.#ready = false;
    webview.options = { enableScripts: true, localResourceRoots: [folder] };
    webview.onDidReceiveMessage((message: unknown) => this.#receive(message));
    view.onDidDispose(() => {
      if (this.#view === view) this.#view = undefined;
    });
    webview.html = page({
      title: "ConvLens",
      script: webview.asWebviewUri(vscode.Uri.joinPath(folder, "sidebar.js")).toString(),
      style: webview.asWebviewUri(vscode.Uri.joinPath(folder, "sidebar.css")).toString(),
      cspSource: webview.cspSource,
      nonce: makeNonce(),
      locale: vscode.env.language,
    });
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #receive(message: unknown): void {
    const parsed = parseFromSidebar(message);
    switch (parsed?.type) {
      case "ready":
        this.#ready = true;
        this.#update();
        this.#updateWorkspace();
        break;
      case "scan":
        void this.#scan.start();
        break;
      case "cancelScan":
        this.#scan.cancel();
        break;
      case "getSources":
      case "chooseEnvironment":
      case "chooseNetwork":
        void vscode.commands.executeCommand(`convlens.${parsed.type}`);
        break;
      case "setArguments":
        void vscode.commands.executeCommand(
          "convlens.setArguments",
          this.#homeOf(parsed.network)?.toString(),
          parsed.network,
        );
        break;
      case "reveal":
        void reveal(parsed.at);
        break;
      case "profile":
        void vscode.commands.executeCommand(
          "convlens.profileNetwork",
          parsed.uri ?? this.#homeOf(parsed.network)?.toString(),
          parsed.network,
        );
    }
  }

  /** The file that has a network which is shown: the one in focus may be another file's. */
  #homeOf(network: string): vscode.Uri | undefined {
    const { uri, home, report } = this.#active.current ?? {};
    return network === report?.network ? home : uri;
  }

  /** The network in focus, where the file that is shown has no part in it. */
  #focusElsewhere(): SidebarFocus | undefined {
    const { analysis, home, report } = this.#active.current ?? {};
    if (!home || !report || analysis?.reports.some((each) => each.network === report.network))
      return undefined;
    const { unit } = readSettings();
    return {
      network: report.network,
      uri: home.toString(),
      file: vscode.workspace.asRelativePath(home),
      total: totalText(report, { unit, t: vscode.l10n.t }),
    };
  }

  #update(): void {
    if (!this.#ready) return;
    const current = this.#active.current;
    const analysis = current?.analysis;
    const { unit, budgetMacs } = readSettings();
    const focus = this.#focusElsewhere();
    const limit = tooMuch(analysis);
    const message: ToSidebar =
      current && analysis && analysis.reports.length + analysis.failures.length > 0
        ? {
            type: "networks",
            file: vscode.workspace.asRelativePath(current.uri),
            unit,
            budgetMacs,
            locale: vscode.env.language,
            ...(focus && { focus }),
            missing: vscode.workspace.isTrusted ? missingPackages(analysis).map(({ name }) => name) : [],
            networks: dashboardNetworks(
              analysis,
              (report) => this.#earlier.of(current.uri, report),
              vscode.l10n.t,
              current.report?.network,
            ),
          }
        : {
            type: "empty",
            reason: limit?.message ?? emptyReason(current?.state),
            ...(limit && { isTooMuch: true }),
            ...(focus && { focus }),
            locale: vscode.env.language,
          };
    void this.#view?.webview.postMessage(message);
  }

  #updateWorkspace(): void {
    const { found } = this.#scan;
    if (!this.#ready || !found) return;
    const { unit } = readSettings();
    const message: ToSidebar = { type: "workspace", workspace: found, unit, locale: vscode.env.language };
    void this.#view?.webview.postMessage(message);
  }
}

function emptyReason(state: ActiveAnalysis["state"] | undefined): string {
  switch (state) {
    case "known":
      return vscode.l10n.t("There is no network in this file.");
    case "waiting":
      return vscode.l10n.t("Reading the network…");
    case "stopped":
      return vscode.l10n.t("The analysis was stopped.");
    case undefined:
      return vscode.l10n.t("Open a file with model code to see what its layers cost.");
  }
}
