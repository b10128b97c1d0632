/** The lesson's sliders: each changes one size, and says what its next stop does to the cost of both forms. */
import { element, setAttribute, setText } from "../shared/dom.ts";
import type { MessageKey, Translate } from "../shared/l10n.ts";
import { costOf, groupsWithin, type LessonSizes, multiplied, type Padding } from "./counting.ts";

/** What the sliders set: the sizes, and the multipliers over them. */
export interface Setting {
  readonly sizes: LessonSizes;
  readonly alpha: number;
  readonly rho: number;
}

export function sizesOf({ sizes, alpha, rho }: Setting): LessonSizes {
  return alpha === 1 && rho === 1 ? sizes : multiplied(sizes, alpha, rho);
}

interface Quantity {
  readonly symbol: string;
  readonly name: MessageKey;
  readonly stops: (now: Setting) => readonly number[];
  readonly value: (now: Setting) => number;
  /** How the value reads where axes differ. */
  readonly text?: (now: Setting) => string;
  readonly set: (now: Setting, value: number) => Setting;
}

const COUNTS = [
  1, 2, 3, 4, 5, 6, 7, 8, 12, 14, 16, 24, 28, 32, 56, 64, 96, 112, 128, 192, 224, 256, 384, 512, 768, 1024,
];
const MULTIPLIERS = [0.25, 0.5, 0.75, 1];

const all = (like: readonly unknown[], value: number): readonly number[] => like.map(() => value);
const withSizes = (now: Setting, facts: Partial<LessonSizes>): Setting => {
  const sizes = { ...now.sizes, ...facts };
  const { inChannels, outChannels } = sizes;
  return { ...now, sizes: { ...sizes, groups: groupsWithin(sizes.groups, inChannels, outChannels) } };
};
const most = (sizes: readonly number[]): number => Math.max(...sizes);
const each = (sizes: readonly number[]): string =>
  sizes.every((size) => size === sizes[0]) ? String(sizes[0]) : sizes.join("×");

export const QUANTITIES: readonly Quantity[] = [
  {
    symbol: "D_F",
    name: "lesson.size",
    stops: () => COUNTS.filter((size) => size <= 224),
    value: ({ sizes }) => most(sizes.input),
    text: ({ sizes }) => each(sizes.input),
    set: (now, value) => withSizes(now, { input: all(now.sizes.input, value) }),
  },
  {
    symbol: "D_K",
    name: "lesson.kernel",
    stops: () => [1, 2, 3, 5, 7, 9, 11],
    value: ({ sizes }) => most(sizes.kernel),
    text: ({ sizes }) => each(sizes.kernel),
    set: (now, value) => withSizes(now, { kernel: all(now.sizes.kernel, value) }),
  },
  {
    symbol: "M",
    name: "lesson.in",
    stops: () => COUNTS,
    value: ({ sizes }) => sizes.inChannels,
    set: (now, value) => withSizes(now, { inChannels: value }),
  },
  {
    symbol: "N",
    name: "lesson.out",
    stops: () => COUNTS,
    value: ({ sizes }) => sizes.outChannels,
    set: (now, value) => withSizes(now, { outChannels: value }),
  },
  {
    symbol: "s",
    name: "lesson.stride",
    stops: () => [1, 2, 3, 4],
    value: ({ sizes }) => most(sizes.stride),
    text: ({ sizes }) => each(sizes.stride),
    set: (now, value) => withSizes(now, { stride: all(now.sizes.stride, value) }),
  },
  {
    symbol: "p",
    name: "lesson.padding",
    stops: () => [0, 1, 2, 3, 4, 5],
    value: ({ sizes }) => most(sizes.padding.flat()),
    text: ({ sizes }) =>
      each(sizes.padding.every(([a, b]) => a === b) ? sizes.padding.map(([a]) => a) : sizes.padding.flat()),
    set: (now, value) => withSizes(now, { padding: now.sizes.padding.map((): Padding => [value, value]) }),
  },
  {
    symbol: "g",
    name: "lesson.groups",
    stops: ({ sizes: { inChannels: m, outChannels: n } }) =>
      Array.from({ length: Math.min(m, n) }, (_, index) => index + 1).filter(
        (g) => m % g === 0 && n % g === 0,
      ),
    value: ({ sizes }) => sizes.groups,
    set: (now, value) => withSizes(now, { groups: value }),
  },
  {
    symbol: "α",
    name: "lesson.alpha",
    stops: () => MULTIPLIERS,
    value: ({ alpha }) => alpha,
    set: (now, value) => ({ ...now, alpha: value }),
  },
  {
    symbol: "ρ",
    name: "lesson.rho",
    stops: () => MULTIPLIERS,
    value: ({ rho }) => rho,
    set: (now, value) => ({ ...now, rho: value }),
  },
];

/** The values a slider stops at: its own list, and where it stands. */
export function stopsOf(quantity: Quantity, now: Setting): readonly number[] {
  return [...new Set([...quantity.stops(now), quantity.value(now)])].sort((a, b) => a - b);
}

/** How both costs change by the step from one value of the slider to the next, or back where it is the last. */
export interface Effect {
  readonly from: number;
  readonly to: number;
  readonly whole: number;
  readonly separable: number;
}

export function effectOf(quantity: Quantity, now: Setting): Effect | undefined {
  const stops = stopsOf(quantity, now);
  const from = quantity.value(now);
  const place = stops.indexOf(from);
  const to = stops[place + 1] ?? stops[place - 1];
  const before = costOf(sizesOf(now));
  if (to === undefined || before.whole.macs === 0) return undefined;
  const after = costOf(sizesOf(quantity.set(now, to)));
  return {
    ...{ from, to },
    ...{ whole: after.whole.macs / before.whole.macs, separable: after.separable / before.separable },
  };
}

export interface Sliders {
  readonly element: HTMLElement;
  readonly render: (now: Setting) => void;
}

export function sliders(t: Translate, change: (step: (now: Setting) => Setting) => void): Sliders {
  const rows = QUANTITIES.map((quantity) => {
    let stops: readonly number[] = [];
    const value = element("output", { class: "lesson-value" });
    const effect = element("span", { class: "lesson-effect muted", id: `effect-${quantity.name}` });
    const range = element("input", { type: "range", min: 0, step: 1, "aria-describedby": effect.id });
    range.addEventListener("input", () => {
      const chosen = stops[Number(range.value)];
      if (chosen !== undefined) change((now) => quantity.set(now, chosen));
    });
    const label = element(
      "label",
      { class: "lesson-slider" },
      element("span", {}, element("b", {}, quantity.symbol), ` ${t(quantity.name)}`),
      range,
    );
    const render = (now: Setting): void => {
      stops = stopsOf(quantity, now);
      const text = quantity.text?.(now) ?? String(quantity.value(now));
      range.max = String(stops.length - 1);
      range.value = String(stops.indexOf(quantity.value(now)));
      range.disabled = stops.length < 2;
      setAttribute(range, "aria-valuetext", text);
      setText(value, text);
      const change = effectOf(quantity, now);
      const words = change && [change.from, change.to, times(change.whole), times(change.separable)];
      setText(effect, words ? t("lesson.effect", ...words) : "");
    };
    return { host: element("div", { class: "lesson-row" }, label, value, effect), render };
  });
  return {
    element: element("div", { class: "lesson-sliders" }, ...rows.map(({ host }) => host)),
    render: (now) => {
      for (const { render } of rows) render(now);
    },
  };
}

function times(factor: number): string {
  return `×${Number(factor.toPrecision(3))}`;
}
