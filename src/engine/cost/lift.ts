/**
 * Arithmetic on figures that may be unknown. Every cost rule is written on plain numbers and lifted once:
 * given an unknown, a lifted rule answers the first one it was given, so that its reason is kept.
 */

/** Makes a rule on numbers answer the first argument that is not a number, if there is one. */
export function lift<A extends readonly number[]>(
  rule: (...args: A) => number,
): <U = never>(...args: { readonly [K in keyof A]: number | U }) => number | U {
  return <U>(...args: { readonly [K in keyof A]: number | U }): number | U => {
    // What a caller like Array.map adds behind the rule's own arguments does not matter.
    const list: readonly (number | U)[] = args.slice(0, rule.length);
    for (const arg of list) if (typeof arg !== "number") return arg;
    return rule(...(list as unknown as A));
  };
}

/** Product of all, 1 for none; the first unknown when there is one. */
export function product<U = never>(factors: readonly (number | U)[]): number | U {
  let result = 1;
  for (const factor of factors) {
    if (typeof factor !== "number") return factor;
    result *= factor;
  }
  return result;
}

/** Sum of all, 0 for none; the first unknown when there is one. */
export function sum<U = never>(terms: readonly (number | U)[]): number | U {
  let result = 0;
  for (const term of terms) {
    if (typeof term !== "number") return term;
    result += term;
  }
  return result;
}

export const add = lift((a: number, b: number) => a + b);
export const subtract = lift((a: number, b: number) => a - b);
export const multiply = lift((a: number, b: number) => a * b);
export const floorDivide = lift((a: number, b: number) => Math.floor(a / b));
