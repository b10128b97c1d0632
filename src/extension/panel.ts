/**
 * The panel "Profile Network": one webview that shows one network of one file, follows its edits and the cursor, and
 * comes back after a reload.
 */
import * as vscode from "vscode";
import type { FileAnalysis } from "../engine/contract/engine.types.ts";
import type { Report } from "../engine/contract/report.ts";
import { callAt } from "../present/calls.ts";
import { missingPackages } from "../present/missingPackages.ts";
import { needsArguments, reasonText, tooMuch } from "../present/reason.ts";
import { layersAt } from "../present/sites.ts";
import { parseFromPanel } from "../protocol/fromWebview.ts";
import { type FromPanel, PANEL_ABILITIES, type PanelAbility, type ToPanel } from "../protocol/messages.ts";
import { sweepOptions, sweptAnswer } from "../protocol/swept.ts";
import type { Analyses } from "./analyses.ts";
import type { Earlier } from "./earlier.ts";
import { saveExport } from "./exports.ts";
import { makeNonce, page } from "./html.ts";
import { reveal, toUri } from "./places.ts";
import { applySwap } from "./rewrite.ts";
import { readSettings, setUnit } from "./settings.ts";

const VIEW_TYPE = "convlens.panel";
/** Milliseconds of waiting that can be felt. */
const BUSY_AFTER = 500;
const TARGET_KEY = "convlens.panel.target";

interface Target {
  readonly uri: vscode.Uri;
  readonly network: string | undefined;
}

export class Panel implements vscode.Disposable, vscode.WebviewPanelSerializer {
  readonly #context: vscode.ExtensionContext;
  readonly #analyses: Analyses;
  readonly #earlier: Earlier;
  readonly #subscriptions: vscode.Disposable[];
  #panel: vscode.WebviewPanel | undefined;
  #target: Target | undefined;
  /** The page's script listens; what is sent before is lost. */
  #ready = false;
  /** What the page has a picture of, and since when that is out of date. */
  #pictured: Report | undefined;
  #staleSince: string | undefined;
  /** Layers to select once the page has their network. */
  #pending:
    | { readonly layers: readonly string[]; readonly swap: boolean; readonly explain: boolean }
    | undefined;

