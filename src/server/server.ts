/**
 * The language server over any connection: plain LSP (lens, hover, diagnostics) for every editor, and the requests of
 * src/protocol for the extension's views. What the documents hold is session.ts's business.
 */
import {
  type CancellationToken,
  type CodeAction,
  type CodeLens,
  CodeLensRefreshRequest,
  type Connection,
  type Diagnostic,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  type Hover,
  type InitializeParams,
  type InitializeResult,
  LSPErrorCodes,
  MarkupKind,
  MessageType,
  ResponseError,
  ShowMessageNotification,
  TextDocumentSyncKind,
  TextDocuments,
} from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import type { FileAnalysis } from "../engine/contract/engine.types.ts";
import { ConfigurationProblem } from "../node/budgets.ts";
import { callAt } from "../present/calls.ts";
import { createTranslate } from "../present/l10n.ts";
import { otherText } from "../present/other.ts";
import { partAt } from "../present/parts.ts";
import { layersAt } from "../present/sites.ts";
import {
  ACTIVATE,
  type ActivateParams,
  ANALYZE,
  ANALYZE_TEXT,
  ANALYZED,
  type AnalyzeParams,
  type AnalyzeTextParams,
  FOCUS,
  type FocusParams,
  LOOK_AT,
  type LookAtParams,
  REWRITE,
  type RewriteParams,
  SIMULATE,
  type SimulateParams,
  SUGGEST,
  type SuggestParams,
} from "../protocol/requests.ts";
import { parseSettings, type Settings } from "../protocol/settings.ts";
import { type ActionData, rewriteActions, sourcesActions, workspaceEdit } from "./actions.ts";
import { type Analyst, type AnalystConfig, Cancelled } from "./analyst.ts";
import { budgetDiagnostics, budgetsFor, configurationDiagnostic } from "./budgets.ts";
import { callHover } from "./callHover.ts";
import { lspDiagnostics, rangeOf } from "./diagnostics.ts";
import { Focus, type Focusing } from "./focus.ts";
import { layerHover, networkHover } from "./hover.ts";
import { inlayHints } from "./inlayHints.ts";
import { type Lens, lensArguments, lenses } from "./lens.ts";
import { withGaps } from "./markdown.ts";
import { partHover } from "./partHover.ts";
import { answerRefused } from "./refuse.ts";
import { Session } from "./session.ts";
import { fileOf, shortName } from "./uris.ts";

export interface ServerOptions {
  readonly analyst: Analyst;
  /** Fetched sources for a project in these folders. */
  readonly kept?: (folders: readonly string[]) => AnalystConfig["kept"];
  /** Tells of every change of what is kept; gives what ends it. */
  readonly watchKept?: (onChange: () => void) => () => void;
  /** Folders that imports are looked up in, for the workspace folders and the `pythonPath` setting. */
  readonly searchPaths: (folders: readonly string[], pythonPath: readonly string[]) => readonly string[];
  readonly version: string;
}

/** What a client may send with `initialize`. */
interface InitializationOptions {
  readonly locale?: string;
  readonly settings?: unknown;
  /** The client has the extension's commands, so hovers may link to them. */
  readonly commands?: boolean;
}

/** A file that an environment, or the versions of packages, are found by. */
function tellsOfPackages(uri: string): boolean {
  return /\/(pyvenv\.cfg|pyproject\.toml|(uv|poetry)\.lock|requirements[\w.-]*\.txt|environment[\w.-]*\.ya?ml|\.python-version)$/.test(
    uri,
  );
}

/** A lens or hover that takes longer shows what there was before. */
const PATIENCE = 3_000;

/** Files that figures may hang on. */
const WATCHED = "**/*.{py,ts,tsx,js,mjs,cjs,jsx,json,toml,yaml,yml,cfg}";

/** Who no longer wants an answer is told so at once, whatever the analysis still does. */
function untilCancelled<T>(token: CancellationToken, work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const listening = token.onCancellationRequested(() =>
      reject(new ResponseError(LSPErrorCodes.RequestCancelled, "cancelled")),
    );
    work()
      .then(resolve, reject)
      .finally(() => listening.dispose());
  });
}

