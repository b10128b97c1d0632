/**
 * Stands between the transport and everything else: a call whose parameters are nonsense is answered with an error or,
 * where nobody waits for an answer, logged, and so is what is no message at all. Nothing else happens. The connection
 * must not see it: it looks into `$/cancelRequest` before any handler, and over IPC an exception there ends the process.
 */
import {
  type Connection,
  type DataCallback,
  type Disposable,
  ErrorCodes,
  type Message,
  type MessageReader,
  ResponseError,
} from "vscode-languageserver/node";
import { problemOf } from "../protocol/params.ts";

/** In place of the method of a refused call. */
const REFUSED = "convlens/refused";

interface Refusal {
  readonly problem: string;
  /** Of the error answer; invalid parameters where there is none. */
  readonly code?: number;
}

/** Connections read through this, so that no message finds its handler past it. */
export class RefusingReader implements MessageReader {
  readonly #reader: MessageReader;
  readonly #versions = new Versions();
  /** Before `initialize` and from `shutdown` on, nothing but `exit` and the client's answers are taken. */
  #state: "new" | "ready" | "shut down" = "new";

  constructor(reader: MessageReader) {
    this.#reader = reader;
  }

  get onError() {
    return this.#reader.onError;
  }

  get onClose() {
    return this.#reader.onClose;
  }

  get onPartialMessage() {
    return this.#reader.onPartialMessage;
  }

  listen(callback: DataCallback): Disposable {
    return this.#reader.listen((message: unknown) => callback(this.#admitted(message)));
  }

  #admitted(message: unknown): Message {
    const { method, id } = (message ?? {}) as { readonly method?: unknown; readonly id?: unknown };
    if (typeof method !== "string" || method === "exit") return admitted(message, this.#versions);
    if (this.#state === "shut down")
      return refused({ id }, `${method}: the server is shut down`, ErrorCodes.InvalidRequest);
    if (this.#state === "new" && method !== "initialize")
      return refused({ id }, `${method}: initialize comes first`, ErrorCodes.ServerNotInitialized);
    if (this.#state === "ready" && method === "initialize")
      return refused({ id }, "initialize: the server is initialized", ErrorCodes.InvalidRequest);
    const taken = admitted(message, this.#versions);
    if (taken === message && method === "initialize") this.#state = "ready";
    if (taken === message && method === "shutdown") this.#state = "shut down";
    return taken;
  }

  dispose(): void {
    this.#reader.dispose();
  }
}

/** The message, or in its place the call that tells what is wrong with it. Replies are the connection's business. */
function admitted(message: unknown, versions: Versions): Message {
  if (typeof message !== "object" || message === null) return refused({}, "what is no message");
  const sent = message as Message;
  if (!("method" in message)) return sent;
  const { method, id, params }: { method: unknown; id?: unknown; params?: unknown } = message;
  if (typeof method !== "string") return refused({ id }, "what has a method that is no text");
  const isSound = id === undefined || typeof id === "number" || typeof id === "string";
  const problem = isSound ? problemOfCall(method, params, versions) : "id must be a number or a text";
  return problem === undefined ? sent : refused({ id }, `${method}: ${problem}`);
}

function problemOfCall(method: string, params: unknown, versions: Versions): string | undefined {
  if (method === REFUSED) return "is no call of a client's";
  return problemOf(method, params) ?? versions.problemOf(method, params);
}

/** An answer needs an id that can be sent back. */
function refused({ id }: { readonly id?: unknown }, problem: string, code?: number): Message {
  const params: Refusal = { problem, ...(code !== undefined && { code }) };
  const isAnswerable = typeof id === "number" || typeof id === "string";
  return { jsonrpc: "2.0", ...(isAnswerable && { id }), method: REFUSED, params } as Message;
}

/** The versions of open documents, which only grow: a change that comes late must not undo a later one. */
class Versions {
  readonly #open = new Map<string, number>();

  /** `params` have passed their schema. */
  problemOf(method: string, params: unknown): string | undefined {
    const { textDocument } = (params ?? {}) as { readonly textDocument?: { uri: string; version: number } };
    if (!textDocument) return undefined;
    const { uri, version } = textDocument;
    if (method === "textDocument/didOpen") this.#open.set(uri, version);
    if (method === "textDocument/didClose") this.#open.delete(uri);
    if (method !== "textDocument/didChange") return undefined;
    const known = this.#open.get(uri);
    if (known !== undefined && version <= known)
      return `textDocument.version must be more than ${known}, gets ${version}`;
    if (known !== undefined) this.#open.set(uri, version);
    return undefined;
  }
}

/** Answers the calls that were refused. */
export function answerRefused(connection: Connection): void {
  connection.onRequest(REFUSED, ({ problem, code = ErrorCodes.InvalidParams }: Refusal) => {
    throw new ResponseError(code, problem);
  });
  connection.onNotification(REFUSED, ({ problem }: Refusal) =>
    connection.console.error(`ignored ${problem}`),
  );
}
