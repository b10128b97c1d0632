/**
 * The dashboard in the side bar: the active file's networks, what they cost now and cost before, their dearest
 * layers, and the networks of the workspace.
 */
import { count, inUnit, share } from "../../src/present/text.ts";
import type {
  CostUnit,
  FromSidebar,
  SidebarNetwork,
  SidebarWorkspace,
  ToSidebar,
} from "../../src/protocol/messages.ts";
import { button, registerControls } from "../shared/controls.ts";
import { element, setAttribute } from "../shared/dom.ts";
import { formatChange, formatExact } from "../shared/format.ts";
import { connect } from "../shared/host.ts";
import { displayKind } from "../shared/kinds.ts";
import { type Translate, translator } from "../shared/l10n.ts";
import { missingPart } from "../shared/missing.ts";
import { startTheme } from "../shared/theme.ts";
import { parseToSidebar } from "../shared/validate.ts";
import { workspaceSection } from "./workspace.ts";
import "../shared/base.css";
import "./sidebar.css";

registerControls();
startTheme(() => {});
const host = connect<ToSidebar, FromSidebar>(parseToSidebar, receive);
const active = element("div", { class: "sidebar-part" });
const workspacePart = element("div", { class: "sidebar-part" });
(document.getElementById("root") ?? document.body).replaceChildren(
  element("main", { class: "sidebar" }, active, workspacePart),
);
let unit: CostUnit = "MACs";
let workspace: SidebarWorkspace | null = null;
let t = translator(document.documentElement.lang || navigator.language);
host.post({ type: "ready" });

function receive(message: ToSidebar): void {
  if (message.type === "empty") {
    if (message.locale) speak(message.locale);
    active.replaceChildren(
      element("p", {}, message.reason),
      ...(message.isTooMuch ? [] : [element("p", { class: "muted" }, t("empty.hint"))]),
    );
    showWorkspace();
    return;
  }
  speak(message.locale);
  unit = message.unit;
  if (message.type === "workspace") workspace = message.workspace;
  else showNetworks(message);
  showWorkspace();
}

function speak(locale: string): void {
  t = translator(locale);
  document.documentElement.lang = locale;
  document.title = t("app.sidebar");
}

function showNetworks(message: Extract<ToSidebar, { type: "networks" }>): void {
  const budget = message.budgetMacs ?? null;
  active.replaceChildren(
    element("h1", { class: "visually-hidden" }, t("app.sidebar")),
    element("p", { class: "muted file", title: message.file }, message.file),
    ...(message.missing?.length ? [missingPart(message.missing, t, host.post)] : []),
    ...message.networks.map((network) => networkCard(network, message.unit, budget, t)),
  );
}

function showWorkspace(): void {
  workspacePart.replaceChildren(workspaceSection(workspace, unit, t, host.post));
}

function networkCard(
  network: SidebarNetwork,
  unit: CostUnit,
  budgetMacs: number | null,
  words: Translate,
): HTMLElement {
  const name = link("network", network.name, network.at);
  const profile = button(words("action.profile"), "secondary", () =>
    host.post({ type: "profile", network: network.name }),
  );
  const head = element("div", { class: "head" }, element("h2", {}, name), profile.element);
  const card = element("section", { class: "network-card" }, head);
  if (network.reason !== undefined) {
    card.append(
      element("p", { class: "reason" }, network.reason),
      ...(network.needsArguments
        ? [
            button(words("action.arguments"), "secondary", () =>
              host.post({ type: "setArguments", network: network.name }),
            ).element,
          ]
        : []),
    );
    return card;
  }
  card.append(figures(network, unit, words), ...changes(network, words));
  if (network.input !== "")
    card.append(element("p", { class: "muted" }, words("sidebar.input", network.input)));
  if (budgetMacs !== null && network.macs !== null) {
    card.append(budgetMeter(network.macs, budgetMacs, unit, words));
  }
  if (network.dearest.length > 0) card.append(dearestList(network, unit, words));
  return card;
}

