/** What the views show of a file that was too much and is left alone, and what brings it back. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import type * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import type { FileAnalysis } from "../../src/engine/contract/engine.types.ts";
import { ActiveFile } from "../../src/extension/activeFile.ts";
import { Analyses } from "../../src/extension/analyses.ts";
import type { Earlier } from "../../src/extension/earlier.ts";
import { Panel } from "../../src/extension/panel.ts";
import { Sidebar } from "../../src/extension/sidebar.ts";
import type { WorkspaceScan } from "../../src/extension/workspaceScan.ts";
import { ANALYZE, ANALYZED, LOOK_AT } from "../../src/protocol/requests.ts";
import { analysis, FILE, resnet } from "../server/fixtures.ts";

type Listener = (given: unknown) => void;

const editor = vi.hoisted(() => ({
  active: undefined as unknown,
  /** Hears of another active editor. */
  follow: (_: unknown): void => undefined,
  select: (_: unknown): void => undefined,
  panel: undefined as unknown,
}));

vi.mock("../../src/extension/client.ts", () => ({ LANGUAGES: ["python"] }));
vi.mock("vscode", () => {
  const nothing = () => ({ dispose: () => undefined });
  const uri = (text: string) => ({ toString: () => text });
  return {
    l10n: { t: (text: string) => text },
    env: { language: "en" },
    commands: { executeCommand: nothing },
    Uri: { parse: uri, joinPath: (_: unknown, ...names: string[]) => uri(names.join("/")) },
    ViewColumn: { Beside: -2 },
    CancellationTokenSource: class {
      dispose = nothing;
    },
    EventEmitter: class {
      listeners: Listener[] = [];
      event = (listener: Listener) => this.listeners.push(listener);
      fire = (given: unknown) => {
        for (const listener of this.listeners) listener(given);
      };
    },
    window: {
      get activeTextEditor() {
        return editor.active;
      },
      visibleTextEditors: [],
      onDidChangeActiveTextEditor: (listener: Listener) => {
        editor.follow = listener;
      },
      onDidChangeTextEditorSelection: (listener: Listener) => {
        editor.select = listener;
        return { dispose: () => undefined };
      },
      onDidChangeTextEditorVisibleRanges: nothing,
      registerWebviewViewProvider: nothing,
      registerWebviewPanelSerializer: nothing,
      createWebviewPanel: () => editor.panel,
    },
    workspace: {
      textDocuments: [],
      asRelativePath: () => "resnet.py",
      getConfiguration: () => ({}),
      onDidChangeConfiguration: nothing,
      onDidCloseTextDocument: nothing,
    },
  };
});

const URI = `file://${FILE}`;
const MESSAGE = "analysis ended after 30 s: resnet.py:7 takes too long";
const TOO_MUCH = analysis([], {
  diagnostics: [
    { severity: "warning", message: MESSAGE, code: "limit", at: { file: FILE, line: 7, column: 1 } },
  ],
});
const WHOLE = analysis([resnet("resnet50")]);

function textEditor(uri: string, languageId = "python") {
  return {
    document: { uri: { toString: () => uri }, languageId },
    selection: { active: { line: 4 } },
    visibleRanges: [
      { start: { line: 0 }, end: { line: 9 } },
      { start: { line: 20 }, end: { line: 29 } },
    ],
  };
}

/** A page that is told things; its script is loaded at once. */
function webview() {
  const told: Record<string, unknown>[] = [];
  let say: Listener = () => undefined;
  const nothing = () => undefined;
  const view = {
    webview: {
      cspSource: "",
      asWebviewUri: (uri: unknown) => uri,
      onDidReceiveMessage: (listener: Listener) => {
        say = listener;
      },
      postMessage: (message: Record<string, unknown>) => told.push(message),
    },
    ...{ onDidDispose: nothing, reveal: nothing, dispose: nothing },
  };
  const said = (type: string) => told.filter((message) => message.type === type);
  return { view, said, ready: () => say({ type: "ready" }) };
}

