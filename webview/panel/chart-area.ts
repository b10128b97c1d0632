/**
 * The chart area: tabs for the views, legend, read-out, and one plot that is a slider over the layers for the
 * keyboard and for screen readers, whichever view it shows.
 */
import { entryOf } from "../../src/engine/base/table.ts";
import { DEVICE_DTYPES } from "../../src/engine/contract/device.ts";
import { checkbox, dropdown } from "../shared/controls.ts";
import { element, hasKeyboardFocus, oncePerFrame, setAttribute, setText } from "../shared/dom.ts";
import { unbroken } from "../shared/format.ts";
import { DISPLAY_KINDS } from "../shared/kinds.ts";
import type { Translate } from "../shared/l10n.ts";
import type { Box, ChartView } from "./chart.ts";
import { barsChart } from "./chart-bars.ts";
import { cumulativeChart, dearestFirst } from "./chart-cumulative.ts";
import { rooflineChart } from "./chart-roofline.ts";
import { tradeoffChart } from "./chart-tradeoff.ts";
import { treemapChart } from "./chart-treemap.ts";
import { describeBound, describeBounds, describeCost, describeLayer, describeSwaps } from "./describe.ts";
import { describeFit, describeFits } from "./fit.ts";
import { ancestors } from "./modules.ts";
import { svgPicture } from "./picture.ts";
import { canSwap, eligible, type Row, sumMacs } from "./rows.ts";
import type { Actions, Part, Scene } from "./scene.ts";
import { VIEWS, type View, withToggled } from "./state.ts";
import { sweepView } from "./sweep-view.ts";

export interface ChartArea extends Part {
  readonly setHovered: (row: Row | null) => void;
  /** The chart on screen as SVG. */
  readonly picture: () => string;
}

const TIP_GAP = 10;
/** More marks than these would only cover the chart. */
const MOST_MARKS = 100;

