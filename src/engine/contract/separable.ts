/**
 * What a simulation is asked and what it answers, as plain JSON data: MobileNet's three changes to a network, namely
 * convolutions swapped for depthwise separable ones, the width multiplier α and the resolution multiplier ρ.
 */
import type { Report, ReportDiagnostic, ReportLayer, WidthArgument } from "./report.ts";

export interface SimulationOptions {
  /** Layers to swap by name; `all` takes every eligible one but the stem. */
  readonly swap: "all" | "none" | readonly string[];
  /** `all` takes the stem too. */
  readonly stem?: boolean;
  /** Width multiplier; 1 when absent. */
  readonly alpha?: number;
  /** Resolution multiplier; 1 when absent. */
  readonly rho?: number;
  /** Channels become the nearest multiple of this; 1 (when absent) rounds down to whole channels. */
  readonly round?: number;
  /** The input after the change (`1x3x160x160`), in place of ρ. */
  readonly resized?: readonly string[];
}

/** A row of the network after the change: under the same name as before it. */
export interface SimulatedLayer extends ReportLayer {
  /** Stands for the depthwise separable form; the figures are those of all its parts. */
  readonly swapped?: boolean;
  /** The convolutions of the swapped form. */
  readonly parts?: readonly SwapPart[];
}

export interface SwapPart {
  readonly part: "depthwise" | "norm" | "pointwise";
  readonly macs: number | null;
  readonly params: number | null;
}

export interface SimulatedReport extends Report {
  readonly layers: readonly SimulatedLayer[];
}

/** Widths that α left alone, with the reason. */
export interface KeptWidth {
  readonly channels: number;
  readonly reason: string;
  readonly layers: readonly string[];
}

export interface RefusedLayer {
  readonly layer: string;
  readonly reason: string;
}

export interface Simulation {
  readonly before: Report;
  readonly after: SimulatedReport;
  /** Names of the swapped layers, in execution order. */
  readonly swapped: readonly string[];
  /** Layers that do not run and are swapped all the same, as all that runs of their line is. */
  readonly never_run: readonly string[];
  /** Layers that could not be swapped, as a rewrite would refuse them. */
  readonly refused: readonly RefusedLayer[];
  /** Why the changed network does not fit: what it says and the network did not. */
  readonly problems: readonly ReportDiagnostic[];
  /** Saved share of the totals (0.88 is 88 % fewer); null when a total is unknown. */
  readonly reduction: { readonly macs: number | null; readonly params: number | null };
  readonly alpha: number;
  readonly rho: number;
  readonly round: number;
  readonly kept: readonly KeptWidth[];
  /** Layers that run neither in inference nor in training: α is taken of each by itself. */
  readonly unfollowed: readonly string[];
  readonly width_arguments: readonly WidthArgument[];
  /** The network as its own argument of width makes it, where that is known; with nothing swapped. */
  readonly own_width?: OwnWidth;
}

/** What a network makes of α by rules of its own: it may keep its last layer, or round widths before it expands them. */
export interface OwnWidth {
  readonly argument: string;
  /** α times what the argument is by itself. */
  readonly value: number;
  readonly macs: number;
  readonly params: number;
  /** Layers that are wider or narrower than α says. */
  readonly differs: readonly {
    readonly layer: string;
    readonly channels: number;
    readonly simulated: number;
  }[];
}

export type SimulationResult =
  | { readonly ok: true; readonly simulation: Simulation }
  | { readonly ok: false; readonly reason: string };

export interface SuggestionOptions {
  readonly budgetMacs: number;
  /** The stem may be swapped too. */
  readonly stem?: boolean;
  /** As in a simulation; of α, where swaps do not suffice. */
  readonly round?: number;
}

export interface ParetoPoint {
  /** Layers changed. */
  readonly layers: number;
  readonly macs: number;
  readonly params: number;
  /** The layer that this point changes beyond those before it; absent at the start. */
  readonly added?: string;
  /** All that it changes, where the line that makes them makes several. */
  readonly together?: readonly string[];
}

/** Swaps, and α and ρ where they do not suffice. */
export interface Suggestion {
  readonly swap: readonly string[];
  readonly alpha: number;
  readonly rho: number;
  readonly macs: number;
  readonly params: number | null;
}

export type SuggestionResult =
  | {
      readonly ok: true;
      readonly network: string;
      /** null when nothing reaches the budget. */
      readonly suggestion: Suggestion | null;
      /** MACs against lines changed: what one line makes changes together. */
      readonly pareto: readonly ParetoPoint[];
      /** Layers that a rewrite would refuse. */
      readonly refused: readonly RefusedLayer[];
    }
  | { readonly ok: false; readonly reason: string };