/** The extension's views over a server that answers what the test says. */
function start(answer: FileAnalysis | null) {
  const server = { answer };
  const looked: unknown[] = [];
  let analyzed: Listener = () => undefined;
  const client = {
    onNotification: (method: string, listener: Listener) => {
      if (method === ANALYZED) analyzed = listener;
    },
    sendNotification: (method: string, params: unknown) => {
      if (method === LOOK_AT) looked.push(params);
    },
    sendRequest: async (method: string) => (method === ANALYZE ? server.answer : null),
  } as unknown as LanguageClient;
  const memory = { get: () => undefined, update: () => undefined };
  const analyses = new Analyses(client, memory as unknown as vscode.Memento);
  const context = { extensionUri: "", workspaceState: memory } as unknown as vscode.ExtensionContext;
  const earlier = {
    ...{ of: () => [], open: () => undefined, close: () => undefined, onDidChange: () => undefined },
  } as unknown as Earlier;
  /** The text was changed, and the server has another analysis. */
  const change = (next: FileAnalysis) => {
    server.answer = next;
    analyzed({ uri: URI, version: 2 });
  };
  return { analyses, context, earlier, looked, change };
}

beforeEach(() => {
  editor.active = textEditor(URI);
});

describe("a file that was too much", () => {
  it("is told in the side bar with the place, and has its networks there again after a change", async () => {
    const { analyses, context, earlier, change } = start(TOO_MUCH);
    const scan = { onDidChange: () => undefined, found: undefined } as unknown as WorkspaceScan;
    const sidebar = new Sidebar(context, new ActiveFile(analyses), { earlier, scan });
    const { view, said, ready } = webview();
    sidebar.resolveWebviewView(view as unknown as vscode.WebviewView);
    ready();
    await vi.waitFor(() => expect(said("empty").at(-1)).toMatchObject({ reason: MESSAGE, isTooMuch: true }));
    change(WHOLE);
    await vi.waitFor(() => expect(said("networks")).toHaveLength(1));
    expect(said("networks")[0]).toMatchObject({ networks: [{ name: "resnet50", macs: expect.any(Number) }] });
  });

  it("is told in a panel without a picture, with the place, and has its picture after a change", async () => {
    const { analyses, context, earlier, change } = start(TOO_MUCH);
    const { view, said, ready } = webview();
    editor.panel = view;
    const panel = new Panel(context, analyses, earlier);
    const uri = { toString: () => URI } as vscode.Uri;
    await panel.show(uri, undefined);
    ready();
    await vi.waitFor(() =>
      expect(said("empty")).toEqual([
        { type: "empty", reason: MESSAGE, isTooMuch: true, at: expect.objectContaining({ line: 7 }) },
      ]),
    );
    change(WHOLE);
    await vi.waitFor(() => expect(said("report")[0]).toMatchObject({ report: { network: "resnet50" } }));
  });

  it("leaves a panel its last picture, marked as old with the reason", async () => {
    const { analyses, context, earlier, change } = start(WHOLE);
    const { view, said, ready } = webview();
    editor.panel = view;
    const panel = new Panel(context, analyses, earlier);
    await panel.show({ toString: () => URI } as vscode.Uri, "resnet50");
    ready();
    await vi.waitFor(() => expect(said("report")).toHaveLength(1));
    change(TOO_MUCH);
    await vi.waitFor(() => expect(said("stale")[0]).toMatchObject({ reason: MESSAGE }));
    expect(said("empty")).toEqual([]);
    change(WHOLE);
    await vi.waitFor(() => expect(said("report")).toHaveLength(2));
  });
});

describe("the server", () => {
  it("is told which file the user looks at, and when it is none with model code", () => {
    const { analyses, looked } = start(null);
    void new ActiveFile(analyses);
    const other = "file:///models/other.py";
    for (const next of [textEditor(URI), textEditor(other), textEditor("file:///notes.md", "markdown")]) {
      editor.follow(next);
    }
    editor.follow(undefined);
    expect(looked).toMatchObject([{ uri: URI }, { uri: other }, {}]);
  });

  it("is told the lines of the cursor and the screen, again once another place is looked at", async () => {
    const { analyses, looked } = start(null);
    void new ActiveFile(analyses);
    expect(looked).toEqual([{ uri: URI, cursor: 5, from: 1, to: 30 }]);
    const selection = { active: { line: 24 } };
    editor.select({ textEditor: { ...textEditor(URI), selection } });
    editor.select({ textEditor: textEditor("file:///models/other.py") });
    await vi.waitFor(() => expect(looked).toHaveLength(2));
    expect(looked[1]).toEqual({ uri: URI, cursor: 25, from: 1, to: 30 });
  });
});
