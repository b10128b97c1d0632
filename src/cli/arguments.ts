/** The command line as typed values. What does not fit is a usage error: one sentence that says what would. */

import { parseArgs } from "node:util";
import { parseCount } from "../engine/base/count.ts";
import { entryOf } from "../engine/base/table.ts";
import { DEVICE_DTYPES, type DeviceDtype } from "../engine/contract/device.ts";
import { REWRITE_STYLES, type RewriteStyle } from "../engine/contract/rewrite.ts";
import type { SimulationOptions } from "../engine/contract/separable.ts";
import type { CostUnit } from "../engine/formats/units.ts";
import { MOST_FACTOR } from "../engine/separable/wrongOption.ts";
import { type MeasureCommand, parseMeasure } from "./measureArguments.ts";
import { type CheckCommand, type DiffCommand, parseCheck, parseDiff } from "./projectArguments.ts";
import { type DoctorCommand, parseDoctor, parseSources, type SourcesCommand } from "./sourcesArguments.ts";
import { parseSweep, type SweepCommand } from "./sweepArguments.ts";
import { namesMany, splitTarget } from "./targetName.ts";
import { factorOf, isInputShape, multipleOf, namesOf } from "./values.ts";

export type Format = "text" | "json" | "jsonl" | "csv" | "markdown" | "sarif";

/** Which network of which file, on which input. */
export interface NetworkChoice {
  /** A file, or a folder or glob of files. */
  readonly file: string;
  /** What is named besides. */
  readonly more?: readonly string[];
  readonly model?: string;
  readonly args?: string;
  readonly input: readonly string[];
  readonly pythonPaths: readonly string[];
  readonly stubs: readonly string[];
  readonly limits: ProcessLimits;
}

/** What one command may take before it is ended. */
export interface ProcessLimits {
  /** CPU seconds. */
  readonly seconds: number;
  readonly megabytes: number;
}

/** Several times what a long file of networks takes: what gets here would hardly end by itself. */
export const DEFAULT_LIMITS: ProcessLimits = { seconds: 40, megabytes: 800 };

/** For the files of a project. */
export const PROJECT_LIMITS: ProcessLimits = { seconds: 600, megabytes: 1500 };

export interface SimulateCommand extends NetworkChoice {
  readonly kind: "simulate";
  readonly options: SimulationOptions;
  readonly format: "text" | "json";
  readonly unit: CostUnit;
}

export interface RewriteCommand extends NetworkChoice {
  readonly kind: "rewrite";
  readonly layers: "all" | readonly string[];
  readonly stem: boolean;
  readonly style?: RewriteStyle;
  readonly only: boolean;
  readonly mode: "diff" | "write" | "json";
}

export interface SuggestCommand extends NetworkChoice {
  readonly kind: "suggest";
  readonly budgetMacs: number;
  readonly stem: boolean;
  readonly round: number;
  readonly format: "text" | "json";
  readonly unit: CostUnit;
}

/** The device that a bound is wanted on. */
export interface DeviceChoice {
  /** A device's name or part of it. */
  readonly device?: string;
  /** What its operations work on; absent: what it is known for. */
  readonly dtype?: DeviceDtype;
  /** A JSON file of the user's own devices. */
  readonly devices?: string;
}

export interface ProfileCommand extends NetworkChoice, DeviceChoice {
  readonly kind: "profile";
  readonly all: boolean;
  readonly format: Format;
  readonly unit: CostUnit;
  /** In MACs, whatever the unit shown. */
  readonly budgetMacs?: number;
  readonly failOnUnknown: boolean;
  /** List what was assumed under each table. */
  readonly explain: boolean;
}

/** Names the devices that a bound can be had on. */
export interface DevicesCommand {
  readonly kind: "devices";
  readonly devices?: string;
}

/** What is wrong with a command line, in one sentence. */
export interface UsageError {
  readonly kind: "usage-error";
  readonly message: string;
}

export type Command =
  | ProfileCommand
  | DevicesCommand
  | SimulateCommand
  | RewriteCommand
  | SuggestCommand
  | SweepCommand
  | MeasureCommand
  | DiffCommand
  | CheckCommand
  | SourcesCommand
  | DoctorCommand
  | { readonly kind: "help" }
  | { readonly kind: "version" }
  | { readonly kind: "mcp" }
  | { readonly kind: "server" }
  | UsageError;

