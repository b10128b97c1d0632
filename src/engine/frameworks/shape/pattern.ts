/**
 * Patterns of einops: `b (h p) w c -> b h w (p c)`. A group in brackets is one axis made of several, `...` any
 * number of axes, `1` an axis of size 1.
 * https://einops.rocks/1-einops-basics/
 */
import { type Dim, type Shape, Unknown } from "../../interpret/values.ts";
import { derived, isKnown, isMisfit, Misfit, numel, showShape } from "./dims.ts";
import { contiguous, type Layout, permute, read } from "./layout.ts";

/** One axis: the names it is made of, and whether it was written in brackets. Numbers stand for themselves. */
interface Group {
  readonly names: readonly string[];
  readonly bracketed: boolean;
}

const ELLIPSIS = "...";

/** The axes of one side of a pattern; undefined when it is not well-formed. */
function parseSide(text: string): Group[] | undefined {
  const groups: Group[] = [];
  let open: string[] | undefined;
  for (const token of text.match(/\.\.\.|…|[()]|[^\s()]+/g) ?? []) {
    if (token === "(") {
      if (open) return undefined;
      open = [];
    } else if (token === ")") {
      if (!open) return undefined;
      groups.push({ names: open, bracketed: true });
      open = undefined;
    } else {
      const name = token === "…" ? ELLIPSIS : token;
      if (name !== ELLIPSIS && !/^\w+$/.test(name)) return undefined;
      if (open) open.push(name);
      else groups.push({ names: [name], bracketed: false });
    }
  }
  return open ? undefined : groups;
}

function isNumber(name: string): boolean {
  return /^\d+$/.test(name);
}

/** Sizes of a side's axes by name, solved from the shape. */
interface Solved {
  /** Elementary axes of the input, in order. */
  readonly axes: readonly string[];
  readonly sizes: Map<string, Dim>;
  /** Names that the ellipsis stands for. */
  readonly hidden: readonly string[];
}

/** Fits the left side to a shape, and solves the one axis of each group that is not given. */
function solve(groups: readonly Group[], shape: Shape, given: ReadonlyMap<string, Dim>): Solved | Misfit {
  const count = shape.length - (groups.length - 1);
  const at = groups.findIndex((group) => group.names.includes(ELLIPSIS));
  if (at < 0 ? groups.length !== shape.length : count < 0) {
    return new Misfit(`the pattern names ${groups.length} axes, ${showShape(shape)} has ${shape.length}`);
  }
  const hidden = at < 0 ? [] : Array.from({ length: count }, (_, i) => `${ELLIPSIS}${i}`);
  const sizes = new Map(given);
  const axes: string[] = [];
  let axis = 0;
  for (const group of groups) {
    if (group.names.includes(ELLIPSIS)) {
      for (const name of hidden) {
        axes.push(name);
        sizes.set(name, shape[axis++]!);
      }
      continue;
    }
    const total = shape[axis++]!;
    const problem = solveGroup(group, total, sizes);
    if (problem) return problem;
    axes.push(...group.names);
  }
  return { axes, sizes, hidden };
}

function solveGroup(group: Group, total: Dim, sizes: Map<string, Dim>): Misfit | undefined {
  for (const name of group.names) if (isNumber(name)) sizes.set(name, Number(name));
  const open = group.names.filter((name) => typeof sizes.get(name) !== "number");
  const known = group.names.reduce((product, name) => {
    const size = sizes.get(name);
    return typeof size === "number" ? product * size : product;
  }, 1);
  const what = group.names.join(" ");
  if (open.length === 0) {
    const differs = typeof total === "number" && total !== known;
    return differs ? new Misfit(`axis "${what}" is ${known}, the tensor has ${total}`) : undefined;
  }
  const [first] = open;
  if (open.length === 1 && typeof total === "number") {
    const size = total / known;
    if (!Number.isInteger(size))
      return new Misfit(`axis "${what}" of ${total} cannot be divided by ${known}`);
    sizes.set(first!, size);
  } else {
    for (const name of open) {
      if (sizes.has(name)) continue;
      const whole = group.names.length === 1;
      const unknown = total instanceof Unknown ? total : new Unknown(`"${what}" cannot be solved`);
      sizes.set(name, whole ? unknown : derived(unknown));
    }
  }
  return undefined;
}

