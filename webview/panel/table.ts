/**
 * The table of layers. Only the rows in sight exist as elements; they are reused while scrolling. For the keyboard
 * it is a grid: arrows move, Enter shows the source, Space swaps, left and right close and open groups.
 */
import { entryOf } from "../../src/engine/base/table.ts";
import { checkbox, textField } from "../shared/controls.ts";
import { element, oncePerFrame, setAttribute, setText } from "../shared/dom.ts";
import type { MessageKey, Translate } from "../shared/l10n.ts";
import { type ListItem, listItems, type SortKey } from "./listing.ts";
import type { Row } from "./rows.ts";
import { canSwap } from "./rows.ts";
import type { Actions, Part, Scene } from "./scene.ts";
import { withSort, withToggled } from "./state.ts";
import { type TableRow, tableRow } from "./table-row.ts";

export interface Table extends Part {
  readonly setHovered: (row: Row | null) => void;
  /** Scrolls as little as needed to show the row. */
  readonly show: (row: Row) => void;
}

const COLUMNS: readonly (readonly [SortKey, MessageKey | null, number: boolean])[] = [
  ["order", null, true],
  ["name", "table.layer", false],
  ["kernel", "table.kernel", false],
  ["output", "table.output", true],
  ["macs", null, true],
  ["params", "table.params", true],
  ["share", "table.share", true],
  ["saved", "table.saved", true],
];
const OVERSCAN = 6;
const USUAL_HEIGHT = 22;

export function layerTable(t: Translate, actions: Actions): Table {
  const filter = textField(t("table.filter"), {
    placeholder: t("table.filter"),
    input: (text) => actions.change((state) => ({ ...state, filter: text })),
  });
  const grouped = checkbox(t("table.grouped"), (on) =>
    actions.change((state) => ({ ...state, grouped: on })),
  );
  const costless = checkbox("", (on) => actions.change((state) => ({ ...state, costless: on })));
  const count = element("span", { class: "muted count", role: "status" });
  const head = tableHead(t, actions);
  const spacer = element("div", { class: "spacer", role: "rowgroup" });
  const nothing = element("p", { class: "muted nothing", hidden: true }, t("table.empty"));
  const grid = element(
    "div",
    {
      class: "grid",
      role: "grid",
      tabindex: 0,
      "aria-label": t("table.label"),
      "aria-colcount": COLUMNS.length + 1,
    },
    head.element,
    spacer,
    nothing,
  );
  const host = element(
    "section",
    { class: "table" },
    element(
      "div",
      { class: "table-tools" },
      filter.element,
      grouped.element,
      costless.element,
      element("span", { class: "spring" }),
      count,
    ),
    grid,
  );
  const pool: TableRow[] = [];
  let scene: Scene | null = null;
  let items: readonly ListItem[] = [];
  let hovered: Row | null = null;
  let active = -1;
  let dearest = 1;
  let rowHeight = 0;
  // Kept, because asking the page for them would make the browser lay out what was just written.
  let room = 0;
  let scrolled = 0;

  function fillRows(): void {
    const now = scene;
    if (!now) return;
    const first = Math.max(0, Math.floor(scrolled / rowHeight) - OVERSCAN);
    const shown = Math.ceil(room / rowHeight) + 2 * OVERSCAN;
    const last = Math.min(items.length, first + shown);
    while (pool.length < Math.min(shown, items.length)) {
      const made = tableRow(t, actions);
      pool.push(made);
      spacer.append(made.element);
    }
    const used = new Set<number>();
    for (let place = first; place < last; place++) {
      const slot = place % pool.length;
      used.add(slot);
      pool[slot]!.show(items[place]!, place, rowHeight, now, { dearest, hovered, active: place === active });
    }
    pool.forEach((row, slot) => {
      row.element.hidden = !used.has(slot);
    });
    setAttribute(grid, "aria-activedescendant", active >= first && active < last ? rowId(active) : null);
  }
  const refill = oncePerFrame(fillRows);
  grid.addEventListener(
    "scroll",
    () => {
      scrolled = grid.scrollTop;
      refill();
    },
    { passive: true },
  );
  new ResizeObserver(() => {
    rowHeight = head.element.offsetHeight || rowHeight;
    room = grid.clientHeight;
    spacer.style.height = `${items.length * rowHeight}px`;
    refill();
  }).observe(grid);

  function scrollTo(place: number): void {
    const top = place * rowHeight;
    const free = grid.clientHeight - rowHeight;
    if (top < grid.scrollTop) grid.scrollTop = top;
    else if (top + rowHeight > grid.scrollTop + free) grid.scrollTop = top + rowHeight - free;
  }
  function activate(place: number): void {
    active = Math.max(0, Math.min(items.length - 1, place));
    scrollTo(active);
    const item = items[active];
    if (item?.type === "row") actions.select(item.row);
    refill();
  }
  function placeOf(row: Row | null): number {
    return row === null ? -1 : items.findIndex((item) => item.type === "row" && item.row.index === row.index);
  }
  grid.addEventListener("keydown", (event) => {
    if (event.target !== grid) return;
    const page = Math.max(1, Math.floor(grid.clientHeight / rowHeight) - 2);
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: items.length - 1,
    };
    const target = entryOf(moves, event.key);
    const item = items[active];
    if (target !== undefined) activate(target);
    else if (!item || !pressOn(item, event.key, actions)) return;
    event.preventDefault();
  });

  return {
    element: host,
    setHovered: (row) => {
      hovered = row;
      refill();
    },
    show: (row) => {
      const place = placeOf(row);
      if (place >= 0) scrollTo(place);
    },
    render: (now) => {
      scene = now;
      const { state } = now;
      items = listItems(now.scoped, state);
      const rows = items.filter((item) => item.type === "row").length;
      dearest = now.scoped.reduce((most, row) => Math.max(most, row.after.macs ?? 0), 1);
      hovered = hovered ? (now.rows[hovered.index] ?? null) : null;
      const selected = placeOf(now.selected);
      if (selected >= 0) active = selected;
      else if (items[active]?.type !== "group") active = -1;
      filter.setValue(state.filter);
      grouped.setChecked(state.grouped);
      costless.setChecked(state.costless);
      const without = now.scoped.filter((row) => row.before.macs === 0).length;
      costless.setLabel(t("table.costless", state.unit, without));
      costless.element.hidden = without === 0;
      setText(
        count,
        rows !== now.rows.length
          ? t("count.layers.of", rows, now.rows.length)
          : rows === 1
            ? t("count.layer")
            : t("count.layers", rows),
      );
      head.render(now);
      nothing.hidden = items.length > 0;
      setAttribute(grid, "role", state.grouped ? "treegrid" : "grid");
      setAttribute(grid, "aria-rowcount", items.length + 1);
      rowHeight ||= head.element.offsetHeight || USUAL_HEIGHT;
      spacer.style.height = `${items.length * rowHeight}px`;
      fillRows();
    },
  };
}

