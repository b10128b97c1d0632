/** The command lines of `convlens sources` and `convlens doctor`. */
import { type ProcessLimits, type UsageError, usageError, type Values } from "./arguments.ts";

const ACTIONS = ["add", "update", "list", "remove", "where"] as const;

export interface SourcesCommand {
  readonly kind: "sources";
  readonly action: (typeof ACTIONS)[number];
  /** `torchvision`, `torchvision==0.14.1`, `"timm>=0.9"`. */
  readonly packages: readonly string[];
  readonly withDependencies: boolean;
  readonly indexes: readonly string[];
  readonly json: boolean;
  readonly limits: ProcessLimits;
}

export interface DoctorCommand {
  readonly kind: "doctor";
  readonly module?: string;
  readonly pythonPaths: readonly string[];
  readonly stubs: readonly string[];
}

/** Packages with all that they require are unpacked, which takes longer than to read a file. */
const LIMITS: ProcessLimits = { seconds: 600, megabytes: 1500 };

export function parseSources(
  values: Values,
  [action, ...packages]: readonly string[],
): SourcesCommand | UsageError {
  const known = ACTIONS.find((one) => one === action);
  if (known === undefined) {
    const said = action === undefined ? "nothing" : `"${action}"`;
    return usageError(`sources does one of ${ACTIONS.join(", ")}, not ${said}`);
  }
  const strange = strangeTo(values, OPTIONS_OF[known]);
  if (strange !== undefined) return usageError(`--${strange} is no option of sources ${known}`);
  if (packages.length === 0 && (known === "add" || known === "remove"))
    return usageError(`sources ${known} needs a package: convlens sources ${known} torchvision`);
  if (packages.length > 0 && known === "list") return usageError("sources list takes no packages");
  return {
    kind: "sources",
    action: known,
    packages,
    withDependencies: values["no-deps"] !== true,
    indexes: values["index-url"] ?? [],
    json: values.json ?? false,
    limits: LIMITS,
  };
}

const GETTING = ["no-deps", "index-url"] as const;
const OPTIONS_OF: Readonly<Record<SourcesCommand["action"], readonly string[]>> = {
  add: GETTING,
  update: GETTING,
  list: ["json"],
  remove: [],
  where: [],
};

export function parseDoctor(
  values: Values,
  [module, ...extra]: readonly string[],
): DoctorCommand | UsageError {
  const strange = strangeTo(values, ["python", "stubs"]);
  if (strange !== undefined) return usageError(`--${strange} is no option of doctor`);
  if (extra.length > 0) return usageError(`doctor takes one module, but got "${extra.join(" ")}" too`);
  if (module !== undefined && !/^[\p{L}_][\p{L}\p{N}_]*(\.[\p{L}_][\p{L}\p{N}_]*)*$/u.test(module))
    return usageError(`"${module}" is no module: write torchvision or torchvision.models`);
  return {
    kind: "doctor",
    ...(module !== undefined && { module }),
    pythonPaths: values.python ?? [],
    stubs: values.stubs ?? [],
  };
}

function strangeTo(values: Values, known: readonly string[]): string | undefined {
  return Object.keys(values).find((name) => !known.includes(name));
}
