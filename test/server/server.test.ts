/** The server over LSP, with an engine that answers what the test says. */
import { PassThrough } from "node:stream";
import { describe, expect, it, vi } from "vitest";
import { createConnection, StreamMessageReader, StreamMessageWriter } from "vscode-languageserver/node";
import type { Engine, FileAnalysis } from "../../src/engine/contract/engine.types.ts";
import type { ReportDiagnostic } from "../../src/engine/contract/report.ts";
import { ACTIVATE, ANALYZE, ANALYZE_TEXT, REWRITE, SIMULATE, SUGGEST } from "../../src/protocol/requests.ts";
import { type AnalystConfig, LocalAnalyst } from "../../src/server/analyst.ts";
import { RefusingReader } from "../../src/server/refuse.ts";
import { type ServerOptions, startServer } from "../../src/server/server.ts";
import { connect } from "./client.ts";
import { analysis, FILE, place, resnet } from "./fixtures.ts";

const URI = `file://${FILE}`;
const TEXT = "import torch\n";

function answering(answer: FileAnalysis, heard = (_: unknown): unknown => undefined): Engine {
  return {
    analyze: (_, asked) => {
      heard(asked?.inputs);
      return answer;
    },
    profile: () => ({ ok: false, reason: "", networks: [], diagnostics: [] }),
    networks: () => [],
    simulate: () => ({ ok: false, reason: "" }),
    suggest: () => ({ ok: false, reason: "" }),
    rewrite: () => ({ ok: false, reason: "" }),
    invalidate: () => undefined,
  };
}

/** A client that has not said anything yet. */
function connectNew(analyst: LocalAnalyst, more: Partial<ServerOptions> = {}) {
  const [toServer, fromServer] = [new PassThrough(), new PassThrough()];
  const connection = createConnection(
    new RefusingReader(new StreamMessageReader(toServer)),
    new StreamMessageWriter(fromServer),
  );
  startServer(connection, { analyst, searchPaths: () => [], version: "1", ...more });
  return connect(fromServer, toServer);
}

async function start(
  answer: FileAnalysis,
  options: object = {},
  capabilities: object = {},
  heard = (_: unknown): unknown => undefined,
  configured = (_: AnalystConfig): unknown => undefined,
  packages: Partial<ServerOptions> = {},
) {
  const engine = answering(answer, heard);
  const make = (config: AnalystConfig): Engine => {
    configured(config);
    return engine;
  };
  const client = connectNew(new LocalAnalyst(make), packages);
  const initialized = await client.initialize(options, capabilities);
  await client.open(URI, TEXT);
  return { client, initialized };
}

