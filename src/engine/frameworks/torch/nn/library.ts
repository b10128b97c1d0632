/** What the tables of torch.nn share: the classes that are made once for every interpreter. */
import {
  type ClassValue,
  Instance,
  type NativeClass,
  Tensor,
  type Value,
} from "../../../interpret/values.ts";
import type { Tensors } from "../tensor/tensors.ts";

export interface Nn {
  readonly tensors: Tensors;
  readonly module: ClassValue;
  /** `torch.nn.Parameter`. */
  readonly parameter: ClassValue;
  /** A class of torch.nn, abstract bases (`_ConvNd`) included. */
  layer(name: string): ClassValue;
  /** A function of torch.nn.functional. */
  functional(name: string): Value;
}

/** The mark of `nn.Module` itself. */
export const MODULE_NATIVE: NativeClass = { layer: false, tables: ["_parameters", "_buffers", "_modules"] };

export function isModuleClass(cls: ClassValue): boolean {
  return cls.mro.some((base) => base.native === MODULE_NATIVE);
}

export function isModule(value: Value): value is Instance {
  return value instanceof Instance && isModuleClass(value.cls);
}

export function isParameter(value: Value): value is Tensor {
  return value instanceof Tensor && value.parameter !== undefined && value.parameter.buffer !== true;
}
