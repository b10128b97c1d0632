/**
 * The bound arguments of one call, read as what an op needs them to be. An argument that is not known poisons the
 * call: the reader answers something harmless, and the call's result is unknown for that reason.
 */

import { entryOf } from "../../../base/table.ts";
import { STEPS } from "../../../interpret/bounds.ts";
import type { Interp } from "../../../interpret/interp.ts";
import type { Bound } from "../../../interpret/native.ts";
import {
  type Dim,
  Float,
  List,
  manyAmong,
  type Shape,
  Tensor,
  Tuple,
  toNumber,
  Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { MAX_DATA } from "../../shape/dims.ts";
import { contiguous, type Layout } from "../../shape/layout.ts";
import { type Category, categoryOf, higher, promoteTypes } from "./dtypes.ts";
import type { Toolkit } from "./toolkit.ts";

/** A tensor, or a Python number that takes part in an operation and gives way in dtypes. */
export interface Operand {
  /** Unknown where not even the rank is known. */
  readonly shape: Shape | Unknown;
  readonly dtype: string;
  readonly weight: "tensor" | "scalar" | "number";
  readonly data: readonly number[] | undefined;
}

export class Args {
  /** Why the result is not known. */
  unknown: Unknown | undefined;
  /** Tensors that were read, in order. */
  readonly inputs: Tensor[] = [];

  constructor(
    readonly bound: Bound,
    readonly kit: Toolkit,
    readonly interp: Interp,
  ) {}

  poison(reason: Unknown | string): void {
    this.unknown ??= typeof reason === "string" ? this.interp.unknown(reason) : reason;
  }

  has(name: string): boolean {
    const value = entryOf(this.bound, name);
    return value !== null && value !== undefined;
  }

  /** A tensor argument; numbers and nested lists of numbers become tensors. */
  tensor(name: string): Tensor {
    return this.toTensor(entryOf(this.bound, name), name);
  }

  toTensor(value: Value, name: string): Tensor {
    if (value instanceof Tensor) {
      this.inputs.push(value);
      return value;
    }
    if (value instanceof Unknown) return this.kit.make(value);
    const number = toNumber(value);
    if (number !== undefined) return this.kit.make([], scalarDtype(value), [number]);
    if (value instanceof List || value instanceof Tuple) {
      const nested = nestedNumbers(this, value);
      if (nested) return this.kit.make(nested.shape, nested.dtype, nested.data);
    }
    return this.kit.make(this.interp.unknown(`${name} is not a tensor`));
  }

  /** Shape of a tensor argument; an unknown rank poisons. */
  shape(name: string): Shape {
    return this.shapeOf(this.tensor(name));
  }

  shapeOf(tensor: Tensor): Shape {
    if (tensor.shape instanceof Unknown) {
      this.poison(tensor.shape);
      return [];
    }
    return tensor.shape;
  }

  layout(name: string): Layout {
    return contiguous(this.shape(name));
  }

  data(name: string): readonly number[] | undefined {
    const value = entryOf(this.bound, name);
    return value instanceof Tensor ? this.kit.dataOf(value) : undefined;
  }

  operand(name: string): Operand {
    return this.toOperand(entryOf(this.bound, name), name);
  }

  toOperand(value: Value, name: string): Operand {
    if (value instanceof Unknown) return { shape: value, dtype: "bool", weight: "number", data: undefined };
    const tensor = this.toTensor(value, name);
    const { shape } = tensor;
    const dimensioned = shape instanceof Unknown || shape.length > 0;
    const weight = !(value instanceof Tensor) ? "number" : dimensioned ? "tensor" : "scalar";
    return { shape, dtype: tensor.dtype, weight, data: this.kit.dataOf(tensor) };
  }

  /** A list of tensors; one that is not known poisons. */
  tensors(name: string): readonly Tensor[] {
    const value = entryOf(this.bound, name);
    const items =
      value instanceof Tuple && value.items.length === 1 ? this.spread(value.items[0]) : undefined;
    const given = items ?? this.values(name);
    this.interp.tick(given.length >> 1);
    return given.map((item) => this.toTensor(item, name));
  }

  /** `f([a, b])` where `f(a, b)` is allowed too. */
  spread(value: Value): readonly Value[] | undefined {
    return value instanceof List || value instanceof Tuple ? value.items : undefined;
  }

  values(name: string): readonly Value[] {
    const value = entryOf(this.bound, name);
    if (value instanceof List || value instanceof Tuple) return value.items;
    const items = value instanceof Unknown ? value : this.interp.items(value);
    if (items instanceof Unknown) {
      this.poison(items);
      return [];
    }
    return items;
  }

  /** A size that may be unknown. */
  dim(name: string): Dim {
    return this.toDim(entryOf(this.bound, name));
  }

  toDim(value: Value): Dim {
    if (value instanceof Unknown) return value;
    if (value instanceof Tensor) {
      return this.kit.dataOf(value)?.[0] ?? this.interp.ofData("depends on the data of a tensor");
    }
    const number = toNumber(value);
    return number === undefined ? this.interp.unknown("needs a number") : Math.trunc(number);
  }

  /** A number that must be known, such as an axis. */
  int(name: string): number {
    const dim = this.dim(name);
    if (typeof dim === "number") return dim;
    this.poison(dim);
    return 0;
  }

  /** A number of any kind, undefined when absent or not known. */
  number(name: string): number | undefined {
    const value = entryOf(this.bound, name);
    if (value instanceof Tensor) return this.kit.dataOf(value)?.[0];
    return toNumber(value);
  }

  /** Sizes: a list, or several arguments, or one number. */
  dims(name: string): readonly Dim[] {
    const value = entryOf(this.bound, name);
    if (value instanceof Unknown) {
      this.poison(value);
      return [];
    }
    if (value instanceof Tuple && value.items.length === 1) {
      const inner = value.items[0];
      // One unknown may be a whole shape: not even the rank is known.
      if (inner instanceof Unknown) this.poison(inner);
      if (inner instanceof List || inner instanceof Tuple) return inner.items.map((item) => this.toDim(item));
    }
    if (value instanceof List || value instanceof Tuple) return value.items.map((item) => this.toDim(item));
    if (value instanceof Tensor && Array.isArray(value.shape) && value.shape.length === 1) {
      const data = this.kit.dataOf(value);
      if (data) return data;
    }
    const number = toNumber(value);
    if (number !== undefined) return [number];
    return this.values(name).map((item) => this.toDim(item));
  }

  /** Numbers that must be known, such as axes. */
  ints(name: string): readonly number[] {
    return this.dims(name).map((dim) => {
      if (typeof dim === "number") return dim;
      this.poison(dim);
      return 0;
    });
  }

  /** The axes of a reduction; none when left out. */
  axes(name: string): readonly number[] {
    return this.has(name) ? this.ints(name) : [];
  }

  /** An argument that picks one of several ways; one that is not known poisons. */
  private option(name: string): Value {
    const value = entryOf(this.bound, name);
    if (value instanceof Unknown) this.poison(value);
    return value;
  }

  flag(name: string): boolean {
    const value = this.option(name);
    return value === true || (typeof value === "number" && value !== 0);
  }

  /** A flag that changes elements alone; undefined when it is not known. */
  dataFlag(name: string): boolean | undefined {
    return entryOf(this.bound, name) instanceof Unknown ? undefined : this.flag(name);
  }

  text(name: string): string | undefined {
    const value = this.option(name);
    return typeof value === "string" ? value : undefined;
  }

  dtype(name: string): string | undefined {
    return this.kit.dtypeName(entryOf(this.bound, name));
  }
}

function scalarDtype(value: Value): string {
  if (typeof value === "boolean") return "bool";
  return typeof value === "number" ? "int64" : "float32";
}

/** torch's result type: dimensioned tensors lead, then scalars, then Python numbers. */
export function resultType(operands: readonly Operand[]): string {
  let result: string | undefined;
  for (const weight of ["tensor", "scalar", "number"] as const) {
    const own = operands.filter((operand) => operand.weight === weight).map((operand) => operand.dtype);
    if (own.length === 0) continue;
    const lower = own.reduce(promoteTypes);
    if (result === undefined) result = lower;
    else if (higher(categoryOf(lower), categoryOf(result))) result = promoteTypes(result, lower);
  }
  return result ?? "float32";
}

export interface Nested {
  readonly shape: Shape;
  readonly dtype: string;
  readonly data: readonly number[] | undefined;
}

/** Shape, dtype and elements of nested lists of numbers and tensors, as `torch.tensor` reads them; undefined where unknown. */
export function nestedNumbers(a: Args, value: Value): Nested | undefined {
  const number = toNumber(value);
  if (number !== undefined) return { shape: [], dtype: scalarDtype(value), data: [number] };
  if (value instanceof Tensor) {
    const shape = a.shapeOf(value);
    return { shape, dtype: value.dtype, data: a.kit.dataOf(value) };
  }
  if (typeof value === "string" || value === null || value === undefined) return undefined;
  const items = value instanceof List || value instanceof Tuple ? value.items : a.interp.items(value);
  if (items instanceof Unknown) {
    a.poison(items);
    return undefined;
  }
  if (items.length === 0) return { shape: [0], dtype: "float32", data: [] };
  const row = plainRow(items);
  // Kinds and numbers of every part are looked at on each level.
  a.interp.tick(row ? items.length >> 3 : STEPS.object + items.length);
  if (row) return row;
  const known = items.filter((item) => !(item instanceof Unknown));
  // One that is not known may be a number or a row of them: only the others tell.
  const open = manyAmong(items) ?? (known.length === 0 ? items[0] : undefined);
  const parts =
    open instanceof Unknown ? open : a.interp.nested(() => known.map((item) => nestedNumbers(a, item)));
  if (parts instanceof Unknown) {
    a.poison(parts);
    return undefined;
  }
  const first = parts[0];
  if (!first || parts.includes(undefined)) return undefined;
  const dtype = parts.map((part) => part!.dtype).reduce(widest);
  const count = parts.reduce((sum, part) => sum + (part!.data?.length ?? Number.POSITIVE_INFINITY), 0);
  return {
    shape: [items.length, ...first.shape],
    dtype,
    data:
      known.length === items.length && isKept(count, dtype)
        ? parts.flatMap((part) => part!.data!)
        : undefined,
  };
}

/** A list of nothing but numbers: tables that code computes element by element have millions of them. */
function plainRow(items: readonly Value[]): Nested | undefined {
  let dtype = "bool";
  for (const item of items) {
    if (typeof item !== "number" && typeof item !== "boolean" && !(item instanceof Float)) return undefined;
    dtype = widest(dtype, scalarDtype(item));
  }
  const data = isKept(items.length, dtype) ? items.map((item) => toNumber(item)!) : undefined;
  return { shape: [items.length], dtype, data };
}

/** No tensor keeps more elements than these; a mask is counted whatever its size. */
function isKept(count: number, dtype: string): boolean {
  return count <= MAX_DATA || (dtype === "bool" && Number.isFinite(count));
}

function widest(a: string, b: string): string {
  const first: Category = categoryOf(a);
  return higher(categoryOf(b), first) ? b : a;
}