describe("the language server", () => {
  it("takes folders of stubs from the settings, and the workspace's own without any", async () => {
    const stubs: (readonly string[])[] = [];
    const note = (config: AnalystConfig): unknown => stubs.push(config.stubs);
    await start(analysis([]), { settings: { stubs: ["my/stubs", 3] } }, {}, undefined, note);
    await start(analysis([]), {}, {}, undefined, note);
    expect(stubs).toEqual([["my/stubs"], [".convlens/stubs"]]);
  });

  it("says what it can do", async () => {
    const { initialized } = await start(analysis([]));
    expect(initialized).toMatchObject({
      capabilities: { codeLensProvider: {}, hoverProvider: true },
      serverInfo: { name: "convlens" },
    });
  });

  it("answers lenses with commands that carry the document", async () => {
    const { client } = await start(analysis([resnet("resnet50")]));
    const lenses = await client.lenses(URI);
    expect(lenses.find(({ range }) => range.start.line === 299)?.command).toEqual({
      title: "4.09 G MACs · 25.6 M params · input 1×3×224×224 (default) · Profile",
      command: "convlens.profileNetwork",
      arguments: [URI, "resnet50"],
    });
    const blocks = lenses.find(({ range }) => range.start.line === 40)?.command;
    expect(blocks?.title).toBe("16 layers, 116 M MACs each, 1.85 G in all · 45 %");
    expect(blocks?.arguments.slice(0, 2)).toEqual([URI, "resnet50"]);
  });

  it("answers hovers, with links only for the extension's client", async () => {
    const plain = await start(analysis([resnet("resnet50")]));
    const text = await plain.client.hover(URI, 59, 12);
    expect(text).toContain("Conv2d conv1, 7×7, stride 2, 3 → 64, 224×224 → 112×112");
    expect(text).not.toContain("command:");
    const linked = await start(analysis([resnet("resnet50")]), { commands: true });
    expect(await linked.client.hover(URI, 59, 12)).toContain("command:convlens.revealLayer");
    expect(await plain.client.hover(URI, 0, 0)).toBeUndefined();
  });

  it("answers the hover of a network's own line", async () => {
    const { client } = await start(analysis([resnet("resnet50")]));
    expect(await client.hover(URI, 299, 12)).toContain("4,089,184,256 MACs exactly");
  });

  it("speaks the client's language and unit", async () => {
    const { client } = await start(analysis([resnet("resnet50")]), {
      locale: "ja",
      settings: { unit: "FLOPs" },
    });
    const lenses = await client.lenses(URI);
    expect(lenses.find(({ range }) => range.start.line === 299)?.command.title).toBe(
      "8.18 G FLOPs · パラメーター 25.6 M · 入力 1×3×224×224 (既定) · プロファイル",
    );
  });

  it("shows the figures of the network that was activated", async () => {
    const { client } = await start(analysis([resnet("resnet50"), resnet("resnet101")]));
    const title = async () =>
      (await client.lenses(URI)).find(({ range }) => range.start.line === 40)?.command.title;
    expect(await title()).toMatch(/resnet50$/);
    await client.rpc.sendNotification(ACTIVATE, { uri: URI, network: "resnet101" });
    expect(await title()).toMatch(/resnet101$/);
  });

  it("gives the whole analysis on request, and null for other files", async () => {
    const answer = analysis([resnet("resnet50")]);
    const { client } = await start(answer);
    expect(await client.rpc.sendRequest(ANALYZE, { uri: URI })).toEqual(answer);
    await client.open("file:///models/other.py", "x = 1\n");
    expect(await client.rpc.sendRequest(ANALYZE, { uri: "file:///models/other.py" })).toBeNull();
  });

  it("publishes shape errors with both places and leaves syntax errors to others", async () => {
    const wrong: ReportDiagnostic = {
      severity: "error",
      message: "conv2 expects 64 channels, gets 32",
      code: "shape-mismatch",
      at: place(41),
      related: [{ message: "pool1", at: place(18) }],
    };
    const syntax = { severity: "error", message: "?", code: "syntax", at: place(2) } as const;
    const { client } = await start(analysis([], { diagnostics: [wrong, syntax] }));
    await client.rpc.sendRequest(ANALYZE, { uri: URI });
    expect(client.diagnostics.at(-1)?.diagnostics).toMatchObject([
      { message: wrong.message, code: "shape-mismatch", range: { start: { line: 40, character: 8 } } },
    ]);
  });

  it("tells of unknown values only where a figure suffers from them", async () => {
    const unknown = (line: number): ReportDiagnostic => ({
      severity: "warning",
      message: "not known",
      code: "unknown-value",
      at: place(line),
    });
    const partial = { ...resnet("resnet50"), complete: false, diagnostics: [unknown(41)] };
    const { client } = await start(analysis([partial], { diagnostics: [unknown(10), unknown(41)] }));
    await client.rpc.sendRequest(ANALYZE, { uri: URI });
    expect(client.diagnostics.at(-1)?.diagnostics.map(({ range }) => range.start.line)).toEqual([40]);
  });

  it("looks at its files again when another process gets or removes the sources of a package", async () => {
    const kept: string[] = [];
    const seen: (readonly string[])[] = [];
    let [tell, isStopped] = [(): void => undefined, false];
    const { client } = await start(
      ...[analysis([resnet("resnet50")]), { settings: { codeLens: { enabled: false } } }, {}, undefined],
      (config) => seen.push(config.kept?.map(([name]) => name) ?? []),
      {
        kept: () => kept.map((name) => [name, []]),
        watchKept: (onChange) => {
          tell = onChange;
          return () => {
            isStopped = true;
          };
        },
      },
    );
    await client.rpc.sendRequest(ANALYZE, { uri: URI });
    const before = client.diagnostics.length;
    kept.push("torchvision");
    tell();
    await vi.waitFor(() => expect(client.diagnostics.length).toBeGreaterThan(before), { timeout: 20_000 });
    expect(seen).toEqual([[], ["torchvision"]]);
    // What the client said at the start still holds.
    expect(await client.lenses(URI)).toEqual([]);
    await client.shutdown();
    expect(isStopped).toBe(true);
  });

  it("looks for packages again when an environment is made, and not for any other file", async () => {
    const seen: (readonly string[])[] = [];
    let found: readonly string[] = [];
    const { client } = await start(
      ...[analysis([resnet("resnet50")]), {}, {}, undefined],
      (config) => seen.push(config.searchPaths),
      { searchPaths: () => found },
    );
    await client.rpc.sendRequest(ANALYZE, { uri: URI });
    found = ["/app/.venv/lib/python3.11/site-packages"];
    const changed = (uri: string) =>
      client.rpc.sendNotification("workspace/didChangeWatchedFiles", { changes: [{ uri, type: 1 }] });
    await changed("file:///app/other.py");
    await client.rpc.sendRequest(ANALYZE, { uri: URI });
    expect(seen).toEqual([[]]);
    await changed("file:///app/.venv/pyvenv.cfg");
    await vi.waitFor(() => expect(seen).toEqual([[], found]), { timeout: 20_000 });
  });

  it("is quiet where its settings say so", async () => {
    const settings = { codeLens: { enabled: false }, hover: { enabled: false } };
    const { client } = await start(analysis([resnet("resnet50")]), { settings });
    expect(await client.lenses(URI)).toEqual([]);
    expect(await client.hover(URI, 59, 12)).toBeUndefined();
  });

  it("answers nonsense with an error that names the field, and nothing else changes", async () => {
    const asked: unknown[] = [];
    const { client } = await start(analysis([resnet("resnet50")]), {}, {}, (inputs) => asked.push(inputs));
    await client.rpc.sendRequest(ANALYZE, { uri: URI });
    const nonsense = client.rpc.sendRequest(ANALYZE, { uri: URI, inputs: { resnet50: 5 } });
    await expect(nonsense).rejects.toMatchObject({
      code: -32602,
      message: "convlens/analyze: inputs.resnet50 must be a list",
    });
    await expect(client.rpc.sendRequest("convlens/refused", {})).rejects.toMatchObject({ code: -32602 });
    await client.rpc.sendRequest(ANALYZE, { uri: URI });
    expect(asked).toEqual([{}]);
  });

  it("refuses each of its requests that comes without parameters", async () => {
    const { client } = await start(analysis([resnet("resnet50")]));
    for (const method of [
      ...["codeLens", "hover", "inlayHint", "codeAction"].map((name) => `textDocument/${name}`),
      ...["codeAction/resolve", ANALYZE, ANALYZE_TEXT, SIMULATE, SUGGEST, REWRITE],
    ])
      await expect(client.rpc.sendRequest(method)).rejects.toMatchObject({ code: -32602 });
  });

  it("takes nothing before initialize, and that only once", async () => {
    const client = connectNew(new LocalAnalyst(() => answering(analysis([]))));
    const early = client.rpc.sendRequest("textDocument/codeLens", { textDocument: { uri: URI } });
    await expect(early).rejects.toMatchObject({
      code: -32002,
      message: "textDocument/codeLens: initialize comes first",
    });
    await expect(client.initialize({}, { workspace: 5 })).rejects.toMatchObject({ code: -32602 });
    await client.initialize({});
    await expect(client.initialize({})).rejects.toMatchObject({
      code: -32600,
      message: "initialize: the server is initialized",
    });
  });

  it("takes nothing but exit after shutdown, and says so", async () => {
    const { client } = await start(analysis([resnet("resnet50")]));
    await client.rpc.sendRequest("shutdown");
    for (const method of [ANALYZE, "textDocument/codeLens", "shutdown", "no/such/method"])
      await expect(client.rpc.sendRequest(method, { uri: URI })).rejects.toMatchObject({
        code: -32600,
        message: `${method}: the server is shut down`,
      });
  });

  it("ignores a change whose version is not later than the text's", async () => {
    const { client } = await start(analysis([resnet("resnet50")]));
    for (const version of [0, 1]) await client.replace(URI, version, "");
    expect(await client.lenses(URI)).not.toEqual([]);
    expect(client.log).toEqual(
      [0, 1].map(
        (version) =>
          `ignored textDocument/didChange: textDocument.version must be more than 1, gets ${version}`,
      ),
    );
  });

  it("ignores a list in place of parameters by name", async () => {
    const { client } = await start(analysis([resnet("resnet50")]));
    await client.rpc.sendNotification("workspace/didChangeConfiguration", []);
    await client.rpc.sendNotification("workspace/didChangeConfiguration", [[]]);
    expect(await client.lenses(URI)).not.toEqual([]);
    expect(client.log[0]).toBe("ignored workspace/didChangeConfiguration: parameters must be an object");
  });

  it("ignores notifications of nonsense with a line in the log", async () => {
    const { client } = await start(analysis([resnet("resnet50")]));
    await client.rpc.sendNotification("textDocument/didOpen", { textDocument: { uri: URI, text: 5 } });
    await client.rpc.sendNotification("textDocument/didChange", {
      textDocument: { uri: URI, version: 2 },
      contentChanges: [{ range: { start: { line: -1, character: 0 } }, text: "x" }],
    });
    await client.rpc.sendNotification("textDocument/didClose", {});
    expect(await client.lenses(URI)).not.toEqual([]);
    expect(client.log).toEqual([
      "ignored textDocument/didOpen: textDocument.languageId is missing",
      "ignored textDocument/didChange: contentChanges.0.range.start.line must be a whole number from 0 to 2147483647",
      "ignored textDocument/didClose: textDocument is missing",
    ]);
  });
});
