/**
 * A condition on a call's own arguments that holds for the convolutions to swap and for no other that the call makes:
 * a helper called with and without groups, a loop that makes the stem too.
 */
import type { CallSite, SiteInstance } from "./site.ts";

/** The arguments as written; undefined where the call leaves one out. */
export interface GuardTexts {
  readonly inChannels: string | undefined;
  readonly outChannels: string | undefined;
  readonly groups: string | undefined;
  readonly kernel: string | undefined;
  readonly stride: string | undefined;
  readonly bias?: string | undefined;
}

/** How a language writes a condition. */
export interface Notation {
  readonly is: (text: string, value: number) => string;
  readonly isNot: (text: string, value: number) => string;
  readonly isNone: (text: string, values: readonly number[]) => string;
  /** Of a kernel, which is a number or a list of them. */
  readonly isWide: (text: string, rank: number) => string;
  readonly and: string;
  readonly not: (text: string) => string;
}

export const PYTHON: Notation = {
  is: (text, value) => `${text} == ${value}`,
  isNot: (text, value) => `${text} != ${value}`,
  isNone: (text, values) => `${text} not in (${values.join(", ")})`,
  isWide: (text, rank) => `${text} not in (1, (${new Array<number>(rank).fill(1).join(", ")}))`,
  and: " and ",
  not: (text) => `not ${text}`,
};

export const TYPESCRIPT: Notation = {
  is: (text, value) => `${text} === ${value}`,
  isNot: (text, value) => `${text} !== ${value}`,
  isNone: (text, values) => `![${values.join(", ")}].includes(${text})`,
  isWide: (text, rank) => `!["1", "${new Array<number>(rank).fill(1).join(",")}"].includes(String(${text}))`,
  and: " && ",
  not: (text) => `!${text}`,
};

/** The site's own condition, else one on the arguments of its call. */
export function guardOf(
  { instances, flag, plainGuards = false }: Pick<CallSite, "instances" | "flag" | "plainGuards">,
  texts: GuardTexts,
  notation: Notation = PYTHON,
): string | undefined {
  return flag ?? guardFor(instances, texts, notation, plainGuards);
}

/** `""` when all are to be swapped; undefined when no argument tells them apart. */
export function guardFor(
  instances: readonly SiteInstance[],
  texts: GuardTexts,
  notation: Notation = PYTHON,
  plain = false,
): string | undefined {
  const wanted = instances.filter((instance) => instance.wanted);
  let others = instances.filter((instance) => !instance.wanted);
  const conditions: string[] = [];
  if (isVariable(texts.groups)) {
    conditions.push(notation.is(operand(texts.groups), 1));
    others = others.filter(({ groups }) => groups === 1);
  }
  const pointwise = others.filter(({ kernel }) => kernel.every((size) => size === 1));
  if (pointwise.length > 0 && isVariable(texts.kernel)) {
    conditions.push(notation.isWide(operand(texts.kernel), pointwise[0]?.kernel.length ?? 2));
    others = others.filter((instance) => !pointwise.includes(instance));
  }
  if (others.length > 0) {
    const apart = [
      apartByBias(texts.bias, wanted, others, notation),
      ...(plain ? [] : apartByNumbers(texts, wanted, others, notation)),
    ].find((condition) => condition !== undefined);
    if (apart === undefined) return undefined;
    conditions.push(apart);
  }
  return conditions.join(notation.and);
}

function apartByNumbers(
  texts: GuardTexts,
  wanted: readonly SiteInstance[],
  others: readonly SiteInstance[],
  notation: Notation,
): readonly (string | undefined)[] {
  const same = (sizes: readonly number[]): number | undefined =>
    sizes.every((size) => size === sizes[0]) ? sizes[0] : undefined;
  return [
    apartBy(texts.inChannels, wanted, others, ({ inChannels }) => inChannels, notation),
    apartBy(texts.outChannels, wanted, others, ({ outChannels }) => outChannels, notation),
    apartBy(texts.kernel, wanted, others, ({ kernel }) => same(kernel), notation),
    apartBy(texts.stride, wanted, others, ({ stride }) => same(stride), notation),
  ];
}

function apartBy(
  text: string | undefined,
  wanted: readonly SiteInstance[],
  others: readonly SiteInstance[],
  read: (instance: SiteInstance) => number | undefined,
  notation: Notation,
): string | undefined {
  if (!isVariable(text)) return undefined;
  const [own, left] = [valuesOf(wanted, read), valuesOf(others, read)];
  if (!own || !left || own.some((value) => left.includes(value))) return undefined;
  const [value, ...more] = left;
  if (value !== undefined && more.length === 0) return notation.isNot(operand(text), value);
  if (own.length === 1 && own[0] !== undefined) return notation.is(operand(text), own[0]);
  return left.length <= 4 ? notation.isNone(operand(text), left) : undefined;
}

function apartByBias(
  text: string | undefined,
  wanted: readonly SiteInstance[],
  others: readonly SiteInstance[],
  notation: Notation,
): string | undefined {
  const has = wanted[0]?.bias;
  if (!isVariable(text) || /^(True|False|true|false|None|null)$/.test(text)) return undefined;
  if (wanted.some(({ bias }) => bias !== has) || others.some(({ bias }) => bias === has)) return undefined;
  const negated = /^(?:not\s+|!)([\w.]+)$/.exec(text)?.[1];
  if (has) return text;
  return negated ?? notation.not(operand(text));
}

/** Undefined where one of them has no value. */
function valuesOf(
  instances: readonly SiteInstance[],
  read: (instance: SiteInstance) => number | undefined,
): readonly number[] | undefined {
  const values = new Set(instances.map(read));
  return values.has(undefined) ? undefined : ([...values] as number[]);
}

function isVariable(text: string | undefined): text is string {
  return text !== undefined && !/^[\d\s(),[\]]*$/.test(text);
}

function operand(text: string): string {
  return /^[\w.]+$|^[\w.]+[[(][^()[\]]*[\])]$/.test(text) ? text : `(${text})`;
}
