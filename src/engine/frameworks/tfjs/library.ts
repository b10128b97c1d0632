/**
 * What the parts of TensorFlow.js share within one interpreter: the tensor class, counters of names, and how an op is
 * recorded. Layers and models keep their state in `Instance.native`, out of the program's sight.
 */
import type { Interp } from "../../interpret/interp.ts";
import { noteWalked } from "../../interpret/leaves.ts";
import type { OpCost, Site } from "../../interpret/trace.ts";
import {
  type ClassValue,
  type Dim,
  Instance,
  isUnknown,
  List,
  type NativeFunction,
  type Shape,
  Tensor,
  Tuple,
  Unknown,
  type Value,
} from "../../interpret/values.ts";
import { fn } from "../../languages/typescript/core.ts";
import { diagnoseMismatch } from "../rules/mismatch.ts";
import { toDim } from "../rules/sizes.ts";
import { numel } from "../shape/dims.ts";

/** A tensor of the graph that `tf.input` and `layer.apply` build: a shape without values. */
export class Symbolic {
  constructor(
    readonly node: GraphNode,
    /** Which of the node's outputs it is. */
    readonly index: number,
    readonly shape: Shape | Unknown,
    readonly dtype: string,
  ) {}
}

/** One call of a layer in a graph. */
export interface GraphNode {
  readonly layer: Instance;
  readonly inputs: readonly Instance[];
  /** Was it called with an array? */
  readonly isList: boolean;
  readonly outputs: Instance[];
  readonly kwargs: Value;
  readonly site: Site | undefined;
}

export interface Emission extends Partial<Pick<OpCost, "op" | "macs" | "elementwise" | "geometry" | "view">> {
  readonly name: string;
  readonly inputs: readonly Tensor[];
  readonly shape: Shape | Unknown;
  readonly dtype?: string;
  readonly weights?: readonly Tensor[];
  readonly problem?: string;
  /** Outputs behind the first. */
  readonly more?: readonly (Shape | Unknown)[];
}

const OPEN_BATCH = new Unknown("the batch size, which is open until the network runs");
const OPEN_SIZE = "a size that the input leaves open";

export class Library {
  tensorClass!: ClassValue;
  symbolicClass!: ClassValue;
  layerClass!: ClassValue;
  modelClass!: ClassValue;
  sequentialClass!: ClassValue;
  programClass!: ClassValue;
  readonly counters = new Map<string, number>();
  /** Models in the order they were made. */
  readonly models: Instance[] = [];
  /** A layer or op of the program has its channels in front of the image. */
  channelsFirst = false;
  /** Functions that make networks. */
  readonly makers = new Set<Value>();
  layerClasses: ReadonlyMap<string, ClassValue> = new Map();

  /** `conv2d_Conv2D1`: each prefix counts for itself. */
  uid(prefix: string): string {
    const count = (this.counters.get(prefix) ?? 0) + 1;
    this.counters.set(prefix, count);
    return `${prefix}${count}`;
  }

  tensor(shape: Shape | Unknown, dtype = "float32"): Tensor {
    const tensor = new Tensor(shape, dtype);
    tensor.cls = this.tensorClass;
    return tensor;
  }

  parameter(shape: Shape | Unknown, trainable: boolean | Unknown, dtype = "float32"): Tensor {
    const tensor = this.tensor(shape, dtype);
    tensor.parameter = { trainable };
    return tensor;
  }

  /** Records an op and gives its outputs. Parameters among the inputs are its weights. */
  emitAll(m: Interp, emission: Emission): readonly Tensor[] {
    const { inputs, shape, problem } = emission;
    const layer = m.scope?.instance;
    if (problem !== undefined) this.mismatch(m, emission.name, problem, inputs[0]);
    const dtype = emission.dtype ?? inputs[0]?.dtype ?? "float32";
    const outputs = [shape, ...(emission.more ?? [])].map((each) => {
      const output = this.tensor(each, dtype);
      const name = layer?.attrs.get("name");
      output.maker = typeof name === "string" ? name : emission.name;
      const site = layer?.site ?? m.site;
      if (site) output.site = site;
      return output;
    });
    if (emission.view && inputs[0] && outputs[0]) outputs[0].storage = inputs[0].storage;
    m.record({
      op: emission.op ?? "other",
      name: emission.name,
      inputs: inputs.filter((input) => input.parameter === undefined),
      outputs,
      weights: [...(emission.weights ?? []), ...inputs.filter((input) => input.parameter !== undefined)],
      macs: emission.macs ?? 0,
      elementwise: emission.elementwise ?? (emission.macs === undefined ? numel(shape) : 0),
      ...(emission.geometry ? { geometry: emission.geometry } : {}),
      ...(emission.view ? { view: true } : {}),
    });
    return outputs;
  }

  emit(m: Interp, emission: Emission): Tensor {
    return this.emitAll(m, emission)[0] as Tensor;
  }

  /** Shapes that do not fit: said at the layer, or at the call of a function. */
  mismatch(m: Interp, name: string, problem: string, input: Tensor | undefined): void {
    const layer = m.scope?.instance;
    const own = layer?.attrs.get("name");
    const who = typeof own === "string" ? own : name;
    diagnoseMismatch(m, { who, problem, made: layer?.site?.at, called: undefined, raises: "Error", input });
  }
}

// --------------------------------------------------------------------- shapes

/** A shape of the program; null is the batch in front and a size left open elsewhere. */
export function shapeOf(value: Value): Shape | Unknown {
  if (isUnknown(value)) return value;
  const items =
    value instanceof List || value instanceof Tuple
      ? value.items
      : typeof value === "number"
        ? [value]
        : undefined;
  if (items === undefined) return new Unknown("a shape that is not known");
  noteWalked(items.length >> 2);
  return items.map((item, axis): Dim => {
    if (item === null || item === undefined) return axis === 0 ? OPEN_BATCH : new Unknown(OPEN_SIZE);
    return toDim(item);
  });
}

/** The shape as the program sees it. */
export function shapeValue(shape: Shape | Unknown): Value {
  if (isUnknown(shape)) return shape;
  return new List(
    shape.map((dim) => (isUnknown(dim) && (dim === OPEN_BATCH || dim.reason === OPEN_SIZE) ? null : dim)),
  );
}

export function isOpen(dim: Dim): boolean {
  return isUnknown(dim) && (dim === OPEN_BATCH || dim.reason === OPEN_SIZE);
}

// --------------------------------------------------------------------- values

export function symbolicOf(value: Value): Symbolic | undefined {
  return value instanceof Instance && value.native instanceof Symbolic ? value.native : undefined;
}

export function listOf(value: Value): readonly Value[] {
  return value instanceof List || value instanceof Tuple ? value.items : [value];
}

/** A property of a config object; undefined when it has none, unknown when it may have one. */
export function property(config: Value, name: string): Value {
  if (!(config instanceof Instance)) return undefined;
  return config.attrs.has(name) ? config.attrs.get(name) : config.open;
}

/** Everything the program gives in a config object, by Keras' names. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

export function inert(name: string, result: (m: Interp) => Value = () => undefined): NativeFunction {
  return fn(name, (m) => result(m));
}
