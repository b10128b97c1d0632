/**
 * The network's skyline: a bar a layer in execution order, coloured by kind, with a dashed outline of what a swap
 * took away, over a band that names the stages and sums them.
 */
import type { Chart, Plugin } from "chart.js";
import { element, setAttribute, setText } from "../shared/dom.ts";
import type { Translate } from "../shared/l10n.ts";
import { ChartJs, type ChartView, costScale, still } from "./chart.ts";
import { shortOf } from "./describe.ts";
import { type Row, sumMacs } from "./rows.ts";
import type { Actions, Scene } from "./scene.ts";

/** Below this width in pixels bars stand without gaps, and what a swap took away is shaded instead of outlined. */
const WIDE_BAR = 5;
/** Below this width in pixels the axis goes without its title: the unit is in the header as well. */
const TITLE_WIDTH = 480;
/** A stage's name is written where there is room for a few letters. */
const LABEL_WIDTH = 34;

type BarChart = Chart<"bar", number[], number>;

export function barsChart(t: Translate, actions: Actions): ChartView {
  const canvas = element("canvas", { "aria-hidden": "true" });
  const band = element("div", { class: "band", role: "group", "aria-label": t("scope.label") });
  const host = element("div", { class: "bars" }, element("div", { class: "canvas-box" }, canvas), band);
  let chart: BarChart | null = null;
  let scene: Scene | null = null;
  let places = new Map<number, number>();

  const outlines: Plugin<"bar"> = {
    id: "outlines",
    afterLayout: () => placeBand(),
    afterDatasetsDraw: (drawn) => {
      if (scene) drawOutlines(drawn as BarChart, scene, stepOf(drawn as BarChart));
    },
  };

  function stepOf(drawn: BarChart): number {
    return drawn.chartArea.width / Math.max(1, scene?.charted.length ?? 1);
  }

  function placeBand(): void {
    if (!chart || !scene || chart.chartArea === undefined) return;
    const step = stepOf(chart);
    const { stages } = scene;
    while (band.children.length > stages.length) band.lastElementChild?.remove();
    let start = 0;
    stages.forEach((stage, index) => {
      const mark = (band.children[index] as HTMLButtonElement | undefined) ?? band.appendChild(stageMark());
      const width = step * stage.rows.length;
      mark.style.left = `${chart!.chartArea.left + step * start}px`;
      mark.style.width = `${width}px`;
      mark.classList.toggle("narrow", width < LABEL_WIDTH);
      start += stage.rows.length;
    });
  }

  function stageMark(): HTMLButtonElement {
    const mark = element(
      "button",
      { type: "button", class: "stage" },
      element("span"),
      element("span", { class: "muted" }),
    );
    mark.addEventListener("click", () => {
      const path = mark.dataset.path;
      if (path !== undefined) actions.change((state) => ({ ...state, scope: path }));
    });
    return mark;
  }

  function labelBand(now: Scene): void {
    now.stages.forEach((stage, index) => {
      const mark = band.children[index] as HTMLButtonElement | undefined;
      if (!mark) return;
      const sum = now.text(sumMacs(stage.rows, "after"));
      const single = stage.rows.length === 1 && stage.rows[0]?.layer.name === stage.path;
      mark.dataset.path = stage.path;
      const [name, figure] = mark.children;
      if (name) setText(name, shortOf(stage.path));
      if (figure) setText(figure, sum);
      const label = t("stage.zoom", stage.path, `${sum} ${now.state.unit}`);
      setAttribute(mark, "aria-label", label);
      setAttribute(mark, "title", label);
      setAttribute(mark, "disabled", single || stage.path === now.state.scope);
    });
  }

  return {
    element: host,
    render: (now) => {
      scene = now;
      places = new Map(now.charted.map((row, place) => [row.index, place]));
      if (!chart)
        chart = new ChartJs<"bar", number[], number>(canvas, {
          type: "bar",
          data: { datasets: [] },
          plugins: [outlines],
        });
      fill(chart, now, host.clientWidth / Math.max(1, now.charted.length));
      chart.update("none");
      placeBand();
      labelBand(now);
    },
    rowAt: (x) => {
      if (!chart || !scene) return null;
      return scene.charted[Math.floor((x - chart.chartArea.left) / stepOf(chart))] ?? null;
    },
    boxOf: (row) => {
      const place = places.get(row.index);
      if (!chart || place === undefined) return null;
      const step = stepOf(chart);
      const { left, top, height } = chart.chartArea;
      const width = Math.max(step, 3);
      return { left: left + step * (place + 0.5) - width / 2, top: top - 4, width, height: height + 6 };
    },
  };
}