  constructor(context: vscode.ExtensionContext, analyses: Analyses, earlier: Earlier) {
    this.#context = context;
    this.#analyses = analyses;
    this.#earlier = earlier;
    this.#subscriptions = [
      vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, this),
      analyses.onDidChange((uri) => {
        if (uri.toString() === this.#target?.uri.toString()) void this.#update();
      }),
      analyses.focus.onDidChange(() => this.#followFocus()),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => void this.#followCursor(textEditor)),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("convlens")) void this.#update();
      }),
    ];
  }

  async show(
    uri: vscode.Uri,
    network: string | undefined,
    layers?: readonly string[],
    how: "select" | "swap" | "explain" = "select",
  ): Promise<void> {
    this.#aim({ uri, network });
    this.#pending = layers && { layers, swap: how === "swap", explain: how === "explain" };
    if (this.#panel) this.#panel.reveal(undefined, true);
    else {
      const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
      this.#adopt(
        vscode.window.createWebviewPanel(VIEW_TYPE, "ConvLens", column, { enableFindWidget: true }),
      );
    }
    await this.#update();
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const target = parseTarget(state) ?? parseTarget(this.#context.workspaceState.get(TARGET_KEY));
    if (target) this.#aim(target);
    this.#adopt(panel);
  }

  dispose(): void {
    this.#panel?.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #aim(target: Target): void {
    const same =
      target.uri.toString() === this.#target?.uri.toString() && target.network === this.#target.network;
    if (!same) this.#pictured = undefined;
    this.#target = target;
    if (target.network !== undefined) this.#analyses.choose(target.uri, target.network);
    const memory = { uri: target.uri.toString(), network: target.network };
    void this.#context.workspaceState.update(TARGET_KEY, memory);
  }

  #adopt(panel: vscode.WebviewPanel): void {
    this.#panel = panel;
    this.#ready = false;
    this.#pictured = undefined;
    const folder = vscode.Uri.joinPath(this.#context.extensionUri, "dist", "webview");
    const { webview } = panel;
    webview.options = { enableScripts: true, localResourceRoots: [folder] };
    webview.onDidReceiveMessage((message: unknown) => {
      const parsed = parseFromPanel(message);
      if (parsed) void this.#receive(parsed);
    });
    panel.iconPath = vscode.Uri.joinPath(this.#context.extensionUri, "media", "icon.png");
    panel.onDidDispose(() => {
      if (this.#panel !== panel) return;
      this.#panel = undefined;
      this.#earlier.close();
    });
    webview.html = page({
      title: "ConvLens",
      script: webview.asWebviewUri(vscode.Uri.joinPath(folder, "panel.js")).toString(),
      style: webview.asWebviewUri(vscode.Uri.joinPath(folder, "panel.css")).toString(),
      cspSource: webview.cspSource,
      nonce: makeNonce(),
      locale: vscode.env.language,
    });
  }

  async #receive(message: FromPanel): Promise<void> {
    const target = this.#target;
    switch (message.type) {
      case "ready":
        this.#ready = true;
        this.#pictured = undefined;
        return this.#update();
      case "reveal":
        return reveal(message.at);
      case "setUnit":
        return setUnit(message.unit);
      case "setInput":
        return target && this.#analyses.setInput(target.uri, message.network, message.input);
      case "setNetwork":
        if (target) this.#aim({ uri: target.uri, network: message.network });
        return this.#update();
      case "setArguments":
        await vscode.commands.executeCommand(
          "convlens.setArguments",
          target?.uri.toString(),
          message.network,
        );
        return;
      case "cancel":
        if (target) this.#analyses.cancel(target.uri);
        return;
      case "refresh":
        return this.#analyses.refresh();
      case "getSources":
        // Those of the file that is shown here, whichever is edited.
        await vscode.commands.executeCommand("convlens.getSources", undefined, target?.uri.toString());
        return;
      case "chooseEnvironment":
        await vscode.commands.executeCommand("convlens.chooseEnvironment");
        return;
      case "compare":
        await vscode.commands.executeCommand("convlens.compare", target?.uri.toString(), target?.network);
        return;
      case "scale":
        return target && this.#scale(target.uri, message);
      case "sweep":
        return target && this.#sweep(target.uri, message);
      case "suggest":
        return target && this.#suggest(target.uri, message);
      case "apply":
        return target && applySwap(this.#analyses, target.uri, message.network, message.layers);
      case "export": {
        const report = this.#pictured;
        const label = target && vscode.workspace.asRelativePath(target.uri);
        if (target && report && label !== undefined) {
          await saveExport(this.#context, message, { report, label, uri: target.uri });
        }
        return;
      }
    }
  }

  /** The network at α and ρ, without swaps: those the page adds by itself. */
  async #scale(uri: vscode.Uri, { network, scaling }: Extract<FromPanel, { type: "scale" }>): Promise<void> {
    const { alpha, rho, round } = scaling;
    const options = { swap: "none" as const, alpha, rho, round: alpha === 1 ? 1 : round };
    const result = await this.#analyses
      .simulate(uri, network, options)
      .catch((error: unknown) => ({ ok: false as const, reason: String(error) }));
    this.#post(
      result.ok
        ? { type: "scaled", network, scaling, report: result.simulation.after }
        : {
            type: "scaled",
            network,
            scaling,
            report: null,
            reason: reasonText(result.reason, vscode.l10n.t),
          },
    );
  }

  /** One cell: the page asks for the next one when it has this. */
  async #sweep(uri: vscode.Uri, asked: Extract<FromPanel, { type: "sweep" }>): Promise<void> {
    const result = await this.#analyses
      .simulate(uri, asked.network, sweepOptions(asked))
      .catch((error: unknown) => ({ ok: false as const, reason: String(error) }));
    this.#post(sweptAnswer(asked, result, (reason) => reasonText(reason, vscode.l10n.t)));
  }

  /** What reaches a budget that swaps alone do not reach. */
  async #suggest(
    uri: vscode.Uri,
    { network, budgetMacs, round }: Extract<FromPanel, { type: "suggest" }>,
  ): Promise<void> {
    const result = await this.#whileBusy(this.#analyses.suggest(uri, network, { budgetMacs, round })).catch(
      (error: unknown) => ({ ok: false as const, reason: String(error) }),
    );
    const answer = result.ok
      ? { suggestion: result.suggestion }
      : { suggestion: null, reason: reasonText(result.reason, vscode.l10n.t) };
    this.#post({ type: "suggested", network, budgetMacs, ...answer });
  }

  async #update(): Promise<void> {
    if (!this.#panel || !this.#ready) return;
    const target = this.#target;
    if (!target)
      return this.#post({
        type: "empty",
        reason: vscode.l10n.t("Open a model file and profile one of its networks."),
      });
    const analysis = await this.#whileBusy(this.#analyses.get(target.uri)).catch(() => undefined);
    if (target !== this.#target) return;
    if (analysis === undefined) {
      return this.#lose(target, { reason: vscode.l10n.t("The analysis was stopped."), retry: true });
    }
    const report =
      analysis?.reports.find(({ network }) => network === target.network) ??
      (target.network === undefined ? analysis?.reports[0] : undefined);
    if (report && !this.#isDamage(analysis, report)) return this.#picture(target, report);
    const missing =
      analysis && vscode.workspace.isTrusted ? missingPackages(analysis).map(({ name }) => name) : [];
    this.#lose(target, { ...gapOf(analysis, target.network), ...(missing.length > 0 && { missing }) });
  }

  /** What could be read of broken text is less than the picture that is there. */
  #isDamage(analysis: FileAnalysis | null, report: Report): boolean {
    const broken = analysis?.diagnostics.some(
      ({ code, at }) => code === "syntax" && at.file === analysis.file,
    );
    const known = this.#pictured?.network === report.network && this.#pictured.totals.macs !== null;
    return broken === true && known && report.totals.macs === null;
  }

  /** A wait that can be felt is shown, with a way out. */
  async #whileBusy<T>(work: Promise<T>): Promise<T> {
    const timer = setTimeout(() => this.#post({ type: "busy", busy: true }), BUSY_AFTER);
    try {
      return await work;
    } finally {
      clearTimeout(timer);
      this.#post({ type: "busy", busy: false });
    }
  }

  #picture({ uri }: Target, report: Report): void {
    const { unit, budgetMacs, devices } = readSettings();
    this.#earlier.open(uri, report);
    if (this.#panel) this.#panel.title = report.network;
    this.#pictured = report;
    this.#staleSince = undefined;
    this.#post({
      ...{ type: "report", report, unit, locale: vscode.env.language, budgetMacs },
      ...{ abilities: abilities(), label: vscode.workspace.asRelativePath(uri), devices },
    });
    if (this.#pending) this.#post({ type: "select", ...this.#pending });
    this.#pending = undefined;
  }

  /** Without a figure the last good picture stays, marked; without a picture the page says why. */
  #lose(target: Target, gap: Gap): void {
    if (
      this.#pictured === undefined ||
      (target.network !== undefined && target.network !== this.#pictured.network)
    ) {
      const network = gap.network ?? target.network;
      this.#post({ type: "empty", ...gap, ...(network !== undefined && { network }) });
      return;
    }
    const { reason, retry = false } = gap;
    this.#staleSince ??= new Date().toISOString();
    this.#post({ type: "stale", since: this.#staleSince, reason, retry });
  }

  /** Another network is in focus: the panel shows that one. */
  #followFocus(): void {
    const { current } = this.#analyses.focus;
    const { uri, network } = this.#target ?? {};
    if (!this.#panel || !current) return;
    if (current.network === network && current.uri.toString() === uri?.toString()) return;
    this.#aim(current);
    void this.#update();
  }

  async #followCursor({ document, selection }: vscode.TextEditor): Promise<void> {
    const network = this.#pictured?.network;
    if (!this.#panel || !this.#ready || network === undefined) return;
    const analysis = await this.#analyses.inFocus(document.uri).catch(() => null);
    if (!analysis?.reports.some((report) => report.network === network)) return;
    const { line, character } = selection.active;
    const position = { line: line + 1, column: character + 1 };
    const found = callAt(analysis, position, network) ?? layersAt(analysis, position, network);
    const layers = found?.report.network === network ? found.layers.map(({ name }) => name) : [];
    this.#post({ type: "select", layers });
  }

  #post(message: ToPanel): void {
    void this.#panel?.webview.postMessage(message);
  }
}

