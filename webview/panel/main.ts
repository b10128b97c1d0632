/**
 * The panel "Profile Network": receives reports, keeps what the user chose, and lets the parts draw, at most once a
 * frame. Runs in a VS Code webview and, with the same messages, in a plain browser page.
 */
import type { Place, Report } from "../../src/engine/contract/report.ts";
import { formatCsv } from "../../src/engine/formats/csv.ts";
import { formatJson } from "../../src/engine/formats/json.ts";
import { formatMarkdown } from "../../src/engine/formats/markdown.ts";
import { paperCsv } from "../../src/engine/formats/paper.ts";
import { sweepCsv } from "../../src/engine/formats/sweep.ts";
import { paretoOfSwaps, pointWithin, swapsOf } from "../../src/engine/separable/suggest.ts";
import type {
  ExportFormat,
  FromPanel,
  PanelAbility,
  SweepQuestion,
  ToPanel,
} from "../../src/protocol/messages.ts";
import { registerControls } from "../shared/controls.ts";
import { element, oncePerFrame } from "../shared/dom.ts";
import { connect, download } from "../shared/host.ts";
import { type Translate, translator } from "../shared/l10n.ts";
import { readPalette, startTheme } from "../shared/theme.ts";
import { isObject, parseToPanel } from "../shared/validate.ts";
import { cards } from "./cards.ts";
import { type ChartArea, chartArea } from "./chart-area.ts";
import { comparePage } from "./compare.ts";
import { type EmptyMessage, type EmptyPage, emptyPage } from "./empty.ts";
import { explainLink, type Lesson, lesson } from "./explain.ts";
import { header } from "./header.ts";
import { type Notices, notices } from "./notices.ts";
import { pngPicture } from "./picture.ts";
import { allDevices } from "./roofline.ts";
import { liveSwaps, type Row } from "./rows.ts";
import { Scaled } from "./scaled.ts";
import { type Actions, makeScene, type Part, type Reach, type Scene } from "./scene.ts";
import { simulateStrip } from "./simulate.ts";
import {
  FULL_SIZE,
  fromSaved,
  type PanelState,
  toSaved,
  withChoice,
  withReport,
  withSwaps,
} from "./state.ts";
import { type Memory, SwappedMemory } from "./swapped-memory.ts";
import { paperData, sweepData } from "./sweep-plan.ts";
import { Sweeps, tickets } from "./sweeps.ts";
import { layerTable, type Table } from "./table.ts";
import "../shared/base.css";
import "../lesson/lesson.css";
import "./panel.css";

/** The parts in one language. */
interface Page {
  readonly t: Translate;
  readonly locale: string;
  readonly body: HTMLElement;
  readonly empty: EmptyPage;
  readonly busy: HTMLElement;
  readonly comparison: HTMLElement;
  readonly lesson: Lesson;
  readonly notices: Notices;
  readonly chart: ChartArea;
  readonly table: Table;
  readonly parts: readonly Part[];
}

const USUAL_ABILITIES: readonly PanelAbility[] = ["reveal", "input", "network"];

type Suggested = Extract<ToPanel, { type: "suggested" }>;

registerControls();
const host = connect<ToPanel, FromPanel>(parseToPanel, receive);
const saved: unknown = host.getState();
let state: PanelState = fromSaved(saved);
/** Those of an exported report. */
const savedSweeps = isObject(saved) ? saved.sweeps : undefined;
let report: Report | null = null;
let budgetMacs: number | null = null;
let abilities: ReadonlySet<PanelAbility> = new Set(USUAL_ABILITIES);
let label = "";
let devices = allDevices([]);
let reach: Reach | null = null;
let cursor: ReadonlySet<string> = new Set();
let rows: readonly Row[] = [];
let scene: Scene | null = null;
startTheme(() => {
  palette = readPalette();
  draw();
});
let palette = readPalette();
let page = buildPage(document.documentElement.lang || navigator.language);
const draw = oncePerFrame(drawNow);
const scaled = new Scaled((network, scaling) => host.post({ type: "scale", network, scaling }));
const trace = (question: SweepQuestion): void => {
  if (report) host.post({ type: "sweep", network: report.network, ...question });
};
const ticket = tickets();
const sweeps = new Sweeps(trace, ticket);
const swappedMemory = new SwappedMemory(trace, ticket);
/** The report that the sweep's cells go with, as text, and the unit that it was told in. */
let sweptFor = { report: "", unit: state.unit };
host.post({ type: "ready" });

