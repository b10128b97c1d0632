/** The table's content: which rows pass the filter, in which order, under which group headings. Pure. */
import { stagesOf } from "./modules.ts";
import { canSwap, type Row, sumMacs } from "./rows.ts";

export const SORT_KEYS = ["order", "name", "kernel", "output", "macs", "params", "share", "saved"] as const;
export type SortKey = (typeof SORT_KEYS)[number];

export interface Sort {
  readonly key: SortKey;
  readonly descending: boolean;
}

export interface ListOptions {
  readonly sort: Sort;
  readonly filter: string;
  readonly grouped: boolean;
  /** Also layers that multiply nothing: norms, embeddings. */
  readonly costless: boolean;
  readonly collapsed: ReadonlySet<string>;
  readonly scope: string;
}

export interface Group {
  readonly path: string;
  readonly rows: readonly Row[];
  readonly before: number;
  readonly after: number;
  /** How many rows could be swapped, and how many are. */
  readonly swappable: number;
  readonly swapped: number;
}

export type ListItem =
  | { readonly type: "row"; readonly row: Row }
  | { readonly type: "group"; readonly group: Group; readonly collapsed: boolean };

export function listItems(rows: readonly Row[], options: ListOptions): readonly ListItem[] {
  const wanted = rows
    .filter((row) => options.costless || row.before.macs !== 0)
    .filter(matches(options.filter));
  if (!options.grouped) return sorted(wanted, options.sort).map((row) => ({ type: "row", row }));
  return groupsOf(wanted, options).flatMap((group): readonly ListItem[] => {
    const [only] = group.rows;
    // A layer that is a module of its own needs no heading.
    if (group.rows.length === 1 && only?.layer.name === group.path) return [{ type: "row", row: only }];
    const collapsed = options.collapsed.has(group.path);
    const inside = collapsed ? [] : sorted(group.rows, options.sort);
    return [{ type: "group", group, collapsed }, ...inside.map((row) => ({ type: "row", row }) as const)];
  });
}

/** Every word must occur in the layer's name, type or kind. */
function matches(filter: string): (row: Row) => boolean {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return (row) => {
    const text = `${row.layer.name} ${row.layer.type} ${row.kind}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
}

function groupsOf(rows: readonly Row[], { sort, scope }: ListOptions): readonly Group[] {
  const groups = stagesOf(rows, scope).map(({ path, rows: inside }) => ({
    path,
    rows: inside,
    before: sumMacs(inside, "before"),
    after: sumMacs(inside, "after"),
    swappable: inside.filter((row) => canSwap(row.layer)).length,
    swapped: inside.filter((row) => row.swapped).length,
  }));
  const direction = sort.descending ? -1 : 1;
  switch (sort.key) {
    case "macs":
    case "share":
      return groups.sort((a, b) => direction * (a.after - b.after));
    case "saved":
      return groups.sort((a, b) => direction * (a.before - a.after - (b.before - b.after)));
    case "name":
      return groups.sort((a, b) => direction * compareNames(a.path, b.path));
    case "order":
      return sort.descending ? groups.reverse() : groups;
    case "kernel":
    case "output":
    case "params":
      return groups;
  }
}

type SortValue = number | string | null;

const sortValues: Readonly<Record<SortKey, (row: Row) => SortValue>> = {
  order: (row) => row.index,
  name: (row) => row.layer.name,
  kernel: (row) => volume(row.layer.kernel),
  output: (row) => volume(row.layer.out[0] ?? null),
  macs: (row) => row.after.macs,
  params: (row) => row.after.params,
  share: (row) => row.after.macs,
  saved: (row) => (row.changed ? (row.before.macs ?? 0) - (row.after.macs ?? 0) : null),
};

/** Stable; what is not known comes last in either direction. */
function sorted(rows: readonly Row[], { key, descending }: Sort): readonly Row[] {
  const valueIn = sortValues[key];
  const direction = descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [left, right] = [valueIn(a), valueIn(b)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    if (typeof left === "string" || typeof right === "string") {
      return direction * compareNames(String(left), String(right));
    }
    return direction * (left - right);
  });
}

const names = new Intl.Collator("en", { numeric: true });

function compareNames(left: string, right: string): number {
  return names.compare(left, right);
}

function volume(sizes: readonly (number | null)[] | null): number | null {
  if (sizes === null) return null;
  return sizes.reduce<number | null>(
    (product, size) => (product === null || size === null ? null : product * size),
    1,
  );
}