export function chartArea(t: Translate, actions: Actions): ChartArea {
  const views: Readonly<Record<Exclude<View, "sweep">, ChartView>> = {
    layers: barsChart(t, actions, placeMarks),
    treemap: treemapChart(),
    cumulative: cumulativeChart(t, placeMarks),
    roofline: rooflineChart(t, placeMarks),
    tradeoff: tradeoffChart(t, actions, placeMarks),
  };
  const tabs = viewTabs(t, actions);
  const crumbs = element("nav", { class: "crumbs", "aria-label": t("scope.label") });
  const legend = element("ul", { class: "legend" });
  const log = checkbox(t("toggle.log"), (checked) => actions.change((state) => ({ ...state, log: checked })));
  const dearest = checkbox(t("toggle.dearest"), (checked) =>
    actions.change((state) => ({ ...state, dearestFirst: checked })),
  );
  const device = dropdown(t("device.label"), (name) =>
    actions.change((state) => ({ ...state, device: name })),
  );
  const dtype = dropdown(t("dtype.label"), (name) => {
    const chosen = DEVICE_DTYPES.find((each) => each === name);
    if (chosen) actions.change((state) => ({ ...state, dtype: chosen }));
  });
  const readout = element("p", { class: "readout" });
  const tip = element("div", { class: "tip", hidden: true, "aria-hidden": "true" });
  const cursorMarks = element("div", { "aria-hidden": "true" });
  const hoverMark = element("div", { class: "mark hover", hidden: true });
  const selectMark = element("div", { class: "mark selected", hidden: true });
  const plot = element("div", {
    class: "plot",
    id: "plot",
    role: "slider",
    tabindex: 0,
    "aria-label": t("chart.label"),
    "aria-description": t("chart.keys"),
  });
  // Of other sizes of the network, and so no slider over its layers.
  const sweep = sweepView(t, actions);
  const stage = element("div", { class: "stage-box" }, plot);
  const sweepStage = element("div", { class: "stage-box" }, sweep.element);
  const tools = element(
    "div",
    { class: "cluster tools" },
    device.element,
    dtype.element,
    dearest.element,
    log.element,
  );
  const host = element(
    "section",
    { class: "chart" },
    element(
      "div",
      { class: "chart-head" },
      tabs.element,
      element("span", { class: "spring" }),
      tools,
      sweep.tools,
    ),
    element("div", { class: "chart-head" }, crumbs, legend),
    stage,
    sweepStage,
    readout,
  );
  let scene: Scene | null = null;
  let hovered: Row | null = null;
  let view: ChartView | null = null;

  function mark(target: HTMLElement, row: Row | null): void {
    const box = row && view ? view.boxOf(row) : null;
    target.hidden = box === null;
    if (!box) return;
    target.style.transform = `translate(${box.left}px, ${box.top}px)`;
    target.style.width = `${box.width}px`;
    target.style.height = `${box.height}px`;
  }
  /** A line of source may make many layers: each of them is marked. */
  function placeCursor(): void {
    const now = scene;
    const rows = now ? now.charted.filter((row) => now.cursor.has(row.layer.name)).slice(0, MOST_MARKS) : [];
    while (cursorMarks.children.length > rows.length) cursorMarks.lastElementChild?.remove();
    rows.forEach((row, place) => {
      const made =
        cursorMarks.children[place] ?? cursorMarks.appendChild(element("div", { class: "mark cursor" }));
      mark(made as HTMLElement, row);
    });
  }
  function placeMarks(): void {
    placeCursor();
    mark(hoverMark, hovered);
    mark(selectMark, scene?.selected ?? null);
  }
  function showMarks(): void {
    placeMarks();
    const row = hovered ?? (hasKeyboardFocus(plot) ? (scene?.selected ?? null) : null);
    tip.hidden = row === null || scene === null;
    if (row && scene) {
      fillTip(tip, row, scene);
      placeTip(tip, view?.boxOf(row) ?? null, plot.clientWidth);
    }
  }
  function pointOf(event: MouseEvent): [number, number] {
    const corner = plot.getBoundingClientRect();
    return [event.clientX - corner.left, event.clientY - corner.top];
  }

  plot.addEventListener("pointermove", (event) => {
    const row = view?.rowAt(...pointOf(event)) ?? null;
    plot.classList.toggle("pointing", row !== null || Boolean(view?.moduleAt?.(...pointOf(event))));
    actions.hover(row);
  });
  plot.addEventListener("focus", showMarks);
  plot.addEventListener("blur", showMarks);
  plot.addEventListener("pointerleave", () => actions.hover(null));
  plot.addEventListener("click", (event) => {
    if (view?.press?.(...pointOf(event))) return;
    const module = view?.moduleAt?.(...pointOf(event));
    const row = view?.rowAt(...pointOf(event));
    if (module) actions.change((state) => ({ ...state, scope: module }));
    else if (row) {
      actions.select(row);
      actions.reveal(row);
    }
  });
  plot.addEventListener("keydown", (event) => {
    if (scene && (view?.pressKey?.(event.key) || pressKey(event.key, scene, actions))) event.preventDefault();
  });
  const redraw = oncePerFrame(() => {
    if (scene) view?.render(scene);
    showMarks();
  });
  new ResizeObserver(redraw).observe(plot);

  return {
    element: host,
    setHovered: (row) => {
      hovered = row;
      showMarks();
    },
    picture: () => {
      const now = scene;
      if (!now) return "";
      const { palette, report, state } = now;
      const total = `${now.text(now.totals.after.macs)} ${state.unit}`;
      return svgPicture({
        ...(state.view === "sweep"
          ? { plot: sweep.element, legend: sweep.legend, redraw: sweep.redraw }
          : { plot, legend, redraw: () => view?.redraw?.() }),
        title: `${report.network}: ${total}`,
        subtitle: `${t(`view.${state.view}`)} · ${summary(now)}`,
        ...{ background: palette.background, foreground: palette.foreground },
        ...{ muted: palette.muted, font: palette.font },
      });
    },
    render: (now) => {
      scene = now;
      const isSweep = now.state.view === "sweep";
      for (const part of [stage, tools]) part.hidden = isSweep;
      for (const part of [sweep.element, sweepStage, sweep.tools]) part.hidden = !isSweep;
      host.dataset.view = now.state.view;
      tabs.render(now);
      crumbs.hidden = isSweep;
      legend.hidden = isSweep;
      if (now.state.view === "sweep") {
        sweep.render(now);
        setText(readout, unbroken(describeSwaps(now)));
        return;
      }
      const next = views[now.state.view];
      if (view !== next) {
        view = next;
        plot.replaceChildren(next.element, cursorMarks, hoverMark, selectMark, tip);
        stage.replaceChildren(plot, ...(next.footer ? [next.footer] : []));
      }
      next.render(now);
      showCrumbs(crumbs, now, actions);
      showLegend(legend, now);
      log.setChecked(now.state.log);
      log.element.hidden = now.state.view !== "layers";
      dearest.setChecked(now.state.dearestFirst);
      dearest.element.hidden = now.state.view !== "cumulative";
      device.element.hidden = now.state.view !== "roofline";
      device.setOptions(
        now.devices.map(({ name }) => name),
        now.device.name,
      );
      dtype.element.hidden = device.element.hidden;
      dtype.setOptions(DEVICE_DTYPES, now.device.dtype);
      describePlot(plot, now);
      setText(readout, unbroken(summary(now)));
      hovered = hovered ? (now.rows[hovered.index] ?? null) : null;
      showMarks();
    },
  };
}