function receive(message: ToPanel): void {
  switch (message.type) {
    case "report": {
      if (message.locale !== page.locale) page = buildPage(message.locale);
      report = message.report;
      budgetMacs = message.budgetMacs;
      abilities = new Set(message.abilities ?? USUAL_ABILITIES);
      label = message.label ?? message.report.file.split(/[\\/]/).slice(-3).join("/");
      devices = allDevices(message.devices ?? []);
      reach = null;
      scaled.forget();
      swappedMemory.forget();
      forgetSweeps(message);
      state = { ...state, unit: message.unit };
      change((now) => withReport(now, message.report));
      page.notices.setStale(null);
      showEmpty(null);
      askScaled();
      return;
    }
    case "comparison":
      if (message.locale !== page.locale) page = buildPage(message.locale);
      showComparison(message);
      return;
    case "scaled":
      scaled.receive(message);
      draw();
      return;
    case "swept":
      sweeps.receive(message);
      swappedMemory.receive(message);
      draw();
      return;
    case "suggested":
      showSuggested(message);
      return;
    case "busy":
      page.busy.hidden = !message.busy;
      return;
    case "stale":
      page.notices.setStale(message);
      return;
    case "empty":
      report = null;
      showEmpty(message);
      return;
    case "select":
      followCursor(message.layers);
      if (message.explain) openLesson(message.layers[0]);
      if (message.swap) change((now) => withSwaps(now, new Set([...now.swaps, ...message.layers])));
      return;
  }
}

function followCursor(layers: readonly string[]): void {
  cursor = new Set(layers);
  const first = rows.find((row) => cursor.has(row.layer.name));
  if (first) {
    if (!cursor.has(state.selected ?? "")) change((now) => ({ ...now, selected: first.layer.name }));
    page.table.show(first);
  }
  draw();
}

function change(step: (now: PanelState) => PanelState): void {
  const next = step(state);
  if (next === state) return;
  if (next.swaps !== state.swaps || next.scaling !== state.scaling) reach = null;
  if (next.unit !== state.unit) host.post({ type: "setUnit", unit: next.unit });
  state = next;
  host.setState(toSaved(state));
  askScaled();
  draw();
}

/** A new unit tells the same text anew; anything else may be of another text. */
function forgetSweeps(message: Extract<ToPanel, { type: "report" }>): void {
  const next = { report: JSON.stringify(message.report), unit: message.unit };
  const isFirst = sweptFor.report === "";
  const isSame = next.report === sweptFor.report && next.unit !== sweptFor.unit;
  sweptFor = next;
  if (isFirst && !abilities.has("scale")) {
    sweeps.restore(savedSweeps);
    swappedMemory.restore(isObject(saved) ? saved.memory : undefined);
  } else if (!isSame) sweeps.forget();
}

function askScaled(): void {
  if (!report || !abilities.has("scale")) return;
  scaled.ask(report.network, state.scaling);
  swappedMemory.ask(state.swaps, state.scaling);
}

/** Swaps where they suffice; else what runs the engine is asked for α and ρ too. */
function reachBudget(macs: number): void {
  if (!report || !scene) return;
  const points = paretoOfSwaps(report, "keep", scene.totals.known) ?? [];
  const point = pointWithin(points, macs);
  const all = points.at(-1);
  const swaps = point ?? all;
  if (swaps && (point || !abilities.has("scale")))
    change((now) => withChoice(now, { swaps: new Set(swapsOf(points, swaps)), scaling: FULL_SIZE }));
  reach = { macs, outcome: point ? "reached" : abilities.has("scale") ? "waiting" : "none" };
  const { network } = report;
  if (reach.outcome === "waiting")
    host.post({ type: "suggest", network, budgetMacs: macs, round: state.scaling.round });
  draw();
}

function showSuggested({ network, budgetMacs: macs, suggestion, reason }: Suggested): void {
  if (report?.network !== network || reach?.macs !== macs) return;
  if (suggestion) {
    const { swap, alpha, rho } = suggestion;
    const { round } = state.scaling;
    change((now) => withChoice(now, { swaps: new Set(swap), scaling: { alpha, rho, round } }));
  }
  reach = { macs, outcome: suggestion ? "reached" : "none", ...(reason !== undefined && { reason }) };
  draw();
}

function reveal(at: Place): void {
  host.post({ type: "reveal", at });
}

function actionsOf(): Actions {
  return {
    state: () => state,
    change,
    select: (row) => {
      change((now) => ({ ...now, selected: row?.layer.name ?? null }));
      if (row) page.table.show(row);
    },
    hover: (row) => {
      page.chart.setHovered(row);
      page.table.setHovered(row);
    },
    reveal: (row) => reveal(row.layer.at),
    revealPlace: reveal,
    revealNetwork: () => {
      if (report?.network_at) reveal(report.network_at);
    },
    setNetwork: (network) => host.post({ type: "setNetwork", network }),
    setInput: (input) => {
      if (report) host.post({ type: "setInput", network: report.network, input });
    },
    reach: reachBudget,
    apply: () => {
      if (!report || !scene) return;
      host.post({ type: "apply", network: report.network, layers: liveSwaps(scene.rows, state.swaps) });
    },
    sweep: (asked, swaps) => {
      if (swaps) sweeps.swaps = swaps;
      sweeps.start(asked);
      draw();
    },
    compare: () => host.post({ type: "compare" }),
    save: (format) => void save(format),
  };
}