const OPTIONS = {
  model: { type: "string" },
  args: { type: "string" },
  input: { type: "string", multiple: true },
  all: { type: "boolean" },
  table: { type: "boolean" },
  json: { type: "boolean" },
  csv: { type: "boolean" },
  markdown: { type: "boolean" },
  sarif: { type: "boolean" },
  gitlab: { type: "boolean" },
  config: { type: "string" },
  unit: { type: "string" },
  budget: { type: "string" },
  "fail-on-unknown": { type: "boolean" },
  explain: { type: "boolean" },
  layer: { type: "string" },
  seconds: { type: "string" },
  keep: { type: "string" },
  device: { type: "string" },
  dtype: { type: "string" },
  devices: { type: "string" },
  python: { type: "string", multiple: true },
  stubs: { type: "string", multiple: true },
  "time-limit": { type: "string" },
  "memory-limit": { type: "string" },
  swap: { type: "string" },
  stem: { type: "boolean" },
  alpha: { type: "string" },
  rho: { type: "string" },
  round: { type: "string" },
  resized: { type: "string", multiple: true },
  "input-size": { type: "string" },
  batch: { type: "string" },
  paper: { type: "boolean" },
  layers: { type: "string" },
  style: { type: "string" },
  only: { type: "boolean" },
  diff: { type: "boolean" },
  write: { type: "boolean" },
  "no-deps": { type: "boolean" },
  "index-url": { type: "string", multiple: true },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "v" },
} as const;

const FORMAT_FLAGS = ["table", "json", "csv", "markdown", "sarif"] as const;

export const LIMITS = ["time-limit", "memory-limit"] as const;
const ANY = ["model", "args", "input", "python", "stubs", ...LIMITS, "help", "version"] as const;
type OptionName = keyof typeof OPTIONS;
export type Values = Extract<ReturnType<typeof parseOptions>, { readonly positionals: string[] }>["values"];

interface CommandRule {
  readonly options: readonly OptionName[];
  readonly parse: (values: Values, network: NetworkChoice, unit: CostUnit) => Command;
}

const COMMANDS: Readonly<Record<string, CommandRule>> = {
  profile: {
    options: [
      ...([
        "all",
        "table",
        "json",
        "csv",
        "markdown",
        "sarif",
        "unit",
        "budget",
        "fail-on-unknown",
        "explain",
      ] as const),
      ...(["device", "devices", "dtype"] as const),
    ],
    parse: parseProfile,
  },
  simulate: {
    options: ["swap", "stem", "alpha", "rho", "round", "resized", "table", "json", "unit"],
    parse: parseSimulate,
  },
  rewrite: { options: ["layers", "stem", "style", "only", "diff", "write", "json"], parse: parseRewrite },
  measure: { options: ["layer", "seconds", "keep", "table", "json"], parse: parseMeasure },
  suggest: { options: ["budget", "stem", "round", "table", "json", "unit"], parse: parseSuggest },
  sweep: {
    options: [
      ...(["swap", "stem", "alpha", "rho", "round", "input-size", "batch", "budget", "paper"] as const),
      ...(["table", "json", "markdown", "csv", "unit", "device", "devices", "dtype"] as const),
    ],
    parse: parseSweep,
  },
};

export function parseCommand(argv: readonly string[]): Command {
  // What follows is the server's own: its clients add options of the protocol.
  if (argv[0] === "server" && !argv.includes("--help")) return { kind: "server" };
  const parsed = parseOptions(argv);
  if (typeof parsed === "string") return usageError(parsed);
  const { values, positionals } = parsed;
  if (values.help) return { kind: "help" };
  if (values.version) return { kind: "version" };
  const [command, target, ...extra] = positionals;
  if (command === undefined) return usageError("no command given; try: convlens profile FILE");
  if (command === "help") return { kind: "help" };
  if (command === "diff") return parseDiff(values, positionals.slice(1));
  if (command === "check") return parseCheck(values, positionals.slice(1));
  if (command === "sources") return parseSources(values, positionals.slice(1));
  if (command === "doctor") return parseDoctor(values, positionals.slice(1));
  if (command === "mcp") return parseMcp(values, positionals.slice(1));
  const rule = entryOf(COMMANDS, command);
  if (!rule) return usageError(`unknown command "${command}"; try: convlens profile FILE`);
  if (command === "profile" && values.device === "list") return listDevices(values);
  if (target === undefined) return usageError(`${command} needs a file: convlens ${command} FILE[:NAME]`);
  const known: readonly string[] = [...ANY, ...rule.options];
  const strange = Object.keys(values).find((name) => !known.includes(name));
  if (strange !== undefined) return usageError(`--${strange} is no option of ${command}`);

  const unit = unitOf(values);
  if (unit === undefined) return usageError(`--unit is macs or flops, not "${values.unit}"`);
  for (const name of ["input", "resized"] as const) {
    const bad = values[name]?.find((shape) => !isInputShape(shape));
    if (bad !== undefined)
      return usageError(`--${name} "${bad}" is no shape; write sizes like 1x3x224x224 or 1x10:int64`);
  }
  const { file, model: named } = splitTarget(target);
  const isMany = namesMany([file, ...extra]);
  if (named !== undefined && values.model !== undefined && named !== values.model) {
    return usageError(`the network is named twice: "${named}" and "${values.model}"`);
  }
  const limits = limitsOf(values, isMany ? PROJECT_LIMITS : DEFAULT_LIMITS);
  if (typeof limits === "string") return usageError(limits);
  const model = values.model ?? named;
  const network: NetworkChoice = {
    file,
    ...(extra.length > 0 && { more: extra }),
    ...(model !== undefined && { model }),
    ...(values.args !== undefined && { args: values.args }),
    input: values.input ?? [],
    pythonPaths: values.python ?? [],
    stubs: values.stubs ?? [],
    limits,
  };
  return rule.parse(values, network, unit);
}

