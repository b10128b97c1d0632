/** Messages from the webviews, checked field by field before anything is done with them. */
import * as v from "valibot";
import { budget, factor, input, name, names, round, whole } from "./fields.ts";
import { EXPORT_FORMATS, type FromPanel, type FromSidebar } from "./messages.ts";

/** Far above a chart or a table of a large network. */
const MAX_EXPORT = 64 * 1024 * 1024;

const position = whole(1, Number.MAX_SAFE_INTEGER);
const start = { file: v.pipe(v.string(), v.nonEmpty()), line: position, column: position };
/** An end that is none leaves the start. */
const place = v.union([v.object({ ...start, end_line: position, end_column: position }), v.object(start)]);

const ofType = <const Type extends string, const Entries extends v.ObjectEntries>(
  type: Type,
  entries: Entries,
) => v.object({ type: v.literal(type), ...entries });

const reveal = ofType("reveal", { at: place });

const fromPanel = v.variant("type", [
  ...(["ready", "cancel", "refresh", "compare", "getSources", "chooseEnvironment"] as const).map((type) =>
    ofType(type, {}),
  ),
  reveal,
  ofType("scale", { network: name, scaling: v.object({ alpha: factor, rho: factor, round }) }),
  ofType("sweep", {
    network: name,
    ticket: whole(0, Number.MAX_SAFE_INTEGER),
    scaling: v.object({ alpha: factor, rho: factor, round }),
    swap: names,
    resized: v.exactOptional(input),
  }),
  ofType("suggest", { network: name, budgetMacs: budget, round }),
  ofType("apply", { network: name, layers: names }),
  ofType("export", {
    format: v.picklist(EXPORT_FORMATS),
    name,
    data: v.pipe(v.string(), v.maxLength(MAX_EXPORT)),
  }),
  ofType("setUnit", { unit: v.picklist(["MACs", "FLOPs"]) }),
  ofType("setInput", { network: name, input }),
  ofType("setNetwork", { network: name }),
  ofType("setArguments", { network: name }),
]);

const fromSidebar = v.variant("type", [
  ...(["ready", "scan", "cancelScan", "getSources", "chooseEnvironment", "chooseNetwork"] as const).map(
    (type) => ofType(type, {}),
  ),
  reveal,
  ofType("setArguments", { network: name }),
  ofType("profile", { network: name, uri: v.exactOptional(name) }),
]);

export function parseFromPanel(message: unknown): FromPanel | undefined {
  return parse(fromPanel, message);
}

export function parseFromSidebar(message: unknown): FromSidebar | undefined {
  return parse(fromSidebar, message);
}

/** `1x3x224x224`, `1×3×224×224` or `1, 3, 224, 224`, with an optional dtype: `1x10:int64`; several by spaces or `;`. */
export function parseInput(text: string): string[] | undefined {
  const parts = text
    .split(";")
    .flatMap((part) =>
      part
        .trim()
        .replace(/\s*[,×x]\s*/g, "x")
        .split(/\s+/),
    )
    .filter((part) => part !== "");
  return parse(input, parts);
}

function parse<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
): v.InferOutput<Schema> | undefined {
  const parsed = v.safeParse(schema, value, { abortEarly: true });
  return parsed.success ? parsed.output : undefined;
}
