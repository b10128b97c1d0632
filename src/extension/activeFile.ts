/** The file that the user works on and its newest analysis; sidebar, tree, status bar and menus follow it. */
import * as vscode from "vscode";
import type { FileAnalysis } from "../engine/engine.types.ts";
import type { Report } from "../engine/report/contract.ts";
import type { Analyses } from "./analyses.ts";
import { LANGUAGES } from "./client.ts";

export interface ActiveAnalysis {
  readonly uri: vscode.Uri;
  /** null when the file is not model code. */
  readonly analysis: FileAnalysis | null;
  readonly report: Report | undefined;
}

export class ActiveFile implements vscode.Disposable {
  readonly #analyses: Analyses;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable[];
  #uri: vscode.Uri | undefined;
  #current: ActiveAnalysis | undefined;

  readonly onDidChange = this.#changed.event;

  constructor(analyses: Analyses) {
    this.#analyses = analyses;
    this.#subscriptions = [
      this.#changed,
      vscode.window.onDidChangeActiveTextEditor((editor) => this.#follow(editor)),
      analyses.onDidChange((uri) => {
        if (uri.toString() === this.#uri?.toString()) void this.#update();
      }),
    ];
    // After a reload the focus may be in the panel, with the file beside it.
    this.#follow(vscode.window.activeTextEditor ?? vscode.window.visibleTextEditors[0]);
  }

  get current(): ActiveAnalysis | undefined {
    return this.#current;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  /** A panel or an output view that takes the focus leaves the last file in place; another file replaces it. */
  #follow(editor: vscode.TextEditor | undefined): void {
    if (!editor && vscode.window.visibleTextEditors.length > 0) return;
    const uri = editor && LANGUAGES.includes(editor.document.languageId) ? editor.document.uri : undefined;
    if (uri?.toString() === this.#uri?.toString()) return;
    this.#uri = uri;
    void this.#update();
  }

  async #update(): Promise<void> {
    const uri = this.#uri;
    const analysis = uri ? await this.#analyses.get(uri).catch(() => null) : null;
    if (uri?.toString() !== this.#uri?.toString()) return;
    this.#current = uri && {
      uri,
      analysis,
      report: analysis ? this.#analyses.active(uri, analysis) : undefined,
    };
    void vscode.commands.executeCommand(
      "setContext",
      "convlens.hasNetworks",
      this.#current?.report !== undefined,
    );
    this.#changed.fire();
  }
}
