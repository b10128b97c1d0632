/** What the parts of Keras share in one interpreter: its tensors, names, settings, graph and classes. */
import type { Interp } from "../../interpret/interp.ts";
import {
  ClassValue,
  Instance,
  type NativeClass,
  NativeState,
  type Shape,
  Tensor,
  Tuple,
  toItems,
  Unknown,
  type Value,
} from "../../interpret/values.ts";
import { Toolkit } from "../torch/tensor/toolkit.ts";
import { Datasets } from "./data.ts";
import { Graph, isOpen, type Network } from "./graph.ts";
import { Names } from "./names.ts";
import { type KerasPackage, kerasVersion } from "./version.ts";

/** The marks of `keras.Layer`, `keras.Model` and of ops that are nodes of a graph. */
export const LAYER_NATIVE: NativeClass = { layer: false };
export const OPERATION_NATIVE: NativeClass = { layer: true };

/** What may change of a layer's state on a side of an undecided branch. */
interface Kept {
  readonly weights: readonly Tensor[];
  readonly children: readonly Instance[];
  readonly network: Network | undefined;
  readonly undecided: Unknown | undefined;
  readonly trainable: boolean | Unknown;
}

/** What the engine keeps of a layer besides the attributes that the program sees. */
export class LayerState extends NativeState {
  readonly weights: Tensor[] = [];
  trainable: boolean | Unknown = true;
  /** Layers that are no attributes: those of a Sequential, wrapped ones. */
  readonly children: Instance[] = [];
  /** Names of its own constructor's arguments, which are attributes. */
  config: readonly string[] = [];
  /** A functional network. */
  network: Network | undefined;
  /** Why a functional network is not known to its outputs. */
  lost: string | undefined;
  /** The shape given to `build` or as `input_shape`, with the batch axis. */
  declared: Shape | undefined;
  /** Why it may have other layers or weights than those that it is known to have. */
  undecided: Unknown | undefined;

  kept(): Kept {
    const { weights, children, network, undecided, trainable } = this;
    return { weights: [...weights], children: [...children], network, undecided, trainable };
  }

  putBack({ weights, children, network, undecided, trainable }: Kept): void {
    this.weights.splice(0, Infinity, ...weights);
    this.children.splice(0, Infinity, ...children);
    this.network = network;
    this.undecided = undecided;
    this.trainable = trainable;
  }

  /** The side with more layers stays, so that these are seen. */
  join(other: Kept, why: Unknown): void {
    const isSame = areSame(this.weights, other.weights) && areSame(this.children, other.children);
    const hasMore =
      this.weights.length + this.children.length >= other.weights.length + other.children.length;
    const { undecided, trainable } = this;
    if (!hasMore) this.putBack(other);
    this.trainable = trainable === other.trainable ? trainable : why;
    this.undecided = undecided ?? other.undecided ?? (isSame ? undefined : why);
  }
}

function areSame<T>(one: readonly T[], other: readonly T[]): boolean {
  return one.length === other.length && one.every((item, i) => item === other[i]);
}

export class Keras {
  readonly kit = new Toolkit();
  readonly names = new Names();
  readonly graph = new Graph();
  /** The package that the program takes Keras from: the first that it asks for a name. */
  package: KerasPackage | undefined;
  private areNamesSettled = false;
  /** Names of the tensors that the layers of a class are called with, where these are several. */
  readonly calledWith = new Map<ClassValue, readonly string[]>();
  /** By name: `Layer`, `Model`, `Conv2D`. */
  readonly classes = new Map<string, ClassValue>();
  /** Functions of `keras.activations` by name. */
  readonly activations = new Map<string, Value>();
  private datasetsMade: Datasets | undefined;
  dataFormat = "channels_last";
  floatx = "float32";
  /** A layer is being built from what it was called on, not by the program's own `build`. */
  building = false;
  variableClass!: ClassValue;
  /** `keras.Input`. */
  input: Value = null;
  shapeClass!: ClassValue;

  /** `tf.data`, made when it is first asked for. */
  get datasets(): Datasets {
    this.datasetsMade ??= new Datasets(this);
    return this.datasetsMade;
  }

  cls(name: string): ClassValue {
    const found = this.classes.get(name);
    if (!found) throw new Error(`no Keras class ${name}`);
    return found;
  }

  make(shape: Shape | Unknown, dtype = "float32", data?: readonly number[]): Tensor {
    return this.kit.make(shape, dtype, data);
  }

  /** `x.shape` as the program sees it: None where the size is left open. */
  shapeValue(interp: Interp, shape: Shape | Unknown): Value {
    if (shape instanceof Unknown) return shape;
    const tuple = new Tuple(shape.map((dim) => (isOpen(dim) ? null : dim)));
    if (this.shapeClass.mro.length === 1) {
      const base = interp.builtin("tuple");
      if (base instanceof ClassValue) this.shapeClass.mro = [this.shapeClass, ...base.mro];
    }
    tuple.cls = this.shapeClass;
    return tuple;
  }

  /** Names follow the Keras that the program runs on, from its first layer on. */
  settleNames(interp: Interp): void {
    const file = interp.site?.at.file;
    if (this.areNamesSettled || file === undefined) return;
    this.areNamesSettled = true;
    this.names.version = kerasVersion(interp.host, file, this.package ?? "tensorflow");
  }

  /** A tensor of Keras' own class from whatever stands for one. */
  tensor(interp: Interp, value: Value): Tensor {
    if (value instanceof Tensor) {
      if (value.cls?.mro.includes(this.kit.cls)) return value;
      return this.make(value.shape, value.dtype, value.data);
    }
    if (value instanceof Unknown) return this.make(value);
    if (typeof value === "number" || typeof value === "boolean")
      return this.make([], "int32", [Number(value)]);
    const items = toItems(value);
    if (items) {
      const first = items.length > 0 ? this.tensor(interp, items[0]).shape : [];
      return this.make(first instanceof Unknown ? first : [items.length, ...first]);
    }
    if (value === null) return this.make(interp.unknown("None stands where a tensor is needed"));
    if (typeof value === "object" && value instanceof Instance)
      return this.make(
        interp.unknown(`${value.cls.name === "inert" ? "data" : value.cls.name} whose shape is not known`),
      );
    return this.make([]);
  }
}

export function isLayerClass(cls: ClassValue): boolean {
  return cls.mro.some((base) => base.native === LAYER_NATIVE);
}

export function isLayer(value: Value): value is Instance {
  return value instanceof Instance && isLayerClass(value.cls);
}

export function isModelClass(cls: ClassValue): boolean {
  return isLayerClass(cls) && cls.mro.some((base) => base.qualname === "keras.Model");
}

export function isModel(value: Value): value is Instance {
  return value instanceof Instance && isModelClass(value.cls);
}

/** Made when it is first asked for, so that a subclass that forgets `super().__init__()` still works. */
export function stateOf(layer: Instance): LayerState {
  if (!(layer.native instanceof LayerState)) layer.native = new LayerState();
  return layer.native as LayerState;
}

export function nameOf(keras: Keras, layer: Instance): string {
  const known = layer.attrs.get("name");
  if (typeof known === "string") return known;
  const made = keras.names.auto(layer.cls.name);
  layer.attrs.set("name", made);
  return made;
}

export function isVariable(value: Value): value is Tensor {
  return value instanceof Tensor && value.parameter !== undefined;
}
