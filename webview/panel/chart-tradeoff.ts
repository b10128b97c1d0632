/**
 * Two curves to weigh by: what each further swap takes off this network, and, as published for MobileNet itself, how
 * accuracy on ImageNet went with cost. The second says nothing about the user's network.
 */
import type { Chart, Plugin } from "chart.js";
import { entryOf } from "../../src/engine/base/table.ts";
import { PAPER_TABLES, type PaperRow, type PaperTable } from "../../src/engine/separable/paper.ts";
import { element, setText } from "../shared/dom.ts";
import type { Translate } from "../shared/l10n.ts";
import { ChartJs, type ChartView, costScale, still, whenPlaced } from "./chart.ts";
import { type SwapStep, swapSteps } from "./rows.ts";
import type { Actions, Scene } from "./scene.ts";
import { withSwaps } from "./state.ts";

type Point = { x: number; y: number };
type LineChart = Chart<"line", Point[], unknown>;

interface Published {
  readonly label: string;
  readonly macs: number;
  /** ImageNet top-1, in per cent. */
  readonly accuracy: number;
}

/** The paper's tables 6 and 7, the smallest network first. */
const WIDTHS = published("width", ({ change }) => `α ${change?.alpha}`);
const RESOLUTIONS = published("resolution", ({ name }) => name.split("-").at(-1) ?? "");

function published(title: PaperTable["title"], labelOf: (row: PaperRow) => string): readonly Published[] {
  const rows = PAPER_TABLES.find((table) => table.title === title)?.rows ?? [];
  return rows
    .map((row) => ({ label: labelOf(row), macs: row.macs * 1e6, accuracy: row.accuracy }))
    .toReversed();
}

export function tradeoffChart(t: Translate, actions: Actions, placed: () => void): ChartView {
  const canvas = element("canvas", { "aria-hidden": "true" });
  const reference = element("canvas", { "aria-hidden": "true" });
  const note = element("p", { class: "muted" });
  const curve = element("div", { class: "canvas-box" }, canvas);
  const nothing = element("p", { class: "muted", hidden: true }, t("tradeoff.nothing"));
  const host = element(
    "div",
    { class: "tradeoff" },
    nothing,
    curve,
    element("div", { class: "canvas-box reference" }, reference),
  );
  let chart: LineChart | null = null;
  let published: LineChart | null = null;
  let scene: Scene | null = null;
  let steps: readonly SwapStep[] = [];

  const budgetLine: Plugin<"line"> = {
    id: "budget",
    afterDatasetsDraw: (drawn) => {
      if (scene) drawBudget(drawn as LineChart, scene, t);
    },
  };
  const labels: Plugin<"line"> = {
    id: "labels",
    afterDatasetsDraw: (drawn) => {
      if (scene) drawLabels(drawn as LineChart, scene);
    },
  };
  const stepAt = (x: number): number | null => {
    const value = chart?.scales.x?.getValueForPixel(x);
    if (value === undefined || x > (chart?.width ?? 0)) return null;
    const place = Math.round(value);
    return place >= 0 && place < steps.length ? place : null;
  };

  /** Swaps as many layers as the point does, and shows which one it is that it adds. */
  const goTo = (place: number): void => {
    const names = steps.slice(1, place + 1).flatMap(({ row }) => row?.layer.name ?? []);
    actions.change((state) => withSwaps(state, new Set(names)));
    actions.select(steps[place]?.row ?? null);
  };

  return {
    element: host,
    footer: note,
    render: (now) => {
      scene = now;
      steps = swapSteps(now.report, now.rows, now.totals.known);
      chart ??= new ChartJs<"line", Point[], unknown>(canvas, {
        type: "line",
        data: { datasets: [] },
        plugins: [budgetLine, whenPlaced(placed)],
      });
      published ??= new ChartJs<"line", Point[], unknown>(reference, {
        type: "line",
        data: { datasets: [] },
        plugins: [labels],
      });
      // The network as it is stands alone on the curve.
      const isAlone = steps.length < 2;
      nothing.hidden = !isAlone;
      curve.hidden = isAlone;
      if (!isAlone) {
        fillSteps(chart, steps, now, t);
        chart.update("none");
      }
      fillPublished(published, now, t);
      published.update("none");
      setText(note, t(isAlone ? "tradeoff.note.published" : "tradeoff.note"));
    },
    redraw: () => {
      chart?.draw();
      published?.draw();
    },
    rowAt: (x) => {
      const place = stepAt(x);
      return place === null ? null : (steps[place]?.row ?? null);
    },
    boxOf: (row) => {
      const place = steps.findIndex((step) => step.row?.index === row.index);
      const { x, y } = chart?.scales ?? {};
      if (place < 0 || !x || !y || !scene) return null;
      const at = { x: x.getPixelForValue(place), y: y.getPixelForValue(scene.amount(steps[place]!.macs)) };
      return { left: at.x - 6, top: at.y - 6, width: 12, height: 12 };
    },
    press: (x) => {
      const place = stepAt(x);
      if (place === null) return false;
      goTo(place);
      return true;
    },
    pressKey: (key) => {
      const last = steps.length - 1;
      const at = scene?.rows.filter((row) => row.swapped).length ?? 0;
      const moves: Readonly<Record<string, number>> = {
        ArrowRight: at + 1,
        ArrowLeft: at - 1,
        PageUp: at + 10,
        PageDown: at - 10,
        Home: 0,
        End: last,
      };
      const place = entryOf(moves, key);
      if (place === undefined) return false;
      goTo(Math.max(0, Math.min(last, place)));
      return true;
    },
  };
}

