/** `torch.nn.Parameter`, its lazy relatives, and `Buffer`. https://docs.pytorch.org/docs/stable/generated/torch.nn.parameter.Parameter.html */

import type { Interp } from "../../../interpret/interp.ts";
import { defineClass } from "../../../interpret/native.ts";
import {
  type ClassValue,
  isUnknown,
  type ParameterInfo,
  Tensor,
  type Value,
} from "../../../interpret/values.ts";
import type { Tensors } from "../tensor/tensors.ts";

export interface ParameterClasses {
  readonly parameter: ClassValue;
  readonly all: Readonly<Record<string, ClassValue>>;
}

export function defineParameters(tensors: Tensors): ParameterClasses {
  /** A new tensor that shares the data it was made of. */
  const make = (cls: ClassValue, source: Value, info: ParameterInfo): Value => {
    if (isUnknown(source)) return adopt(cls, tensors.make(source), info);
    if (source instanceof Tensor) {
      const tensor = tensors.make(source.shape, source.dtype, source.data);
      tensor.storage = source.storage;
      return adopt(cls, tensor, info);
    }
    return adopt(cls, tensors.make([]), info);
  };
  const define = (
    name: string,
    base: ClassValue,
    info: (interp: Interp, args: readonly Value[], flag: Value) => ParameterInfo,
  ): ClassValue =>
    defineClass(name, {
      bases: [base],
      qualname: `torch.nn.parameter.${name}`,
      native: {
        layer: false,
        create: (interp, cls, args, kwargs) => {
          const data = args[0] ?? kwargs.get("data") ?? null;
          const flag = info(interp, args, args[1] ?? kwargs.get("requires_grad") ?? true);
          const isData = data === null || isUnknown(data) || data instanceof Tensor;
          // What has no data yet takes none.
          if (isData || name.startsWith("Uninitialized")) return make(cls, data, flag);
          const message = `${name}() takes a tensor, which a value without 'detach' is not`;
          return make(cls, interp.fail("AttributeError", message), flag);
        },
      },
      methods: { __init__: ["self, *args, **kwargs", () => null] },
    });
  const trains = (interp: Interp, _: readonly Value[], flag: Value): ParameterInfo => ({
    trainable: interp.truthy(flag),
  });
  const parameter = define("Parameter", tensors.cls, trains);
  return {
    parameter,
    all: {
      Parameter: parameter,
      UninitializedParameter: define("UninitializedParameter", parameter, trains),
      Buffer: define("Buffer", tensors.cls, () => ({ trainable: false, buffer: true })),
      UninitializedBuffer: define("UninitializedBuffer", tensors.cls, () => ({
        trainable: false,
        buffer: true,
      })),
    },
  };
}

function adopt(cls: ClassValue, tensor: Tensor, info: ParameterInfo): Tensor {
  tensor.cls = cls;
  tensor.parameter = info;
  return tensor;
}
