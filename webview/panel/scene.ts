/** One frame's worth of facts: everything that the parts of the panel draw, derived once from report and state. */

import type { Place, Report } from "../../src/engine/contract/report.ts";
import { count, inUnit } from "../../src/present/text.ts";
import type { ExportFormat, PanelAbility } from "../../src/protocol/messages.ts";
import { formatExact } from "../shared/format.ts";
import type { Translate } from "../shared/l10n.ts";
import type { Palette } from "../shared/theme.ts";
import { inScope, type Stage, stagesOf } from "./modules.ts";
import { type Device, deviceNamed } from "./roofline.ts";
import { type Row, simulate, type Totals } from "./rows.ts";
import type { PanelState } from "./state.ts";
import type { Memory } from "./swapped-memory.ts";
import type { Asked, Sweeps } from "./sweeps.ts";

export interface Scene {
  readonly report: Report;
  readonly scaled: Report | null;
  readonly scaledReason: string | null;
  readonly waiting: boolean;
  readonly abilities: ReadonlySet<PanelAbility>;
  readonly label: string;
  readonly state: PanelState;
  readonly t: Translate;
  readonly palette: Palette;
  readonly budgetMacs: number | null;
  /** All devices of the roofline, and the chosen one at the chosen dtype; at its own where it has no figure for that. */
  readonly devices: readonly Device[];
  readonly device: Device;
  /** What became of the last budget asked for. */
  readonly reach: Reach | null;
  /** Layers under the editor's cursor. */
  readonly cursor: ReadonlySet<string>;
  /** What is known of the network at other sizes. */
  readonly sweeps: Sweeps;
  /** What is held in memory with the chosen swaps, α and ρ; undefined until that is known. */
  readonly memory: Memory | undefined;
  readonly totals: Totals;
  /** All rows of the report, by index. */
  readonly rows: readonly Row[];
  /** Rows in the scope. */
  readonly scoped: readonly Row[];
  /** Rows in the scope that a chart shows: those that cost something, or may. */
  readonly charted: readonly Row[];
  readonly stages: readonly Stage[];
  readonly selected: Row | null;
  /** MACs in the chosen unit, as a number and as text; without a unit word. */
  readonly amount: (macs: number) => number;
  readonly text: (macs: number | null) => string;
  readonly exact: (macs: number | null) => string;
}

export interface SceneParts {
  readonly report: Report;
  /** The network at the chosen α and ρ; null at full size, or until it is known. */
  readonly scaled: Report | null;
  /** Why there is none. */
  readonly scaledReason: string | null;
  /** The network at the chosen α and ρ is on its way. */
  readonly waiting: boolean;
  readonly abilities: ReadonlySet<PanelAbility>;
  /** What the file is called. */
  readonly label: string;
  readonly state: PanelState;
  readonly t: Translate;
  readonly palette: Palette;
  readonly budgetMacs: number | null;
  readonly devices: readonly Device[];
  readonly reach: Reach | null;
  readonly cursor: ReadonlySet<string>;
  readonly sweeps: Sweeps;
  readonly memory?: Memory | undefined;
}

/** A budget that was asked for: looked into, reached by what the state now has, or out of reach. */
export interface Reach {
  readonly macs: number;
  readonly outcome: "waiting" | "reached" | "none";
  readonly reason?: string;
}

export function makeScene(parts: SceneParts): Scene {
  const { report, scaled, state, t } = parts;
  const { rows, totals } = simulate(report, state.swaps, scaled);
  const scoped = rows.filter((row) => inScope(row.layer.name, state.scope));
  const charted = scoped.filter((row) => row.before.macs !== 0);
  const amount = (macs: number): number => inUnit(macs, state.unit);
  const unknown = t("figure.unknown");
  return {
    ...parts,
    memory: parts.memory,
    device: deviceNamed(state.device, parts.devices, state.dtype),
    totals,
    rows,
    scoped,
    charted,
    stages: stagesOf(charted, state.scope),
    selected: rows.find((row) => row.layer.name === state.selected) ?? null,
    amount,
    text: (macs) => (macs === null ? unknown : count(amount(macs))),
    exact: (macs) => (macs === null ? unknown : `${formatExact(amount(macs))} ${state.unit}`),
  };
}

/** What the parts of the panel may ask for. */
export interface Actions {
  /** The state as it is now; a scene's is that of the last frame. */
  readonly state: () => PanelState;
  readonly change: (step: (state: PanelState) => PanelState) => void;
  readonly select: (row: Row | null) => void;
  readonly hover: (row: Row | null) => void;
  /** Jump to the layer's source line. */
  readonly reveal: (row: Row) => void;
  readonly revealPlace: (at: Place) => void;
  readonly revealNetwork: () => void;
  readonly setNetwork: (network: string) => void;
  readonly setInput: (input: readonly string[]) => void;
  /** Write the swap into the code. */
  readonly apply: () => void;
  /** Swap as few layers as reach so many MACs, and thin and shrink where swaps do not. */
  readonly reach: (macs: number) => void;
  /** Works out these cells, with these swaps from now on where they are given; none stops what is under way. */
  readonly sweep: (asked: readonly Asked[], swaps?: ReadonlySet<string>) => void;
  readonly compare: () => void;
  readonly save: (format: ExportFormat) => void;
}

export interface Part {
  readonly element: HTMLElement;
  readonly render: (scene: Scene) => void;
}
