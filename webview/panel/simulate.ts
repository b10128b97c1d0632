/**
 * The simulation strip: swap none, all, the dear ones, or as few as reach a number; thin by α and shrink by ρ; undo,
 * reset, and apply to the code.
 */
import type { Report } from "../../src/engine/contract/report.ts";
import { widthText } from "../../src/present/cost.ts";
import { count } from "../../src/present/text.ts";
import type { Scaling } from "../../src/protocol/messages.ts";
import { button } from "../shared/controls.ts";
import { element, setAttribute, setText } from "../shared/dom.ts";
import { parseCount } from "../shared/format.ts";
import type { MessageKey, Translate } from "../shared/l10n.ts";
import { describeReach, describeSwaps } from "./describe.ts";
import { canSwapAny, eligible, liveSwaps, swapsAbove } from "./rows.ts";
import type { Actions, Part, Scene } from "./scene.ts";
import { type Choice, isFullSize, isUntouched, undone, withReset, withScaling, withSwaps } from "./state.ts";

const USUAL_SHARE = 2;
/** Milliseconds without a move of a slider before its value counts. */
const REST = 120;

export function simulateStrip(t: Translate, actions: Actions): Part {
  let scene: Scene | null = null;
  const swapTo = (choose: (scene: Scene) => ReadonlySet<string>): void => {
    const now = scene;
    if (now) actions.change((state) => withSwaps(state, choose(now)));
  };
  const none = link(t("action.none"), () => swapTo(() => new Set()));
  const all = link("", () => swapTo(({ rows }) => new Set(eligible(rows).map((row) => row.layer.name))));
  const share = numberField(t("action.above.label"), { min: 0, max: 100, step: 0.5 });
  share.value = String(USUAL_SHARE);
  const above = link(t("action.above"), () =>
    swapTo(({ rows, totals }) => swapsAbove(rows, totals.known.macs, Number(share.value) / 100)),
  );
  setAttribute(above, "aria-label", t("action.above.all"));
  onEnter(share, () => above.click());

  const target = element("input", {
    class: "number wide",
    type: "text",
    "aria-label": t("action.reach.label"),
  });
  const reach = link(t("action.reach"), () => {
    const wanted = parseCount(target.value);
    setAttribute(target, "aria-invalid", wanted === null ? "true" : null);
    if (wanted !== null && scene) actions.reach(wanted / scene.amount(1));
  });
  setAttribute(reach, "aria-label", t("action.reach.all"));
  onEnter(target, () => reach.click());
  let offered = "";

  const scaling = scalingFields(t, actions);
  const undo = link(t("action.undo"), () => actions.change(undone));
  const reset = link(t("action.reset"), () => actions.change(withReset));
  const apply = button(t("action.applyToCode"), "primary", actions.apply);
  const simulatedOnly = element("p", { class: "muted", hidden: true }, t("simulate.notWritten"));
  const outcome = element("span", { class: "visually-hidden", role: "status" });
  const widths = element("p", { class: "muted widths", hidden: true });
  let widthsOf: Report | null = null;
  const reached = element("p", { class: "muted", role: "status", hidden: true });
  const title = element("strong");
  const swapping = [
    element("span", { class: "cluster" }, none, all),
    element("span", { class: "cluster" }, above, share, element("span", {}, "%")),
    element("span", { class: "cluster" }, reach, target),
  ];
  const spring = element("span", { class: "spring" });
  const history = element("span", { class: "cluster" }, undo, reset);
  scaling.element.append(element("span", { class: "spring" }), apply.element);
  const host = element(
    "section",
    { class: "strip", "aria-label": t("simulate.label") },
    element("div", { class: "strip-line" }, title, ...swapping, spring, history),
    scaling.element,
    simulatedOnly,
    widths,
    reached,
    outcome,
  );
  return {
    element: host,
    render: (now) => {
      scene = now;
      const candidates = eligible(now.rows);
      const swapped = candidates.filter((row) => row.swapped).length;
      const scales = now.abilities.has("scale");
      host.hidden = candidates.length === 0 && !scales && isUntouched(now.state);
      setText(title, t(candidates.length > 0 ? "simulate.swap" : "simulate.label"));
      for (const part of swapping) part.hidden = candidates.length === 0;
      setText(all, t("action.all", candidates.length));
      const isChanged = liveSwaps(now.rows, now.state.swaps).length > 0;
      setAttribute(none, "aria-pressed", String(!isChanged));
      setAttribute(all, "aria-pressed", String(swapped > 0 && swapped === candidates.length));
      setText(outcome, describeSwaps(now));
      const offer = count(now.amount(now.budgetMacs ?? now.totals.known.macs / 2));
      if (target.value === offered) target.value = offer;
      offered = offer;
      undo.disabled = !canUndo(now);
      reset.disabled = !isChanged && isFullSize(now.state.scaling);
      apply.element.hidden = !now.abilities.has("apply") || !canSwapAny(now.rows);
      apply.setDisabled(!isChanged);
      // Before it is pressed: a rewrite has no place for α and ρ.
      simulatedOnly.hidden = apply.element.hidden || !isChanged || isFullSize(now.state.scaling);
      scaling.element.hidden = !scales && apply.element.hidden;
      scaling.render(now);
      if (widthsOf !== now.report) {
        widthsOf = now.report;
        showWidths(widths, now, actions);
      }
      const text = describeReach(now);
      reached.hidden = text === "";
      setText(reached, text);
    },
  };
}