function parseProfile(values: Values, network: NetworkChoice, unit: CostUnit): Command {
  const formats = FORMAT_FLAGS.filter((flag) => values[flag]);
  if (formats.length > 1) return usageError(`choose one of ${formats.map((flag) => `--${flag}`).join(", ")}`);
  const all = values.all ?? false;
  if (all && (network.model !== undefined || network.args !== undefined)) {
    return usageError("--all profiles every network: leave out --model, NAME and --args");
  }
  const budget = budgetOf(values, unit);
  if (typeof budget === "string") return usageError(budget);
  const isMany = namesMany([network.file, ...(network.more ?? [])]);
  const format = formatOf(formats[0], { all, isMany });
  if (values.device !== undefined && !TOLD_FORMATS.includes(format)) {
    return usageError(`--device is told in --table and --json, not in --${format}`);
  }
  if (values.explain && !TOLD_FORMATS.includes(format)) {
    return usageError(`--explain is told in --table and --json, not in --${format}`);
  }
  const device = deviceChoice(values);
  if ("message" in device) return device;
  return {
    kind: "profile",
    ...network,
    all,
    format,
    unit,
    ...(budget !== undefined && { budgetMacs: budget }),
    failOnUnknown: values["fail-on-unknown"] ?? false,
    explain: values.explain ?? false,
    ...device,
  };
}

export function deviceChoice(values: Values): DeviceChoice | UsageError {
  if (values.devices !== undefined && values.device === undefined) {
    return usageError("--devices needs --device NAME, or --device list");
  }
  const dtype = DEVICE_DTYPES.find((known) => known === values.dtype);
  if (values.dtype !== undefined && (values.device === undefined || dtype === undefined)) {
    return usageError(`--dtype is ${DEVICE_DTYPES.join(", ")}, of a --device NAME, not "${values.dtype}"`);
  }
  return {
    ...(values.device !== undefined && { device: values.device }),
    ...(values.devices !== undefined && { devices: values.devices }),
    ...(dtype !== undefined && { dtype }),
  };
}

/** Formats that tell of all that a report has. */
const TOLD_FORMATS: readonly Format[] = ["text", "json", "jsonl"];

function listDevices({ devices }: Values): Command {
  return { kind: "devices", ...(devices !== undefined && { devices }) };
}

function parseSimulate(values: Values, network: NetworkChoice, unit: CostUnit): Command {
  const swap = values.swap === undefined ? "all" : namesOf(values.swap);
  const alpha = factorOf(values.alpha);
  const rho = factorOf(values.rho);
  const round = multipleOf(values.round);
  if (alpha === undefined)
    return usageError(
      `--alpha is a factor above 0, such as 0.75, and at most ${MOST_FACTOR}, not "${values.alpha}"`,
    );
  if (rho === undefined)
    return usageError(
      `--rho is a factor above 0, such as 0.714 or 5/7, and at most ${MOST_FACTOR}, not "${values.rho}"`,
    );
  if (values.rho !== undefined && values.resized)
    return usageError("--resized gives the input itself: leave out --rho");
  if (round === undefined) return usageError(`--round is a whole number such as 8, not "${values.round}"`);
  const options: SimulationOptions = {
    ...{ swap, stem: values.stem ?? false, alpha, rho, round },
    ...(values.resized && { resized: values.resized }),
  };
  return { kind: "simulate", ...network, options, format: values.json ? "json" : "text", unit };
}

