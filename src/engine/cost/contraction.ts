/**
 * MACs of products that sum over shared axes: linear layers, matrix products with broadcasting, einsum, attention.
 * Shapes are lists of sizes, in elements, that may be unknown.
 */
import { lift, product, sum } from "./lift.ts";

/** Linear layer: `rows` is every leading axis multiplied. https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html */
export const linearMacs = lift(
  (rows: number, inFeatures: number, outFeatures: number) => rows * inFeatures * outFeatures,
);

/** Bilinear layer `x₁ᵀ W x₂`, as torch computes it: an outer contraction over both inputs. */
export const bilinearMacs = lift(
  (rows: number, inFeatures1: number, inFeatures2: number, outFeatures: number) =>
    rows * inFeatures1 * inFeatures2 * outFeatures,
);

/**
 * `torch.matmul` and its relatives (mm, bmm, mv, dot): the last two axes are multiplied, the ones before broadcast;
 * a vector stands for one row (left) or one column (right). Answers undefined for a scalar.
 * https://docs.pytorch.org/docs/stable/generated/torch.matmul.html
 */
export function matmulMacs<U = never>(
  left: readonly (number | U)[],
  right: readonly (number | U)[],
): number | U | undefined {
  const inner = left.at(-1);
  const columns = right.length > 1 ? right.at(-1) : 1;
  const rows = left.length > 1 ? left.at(-2) : 1;
  if (inner === undefined || columns === undefined || rows === undefined || right.length === 0)
    return undefined;
  const batch = broadcastSizes(left.slice(0, -2), right.slice(0, -2));
  return product([...batch, rows, inner, columns]);
}

/**
 * Shape of two shapes broadcast against each other, aligned at their last axes. A size of 1 stretches; an unknown
 * gives way to a known size above 1. Sizes that do not fit answer the left one: the caller checks.
 */
export function broadcastSizes<U = never>(
  left: readonly (number | U)[],
  right: readonly (number | U)[],
): readonly (number | U)[] {
  const rank = Math.max(left.length, right.length);
  const sizes: (number | U)[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const a = axis < rank - left.length ? undefined : left[axis - rank + left.length];
    const b = axis < rank - right.length ? undefined : right[axis - rank + right.length];
    if (a === undefined || a === 1) sizes.push(b ?? 1);
    else if (typeof a === "number" || b === undefined || typeof b !== "number" || b === 1) sizes.push(a);
    else sizes.push(b);
  }
  return sizes;
}

/** An einsum equation taken apart: the labels of each operand and of the result, one a axis. */
export interface EinsumEquation {
  readonly operands: readonly (readonly string[])[];
  readonly result: readonly string[];
}

/**
 * Takes `"bhid,bhjd->bhij"` apart. An ellipsis becomes labels of its own, aligned at the last axes, so the rank of
 * each operand is needed. Without `->` the result has the labels that occur once, in alphabetic order.
 * Answers a sentence when the equation does not fit its operands.
 * https://docs.pytorch.org/docs/stable/generated/torch.einsum.html
 */
export function parseEinsum(equation: string, ranks: readonly number[]): EinsumEquation | string {
  const [inputs = "", output] = equation.replaceAll(/\s/g, "").split("->");
  const terms = inputs.split(",");
  const wrong = wrongLabel(inputs, output ?? "");
  if (wrong !== undefined) return `einsum "${equation}" ${wrong}`;
  if (terms.length !== ranks.length) {
    return `einsum "${equation}" has ${terms.length} operands, but gets ${ranks.length}`;
  }
  const hidden = terms.map((term, i) => (term.includes("...") ? (ranks[i] ?? 0) - letters(term).length : 0));
  const widest = Math.max(0, ...hidden);
  const ellipsis = (count: number): string[] =>
    Array.from({ length: Math.max(count, 0) }, (_, i) => `...${widest - count + i}`);

  const operands: string[][] = [];
  for (const [i, term] of terms.entries()) {
    const labels = expand(term, ellipsis(hidden[i] ?? 0));
    if (labels.length !== ranks[i]) {
      return `einsum "${equation}" names ${labels.length} axes of operand ${i + 1}, which has ${ranks[i]}`;
    }
    operands.push(labels);
  }
  if (output !== undefined) return { operands, result: expand(output, ellipsis(widest)) };
  const all = operands.flat();
  const once = [...new Set(all)].filter(
    (label) => !label.startsWith(".") && all.filter((l) => l === label).length === 1,
  );
  return { operands, result: [...ellipsis(widest), ...once.sort()] };
}