function buildPage(locale: string): Page {
  const t = translator(locale);
  const actions = actionsOf();
  const refresh = (): void => host.post({ type: "refresh" });
  const help = { reveal, refresh, sources: host.post };
  const banner = notices(t, locale, help);
  const chart = chartArea(t, actions);
  const table = layerTable(t, actions);
  const comparison = element("section", { class: "panel", hidden: true });
  const cancel = element("button", { type: "button", class: "link" }, t("action.cancel"));
  cancel.addEventListener("click", () => host.post({ type: "cancel" }));
  const busy = element("div", { class: "busy", role: "status", hidden: true }, t("busy.text"), " ", cancel);
  const explain = explainLink(t, openLesson);
  const told = lesson(t, () => {
    body.hidden = false;
    explain.element.querySelector("button")?.focus();
    draw();
  });
  const parts = [header(t, actions), banner, cards(t), chart, explain, simulateStrip(t, actions), table];
  const setArguments = (network: string): void => host.post({ type: "setArguments", network });
  const empty = emptyPage(t, { ...help, setArguments });
  const body = element("div", { class: "panel", hidden: true }, ...parts.map((part) => part.element));
  document.documentElement.lang = locale;
  document.title = t("app.panel");
  (document.getElementById("root") ?? document.body).replaceChildren(
    element("main", {}, busy, empty.element, body, told.element, comparison),
  );
  return { t, locale, body, empty, busy, comparison, lesson: told, notices: banner, chart, table, parts };
}

/** Undefined as long as it is not known. */
function memoryNow({ totals }: Report, smaller: Report | null): Memory | undefined {
  if (state.swaps.size === 0) return (smaller ?? { totals }).totals;
  return swappedMemory.of(state.swaps, state.scaling);
}

function openLesson(layer: string | undefined): void {
  if (!report) return;
  page.body.hidden = true;
  page.lesson.open(layer, report);
}

function showEmpty(message: EmptyMessage | null): void {
  if (message) page.lesson.close();
  page.body.hidden = message !== null || !page.lesson.element.hidden;
  page.empty.element.hidden = message === null;
  if (message) page.empty.show(message);
  draw();
}

function drawNow(): void {
  if (!report) return;
  const { t } = page;
  const { report: smaller, reason, waiting } = scaled.of(report.network, state.scaling);
  scene = makeScene({
    ...{ report, state, t, palette, budgetMacs, cursor, abilities, label, devices, reach, sweeps },
    ...{ scaled: smaller, scaledReason: reason, waiting },
    memory: memoryNow(report, smaller),
  });
  rows = scene.rows;
  for (const part of page.parts) part.render(scene);
}

function showComparison(message: Extract<ToPanel, { type: "comparison" }>): void {
  page.empty.element.hidden = true;
  page.body.hidden = true;
  page.lesson.close();
  page.comparison.hidden = false;
  page.comparison.replaceChildren(comparePage(message, page.t, reveal));
}

/** What is saved is what is on screen: the chart as it is drawn, the rows as they are counted. */
async function save(format: ExportFormat): Promise<void> {
  if (!scene || !report) return;
  const data = await dataOf(format, scene);
  const name = `${report.network.replaceAll(/[^\w.-]+/g, "-")}${format === "svg" || format === "png" || (format === "csv" && state.view === "sweep") ? `-${state.view}` : ""}`;
  if (host.savesFiles) host.post({ type: "export", format, name, data });
  else download(format, name, data);
}

/** Calls the file what it is called in its workspace: what is passed on tells nothing of the disk. */
function withLabel({ report: { file, ...rest }, label }: Scene): Report {
  const text = JSON.stringify({ file, ...rest }, (key, value: unknown) =>
    key === "file" && value === file ? label : value,
  );
  return JSON.parse(text) as Report;
}

function sweepTable(now: Scene, unit: "macs" | "flops"): string {
  return now.state.sweepPart === "paper" ? paperCsv(paperData(now), unit) : sweepCsv(sweepData(now), unit);
}

function dataOf(format: ExportFormat, now: Scene): string | Promise<string> {
  const unit = now.state.unit === "FLOPs" ? "flops" : "macs";
  switch (format) {
    case "svg":
      return page.chart.picture();
    case "png":
      return pngPicture(page.chart.picture());
    case "csv":
      return now.state.view === "sweep" ? sweepTable(now, unit) : formatCsv(now.report, unit);
    case "json":
      return formatJson(withLabel(now));
    case "markdown":
      return formatMarkdown(withLabel(now), unit);
    case "html":
      return JSON.stringify({ ...toSaved(now.state), sweeps: sweeps.saved(), memory: swappedMemory.saved() });
  }
}
