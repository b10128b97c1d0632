/** Two networks side by side: their totals, then every layer by name with a bar for each side. */
import type { Place, ReportLayer } from "../../src/engine/contract/report.ts";
import { type Change, type DiffRow, diffRows } from "../../src/present/diff.ts";
import { count, dims, inUnit, layerOutput } from "../../src/present/text.ts";
import type { CostUnit, ToPanel } from "../../src/protocol/messages.ts";
import { checkbox } from "../shared/controls.ts";
import { element } from "../shared/dom.ts";
import { formatBytes, formatChange, formatExact } from "../shared/format.ts";
import { displayKind } from "../shared/kinds.ts";
import type { Translate } from "../shared/l10n.ts";
import { describeKernel } from "./describe.ts";

type Comparison = Extract<ToPanel, { type: "comparison" }>;

/** More rows than this are shown when they are asked for: the table is made in one go. */
const FIRST_ROWS = 400;

export function comparePage(
  { left, right, unit }: Comparison,
  t: Translate,
  reveal: (at: Place) => void,
): HTMLElement {
  const rows = diffRows(left.report, right.report).filter(
    ({ left: old, right: now }) => costs(old) || costs(now),
  );
  const changed = rows.filter(({ change }) => change !== "same");
  const most = rows.reduce((top, row) => Math.max(top, row.left?.macs ?? 0, row.right?.macs ?? 0), 1);
  const count = element("p", { class: "muted", role: "status" });
  const body = element("tbody");
  let onlyChanged = changed.length > 0 && changed.length < rows.length;
  let limit = FIRST_ROWS;
  const more = element("button", { type: "button", class: "link" });
  more.addEventListener("click", () => {
    limit = Number.POSITIVE_INFINITY;
    show();
  });
  const only = checkbox(t("compare.only"), (checked) => {
    onlyChanged = checked;
    show();
  });
  only.setChecked(onlyChanged);
  only.element.hidden = changed.length === 0 || changed.length === rows.length;

  function show(): void {
    const wanted = onlyChanged ? changed : rows;
    body.replaceChildren(...wanted.slice(0, limit).map((row) => line(row, unit, most, t, reveal)));
    more.hidden = wanted.length <= limit;
    more.textContent = t("notice.more", wanted.length - limit);
    count.textContent =
      changed.length === 0 ? t("compare.same") : t("compare.count", changed.length, rows.length);
  }
  show();
  return element(
    "div",
    { class: "compare" },
    element("h1", { class: "network" }, left.label, element("span", { class: "muted" }, " → "), right.label),
    totalsTable({ left, right, unit }, t),
    element("div", { class: "table-tools" }, only.element, element("span", { class: "spring" }), count),
    element(
      "table",
      { class: "diff" },
      element("caption", { class: "visually-hidden" }, t("compare.layers")),
      element(
        "thead",
        {},
        element(
          "tr",
          {},
          heading(t("table.layer")),
          heading(left.label, "number-cell"),
          heading(right.label, "number-cell"),
          heading(t("compare.change"), "number-cell"),
        ),
      ),
      body,
    ),
    more,
  );
}

/** Norms and the like follow the layers that cost something; the totals hold their parameters. */
function costs(layer: ReportLayer | null): boolean {
  return layer !== null && layer.macs !== 0;
}

function heading(text: string, className = ""): HTMLElement {
  return element("th", { scope: "col", class: className }, text);
}

type Figure = readonly [
  label: string,
  left: number | null,
  right: number | null,
  write: (value: number) => string,
];

function totalsTable({ left, right, unit }: Omit<Comparison, "type" | "locale">, t: Translate): HTMLElement {
  const [old, now] = [left.report.totals, right.report.totals];
  const cost = (macs: number | null): number | null => (macs === null ? null : inUnit(macs, unit));
  const figures: readonly Figure[] = [
    [unit, cost(old.macs), cost(now.macs), count],
    [t("card.params"), old.params, now.params, count],
    [t("card.memory"), old.peak_activation_bytes, now.peak_activation_bytes, formatBytes],
    [t("compare.layers"), left.report.layers.length, right.report.layers.length, String],
  ];
  return element(
    "table",
    { class: "diff totals" },
    element("caption", { class: "visually-hidden" }, t("compare.totals")),
    element(
      "thead",
      {},
      element(
        "tr",
        {},
        heading(""),
        heading(left.label, "number-cell"),
        heading(right.label, "number-cell"),
        heading(t("compare.change"), "number-cell"),
      ),
    ),
    element(
      "tbody",
      {},
      ...figures.map(([label, before, after, write]) =>
        element(
          "tr",
          {},
          element("th", { scope: "row" }, label),
          figureCell(before, write, t),
          figureCell(after, write, t),
          changeCell(before, after, t),
        ),
      ),
      element(
        "tr",
        {},
        element("th", { scope: "row" }, t("header.input")),
        element("td", { class: "number-cell" }, left.report.input.shapes.map(dims).join(", ")),
        element("td", { class: "number-cell" }, right.report.input.shapes.map(dims).join(", ")),
        element("td"),
      ),
    ),
  );
}

function figureCell(value: number | null, write: (value: number) => string, t: Translate): HTMLElement {
  const text = value === null ? t("figure.unknown") : write(value);
  return element("td", { class: "number-cell", title: value === null ? null : formatExact(value) }, text);
}

function changeCell(before: number | null, after: number | null, t: Translate): HTMLElement {
  const cell = element("td", { class: "number-cell" });
  if (before === null || after === null) return cell;
  const change = formatChange(before, after);
  cell.append(
    change === ""
      ? element("span", { class: "muted" }, before === after ? t("compare.equal") : `+${count(after)}`)
      : element("span", { class: after < before ? "saving" : "loss" }, change),
  );
  return cell;
}

const MARKS: Readonly<Record<Change, string>> = { same: "", changed: "±", added: "+", removed: "−" };

function line(
  row: DiffRow,
  unit: CostUnit,
  most: number,
  t: Translate,
  reveal: (at: Place) => void,
): HTMLElement {
  const { name, change, left, right } = row;
  const jump = element("button", { type: "button", class: "link diff-name" }, name);
  const place = (right ?? left)?.at;
  if (place) jump.addEventListener("click", () => reveal(place));
  const facts = (layer: ReportLayer | null): string =>
    layer === null ? "" : `${layer.type} ${describeKernel(layer, t)} ${layerOutput(layer)}`;
  const side = (layer: ReportLayer | null): HTMLElement => {
    const cell = element("td", { class: "number-cell", title: facts(layer) });
    if (layer === null) {
      cell.append(element("span", { class: "muted" }, "–"));
      return cell;
    }
    const bar = element("span", { class: `diff-bar kind-${displayKind(layer.kind)}`, "aria-hidden": "true" });
    bar.style.width = `${(100 * (layer.macs ?? 0)) / most}%`;
    const text = layer.macs === null ? t("figure.unknown") : count(inUnit(layer.macs, unit));
    cell.append(element("span", {}, text), element("span", { class: "diff-track" }, bar));
    return cell;
  };
  return element(
    "tr",
    { class: `diff-row ${change}` },
    element(
      "th",
      { scope: "row" },
      element("span", { class: "diff-mark", title: t(`compare.${change}`) }, MARKS[change]),
      element("span", { class: "visually-hidden" }, t(`compare.${change}`)),
      jump,
    ),
    side(left),
    side(right),
    changeCell(left?.macs ?? (right ? 0 : null), right?.macs ?? (left ? 0 : null), t),
  );
}
