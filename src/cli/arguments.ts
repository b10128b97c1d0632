/** The command line as typed values. What does not fit is a usage error: one sentence that says what would. */
import { parseArgs } from "node:util";
import type { CostUnit } from "../engine/report/units.ts";
import { splitTarget } from "./target.ts";

export type Format = "text" | "json" | "jsonl" | "csv" | "markdown" | "sarif";

export interface ProfileCommand {
  readonly kind: "profile";
  readonly file: string;
  readonly model?: string;
  readonly args?: string;
  readonly input: readonly string[];
  readonly all: boolean;
  readonly format: Format;
  readonly unit: CostUnit;
  /** In MACs, whatever the unit shown. */
  readonly budgetMacs?: number;
  readonly failOnUnknown: boolean;
  readonly pythonPaths: readonly string[];
}

export type Command =
  | ProfileCommand
  | { readonly kind: "help" }
  | { readonly kind: "version" }
  | { readonly kind: "usage-error"; readonly message: string };

export const HELP = `convlens - what every layer of a network costs, read from its source; nothing is run

Usage
  convlens profile FILE[:NAME] [options]

NAME is a class, a builder function or a class's factory (EfficientNet.from_name).
Without it the file's main network is profiled.

Options
  --model NAME          the same as FILE:NAME
  --args "ARGUMENTS"    arguments of its call: --args "num_classes=10, width_mult=0.5"
  --input SHAPE         input of the forward call, once for each: 1x3x224x224, 1x10:int64
  --all                 every network of the file, as JSON Lines (or in the format asked for)
  --table               table for people (default)
  --json                one JSON object
  --csv, --markdown     the layers as a table for other programs
  --sarif               the diagnostics for code hosts
  --unit macs|flops     what costs are counted in (1 MAC = 2 FLOPs); JSON always has MACs
  --budget COUNT        exit 1 above so many MACs (FLOPs with --unit flops): 300M, 4.1G
  --fail-on-unknown     exit 1 when a figure is not known
  --python PATH         environment, interpreter or package folder for imports (repeats)
  --help, --version

Exit codes: 0 report printed, 1 a budget or check fails, 2 bad usage or unreadable input.
`;

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
  unit: { type: "string" },
  budget: { type: "string" },
  "fail-on-unknown": { type: "boolean" },
  python: { type: "string", multiple: true },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "v" },
} as const;

const FORMAT_FLAGS = ["table", "json", "csv", "markdown", "sarif"] as const;

export function parseCommand(argv: readonly string[]): Command {
  const parsed = parseOptions(argv);
  if (typeof parsed === "string") return usageError(parsed);
  const { values, positionals } = parsed;
  if (values.help) return { kind: "help" };
  if (values.version) return { kind: "version" };
  const [command, target, ...extra] = positionals;
  if (command === undefined) return usageError("no command given; try: convlens profile FILE");
  if (command === "help") return { kind: "help" };
  if (command !== "profile") return usageError(`unknown command "${command}"; try: convlens profile FILE`);
  if (target === undefined) return usageError("profile needs a file: convlens profile FILE[:NAME]");
  if (extra.length > 0) return usageError(`profile takes one file, but got "${extra.join(" ")}" too`);

  const formats = FORMAT_FLAGS.filter((flag) => values[flag]);
  if (formats.length > 1) return usageError(`choose one of ${formats.map((flag) => `--${flag}`).join(", ")}`);
  const unit = values.unit ?? "macs";
  if (unit !== "macs" && unit !== "flops") return usageError(`--unit is macs or flops, not "${unit}"`);
  const input = values.input ?? [];
  const badInput = input.find((shape) => !isInputShape(shape));
  if (badInput !== undefined) {
    return usageError(`--input "${badInput}" is no shape; write sizes like 1x3x224x224 or 1x10:int64`);
  }
  const { file, model: named } = splitTarget(target);
  if (named !== undefined && values.model !== undefined && named !== values.model) {
    return usageError(`the network is named twice: "${named}" and "${values.model}"`);
  }
  const model = values.model ?? named;
  const all = values.all ?? false;
  if (all && (model !== undefined || values.args !== undefined)) {
    return usageError("--all profiles every network: leave out --model, NAME and --args");
  }
  const budget = values.budget === undefined ? undefined : parseCount(values.budget);
  if (values.budget !== undefined && budget === undefined) {
    return usageError(`--budget "${values.budget}" is no count; write 300M, 4.1G or 300000000`);
  }
  return {
    kind: "profile",
    file,
    ...(model !== undefined && { model }),
    ...(values.args !== undefined && { args: values.args }),
    input,
    all,
    format: formatOf(formats[0], all),
    unit,
    ...(budget !== undefined && { budgetMacs: unit === "flops" ? budget / 2 : budget }),
    failOnUnknown: values["fail-on-unknown"] ?? false,
    pythonPaths: values.python ?? [],
  };
}

function parseOptions(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    // Node's message goes on with advice on how to quote; its first sentence names the option.
    return error instanceof Error ? (error.message.split(/\.\s|\n/)[0] ?? error.message) : String(error);
  }
}

function formatOf(flag: (typeof FORMAT_FLAGS)[number] | undefined, all: boolean): Format {
  if (flag === undefined) return all ? "jsonl" : "text";
  if (flag === "json") return all ? "jsonl" : "json";
  return flag === "table" ? "text" : flag;
}

const SCALES: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };

/** `300M`, `4.1 G`, `300000000` */
function parseCount(text: string): number | undefined {
  const [, digits, prefix = ""] = /^\s*(\d+(?:\.\d+)?(?:e\d+)?)\s*([kmgt]?)\s*$/i.exec(text) ?? [];
  return digits === undefined ? undefined : Math.round(Number(digits) * (SCALES[prefix.toLowerCase()] ?? 1));
}

/** Sizes of at least 1, and a dtype where it is not float32; a scalar has no sizes but a dtype. */
function isInputShape(text: string): boolean {
  return /^[1-9]\d*(?:[x×,][1-9]\d*)*(?::[a-z]+\d*)?$/i.test(text);
}

function usageError(message: string): Command {
  return { kind: "usage-error", message };
}
