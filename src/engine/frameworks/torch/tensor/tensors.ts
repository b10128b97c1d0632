/** torch's tensors: the class `torch.Tensor` and the modules of functions on tensors, made anew for every interpreter. */
import { defineClass } from "../../../interpret/native.ts";
import { type ClassValue, type Shape, Tensor, type Unknown, type Value } from "../../../interpret/values.ts";

export interface Tensors {
  /** `torch.Tensor`. */
  readonly cls: ClassValue;
  /** A tensor of the class `torch.Tensor`. */
  make(shape: Shape | Unknown, dtype?: string, data?: readonly number[]): Tensor;
  /** Names of the module `torch` that make or take tensors, dtypes and constants included. */
  readonly functions: ReadonlyMap<string, Value>;
  /** Names of further modules by dotted name: `torch.linalg`, `torch.fft`, `torch.special`, `torch.ops`, `einops`. */
  readonly modules: Readonly<Record<string, () => Map<string, Value>>>;
}

export function createTensors(): Tensors {
  const cls = defineClass("Tensor", { qualname: "torch.Tensor" });
  const make = (shape: Shape | Unknown, dtype = "float32", data?: readonly number[]): Tensor => {
    const tensor = new Tensor(shape, dtype, data);
    tensor.cls = cls;
    return tensor;
  };
  return { cls, make, functions: new Map(), modules: {} };
}
