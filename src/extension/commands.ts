/** The commands, from the palette, a lens, a hover or a view. Arguments may come from anywhere, so they are checked. */
import * as vscode from "vscode";
import { visible } from "../engine/base/visible.ts";
import type { FileAnalysis } from "../engine/contract/engine.types.ts";
import { missingPackages } from "../present/missingPackages.ts";
import { tooMuch } from "../present/reason.ts";
import { openFailures } from "../present/sites.ts";
import { inputShapes } from "../present/text.ts";
import { parseFromPanel, parseInput } from "../protocol/fromWebview.ts";
import type { ActiveFile } from "./activeFile.ts";
import type { Analyses } from "./analyses.ts";
import { chooseNetwork } from "./chooseNetwork.ts";
import { compare } from "./compareCommand.ts";
import type { Comparison } from "./comparison.ts";
import { chooseEnvironment } from "./environment.ts";
import type { SourcesOffer } from "./getSources.ts";
import type { Panel } from "./panel.ts";
import { reveal } from "./places.ts";
import { applySwap, isTotals, reportRewrite } from "./rewrite.ts";
import { setArguments } from "./setArguments.ts";
import { readSettings, setUnit } from "./settings.ts";
import type { WorkspaceScan } from "./workspaceScan.ts";

export interface CommandContext {
  readonly analyses: Analyses;
  readonly active: ActiveFile;
  readonly panel: Panel;
  readonly comparison: Comparison;
  readonly sources: SourcesOffer;
  readonly scan: WorkspaceScan;
  /** The extension's own folder. */
  readonly folder: vscode.Uri;
}

type Handler = (context: CommandContext, ...args: unknown[]) => Promise<void>;

const COMMANDS: Readonly<Record<string, Handler>> = {
  "convlens.profileNetwork": profileNetwork,
  "convlens.revealLayer": revealLayer,
  "convlens.simulateLayer": (context, uri, network, layers) =>
    revealLayer(context, uri, network, layers, "swap"),
  "convlens.rewriteLayer": rewriteLayer,
  "convlens.reportRewrite": async ({ analyses }, uriArg, network, simulated) => {
    const uri = toUri(uriArg);
    if (uri && typeof network === "string" && isTotals(simulated))
      await reportRewrite(analyses, uri, network, simulated);
  },
  "convlens.explain": explain,
  "convlens.getSources": async ({ active, analyses, sources }, name, uri) => {
    const file = toUri(uri);
    const analysis = file ? await analyses.get(file).catch(() => null) : active.current?.analysis;
    const missing = analysis ? missingPackages(analysis).map((each) => each.name) : [];
    const wanted = typeof name === "string" ? missing.filter((each) => each === name) : missing;
    if (wanted.length === 0) return warn(vscode.l10n.t("No package is missing in this file."));
    await sources.get(wanted);
  },
  "convlens.chooseEnvironment": async () => chooseEnvironment(),
  "convlens.revealSource": async (_, at) => {
    const message = parseFromPanel({ type: "reveal", at });
    if (message?.type === "reveal") await reveal(message.at);
  },
  "convlens.chooseNetwork": chooseNetwork,
  "convlens.setArguments": async ({ analyses, active }, uriArg, networkArg) => {
    const { home, report, analysis } = active.current ?? {};
    const network =
      typeof networkArg === "string" ? networkArg : (report?.network ?? analysis?.failures[0]?.network);
    const uri = toUri(uriArg) ?? home;
    if (!uri || network === undefined) return warn(vscode.l10n.t("There is no network in this file."));
    await setArguments(analyses, uri, network);
  },
  "convlens.compare": async (context, uri, network) => {
    const file = toUri(uri) ?? currentUri(context);
    if (!file) return warn(vscode.l10n.t("Open a file with model code first, then profile its network."));
    await compare(context, file, typeof network === "string" ? network : undefined);
  },
  "convlens.setInput": setInput,
  "convlens.toggleUnit": async () => setUnit(readSettings().unit === "MACs" ? "FLOPs" : "MACs"),
  "convlens.refresh": async ({ analyses }) => analyses.refresh(),
};

export function registerCommands(context: CommandContext): vscode.Disposable {
  const registered = Object.entries(COMMANDS).map(([name, handler]) =>
    vscode.commands.registerCommand(name, (...args: unknown[]) => handler(context, ...args)),
  );
  return vscode.Disposable.from(...registered);
}

