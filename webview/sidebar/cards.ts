/** The networks of the file in the side bar: one open with its figures and dearest layers, the others a line each. */
import { count, inUnit, share } from "../../src/present/text.ts";
import type { CostUnit, FromSidebar, SidebarNetwork } from "../../src/protocol/messages.ts";
import { button } from "../shared/controls.ts";
import { element, setAttribute } from "../shared/dom.ts";
import { formatChange, formatExact } from "../shared/format.ts";
import { displayKind } from "../shared/kinds.ts";
import type { Translate } from "../shared/l10n.ts";

export interface CardView {
  readonly unit: CostUnit;
  readonly budgetMacs: number | null;
  readonly t: Translate;
  readonly post: (message: FromSidebar) => void;
}

/** What the user opened and closed, by file and network; until then the network in focus is open, or the first one. */
const opened = new Map<string, boolean>();

export function networkCards(
  file: string,
  networks: readonly SidebarNetwork[],
  view: CardView,
): HTMLElement[] {
  const first = networks.find(({ isInFocus }) => isInFocus) ?? networks[0];
  return networks.map((network) => {
    const head = networkHead(network, view);
    const body = element("div", { class: "card-body" }, ...cardBody(network, view));
    const card = element("section", { class: "network-card" }, head.element, body);
    if (networks.length > 1) {
      const key = `${file}\n${network.name}`;
      const show = (isOpen: boolean): void => {
        body.hidden = !isOpen;
        head.showOpen(isOpen);
      };
      head.addToggle(() => {
        const isOpen = body.hidden !== false;
        opened.set(key, isOpen);
        show(isOpen);
      });
      show(opened.get(key) ?? network === first);
    }
    return card;
  });
}

interface Head {
  readonly element: HTMLElement;
  addToggle(press: () => void): void;
  showOpen(isOpen: boolean): void;
}

/** The name, and what can be done with the network; its cost in one word while its card is closed. */
function networkHead(network: SidebarNetwork, { unit, t, post }: CardView): Head {
  const name = element("h2", {}, link(network, post));
  const profile = button(t("action.profile"), "secondary", () =>
    post({ type: "profile", network: network.name }),
  );
  const brief = network.reason ?? briefCost(network, unit, t);
  const short = element("span", { class: "brief muted", title: brief, hidden: true }, brief);
  const head = element("div", { class: "head" }, name, short, profile.element);
  const toggle = element("button", { type: "button", class: "toggle", "aria-label": network.name });
  return {
    element: head,
    addToggle: (press) => {
      toggle.addEventListener("click", press);
      head.prepend(toggle);
    },
    showOpen: (isOpen) => {
      setAttribute(toggle, "aria-expanded", String(isOpen));
      short.hidden = isOpen;
      profile.element.hidden = !isOpen;
    },
  };
}

function briefCost({ macs, macsAtMost, known }: SidebarNetwork, unit: CostUnit, t: Translate): string {
  const shown = (value: number): string => `${count(inUnit(value, unit))} ${unit}`;
  if (macs !== null) return shown(macs);
  if (known?.macs) return t("figure.at-least", shown(known.macs));
  return typeof macsAtMost === "number" ? t("figure.at-most", shown(macsAtMost)) : t("figure.unknown");
}

function cardBody(network: SidebarNetwork, view: CardView): HTMLElement[] {
  const { unit, budgetMacs, t } = view;
  if (network.reason !== undefined) return reasonOf(network, view);
  return [
    figures(network, unit, t),
    ...changes(network, t),
    ...(network.input === "" ? [] : [element("p", { class: "muted" }, t("sidebar.input", network.input))]),
    ...(budgetMacs !== null && network.macs !== null ? [budgetMeter(network.macs, budgetMacs, unit, t)] : []),
    ...(network.dearest.length > 0 ? [dearestList(network, view)] : []),
  ];
}

function reasonOf(
  { name, reason = "", needsArguments }: SidebarNetwork,
  { t, post }: CardView,
): HTMLElement[] {
  const told = element("p", { class: "reason" }, reason);
  if (!needsArguments) return [told];
  const ask = (): void => post({ type: "setArguments", network: name });
  return [told, button(t("action.arguments"), "secondary", ask).element];
}

function figures(
  { macs, macsAtMost, params, known }: SidebarNetwork,
  unit: CostUnit,
  t: Translate,
): HTMLElement {
  const figure = (value: number | null, part: number | undefined, label: string): HTMLElement => {
    const shown = value ?? (part || null);
    const text = shown === null ? t("figure.unknown") : count(shown);
    return element(
      "span",
      { title: shown === null ? null : formatExact(shown) },
      element("strong", {}, value === null && shown !== null ? t("figure.at-least", text) : text),
      ` ${label}`,
    );
  };
  const inUnits = (value: number): number => inUnit(value, unit);
  const cost = figure(macs === null ? null : inUnits(macs), known && inUnits(known.macs), unit);
  const weights = figure(params, known?.params, t("table.params"));
  if (macs !== null || typeof macsAtMost !== "number")
    return element("p", { class: "figures" }, cost, weights);
  const most = inUnits(macsAtMost);
  const bound = element(
    "span",
    { title: formatExact(most) },
    element("strong", {}, t("figure.at-most", count(most))),
    ` ${unit}`,
  );
  return element("p", { class: "figures" }, ...(known?.macs ? [cost] : []), bound, weights);
}

/** What changed since the last commit, and since the panel was opened. */
function changes({ macs, earlier = [] }: SidebarNetwork, t: Translate): HTMLElement[] {
  if (macs === null) return [];
  return earlier.map(({ when, macs: before }) => {
    const change = formatChange(before, macs);
    const kind = change === "" ? "muted" : macs < before ? "saving" : "loss";
    return element(
      "p",
      { class: "change" },
      element("span", { class: kind }, change === "" ? t("sidebar.unchanged") : change),
      ` ${t(`sidebar.${when}`)}`,
    );
  });
}

function budgetMeter(macs: number, budget: number, unit: CostUnit, t: Translate): HTMLElement {
  const over = macs > budget;
  const distance = count(inUnit(Math.abs(macs - budget), unit));
  const text = t(over ? "card.budget.over" : "card.budget.under", distance);
  const fill = element("div", { class: "meter-fill" });
  fill.style.width = `${Math.min(100, (100 * macs) / budget)}%`;
  const meter = element(
    "div",
    {
      class: over ? "meter over" : "meter",
      role: "meter",
      "aria-label": t("card.budget"),
      "aria-valuemin": 0,
      "aria-valuemax": budget,
      "aria-valuenow": Math.min(macs, budget),
      "aria-valuetext": text,
    },
    fill,
  );
  const label = `${t("card.budget")} ${count(inUnit(budget, unit))}: ${text}`;
  return element("div", { class: "budget" }, element("span", { class: "muted" }, label), meter);
}

function dearestList(network: SidebarNetwork, { unit, t, post }: CardView): HTMLElement {
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
    row.addEventListener("click", () => post({ type: "reveal", at: layer.at }));
    return element("li", {}, row);
  });
  return element("ol", { class: "dearest", "aria-label": t("sidebar.dearest", network.name) }, ...items);
}

function link({ name, at }: SidebarNetwork, post: CardView["post"]): HTMLElement {
  const made = element("button", { type: "button", class: "link network", disabled: at === null }, name);
  if (at) made.addEventListener("click", () => post({ type: "reveal", at }));
  return made;
}