/** The connection reads through what refuses nonsense (refuse.ts). */
export function startServer(
  connection: Connection,
  { analyst, searchPaths, kept = () => undefined, watchKept = () => () => undefined, version }: ServerOptions,
): void {
  const documents = new TextDocuments(TextDocument);
  let client: InitializeParams | undefined;
  let options: InitializationOptions = {};
  let settings: Settings = parseSettings(undefined);
  let t = createTranslate(undefined);
  let folders: readonly string[] = [];
  let configured = "";
  /** The settings that were sent last, for clients that cannot be asked. */
  let sent: unknown;
  let stopWatching = (): void => undefined;

  const session = new Session({
    analyst,
    events: {
      analyzed(uri, version, analysis) {
        const diagnostics = analysis ? [...lspDiagnostics(analysis), ...budgetsOf(analysis)] : [];
        void connection.sendDiagnostics({ uri, version, diagnostics });
        void connection.sendNotification(ANALYZED, { uri, version });
      },
      stale: refreshLenses,
      failed: (uri, error) => connection.console.error(`${uri}: ${error.stack ?? error.message}`),
    },
  });

  /** What a configuration says that cannot be used must not keep the other diagnostics back. */
  function budgetsOf(analysis: FileAnalysis): readonly Diagnostic[] {
    try {
      const budgets = budgetsFor(analysis.file, folders);
      return budgets ? budgetDiagnostics(analysis, budgets, t) : [];
    } catch (error) {
      if (!(error instanceof ConfigurationProblem)) throw error;
      return [configurationDiagnostic(error)];
    }
  }

  const focus = new Focus({
    session,
    textOf: (uri) => documents.get(uri)?.getText(),
    stale: refreshLenses,
  });

  /** Who is told when there are more lenses can be shown some before. */
  function canRefresh(): boolean {
    return client?.capabilities.workspace?.codeLens?.refreshSupport === true;
  }

  function refreshLenses(): void {
    if (!canRefresh()) return;
    connection.sendRequest(CodeLensRefreshRequest.type).catch(() => undefined);
  }

  /** Nobody need answer, and some clients could not. */
  function warn(message: string): void {
    void connection.sendNotification(ShowMessageNotification.type, { type: MessageType.Warning, message });
  }

  /** Sets the engine up anew only when something that it depends on changed. */
  function configure(section: unknown): void {
    settings = parseSettings(section);
    const config: AnalystConfig = {
      folders,
      searchPaths: searchPaths(folders, settings.pythonPath),
      kept: kept(folders),
      stubs: settings.stubs,
      defaultInput: settings.defaultInput,
      steps: settings.steps,
      milliseconds: settings.milliseconds,
      locale: options.locale ?? client?.locale,
    };
    const text = JSON.stringify(config);
    if (text !== configured) {
      configured = text;
      analyst.configure(config);
      session.restart();
      focus.changed();
    }
    refreshLenses();
  }

  /** Also looks anew at the folders that imports are looked up in, and at what is kept. */
  async function pullSettings(): Promise<void> {
    if (!client?.capabilities.workspace?.configuration) return configure(sent);
    const section: unknown = await connection.workspace.getConfiguration("convlens").catch(() => sent);
    configure(section);
  }

  connection.onInitialize((params): InitializeResult => {
    client = params;
    options = (params.initializationOptions ?? {}) as InitializationOptions;
    t = createTranslate(options.locale ?? params.locale);
    const roots = params.workspaceFolders?.map(({ uri }) => uri) ?? (params.rootUri ? [params.rootUri] : []);
    folders = roots.map(fileOf);
    sent = options.settings;
    configure(sent);
    return {
      capabilities: {
        textDocumentSync: TextDocumentSyncKind.Incremental,
        codeLensProvider: { resolveProvider: false },
        hoverProvider: true,
        // The extension shows the same as lenses.
        inlayHintProvider: options.commands !== true,
        codeActionProvider: { codeActionKinds: ["refactor.rewrite", "quickfix"], resolveProvider: true },
        workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
      },
      serverInfo: { name: "convlens", version },
    };
  });

  connection.onInitialized(() => {
    if (client?.capabilities.workspace?.didChangeConfiguration?.dynamicRegistration) {
      void connection.client.register(DidChangeConfigurationNotification.type, { section: "convlens" });
    }
    watchFiles();
    if (client?.capabilities.workspace?.workspaceFolders) {
      connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
        const gone = new Set(removed.map(({ uri }) => fileOf(uri)));
        folders = [...folders.filter((folder) => !gone.has(folder)), ...added.map(({ uri }) => fileOf(uri))];
        void pullSettings();
      });
    }
    stopWatching = watchKept(() => void pullSettings());
    void pullSettings();
  });

  /** The extension watches files itself. */
  function watchFiles(): void {
    const canWatch = client?.capabilities.workspace?.didChangeWatchedFiles?.dynamicRegistration;
    if (!canWatch || options.commands) return;
    const watchers = [{ globPattern: WATCHED }];
    void connection.client.register(DidChangeWatchedFilesNotification.type, { watchers });
  }

  connection.onDidChangeConfiguration(({ settings: given }) => {
    sent = (given as { convlens?: unknown } | null)?.convlens ?? sent;
    void pullSettings();
  });

  connection.onDidChangeWatchedFiles(({ changes }) => {
    if (changes.some(({ uri }) => tellsOfPackages(uri))) void pullSettings();
    // The text of an open document is the editor's, whatever lies on disk.
    const closed = changes.filter(({ uri }) => documents.get(uri) === undefined);
    if (closed.length === 0) return;
    analyst.changed(closed.map(({ uri }) => fileOf(uri)));
    session.restart();
    focus.changed();
  });

  documents.onDidOpen(({ document }) => {
    session.open(document.uri, document.languageId, document.version, document.getText());
    focus.changed();
  });
  documents.onDidChangeContent(({ document }) => {
    session.change(document.uri, document.version, document.getText());
    focus.changed();
  });
  documents.onDidClose(({ document }) => {
    session.close(document.uri);
    focus.changed();
    void connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
  });

  connection.onCodeLens(
    ({ textDocument: { uri } }, token): Promise<CodeLens[]> =>
      untilCancelled(token, async () => {
        const told = await lensesOf(uri);
        if (!told) return [];
        return told.found.map(({ at, title, command }) => ({
          range: rangeOf(at),
          command: {
            title,
            command: command.name,
            arguments: lensArguments(homeOf(told.shown, command, uri), command),
          },
        }));
      }),
  );

  connection.languages.inlayHint.on(({ textDocument: { uri }, range }, token) =>
    untilCancelled(token, async () => {
      const told = await lensesOf(uri);
      const document = documents.get(uri);
      return told && document ? inlayHints(told.found, document, range) : [];
    }),
  );

  async function lensesOf(
    uri: string,
  ): Promise<{ readonly shown: Focusing; readonly found: readonly Lens[] } | undefined> {
    if (!settings.codeLens) return undefined;
    const shown = await focus.shown(uri, PATIENCE, canRefresh);
    if (!shown) return undefined;
    const offersSources = options.commands === true;
    const how = { unit: settings.unit, t, active: shown.active, offersSources };
    return { shown, found: lenses(shown.analysis, how) };
  }

  connection.onHover(
    ({ textDocument: { uri }, position }, token): Promise<Hover | null> =>
      untilCancelled(token, async () => {
        if (!settings.hover) return null;
        const at = { line: position.line + 1, column: position.character + 1 };
        const isFound = (analysis: FileAnalysis) =>
          hoverText({ analysis, active: undefined }, uri, at) !== undefined;
        const shown = await focus.shown(uri, PATIENCE, isFound);
        const value = shown && hoverText(shown, uri, at);
        const text = value && options.commands ? withGaps(value) : value;
        return text ? { contents: { kind: MarkupKind.Markdown, value: text } } : null;
      }),
  );

  function hoverText(
    shown: Focusing,
    uri: string,
    position: { readonly line: number; readonly column: number },
  ): string | undefined {
    const { analysis, active } = shown;
    const { unit, alpha, rho, devices } = settings;
    const how = ({ network }: { readonly network: string }) => ({
      ...{ unit, t, active, alpha, rho, devices },
      commandUri: options.commands ? homeOf(shown, { network }, uri) : undefined,
    });
    const call = callAt(analysis, position, active);
    if (call) return callHover(call, how(call.report));
    const line = layersAt(analysis, position, active);
    if (line) return layerHover(line, how(line.report));
    const part = partAt(analysis, position.line, active);
    if (part) return partHover(part, how(part.report));
    const report = analysis.reports.find(
      ({ network_at: at }) => at?.file === analysis.file && at.line === position.line,
    );
    return report && networkHover(report, how(report));
  }

  connection.onCodeAction(async ({ textDocument: { uri }, range: { start } }): Promise<CodeAction[]> => {
    const shown = await focus.shown(uri, PATIENCE);
    if (!shown) return [];
    const position = { line: start.line + 1, column: start.character + 1 };
    const actions = [
      ...rewriteActions(shown.analysis, position, {
        uri: (network) => homeOf(shown, { network }, uri),
        t,
        active: shown.active,
      }),
      ...(options.commands ? sourcesActions(shown.analysis, position.line, t) : []),
    ];
    const resolves =
      client?.capabilities.textDocument?.codeAction?.resolveSupport?.properties.includes("edit");
    return resolves ? actions : Promise.all(actions.map(withEdit));
  });

  connection.onCodeActionResolve(async (action) => {
    try {
      return await withEdit(action);
    } catch (error) {
      // Clients say nothing of it themselves.
      if (error instanceof ResponseError) warn(error.message);
      throw error;
    }
  });

  /** Works out an action's edit; what cannot be rewritten is told to the user. */
  async function withEdit(action: CodeAction): Promise<CodeAction> {
    const data = action.data as ActionData | null | undefined;
    if (!data) return action;
    const { uri, network } = data;
    const found = await editOf(data);
    if (!found) return action;
    const { edit, simulated } = found;
    const command = {
      title: action.title,
      command: "convlens.reportRewrite",
      arguments: [uri, network, simulated],
    };
    return { ...action, edit, ...(options.commands && { command }) };
  }

  async function editOf(data: ActionData) {
    const { uri, network: model, layers } = data;
    const open = new Map(documents.all().map((document) => [fileOf(document.uri), document]));
    const versions = new Map([...open].map(([file, { version }]) => [file, version]));
    const { rewriteStyle: style } = settings;
    const result = await analyst.rewrite(fileOf(uri), { model, layers, ...(style && { style }) });
    if (!result.ok) {
      warn(`ConvLens: ${result.reason}`);
      return undefined;
    }
    for (const { at } of result.rewrite.edits) {
      const document = open.get(at.file);
      // The document was closed, or holds another text than the one that was rewritten.
      if (
        !document ||
        (documents.get(document.uri) === document && document.version === versions.get(at.file))
      )
        continue;
      const message = t("{0} changed meanwhile, so nothing was rewritten. Ask again.", shortName(at.file));
      throw new ResponseError(LSPErrorCodes.ContentModified, message);
    }
    const support = client?.capabilities.workspace?.workspaceEdit;
    const { refused, others, simulated, warnings } = result.rewrite;
    if (refused.length > 0) {
      const names = refused.flatMap((refusal) => refusal.layers);
      const reason = refused[0]?.reason ?? "";
      warn(t("{0} layers stay as they are: {1}", names.length, reason));
    }
    for (const other of others) warn(otherText(other, t));
    for (const { message, at } of warnings) warn(`${shortName(at.file)}:${at.line}: ${message}`);
    const edit = workspaceEdit(result.rewrite, data, {
      documents: open,
      support: {
        documentChanges: support?.documentChanges === true,
        annotations: support?.changeAnnotationSupport !== undefined && support.documentChanges === true,
      },
      t,
    });
    return { edit, simulated };
  }

  connection.onRequest(ANALYZE, async ({ uri, inputs }: AnalyzeParams, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort());
    try {
      return await session.analysis(uri, inputs, abort.signal);
    } catch (error) {
      if (error instanceof Cancelled) throw new ResponseError(LSPErrorCodes.RequestCancelled, error.message);
      throw error;
    }
  });
  connection.onRequest(ANALYZE_TEXT, ({ uri, text, inputs }: AnalyzeTextParams) =>
    session.analysisOfText(uri, text, inputs ?? {}),
  );
  connection.onRequest(SIMULATE, ({ uri, network, ...options }: SimulateParams) =>
    analyst.simulate(fileOf(uri), { model: network, ...options }),
  );
  connection.onRequest(SUGGEST, ({ uri, network, ...options }: SuggestParams) =>
    analyst.suggest(fileOf(uri), { model: network, ...options }),
  );
  connection.onRequest(REWRITE, ({ uri, network, ...options }: RewriteParams) =>
    analyst.rewrite(fileOf(uri), { model: network, ...options }),
  );
  connection.onNotification(ACTIVATE, ({ uri, network }: ActivateParams) => session.activate(uri, network));
  connection.onNotification(FOCUS, (params: FocusParams) => focus.set(params));
  connection.onNotification(LOOK_AT, ({ uri, ...sight }: LookAtParams) => session.setActive(uri, sight));
  connection.onShutdown(() => {
    stopWatching();
    session.dispose();
  });
  answerRefused(connection);

  documents.listen(connection);
  connection.listen();
}

/** The document that has a network: the one in focus may be another file's. */
function homeOf({ home }: Focusing, about: object, uri: string): string {
  return home && "network" in about && about.network === home.network ? home.uri : uri;
}