async function profileNetwork(
  context: CommandContext,
  uriArg?: unknown,
  networkArg?: unknown,
): Promise<void> {
  const uri = toUri(uriArg) ?? currentUri(context);
  if (!uri) {
    return warn(vscode.l10n.t("Open a file with model code first, then profile its network."));
  }
  if (typeof networkArg === "string") return context.panel.show(uri, networkArg);
  const waiting = whileWaiting(context.analyses.inFocus(uri), () => context.analyses.cancel(uri));
  const analysis = await waiting.catch(() => undefined);
  if (analysis === undefined) return;
  const problem = tooMuch(analysis);
  if (problem && analysis?.failures.length === 0) return warn(visible(problem.message));
  if (!analysis || analysis.reports.length + analysis.failures.length === 0) {
    return warn(vscode.l10n.t("There is no network in this file."));
  }
  const named = underCursor(uri, analysis);
  const { current } = context.analyses.focus;
  const isInFocus = analysis.reports.some((report) => report.network === current?.network);
  if (named === undefined && current && isInFocus) return context.panel.show(current.uri, current.network);
  const network = named ?? context.analyses.active(uri, analysis)?.network;
  await context.panel.show(uri, network ?? analysis.failures[0]?.network);
}

async function revealLayer(
  context: CommandContext,
  uriArg: unknown,
  network: unknown,
  layers: unknown,
  how?: unknown,
): Promise<void> {
  const uri = toUri(uriArg);
  if (!uri || typeof network !== "string") return;
  const names = Array.isArray(layers) ? layers.filter((name) => typeof name === "string") : [];
  await context.panel.show(uri, network, names, how === "swap" ? "swap" : "select");
}

async function rewriteLayer(
  { analyses }: CommandContext,
  uriArg: unknown,
  network: unknown,
  layers: unknown,
): Promise<void> {
  const uri = toUri(uriArg);
  if (!uri || typeof network !== "string" || !Array.isArray(layers)) return;
  const names = layers.filter((name) => typeof name === "string");
  if (names.length > 0) await applySwap(analyses, uri, network, names);
}

/** A hover's layers in the panel's lesson; else the page of text, in the editor's language where there is one. */
async function explain(
  { folder, panel }: CommandContext,
  uriArg: unknown,
  network: unknown,
  layers: unknown,
): Promise<void> {
  const uri = toUri(uriArg);
  if (uri && typeof network === "string" && Array.isArray(layers)) {
    const names = layers.filter((name) => typeof name === "string");
    return panel.show(uri, network, names, "explain");
  }
  const language = vscode.env.language.startsWith("ja") ? "ja" : "en";
  const page = vscode.Uri.joinPath(folder, "media", "walkthrough", `separable.${language}.md`);
  await vscode.commands.executeCommand("markdown.showPreview", page);
}

/** Asks for the shapes that go in; an empty answer goes back to what the file says. */
async function setInput(context: CommandContext): Promise<void> {
  const { home: uri, report } = context.active.current ?? {};
  if (!uri || !report) return warn(vscode.l10n.t("There is no network in this file."));
  const answer = await vscode.window.showInputBox({
    title: vscode.l10n.t("Input of {0}", report.network),
    prompt: vscode.l10n.t(
      "Shape with the batch, one for each argument: 1x3x224x224 or 1x10:int64. Empty: as the file says.",
    ),
    value: inputShapes(report.input).replaceAll("×", "x").replaceAll(", ", " "),
    validateInput: (text) =>
      text.trim() === "" || parseInput(text) ? undefined : vscode.l10n.t("A shape looks like 1x3x224x224."),
  });
  if (answer === undefined) return;
  await context.analyses.setInput(uri, report.network, parseInput(answer) ?? []);
}

function currentUri({ active }: CommandContext): vscode.Uri | undefined {
  return vscode.window.activeTextEditor?.document.uri ?? active.current?.uri;
}

/** The network in whose definition the cursor stands: no line since its name starts something new. */
function underCursor(uri: vscode.Uri, analysis: FileAnalysis): string | undefined {
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.uri.toString() !== uri.toString()) return undefined;
  const { document, selection } = editor;
  const places = new Map(
    [
      ...analysis.reports,
      ...openFailures(analysis).map(({ network, at }) => ({ network, network_at: at })),
    ].flatMap(({ network, network_at: at }) =>
      at?.file === analysis.file ? [[at.line, network] as const] : [],
    ),
  );
  for (let line = selection.active.line; line >= 0; line -= 1) {
    const network = places.get(line + 1);
    if (network !== undefined) return network;
    if (/^[\w@]/.test(document.lineAt(line).text)) return undefined;
  }
  return undefined;
}

/** Views pass a `Uri`, lenses and hovers its text. */
function toUri(value: unknown): vscode.Uri | undefined {
  if (value instanceof vscode.Uri) return value;
  return typeof value === "string" && value !== "" ? vscode.Uri.parse(value) : undefined;
}

/** A wait that can be felt is shown, and can be ended. */
export async function whileWaiting<T>(work: Promise<T>, cancel: () => void): Promise<T> {
  const soon = new Promise<"late">((resolve) => setTimeout(() => resolve("late"), 500));
  if ((await Promise.race([work, soon])) !== "late") return work;
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t("Reading the network…"),
    cancellable: true,
  };
  return vscode.window.withProgress(options, (_, token) => {
    token.onCancellationRequested(cancel);
    return work;
  });
}

function warn(message: string): void {
  void vscode.window.showInformationMessage(message);
}
