/** One reusable row of the table: shows a layer or a group heading, and touches only what differs from before. */
import { count, layerOutput, share } from "../../src/present/text.ts";
import { element, setAttribute, setText } from "../shared/dom.ts";
import { formatChange, formatExact } from "../shared/format.ts";
import type { Translate } from "../shared/l10n.ts";
import { describeKernel, describeSwap, shareOf } from "./describe.ts";
import type { Group, ListItem } from "./listing.ts";
import { canSwap, type Row } from "./rows.ts";
import type { Actions, Scene } from "./scene.ts";
import { withToggled } from "./state.ts";
import { rowId, withCollapsed } from "./table.ts";

export interface RowLook {
  /** MACs that fill the bar behind a figure. */
  readonly dearest: number;
  readonly hovered: Row | null;
  readonly active: boolean;
}

export interface TableRow {
  readonly element: HTMLElement;
  readonly show: (item: ListItem, place: number, height: number, scene: Scene, look: RowLook) => void;
}

export function tableRow(t: Translate, actions: Actions): TableRow {
  const box = element("input", { type: "checkbox", tabindex: -1 });
  const caret = element("span", { class: "caret", "aria-hidden": "true" });
  const dot = element("span", { class: "dot" });
  const name = element("bdi");
  const bar = element("span", { class: "bar", "aria-hidden": "true" });
  const figure = element("span", { class: "figure" });
  const cells = {
    swap: cell("swap", box),
    order: cell("order number-cell muted"),
    name: cell("name", caret, dot, element("span", { class: "name-text" }, name)),
    kernel: cell("kernel muted"),
    output: cell("output number-cell muted"),
    macs: cell("macs number-cell", bar, figure),
    params: cell("params number-cell muted"),
    share: cell("share number-cell muted"),
    saved: cell("saved number-cell saving"),
  };
  const host = element("div", { role: "row", class: "row" }, ...Object.values(cells));
  let item: ListItem | null = null;

  host.addEventListener("click", (event) => {
    if (!item || cells.swap.contains(event.target as Node)) return;
    const shown = item;
    if (shown.type === "group") actions.change((state) => withCollapsed(state, shown.group.path));
    else {
      actions.select(shown.row);
      actions.reveal(shown.row);
    }
  });
  host.addEventListener("pointerenter", () => actions.hover(item?.type === "row" ? item.row : null));
  host.addEventListener("pointerleave", () => actions.hover(null));
  box.addEventListener("change", () => {
    if (!item) return;
    const rows = item.type === "group" ? item.group.rows : [item.row];
    const names = rows.filter((row) => canSwap(row.layer)).map((row) => row.layer.name);
    actions.change((state) => withToggled(state, names));
  });

  function showLayer(row: Row, scene: Scene, dearest: number): void {
    const { layer } = row;
    const { macs, params } = row.after;
    const part = shareOf(row, scene);
    box.checked = row.swapped;
    box.indeterminate = false;
    box.disabled = !canSwap(layer);
    setAttribute(box, "aria-label", t("swap.layer", layer.name));
    setAttribute(cells.swap, "title", describeSwap(row, t));
    setText(cells.order, String(row.index + 1));
    setText(caret, "");
    dot.className = `dot kind-${row.kind}`;
    setText(name, layer.name);
    setAttribute(cells.name, "title", `${layer.name} · ${layer.type} · ${t(`kind.${row.kind}`)}`);
    setText(cells.kernel, describeKernel(layer, t) || layer.type);
    setText(cells.output, layerOutput(layer));
    const isScaled = row.changed || scene.scaled !== null;
    const most = isScaled || macs !== null ? null : (layer.macs_at_most ?? null);
    setText(figure, most === null ? scene.text(macs) : t("figure.at-most.short", scene.text(most)));
    const exact = scene.exact(most ?? macs);
    setAttribute(cells.macs, "title", most === null || exact === null ? exact : t("figure.at-most", exact));
    bar.style.width = `${(100 * (macs ?? 0)) / dearest}%`;
    setText(cells.params, params === null ? t("figure.unknown") : count(params));
    setAttribute(cells.params, "title", params === null ? null : formatExact(params));
    setText(cells.share, part === null ? "" : share(part));
    const saved = row.changed && row.before.macs !== null && macs !== null;
    setText(cells.saved, saved ? formatChange(row.before.macs ?? 0, macs) : "");
  }

  function showGroup(group: Group, collapsed: boolean, scene: Scene): void {
    const whole = scene.totals.after.macs;
    box.checked = group.swapped > 0 && group.swapped === group.swappable;
    box.indeterminate = group.swapped > 0 && group.swapped < group.swappable;
    box.disabled = group.swappable === 0;
    setAttribute(box, "aria-label", t("swap.group", group.path));
    setAttribute(
      cells.swap,
      "title",
      group.swappable === 0 ? t("swap.why.kind") : t("swap.group", group.path),
    );
    setText(cells.order, "");
    setText(caret, collapsed ? "▸" : "▾");
    dot.className = "";
    setText(name, group.path);
    setAttribute(cells.name, "title", group.path);
    setText(cells.kernel, group.rows.length === 1 ? t("count.layer") : t("count.layers", group.rows.length));
    setText(cells.output, "");
    setText(figure, scene.text(group.after));
    setAttribute(cells.macs, "title", scene.exact(group.after));
    bar.style.width = "0";
    const params = group.rows.reduce((sum, row) => sum + (row.after.params ?? 0), 0);
    setText(cells.params, count(params));
    setAttribute(cells.params, "title", formatExact(params));
    setText(cells.share, whole ? share(group.after / whole) : "");
    setText(cells.saved, formatChange(group.before, group.after));
  }

  return {
    element: host,
    show: (next, place, height, scene, look) => {
      item = next;
      host.style.transform = `translateY(${place * height}px)`;
      host.style.height = `${height}px`;
      host.id = rowId(place);
      setAttribute(host, "aria-rowindex", place + 2);
      const row = next.type === "row" ? next.row : null;
      const selected = row !== null && row.index === scene.selected?.index;
      host.classList.toggle("group", next.type === "group");
      host.classList.toggle("active", look.active);
      host.classList.toggle("hovered", row !== null && row.index === look.hovered?.index);
      host.classList.toggle("cursor", row !== null && scene.cursor.has(row.layer.name));
      setAttribute(host, "aria-selected", String(selected));
      setAttribute(host, "aria-level", scene.state.grouped ? (next.type === "group" ? 1 : 2) : null);
      setAttribute(host, "aria-expanded", next.type === "group" ? String(!next.collapsed) : null);
      if (next.type === "group") showGroup(next.group, next.collapsed, scene);
      else showLayer(next.row, scene, look.dearest);
    },
  };
}

function cell(name: string, ...children: readonly Node[]): HTMLElement {
  return element("div", { role: "gridcell", class: `cell ${name}` }, ...children);
}
