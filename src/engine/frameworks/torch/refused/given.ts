/** Arguments of one call as refusals read them: only what is known is read, for what is not known refuses nothing. */
import { isUnknown, Tensor, toItems, toNumber, type Value } from "../../../interpret/values.ts";

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

export function noAxis(axis: number | undefined, shape: Sizes | undefined): string | undefined {
  if (axis === undefined || shape === undefined) return undefined;
  const rank = Math.max(shape.length, 1);
  if (axis >= -rank && axis < rank) return undefined;
  return `Dimension out of range (expected to be in range of [${-rank}, ${rank - 1}], but got ${axis})`;
}