/** Moves over the layers of the scope; true when the key meant something. */
function pressKey(key: string, scene: Scene, actions: Actions): boolean {
  const { charted } = scene;
  const at = charted.findIndex((row) => row.layer.name === actions.state().selected);
  const selected = charted[at];
  const last = charted.length - 1;
  const moves: Readonly<Record<string, number>> = {
    ArrowRight: at + 1,
    ArrowUp: at + 1,
    ArrowLeft: at - 1,
    ArrowDown: at - 1,
    PageUp: at + 10,
    PageDown: at - 10,
    Home: 0,
    End: last,
  };
  const target = entryOf(moves, key);
  if (target !== undefined) {
    actions.select(charted[Math.min(last, Math.max(0, target))] ?? null);
    return true;
  }
  if (key === "Escape") actions.select(null);
  else if (!selected) return false;
  else if (key === "Enter") actions.reveal(selected);
  else if (key === " ") {
    if (canSwap(selected.layer)) actions.change((state) => withToggled(state, [selected.layer.name]));
  } else return false;
  return true;
}

function describePlot(plot: HTMLElement, scene: Scene): void {
  const { charted, selected } = scene;
  const at = charted.findIndex((row) => row.index === selected?.index);
  setAttribute(plot, "aria-valuemin", charted.length === 0 ? 0 : 1);
  setAttribute(plot, "aria-valuemax", charted.length);
  setAttribute(plot, "aria-valuenow", Math.max(at + 1, charted.length === 0 ? 0 : 1));
  const row = charted[at];
  const text = row
    ? `${row.layer.name}, ${describeCost(row, scene)}`
    : scene.t("count.layers", charted.length);
  setAttribute(plot, "aria-valuetext", text);
}

function viewTabs(t: Translate, actions: Actions): Part {
  const choose = (view: View): void => actions.change((state) => ({ ...state, view }));
  const tabs = VIEWS.map((view) => {
    const controls = view === "sweep" ? "sweep" : "plot";
    const tab = element(
      "button",
      { type: "button", role: "tab", class: "tab", "aria-controls": controls },
      t(`view.${view}`),
    );
    tab.addEventListener("click", () => choose(view));
    return tab;
  });
  const host = element("div", { class: "tabs", role: "tablist", "aria-label": t("view.label") }, ...tabs);
  host.addEventListener("keydown", (event) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const at = tabs.findIndex((tab) => tab.matches(":focus"));
    const next = (at + step + tabs.length) % tabs.length;
    choose(VIEWS[next]!);
    tabs[next]?.focus();
  });
  return {
    element: host,
    render: ({ state }) => {
      tabs.forEach((tab, index) => {
        const selected = VIEWS[index] === state.view;
        setAttribute(tab, "aria-selected", String(selected));
        setAttribute(tab, "tabindex", selected ? 0 : -1);
      });
    },
  };
}

