/**
 * The network's skyline: a bar a layer in execution order, coloured by kind, with a dashed outline of what a swap
 * took away, over a band that names the stages and sums them. chart.js lays out the axis; the bars are drawn here,
 * which keeps a swap of a thousand layers within a frame.
 */
import type { Chart, Plugin, Scale } from "chart.js";
import { element, setAttribute, setText } from "../shared/dom.ts";
import type { Translate } from "../shared/l10n.ts";
import { ChartJs, type ChartView, costScale, still, whenPlaced } from "./chart.ts";
import { shortOf } from "./describe.ts";
import type { Stage } from "./modules.ts";
import { sumMacs } from "./rows.ts";
import type { Actions, Scene } from "./scene.ts";

/** Below this width in pixels bars stand without gaps. */
const GAP_BAR = 2.5;
/** Below this width in pixels what a swap took away is shaded instead of outlined. */
const WIDE_BAR = 5;
/** Below this width in pixels the axis goes without its title: the unit is in the header as well. */
const TITLE_WIDTH = 480;
/** How much of its place a bar fills, where there are gaps. */
const BAR_PART = 0.88;
/** A stage's name is written where there is room for a few letters, its sum where there is room for a figure. */
const LABEL_WIDTH = 34;
const SUM_WIDTH = 56;
/** Below this width a stage is no place to press: it has no mark, and is no stop for the keyboard. */
const STAGE_WIDTH = 6;
/** A layer that costs anything can be seen. */
const LEAST_HEIGHT = 1.5;

type BarChart = Chart<"bar", number[], number>;

export function barsChart(t: Translate, actions: Actions, placed: () => void): ChartView {
  const canvas = element("canvas", { "aria-hidden": "true" });
  const band = element("div", { class: "band", role: "group", "aria-label": t("scope.label") });
  const host = element("div", { class: "canvas-box" }, canvas);
  let chart: BarChart | null = null;
  let scene: Scene | null = null;
  let frame: Frame | null = null;
  let places = new Map<number, number>();

  const bars: Plugin<"bar"> = {
    id: "bars",
    afterDatasetsDraw: (drawn) => {
      if (scene) drawBars(drawn as BarChart, scene, barStep(drawn as BarChart, scene));
    },
  };

  function placeAll(): void {
    placeBand();
    placed();
  }

  function placeBand(): void {
    if (!chart || !scene || chart.chartArea === undefined) return;
    const step = barStep(chart, scene);
    const { stages } = scene;
    while (band.children.length > stages.length) band.lastElementChild?.remove();
    let start = 0;
    stages.forEach((stage, index) => {
      const mark = (band.children[index] as HTMLButtonElement | undefined) ?? band.appendChild(stageMark());
      const width = step * stage.rows.length;
      mark.hidden = width < STAGE_WIDTH;
      mark.style.left = `${chart!.chartArea.left + step * start}px`;
      mark.style.width = `${width}px`;
      mark.classList.toggle("tight", width < SUM_WIDTH);
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
      if (!mark || mark.hidden) return;
      const sum = sumText(stage, now);
      const single = stage.rows.length === 1 && stage.rows[0]?.layer.name === stage.path;
      mark.dataset.path = stage.path;
      const [name, figure] = mark.children;
      if (name) setText(name, shortOf(stage.path));
      if (figure) setText(figure, sum);
      const label = t("stage.zoom", stage.path, `${sum} ${now.state.unit}`);
      setAttribute(mark, "title", label);
      setAttribute(mark, "disabled", single || stage.path === now.state.scope);
    });
  }

  return {
    element: host,
    footer: band,
    render: (now) => {
      scene = now;
      places = new Map(now.charted.map((row, place) => [row.index, place]));
      if (!chart)
        chart = new ChartJs<"bar", number[], number>(canvas, {
          type: "bar",
          data: { labels: [0], datasets: [{ data: [0] }] },
          plugins: [bars, whenPlaced(placeAll)],
        });
      // chart.js knows its width; asking the page for it would make the browser lay out what was just written.
      const next = frameOf(now, chart.width || host.clientWidth);
      if (sameFrame(frame, next)) chart.draw();
      else {
        chart.options = optionsOf(next);
        chart.update("none");
      }
      frame = next;
      placeBand();
      labelBand(now);
    },
    redraw: () => chart?.draw(),
    rowAt: (x) => {
      if (!chart || !scene) return null;
      return scene.charted[Math.floor((x - chart.chartArea.left) / barStep(chart, scene))] ?? null;
    },
    boxOf: (row) => {
      const place = places.get(row.index);
      if (!chart || !scene || place === undefined) return null;
      const step = barStep(chart, scene);
      const { left, top, height } = chart.chartArea;
      const width = Math.max(step, 3);
      return { left: left + step * (place + 0.5) - width / 2, top: top - 4, width, height: height + 6 };
    },
  };
}

