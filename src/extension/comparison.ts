/** The panel "Compare": two reports side by side, in a tab of its own. */
import * as vscode from "vscode";
import { parseFromPanel } from "../protocol/fromWebview.ts";
import type { ComparedReport, ToPanel } from "../protocol/messages.ts";
import { makeNonce, page } from "./html.ts";
import { reveal } from "./places.ts";
import { readSettings } from "./settings.ts";

export class Comparison implements vscode.Disposable {
  readonly #context: vscode.ExtensionContext;
  readonly #settings: vscode.Disposable;
  #panel: vscode.WebviewPanel | undefined;
  #sides: { readonly left: ComparedReport; readonly right: ComparedReport } | undefined;

  constructor(context: vscode.ExtensionContext) {
    this.#context = context;
    this.#settings = vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("convlens.unit")) this.#send();
    });
  }

  show(left: ComparedReport, right: ComparedReport): void {
    this.#sides = { left, right };
    this.#panel ??= this.#open();
    this.#panel.title = `${left.label} ↔ ${right.label}`;
    this.#panel.reveal(undefined, true);
    this.#send();
  }

  dispose(): void {
    this.#panel?.dispose();
    this.#settings.dispose();
  }

  #open(): vscode.WebviewPanel {
    const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    const folder = vscode.Uri.joinPath(this.#context.extensionUri, "dist", "webview");
    const panel = vscode.window.createWebviewPanel("convlens.compare", "ConvLens", column, {
      enableScripts: true,
      enableFindWidget: true,
      localResourceRoots: [folder],
      // It has no state of its own worth a way to save it.
      retainContextWhenHidden: true,
    });
    const { webview } = panel;
    webview.onDidReceiveMessage((message: unknown) => {
      const parsed = parseFromPanel(message);
      if (parsed?.type === "ready") this.#send();
      else if (parsed?.type === "reveal") void reveal(parsed.at);
    });
    panel.iconPath = vscode.Uri.joinPath(this.#context.extensionUri, "media", "icon.png");
    panel.onDidDispose(() => {
      if (this.#panel === panel) this.#panel = undefined;
    });
    webview.html = page({
      title: "ConvLens",
      script: webview.asWebviewUri(vscode.Uri.joinPath(folder, "panel.js")).toString(),
      style: webview.asWebviewUri(vscode.Uri.joinPath(folder, "panel.css")).toString(),
      cspSource: webview.cspSource,
      nonce: makeNonce(),
      locale: vscode.env.language,
    });
    return panel;
  }

  #send(): void {
    if (!this.#sides) return;
    const { unit } = readSettings();
    const message: ToPanel = { type: "comparison", ...this.#sides, unit, locale: vscode.env.language };
    void this.#panel?.webview.postMessage(message);
  }
}
