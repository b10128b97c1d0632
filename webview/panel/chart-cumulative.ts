/** How the cost adds up, in execution order or dearest first, before and after the swap. */
import type { Chart } from "chart.js";
import { element } from "../shared/dom.ts";
import type { Translate } from "../shared/l10n.ts";
import { ChartJs, type ChartView, costScale, still, whenPlaced, withAlpha } from "./chart.ts";
import type { Row } from "./rows.ts";
import type { Scene } from "./scene.ts";

type Point = { x: number; y: number };
type LineChart = Chart<"line", Point[], unknown>;

export function cumulativeChart(t: Translate, placed: () => void): ChartView {
  const canvas = element("canvas", { "aria-hidden": "true" });
  const host = element("div", { class: "canvas-box" }, canvas);
  let chart: LineChart | null = null;
  let ordered: readonly Row[] = [];
  let places = new Map<number, number>();

  return {
    element: host,
    render: (scene) => {
      ordered = scene.state.dearestFirst ? dearestFirst(scene.charted) : scene.charted;
      places = new Map(ordered.map((row, place) => [row.index, place]));
      if (!chart)
        chart = new ChartJs<"line", Point[], unknown>(canvas, {
          type: "line",
          data: { datasets: [] },
          plugins: [whenPlaced(placed)],
        });
      fill(chart, ordered, scene, t);
      chart.update("none");
    },
    redraw: () => chart?.draw(),
    rowAt: (x) => {
      const place = chart?.scales.x?.getValueForPixel(x);
      return place === undefined ? null : (ordered[Math.ceil(place) - 1] ?? null);
    },
    boxOf: (row) => {
      const place = places.get(row.index);
      const scale = chart?.scales.x;
      if (!chart || !scale || place === undefined) return null;
      const left = scale.getPixelForValue(place);
      const width = Math.max(3, scale.getPixelForValue(place + 1) - left);
      return { left, top: chart.chartArea.top, width, height: chart.chartArea.height };
    },
  };
}

export function dearestFirst(rows: readonly Row[]): readonly Row[] {
  return [...rows].sort((a, b) => (b.after.macs ?? 0) - (a.after.macs ?? 0));
}

function fill(chart: LineChart, rows: readonly Row[], scene: Scene, t: Translate): void {
  const { palette, state } = scene;
  const swapped = rows.some((row) => row.changed);
  const line = (when: "before" | "after") => ({
    data: sums(rows, scene, when),
    parsing: false as const,
    stepped: "after" as const,
    pointRadius: 0,
    borderWidth: when === "after" ? 2 : 1,
    borderColor: when === "after" ? palette.kinds.pointwise : palette.muted,
    borderDash: when === "after" ? [] : [3, 3],
    backgroundColor: withAlpha(palette.kinds.pointwise, 0.15),
    fill: when === "after",
    // With this set chart.js draws on the context itself, which an export can record; else it makes a Path2D.
    segment: {},
  });
  chart.data = { datasets: swapped ? [line("after"), line("before")] : [line("after")] };
  const title = t(state.dearestFirst ? "axis.rank" : "axis.layers");
  chart.options = {
    ...still,
    layout: { padding: { top: 6 } },
    scales: {
      x: { ...costScale(palette, title, false), type: "linear", min: 0, max: Math.max(1, rows.length) },
      y: { ...costScale(palette, state.unit, false), position: "right", min: 0 },
    },
  };
}

function sums(rows: readonly Row[], scene: Scene, when: "before" | "after"): Point[] {
  let sum = 0;
  const points = [{ x: 0, y: 0 }];
  rows.forEach((row, place) => {
    sum += scene.amount(row[when].macs ?? 0);
    points.push({ x: place + 1, y: sum });
  });
  return points;
}
