/** The cells of sweeps: asked of the server one after the other, kept until the network changes. Pure but for `post`. */
import type { Device } from "../../src/engine/contract/device.ts";
import type { ParetoPoint, SimulatedLayer } from "../../src/engine/contract/separable.ts";
import { bytesPerValue } from "../../src/engine/cost/devices.ts";
import { boundOf, trafficOf } from "../../src/engine/cost/roofline.ts";
import { paretoOfSwaps } from "../../src/engine/separable/suggest.ts";
import { figuresOf } from "../../src/engine/separable/sweep.ts";
import type { SweepQuestion, ToPanel } from "../../src/protocol/messages.ts";
import { isArrayOf, isNumber, isObject, isString } from "../shared/validate.ts";

/** What one cell is asked for. */
export interface Asked extends Omit<SweepQuestion, "ticket"> {
  /** The samples of the input count together. */
  readonly isWhole?: boolean;
}

/** MACs, parameters and values in and out of one layer. */
type Load = readonly [macs: number, parameters: number, values: number];

export interface Figures {
  readonly input: readonly string[];
  readonly samples: number;
  readonly macs: number | null;
  readonly params: number | null;
  readonly peak: number | null;
  /** By which a device's least time is told; null where that of a layer is not known. */
  readonly loads: readonly Load[] | null;
  /** What each further swap makes of it; where nothing is swapped. */
  readonly steps?: readonly ParetoPoint[];
  /** Why a figure is not known. */
  readonly reason?: string;
  /** Layers that a rewrite would refuse: they are not swapped. */
  readonly refused: readonly string[];
}

type Answer = Extract<ToPanel, { type: "swept" }>;

interface Waiting {
  readonly ticket: number;
  readonly asked: Asked;
}

/** Texts under which cells are kept. */
type Saved = readonly (readonly [key: string, figures: Figures])[];

export class Sweeps {
  readonly #post: (question: SweepQuestion) => void;
  readonly #ticket: () => number;
  readonly #cells = new Map<string, Figures>();
  #queue: Asked[] = [];
  #waiting: Waiting | undefined;
  #all = 0;
  /** What is swapped in the cells that are shown; undefined until some were asked for. */
  swaps: ReadonlySet<string> | undefined;

  constructor(post: (question: SweepQuestion) => void, ticket = tickets()) {
    this.#post = post;
    this.#ticket = ticket;
  }

  /** The text has changed: what is known of it no longer holds, nor does what is on its way. */
  forget(): void {
    this.#cells.clear();
    this.swaps = undefined;
    this.cancel();
  }

  /** Asks for those that are not known. What was asked for before and is still to come is given up. */
  start(asked: readonly Asked[]): void {
    const keys = new Set<string>();
    this.cancel();
    this.#queue = asked.filter((one) => {
      const key = keyOf(one);
      if (this.#cells.has(key) || keys.has(key)) return false;
      keys.add(key);
      return true;
    });
    this.#all = this.#queue.length;
    this.#next();
  }

  cancel(): void {
    this.#queue = [];
    this.#waiting = undefined;
  }

  receive(answer: Answer): void {
    const now = this.#waiting;
    if (now?.ticket !== answer.ticket) return;
    this.#cells.set(keyOf(now.asked), figuresFrom(answer, now.asked));
    this.#waiting = undefined;
    this.#next();
  }

  of(asked: Asked): Figures | undefined {
    return this.#cells.get(keyOf(asked));
  }

  /** How many are known of those asked for; null when none is to come. */
  get progress(): { readonly done: number; readonly all: number } | null {
    if (!this.#waiting) return null;
    return { done: this.#all - this.#queue.length - 1, all: this.#all };
  }

  /** For an exported report, which asks nobody. */
  saved(): { readonly cells: Saved; readonly swaps: readonly string[] } {
    return { cells: [...this.#cells], swaps: [...(this.swaps ?? [])] };
  }

  restore(saved: unknown): void {
    if (!isObject(saved) || !isArrayOf(isSavedCell)(saved.cells) || !isArrayOf(isString)(saved.swaps)) return;
    for (const [key, figures] of saved.cells) this.#cells.set(key, figures);
    this.swaps = new Set(saved.swaps);
  }

  #next(): void {
    const asked = this.#queue.shift();
    if (!asked) return;
    const ticket = this.#ticket();
    this.#waiting = { ticket, asked };
    const { isWhole: _, ...question } = asked;
    this.#post({ ticket, ...question });
  }
}

/** By which answers are known: whoever asks the same engine takes them from one roll. */
export function tickets(): () => number {
  let last = 0;
  return () => ++last;
}

/** Under which an answer is kept: nothing is rounded where nothing is thinned. */
export function keyOf({ scaling: { alpha, rho, round }, swap, resized = [] }: Asked): string {
  return JSON.stringify([alpha, rho, alpha === 1 ? 1 : round, [...swap].sort(), resized]);
}

function figuresFrom({ report, reason, refused }: Answer, { swap, isWhole }: Asked): Figures {
  if (!report) {
    const unknown = { input: [], samples: 1, macs: null, params: null, peak: null, loads: null };
    return { ...unknown, reason: reason ?? "", refused };
  }
  const { peak_activation_bytes: peak, ...figures } = figuresOf(report, { isWhole: isWhole === true });
  const { bound_seconds: _, ...rest } = figures;
  const steps = swap.length === 0 && !isWhole ? paretoOfSwaps(report) : undefined;
  return { ...rest, peak, loads: loadsOf(report.layers), ...(steps && { steps }), refused };
}

function loadsOf(layers: readonly SimulatedLayer[]): readonly Load[] | null {
  const loads: Load[] = [];
  for (const layer of layers) {
    if (layer.macs === 0) continue;
    const values = trafficOf(layer, layer, layer.swapped ? "separable" : "standard", 1);
    if (layer.macs === null || !values) return null;
    loads.push([layer.macs, values.parameterBytes, values.activationBytes]);
  }
  return loads;
}

/** The least time of all layers, one after the other; samples share the weights. */
export function leastTime({ loads, samples }: Figures, device: Device): number | null {
  if (!loads) return null;
  const bytes = bytesPerValue(device);
  return loads.reduce((sum, [macs, parameters, values]) => {
    const traffic = { parameterBytes: bytes * parameters, activationBytes: bytes * samples * values };
    return sum + (boundOf(samples * macs, traffic, device)?.seconds ?? 0);
  }, 0);
}

const isFigure = (value: unknown): boolean => value === null || isNumber(value);
const isTriple = isArrayOf(isNumber);

function isSavedCell(value: unknown): value is readonly [string, Figures] {
  if (!Array.isArray(value) || !isString(value[0]) || !isObject(value[1])) return false;
  const { input, samples, macs, params, peak, loads, steps = [], reason = "", refused } = value[1];
  return (
    isArrayOf(isString)(input) &&
    isNumber(samples) &&
    [macs, params, peak].every(isFigure) &&
    (loads === null || isArrayOf(isTriple)(loads)) &&
    isArrayOf(isStep)(steps) &&
    isString(reason) &&
    isArrayOf(isString)(refused)
  );
}

function isStep(value: unknown): value is ParetoPoint {
  if (!isObject(value)) return false;
  const { layers, macs, params, added = "" } = value;
  return isNumber(layers) && isNumber(macs) && isNumber(params) && isString(added);
}
