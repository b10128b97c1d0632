/**
 * How a function on tensors is declared: its signature as Keras or TensorFlow documents it and a rule. On symbolic
 * tensors a call becomes a node of the graph, with a name of its own, as a layer's call does.
 */

import { entryOf } from "../../../base/table.ts";
import type { OpName } from "../../../contract/report.ts";
import type { Interp } from "../../../interpret/interp.ts";
import { type Bound, bind, defineClass, unfollowed } from "../../../interpret/native.ts";
import { type ParsedSignature, parseSignature } from "../../../interpret/signature.ts";
import type { ConvGeometry, Count } from "../../../interpret/trace.ts";
import {
  type ClassValue,
  Instance,
  isUnknown,
  type Kwargs,
  type NativeCode,
  NativeFunction,
  type Shape,
  type Tensor,
  Tuple,
  Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { noAxis } from "../../rules/axes.ts";
import { numel } from "../../shape/dims.ts";
import { OperationCode, symbolically } from "../calling.ts";
import { tensorsIn } from "../graph.ts";
import { type Keras, OPERATION_NATIVE } from "../library.ts";

export interface FunctionSpec {
  readonly signature: string;
  readonly run: (op: Op, a: Bound) => Value;
  /** What its nodes are named after; the function's own name when absent. */
  readonly title?: string;
  /** Answers plain values, and is no node of the graph. */
  readonly plain?: boolean;
}

export type FunctionTable = Readonly<Record<string, FunctionSpec>>;

export interface Emission {
  readonly inputs: readonly Tensor[];
  readonly shape: Shape | Unknown;
  /** That of the first input when absent. */
  readonly dtype?: string;
  readonly data?: readonly number[] | undefined;
  readonly op?: OpName;
  readonly name?: string;
  readonly macs?: Count;
  readonly elementwise?: Count;
  readonly geometry?: ConvGeometry | undefined;
  readonly view?: boolean;
  /** Whole numbers that pick entries. */
  readonly indices?: readonly Tensor[];
  /** What does not fit, to be put after the function's name. */
  readonly problem?: string | undefined;
}

/** One run of a function. */
export class Op {
  constructor(
    readonly keras: Keras,
    readonly interp: Interp,
    readonly name: string,
  ) {}

  tensor(value: Value): Tensor {
    return this.keras.tensor(this.interp, value);
  }

  /** Says what does not fit, to be put after the function's name. */
  complain(problem: string): void {
    const message = `${this.name} ${problem}`;
    if (this.keras.graph.complain())
      this.interp.diagnose({ severity: "error", code: "shape-mismatch", message });
  }

  emit(emission: Emission): Tensor {
    const { keras, interp } = this;
    const { inputs, shape, problem } = emission;
    if (problem !== undefined) this.complain(problem);
    const symbolic = inputs.some((input) => keras.graph.isSymbolic(input));
    const output = keras.make(
      shape,
      emission.dtype ?? inputs[0]?.dtype,
      symbolic ? undefined : emission.data,
    );
    output.maker = this.name;
    if (interp.site) output.site = interp.site;
    if (emission.view && inputs[0]) output.storage = inputs[0].storage;
    if (symbolic) return keras.graph.mark(output);
    interp.record({
      op: emission.op ?? "other",
      name: emission.name ?? this.name,
      inputs: inputs.filter((input) => input.parameter === undefined),
      outputs: [output],
      weights: inputs.filter((input) => input.parameter !== undefined),
      macs: emission.macs ?? 0,
      elementwise: emission.elementwise ?? (emission.macs === undefined && !emission.view ? numel(shape) : 0),
      ...(emission.geometry ? { geometry: emission.geometry } : {}),
      ...(emission.view ? { view: true } : {}),
      ...(emission.indices && { indices: emission.indices }),
    });
    return output;
  }
}

// ------------------------------------------------------------------- common entries

/** One entry for each name of a list with blanks between. */
export function named(names: string, entry: (name: string) => FunctionSpec): FunctionTable {
  return Object.fromEntries(names.split(" ").map((name) => [name, entry(name)]));
}

/** The first argument's shape comes out; the others are settings that change no shape. */
export function sameShape(signature = "x", dtype?: string): FunctionSpec {
  const first = /\w+/.exec(signature)?.[0] ?? "x";
  return {
    signature,
    run: (op, a) => {
      const input = op.tensor(entryOf(a, first));
      const problem = noAxis(input.shape, a.axis);
      return op.emit({
        inputs: [input],
        shape: input.shape,
        problem,
        ...(dtype === undefined ? {} : { dtype }),
      });
    },
  };
}

/** Such functions by name, with their signatures. */
export function sameShapes(signatures: Readonly<Record<string, string>>, dtype?: string): FunctionTable {
  return Object.fromEntries(
    Object.entries(signatures).map(([name, signature]) => [name, sameShape(signature, dtype)]),
  );
}

/** The same shapes, of elements that are not worked out. */
export function withoutData(spec: FunctionSpec): FunctionSpec {
  return {
    ...spec,
    run: (op, a) => {
      const answer = spec.run(op, a);
      for (const tensor of tensorsIn([answer])) delete tensor.data;
      return answer;
    },
  };
}

/** One tensor in, one of another shape out; what the rule is not asked for stays unknown. */
export function onShape(op: Op, value: Value, rule: (shape: Shape) => Shape | Unknown): Tensor {
  const input = op.tensor(value);
  return op.emit({ inputs: [input], shape: isUnknown(input.shape) ? input.shape : rule(input.shape) });
}

export function several(values: readonly Value[]): Tuple {
  return new Tuple([...values]);
}

// -------------------------------------------------------------------------- running

const operationClasses = new WeakMap<Keras, Map<string, ClassValue>>();

/** `keras.Operation` classes, one for each function. */
function operationClass(keras: Keras, title: string): ClassValue {
  const known = operationClasses.get(keras) ?? new Map<string, ClassValue>();
  operationClasses.set(keras, known);
  const made = known.get(title);
  if (made) return made;
  const cls = defineClass(title, { qualname: `keras.ops.${title}`, native: OPERATION_NATIVE });
  known.set(title, cls);
  return cls;
}

/** Wraps code so that a call on symbols becomes a node. */
export function asNode(keras: Keras, title: string, code: NativeCode): NativeCode {
  return (interp, args, kwargs) => {
    const run = (at: Interp, given: readonly Value[], named: Kwargs): Value => code(at, given, named);
    const symbolic = tensorsIn([...args, ...kwargs.values()]).some((tensor) =>
      keras.graph.isSymbolic(tensor),
    );
    if (!symbolic) return run(interp, args, kwargs);
    if (keras.graph.depth > 0) {
      const answer = run(interp, args, kwargs);
      for (const tensor of tensorsIn([answer])) keras.graph.mark(tensor);
      return answer;
    }
    const operation = new Instance(operationClass(keras, title));
    if (interp.site) operation.site = interp.site;
    operation.attrs.set("name", keras.names.auto(title));
    operation.native = new OperationCode(run);
    return symbolically(keras, interp, { operation, args, kwargs }, () => run(interp, args, kwargs));
  };
}

export function defineFunction(keras: Keras, name: string, spec: FunctionSpec): NativeFunction {
  let parsed: ParsedSignature | undefined;
  const code: NativeCode = (interp, args, kwargs) => {
    parsed ??= parseSignature(spec.signature);
    const bound = bind(interp, name, parsed, args, kwargs);
    if (typeof bound === "string") return interp.fail("TypeError", bound);
    if (bound instanceof Unknown) return unfollowed(interp, bound);
    return spec.run(new Op(keras, interp, name), bound);
  };
  return new NativeFunction(
    name,
    spec.plain ? code : asNode(keras, spec.title ?? name, code),
    spec.signature,
  );
}
