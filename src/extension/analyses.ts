/**
 * The server's analyses as the views see them: asked for once a version, dropped when the server says there is a new
 * one. Remembers which inputs were chosen; the network in focus is focus.ts's.
 */
import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { entryOf } from "../engine/base/table.ts";
import type { FileAnalysis } from "../engine/contract/engine.types.ts";
import type { Report } from "../engine/contract/report.ts";
import { emptyAnalysis, withFocus } from "../present/focus.ts";
import type { ChosenView } from "../protocol/plugin.ts";
import {
  ANALYZE,
  ANALYZE_TEXT,
  ANALYZED,
  type AnalyzedParams,
  type AnalyzeResult,
  type AnalyzeTextParams,
  FOCUS,
  type FocusParams,
  LOOK_AT,
  type LookAtParams,
  REWRITE,
  type RewriteParams,
  type RewriteResult,
  SIMULATE,
  type SimulateParams,
  type SimulateResult,
  SUGGEST,
  type SuggestParams,
  type SuggestResult,
} from "../protocol/requests.ts";
import { fileOf } from "../server/uris.ts";
import { FocusMemory } from "./focus.ts";
import { readSettings } from "./settings.ts";

type Inputs = Record<string, readonly string[]>;

const INPUTS_KEY = "convlens.inputs";

export class Analyses implements vscode.Disposable {
  readonly #client: LanguageClient;
  readonly #memory: vscode.Memento;
  readonly #known = new Map<string, Promise<FileAnalysis | null>>();
  readonly #running = new Map<string, vscode.CancellationTokenSource>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #subscriptions: vscode.Disposable[];

  /** A file's analysis, chosen network or input is new. */
  readonly onDidChange = this.#changed.event;

  /** The network in focus, which all views show. */
  readonly focus: FocusMemory;

