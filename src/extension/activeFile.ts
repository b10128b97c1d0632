/** The file that the user works on and its newest analysis; sidebar, tree, status bar and menus follow it. */
import * as vscode from "vscode";
import type { FileAnalysis } from "../engine/contract/engine.types.ts";
import type { Report } from "../engine/contract/report.ts";
import type { LookAtParams } from "../protocol/requests.ts";
import type { Analyses } from "./analyses.ts";
import { LANGUAGES } from "./client.ts";

/** Milliseconds of waiting that can be felt. */
const BUSY_AFTER = 500;
/** Milliseconds without scrolling after which a place is looked at. */
const LOOKS_AFTER = 100;

export interface ActiveAnalysis {
  readonly uri: vscode.Uri;
  readonly state: "known" | "waiting" | "stopped";
  /** null when the file is not model code, and unless it is known. */
  readonly analysis: FileAnalysis | null;
  /** Of the network in focus; with none chosen, of the file's own main network. */
  readonly report: Report | undefined;
  /** The file that has that network. */
  readonly home: vscode.Uri;
}

export class ActiveFile implements vscode.Disposable {
  readonly #analyses: Analyses;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable[];
  #uri: vscode.Uri | undefined;
  #current: ActiveAnalysis | undefined;
  #looking: NodeJS.Timeout | undefined;

  readonly onDidChange = this.#changed.event;

  constructor(analyses: Analyses) {
    this.#analyses = analyses;
    this.#subscriptions = [
      this.#changed,
      vscode.window.onDidChangeActiveTextEditor((editor) => this.#follow(editor)),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.#look(textEditor)),
      vscode.window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => this.#look(textEditor)),
      analyses.onDidChange((uri) => {
        const isShown = [this.#uri, analyses.focus.current?.uri].some(
          (each) => each?.toString() === uri.toString(),
        );
        if (isShown) void this.#update();
      }),
      analyses.focus.onDidChange(() => void this.#update()),
    ];
    // After a reload the focus may be in the panel, with the file beside it.
    this.#follow(vscode.window.activeTextEditor ?? vscode.window.visibleTextEditors[0]);
  }

  get current(): ActiveAnalysis | undefined {
    return this.#current;
  }

  dispose(): void {
    clearTimeout(this.#looking);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  /** A panel or an output view that takes the focus leaves the last file in place; another file replaces it. */
  #follow(editor: vscode.TextEditor | undefined): void {
    if (!editor && vscode.window.visibleTextEditors.length > 0) return;
    const uri = editor && LANGUAGES.includes(editor.document.languageId) ? editor.document.uri : undefined;
    if (uri?.toString() === this.#uri?.toString()) return;
    this.#uri = uri;
    this.#analyses.lookAt(uri, editor && sightOf(editor));
    void this.#update();
  }

  /** The server hears where the user looks, once the eye rests. */
  #look(editor: vscode.TextEditor): void {
    if (editor.document.uri.toString() !== this.#uri?.toString()) return;
    clearTimeout(this.#looking);
    this.#looking = setTimeout(() => this.#analyses.lookAt(this.#uri, sightOf(editor)), LOOKS_AFTER);
  }

  async #update(): Promise<void> {
    const uri = this.#uri;
    if (!uri) return this.#show(undefined);
    const isCurrent = (): boolean => uri.toString() === this.#uri?.toString();
    // What is known of this file stays while it is read anew; what is known of another one goes.
    const late = setTimeout(() => {
      if (!isCurrent() || this.#current?.uri.toString() === uri.toString()) return;
      this.#show({ uri, state: "waiting", analysis: null, report: undefined, home: uri });
    }, BUSY_AFTER);
    const analysis = await this.#analyses.inFocus(uri).catch(() => undefined);
    const focused = await this.#analyses.focused();
    clearTimeout(late);
    if (!isCurrent()) return;
    this.#show({
      uri,
      state: analysis === undefined ? "stopped" : "known",
      analysis: analysis ?? null,
      report: focused?.report ?? (analysis ? this.#analyses.active(uri, analysis) : undefined),
      home: focused?.uri ?? uri,
    });
  }

  #show(current: ActiveAnalysis | undefined): void {
    this.#current = current;
    void vscode.commands.executeCommand(
      "setContext",
      "convlens.hasNetworks",
      this.#current?.report !== undefined,
    );
    this.#changed.fire();
  }
}

/** In lines from 1. */
function sightOf({ selection, visibleRanges }: vscode.TextEditor): Omit<LookAtParams, "uri"> {
  const [first] = visibleRanges;
  const last = visibleRanges.at(-1);
  return {
    cursor: selection.active.line + 1,
    ...(first && last && { from: first.start.line + 1, to: last.end.line + 1 }),
  };
}
