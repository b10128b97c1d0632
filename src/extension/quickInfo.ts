/**
 * The TypeScript language-service plugin seen from the extension. Both it and the language server can tell a layer's
 * cost at the same place, so VS Code is asked for TypeScript's own hover, and the server's is shown if that has no figures.
 */
import * as vscode from "vscode";
import { hasFigures, PLUGIN } from "../protocol/plugin.ts";
import { looksLikeModelCode } from "../server/recognize.ts";
import type { Analyses } from "./analyses.ts";
import { readSettings } from "./settings.ts";

const SCRIPTS = ["typescript", "typescriptreact", "javascript", "javascriptreact"];

/** The little of the TypeScript extension's interface that is used here. */
interface TypeScriptExtension {
  getAPI?(version: 0): { configurePlugin(plugin: string, configuration: object): void } | undefined;
}

export class QuickInfo implements vscode.Disposable {
  readonly #subscriptions: vscode.Disposable[] = [];
  #views: () => object = () => ({});
  #configured = "";
  /** Places that are asked about now: there, the server's hover stands back. */
  readonly #asked = new Set<string>();

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

  /** The server's hover, or none where TypeScript's has the figures. */
  async choose(
    document: vscode.TextDocument,
    position: vscode.Position,
    own: () => vscode.ProviderResult<vscode.Hover>,
  ): Promise<vscode.Hover | null | undefined> {
    const { languageId, uri } = document;
    if (!SCRIPTS.includes(languageId)) return own();
    const place = `${uri} ${position.line}:${position.character}`;
    if (this.#asked.has(place)) return undefined;
    if (!looksLikeModelCode(languageId, document.getText())) return own();
    this.#configure();
    this.#asked.add(place);
    try {
      // At the same time, so that both see tsserver in the same state.
      const [hover, told] = await Promise.all([own(), hasFiguresAt(uri, position)]);
      return told ? undefined : hover;
    } finally {
      this.#asked.delete(place);
    }
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #configure(): void {
    const { unit, defaultInput, hover, steps, milliseconds } = readSettings();
    const configuration = {
      ...{ unit, defaultInput, hover: { enabled: hover }, limits: { steps, milliseconds } },
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

async function hasFiguresAt(uri: vscode.Uri, position: vscode.Position): Promise<boolean> {
  const command = "vscode.executeHoverProvider";
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(command, uri, position);
  return hovers
    .flatMap(({ contents }) => contents)
    .some((content) => hasFigures(typeof content === "string" ? content : content.value));
}