function figures(
  { macs, macsAtMost, params, known }: SidebarNetwork,
  unit: CostUnit,
  words: Translate,
): HTMLElement {
  const figure = (value: number | null, part: number | undefined, label: string): HTMLElement => {
    const shown = value ?? (part || null);
    const text = shown === null ? words("figure.unknown") : count(shown);
    return element(
      "span",
      { title: shown === null ? null : formatExact(shown) },
      element("strong", {}, value === null && shown !== null ? words("figure.at-least", text) : text),
      ` ${label}`,
    );
  };
  const inUnits = (value: number): number => inUnit(value, unit);
  const cost = figure(macs === null ? null : inUnits(macs), known && inUnits(known.macs), unit);
  const weights = figure(params, known?.params, words("table.params"));
  if (macs !== null || typeof macsAtMost !== "number")
    return element("p", { class: "figures" }, cost, weights);
  const most = inUnits(macsAtMost);
  const bound = element(
    "span",
    { title: formatExact(most) },
    element("strong", {}, words("figure.at-most", count(most))),
    ` ${unit}`,
  );
  return element("p", { class: "figures" }, ...(known?.macs ? [cost] : []), bound, weights);
}

/** What changed since the last commit, and since the panel was opened. */
function changes({ macs, earlier = [] }: SidebarNetwork, words: Translate): HTMLElement[] {
  if (macs === null) return [];
  return earlier.map(({ when, macs: before }) => {
    const change = formatChange(before, macs);
    const kind = change === "" ? "muted" : macs < before ? "saving" : "loss";
    return element(
      "p",
      { class: "change" },
      element("span", { class: kind }, change === "" ? words("sidebar.unchanged") : change),
      ` ${words(`sidebar.${when}`)}`,
    );
  });
}

function budgetMeter(macs: number, budget: number, unit: CostUnit, words: Translate): HTMLElement {
  const over = macs > budget;
  const distance = count(inUnit(Math.abs(macs - budget), unit));
  const text = words(over ? "card.budget.over" : "card.budget.under", distance);
  const fill = element("div", { class: "meter-fill" });
  fill.style.width = `${Math.min(100, (100 * macs) / budget)}%`;
  const meter = element(
    "div",
    {
      class: over ? "meter over" : "meter",
      role: "meter",
      "aria-label": words("card.budget"),
      "aria-valuemin": 0,
      "aria-valuemax": budget,
      "aria-valuenow": Math.min(macs, budget),
      "aria-valuetext": text,
    },
    fill,
  );
  const label = `${words("card.budget")} ${count(inUnit(budget, unit))}: ${text}`;
  return element("div", { class: "budget" }, element("span", { class: "muted" }, label), meter);
}

function dearestList(network: SidebarNetwork, unit: CostUnit, words: Translate): HTMLElement {
  const most = Math.max(...network.dearest.map(({ macs }) => macs));
  const items = network.dearest.map((layer) => {
    const bar = element("span", { class: `bar kind-${displayKind(layer.kind)}`, "aria-hidden": "true" });
    bar.style.width = `${(100 * layer.macs) / most}%`;
    const row = element(
      "button",
      { type: "button", class: "layer" },
      element("span", { class: "name" }, layer.name),
      element("span", { class: "figure" }, count(inUnit(layer.macs, unit))),
      element("span", { class: "muted share" }, layer.share === null ? "" : share(layer.share)),
      element("span", { class: "track", "aria-hidden": "true" }, bar),
    );
    setAttribute(row, "title", `${layer.name} · ${formatExact(inUnit(layer.macs, unit))} ${unit}`);
    row.addEventListener("click", () => host.post({ type: "reveal", at: layer.at }));
    return element("li", {}, row);
  });
  return element("ol", { class: "dearest", "aria-label": words("sidebar.dearest", network.name) }, ...items);
}

function link(kind: string, text: string, at: SidebarNetwork["at"]): HTMLElement {
  const made = element("button", { type: "button", class: `link ${kind}`, disabled: at === null }, text);
  if (at) made.addEventListener("click", () => host.post({ type: "reveal", at }));
  return made;
}
