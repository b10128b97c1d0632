/**
 * A condition on a call's own arguments that holds for the convolutions to swap and for no other that the call makes:
 * a helper called with and without groups, a loop that makes the stem too.
 */
import type { SiteInstance } from "./site.ts";

/** The arguments as written; undefined where the call leaves one out. */
export interface GuardTexts {
  readonly inChannels: string | undefined;
  readonly outChannels: string | undefined;
  readonly groups: string | undefined;
  readonly kernel: string | undefined;
  readonly stride: string | undefined;
}

/** `""` when all are to be swapped; undefined when no argument tells them apart. */
export function guardFor(instances: readonly SiteInstance[], texts: GuardTexts): string | undefined {
  const wanted = instances.filter((instance) => instance.wanted);
  let others = instances.filter((instance) => !instance.wanted);
  const conditions: string[] = [];
  if (isVariable(texts.groups)) {
    conditions.push(`${operand(texts.groups)} == 1`);
    others = others.filter(({ groups }) => groups === 1);
  }
  const pointwise = others.filter(({ kernel }) => kernel.every((size) => size === 1));
  if (pointwise.length > 0 && isVariable(texts.kernel)) {
    const ones = `(${(pointwise[0]?.kernel ?? []).join(", ")})`;
    conditions.push(`${operand(texts.kernel)} not in (1, ${ones})`);
    others = others.filter((instance) => !pointwise.includes(instance));
  }
  if (others.length > 0) {
    const apart = [
      apartBy(texts.inChannels, wanted, others, ({ inChannels }) => inChannels),
      apartBy(texts.outChannels, wanted, others, ({ outChannels }) => outChannels),
      apartBy(texts.kernel, wanted, others, ({ kernel }) =>
        kernel.every((size) => size === kernel[0]) ? kernel[0] : undefined,
      ),
      apartBy(texts.stride, wanted, others, ({ stride }) =>
        stride.every((step) => step === stride[0]) ? stride[0] : undefined,
      ),
    ].find((condition) => condition !== undefined);
    if (apart === undefined) return undefined;
    conditions.push(apart);
  }
  return conditions.join(" and ");
}

function apartBy(
  text: string | undefined,
  wanted: readonly SiteInstance[],
  others: readonly SiteInstance[],
  read: (instance: SiteInstance) => number | undefined,
): string | undefined {
  if (!isVariable(text)) return undefined;
  const own = [...new Set(wanted.map(read))];
  const left = [...new Set(others.map(read))];
  if (own.includes(undefined) || left.includes(undefined) || own.some((value) => left.includes(value)))
    return undefined;
  if (left.length === 1) return `${operand(text)} != ${left[0]}`;
  if (own.length === 1) return `${operand(text)} == ${own[0]}`;
  return left.length <= 4 ? `${operand(text)} not in (${left.join(", ")})` : undefined;
}

function isVariable(text: string | undefined): text is string {
  return text !== undefined && !/^[\d\s(),[\]]*$/.test(text);
}

function operand(text: string): string {
  return /^[\w.]+$|^[\w.]+[[(][^()[\]]*[\])]$/.test(text) ? text : `(${text})`;
}
