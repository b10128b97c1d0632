/** The command lines that are about a whole project: `convlens diff` and `convlens check`. */
import type { CostUnit } from "../engine/formats/units.ts";
import {
  LIMITS,
  limitsOf,
  PROJECT_LIMITS,
  type ProcessLimits,
  type UsageError,
  unitOf,
  usageError,
  type Values,
} from "./arguments.ts";

/** What both are told. */
interface ProjectOptions {
  readonly unit: CostUnit;
  readonly pythonPaths: readonly string[];
  readonly stubs: readonly string[];
  readonly limits: ProcessLimits;
}

/** Compares the networks of two revisions, or of one and the files as they are. */
export interface DiffCommand extends ProjectOptions {
  readonly kind: "diff";
  readonly base: string;
  /** Absent: the working tree. */
  readonly head?: string;
  /** `BASE...HEAD`: from where the two branches part. */
  readonly fromMergeBase: boolean;
  readonly format: "text" | "json" | "markdown" | "sarif" | "gitlab";
}

/** Holds the networks of a project to its budgets. */
export interface CheckCommand extends ProjectOptions {
  readonly kind: "check";
  /** Files, folders or globs; none: all of the project. */
  readonly paths: readonly string[];
  /** The file of the budgets; absent: the nearest one. */
  readonly config?: string;
  readonly format: "text" | "json" | "sarif" | "gitlab";
}

const DIFF_FORMATS = ["table", "json", "markdown", "sarif", "gitlab"] as const;
const CHECK_FORMATS = ["table", "json", "sarif", "gitlab"] as const;
type FormatFlag = (typeof DIFF_FORMATS)[number];

export function parseDiff(values: Values, revisions: readonly string[]): DiffCommand | UsageError {
  const [first, second, ...extra] = revisions;
  if (first === undefined) return usageError("diff needs a revision: convlens diff BASE [HEAD]");
  if (extra.length > 0) return usageError(`diff takes two revisions, but got "${extra.join(" ")}" too`);
  const options = optionsOf(values, "diff", DIFF_FORMATS, []);
  if (typeof options === "string") return usageError(options);
  const [, from, dots, to] = /^(.*?)(\.{2,3})(.*)$/.exec(first) ?? [];
  if (dots !== undefined && second !== undefined)
    return usageError(`"${first}" names two revisions: leave out "${second}"`);
  const head = dots === undefined ? second : to || "HEAD";
  return {
    kind: "diff",
    base: dots === undefined ? first : from || "HEAD",
    ...(head !== undefined && { head }),
    fromMergeBase: dots === "...",
    ...options,
  };
}

export function parseCheck(values: Values, paths: readonly string[]): CheckCommand | UsageError {
  const options = optionsOf(values, "check", CHECK_FORMATS, ["config"]);
  if (typeof options === "string") return usageError(options);
  const { config } = values;
  return { kind: "check", paths, ...(config !== undefined && { config }), ...options };
}

/** What is asked for, or what is wrong with it. */
function optionsOf<Flag extends FormatFlag>(
  values: Values,
  command: string,
  flags: readonly Flag[],
  own: readonly string[],
): (ProjectOptions & { readonly format: Exclude<Flag, "table"> | "text" }) | string {
  const known: readonly string[] = [...flags, ...own, ...LIMITS, "unit", "python", "stubs"];
  const strange = Object.keys(values).find((name) => !known.includes(name));
  if (strange !== undefined) return `--${strange} is no option of ${command}`;
  const formats = flags.filter((flag) => values[flag]);
  if (formats.length > 1) return `choose one of ${formats.map((flag) => `--${flag}`).join(", ")}`;
  const unit = unitOf(values);
  if (unit === undefined) return `--unit is macs or flops, not "${values.unit}"`;
  const limits = limitsOf(values, PROJECT_LIMITS);
  if (typeof limits === "string") return limits;
  const [format] = formats;
  return {
    format: format === undefined || format === "table" ? "text" : (format as Exclude<Flag, "table">),
    ...{ unit, limits, pythonPaths: values.python ?? [], stubs: values.stubs ?? [] },
  };
}
