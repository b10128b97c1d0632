/**
 * What the user has chosen in the panel, the steps that change it, and the form in which it survives a reload.
 * Pure: `main.ts` holds the one current value.
 */
import { DEVICE_DTYPES, type DeviceDtype } from "../../src/engine/contract/device.ts";
import type { Report } from "../../src/engine/contract/report.ts";
import type { CostUnit, Scaling } from "../../src/protocol/messages.ts";
import {
  isArrayOf,
  isBoolean,
  isNumber,
  isObject,
  isOneOf,
  isScaling,
  isString,
  isUnit,
} from "../shared/validate.ts";
import { SORT_KEYS, type Sort } from "./listing.ts";
import { inScope } from "./modules.ts";

export const VIEWS = ["layers", "treemap", "cumulative", "roofline", "tradeoff", "sweep"] as const;
export type View = (typeof VIEWS)[number];

/** What the sweep shows: α × ρ, two curves, what keeps within a budget, and the paper's tables. */
export const SWEEP_PARTS = ["grid", "size", "batch", "budget", "paper"] as const;
export type SweepPart = (typeof SWEEP_PARTS)[number];

export const MEASURES = ["macs", "params", "peak", "time"] as const;
export type Measure = (typeof MEASURES)[number];

/** What the simulation is set to. */
export interface Choice {
  readonly swaps: ReadonlySet<string>;
  readonly scaling: Scaling;
}

/** MobileNet as it is; channels go to multiples of eight once α is not 1, as its successors round them. */
export const FULL_SIZE: Scaling = { alpha: 1, rho: 1, round: 8 };

export interface PanelState {
  readonly network: string | null;
  readonly unit: CostUnit;
  readonly view: View;
  /** The module that all views are narrowed to; empty for the whole network. */
  readonly scope: string;
  /** Name of the selected layer. */
  readonly selected: string | null;
  readonly swaps: ReadonlySet<string>;
  readonly scaling: Scaling;
  /** Earlier choices, latest last. */
  readonly history: readonly Choice[];
  readonly log: boolean;
  /** Cumulative view: dearest layers first instead of execution order. */
  readonly dearestFirst: boolean;
  readonly device: string;
  readonly sweepPart: SweepPart;
  readonly measure: Measure;
  /** In MACs; null as long as none was typed. */
  readonly sweepBudget: number | null;
  /** What the device's operations work on; empty for what it is known for. */
  readonly dtype: DeviceDtype | "";
  readonly sort: Sort;
  readonly filter: string;
  readonly grouped: boolean;
  readonly costless: boolean;
  readonly collapsed: ReadonlySet<string>;
}

export const initialState: PanelState = {
  network: null,
  unit: "MACs",
  view: "layers",
  scope: "",
  selected: null,
  swaps: new Set(),
  scaling: FULL_SIZE,
  history: [],
  log: false,
  dearestFirst: false,
  device: "",
  sweepPart: "grid",
  measure: "macs",
  sweepBudget: null,
  dtype: "",
  sort: { key: "order", descending: false },
  filter: "",
  grouped: false,
  costless: false,
  collapsed: new Set(),
};

const HISTORY_LIMIT = 100;

export function withSwaps(state: PanelState, swaps: ReadonlySet<string>): PanelState {
  if (swaps.size === state.swaps.size && [...swaps].every((name) => state.swaps.has(name))) return state;
  return { ...state, swaps, history: remembered(state) };
}

export function withScaling(state: PanelState, scaling: Scaling): PanelState {
  const { alpha, rho, round } = state.scaling;
  if (scaling.alpha === alpha && scaling.rho === rho && scaling.round === round) return state;
  return { ...state, scaling, history: remembered(state) };
}

/** Both at once, as one step to undo. */
export function withChoice(state: PanelState, { swaps, scaling }: Choice): PanelState {
  const swapped = withSwaps(state, swaps);
  const scaled = withScaling(state, scaling);
  return swapped === state && scaled === state
    ? state
    : { ...state, swaps: swapped.swaps, scaling: scaled.scaling, history: remembered(state) };
}

/** No swaps, at full size. */
export function withReset(state: PanelState): PanelState {
  if (isUntouched(state)) return state;
  return { ...state, swaps: new Set(), scaling: FULL_SIZE, history: remembered(state) };
}

export function isUntouched({ swaps, scaling }: PanelState): boolean {
  return swaps.size === 0 && isFullSize(scaling);
}

