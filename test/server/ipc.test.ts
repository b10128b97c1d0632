/** The built server as VS Code starts it, over the IPC channel of its process. */
import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from "vscode-jsonrpc/node";

const SERVER = path.resolve(import.meta.dirname, "../../dist/server.cjs");
const URI = "file:///net.py";

let server: ChildProcess;
let client: ReturnType<typeof createMessageConnection>;
const log: string[] = [];

beforeAll(async () => {
  if (!existsSync(SERVER)) throw new Error("dist/server.cjs is missing: npm run build");
  server = fork(SERVER, ["--node-ipc"]);
  client = createMessageConnection(new IPCMessageReader(server), new IPCMessageWriter(server));
  client.onNotification("window/logMessage", ({ message }: { readonly message: string }) => {
    log.push(message);
  });
  client.listen();
  await client.sendRequest("initialize", { processId: process.pid, rootUri: null, capabilities: {} });
  await client.sendNotification("initialized", {});
  const textDocument = { uri: URI, languageId: "python", version: 1, text: "import torch\n" };
  await client.sendNotification("textDocument/didOpen", { textDocument });
});

afterAll(() => {
  client.dispose();
  server.kill();
});

const answers = () => client.sendRequest("textDocument/codeLens", { textDocument: { uri: URI } });

describe("convlens-language-server --node-ipc", () => {
  const cancel = (params: unknown) => ({ jsonrpc: "2.0", method: "$/cancelRequest", params });
  it.each<[object | string | number | boolean, string | undefined]>([
    [{ jsonrpc: "2.0", method: "$/cancelRequest" }, "ignored $/cancelRequest: parameters must be an object"],
    [cancel(null), "ignored $/cancelRequest: parameters must be an object"],
    [cancel([]), "ignored $/cancelRequest: parameters must be an object"],
    [cancel({}), "ignored $/cancelRequest: id is missing"],
    [cancel({ id: null }), "ignored $/cancelRequest: id must be a number or a text"],
    [cancel({ id: { toString: 5 } }), "ignored $/cancelRequest: id must be a number or a text"],
    [cancel({ id: "nobody's" }), undefined],
    [{ ...cancel({ id: 1 }), id: null }, "ignored $/cancelRequest: id must be a number or a text"],
    [5, "ignored what is no message"],
    ["text", "ignored what is no message"],
    [{ method: 5 }, "ignored what has a method that is no text"],
    [{ id: {}, method: "textDocument/hover" }, "ignored textDocument/hover: id must be a number or a text"],
    [{ id: 1, error: "none" }, undefined],
    [{ id: 1 }, undefined],
    [[{}], undefined],
  ])("goes on after %j, and says so in its log", async (message, line) => {
    log.length = 0;
    server.send(message);
    expect(await answers()).toEqual([]);
    expect(server.exitCode).toBeNull();
    if (line) expect(log).toEqual([line]);
  });

  it("answers a call whose method is no text with an error", async () => {
    const answer = new Promise((resolve) => {
      server.on("message", (message: { readonly id?: unknown }) => {
        if (message.id === "odd") resolve(message);
      });
    });
    server.send({ jsonrpc: "2.0", id: "odd", method: ["shutdown"] });
    expect(await answer).toMatchObject({
      error: { code: -32602, message: "what has a method that is no text" },
    });
  });
});
