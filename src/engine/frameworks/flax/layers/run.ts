/**
 * One run of one layer or function of JAX: reads arguments, makes the output and records the cost. Flax linen,
 * Flax nnx, Haiku, Equinox and `jax.lax` share it.
 */

import type { OpName } from "../../../contract/report.ts";
import type { Interp } from "../../../interpret/interp.ts";
import type { ConvGeometry, Count } from "../../../interpret/trace.ts";
import {
  type Instance,
  isUnknown,
  type Shape,
  Tensor,
  type Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { diagnoseMismatch } from "../../rules/mismatch.ts";
import { numel } from "../../shape/dims.ts";
import type { ArrayKit } from "../arrays/kit.ts";

export interface Emission {
  /** Absent: `other`. */
  readonly op?: OpName;
  readonly name?: string;
  readonly inputs: readonly Tensor[];
  readonly shape: Shape | Unknown;
  readonly dtype?: string;
  readonly weights?: readonly (Tensor | undefined)[];
  readonly macs?: Count;
  readonly elementwise?: Count;
  readonly geometry?: ConvGeometry | undefined;
  /** Where a layer takes samples to be, if it says so. */
  readonly batchAxis?: number | undefined;
  /** Outputs behind the first: states of a recurrent layer. */
  readonly extra?: readonly Tensor[];
  /** What does not fit, to be put after the layer's name. */
  readonly problem?: string | undefined;
  /** The problem is no error: an empty array comes out. */
  readonly isEmpty?: boolean | undefined;
}

export class Run {
  constructor(
    readonly interp: Interp,
    readonly kit: ArrayKit,
    /** The function that is recorded: `conv`, `dense`. */
    readonly name: string,
    /** How messages call it: the layer's qualified name, or the function's. */
    readonly who: string,
    readonly layer?: Instance,
  ) {}

  tensor(value: Value): Tensor {
    if (value instanceof Tensor) return value;
    if (isUnknown(value)) return this.kit.make(value);
    if (value === null || value === undefined) {
      return this.kit.make(this.interp.fail("TypeError", `${this.who} needs an array, gets None`));
    }
    const made = this.interp.call(this.kit.asArray, [value]);
    return made instanceof Tensor
      ? made
      : this.kit.make(isUnknown(made) ? made : this.interp.unknown("not an array"));
  }

  /** A diagnostic where the layer was made, with where it was called and where its input comes from. */
  problem(text: string, input?: Tensor, isEmpty?: boolean): void {
    const made = this.layer?.site?.at;
    diagnoseMismatch(this.interp, {
      who: this.who,
      problem: text,
      made,
      called: this.interp.site?.at,
      raises: "Exception",
      isEmpty,
      input,
    });
  }

  make(shape: Shape | Unknown, dtype = "float32"): Tensor {
    const tensor = this.kit.make(shape, dtype);
    tensor.maker = this.who;
    const site = this.layer?.site ?? this.interp.site;
    if (site) tensor.site = site;
    return tensor;
  }

  /** Makes the output and records the op. */
  emit(emission: Emission): Tensor {
    const { inputs, shape, problem } = emission;
    if (problem !== undefined) this.problem(problem, inputs[0], emission.isEmpty);
    const output = this.make(shape, emission.dtype ?? floating(inputs[0]?.dtype));
    this.interp.record({
      op: emission.op ?? "other",
      name: emission.name ?? this.name,
      inputs,
      outputs: [output, ...(emission.extra ?? [])],
      weights: (emission.weights ?? []).filter((weight) => weight !== undefined),
      macs: emission.macs ?? 0,
      elementwise: emission.elementwise ?? (emission.macs === undefined ? numel(shape) : 0),
      ...(emission.geometry ? { geometry: emission.geometry } : {}),
      ...(emission.batchAxis === undefined ? {} : { batchAxis: emission.batchAxis }),
    });
    return output;
  }
}

/** Layers compute in floating point. */
function floating(dtype: string | undefined): string {
  return dtype !== undefined && /float|complex/.test(dtype) ? dtype : "float32";
}
