/** What a tool may be given, written once: as the JSON schema that clients show, and as the check of what they send. */
import { entryOf } from "../engine/base/table.ts";

export interface Field {
  readonly kind: "text" | "texts" | "number" | "flag";
  readonly description: string;
  readonly required?: true;
}

export type Fields = Readonly<Record<string, Field>>;

/** Arguments that were checked; what is absent was not given. */
export interface Given {
  readonly text: (name: string) => string | undefined;
  readonly texts: (name: string) => readonly string[];
  readonly number: (name: string) => number | undefined;
  readonly flag: (name: string) => boolean;
}

/** Arguments that a tool does not take; the message tells the caller what it does. */
export class WrongArguments extends Error {}

/** A JSON schema of an object. */
export interface Schema {
  readonly type: "object";
  readonly properties: { readonly [name: string]: object };
  readonly required: string[];
  readonly additionalProperties: false;
}

export function schemaOf(fields: Fields): Schema {
  const entries = Object.entries(fields);
  return {
    type: "object",
    properties: Object.fromEntries(
      entries.map(([name, { kind, description }]) => [name, { ...SCHEMAS[kind], description }]),
    ),
    required: entries.flatMap(([name, { required }]) => (required ? [name] : [])),
    additionalProperties: false,
  };
}

const SCHEMAS: Readonly<Record<Field["kind"], object>> = {
  text: { type: "string" },
  texts: { type: "array", items: { type: "string" } },
  number: { type: "number" },
  flag: { type: "boolean" },
};

/** Throws WrongArguments. */
export function checkGiven(fields: Fields, given: unknown): Given {
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw new WrongArguments("arguments are an object");
  const values = new Map<string, unknown>(Object.entries(given));
  for (const [name, value] of values) {
    const field = entryOf(fields, name);
    if (!field)
      throw new WrongArguments(`there is no argument ${name}; there are ${Object.keys(fields).join(", ")}`);
    if (!CHECKS[field.kind](value)) throw new WrongArguments(`${name} is ${WORDS[field.kind]}`);
  }
  for (const [name, { required }] of Object.entries(fields))
    if (required && !values.has(name)) throw new WrongArguments(`${name} is missing`);
  return {
    text: (name) => values.get(name) as string | undefined,
    texts: (name) => (values.get(name) as readonly string[] | undefined) ?? [],
    number: (name) => values.get(name) as number | undefined,
    flag: (name) => values.get(name) === true,
  };
}

const isText = (value: unknown): boolean => typeof value === "string";

const CHECKS: Readonly<Record<Field["kind"], (value: unknown) => boolean>> = {
  text: isText,
  texts: (value) => Array.isArray(value) && value.every(isText),
  number: (value) => typeof value === "number" && Number.isFinite(value),
  flag: (value) => typeof value === "boolean",
};

const WORDS: Readonly<Record<Field["kind"], string>> = {
  text: "a text",
  texts: "a list of texts",
  number: "a number",
  flag: "true or false",
};