function fillSteps(chart: LineChart, steps: readonly SwapStep[], scene: Scene, t: Translate): void {
  const { palette, state, amount } = scene;
  const swapped = scene.rows.filter((row) => row.swapped).length;
  const now = scene.totals.after.macs;
  chart.data = {
    datasets: [
      {
        data: steps.map(({ macs }, x) => ({ x, y: amount(macs) })),
        parsing: false,
        pointRadius: steps.length > 60 ? 0 : 3,
        pointBackgroundColor: palette.kinds.pointwise,
        pointBorderWidth: 0,
        borderColor: palette.kinds.pointwise,
        borderWidth: 2,
        segment: {},
      },
      {
        data: now === null ? [] : [{ x: swapped, y: amount(now) }],
        parsing: false,
        pointRadius: 6,
        pointBackgroundColor: palette.kinds.standard,
        pointBorderColor: palette.background,
        pointBorderWidth: 2,
        showLine: false,
      },
    ],
  };
  chart.options = {
    ...still,
    layout: { padding: { top: 10, right: 8 } },
    scales: {
      x: {
        ...costScale(palette, t("axis.changed"), false),
        type: "linear",
        min: 0,
        max: Math.max(1, steps.length - 1),
      },
      y: { ...costScale(palette, state.unit, false), min: 0 },
    },
  };
}

function fillPublished(chart: LineChart, scene: Scene, t: Translate): void {
  const { palette, state, amount } = scene;
  const curve = (points: readonly Published[], color: string, dash: number[]) => ({
    data: points.map(({ macs, accuracy }) => ({ x: amount(macs), y: accuracy })),
    parsing: false as const,
    pointRadius: 3,
    pointBackgroundColor: color,
    pointBorderWidth: 0,
    borderColor: color,
    borderWidth: 1.5,
    borderDash: dash,
    segment: {},
  });
  chart.data = {
    datasets: [curve(WIDTHS, palette.kinds.depthwise, []), curve(RESOLUTIONS, palette.kinds.linear, [4, 3])],
  };
  chart.options = {
    ...still,
    layout: { padding: { top: 14, right: 14 } },
    scales: {
      x: {
        ...costScale(palette, t("axis.published", state.unit), false),
        type: "linear",
        min: 0,
        max: amount(620e6),
      },
      y: { ...costScale(palette, t("axis.accuracy"), false), min: 48, max: 74 },
    },
  };
}

function drawBudget({ ctx, chartArea, scales }: LineChart, scene: Scene, t: Translate): void {
  if (scene.budgetMacs === null) return;
  const y = scales.y?.getPixelForValue(scene.amount(scene.budgetMacs));
  if (y === undefined || y < chartArea.top) return;
  ctx.save();
  ctx.strokeStyle = scene.palette.muted;
  ctx.setLineDash([4, 3]);
  ctx.beginPath();
  ctx.moveTo(chartArea.left, y);
  ctx.lineTo(chartArea.right, y);
  ctx.stroke();
  ctx.fillStyle = scene.palette.muted;
  ctx.font = `11px ${scene.palette.font}`;
  ctx.textAlign = "right";
  ctx.fillText(`${t("card.budget")} ${scene.text(scene.budgetMacs)}`, chartArea.right, y - 4);
  ctx.restore();
}

function drawLabels({ ctx, scales }: LineChart, scene: Scene): void {
  const { x, y } = scales;
  if (!x || !y) return;
  ctx.save();
  ctx.font = `11px ${scene.palette.font}`;
  const write = (points: readonly Published[], align: CanvasTextAlign, left: number, top: number): void => {
    ctx.textAlign = align;
    ctx.fillStyle = scene.palette.muted;
    for (const { label, macs, accuracy } of points) {
      ctx.fillText(label, x.getPixelForValue(scene.amount(macs)) + left, y.getPixelForValue(accuracy) + top);
    }
  };
  write(WIDTHS, "left", 6, 14);
  write(RESOLUTIONS.slice(0, -1), "right", -6, -5);
  ctx.restore();
}