function showCrumbs(crumbs: HTMLElement, { state, t }: Scene, actions: Actions): void {
  crumbs.hidden = state.scope === "";
  const crumb = (label: string, scope: string): HTMLElement => {
    const made = element("button", { type: "button", class: "link" }, label);
    if (scope === state.scope) setAttribute(made, "aria-current", "location");
    made.addEventListener("click", () => actions.change((now) => ({ ...now, scope })));
    return made;
  };
  const path = ancestors(state.scope);
  crumbs.replaceChildren(
    crumb(t("action.whole"), ""),
    ...path.flatMap((scope) => ["›", crumb(scope.slice(scope.lastIndexOf(".") + 1), scope)]),
  );
}

function showLegend(legend: HTMLElement, scene: Scene): void {
  const { charted, t } = scene;
  const present = new Set(charted.flatMap((row) => row.segments.map((segment) => segment.kind)));
  const entry = (kind: string, label: string): HTMLElement =>
    element("li", {}, element("span", { class: `dot kind-${kind}` }), label);
  if (scene.state.view === "tradeoff") {
    const own = [entry("pointwise", scene.report.network), entry("standard", t("tradeoff.now"))];
    legend.replaceChildren(
      ...(eligible(scene.rows).length > 0 ? own : []),
      entry("depthwise", t("tradeoff.width")),
      entry("linear", t("tradeoff.resolution")),
    );
    return;
  }
  if (scene.state.view === "cumulative") {
    const swapped = charted.some((row) => row.changed);
    const now = entry("pointwise", t(swapped ? "kind.after" : "kind.total"));
    legend.replaceChildren(now, ...(swapped ? [entry("before", t("kind.before"))] : []));
    return;
  }
  const entries = DISPLAY_KINDS.filter((kind) => present.has(kind)).map((kind) =>
    entry(kind, t(`kind.${kind}`)),
  );
  if (charted.some((row) => row.changed)) entries.push(entry("before", t("kind.before")));
  if (charted.some((row) => row.before.macs === null)) entries.push(entry("unknown", t("kind.unknown")));
  legend.replaceChildren(...entries);
}

function fillTip(tip: HTMLElement, row: Row, scene: Scene): void {
  tip.replaceChildren(
    element(
      "div",
      { class: "tip-name" },
      element("span", { class: `dot kind-${row.kind}` }),
      element("strong", {}, row.layer.name),
    ),
    element("div", {}, describeCost(row, scene)),
    element("div", { class: "muted" }, describeLayer(row, scene.t)),
    ...boundsOf(row, scene).map((text) => element("div", { class: "muted" }, text)),
  );
}

/** Beside the layer, on the side where there is room, so that it hides nothing of it. */
function placeTip(tip: HTMLElement, box: Box | null, room: number): void {
  const { offsetWidth: width } = tip;
  const [start, end] = box ? [box.left, box.left + box.width] : [0, 0];
  const right = end + TIP_GAP + width <= room;
  const left = right ? end + TIP_GAP : start - TIP_GAP - width;
  tip.style.transform = `translate(${Math.max(0, Math.min(left, room - width))}px, 4px)`;
}

/** In the roofline view: what limits the layer on the device, as a bound. */
function boundsOf(row: Row, { device, state, t }: Scene): readonly string[] {
  if (state.view !== "roofline") return [];
  const text = describeBound(row, device, t);
  return [...(text === null ? [] : [text]), ...describeFit(row, device, t)];
}

/** What there is to see, in one sentence. */
function summary(scene: Scene): string {
  const { t, state, charted } = scene;
  if (charted.length === 0) return t("chart.nothing");
  if (state.view === "cumulative") return cumulativeFact(scene);
  if (state.view === "roofline") return `${describeBounds(scene)} ${describeFits(scene)}`.trim();
  return describeSwaps(scene);
}

function cumulativeFact({ charted, state, t }: Scene): string {
  const whole = sumMacs(charted, "after");
  let sum = 0;
  const few = dearestFirst(charted).findIndex((row) => {
    sum += row.after.macs ?? 0;
    return sum >= 0.8 * whole;
  });
  return t("chart.cumulative.fact", few + 1, charted.length, state.unit);
}