export interface Rearranged {
  readonly shape: Shape;
  readonly data?: readonly number[] | undefined;
}

/**
 * Applies a pattern. Axes of the left that the right leaves out are reduced; new ones on the right are repeated.
 * What einops' three functions demand beyond that is the caller's to check.
 */
export function applyPattern(
  pattern: string,
  shape: Shape,
  given: ReadonlyMap<string, Dim>,
  data?: readonly number[],
): Rearranged | Misfit {
  const [left, right, more] = pattern.split("->").map(parseSide);
  if (!left || !right || more) return new Misfit(`cannot read the pattern "${pattern}"`);
  const solved = solve(left, shape, given);
  if (isMisfit(solved)) return new Misfit(`${solved.message} ("${pattern}")`);
  const { axes, sizes, hidden } = solved;
  const names = right.map((group) => group.names.flatMap((name) => (name === ELLIPSIS ? hidden : [name])));
  const result: Dim[] = [];
  for (const [i, group] of right.entries()) {
    const dims = names[i]!.map((name) => (isNumber(name) ? Number(name) : sizes.get(name)));
    if (dims.includes(undefined)) {
      return new Misfit(`the size of "${names[i]![dims.indexOf(undefined)]}" is not given ("${pattern}")`);
    }
    if (!group.bracketed && group.names[0] === ELLIPSIS) result.push(...(dims as Dim[]));
    else result.push(numel(dims as Dim[]));
  }
  const flat = names.flat();
  const inner = axes.map((name) => sizes.get(name) ?? 1);
  const kept = axes.every((name) => flat.includes(name) || sizes.get(name) === 1);
  const view = data && kept ? arrange(axes, inner, flat, sizes) : undefined;
  return { shape: result, data: data && view && read(data, view) };
}

/** The input, cut into its elementary axes, in the order of the output. */
function arrange(
  axes: readonly string[],
  inner: Shape,
  flat: readonly string[],
  sizes: ReadonlyMap<string, Dim>,
): Layout | undefined {
  const used = axes.filter((name) => flat.includes(name) && !isNumber(name));
  const ones = axes.filter((name) => !used.includes(name));
  const order = [...ones, ...flat.filter((name) => used.includes(name))].map((name) => axes.indexOf(name));
  const turned = permute(contiguous(inner), order);
  if (isMisfit(turned)) return undefined;
  const body = {
    shape: turned.shape.slice(ones.length),
    strides: turned.strides.slice(ones.length),
    offset: 0,
  };
  const target = flat.map((name) => (isNumber(name) ? Number(name) : (sizes.get(name) ?? 1)));
  if (!isKnown(target)) return undefined;
  let next = 0;
  const strides = flat.map((name) => (used.includes(name) ? body.strides[next++]! : 0));
  return { shape: target, strides, offset: 0 };
}

/** Axes of the left side that the right leaves out. */
export function leftOut(pattern: string): readonly string[] {
  const [left = "", right = ""] = pattern.split("->");
  const names = new Set(right.match(/\.\.\.|\w+/g) ?? []);
  return (left.match(/\.\.\.|\w+/g) ?? []).filter((name) => !isNumber(name) && !names.has(name));
}

/** Named axes of the right side that the left does not have. */
export function added(pattern: string): readonly string[] {
  const [left = "", right = ""] = pattern.split("->");
  return leftOut(`${right}->${left}`);
}

/** How many axes of a `pack` pattern stand before and after its `*`. */
export function packAxis(pattern: string): { readonly before: number; readonly after: number } | Misfit {
  const names = pattern.trim().split(/\s+/);
  const at = names.indexOf("*");
  if (at < 0) return new Misfit(`the pattern "${pattern}" has no *`);
  return { before: at, after: names.length - at - 1 };
}