/** What no equation may have, whatever its operands are. */
function wrongLabel(inputs: string, output: string): string | undefined {
  const odd = /[^\p{L}.,]/u.exec(inputs) ?? /[^\p{L}.]/u.exec(output);
  if (odd) return `has an invalid subscript ${odd[0]}: subscripts are letters`;
  const labels = letters(output);
  const open = labels.find((label) => !inputs.includes(label));
  if (open !== undefined)
    return `has the output subscript ${open}, which does not appear for any input operand`;
  const twice = labels.find((label, i) => labels.indexOf(label) !== i);
  return twice && `has the output subscript ${twice}, which appears more than once in the output`;
}

/** Shape of an einsum's result. */
export function einsumShape<U = never>(
  equation: EinsumEquation,
  shapes: readonly (readonly (number | U)[])[],
): readonly (number | U)[] {
  const sizes = labelSizes(equation, shapes);
  return equation.result.map((label) => sizes.get(label) ?? 1);
}

/**
 * MACs of an einsum, contracted pairwise from left to right as torch does: a pair costs the product of all distinct
 * axes of both. An axis of one operand alone that nobody needs later is summed before (no MACs), and a pair without
 * a shared summed axis is an elementwise product (no MACs).
 */
export function einsumMacs<U = never>(
  equation: EinsumEquation,
  shapes: readonly (readonly (number | U)[])[],
): number | U {
  const sizes = labelSizes(equation, shapes);
  const macs: (number | U)[] = [];
  const result = new Set(equation.result);
  const lastUse = new Map(
    equation.operands.flatMap((operand, i) => operand.map((label) => [label, i] as const)),
  );
  let left = new Set(equation.operands[0] ?? []);
  for (let i = 1; i < equation.operands.length; i++) {
    const right = new Set(equation.operands[i] ?? []);
    const isNeeded = (label: string): boolean => result.has(label) || (lastUse.get(label) ?? 0) > i;
    const summed = [...left].filter((label) => right.has(label) && !isNeeded(label));
    const kept = [...new Set([...left, ...right])].filter(isNeeded);
    if (summed.length > 0) macs.push(product([...kept, ...summed].map((label) => sizes.get(label) ?? 1)));
    left = new Set(kept);
  }
  return sum(macs);
}

/**
 * Attention: scores `queries × keys × headSize` and weighted sum `queries × keys × valueSize`, for each head of each
 * sample (`batch` is samples × heads).
 * https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.scaled_dot_product_attention.html
 */
export const attentionMacs = lift(
  (batch: number, queries: number, keys: number, headSize: number, valueSize: number) =>
    batch * queries * keys * (headSize + valueSize),
);

function letters(term: string): string[] {
  return [...term.replace("...", "")];
}

function expand(term: string, ellipsis: readonly string[]): string[] {
  const at = term.indexOf("...");
  if (at < 0) return [...term];
  return [...term.slice(0, at), ...ellipsis, ...term.slice(at + 3)];
}

/** Size of each label: the largest known one, since an axis of 1 stretches. */
function labelSizes<U>(
  equation: EinsumEquation,
  shapes: readonly (readonly (number | U)[])[],
): Map<string, number | U> {
  const sizes = new Map<string, number | U>();
  equation.operands.forEach((labels, i) => {
    labels.forEach((label, axis) => {
      const size = shapes[i]?.[axis];
      if (size === undefined) return;
      const known = sizes.get(label);
      if (
        known === undefined ||
        known === 1 ||
        (typeof known !== "number" && typeof size === "number" && size > 1)
      ) {
        sizes.set(label, size);
      }
    });
  });
  return sizes;
}