/** Pixels a bar has, gaps included. */
function barStep(chart: BarChart, scene: Scene): number {
  return chart.chartArea.width / Math.max(1, scene.charted.length);
}

/** What is not known is no zero. */
function sumText({ rows }: Stage, scene: Scene): string {
  const known = sumMacs(rows, "after");
  if (rows.every((row) => row.after.macs !== null)) return scene.text(known);
  return known === 0 ? "?" : `≥ ${scene.text(known)}`;
}

interface Frame {
  readonly scene: Scene;
  readonly width: number;
  readonly low: number;
  readonly high: number;
  readonly title: string;
}

function frameOf(scene: Scene, width: number): Frame {
  const { charted, state, amount } = scene;
  const costs = charted.flatMap((row) => row.before.macs ?? []);
  const dearest = costs.reduce((most, macs) => Math.max(most, macs), 1);
  const least = charted.reduce((low, row) => (row.after.macs ? Math.min(low, row.after.macs) : low), dearest);
  return {
    scene,
    width,
    low: state.log ? 10 ** Math.floor(Math.log10(amount(least) / 1.5)) : 0,
    high: amount(dearest) * (state.log ? 1.3 : 1.02),
    title: width < TITLE_WIDTH ? "" : state.unit,
  };
}

/** Options cost chart.js more than data do, and a swap seldom changes them. */
function sameFrame(one: Frame | null, other: Frame): boolean {
  return (
    one !== null &&
    one.width === other.width &&
    one.low === other.low &&
    one.high === other.high &&
    one.title === other.title &&
    one.scene.palette === other.scene.palette &&
    one.scene.state.log === other.scene.state.log
  );
}

function optionsOf({ scene, low, high, title }: Frame): BarChart["options"] {
  const { palette, state } = scene;
  return {
    ...still,
    layout: { padding: { top: 6, left: 2 } },
    scales: {
      x: { display: false },
      y: {
        ...costScale(palette, title, state.log),
        position: "right",
        min: low,
        max: high,
      },
    },
  };
}

function drawBars(chart: BarChart, scene: Scene, step: number): void {
  const { ctx, chartArea } = chart;
  const scale = chart.scales.y;
  if (!scale) return;
  const gaps = step >= GAP_BAR;
  const width = gaps ? step * BAR_PART : Math.max(step, 1);
  // Bars without gaps start on whole pixels: edges in between would make stripes.
  const leftOf = (place: number): number => {
    const left = chartArea.left + step * (place + 0.5) - width / 2;
    return gaps ? left : Math.round(left);
  };
  ctx.save();
  const places = [...scene.charted.entries()];
  // Where several share a pixel, the lower one stays in sight.
  if (step < 1) places.sort(([, a], [, b]) => (b.after.macs ?? 0) - (a.after.macs ?? 0));
  for (const [place, row] of places) {
    let below = 0;
    for (const segment of row.segments) {
      const top = scale.getPixelForValue(scene.amount(below + segment.macs));
      const bottom = below === 0 ? chartArea.bottom : scale.getPixelForValue(scene.amount(below));
      const height = Math.max(below === 0 ? LEAST_HEIGHT : 0, bottom - top);
      ctx.fillStyle = scene.palette.kinds[segment.kind];
      ctx.fillRect(leftOf(place), bottom - height, gaps ? width : Math.ceil(width), height);
      below += segment.macs;
    }
  }
  drawOutlines(chart, scale, scene, step, leftOf, width);
  ctx.restore();
  drawUnknown(chart, scene, step);
}

function drawOutlines(
  { ctx, chartArea }: BarChart,
  scale: Scale,
  scene: Scene,
  step: number,
  leftOf: (place: number) => number,
  width: number,
): void {
  const wide = step >= WIDE_BAR;
  ctx.beginPath();
  scene.charted.forEach((row, place) => {
    if (row.before.macs === null || row.after.macs === null || row.before.macs <= row.after.macs) return;
    const left = leftOf(place);
    const top = scale.getPixelForValue(scene.amount(row.before.macs));
    if (wide) ctx.rect(left + 0.5, top + 0.5, width - 1, chartArea.bottom - top - 0.5);
    else ctx.rect(left, top, width, scale.getPixelForValue(scene.amount(row.after.macs)) - top);
  });
  if (wide) {
    ctx.strokeStyle = scene.palette.muted;
    ctx.lineWidth = 1;
    ctx.setLineDash([2, 2]);
    ctx.stroke();
  } else {
    ctx.fillStyle = scene.palette.muted;
    ctx.globalAlpha = 0.3;
    ctx.fill();
  }
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
