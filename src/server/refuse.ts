/**
 * Stands before every handler: a call whose parameters are nonsense is answered with an error or, where nobody waits
 * for an answer, logged. Nothing else happens.
 */
import { type Connection, ErrorCodes, type MessageStrategy, ResponseError } from "vscode-languageserver";
import { problemOf } from "../protocol/params.ts";

/** In place of the method of a refused call. */
const REFUSED = "convlens/refused";

interface Refusal {
  readonly problem: string;
}

/** A connection is made with one of these, so that no message finds its handler past it. */
export function refuseNonsense(): MessageStrategy {
  const versions = new Versions();
  return {
    handleMessage(message, next) {
      if (!("method" in message) || typeof message.method !== "string") return next(message);
      const { method, params } = message as { readonly method: string; readonly params?: unknown };
      const problem =
        method === REFUSED
          ? "is no call of a client's"
          : (problemOf(method, params) ?? versions.problemOf(method, params));
      if (problem === undefined) return next(message);
      const refusal: Refusal = { problem: `${method}: ${problem}` };
      return next({ ...message, method: REFUSED, params: refusal } as typeof message);
    },
  };
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
  connection.onRequest(REFUSED, ({ problem }: Refusal) => {
    throw new ResponseError(ErrorCodes.InvalidParams, problem);
  });
  connection.onNotification(REFUSED, ({ problem }: Refusal) =>
    connection.console.error(`ignored ${problem}`),
  );
}
