/** What a user can tell the engine. */

import type { EngineLimits } from "../contract/engine.types.ts";
import type { OnFault } from "../interpret/internal.ts";
import type { OnProgress } from "../interpret/machine.ts";

export interface EngineSettings {
  readonly limits: EngineLimits;
  /** Height and width of an input that nothing in the file tells. */
  readonly inputSize: number;
  /** `convlens x.y.z`, as reports name their maker. */
  readonly tool: string;
  /** Hears of the engine's own faults, for a log. What they cost the user is in the answers. */
  readonly onFault: OnFault;
  /** Hears now and then of the running line, for a watchdog that must say where too much was asked. */
  readonly onProgress: OnProgress;
}

export const DEFAULT_SETTINGS: EngineSettings = {
  limits: { steps: 20_000_000, callDepth: 200, collection: 200_000, text: 1_000_000 },
  inputSize: 224,
  tool: "convlens",
  onFault: () => undefined,
  onProgress: () => undefined,
};