  constructor(client: LanguageClient, memory: vscode.Memento) {
    this.#client = client;
    this.focus = new FocusMemory(memory);
    this.#memory = memory;
    this.#subscriptions = [
      this.#changed,
      client.onNotification(ANALYZED, ({ uri }: AnalyzedParams) => {
        this.#forgetClosedFocus();
        this.#forget(vscode.Uri.parse(uri));
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#known.delete(uri.toString())),
      this.focus,
      this.focus.onDidChange(() => this.#tellFocus()),
    ];
    if (this.focus.current) this.#tellFocus();
  }

  get(uri: vscode.Uri): Promise<FileAnalysis | null> {
    const key = uri.toString();
    const known = this.#known.get(key);
    if (known) return known;
    const asked = this.#ask(key);
    this.#known.set(key, asked);
    asked.catch(() => this.#known.delete(key));
    return asked;
  }

  /** Of the text as it is now, whatever was known before. */
  newest(uri: vscode.Uri): Promise<FileAnalysis | null> {
    return this.#ask(uri.toString());
  }

  /** Stops the analysis under way; who waits for it is told so. True when there was one. */
  cancel(uri: vscode.Uri): boolean {
    const running = this.#running.get(uri.toString());
    running?.cancel();
    return running !== undefined;
  }

  /** The file as it is on disk or in the editor, asked for without keeping the answer. */
  look(uri: vscode.Uri, token: vscode.CancellationToken): Promise<FileAnalysis | null> {
    const key = uri.toString();
    return (
      this.#known.get(key) ??
      this.#client.sendRequest<AnalyzeResult>(ANALYZE, { uri: key, inputs: this.#inputs(key) }, token)
    );
  }

  /** The same file with another text, such as that of a commit. */
  ofText(uri: vscode.Uri, text: string): Promise<FileAnalysis | null> {
    const params: AnalyzeTextParams = { uri: uri.toString(), text, inputs: this.#inputs(uri.toString()) };
    return this.#client.sendRequest<AnalyzeResult>(ANALYZE_TEXT, params);
  }

  simulate(uri: vscode.Uri, network: string, options: Omit<SimulateParams, "uri" | "network">) {
    const input = entryOf(this.#inputs(uri.toString()), network);
    const params: SimulateParams = { uri: uri.toString(), network, ...options, ...(input && { input }) };
    return this.#client.sendRequest<SimulateResult>(SIMULATE, params);
  }

  suggest(uri: vscode.Uri, network: string, options: Omit<SuggestParams, "uri" | "network">) {
    const input = entryOf(this.#inputs(uri.toString()), network);
    const params: SuggestParams = { uri: uri.toString(), network, ...options, ...(input && { input }) };
    return this.#client.sendRequest<SuggestResult>(SUGGEST, params);
  }

  rewrite(uri: vscode.Uri, network: string, layers: RewriteParams["layers"]) {
    const input = entryOf(this.#inputs(uri.toString()), network);
    const { rewriteStyle: style } = readSettings();
    const options = { ...(style && { style }), ...(input && { input }) };
    const params: RewriteParams = { uri: uri.toString(), network, layers, ...options };
    return this.#client.sendRequest<RewriteResult>(REWRITE, params);
  }

  /** The report of the network that the user looks at: the one in focus, else the file's main root. */
  active(uri: vscode.Uri, analysis: FileAnalysis): Report | undefined {
    const focused = this.focus.current;
    const network = focused?.uri.toString() === uri.toString() ? focused.network : undefined;
    return analysis.reports.find((each) => each.network === network) ?? analysis.reports[0];
  }

  /** The report of the network in focus; undefined where there is none, or it cannot be read. */
  async focused(): Promise<{ readonly uri: vscode.Uri; readonly report: Report } | undefined> {
    const focused = this.focus.current;
    const analysis = focused && (await this.get(focused.uri).catch(() => null));
    const report = analysis?.reports.find(({ network }) => network === focused?.network);
    return focused && report && { uri: focused.uri, report };
  }

  /** The analysis of a file, with the network in focus where that runs through it. */
  async inFocus(uri: vscode.Uri): Promise<FileAnalysis | null> {
    const own = await this.get(uri);
    const focused = this.focus.current;
    if (!focused || focused.uri.toString() === uri.toString()) return own;
    const analysis = await this.get(focused.uri).catch(() => null);
    const { network } = focused;
    const shown = own ?? emptyAnalysis(fileOf(uri.toString()));
    return (analysis && withFocus(shown, { analysis, network })) ?? own;
  }

  /** What was chosen for each file, for the plugin that analyses by itself. */
  views(): Readonly<Record<string, ChosenView>> {
    const inputs = this.#memory.get<Record<string, Inputs>>(INPUTS_KEY) ?? {};
    const focused = this.focus.current;
    const keys = new Set([...(focused ? [focused.uri.toString()] : []), ...Object.keys(inputs)]);
    return Object.fromEntries(
      [...keys].map((key) => {
        const active = focused?.uri.toString() === key ? focused.network : undefined;
        return [fileOf(key), { ...(active !== undefined && { active }), inputs: this.#inputs(key) }];
      }),
    );
  }

  /** The file of the active editor is answered before others, and what is on the screen before the rest of it. */
  lookAt(uri: vscode.Uri | undefined, sight: Omit<LookAtParams, "uri"> = {}): void {
    const params: LookAtParams = uri ? { uri: uri.toString(), ...sight } : {};
    void this.#client.sendNotification(LOOK_AT, params);
  }

  /** Puts a network in focus. */
  choose(uri: vscode.Uri, network: string): void {
    const before = this.focus.current?.uri;
    this.focus.set({ uri, network });
    this.#changed.fire(uri);
    if (before && before.toString() !== uri.toString()) this.#changed.fire(before);
  }

  /** An empty list goes back to the input that the file itself suggests. */
  async setInput(uri: vscode.Uri, network: string, input: readonly string[]): Promise<void> {
    const key = uri.toString();
    const { [network]: _, ...others } = this.#inputs(key);
    const inputs = input.length > 0 ? { ...others, [network]: input } : others;
    await this.#memory.update(INPUTS_KEY, {
      ...this.#memory.get<Record<string, Inputs>>(INPUTS_KEY),
      [key]: inputs,
    });
    if (this.focus.current?.uri.toString() === key) this.#tellFocus();
    this.#forget(uri);
  }

  refresh(): void {
    const keys = [...this.#known.keys()];
    for (const key of keys) this.#forget(vscode.Uri.parse(key));
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #inputs(key: string): Inputs {
    return entryOf(this.#memory.get<Record<string, Inputs>>(INPUTS_KEY), key) ?? {};
  }

  #ask(key: string): Promise<AnalyzeResult> {
    const source = new vscode.CancellationTokenSource();
    this.#running.set(key, source);
    const params = { uri: key, inputs: this.#inputs(key) };
    return this.#client.sendRequest<AnalyzeResult>(ANALYZE, params, source.token).finally(() => {
      if (this.#running.get(key) === source) this.#running.delete(key);
      source.dispose();
    });
  }

  /** What a file that is not open imports may have changed, and nothing tells of it. */
  #forgetClosedFocus(): void {
    const key = this.focus.current?.uri.toString();
    const isOpen = vscode.workspace.textDocuments.some(({ uri }) => uri.toString() === key);
    if (key !== undefined && !isOpen) this.#known.delete(key);
  }

  #tellFocus(): void {
    const { uri, network } = this.focus.current ?? {};
    const key = uri?.toString();
    const params: FocusParams =
      key === undefined || network === undefined ? {} : { uri: key, network, inputs: this.#inputs(key) };
    void this.#client.sendNotification(FOCUS, params);
  }

  #forget(uri: vscode.Uri): void {
    this.#known.delete(uri.toString());
    this.#changed.fire(uri);
  }
}
