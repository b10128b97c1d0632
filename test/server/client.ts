/** A small LSP client over any pair of streams, as an editor would speak to the server. */
import type { Readable, Writable } from "node:stream";
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from "vscode-jsonrpc/node";

export interface Place {
  readonly line: number;
  readonly character: number;
}

export interface CodeLens {
  readonly range: { readonly start: Place };
  readonly command: {
    readonly title: string;
    readonly command: string;
    readonly arguments: readonly unknown[];
  };
}

export interface PublishedDiagnostics {
  readonly uri: string;
  readonly version?: number;
  readonly diagnostics: readonly {
    readonly message: string;
    readonly code: string;
    readonly range: { readonly start: Place };
  }[];
}

export function connect(fromServer: Readable, toServer: Writable) {
  const rpc = createMessageConnection(new StreamMessageReader(fromServer), new StreamMessageWriter(toServer));
  const diagnostics: PublishedDiagnostics[] = [];
  rpc.onNotification("textDocument/publishDiagnostics", (sent: PublishedDiagnostics) => {
    diagnostics.push(sent);
  });
  const log: string[] = [];
  rpc.onNotification("window/logMessage", ({ message }: { readonly message: string }) => {
    log.push(message);
  });
  rpc.onRequest("client/registerCapability", () => null);
  rpc.onRequest("workspace/configuration", ({ items }: { readonly items: readonly object[] }) =>
    items.map(() => null),
  );
  rpc.onRequest("workspace/codeLens/refresh", () => null);
  rpc.listen();
  return {
    rpc,
    diagnostics,
    log,
    async initialize(options: object, capabilities: object = {}, folder?: string): Promise<unknown> {
      const workspaceFolders = folder === undefined ? null : [{ uri: folder, name: "work" }];
      const result = await rpc.sendRequest("initialize", {
        ...{ processId: process.pid, rootUri: folder ?? null, workspaceFolders, capabilities },
        initializationOptions: options,
      });
      await rpc.sendNotification("initialized", {});
      return result;
    },
    open: (uri: string, text: string, languageId = "python") =>
      rpc.sendNotification("textDocument/didOpen", { textDocument: { uri, languageId, version: 1, text } }),
    replace: (uri: string, version: number, text: string) =>
      rpc.sendNotification("textDocument/didChange", {
        textDocument: { uri, version },
        contentChanges: [{ text }],
      }),
    lenses: (uri: string) => rpc.sendRequest<CodeLens[]>("textDocument/codeLens", { textDocument: { uri } }),
    async hover(uri: string, line: number, character: number): Promise<string | undefined> {
      const params = { textDocument: { uri }, position: { line, character } };
      const hover = await rpc.sendRequest<{ contents: { value: string } } | null>(
        "textDocument/hover",
        params,
      );
      return hover?.contents.value;
    },
    async shutdown(): Promise<void> {
      await rpc.sendRequest("shutdown");
      await rpc.sendNotification("exit");
    },
  };
}
