/** Each layer's cost against its arithmetic intensity, with the roof of a device: what memory limits, what compute does. */
import type { Chart, Plugin } from "chart.js";
import { formatPeak } from "../../src/engine/formats/device.ts";
import { formatBinaryBytes } from "../../src/engine/formats/units.ts";
import { count } from "../../src/present/text.ts";
import { element, setText } from "../shared/dom.ts";
import type { Translate } from "../shared/l10n.ts";
import { type Box, ChartJs, type ChartView, costScale, still, whenPlaced } from "./chart.ts";
import { overfullOf } from "./fit.ts";
import { attainable, intensityOf, ridgeOf } from "./roofline.ts";
import type { Row } from "./rows.ts";
import type { Scene } from "./scene.ts";

const RADIUS = 4;
/** How near the pointer must come to a dot, in pixels. */
const REACH = 14;

interface Dot {
  readonly row: Row;
  readonly x: number;
  readonly y: number;
}
type Point = { x: number; y: number };
type ScatterChart = Chart<"scatter", Point[], unknown>;

export function rooflineChart(t: Translate, placed: () => void): ChartView {
  const canvas = element("canvas", { "aria-hidden": "true" });
  const host = element("div", { class: "canvas-box" }, canvas);
  const note = element("p", { class: "muted" });
  let chart: ScatterChart | null = null;
  let scene: Scene | null = null;
  let dots: readonly Dot[] = [];

  const ridge: Plugin<"scatter"> = {
    id: "ridge",
    beforeDatasetsDraw: (drawn) => {
      if (scene) drawRidge(drawn as ScatterChart, scene, t);
    },
  };
  const pixelOf = (dot: Dot): Point | null => {
    const { x, y } = chart?.scales ?? {};
    return x && y ? { x: x.getPixelForValue(dot.x), y: y.getPixelForValue(dot.y) } : null;
  };
  return {
    element: host,
    footer: note,
    render: (now) => {
      scene = now;
      dots = dotsOf(now);
      if (!chart) {
        const empty = {
          type: "scatter" as const,
          data: { datasets: [] },
          plugins: [ridge, whenPlaced(placed)],
        };
        chart = new ChartJs<"scatter", Point[], unknown>(canvas, empty);
      }
      fill(chart, dots, now, t);
      chart.update("none");
      setText(note, noteOf(now));
    },
    redraw: () => chart?.draw(),
    rowAt: (x, y) => {
      let nearest: Row | null = null;
      let distance = REACH;
      for (const dot of dots) {
        const at = pixelOf(dot);
        const away = at ? Math.hypot(at.x - x, at.y - y) : Number.POSITIVE_INFINITY;
        if (away < distance) [nearest, distance] = [dot.row, away];
      }
      return nearest;
    },
    boxOf: (row): Box | null => {
      const dot = dots.find((one) => one.row.index === row.index);
      const at = dot ? pixelOf(dot) : null;
      const size = 2 * RADIUS + 8;
      return at ? { left: at.x - size / 2, top: at.y - size / 2, width: size, height: size } : null;
    },
  };
}

/** Whose figures these are, and that there is none for the chosen dtype. */
function noteOf({ device, state, t }: Scene): string {
  const { name, dtype, flops, bandwidth, source, memory, weight_memory: weights } = device;
  const known = [
    formatPeak(flops, dtype),
    bandwidth === null ? t("roofline.no-bandwidth") : `${count(bandwidth)}B/s`,
    ...(memory === undefined ? [] : [t("roofline.memory", formatBinaryBytes(memory))]),
    ...(weights === undefined ? [] : [t("roofline.weights", formatBinaryBytes(weights))]),
  ];
  const isMissing = state.dtype !== "" && state.dtype !== dtype;
  return [
    ...(isMissing ? [t("roofline.no-dtype", name, state.dtype, dtype)] : []),
    t("roofline.note", name, known.join(", "), source),
  ].join(" ");
}

function dotsOf(scene: Scene): readonly Dot[] {
  return scene.charted.flatMap((row) => {
    const intensity = intensityOf(row, scene.device);
    return intensity === null
      ? []
      : [{ row, x: scene.amount(intensity / 2), y: scene.amount(row.after.macs ?? 0) }];
  });
}

function fill(chart: ScatterChart, dots: readonly Dot[], scene: Scene, t: Translate): void {
  const { device, palette, state } = scene;

  // One operation of the chosen unit in FLOPs: what the roofline counts in.
  const operation = 2 / scene.amount(1);
  const ridge = ridgeOf(device) / operation;
  // Without a bandwidth there is no ridge: the roof is flat. Left of a ridge there is room for what is written there.
  const marked = [
    ...dots.map((dot) => dot.x),
    ...(ridge > 0 ? [ridge / 4, ridge] : dots.length === 0 ? [1] : []),
  ];
  const low = 10 ** Math.floor(Math.log10(Math.min(...marked) / 1.2));
  const high = 10 ** Math.ceil(Math.log10(Math.max(...marked) * 1.2));
  const roof = (ridge > 0 ? [low, ridge, high] : [low, high]).map((x) => ({
    x,
    y: attainable(device, x * operation) / operation,
  }));
  const isOver = ({ row }: Dot): boolean => overfullOf(row, device).length > 0;
  const colors = dots.map((dot) => palette.kinds[dot.row.kind]);
  chart.data = {
    datasets: [
      {
        data: dots.map(({ x, y }) => ({ x, y })),
        pointRadius: dots.map((dot) => (isOver(dot) ? RADIUS * 1.5 : RADIUS)),
        pointStyle: dots.map((dot) => (isOver(dot) ? "triangle" : "circle")),
        pointBackgroundColor: colors,
        pointBorderColor: palette.background,
        pointBorderWidth: 1,
      },
      {
        data: roof,
        yAxisID: "roof",
        showLine: true,
        pointRadius: 0,
        borderColor: palette.foreground,
        borderWidth: 1.5,
        segment: {},
      },
    ],
  };
  chart.options = {
    ...still,
    layout: { padding: { top: 6 } },
    scales: {
      x: { ...costScale(palette, t("axis.intensity", state.unit), true), min: low, max: high },
      y: { ...costScale(palette, state.unit, true), position: "left" },
      roof: {
        ...costScale(palette, t("axis.roof", state.unit), true),
        position: "right",
        grid: { display: false },
      },
    },
  };
}

/** Left of the ridge a layer waits for memory, right of it for arithmetic. */
function drawRidge(chart: ScatterChart, scene: Scene, t: Translate): void {
  const { ctx, chartArea, scales } = chart;
  if (scene.device.bandwidth === null) return;
  const ridge = scene.amount(ridgeOf(scene.device) / 2);
  const x = scales.x?.getPixelForValue(ridge);
  if (x === undefined) return;
  ctx.save();
  ctx.strokeStyle = scene.palette.muted;
  ctx.setLineDash([3, 3]);
  ctx.beginPath();
  ctx.moveTo(x, chartArea.top);
  ctx.lineTo(x, chartArea.bottom);
  ctx.stroke();
  ctx.fillStyle = scene.palette.muted;
  ctx.font = `11px ${scene.palette.font}`;
  ctx.textBaseline = "bottom";
  ctx.textAlign = "right";
  const left = `← ${t("chart.memory-bound")}`;
  // On a narrow panel it would lie over the axis.
  if (ctx.measureText(left).width + 6 <= x - chartArea.left) ctx.fillText(left, x - 6, chartArea.bottom - 4);
  ctx.textAlign = "left";
  ctx.fillText(`${t("chart.compute-bound")} →`, x + 6, chartArea.bottom - 4);
  ctx.restore();
}