/** In a workspace that is not trusted nothing is got. */
function abilities(): readonly PanelAbility[] {
  return PANEL_ABILITIES.filter((ability) => ability !== "sources" || vscode.workspace.isTrusted);
}

/** What the page is told when there is no figure. */
type Gap = Omit<Extract<ToPanel, { type: "empty" }>, "type">;

/** Why there is no figure: the network's own reason, else what is wrong with the text. */
function gapOf(analysis: FileAnalysis | null, network: string | undefined): Gap {
  if (!analysis) return { reason: vscode.l10n.t("There is no network in this file.") };
  const failure = analysis.failures.find((each) => each.network === network || network === undefined);
  if (failure) {
    const reason = reasonText(failure.reason, vscode.l10n.t);
    const isOpen = needsArguments(failure.reason);
    return { reason, network: failure.network, at: failure.at, ...(isOpen && { needsArguments: true }) };
  }
  const syntax = analysis.diagnostics.find(({ code, at }) => code === "syntax" && at.file === analysis.file);
  const limit = tooMuch(analysis);
  if (limit) return { reason: limit.message, at: limit.at, isTooMuch: true };
  return syntax
    ? { reason: vscode.l10n.t("line {0}: {1}", syntax.at.line, syntax.message), at: syntax.at }
    : { reason: vscode.l10n.t("The network cannot be read any more.") };
}

function parseTarget(state: unknown): Target | undefined {
  if (typeof state !== "object" || state === null || !("uri" in state) || typeof state.uri !== "string")
    return undefined;
  const network = "network" in state && typeof state.network === "string" ? state.network : undefined;
  return { uri: toUri(state.uri), network };
}
