/** Arguments of one call as refusals read them: only what is known is read, for what is not known refuses nothing. */
import { isUnknown, Tensor, toItems, toNumber, type Value } from "../../../interpret/values.ts";
import { broadcast, isMisfit } from "../../shape/dims.ts";

export class Given {
  constructor(private readonly get: (name: string) => Value) {}

  value(name: string): Value {
    return this.get(name);
  }

  number(name: string): number | undefined {
    return toNumber(this.get(name));
  }

  /** Numbers of a list, or the one in place of it; undefined where one is not known. */
  numbers(name: string): readonly number[] | undefined {
    const value = this.get(name);
    const all = (toItems(value) ?? [value]).map(toNumber);
    return all.every((each) => each !== undefined) ? all : undefined;
  }

  /** Elements of a tensor, where they are known. */
  data(name: string): readonly number[] | undefined {
    const value = this.get(name);
    return value instanceof Tensor ? value.data : undefined;
  }

  dtype(name: string): string | undefined {
    const value = this.get(name);
    return value instanceof Tensor ? value.dtype : undefined;
  }

  shape(name: string): Sizes | undefined {
    return sizesOf(this.get(name));
  }

  /** Of `f(a, b)` and `f([a, b])` alike. */
  shapes(name: string): readonly (Sizes | undefined)[] {
    const items = toItems(this.get(name)) ?? [];
    const [only] = items;
    const inner = items.length === 1 && only !== undefined ? toItems(only) : undefined;
    return (inner ?? items).map(sizesOf);
  }
}

/** Sizes along each axis; one that is not known fits all others. */
export type Sizes = readonly (number | undefined)[];

export function sizesOf(value: Value): Sizes | undefined {
  if (!(value instanceof Tensor) || isUnknown(value.shape)) return undefined;
  return value.shape.map((size) => (typeof size === "number" ? size : undefined));
}

export function show(sizes: readonly (number | undefined)[]): string {
  return `[${sizes.map((size) => size ?? "?").join(", ")}]`;
}

export function differ(a: number | undefined, b: number | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b;
}

/** Why torch refuses a call, in its own words; undefined where it takes it. */
export type Refusal = (given: Given) => string | undefined;

/** The first of several reasons. */
export const either =
  (...refusals: readonly Refusal[]): Refusal =>
  (given) => {
    for (const refusal of refusals) {
      const reason = refusal(given);
      if (reason !== undefined) return reason;
    }
    return undefined;
  };

/** Elementwise, with axes of size 1 repeated; what is not known fits. */
export const together =
  (...names: readonly string[]): Refusal =>
  (given) => {
    const shapes = names.map((name) => given.shape(name)).filter((shape) => shape !== undefined);
    const [first, ...others] = shapes;
    const wrong = first && others.find((other) => !goTogether(first, other));
    return wrong && `The size of tensor a ${show(first)} must match the size of tensor b ${show(wrong)}`;
  };

function goTogether(a: Sizes, b: Sizes): boolean {
  const known = (shape: Sizes): number[] => shape.map((size) => size ?? 1);
  return !isMisfit(broadcast(known(a), known(b)));
}

/** A number that is not one of those that it may be. */
export const number =
  (name: string, isRight: (value: number) => boolean, words: (value: number) => string): Refusal =>
  (given) => {
    const value = given.number(name);
    return value === undefined || isRight(value) ? undefined : words(value);
  };

export function noAxis(axis: number | undefined, shape: Sizes | undefined): string | undefined {
  if (axis === undefined || shape === undefined) return undefined;
  const rank = Math.max(shape.length, 1);
  if (axis >= -rank && axis < rank) return undefined;
  return `Dimension out of range (expected to be in range of [${-rank}, ${rank - 1}], but got ${axis})`;
}