export function isFullSize({ alpha, rho }: Scaling): boolean {
  return alpha === 1 && rho === 1;
}

function remembered({ swaps, scaling, history }: PanelState): readonly Choice[] {
  return [...history, { swaps, scaling }].slice(-HISTORY_LIMIT);
}

/** All of them swapped, or all of them back when they were. */
export function withToggled(state: PanelState, layers: readonly string[]): PanelState {
  const swaps = new Set(state.swaps);
  const remove = layers.every((name) => swaps.has(name));
  for (const name of layers) {
    if (remove) swaps.delete(name);
    else swaps.add(name);
  }
  return withSwaps(state, swaps);
}

export function undone(state: PanelState): PanelState {
  const previous = state.history.at(-1);
  return previous ? { ...state, ...previous, history: state.history.slice(0, -1) } : state;
}

/** The next press on a column: its natural direction first, then the other. */
export function withSort(state: PanelState, key: Sort["key"]): PanelState {
  const natural = key === "macs" || key === "params" || key === "share" || key === "saved";
  const descending = state.sort.key === key ? !state.sort.descending : natural;
  return { ...state, sort: { key, descending } };
}

/** A new report: of the same network, choices that still make sense stay; of another one, they go. */
export function withReport(state: PanelState, report: Report): PanelState {
  if (state.network !== report.network) {
    const { swaps, scaling, history, selected, scope, collapsed, filter, sweepBudget } = initialState;
    const kept = { ...state, network: report.network, swaps, scaling, history };
    return { ...kept, selected, scope, collapsed, filter, sweepBudget };
  }
  const names = new Set(report.layers.map((layer) => layer.name));
  return {
    ...state,
    selected: state.selected !== null && names.has(state.selected) ? state.selected : null,
    scope: report.layers.some((layer) => inScope(layer.name, state.scope)) ? state.scope : "",
  };
}

export function toSaved(state: PanelState) {
  const { network, unit, view, scope, selected, swaps, scaling, log } = state;
  const { dearestFirst, device, dtype, sweepPart, measure, sweepBudget, sort, grouped, costless } = state;
  return {
    version: 1,
    network,
    unit,
    view,
    scope,
    selected,
    swaps: [...swaps],
    scaling,
    log,
    dearestFirst,
    device,
    sweepPart,
    measure,
    sweepBudget,
    dtype,
    sort,
    grouped,
    costless,
  };
}

const isNames = isArrayOf(isString);
const isDtype = isOneOf(...DEVICE_DTYPES, "");
const isView = isOneOf(...VIEWS);
const isSortKey = isOneOf(...SORT_KEYS);

/** Field by field, so that a state saved by another version costs only what it no longer fits. */
export function fromSaved(saved: unknown): PanelState {
  if (!isObject(saved) || saved.version !== 1) return initialState;
  const pick = <T>(check: (value: unknown) => value is T, value: unknown, otherwise: T): T =>
    check(value) ? value : otherwise;
  const sort = isObject(saved.sort) ? saved.sort : {};
  return {
    ...initialState,
    network: isString(saved.network) ? saved.network : null,
    unit: pick(isUnit, saved.unit, initialState.unit),
    view: pick(isView, saved.view, initialState.view),
    scope: pick(isString, saved.scope, initialState.scope),
    selected: isString(saved.selected) ? saved.selected : null,
    swaps: new Set(pick(isNames, saved.swaps, [])),
    scaling: pick(isScaling, saved.scaling, initialState.scaling),
    log: pick(isBoolean, saved.log, initialState.log),
    dearestFirst: pick(isBoolean, saved.dearestFirst, initialState.dearestFirst),
    device: pick(isString, saved.device, initialState.device),
    sweepPart: pick(isOneOf(...SWEEP_PARTS), saved.sweepPart, initialState.sweepPart),
    measure: pick(isOneOf(...MEASURES), saved.measure, initialState.measure),
    sweepBudget: isNumber(saved.sweepBudget) && saved.sweepBudget > 0 ? saved.sweepBudget : null,
    dtype: pick(isDtype, saved.dtype, initialState.dtype),
    sort: {
      key: pick(isSortKey, sort.key, initialState.sort.key),
      descending: pick(isBoolean, sort.descending, initialState.sort.descending),
    },
    grouped: pick(isBoolean, saved.grouped, initialState.grouped),
    costless: pick(isBoolean, saved.costless, initialState.costless),
  };
}
