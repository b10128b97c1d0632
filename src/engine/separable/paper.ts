/**
 * MobileNet's own tables, and a network in their columns. The accuracies are those of the paper's networks on ImageNet:
 * they say nothing of another network.
 */
import type { SimulationOptions } from "../contract/separable.ts";
import type { SweepCell } from "../contract/sweep.ts";
import { cellOf, type Simulate } from "./sweep.ts";

export interface PaperRow {
  readonly name: string;
  /** ImageNet top-1 in per cent, as published. */
  readonly accuracy: number;
  /** Mult-adds and parameters in millions, as published. */
  readonly macs: number;
  readonly params: number;
  /** The same change of another network; absent where it is none of swaps, α and ρ. */
  readonly change?: PaperChange;
}

export type PaperChange = Required<Pick<SimulationOptions, "alpha" | "rho">> & {
  readonly swap: "all" | "none";
};

export interface PaperTable {
  /** As the paper numbers it. */
  readonly table: 4 | 5 | 6 | 7;
  readonly title: "swap" | "depth" | "width" | "resolution";
  readonly rows: readonly PaperRow[];
}

export const PAPER_SOURCE =
  "Howard et al., MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications, arXiv 1704.04861 (2017), tables 4 to 7";

const swapped = (alpha: number, rho: number): PaperChange => ({ swap: "all", alpha, rho });

export const PAPER_TABLES: readonly PaperTable[] = [
  {
    ...{ table: 4, title: "swap" },
    rows: [
      {
        ...{ name: "Conv MobileNet", accuracy: 71.7, macs: 4866, params: 29.3 },
        change: { swap: "none", alpha: 1, rho: 1 },
      },
      { ...{ name: "MobileNet", accuracy: 70.6, macs: 569, params: 4.2 }, change: swapped(1, 1) },
    ],
  },
  {
    ...{ table: 5, title: "depth" },
    rows: [
      { ...{ name: "0.75 MobileNet", accuracy: 68.4, macs: 325, params: 2.6 }, change: swapped(0.75, 1) },
      { name: "Shallow MobileNet", accuracy: 65.3, macs: 307, params: 2.9 },
    ],
  },
  {
    ...{ table: 6, title: "width" },
    rows: [
      { ...{ name: "1.0 MobileNet-224", accuracy: 70.6, macs: 569, params: 4.2 }, change: swapped(1, 1) },
      { ...{ name: "0.75 MobileNet-224", accuracy: 68.4, macs: 325, params: 2.6 }, change: swapped(0.75, 1) },
      { ...{ name: "0.5 MobileNet-224", accuracy: 63.7, macs: 149, params: 1.3 }, change: swapped(0.5, 1) },
      { ...{ name: "0.25 MobileNet-224", accuracy: 50.6, macs: 41, params: 0.5 }, change: swapped(0.25, 1) },
    ],
  },
  {
    ...{ table: 7, title: "resolution" },
    rows: [
      { ...{ name: "1.0 MobileNet-224", accuracy: 70.6, macs: 569, params: 4.2 }, change: swapped(1, 1) },
      { ...{ name: "1.0 MobileNet-192", accuracy: 69.1, macs: 418, params: 4.2 }, change: swapped(1, 6 / 7) },
      { ...{ name: "1.0 MobileNet-160", accuracy: 67.2, macs: 290, params: 4.2 }, change: swapped(1, 5 / 7) },
      { ...{ name: "1.0 MobileNet-128", accuracy: 64.4, macs: 186, params: 4.2 }, change: swapped(1, 4 / 7) },
    ],
  },
];

/** `4866`, `4.2`: millions, to as many digits as the paper has. */
export function inMillions(count: number | null, digits: 0 | 1): string {
  return count === null ? "?" : (count / 1e6).toFixed(digits);
}

/** A row with what the same change makes of the network. */
export interface RowBeside extends PaperRow {
  readonly own: { readonly macs: number | null; readonly params: number | null; readonly reason?: string };
}

export interface TableBeside extends Omit<PaperTable, "rows"> {
  readonly rows: readonly RowBeside[];
}

export type BesidePaper =
  | { readonly ok: true; readonly network: string; readonly tables: readonly TableBeside[] }
  | { readonly ok: false; readonly reason: string };

/** Why the shallow network has no counterpart. */
export const NO_COUNTERPART = "layers are left out there, which is none of swaps, α and ρ";

/** The network after each change of the paper's tables; equal changes are traced once. */
export function besidePaper(
  simulate: Simulate,
  options: Pick<SimulationOptions, "round" | "stem"> = {},
): BesidePaper {
  const first = simulate({ ...options, swap: "all" });
  if (!first.ok) return first;
  const { before, refused } = first.simulation;
  const known = new Map<string, SweepCell>();
  const cellOfChange = (change: PaperChange): SweepCell => {
    const key = JSON.stringify(change);
    const cell = known.get(key) ?? cellOf(simulate({ ...options, ...change }, refused), change, {});
    known.set(key, cell);
    return cell;
  };
  const own = ({ change }: PaperRow): RowBeside["own"] => {
    if (!change) return { macs: null, params: null, reason: NO_COUNTERPART };
    const { macs, params, reason } = cellOfChange(change);
    return { macs, params, ...(reason !== undefined && { reason }) };
  };
  const tables = PAPER_TABLES.map(({ rows, ...table }) => ({
    ...table,
    rows: rows.map((row) => ({ ...row, own: own(row) })),
  }));
  return { ok: true, network: before.network, tables };
}