/** Arguments by which the network sets its own width: what α simulates can be had by them. */
function showWidths(host: HTMLElement, { report, abilities, t }: Scene, { revealPlace }: Actions): void {
  const found = report.width_arguments ?? [];
  host.hidden = found.length === 0;
  const parts = found.flatMap((argument) => {
    const text = widthText(argument);
    const shown = abilities.has("reveal") ? link(text, () => revealPlace(argument.at)) : text;
    return [" ", shown];
  });
  host.replaceChildren(t("scale.width", report.network), ...parts);
}

/** α and ρ, each as a slider and as a number that can be typed. */
function scalingFields(t: Translate, actions: Actions): Part {
  const set = (part: Partial<Scaling>): void =>
    actions.change((state) => withScaling(state, { ...state.scaling, ...part }));
  const alpha = factorField("α", t, "scale.alpha", (value) => set({ alpha: value }));
  const rho = factorField("ρ", t, "scale.rho", (value) => set({ rho: value }));
  const round = element(
    "select",
    { class: "number select", "aria-label": t("scale.round"), title: t("scale.round") },
    ...[1, 2, 4, 8, 16].map((step) =>
      element("option", { value: step }, step === 1 ? t("scale.round.none") : t("scale.round.to", step)),
    ),
  );
  round.addEventListener("change", () => set({ round: Number(round.value) }));
  const outcome = element("span", { class: "muted scale-outcome", role: "status" });
  return {
    element: element("div", { class: "strip-line" }, alpha.element, round, rho.element, outcome),
    render: ({ state, scaled, scaledReason, waiting, report }) => {
      alpha.show(state.scaling.alpha);
      rho.show(state.scaling.rho);
      round.value = String(state.scaling.round);
      round.hidden = state.scaling.alpha === 1;
      const size = (scaled ?? report).input.shapes[0]?.map((one) => one ?? "?").join("×") ?? "";
      if (waiting) setText(outcome, t("scale.waiting"));
      else if (scaledReason !== null) setText(outcome, scaledReason);
      else setText(outcome, scaled && state.scaling.rho !== 1 ? t("scale.input", size) : "");
      outcome.classList.toggle("loss", scaledReason !== null && !waiting);
    },
  };
}

function factorField(symbol: string, t: Translate, label: MessageKey, change: (value: number) => void) {
  const slider = element("input", {
    ...{ type: "range", class: "slider", min: 0.25, max: 1, step: 0.01, "aria-label": t(label) },
  });
  const field = numberField(t(label), { min: 0.05, max: 2, step: 0.05 });
  // While it is dragged the number follows; the network is asked for once the hand rests.
  let rest: ReturnType<typeof setTimeout> | undefined;
  slider.addEventListener("input", () => {
    field.value = slider.value;
    clearTimeout(rest);
    rest = setTimeout(() => {
      rest = undefined;
      change(Number(slider.value));
    }, REST);
  });
  field.addEventListener("change", () => {
    const value = Number(field.value);
    if (value >= 0.01 && value <= 4) change(value);
  });
  const name = element("span", { class: "symbol", title: t(label), "aria-hidden": "true" }, symbol);
  return {
    element: element("span", { class: "cluster" }, name, slider, field),
    show: (value: number) => {
      if (rest !== undefined) return;
      if (slider.value !== String(value)) slider.value = String(value);
      // A part such as 5/7 has more digits than a field.
      if (document.activeElement !== field) field.value = String(Number(value.toFixed(3)));
    },
  };
}

interface Range {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

function numberField(label: string, range: Range): HTMLInputElement {
  return element("input", { class: "number", type: "number", ...range, "aria-label": label });
}

function onEnter(field: HTMLElement, press: () => void): void {
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") press();
  });
}

function link(label: string, press: () => void): HTMLButtonElement {
  const made = element("button", { type: "button", class: "link" }, label);
  made.addEventListener("click", press);
  return made;
}

/** Would an earlier choice look another way? Layers that the code no longer has, once it is rewritten, do not count. */
function canUndo({ rows, state }: Scene): boolean {
  const looks = ({ swaps, scaling: { alpha, rho, round } }: Choice): string =>
    JSON.stringify([liveSwaps(rows, swaps), alpha, rho, round]);
  return state.history.some((choice) => looks(choice) !== looks(state));
}
