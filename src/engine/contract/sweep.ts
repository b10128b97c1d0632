/** A sweep: one network at many widths, resolutions, input sizes and batches, each traced by itself, as plain JSON data. */
import type { Device } from "./device.ts";
import type { RefusedLayer, SimulationOptions } from "./separable.ts";

export interface SweepOptions extends Pick<SimulationOptions, "swap" | "stem" | "round"> {
  readonly alphas: readonly number[];
  readonly rhos: readonly number[];
  /** Lengths of the image's shorter side; the other side keeps its share of it. */
  readonly sizes?: readonly number[];
  /** How many samples the input holds. */
  readonly batches?: readonly number[];
  /** The mildest changes that keep within it are looked for too. */
  readonly budgetMacs?: number;
  /** The least time of each cell is told for it. */
  readonly device?: Device;
}

export interface SweepCell {
  readonly alpha: number;
  readonly rho: number;
  /** The traced input, one text an argument. */
  readonly input: readonly string[];
  /** Figures are those of so many samples together. */
  readonly samples: number;
  readonly macs: number | null;
  readonly params: number | null;
  readonly peak_activation_bytes: number | null;
  /** The least time on the device of the sweep; null where there is none, or where it is not known. */
  readonly bound_seconds: number | null;
  /** Why a figure is not known. */
  readonly reason?: string;
}

/** A change that keeps within the budget, and beside which no other one that does changes less. */
export interface FrontierPoint extends SweepCell {
  readonly swap: readonly string[];
  /** Lines that the swap changes. */
  readonly lines: number;
}

export interface Sweep {
  readonly network: string;
  readonly swapped: readonly string[];
  readonly refused: readonly RefusedLayer[];
  readonly device: Device | null;
  /** α by α, and in each of them ρ by ρ. */
  readonly grid: readonly SweepCell[];
  readonly sizes: readonly SweepCell[];
  readonly batches: readonly SweepCell[];
  /** Fewest changed lines first; absent without a budget. */
  readonly frontier?: readonly FrontierPoint[];
}

export type SweepResult =
  | { readonly ok: true; readonly sweep: Sweep }
  | { readonly ok: false; readonly reason: string };