/** Two stacked series: what a layer consists of, and the depthwise part on top once it is swapped. */
function fill(chart: BarChart, scene: Scene, step: number): void {
  const { charted, palette, state, amount } = scene;
  const segment = (row: Row, place: number): number => amount(row.segments[place]?.macs ?? 0);
  const color = (row: Row, place: number): string => palette.kinds[row.segments[place]?.kind ?? "other"];
  const series = (place: number) => ({
    data: charted.map((row) => segment(row, place)),
    backgroundColor: charted.map((row) => color(row, place)),
    borderColor: palette.contrast,
    borderWidth: step < WIDE_BAR ? 0 : { top: 1, right: 1, left: 1, bottom: 0 },
    minBarLength: place === 0 ? 1.5 : 0,
    barPercentage: step < WIDE_BAR ? 1 : 0.88,
    categoryPercentage: 1,
    stack: "cost",
  });
  chart.data = { labels: charted.map((row) => row.index), datasets: [series(0), series(1)] };
  const dearest = charted.reduce((most, row) => Math.max(most, row.before.macs ?? 0), 1);
  const least = charted.reduce(
    (least, row) => (row.after.macs ? Math.min(least, row.after.macs) : least),
    dearest,
  );
  chart.options = {
    ...still,
    layout: { padding: { top: 6, left: 2 } },
    scales: {
      x: { display: false, stacked: true },
      y: {
        ...costScale(palette, chart.width < TITLE_WIDTH ? "" : state.unit, state.log),
        position: "right",
        stacked: true,
        min: state.log ? 10 ** Math.floor(Math.log10(amount(least) / 1.5)) : 0,
        max: state.log ? amount(dearest) * 1.3 : amount(dearest) * 1.02,
        afterBuildTicks: state.log ? undefined : (axis) => dropEdge(axis),
      } as NonNullable<NonNullable<BarChart["options"]["scales"]>["y"]>,
    },
  };
}

/** A linear axis that ends at the dearest bar gets no odd tick there. */
function dropEdge(axis: { ticks: { value: number }[]; max: number }): void {
  const [, first] = axis.ticks;
  const last = axis.ticks.at(-1);
  if (first && last && last.value === axis.max && last.value % first.value !== 0) axis.ticks.pop();
}

function drawOutlines(chart: BarChart, scene: Scene, step: number): void {
  const { ctx, chartArea } = chart;
  const scale = chart.scales.y;
  if (!scale) return;
  const wide = step >= WIDE_BAR;
  const width = wide ? step * 0.88 : step;
  ctx.save();
  ctx.beginPath();
  scene.charted.forEach((row, place) => {
    if (!row.swapped || row.before.macs === null || row.after.macs === null) return;
    const left = chartArea.left + step * (place + 0.5) - width / 2;
    const top = scale.getPixelForValue(scene.amount(row.before.macs));
    if (wide) ctx.rect(left + 0.5, top + 0.5, width - 1, chartArea.bottom - top - 0.5);
    else ctx.rect(left, top, width, scale.getPixelForValue(scene.amount(row.after.macs)) - top);
  });
  if (wide) {
    ctx.strokeStyle = scene.palette.muted;
    ctx.setLineDash([2, 2]);
    ctx.stroke();
  } else {
    ctx.fillStyle = scene.palette.muted;
    ctx.globalAlpha = 0.3;
    ctx.fill();
  }
  ctx.restore();
  drawUnknown(chart, scene, step);
}

/** A layer whose cost is not known is no gap and no zero: it gets a question mark on the baseline. */
function drawUnknown(chart: BarChart, scene: Scene, step: number): void {
  const { ctx, chartArea } = chart;
  ctx.save();
  ctx.fillStyle = scene.palette.warning;
  ctx.font = `bold 11px ${scene.palette.font}`;
  ctx.textAlign = "center";
  scene.charted.forEach((row, place) => {
    if (row.before.macs === null)
      ctx.fillText("?", chartArea.left + step * (place + 0.5), chartArea.bottom - 3);
  });
  ctx.restore();
}
