/**
 * Budgets of networks as a project keeps them: `[tool.convlens.budgets.NAME]` in pyproject.toml, or `budgets` in
 * convlens.config.json. The nearest file upwards that has any is the project's.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import { parse as parseToml, TomlError } from "smol-toml";
import * as v from "valibot";
import { parseCount } from "../engine/base/count.ts";
import { entryOf } from "../engine/base/table.ts";
import { projectText } from "./host.ts";

/** What a budget bounds: MACs, parameters, bytes of activations at the peak, or the share of the largest layer. */
export type Figure = "macs" | "params" | "peak_memory" | "share";

export interface Budget {
  /** As the file writes it: `Net`, `models/net.py:Net`, `models/*.py:*`. */
  readonly name: string;
  /** A glob of files from the configuration's folder; absent: any file that has such a network. */
  readonly files?: string;
  /** A network's name, or a glob of names. */
  readonly network: string;
  readonly args?: string;
  readonly input: readonly string[];
  readonly most: readonly { readonly figure: Figure; readonly value: number }[];
  /** The line of the configuration that names it. */
  readonly line: number;
}

export interface Configuration {
  readonly file: string;
  readonly folder: string;
  readonly budgets: readonly Budget[];
}

/** A configuration that cannot be used; the message names file and line. */
export class ConfigurationProblem extends Error {}

const FILES = ["convlens.config.json", "pyproject.toml"] as const;

/** `named` is the file that the user names. Throws a ConfigurationProblem. */
export function readConfiguration(cwd: string, named?: string): Configuration {
  const found = named === undefined ? nearestConfiguration(cwd) : readOne(path.resolve(cwd, named));
  if (found) return found;
  const where =
    named === undefined ? "no budgets here or in the folders above" : `${named}: no budgets in it`;
  throw new ConfigurationProblem(`${where}; ${HOW_TO}`);
}

/** The budgets of the folder or of one above it, up to `top`; undefined where there are none. Throws a ConfigurationProblem. */
export function nearestConfiguration(from: string, top?: string): Configuration | undefined {
  for (let folder = from; ; folder = path.dirname(folder)) {
    for (const name of FILES) {
      const file = path.join(folder, name);
      const found = existsSync(file) ? readOne(file) : undefined;
      if (found) return found;
    }
    if (folder === top || folder === path.dirname(folder)) return undefined;
  }
}

const HOW_TO = 'write [tool.convlens.budgets.NAME] with macs = "300M" in pyproject.toml';

/** Undefined where the file has nothing to say of budgets. */
function readOne(file: string): Configuration | undefined {
  const name = path.basename(file);
  const text = textOf(file);
  const isJson = /\.json$/i.test(file);
  const given = isJson ? field(parseJson(text, name), "budgets") : fromPyproject(text, name);
  if (given === undefined) return undefined;
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw new ConfigurationProblem(`${name}: budgets is a table: [tool.convlens.budgets.NAME]`);
  const budgets = Object.entries(given).map(([key, value]) => {
    const line = lineOf(text, key, isJson);
    const parsed = v.safeParse(BUDGET, value);
    if (parsed.success) return budgetOf(key, parsed.output, { name, line });
    const [issue] = parsed.issues;
    const option = issue.path?.map((item) => `.${String(item.key)}`).join("") ?? "";
    throw new ConfigurationProblem(`${name}:${line}: ${key}${option} ${issue.message}`);
  });
  return { file, folder: path.dirname(file), budgets };
}

function textOf(file: string): string {
  const read = projectText(file);
  if ("problem" in read) throw new ConfigurationProblem(`${path.basename(file)} ${read.problem}`);
  return read.text;
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ConfigurationProblem(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function fromPyproject(text: string, name: string): unknown {
  try {
    return field(field(field(parseToml(text), "tool"), "convlens"), "budgets");
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [first = ""] = error.message.split("\n");
    throw new ConfigurationProblem(`${name}:${error.line}: ${first}`);
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? entryOf(value as Record<string, unknown>, name)
    : undefined;
}

/** A number that is in bounds, or a text that means one. */
function figure(parse: (text: string) => number | undefined, most: number, message: string) {
  return v.custom<number | string>((given) => {
    const value = typeof given === "string" ? parse(given) : given;
    return typeof value === "number" && value >= 0 && value <= most;
  }, message);
}

const count = figure(parseCount, Number.MAX_VALUE, "is a count: 300000000, or a text such as 300M or 4.1G");
const bytes = figure(parseBytes, Number.MAX_VALUE, "is a number of bytes, or a text such as 50MB");
const share = figure(parseShare, 1, 'is a share: 0.4, or "40 %"');
const text = v.string("is a text in quotes");

/** A slip in a name would leave a budget unchecked, so what is not known is refused. */
const BUDGET = v.pipe(
  v.strictObject(
    {
      macs: v.optional(count),
      params: v.optional(count),
      peak_memory: v.optional(bytes),
      share: v.optional(share),
      args: v.optional(text),
      input: v.optional(
        v.union([text, v.array(text)], 'is a shape such as "1x3x224x224", or a list of them'),
      ),
    },
    ({ expected }) =>
      expected === "never"
        ? "is none of macs, params, peak_memory, share, args, input"
        : 'is a table such as { macs = "300M" }',
  ),
  v.check(
    ({ macs, params, peak_memory, share }) =>
      [macs, params, peak_memory, share].some((most) => most !== undefined),
    "bounds nothing: give it macs, params, peak_memory or share",
  ),
);

function budgetOf(
  name: string,
  { args, input, ...most }: v.InferOutput<typeof BUDGET>,
  at: { readonly name: string; readonly line: number },
): Budget {
  // The last colon, so that a Windows drive's separates nothing.
  const [, files, network = name] = /^(.+):([^:/\\]+)$/.exec(name) ?? [];
  if (network.trim() === "") throw new ConfigurationProblem(`${at.name}:${at.line}: a budget without a name`);
  return {
    ...{ name, network, line: at.line },
    ...(files !== undefined && { files }),
    ...(args !== undefined && { args }),
    input: input === undefined ? [] : [input].flat(),
    most: (Object.keys(most) as Figure[]).flatMap((figure) => {
      const value = boundOf(most[figure], figure);
      return value === undefined ? [] : [{ figure, value }];
    }),
  };
}

function boundOf(given: number | string | undefined, figure: Figure): number | undefined {
  return typeof given === "string" ? PARSERS[figure](given) : given;
}

/** `50MB`, `1.5 G` */
function parseBytes(text: string): number | undefined {
  return parseCount(text.replace(/B\s*$/i, ""));
}

/** `40 %` */
function parseShare(text: string): number | undefined {
  const [, percent] = /^\s*(\d+(?:\.\d+)?)\s*%\s*$/.exec(text) ?? [];
  return percent === undefined ? undefined : Number(percent) / 100;
}

const PARSERS: Readonly<Record<Figure, (text: string) => number | undefined>> = {
  macs: parseCount,
  params: parseCount,
  peak_memory: parseBytes,
  share: parseShare,
};

/** Where the file names the budget, for people and code hosts. */
function lineOf(text: string, name: string, isJson: boolean): number {
  const key = JSON.stringify(name);
  const lines = text.split("\n");
  const at = lines.findIndex((line) =>
    isJson
      ? line.includes(key)
      : /^\s*(\[|[\w"'])/.test(line) && line.includes(name) && /budgets|=/.test(line),
  );
  return at + 1 || 1;
}
