/**
 * How a layer is declared: one entry with the signatures that linen and nnx give it, its parameters, and the rule of
 * a call. linen makes parameters when a layer first sees its input; nnx makes them in the constructor, from sizes
 * that the program gives. A rule asks its `Layer` for either.
 */

import { entryOf } from "../../../base/table.ts";
import type { Interp } from "../../../interpret/interp.ts";
import {
  type Dim,
  type Instance,
  isUnknown,
  type Shape,
  type Tensor,
  toItems,
  Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { toDim, toDims } from "../../rules/sizes.ts";
import type { Run } from "./run.ts";

export interface Weight {
  readonly name: string;
  readonly shape: Shape;
  /** Moving statistics, which linen keeps in `batch_stats`. */
  readonly statistic?: boolean;
}

/** A dense layer inside another, as attention has for its projections. */
export interface Projection {
  readonly name: string;
  readonly from: readonly Dim[];
  readonly to: readonly Dim[];
  readonly bias: boolean;
}

export interface LayerSpec {
  /** The function that is recorded. */
  readonly fn: string;
  /** linen's fields, and nnx' constructor without self and rngs; absent where it has no such layer. */
  readonly linen?: string;
  readonly nnx?: string;
  readonly weights?: (l: Layer) => readonly Weight[];
  readonly projections?: (l: Layer) => readonly Projection[];
  /** Signature of a call without self, and the rule. */
  readonly call: readonly [string, (l: Layer) => Value];
  readonly methods?: Readonly<Record<string, readonly [string, (l: Layer) => Value]>>;
  /** Absent: true. Containers run their parts' rows. */
  readonly layer?: boolean;
  /** Spatial axes of an input that can enter by this layer. */
  readonly entrance?: (l: Layer) => number;
}

export type LayerTable = Readonly<Record<string, LayerSpec>>;

/** One layer in a call or under construction. */
export interface LayerAccess {
  readonly interp: Interp;
  readonly self: Instance;
  attribute(name: string): Value;
  /** A parameter or statistic by name. */
  weight(name: string): Tensor | undefined;
  /** Makes a parameter besides those of the entry. */
  create?(name: string, shape: Shape): Tensor;
  /** Calls a projection of the layer. */
  project(name: string, input: Value): Value;
}

export class Layer {
  constructor(
    readonly run: Run,
    readonly access: LayerAccess,
    /** Arguments of the call; nothing while the layer is made. */
    readonly args: Readonly<Record<string, Value>>,
  ) {}

  get interp(): Interp {
    return this.access.interp;
  }

  value(name: string): Value {
    return this.access.attribute(name);
  }

  has(name: string): boolean {
    const value = this.value(name);
    return value !== null && value !== undefined;
  }

  dim(name: string): Dim {
    return toDim(this.value(name));
  }

  dims(name: string, axes: number): readonly Dim[] {
    return this.has(name) ? toDims(this.value(name), axes) : new Array<Dim>(axes).fill(1);
  }

  /** Sizes of a list, or of one number. */
  list(name: string): readonly Dim[] {
    const value = this.value(name);
    return toItems(value)?.map(toDim) ?? [toDim(value)];
  }

  /** A flag; one that is not known counts as the fallback, and the report says so. */
  flag(name: string, fallback: boolean): boolean {
    const truth = this.interp.truthy(this.value(name));
    if (!isUnknown(truth)) return truth;
    this.interp.gap(truth.reason);
    return fallback;
  }

  /** The input: the call's first argument. */
  input(name = "inputs"): Tensor {
    return this.run.tensor(entryOf(this.args, name));
  }

  /** Features that come in: the last axis of linen's input, nnx' `in_features`. */
  get inFeatures(): Dim {
    for (const name of ["in_features", "num_features"]) if (this.has(name)) return this.dim(name);
    const given = this.args.inputs ?? this.args.x ?? this.args.inputs_q;
    if (given === undefined) return new Unknown("needs in_features");
    const { shape } = this.run.tensor(given);
    return isUnknown(shape) ? shape : (shape.at(-1) ?? new Unknown("an input without axes"));
  }

  get outFeatures(): Dim {
    return this.dim(this.has("features") ? "features" : "out_features");
  }

  weight(name: string): Tensor | undefined {
    return this.access.weight(name);
  }

  weights(...names: readonly string[]): readonly (Tensor | undefined)[] {
    return names.map((name) => this.weight(name));
  }
}
