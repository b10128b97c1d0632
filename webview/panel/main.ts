/**
 * The panel "Profile Network": receives reports, keeps what the user chose, and lets the parts draw, at most once a
 * frame. Runs in a VS Code webview and, with the same messages, in a plain browser page.
 */
import type { Place, Report } from "../../src/engine/report/contract.ts";
import type { FromPanel, ToPanel } from "../../src/protocol/messages.ts";
import { registerControls } from "../shared/controls.ts";
import { element, oncePerFrame, setText } from "../shared/dom.ts";
import { connect } from "../shared/host.ts";
import { type Translate, translator } from "../shared/l10n.ts";
import { readPalette, startTheme } from "../shared/theme.ts";
import { parseToPanel } from "../shared/validate.ts";
import { cards } from "./cards.ts";
import { type ChartArea, chartArea } from "./chart-area.ts";
import { header } from "./header.ts";
import { type Notices, notices } from "./notices.ts";
import type { Row } from "./rows.ts";
import { type Actions, makeScene, type Part } from "./scene.ts";
import { simulateStrip } from "./simulate.ts";
import { fromSaved, type PanelState, toSaved, withReport } from "./state.ts";
import { layerTable, type Table } from "./table.ts";
import "../shared/base.css";
import "./panel.css";

/** The parts in one language. */
interface Page {
  readonly t: Translate;
  readonly locale: string;
  readonly body: HTMLElement;
  readonly empty: HTMLElement;
  readonly emptyReason: HTMLElement;
  readonly notices: Notices;
  readonly chart: ChartArea;
  readonly table: Table;
  readonly parts: readonly Part[];
}

registerControls();
const host = connect<ToPanel, FromPanel>(parseToPanel, receive);
let state: PanelState = fromSaved(host.getState());
let report: Report | null = null;
let budgetMacs: number | null = null;
let cursor: ReadonlySet<string> = new Set();
let rows: readonly Row[] = [];
startTheme(() => {
  palette = readPalette();
  draw();
});
let palette = readPalette();
let page = buildPage(document.documentElement.lang || navigator.language);
const draw = oncePerFrame(drawNow);
host.post({ type: "ready" });

function receive(message: ToPanel): void {
  switch (message.type) {
    case "report": {
      if (message.locale !== page.locale) page = buildPage(message.locale);
      report = message.report;
      budgetMacs = message.budgetMacs;
      state = { ...state, unit: message.unit };
      change((now) => withReport(now, message.report));
      page.notices.setStale(null);
      showEmpty(null);
      return;
    }
    case "stale":
      page.notices.setStale(message);
      return;
    case "empty":
      report = null;
      showEmpty(message.reason);
      return;
    case "select":
      followCursor(message.layers);
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
  if (next.unit !== state.unit) host.post({ type: "setUnit", unit: next.unit });
  state = next;
  host.setState(toSaved(state));
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
    revealNetwork: () => {
      if (report?.network_at) reveal(report.network_at);
    },
    setNetwork: (network) => host.post({ type: "setNetwork", network }),
    setInput: (input) => {
      if (report) host.post({ type: "setInput", network: report.network, input });
    },
  };
}

function buildPage(locale: string): Page {
  const t = translator(locale);
  const actions = actionsOf();
  const banner = notices(t, locale, reveal);
  const chart = chartArea(t, actions);
  const table = layerTable(t, actions);
  const parts = [header(t, actions), banner, cards(t), chart, simulateStrip(t, actions), table];
  const emptyReason = element("p", {}, t("empty.waiting"));
  const empty = element(
    "section",
    { class: "empty" },
    element("h1", {}, t("empty.title")),
    emptyReason,
    element("p", { class: "muted" }, t("empty.hint")),
  );
  const body = element("div", { class: "panel", hidden: true }, ...parts.map((part) => part.element));
  document.documentElement.lang = locale;
  document.title = t("app.panel");
  (document.getElementById("root") ?? document.body).replaceChildren(element("main", {}, empty, body));
  return { t, locale, body, empty, emptyReason, notices: banner, chart, table, parts };
}

function showEmpty(reason: string | null): void {
  page.body.hidden = reason !== null;
  page.empty.hidden = reason === null;
  if (reason !== null) setText(page.emptyReason, reason);
  draw();
}

function drawNow(): void {
  if (!report) return;
  const scene = makeScene({ report, state, t: page.t, palette, budgetMacs, cursor });
  rows = scene.rows;
  for (const part of page.parts) part.render(scene);
}