function parseRewrite(values: Values, network: NetworkChoice): Command {
  const modes = (["diff", "write", "json"] as const).filter((flag) => values[flag]);
  if (modes.length > 1) return usageError(`choose one of ${modes.map((flag) => `--${flag}`).join(", ")}`);
  if (values.layers === undefined) return usageError("rewrite needs --layers all, or names of layers");
  const layers = namesOf(values.layers);
  if (layers === "none") return usageError("--layers is all, or names of layers");
  const style = REWRITE_STYLES.find((each) => each === values.style);
  if (values.style !== undefined && style === undefined)
    return usageError(`--style is ${REWRITE_STYLES.join(" or ")}, not "${values.style}"`);
  const chosen = { layers, stem: values.stem ?? false, only: values.only ?? false, ...(style && { style }) };
  return { kind: "rewrite", ...network, ...chosen, mode: modes[0] ?? "diff" };
}

function parseSuggest(values: Values, network: NetworkChoice, unit: CostUnit): Command {
  const budget = budgetOf(values, unit);
  if (typeof budget === "string") return usageError(budget);
  if (budget === undefined) return usageError("suggest needs --budget, such as 300M");
  const round = multipleOf(values.round);
  if (round === undefined) return usageError(`--round is a whole number such as 8, not "${values.round}"`);
  const format = values.json ? "json" : "text";
  return { kind: "suggest", ...network, budgetMacs: budget, stem: values.stem ?? false, round, format, unit };
}

/** It is told everything by its client. */
function parseMcp(values: Values, extra: readonly string[]): Command {
  const [strange] = [...Object.keys(values).map((name) => `--${name}`), ...extra];
  return strange === undefined ? { kind: "mcp" } : usageError(`mcp takes no arguments, but got "${strange}"`);
}

export function unitOf({ unit = "macs" }: Values): CostUnit | undefined {
  return unit === "macs" || unit === "flops" ? unit : undefined;
}

/** What is asked for, or what is wrong with it. */
export function limitsOf(values: Values, usual: ProcessLimits = DEFAULT_LIMITS): ProcessLimits | string {
  const { "time-limit": time, "memory-limit": memory } = values;
  const seconds = time === undefined ? usual.seconds : Number(time);
  const megabytes = memory === undefined ? usual.megabytes : Number(memory);
  if (!(seconds > 0 && seconds < MOST_SECONDS)) return `--time-limit is a number of seconds, not "${time}"`;
  if (!(megabytes >= LEAST_MEGABYTES && megabytes <= MOST_MEGABYTES))
    return `--memory-limit is a number of megabytes from ${LEAST_MEGABYTES}, not "${memory}"`;
  return { seconds, megabytes };
}

const MOST_SECONDS = 1e6;
/** Less does not hold the engine and its parsers. */
const LEAST_MEGABYTES = 100;
const MOST_MEGABYTES = 1e6;

/** In MACs, or what is wrong with it. */
export function budgetOf({ budget }: Values, unit: CostUnit): number | string | undefined {
  if (budget === undefined) return undefined;
  const count = parseCount(budget);
  if (count === undefined) return `--budget "${budget}" is no count; write 300M, 4.1G or 300000000`;
  return unit === "flops" ? count / 2 : count;
}

/** `--alpha -1` is an option with a number, which only `--alpha=-1` is to Node. */
function withNumbersJoined(argv: readonly string[]): string[] {
  return argv.flatMap((text, index) => {
    const isNumber = /^-\.?\d/.test(text) && /^--\w/.test(argv[index - 1] ?? "");
    const next = argv[index + 1];
    if (isNumber) return [];
    return /^--[\w-]+$/.test(text) && next !== undefined && /^-\.?\d/.test(next)
      ? [`${text}=${next}`]
      : [text];
  });
}

function parseOptions(argv: readonly string[]) {
  try {
    return parseArgs({ args: withNumbersJoined(argv), options: OPTIONS, allowPositionals: true });
  } catch (error) {
    // Node's message goes on with advice on how to quote; its first sentence names the option.
    return error instanceof Error ? (error.message.split(/\.\s|\n/)[0] ?? error.message) : String(error);
  }
}

function formatOf(
  flag: (typeof FORMAT_FLAGS)[number] | undefined,
  { all, isMany }: { readonly all: boolean; readonly isMany: boolean },
): Format {
  if (flag === undefined) return all ? "jsonl" : "text";
  if (flag === "json") return all || isMany ? "jsonl" : "json";
  return flag === "table" ? "text" : flag;
}

export function usageError(message: string): UsageError {
  return { kind: "usage-error", message };
}
