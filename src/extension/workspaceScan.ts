/** Looks through the workspace for networks, one file at a time, so that the file being edited never waits long. */
import * as vscode from "vscode";
import type { SidebarFile, SidebarWorkspace } from "../protocol/messages.ts";
import { looksLikeModelCode, mayBeModelCode } from "../server/recognize.ts";
import type { Analyses } from "./analyses.ts";

/** So many files are read at most, and so many of those that look like model code are analysed. */
const MOST_READ = 2_000;
const MOST_ANALYZED = 60;
const MOST_BYTES = 1_000_000;
/** Many files use a framework; only those that name layers can define a network. */
const DEFINES_LAYERS = /\b(?:nn\.\w|Conv[123]D|Linear|Dense|Sequential|layers\.|conv2d)/;
/** A network whose framework comes with its parts: `from .parts import *`. */
const DEFINES_FORWARD = /\bdef (?:forward|call|__call__|setup)\b/;
const FILES = "**/*.{py,ts,tsx,js,mjs,jsx}";
const NOT_THERE = "**/{node_modules,site-packages,.venv,venv,.git,dist,build,out,__pycache__}/**";

export class WorkspaceScan implements vscode.Disposable {
  readonly #analyses: Analyses;
  readonly #changed = new vscode.EventEmitter<void>();
  #running: vscode.CancellationTokenSource | undefined;
  #found: SidebarWorkspace | undefined;

  readonly onDidChange = this.#changed.event;

  constructor(analyses: Analyses) {
    this.#analyses = analyses;
  }

  /** undefined until somebody has asked. */
  get found(): SidebarWorkspace | undefined {
    return this.#found;
  }

  async start(): Promise<void> {
    this.cancel();
    const source = new vscode.CancellationTokenSource();
    this.#running = source;
    try {
      const options = { location: { viewId: "convlens.dashboard" } };
      await vscode.window.withProgress(options, () => this.#look(source.token));
    } finally {
      if (this.#running === source) this.#running = undefined;
      source.dispose();
      if (this.#found?.busy) this.#show({ ...this.#found, busy: false });
    }
  }

  cancel(): void {
    this.#running?.cancel();
    this.#running = undefined;
    if (this.#found?.busy) this.#show({ ...this.#found, busy: false });
  }

  dispose(): void {
    this.cancel();
    this.#changed.dispose();
  }

  async #look(token: vscode.CancellationToken): Promise<void> {
    this.#show({ files: [], more: 0, busy: true });
    const uris = await vscode.workspace.findFiles(FILES, NOT_THERE, MOST_READ, token);
    uris.sort((a, b) => (a.path < b.path ? -1 : 1));
    let more = 0;
    let files: readonly SidebarFile[] = [];
    for (const uri of uris) {
      if (token.isCancellationRequested) return;
      if (!(await isModelCode(uri))) continue;
      if (files.length < MOST_ANALYZED) {
        const label = vscode.workspace.asRelativePath(uri);
        files = [...files, { uri: uri.toString(), label, networks: null }];
      } else more += 1;
      this.#show({ files, more, busy: true });
    }
    for (const [place, { uri }] of files.entries()) {
      const analysis = await this.#analyses.look(vscode.Uri.parse(uri), token).catch(() => null);
      if (token.isCancellationRequested) return;
      const networks = (analysis?.reports ?? []).map(({ network, totals }) => ({
        name: network,
        macs: totals.macs,
      }));
      files = files.map((file, index) => (index === place ? { ...file, networks } : file));
      this.#show({ files: withNetworks(files), more, busy: true });
    }
    this.#show({ files: withNetworks(files), more, busy: false });
  }

  #show(found: SidebarWorkspace): void {
    this.#found = found;
    this.#changed.fire();
  }
}

/** Files that only use a framework are no help to anybody. */
function withNetworks(files: readonly SidebarFile[]): readonly SidebarFile[] {
  return files.filter(({ networks }) => networks?.length !== 0);
}

async function isModelCode(uri: vscode.Uri): Promise<boolean> {
  try {
    const { size } = await vscode.workspace.fs.stat(uri);
    if (size > MOST_BYTES) return false;
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
    const language = uri.path.endsWith(".py") ? "python" : "typescript";
    return looksLikeModelCode(language, text)
      ? DEFINES_LAYERS.test(text)
      : DEFINES_FORWARD.test(text) && mayBeModelCode(language, text);
  } catch {
    return false;
  }
}
