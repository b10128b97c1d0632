/**
 * The language server in Node: `convlens-language-server --stdio`, or the IPC channel of VS Code's client. The same
 * file is the worker that runs the engine.
 */

import { Console } from "node:console";
import { homedir } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isMainThread } from "node:worker_threads";
import {
  type Connection,
  createConnection,
  createServerPipeTransport,
  createServerSocketTransport,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageReader,
  type MessageWriter,
  ProposedFeatures,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver/node";
import manifest from "../../package.json" with { type: "json" };
import { usedEnvironments } from "../node/environments.ts";
import { projectText } from "../node/host.ts";
import { packageFolders, workspacePackageFolders } from "../node/python.ts";
import { keptModules } from "../sources/kept.ts";
import { watchKept } from "../sources/watch.ts";
import { expand } from "./folders.ts";
import { MessageBytes } from "./messageBytes.ts";
import { withEncodings } from "./positions.ts";
import { RefusingReader } from "./refuse.ts";
import { startServer } from "./server.ts";
import { fileOf } from "./uris.ts";
import { WorkerAnalyst } from "./worker.ts";

if (isMainThread) {
  const [bytes, out] = transport((text) => connection.console.error(text));
  const [reader, writer] = withEncodings(new RefusingReader(bytes), out, textOnDisk);
  const connection: Connection = createConnection(ProposedFeatures.all, reader, writer);
  startServer(connection, {
    analyst: new WorkerAnalyst(fileURLToPath(import.meta.url), {
      log: (text) => connection.console.error(text),
      onSlow: (text, ended) => {
        connection.console.info(text);
        void showSlow(connection, text, ended);
      },
    }),
    searchPaths,
    kept: (folders) => [...(keptModules(folders) ?? [])],
    watchKept,
    version: manifest.version,
  });
} else {
  // What the engine is made of is evaluated in its own thread alone.
  void import("./engineThread.ts");
}

/** For positions in files that are not open. */
function textOnDisk(uri: string): string | undefined {
  const read = projectText(fileOf(uri));
  return "text" in read ? read.text : undefined;
}

/** As the command line says; of standard input only whole messages reach the reader. */
function transport(log: (text: string) => void): [MessageReader, MessageWriter] {
  const { values } = parseArgs({
    options: {
      "node-ipc": { type: "boolean" },
      socket: { type: "string" },
      pipe: { type: "string" },
    },
    strict: false,
  });
  if (values["node-ipc"]) return [new IPCMessageReader(process), new IPCMessageWriter(process)];
  if (values.socket) return createServerSocketTransport(Number(values.socket));
  if (values.pipe) return createServerPipeTransport(String(values.pipe));
  // Standard output belongs to the protocol.
  globalThis.console = new Console(process.stderr);
  const input = new MessageBytes(log);
  // A client that goes without a word leaves nobody to serve.
  input.on("close", () => process.exit(1));
  return [new StreamMessageReader(process.stdin.pipe(input)), new StreamMessageWriter(process.stdout)];
}

/** Clients that can show it in their status bar, until the file is read or given up. */
async function showSlow(connection: Connection, text: string, ended: Promise<void>): Promise<void> {
  const progress = await connection.window.createWorkDoneProgress();
  progress.begin("ConvLens", undefined, text);
  await ended;
  progress.done();
}

/** `${workspaceFolder}` is the first folder. What the user chose goes before what lies in the workspace. */
function searchPaths(folders: readonly string[], pythonPath: readonly string[]): string[] {
  const near = [
    ...pythonPath.flatMap((path) => packageFolders(expand(path, folders))),
    ...folders.flatMap((folder) => workspacePackageFolders(folder, folders)),
  ];
  const user = { env: process.env, platform: process.platform, home: homedir() };
  const elsewhere = (): string[] =>
    usedEnvironments(folders, [], user).flatMap(({ folder }) => packageFolders(folder));
  return [...new Set([...folders, ...(near.length > 0 ? near : elsewhere())])];
}
