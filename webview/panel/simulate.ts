/** The simulation strip: swap none, all, the dear ones or down to the budget; undo; reset. */
import { button } from "../shared/controls.ts";
import { element, setAttribute, setText } from "../shared/dom.ts";
import type { Translate } from "../shared/l10n.ts";
import { describeSwaps } from "./describe.ts";
import { eligible, swapsAbove, swapsToBudget } from "./rows.ts";
import type { Actions, Part, Scene } from "./scene.ts";
import { undone, withSwaps } from "./state.ts";

const USUAL_SHARE = 2;

export function simulateStrip(t: Translate, actions: Actions): Part {
  let scene: Scene | null = null;
  const swapTo = (choose: (scene: Scene) => ReadonlySet<string>): void => {
    const now = scene;
    if (now) actions.change((state) => withSwaps(state, choose(now)));
  };
  const none = link(t("action.none"), () => swapTo(() => new Set()));
  const all = link("", () => swapTo(({ rows }) => new Set(eligible(rows).map((row) => row.layer.name))));
  const budget = link(t("action.budget"), () =>
    swapTo(({ rows, totals, budgetMacs }) => swapsToBudget(rows, totals.known.macs, budgetMacs ?? 0)),
  );
  const share = element("input", {
    class: "number",
    type: "number",
    min: 0,
    max: 100,
    step: 0.5,
    value: USUAL_SHARE,
    "aria-label": t("action.above.label"),
  });
  const above = button(t("action.above"), "secondary", () =>
    swapTo(({ rows, totals }) => swapsAbove(rows, totals.known.macs, Number(share.value) / 100)),
  );
  share.addEventListener("keydown", (event) => {
    if (event.key === "Enter") above.element.click();
  });
  const undo = button(t("action.undo"), "secondary", () => actions.change(undone));
  const reset = button(t("action.reset"), "secondary", () => swapTo(() => new Set()));
  const outcome = element("span", { class: "visually-hidden", role: "status" });
  const host = element(
    "section",
    { class: "strip", "aria-label": t("simulate.label") },
    element("strong", {}, t("simulate.label")),
    element("span", { class: "cluster" }, element("span", {}, t("simulate.swap")), none, all, budget),
    element("span", { class: "cluster" }, above.element, share, element("span", {}, "%")),
    element("span", { class: "spring" }),
    element("span", { class: "cluster" }, undo.element, reset.element),
    outcome,
  );
  return {
    element: host,
    render: (now) => {
      scene = now;
      const candidates = eligible(now.rows);
      const swapped = candidates.filter((row) => row.swapped).length;
      host.hidden = candidates.length === 0 && now.state.swaps.size === 0;
      setText(all, t("action.all", candidates.length));
      setAttribute(none, "aria-pressed", String(now.state.swaps.size === 0));
      setAttribute(all, "aria-pressed", String(swapped > 0 && swapped === candidates.length));
      setText(outcome, describeSwaps(now));
      budget.hidden = now.budgetMacs === null;
      undo.setDisabled(now.state.history.length === 0);
      reset.setDisabled(now.state.swaps.size === 0);
    },
  };
}

function link(label: string, press: () => void): HTMLButtonElement {
  const made = element("button", { type: "button", class: "link" }, label);
  made.addEventListener("click", press);
  return made;
}
