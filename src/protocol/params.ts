/**
 * What every request and notification may carry, of LSP itself and of our own. Who passes it gets what its handler's
 * types promise; one that does not is refused before anything is done with it.
 */

import * as v from "valibot";
import { REWRITE_STYLES } from "../engine/contract/rewrite.ts";
import { budget, factor, flag, input, list, name, object, round, text, whole } from "./fields.ts";
import { ACTIVATE, ANALYZE, ANALYZE_TEXT, FOCUS, LOOK_AT, REWRITE, SIMULATE, SUGGEST } from "./requests.ts";

/** LSP's own bounds of numbers. */
const LEAST = -(2 ** 31);
const MOST = 2 ** 31 - 1;

const uri = v.pipe(
  v.string("must be a URI"),
  v.nonEmpty("must be a URI"),
  v.maxLength(99_999, "must be a URI of less than 100000 characters"),
);
const document = object({ uri });
const integer = whole(LEAST, MOST);
const position = object({ line: whole(0, MOST), character: whole(0, MOST) });
const line = v.optional(whole(0, MOST));
const range = object({ start: position, end: position });

/** A plain object by any names, `__proto__` too, which schema libraries leave out. */
const byName = (value: v.GenericSchema) =>
  v.pipe(
    v.custom<Readonly<Record<string, unknown>>>(
      (given) => typeof given === "object" && given !== null && !Array.isArray(given),
      "must be an object",
    ),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      for (const [key, entry] of Object.entries(dataset.value)) {
        const issue = issueIn(value, entry);
        if (!issue) continue;
        const here = { type: "object", origin: "value", input: dataset.value, key, value: entry } as const;
        addIssue({ message: issue.message, path: [here, ...(issue.path ?? [])] });
        return;
      }
    }),
  );
const inputs = v.optional(byName(input));

const folders = list(object({ uri }));
const section = v.nullish(v.looseObject({}, "must be an object"));
const names = list(text);
const layers = v.union([v.literal("all"), names], 'must be "all" or a list of names');
const network = { uri, network: name, input: v.optional(input) };
const stem = v.optional(flag);

const SCHEMAS: ReadonlyMap<string, v.GenericSchema> = new Map<string, v.GenericSchema>([
  [
    "initialize",
    object({
      processId: v.nullish(integer),
      locale: v.nullish(text),
      rootUri: v.nullish(uri),
      workspaceFolders: v.nullish(folders),
      capabilities: object({
        workspace: section,
        window: section,
        general: section,
        textDocument: v.nullish(
          object({
            codeAction: v.nullish(object({ resolveSupport: v.nullish(object({ properties: list(text) })) })),
          }),
        ),
      }),
      initializationOptions: v.nullish(
        object({ locale: v.nullish(text), commands: v.nullish(flag), settings: v.optional(v.unknown()) }),
      ),
    }),
  ],
  ["$/cancelRequest", object({ id: v.union([text, v.number()], "must be a number or a text") })],
  ["$/setTrace", object({ value: text })],
  [
    "window/workDoneProgress/cancel",
    object({ token: v.union([text, v.number()], "must be a number or a text") }),
  ],
  ["workspace/didChangeConfiguration", object({ settings: v.optional(v.unknown()) })],
  ["workspace/didChangeWatchedFiles", object({ changes: list(object({ uri, type: whole(1, 3) })) })],
  ["workspace/didChangeWorkspaceFolders", object({ event: object({ added: folders, removed: folders }) })],
  [
    "textDocument/didOpen",
    object({ textDocument: object({ uri, languageId: text, version: integer, text }) }),
  ],
  [
    "textDocument/didChange",
    object({
      textDocument: object({ uri, version: integer }),
      contentChanges: list(object({ range: v.optional(range), text })),
    }),
  ],
  ["textDocument/didClose", object({ textDocument: document })],
  ["textDocument/didSave", object({ textDocument: document })],
  ["textDocument/willSave", object({ textDocument: document })],
  ["textDocument/willSaveWaitUntil", object({ textDocument: document })],
  ["textDocument/codeLens", object({ textDocument: document })],
  ["textDocument/hover", object({ textDocument: document, position })],
  ["textDocument/inlayHint", object({ textDocument: document, range })],
  ["textDocument/codeAction", object({ textDocument: document, range })],
  ["codeAction/resolve", object({ title: text, data: v.nullish(object({ uri, network: name, layers })) })],
  [ANALYZE, object({ uri, inputs })],
  [ANALYZE_TEXT, object({ uri, text, inputs })],
  [ACTIVATE, object({ uri, network: name })],
  [FOCUS, object({ uri: v.optional(uri), network: v.optional(name), inputs })],
  [LOOK_AT, object({ uri: v.optional(uri), cursor: line, from: line, to: line })],
  [
    SIMULATE,
    object({
      ...network,
      swap: v.union([v.picklist(["all", "none"]), names], 'must be "all", "none" or a list of names'),
      stem,
      alpha: v.optional(factor),
      rho: v.optional(factor),
      round: v.optional(round),
      resized: v.optional(input),
    }),
  ],
  [SUGGEST, object({ ...network, budgetMacs: budget, stem, round: v.optional(round) })],
  [
    REWRITE,
    object({
      ...network,
      ...{ layers, stem },
      style: v.optional(v.picklist(REWRITE_STYLES, `must be ${REWRITE_STYLES.join(" or ")}`)),
    }),
  ],
]);

/** What is wrong with the parameters of a call, in words; undefined when nothing is. */
export function problemOf(method: string, params: unknown): string | undefined {
  const schema = SCHEMAS.get(method);
  const issue = schema && issueIn(schema, params);
  return issue && `${v.getDotPath(issue) ?? "parameters"} ${issue.message}`;
}

function issueIn(schema: v.GenericSchema, value: unknown): v.BaseIssue<unknown> | undefined {
  return v.safeParse(schema, value, { abortEarly: true }).issues?.[0];
}
