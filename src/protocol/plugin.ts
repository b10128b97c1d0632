/**
 * Between the extension and the TypeScript language-service plugin, which lives in tsserver: what the plugin is told
 * (its configuration), and how its quick info is known from TypeScript's own.
 */
import type { CostUnit } from "./messages.ts";
import { parseSettings } from "./settings.ts";

/** The package that tsserver looks for, and the name of an entry under `plugins` in a tsconfig.json. */
export const PLUGIN = "convlens-typescript-plugin";

/** What the user chose for one file in the editor's views. */
export interface ChosenView {
  readonly active?: string;
  readonly inputs?: Readonly<Record<string, readonly string[]>>;
}

export interface PluginConfig {
  /** Off where somebody else shows the figures. */
  readonly hover: boolean;
  readonly unit: CostUnit;
  readonly defaultInput: readonly number[];
  /** Steps that one network may take. */
  readonly steps: number;
  /** When the watchdog ends the analysis of a file. */
  readonly milliseconds: number;
  readonly locale: string | undefined;
  /** By file name. */
  readonly views: Readonly<Record<string, ChosenView>>;
}

/** Ends the lines that have figures: a no-break space, which no reader sees. */
export const MARK = "\u00a0";

/** Whether the text of a quick info or of a hover that shows it is the plugin's. */
export function hasFigures(text: string): boolean {
  return text.split("\n").some((line) => line.endsWith(MARK));
}

/** Options of a tsconfig.json's entry or of the extension; what is wrong keeps its default. */
export function parsePluginConfig(value: unknown): PluginConfig {
  const { unit, defaultInput, hover, steps, milliseconds } = parseSettings(value);
  const record = isRecord(value) ? value : {};
  return {
    ...{ unit, defaultInput, hover, steps, milliseconds },
    locale: typeof record.locale === "string" ? record.locale : undefined,
    views: isRecord(record.views) ? mapValues(record.views, parseView) : {},
  };
}

function parseView(value: unknown): ChosenView {
  if (!isRecord(value)) return {};
  const { active, inputs } = value;
  return {
    ...(typeof active === "string" && { active }),
    ...(isRecord(inputs) && { inputs: mapValues(inputs, parseTexts) }),
  };
}

function parseTexts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((text) => typeof text === "string") : [];
}

function mapValues<T>(record: Readonly<Record<string, unknown>>, map: (value: unknown) => T) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
