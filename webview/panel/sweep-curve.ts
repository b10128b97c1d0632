/** The curve of a measure over input size or batch; its figures are in the table below it. */
import type { Chart } from "chart.js";
import { element } from "../shared/dom.ts";
import { ChartJs, costScale, still } from "./chart.ts";
import type { Scene } from "./scene.ts";
import type { Measure } from "./state.ts";
import { measured, type Planned } from "./sweep-plan.ts";

type Point = { x: number; y: number };

export interface Curve {
  readonly element: HTMLElement;
  readonly render: (plan: readonly Planned[], scene: Scene) => void;
  readonly redraw: () => void;
}

/** How near a press must come to a point, in pixels. */
const REACH = 24;

export function curveChart(choose: (choice: Planned["choice"]) => void): Curve {
  const canvas = element("canvas", { "aria-hidden": "true" });
  let chart: Chart<"line", Point[], unknown> | null = null;
  let points: readonly { readonly x: number; readonly planned: Planned }[] = [];
  canvas.addEventListener("click", (event) => {
    const scale = chart?.scales.x;
    if (!scale) return;
    const left = event.clientX - canvas.getBoundingClientRect().left;
    const away = ({ x }: { readonly x: number }): number => Math.abs(scale.getPixelForValue(x) - left);
    const nearest = points.toSorted((a, b) => away(a) - away(b))[0];
    if (nearest && away(nearest) <= REACH) choose(nearest.planned.choice);
  });
  return {
    element: element("div", { class: "canvas-box" }, canvas),
    render: (plan, scene) => {
      const { measure, sweepPart } = scene.state;
      points = plan.map((planned) => ({ x: Number(planned.name), planned }));
      chart ??= new ChartJs<"line", Point[], unknown>(canvas, { type: "line", data: { datasets: [] } });
      fill(chart, points, measure, scene);
      const { palette, t } = scene;
      const title = t(sweepPart === "size" ? "sweep.axis.size" : "sweep.axis.batch");
      chart.options = {
        ...still,
        layout: { padding: { top: 10, right: 8 } },
        scales: {
          x: { ...costScale(palette, title, false), type: "linear", min: 0 },
          y: { ...costScale(palette, axisOf(measure, scene), false), min: 0 },
        },
      };
      chart.update("none");
    },
    redraw: () => chart?.draw(),
  };
}

function fill(
  chart: Chart<"line", Point[], unknown>,
  points: readonly { readonly x: number; readonly planned: Planned }[],
  measure: Measure,
  scene: Scene,
): void {
  const { palette, amount, sweeps } = scene;
  const scale = measure === "macs" ? amount(1) : measure === "time" ? 1e6 : 1;
  const data = points.flatMap(({ x, planned }) => {
    const figure = measured(sweeps.of(planned.asked), measure, scene);
    return figure === null ? [] : [{ x, y: figure * scale }];
  });
  const color = palette.kinds.pointwise;
  chart.data = {
    datasets: [
      {
        ...{ data, parsing: false, pointRadius: 4, pointBackgroundColor: color, pointBorderWidth: 0 },
        ...{ borderColor: color, borderWidth: 2, segment: {} },
      },
    ],
  };
}

function axisOf(measure: Measure, { state, t }: Scene): string {
  switch (measure) {
    case "macs":
      return state.unit;
    case "params":
      return t("table.params");
    case "peak":
      return `${t("sweep.measure.peak")} (B)`;
    case "time":
      return `${t("sweep.measure.time")} (µs)`;
  }
}
