/** How an op of `tf` is declared: a signature with defaults, and a rule on its bound arguments. */
import type { Interp } from "../../../interpret/interp.ts";
import { noteWalked } from "../../../interpret/leaves.ts";
import { parseSignature } from "../../../interpret/signature.ts";
import {
  type Dim,
  isUnknown,
  List,
  manyAmong,
  type NativeFunction,
  type Shape,
  Tensor,
  toItems,
  toNumber,
  Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { weightSearched } from "../../../interpret/weight.ts";
import { fn } from "../../../languages/typescript/core.ts";
import { toDim, toDims } from "../../rules/sizes.ts";
import { isMisfit, type Misfit } from "../../shape/dims.ts";
import type { Emission, Library } from "../library.ts";

export type OpRule = (c: Call) => Value;
export interface OpSpec {
  /** Parameters with defaults, as they are documented; the first one is what a chained method is called on. */
  readonly signature: string;
  readonly rule: OpRule;
}
export type OpTable = Readonly<Record<string, OpSpec>>;

/** One call of an op. */
export class Call {
  /** An option that a rule asked for and that is not known: the answer may be any. */
  private open: Unknown | undefined;

  constructor(
    readonly lib: Library,
    readonly m: Interp,
    readonly name: string,
    readonly args: ReadonlyMap<string, Value>,
    /** All arguments as they came, for ops that take any number. */
    readonly all: readonly Value[],
  ) {}

  value(name: string): Value {
    return this.args.get(name);
  }
  /** A tensor, or what stands for one: a number, an array. An unknown gives a tensor of unknown shape. */
  tensor(name: string): Tensor {
    return this.toTensor(this.args.get(name));
  }
  toTensor(value: Value): Tensor {
    if (value instanceof Tensor) return value;
    if (isUnknown(value)) {
      this.m.gap(value.reason);
      return this.lib.tensor(value);
    }
    return this.lib.tensor(nestedShape(value), typeof value === "boolean" ? "bool" : "float32");
  }
  tensors(name: string): readonly Tensor[] | Unknown {
    const value = this.args.get(name);
    if (isUnknown(value)) return value;
    const items = toItems(value) ?? [value];
    this.m.tick(items.length);
    return items.map((item) => this.toTensor(item));
  }
  shape(name: string): Shape | Unknown {
    return this.tensor(name).shape;
  }
  number(name: string): number | undefined {
    return toNumber(this.asked(name));
  }
  dim(name: string): Dim {
    return toDim(this.args.get(name));
  }
  dims(name: string, axes: number): readonly Dim[] {
    const value = this.args.get(name);
    return isUnknown(value) ? new Array<Dim>(axes).fill(value) : toDims(value, axes);
  }
  text(name: string): string {
    const value = this.asked(name);
    return typeof value === "string" ? value : "";
  }
  flag(name: string): boolean {
    return this.asked(name) === true;
  }
  /** The name of a type; one that is not known is as good as none. */
  dtype(): string | undefined {
    const value = this.args.get("dtype");
    return typeof value === "string" && value !== "" ? value : undefined;
  }
  given(name: string): boolean {
    const value = this.args.get(name);
    return value !== undefined && value !== null;
  }
  integers(name: string): readonly number[] | undefined {
    const value = this.asked(name);
    const numbers = (toItems(value) ?? [value]).map(toNumber);
    return numbers.every((number) => number !== undefined) ? (numbers as number[]) : undefined;
  }
  emit(emission: Omit<Emission, "name"> & { readonly name?: string }): Tensor {
    const { open } = this;
    const name = emission.name ?? this.name;
    if (!open) return this.lib.emit(this.m, { ...emission, name });
    const { macs } = emission;
    return this.lib.emit(this.m, {
      ...emission,
      name,
      shape: open,
      ...(macs !== undefined && { macs: open }),
    });
  }
  /** What the op answers. How many outputs there are may hang on an option. */
  answer(rule: OpRule): Value {
    const answer = rule(this);
    return this.open && !(answer instanceof Tensor) ? this.open : answer;
  }
  private asked(name: string): Value {
    const value = this.args.get(name);
    if (isUnknown(value)) this.open ??= value;
    return value;
  }
  /** A shape rule's answer as the op's output; a misfit is said. */
  shaped(inputs: readonly Tensor[], shape: Shape | Unknown | Misfit, more: Partial<Emission> = {}): Tensor {
    if (!isMisfit(shape)) return this.emit({ inputs, shape, ...more });
    return this.emit({
      inputs,
      shape: shape.guess ?? new Unknown(shape.message),
      problem: `${shape.message}`,
      ...more,
    });
  }
  /** A view: the same elements in another form. */
  view(input: Tensor, shape: Shape | Unknown | Misfit): Tensor {
    return this.shaped([input], shape, { view: true, elementwise: 0 });
  }
}

/** Shape of nested arrays: `[[1, 2], [3, 4]]`. What is not known inside may be an array too, unless the rank is said. */
export function nestedShape(value: Value, rank?: number): Shape | Unknown {
  const shape: Dim[] = [];
  let at: Value = value;
  while (at instanceof List) {
    noteWalked(weightSearched(at));
    shape.push(manyAmong(at.items) ?? at.items.length);
    at = at.items[0];
  }
  if (!isUnknown(at) || shape.length === rank) return shape;
  return rank === undefined ? at : [...shape, ...new Array<Dim>(Math.max(0, rank - shape.length)).fill(at)];
}

export function defineOp(lib: Library, name: string, { signature, rule }: OpSpec): NativeFunction {
  const { params } = parseSignature(signature);
  return fn(name, (m, args) => {
    const bound = new Map(
      params.map(({ name: key, fallback }, i) => [key, args[i] === undefined ? fallback : args[i]]),
    );
    const lost = params.length > 0 && isUnknown(args[0]) && args.length === 1 ? args[0] : undefined;
    if (lost) return lost;
    return new Call(lib, m, name, bound, args).answer(rule);
  });
}
