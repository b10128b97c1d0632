/**
 * The roofline of a device: what it attains at most at each layer's arithmetic intensity. A dot's area is the layer's
 * cost; a line leads from where a layer was to where a swap, α or ρ puts it.
 */
import type { Chart, Plugin } from "chart.js";
import { formatPeak } from "../../src/engine/formats/device.ts";
import { formatBinaryBytes } from "../../src/engine/formats/units.ts";
import { count } from "../../src/present/text.ts";
import { element, setText } from "../shared/dom.ts";
import type { Translate } from "../shared/l10n.ts";
import { type Box, ChartJs, type ChartView, costScale, still, whenPlaced, withAlpha } from "./chart.ts";
import { overfullOf } from "./fit.ts";
import { attainable, type Move, movesOf, type RoofPoint, ridgeOf } from "./roofline.ts";
import type { Row } from "./rows.ts";
import type { Scene } from "./scene.ts";

/** Radius of the dearest layer's dot, and the least that can be seen, in pixels. */
const MOST_RADIUS = 13;
const LEAST_RADIUS = 3;
/** How near the pointer must come to a dot, in pixels. */
const REACH = 14;

/** In the chosen unit: its operations a byte, and a second. */
type Point = { x: number; y: number };
interface Dot extends Point {
  readonly row: Row;
  readonly radius: number;
  readonly before: (Point & { readonly radius: number }) | null;
}
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
      if (!scene) return;
      drawRidge(drawn as ScatterChart, scene, t);
      drawMoves(drawn as ScatterChart, dots, scene);
    },
  };
  const placeOf = (dot: Dot): Point | null => (chart ? pixelOf(chart, dot) : null);
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
        const at = placeOf(dot);
        const away = at ? Math.hypot(at.x - x, at.y - y) : Number.POSITIVE_INFINITY;
        if (away < distance) [nearest, distance] = [dot.row, away];
      }
      return nearest;
    },
    boxOf: (row): Box | null => {
      const dot = dots.find((one) => one.row.index === row.index);
      const at = dot ? placeOf(dot) : null;
      const size = 2 * (dot?.radius ?? 0) + 8;
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

/** Large ones first, so that none hides a small one. */
function dotsOf(scene: Scene): readonly Dot[] {
  const moves = movesOf(scene.charted, scene.device);
  const most = Math.max(...moves.map(({ now, before }) => Math.max(now.macs, before?.macs ?? 0)));
  const place = ({ intensity, attainable: flops, macs }: RoofPoint) => ({
    x: scene.amount(intensity / 2),
    y: scene.amount(flops / 2),
    radius: Math.max(LEAST_RADIUS, MOST_RADIUS * Math.sqrt(macs / most)),
  });
  const dot = ({ row, now, before }: Move): Dot => ({ row, ...place(now), before: before && place(before) });
  return moves.map(dot).sort((one, other) => other.radius - one.radius);
}

function pixelOf({ scales: { x, y } }: ScatterChart, at: Point): Point | null {
  return x && y ? { x: x.getPixelForValue(at.x), y: y.getPixelForValue(at.y) } : null;
}

/** A ring where a layer was, and a line to where it is now. */
function drawMoves(chart: ScatterChart, dots: readonly Dot[], { palette }: Scene): void {
  const { ctx } = chart;
  ctx.save();
  ctx.strokeStyle = palette.muted;
  ctx.lineWidth = 1;
  for (const { before, ...now } of dots) {
    const [from, to] = [before && pixelOf(chart, before), pixelOf(chart, now)];
    if (!before || !from || !to) continue;
    ctx.beginPath();
    ctx.arc(from.x, from.y, before.radius, 0, 2 * Math.PI);
    ctx.moveTo(from.x, from.y);
    ctx.lineTo(to.x, to.y);
    ctx.stroke();
  }
  ctx.restore();
}

function fill(chart: ScatterChart, dots: readonly Dot[], scene: Scene, t: Translate): void {
  const { device, palette, state } = scene;

  // One operation of the chosen unit in FLOPs: what the roofline counts in.
  const operation = 2 / scene.amount(1);
  const ridge = ridgeOf(device) / operation;
  // Without a bandwidth there is no ridge: the roof is flat. Left of a ridge there is room for what is written there.
  const marked = [
    ...dots.flatMap((dot) => [dot.x, ...(dot.before ? [dot.before.x] : [])]),
    ...(ridge > 0 ? [ridge / 4, ridge] : dots.length === 0 ? [1] : []),
  ];
  const low = 10 ** Math.floor(Math.log10(Math.min(...marked) / 1.2));
  const high = 10 ** Math.ceil(Math.log10(Math.max(...marked) * 1.2));
  const roof = (ridge > 0 ? [low, ridge, high] : [low, high]).map((x) => ({
    x,
    y: attainable(device, x * operation) / operation,
  }));
  const isOver = ({ row }: Dot): boolean => overfullOf(row, device).length > 0;
  const colors = dots.map((dot) => withAlpha(palette.kinds[dot.row.kind], 0.75));
  chart.data = {
    datasets: [
      {
        data: dots.map(({ x, y }) => ({ x, y })),
        pointRadius: dots.map(({ radius }) => radius),
        pointStyle: dots.map((dot) => (isOver(dot) ? "triangle" : "circle")),
        pointBackgroundColor: colors,
        pointBorderColor: palette.background,
        pointBorderWidth: 1,
      },
      {
        data: roof,
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
      y: { ...costScale(palette, t("axis.roof", state.unit), true), position: "left" },
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
