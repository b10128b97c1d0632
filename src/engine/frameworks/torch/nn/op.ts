/**
 * One run of one op of torch.nn or torch.nn.functional: reads arguments and weights, reports what does not fit,
 * makes the output and records the cost. Layers and functions share it.
 */

import type { OpName } from "../../../contract/report.ts";
import type { Interp } from "../../../interpret/interp.ts";
import type { Contraction, ConvGeometry, Count } from "../../../interpret/trace.ts";
import {
  ABSENT,
  type Dim,
  type Instance,
  isUnknown,
  type Shape,
  Tensor,
  toItems,
  Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { diagnoseMismatch } from "../../rules/mismatch.ts";
import { toDim, toDims } from "../../rules/sizes.ts";
import { numel } from "../../shape/dims.ts";
import type { Nn } from "./library.ts";
import { moduleName } from "./naming.ts";
import { peekTable, registered, TABLES } from "./tables.ts";

export interface Emission {
  /** Absent: no MACs, `other`. */
  readonly op?: OpName;
  /** The function's name, when it is not the op's own. */
  readonly name?: string;
  readonly inputs: readonly Tensor[];
  readonly shape: Shape | Unknown;
  /** Absent: that of the first input. */
  readonly dtype?: string;
  readonly weights?: readonly (Tensor | undefined)[];
  readonly macs?: Count;
  /** Absent: the output's elements for an op without MACs, 0 for one with. */
  readonly elementwise?: Count;
  readonly geometry?: ConvGeometry;
  /** The axis of the first input where the layer takes samples to be; null: it is given one, without an axis for it. */
  readonly batchAxis?: number | null;
  /** Shares the first input's storage. */
  readonly view?: boolean;
  readonly indices?: readonly Tensor[];
  readonly contractions?: readonly Contraction[];
  /** Outputs besides the first (indices, states). */
  readonly extra?: readonly Tensor[];
  /** What does not fit, to be put after the layer's name. */
  readonly problem?: string | undefined;
  /** The problem is one of the arguments alone. */
  readonly fitsNothing?: boolean | undefined;
}

export class Op {
  constructor(
    readonly interp: Interp,
    readonly nn: Nn,
    /** The function: `conv2d`, `batch_norm`. */
    readonly name: string,
    /** The layer whose forward this is. */
    readonly layer?: Instance,
  ) {}

  /** The same run, recorded under another function's name. */
  as(name: string): Op {
    return new Op(this.interp, this.nn, name, this.layer);
  }

  /** How messages call it: the layer's qualified name, or the function. */
  get who(): string {
    const layer = this.layer ?? this.scopeLayer;
    return layer ? moduleName(layer, this.interp.scope) : `${this.name}()`;
  }

  private get scopeLayer(): Instance | undefined {
    const instance = this.interp.scope?.instance;
    return instance?.cls.mro.some((cls) => cls.native?.layer === true) ? instance : undefined;
  }

  /** An argument that must be a tensor. What is not one fails and stands for a tensor of unknown shape. */
  tensor(value: Value): Tensor {
    if (value instanceof Tensor) return value;
    if (isUnknown(value)) return this.nn.tensors.make(value);
    return this.nn.tensors.make(
      this.interp.fail("TypeError", `${this.who} needs a tensor, gets ${describe(value)}`),
    );
  }

  optional(value: Value): Tensor | undefined {
    return value instanceof Tensor ? value : undefined;
  }

  /** An attribute of the layer, as the program may have changed it. */
  attr(name: string): Value {
    const layer = this.layer;
    if (!layer) return null;
    const own = layer.attrs.get(name);
    if (own !== undefined) return own;
    const tabled = registered(layer, name);
    if (tabled !== ABSENT) return tabled;
    const found = this.interp.lookup(layer, name);
    return found === ABSENT ? null : found;
  }

  weight(name: string): Tensor | undefined {
    return this.optional(this.attr(name));
  }

  dim(name: string): Dim {
    return toDim(this.attr(name));
  }

  dims(name: string, axes: number): readonly Dim[] {
    return toDims(this.attr(name), axes);
  }

  /** A flag; an unknown one counts as the fallback, and the report says so. */
  flag(value: Value, fallback: boolean): boolean {
    const truth = this.interp.truthy(value);
    if (!isUnknown(truth)) return truth;
    this.interp.gap(truth.reason);
    return fallback;
  }

  /** Where the layer takes samples to be, in an input with an axis for them. */
  sampleAxis(): 0 | 1 | Unknown {
    const first = this.interp.truthy(this.attr("batch_first"));
    if (isUnknown(first)) return first;
    return first ? 0 : 1;
  }

  /** A diagnostic where the layer was made, with where it was called and where its input comes from. */
  problem(text: string, input?: Tensor): void {
    const made = (this.layer ?? this.scopeLayer)?.site?.at;
    diagnoseMismatch(this.interp, {
      who: this.who,
      problem: text,
      made,
      called: this.interp.site?.at,
      raises: "RuntimeError",
      input,
    });
  }

  /** Arguments that torch takes with no input. */
  private refuse(text: string): void {
    const message = `${this.who} ${text}`;
    this.interp.fail("RuntimeError", message, { severity: "error", code: "impossible-size" });
    this.interp.gap(message);
  }

  /** A tensor made by this op. */
  make(shape: Shape | Unknown, dtype = "float32"): Tensor {
    const tensor = this.nn.tensors.make(shape, dtype);
    tensor.maker = this.who;
    const site = this.layer?.site ?? this.interp.site;
    if (site) tensor.site = site;
    return tensor;
  }

  /** Makes the output and records the op. */
  emit(emission: Emission): Tensor {
    const { inputs, shape, problem } = emission;
    if (problem !== undefined) {
      if (emission.fitsNothing) this.refuse(problem);
      else this.problem(problem, inputs[0]);
    }
    const output = this.make(shape, emission.dtype ?? inputs[0]?.dtype);
    if (emission.view === true && inputs[0]) output.storage = inputs[0].storage;
    const macs = emission.macs ?? 0;
    const unmade = this.unmadeWeight();
    this.interp.record({
      op: emission.op ?? "other",
      name: emission.name ?? this.name,
      inputs,
      outputs: [output, ...(emission.extra ?? [])],
      weights: [...(emission.weights ?? []), unmade].filter((weight) => weight !== undefined),
      macs,
      elementwise: emission.elementwise ?? (emission.macs === undefined ? numel(shape) : 0),
      ...(emission.geometry ? { geometry: emission.geometry } : {}),
      ...(emission.batchAxis === undefined ? {} : { batchAxis: unmade ? null : emission.batchAxis }),
      ...(emission.view === true ? { view: true } : {}),
      ...(emission.indices && { indices: emission.indices }),
      ...(emission.contractions && { contractions: emission.contractions }),
    });
    return output;
  }

  /** What a layer whose `__init__` failed has may be anything. */
  private unmadeWeight(): Tensor | undefined {
    const { layer } = this;
    if (!layer || TABLES.some((table) => peekTable(layer, table) !== undefined)) return undefined;
    const weight = this.nn.tensors.make(this.interp.unknown(`the arguments of ${layer.cls.name} do not fit`));
    weight.parameter = { trainable: true };
    return weight;
  }
}

export function describe(value: Value): string {
  if (value === null || value === undefined) return "None";
  const items = toItems(value);
  if (items) return `a ${(value as { kind: string }).kind} of ${items.length}`;
  if (typeof value === "object") return value.kind === "instance" ? `a ${value.cls.name}` : `a ${value.kind}`;
  return typeof value === "string" ? `'${value}'` : String(value);
}

/** Why something is not known, when any of these is not. */
export function firstUnknown(...dims: readonly (Dim | Shape)[]): Unknown | undefined {
  for (const dim of dims.flat()) if (dim instanceof Unknown) return dim;
  return undefined;
}