export function rowId(place: number): string {
  return `row-${place}`;
}

function pressOn(item: ListItem, key: string, actions: Actions): boolean {
  if (item.type === "group") {
    const opens = key === "ArrowRight" && item.collapsed;
    const closes = key === "ArrowLeft" && !item.collapsed;
    if (opens || closes || key === "Enter") actions.change((state) => withCollapsed(state, item.group.path));
    else if (key === " ") {
      const names = item.group.rows.filter((row) => canSwap(row.layer)).map((row) => row.layer.name);
      actions.change((state) => withToggled(state, names));
    } else return false;
    return true;
  }
  if (key === "Enter") actions.reveal(item.row);
  else if (key === " ") {
    if (canSwap(item.row.layer)) actions.change((state) => withToggled(state, [item.row.layer.name]));
  } else return false;
  return true;
}

export function withCollapsed<S extends { readonly collapsed: ReadonlySet<string> }>(
  state: S,
  path: string,
): S {
  const collapsed = new Set(state.collapsed);
  if (!collapsed.delete(path)) collapsed.add(path);
  return { ...state, collapsed };
}

function tableHead(t: Translate, actions: Actions): Part {
  const swap = element(
    "div",
    { role: "columnheader", class: "cell swap" },
    element("span", { class: "visually-hidden" }, t("table.swap")),
  );
  const columns = COLUMNS.map(([key, label, number]) => {
    const press = element("button", { type: "button", class: "sort" });
    const text = element("span", {}, label === null ? "#" : t(label));
    const arrow = element("span", { class: "arrow", "aria-hidden": "true" });
    press.append(text, arrow);
    if (key === "order") setAttribute(press, "aria-label", t("table.order"));
    press.addEventListener("click", () => actions.change((state) => withSort(state, key)));
    const cell = element(
      "div",
      { role: "columnheader", class: `cell ${key}${number ? " number-cell" : ""}` },
      press,
    );
    return { key, cell, text, arrow };
  });
  const row = element(
    "div",
    { role: "row", class: "row head-row", "aria-rowindex": 1 },
    swap,
    ...columns.map(({ cell }) => cell),
  );
  return {
    element: element("div", { role: "rowgroup", class: "head" }, row),
    render: ({ state }) => {
      for (const { key, cell, text, arrow } of columns) {
        const sorted = state.sort.key === key;
        setAttribute(cell, "aria-sort", sorted ? (state.sort.descending ? "descending" : "ascending") : null);
        setText(arrow, sorted ? (state.sort.descending ? "▾" : "▴") : "");
        if (key === "macs") setText(text, state.unit);
      }
    },
  };
}
