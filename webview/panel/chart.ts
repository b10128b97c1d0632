/** What every view of the chart area offers, and the parts of chart.js that they share. */
import {
  BarController,
  BarElement,
  CategoryScale,
  Chart as ChartJs,
  type ChartOptions,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  type Plugin,
  PointElement,
  ScatterController,
} from "chart.js";
import { formatTick } from "../shared/format.ts";
import type { Palette } from "../shared/theme.ts";
import type { Row } from "./rows.ts";
import type { Part } from "./scene.ts";

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface ChartView extends Part {
  /** Draws the plot again as it is; absent when the view is not a canvas. */
  readonly redraw?: () => void;
  /** What stands under the plot. */
  readonly footer?: HTMLElement;
  /** The row at a point of the element, to hover and to press. */
  readonly rowAt: (x: number, y: number) => Row | null;
  /** Where a row is drawn, to mark it; null when it is not. */
  readonly boxOf: (row: Row) => Box | null;
  /** What a press means here; true when it meant something, else it selects the row. */
  readonly press?: (x: number, y: number) => boolean;
  /** What a key means here; true when it meant something, else it moves over the layers. */
  readonly pressKey?: (key: string) => boolean;
  /** A module's heading at a point: pressing it narrows the scope. */
  readonly moduleAt?: (x: number, y: number) => string | null;
}

ChartJs.register(
  BarController,
  BarElement,
  LineController,
  LineElement,
  PointElement,
  ScatterController,
  CategoryScale,
  LinearScale,
  LogarithmicScale,
  Filler,
);

export { ChartJs };

/** Tells when everything has its place: chart.js takes a new size when it likes, not when it is asked to. */
export function whenPlaced(placed: () => void): Plugin {
  return { id: "placed", afterLayout: placed };
}

/** Nothing moves, nothing reacts by itself: the chart area handles pointer and keyboard for all views alike. */
export const still = {
  animation: false,
  responsive: true,
  maintainAspectRatio: false,
  events: [],
} satisfies ChartOptions;

/** The scale of a cost axis: few ticks, on a logarithmic axis only powers of ten. */
export function costScale(palette: Palette, title: string, log: boolean) {
  return {
    type: log ? ("logarithmic" as const) : ("linear" as const),
    border: { display: false },
    grid: {
      color: ({ tick }: { readonly tick?: { readonly value: number } }) =>
        log && tick && !isPowerOfTen(tick.value) ? "transparent" : palette.grid,
      drawTicks: false,
    },
    title: {
      display: title !== "",
      text: title,
      color: palette.muted,
      font: { family: palette.font, size: 11 },
    },
    ticks: {
      color: palette.muted,
      font: { family: palette.font, size: 11 },
      padding: 6,
      maxTicksLimit: 6,
      // An axis that ends at the dearest layer gets no odd tick there.
      includeBounds: false,
      callback: (value: number | string): string => {
        const size = Number(value);
        return log && !isPowerOfTen(size) ? "" : formatTick(size);
      },
    },
  };
}

function isPowerOfTen(value: number): boolean {
  return Number.isInteger(Math.log10(value));
}

/** `color` as `readPalette` writes it: `rgba(1, 2, 3, 1.000)`. */
export function withAlpha(color: string, alpha: number): string {
  return color.replace(/[\d.]+\)$/, `${alpha})`);
}
