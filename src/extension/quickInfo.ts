/**
 * The TypeScript language-service plugin seen from the extension. Both it and the language server could tell a layer's
 * cost at the same place: tsserver is asked each time whether the plugin does, and only if not the server's hover is
 * shown. Where tsserver cannot be asked, the plugin is told to be silent.
 */
import * as vscode from "vscode";
import { PLUGIN, TELLS, type TellsAnswer, type TellsArguments } from "../protocol/plugin.ts";
import type { Analyses } from "./analyses.ts";
import { readSettings } from "./settings.ts";

const SCRIPTS = ["typescript", "typescriptreact", "javascript", "javascriptreact"];

/** VS Code's own way to a request of tsserver; it lets commands through that begin with `_`. */
const ASK = "typescript.tsserverRequest";

/** The little of the TypeScript extension's interface that is used here. */
interface TypeScriptExtension {
  getAPI?(version: 0): { configurePlugin(plugin: string, configuration: object): void } | undefined;
}

export class QuickInfo implements vscode.Disposable {
  readonly #subscriptions: vscode.Disposable[] = [];
  #views: () => object = () => ({});
  #configured = "";
  #silent = false;

  /** Keeps the plugin's configuration at what the user chose. */
  follow(analyses: Analyses): void {
    this.#views = () => analyses.views();
    this.#subscriptions.push(
      analyses.onDidChange(() => this.#configure()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("convlens")) this.#configure();
      }),
      vscode.extensions.onDidChange(() => this.#configure()),
    );
    this.#configure();
  }

  /** Whether TypeScript's own hover has the figures of this place. */
  async tells(
    { languageId, uri }: vscode.TextDocument,
    { line, character }: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<boolean> {
    if (this.#silent || !SCRIPTS.includes(languageId)) return false;
    this.#configure();
    const question: Omit<TellsArguments, "file"> = { line: line + 1, offset: character + 1 };
    try {
      const request = { file: uri, ...question };
      const response: unknown = await vscode.commands.executeCommand(ASK, TELLS, request, {}, token);
      if (response === undefined) return this.#silence();
      return (response as { readonly body?: TellsAnswer }).body?.tells === true;
    } catch {
      // No plugin (TypeScript 7's native server has none), no such file in a project, or no tsserver at all.
      return false;
    }
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #silence(): false {
    this.#silent = true;
    this.#configure();
    return false;
  }

  #configure(): void {
    const { unit, defaultInput, hover } = readSettings();
    const configuration = {
      ...{ unit, defaultInput, hover: { enabled: hover && !this.#silent } },
      locale: vscode.env.language,
      views: this.#views(),
    };
    const text = JSON.stringify(configuration);
    const extension = vscode.extensions.getExtension<TypeScriptExtension>(
      "vscode.typescript-language-features",
    );
    // Only a file in one of its languages wakes the TypeScript extension; this one wakes for Python, too.
    if (!extension?.isActive || text === this.#configured) return;
    this.#configured = text;
    extension.exports.getAPI?.(0)?.configurePlugin(PLUGIN, configuration);
  }
}
