/** The command line of `convlens sweep`: lists of factors, sizes and batches. */
import type { SweepOptions } from "../engine/contract/sweep.ts";
import type { CostUnit } from "../engine/formats/units.ts";
import { ALPHAS, RHOS } from "../engine/separable/suggest.ts";
import { MOST_FACTOR } from "../engine/separable/wrongOption.ts";
import {
  budgetOf,
  type DeviceChoice,
  deviceChoice,
  limitsOf,
  type NetworkChoice,
  PROJECT_LIMITS,
  type UsageError,
  usageError,
  type Values,
} from "./arguments.ts";
import { factorOf, multipleOf, namesOf } from "./values.ts";

export interface SweepCommand extends NetworkChoice, DeviceChoice {
  readonly kind: "sweep";
  readonly options: SweepOptions;
  /** The network in the rows of MobileNet's tables, in place of a grid. */
  readonly paper: boolean;
  readonly format: SweepFormat;
  readonly unit: CostUnit;
}

export type SweepFormat = "text" | "json" | "markdown" | "csv";

/** Each cell is a trace of the whole network. */
export const MOST_CELLS = 400;
const MOST_SIZE = 65_536;

export function parseSweep(
  values: Values,
  network: NetworkChoice,
  unit: CostUnit,
): SweepCommand | UsageError {
  const formats = (["table", "json", "markdown", "csv"] as const).filter((flag) => values[flag]);
  if (formats.length > 1) return usageError(`choose one of ${formats.map((flag) => `--${flag}`).join(", ")}`);
  const device = deviceChoice(values);
  if ("message" in device) return device;
  const strange = values.paper ? PAPER_HAS.find((name) => values[name] !== undefined) : undefined;
  if (strange !== undefined) return usageError(`--paper has the rows of the paper: leave out --${strange}`);
  const alphas = listOf(values.alpha, ALPHAS, factorOf);
  if (typeof alphas === "string") return usageError(`--alpha is ${FACTORS}, not "${alphas}"`);
  const rhos = listOf(values.rho, RHOS, factorOf);
  if (typeof rhos === "string") return usageError(`--rho is ${FACTORS}, not "${rhos}"`);
  const sizes = listOf(values["input-size"], [], sizeOf);
  if (typeof sizes === "string") return usageError(`--input-size is ${SIZES("96,128,160")}, not "${sizes}"`);
  const batches = listOf(values.batch, [], sizeOf);
  if (typeof batches === "string") return usageError(`--batch is ${SIZES("1,2,4")}, not "${batches}"`);
  const cells = alphas.length * rhos.length + sizes.length + batches.length;
  if (cells > MOST_CELLS)
    return usageError(
      `a sweep has at most ${MOST_CELLS} cells, not ${cells}: give fewer of --alpha, --rho, --input-size and --batch`,
    );
  const round = multipleOf(values.round);
  if (round === undefined) return usageError(`--round is a whole number such as 8, not "${values.round}"`);
  const budgetMacs = budgetOf(values, unit);
  if (typeof budgetMacs === "string") return usageError(budgetMacs);
  const limits = limitsOf(values, PROJECT_LIMITS);
  if (typeof limits === "string") return usageError(limits);
  const swap = values.swap === undefined ? "all" : namesOf(values.swap);
  return {
    ...{ kind: "sweep", ...network, limits, unit, paper: values.paper ?? false },
    options: {
      ...{ swap, stem: values.stem ?? false, round, alphas, rhos, sizes, batches },
      ...(budgetMacs !== undefined && { budgetMacs }),
    },
    format: formats[0] === undefined || formats[0] === "table" ? "text" : formats[0],
    ...device,
  };
}

/** What the paper's rows settle by themselves. */
const PAPER_HAS = [
  "swap",
  "alpha",
  "rho",
  "input-size",
  "batch",
  "budget",
  "device",
  "devices",
  "dtype",
] as const;

const FACTORS = `factors above 0 and at most ${MOST_FACTOR} with commas between, such as 1,0.75,5/7`;
const SIZES = (example: string): string =>
  `whole numbers from 1 to ${MOST_SIZE} with commas between, such as ${example}`;

/** The values, each once; the text of the first that is none. */
function listOf(
  text: string | undefined,
  usual: readonly number[],
  read: (part: string) => number | undefined,
): readonly number[] | string {
  if (text === undefined) return usual;
  const values = new Set<number>();
  for (const part of text.split(",")) {
    const value = read(part.trim());
    if (value === undefined) return part;
    values.add(value);
  }
  return [...values];
}

function sizeOf(text: string): number | undefined {
  const size = text === "" ? undefined : multipleOf(text);
  return size !== undefined && size <= MOST_SIZE ? size : undefined;
}
