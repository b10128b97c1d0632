/** The `convlens.*` settings, as typed values. Whatever a client sends, what comes out is valid. */

import { STUBS_FOLDER } from "../engine/base/stubsFolder.ts";
import { entryOf } from "../engine/base/table.ts";
import type { Device } from "../engine/contract/device.ts";
import { REWRITE_STYLES, type RewriteStyle } from "../engine/contract/rewrite.ts";
import { parseDevices } from "../engine/cost/devices.ts";
import type { CostUnit } from "./messages.ts";

export interface Settings {
  readonly unit: CostUnit;
  /** Used when nothing in the file says what goes in. */
  readonly defaultInput: readonly number[];
  readonly codeLens: boolean;
  readonly hover: boolean;
  /** Interpreters, environments or package folders that imports are looked up in. */
  readonly pythonPath: readonly string[];
  /** Folders of Python files that stand for modules; relative ones lie in the workspace's folders. */
  readonly stubs: readonly string[];
  /** Whether the sources of packages that are not installed may be fetched. */
  readonly sourcesDownload: "ask" | "always" | "never";
  readonly budgetMacs: number | null;
  /** Steps that one network may take. */
  readonly steps: number;
  /** When the watchdog ends the analysis of a file. */
  readonly milliseconds: number;
  /** MobileNet's width and resolution multipliers, which hovers show every layer at. */
  readonly alpha: number;
  readonly rho: number;
  /** How a rewrite puts the swap into PyTorch and Keras code; null: what changes less. */
  readonly rewriteStyle: RewriteStyle | null;
  /** The user's own devices, for the roofline. */
  readonly devices: readonly Device[];
}

export const DEFAULT_SETTINGS: Settings = {
  unit: "MACs",
  defaultInput: [1, 3, 224, 224],
  codeLens: true,
  hover: true,
  pythonPath: [],
  stubs: [STUBS_FOLDER],
  sourcesDownload: "ask",
  budgetMacs: null,
  steps: 20_000_000,
  milliseconds: 60_000,
  alpha: 1,
  rho: 1,
  rewriteStyle: null,
  devices: [],
};

/** Reads the `convlens` section of a configuration, nested or with dotted keys; what is wrong keeps its default. */
export function parseSettings(section: unknown): Settings {
  const at = (key: string): unknown => lookUp(section, key);
  return {
    unit: at("unit") === "FLOPs" ? "FLOPs" : "MACs",
    defaultInput: positiveIntegers(at("defaultInput")) ?? DEFAULT_SETTINGS.defaultInput,
    codeLens: boolean(at("codeLens.enabled"), DEFAULT_SETTINGS.codeLens),
    hover: boolean(at("hover.enabled"), DEFAULT_SETTINGS.hover),
    pythonPath: strings(at("pythonPath")),
    stubs: at("stubs") === undefined ? DEFAULT_SETTINGS.stubs : strings(at("stubs")),
    sourcesDownload: policy(at("sources.download")),
    budgetMacs: positive(at("budgetMacs")) ?? DEFAULT_SETTINGS.budgetMacs,
    steps: positive(at("limits.steps")) ?? DEFAULT_SETTINGS.steps,
    milliseconds: positive(at("limits.milliseconds")) ?? DEFAULT_SETTINGS.milliseconds,
    alpha: positive(at("alpha")) ?? DEFAULT_SETTINGS.alpha,
    rho: positive(at("rho")) ?? DEFAULT_SETTINGS.rho,
    rewriteStyle: REWRITE_STYLES.find((style) => style === at("rewrite.style")) ?? null,
    devices: parseDevices(at("devices")),
  };
}

function policy(value: unknown): Settings["sourcesDownload"] {
  return value === "always" || value === "never" ? value : DEFAULT_SETTINGS.sourcesDownload;
}

function lookUp(section: unknown, key: string): unknown {
  if (!isRecord(section)) return undefined;
  if (Object.hasOwn(section, key)) return entryOf(section, key);
  const dot = key.indexOf(".");
  return dot < 0 ? undefined : lookUp(entryOf(section, key.slice(0, dot)), key.slice(dot + 1));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function boolean(value: unknown, fallback: boolean): boolean {
  return typeof value === "boolean" ? value : fallback;
}

function positive(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : undefined;
}

function positiveIntegers(value: unknown): readonly number[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  return value.every((size) => Number.isSafeInteger(size) && size > 0) ? value : undefined;
}

/** One path, or several. */
function strings(value: unknown): readonly string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.filter((entry) => typeof entry === "string" && entry !== "");
}
