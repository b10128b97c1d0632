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

/** Connections are made with this, so that no message finds its handler past it. */
export const refuseNonsense: MessageStrategy = {
  handleMessage(message, next) {
    if (!("method" in message) || typeof message.method !== "string") return next(message);
    const { method, params } = message as { readonly method: string; readonly params?: unknown };
    const problem = method === REFUSED ? "is no call of a client's" : problemOf(method, params);
    if (problem === undefined) return next(message);
    const refusal: Refusal = { problem: `${method}: ${problem}` };
    return next({ ...message, method: REFUSED, params: refusal } as typeof message);
  },
};

/** Answers the calls that were refused. */
export function answerRefused(connection: Connection): void {
  connection.onRequest(REFUSED, ({ problem }: Refusal) => {
    throw new ResponseError(ErrorCodes.InvalidParams, problem);
  });
  connection.onNotification(REFUSED, ({ problem }: Refusal) =>
    connection.console.error(`ignored ${problem}`),
  );
}
