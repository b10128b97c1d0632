/** The totals as cards: the figure now, the figure before struck out, and the change. */
import { count, share } from "../../src/present/text.ts";
import { element, setAttribute, setText } from "../shared/dom.ts";
import { formatBytes, formatChange, formatExact, unbroken } from "../shared/format.ts";
import type { Translate } from "../shared/l10n.ts";
import { canSwap, canSwapAny, eligible, sumMacs } from "./rows.ts";
import type { Part, Scene } from "./scene.ts";

interface Card {
  readonly element: HTMLElement;
  readonly label: HTMLElement;
  readonly figure: HTMLElement;
  readonly detail: HTMLElement;
}

export function cards(t: Translate): Part {
  const macs = card("MACs");
  const params = card(t("card.params"));
  const swappable = card(t("card.swappable"));
  const memory = card(t("card.memory"));
  setAttribute(memory.label, "title", t("card.memory.title"));
  const budget = card(t("card.budget"));
  const meter = element("div", {
    class: "meter",
    role: "meter",
    "aria-valuemin": 0,
    "aria-label": t("card.budget"),
  });
  const fill = element("div", { class: "meter-fill" });
  meter.append(fill);
  budget.element.append(meter);
  const all = [macs, params, swappable, memory, budget];
  return {
    element: element("section", { class: "cards" }, ...all.map((one) => one.element)),
    render: (scene) => {
      const { totals } = scene;
      setText(macs.label, scene.state.unit);
      showChange(macs, scene, totals.before.macs, totals.after.macs, totals.known.macs, scene.amount);
      showMost(macs, scene);
      showChange(
        params,
        scene,
        totals.before.params,
        totals.after.params,
        totals.known.params,
        (value) => value,
      );
      showSwappable(swappable, scene);
      showMemory(memory, scene);
      setAttribute(budget.element, "hidden", scene.budgetMacs === null);
      if (scene.budgetMacs !== null) showBudget(budget, meter, fill, scene, scene.budgetMacs);
    },
  };
}

function card(label: string): Card {
  const name = element("div", { class: "card-label" }, label);
  const figure = element("div", { class: "card-figure" });
  const detail = element("div", { class: "card-detail" });
  return { element: element("div", { class: "card" }, name, figure, detail), label: name, figure, detail };
}

function showChange(
  { figure, detail }: Card,
  scene: Scene,
  before: number | null,
  after: number | null,
  known: number,
  amount: (value: number) => number,
): void {
  if (before === null || after === null) {
    setText(figure, scene.t("figure.unknown"));
    setAttribute(figure, "title", null);
    detail.replaceChildren(scene.t("figure.known-part", count(amount(known))));
    return;
  }
  setText(figure, unbroken(count(amount(after))));
  setAttribute(figure, "title", formatExact(amount(after)));
  const change = formatChange(before, after);
  if (change === "") {
    detail.replaceChildren(element("span", { class: "muted" }, formatExact(amount(after))));
    return;
  }
  const was = element("del", { title: formatExact(amount(before)) }, count(amount(before)));
  detail.replaceChildren(was, " ", changeMark(before, after));
}

/** `−12 %`, as the saving or the loss that it is; empty where nothing changed. */
function changeMark(before: number, after: number): HTMLElement {
  return element("span", { class: after < before ? "saving" : "loss" }, formatChange(before, after));
}

/** What data decides, the code bounds; nothing is known of the most that swaps make of it. */
function showMost({ figure, detail }: Card, { report, scaled, rows, totals, amount, t }: Scene): void {
  const most = report.totals.macs_at_most ?? null;
  if (most === null || totals.before.macs !== null || scaled || rows.some((row) => row.changed)) return;
  setText(figure, t("figure.at-most.short", count(amount(most))));
  setAttribute(figure, "title", t("figure.at-most", formatExact(amount(most))));
  detail.replaceChildren(t("figure.at-least", count(amount(totals.known.macs))));
}

function showSwappable({ figure, detail }: Card, scene: Scene): void {
  const { t } = scene;
  const candidates = eligible(scene.rows);
  const convolutions = scene.rows.filter((row) => row.layer.op === "conv" || canSwap(row.layer));
  if (candidates.length === 0) {
    setText(figure, "0");
    const isByHand = canSwapAny(scene.rows);
    setDetail(detail, t(isByHand ? "card.swappable.stem" : "card.swappable.none"));
    return;
  }
  setText(figure, t("card.swappable.of", candidates.length, convolutions.length));
  const macs = sumMacs(candidates, "before");
  const whole = scene.totals.before.macs;
  const part = whole ? `, ${share(macs / whole)}` : "";
  setDetail(detail, `${scene.text(macs)}${part}`);
}

/** A swap writes values between its halves; α and ρ shrink them all. */
function showMemory({ figure, detail }: Card, { report, memory, abilities, t }: Scene): void {
  const { peak_activation_bytes: peakBefore, activation_bytes: sumBefore } = report.totals;
  const { peak_activation_bytes: peak = null, activation_bytes: sum = null } = memory ?? {};
  const isComing = memory === undefined && abilities.has("scale");
  setText(figure, isComing ? "…" : peak === null ? t("figure.unknown") : unbroken(formatBytes(peak)));
  setAttribute(figure, "title", peak === null ? null : `${formatExact(peak)} B`);
  // The peak tells its change where it has one, else the sum does.
  if (peakBefore !== null && peak !== null && formatChange(peakBefore, peak) !== "")
    detail.replaceChildren(element("del", {}, formatBytes(peakBefore)), " ", changeMark(peakBefore, peak));
  else if (sum === null) detail.replaceChildren();
  else {
    const mark =
      sumBefore !== null && formatChange(sumBefore, sum) !== "" ? [changeMark(sumBefore, sum)] : [];
    detail.replaceChildren(t("card.memory.sum", formatBytes(sum)), ...mark.flatMap((each) => [" ", each]));
  }
}

function showBudget(
  { figure, detail }: Card,
  meter: HTMLElement,
  fill: HTMLElement,
  scene: Scene,
  budget: number,
): void {
  const { t } = scene;
  const now = scene.totals.after.macs;
  setText(figure, unbroken(scene.text(budget)));
  setAttribute(figure, "title", scene.exact(budget));
  const over = now !== null && now > budget;
  if (now === null) setDetail(detail, t("card.budget.unknown"));
  else
    setDetail(detail, t(over ? "card.budget.over" : "card.budget.under", scene.text(Math.abs(now - budget))));
  meter.classList.toggle("over", over);
  setAttribute(meter, "aria-valuemax", scene.amount(budget));
  setAttribute(meter, "aria-valuenow", Math.min(scene.amount(now ?? 0), scene.amount(budget)));
  setAttribute(meter, "aria-valuetext", detail.textContent);
  fill.style.width = `${Math.min(100, (100 * (now ?? 0)) / budget)}%`;
}

function setDetail(detail: HTMLElement, text: string): void {
  setText(detail, unbroken(text));
}
