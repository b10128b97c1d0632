/** Attributes of numpy's arrays that a program assigns to: `a.shape = …`. */
import { entryOf } from "../../../base/table.ts";
import type { Interp } from "../../../interpret/interp.ts";
import { def } from "../../../interpret/native.ts";
import { type ClassValue, Property, Tensor, type Value } from "../../../interpret/values.ts";
import { forgetLabels } from "./labels.ts";
import { dtypeName, NOT_KNOWN, reshape } from "./nparray.ts";

/** `a.shape = (2, -1)` changes the array itself; elements read as another type are not known. */
const ASSIGNED: Readonly<Record<string, (array: Tensor, value: Value, interp: Interp) => void>> = {
  shape: (array, value, interp) => {
    const made = reshape(interp, array, [value]);
    array.shape = made instanceof Tensor ? made.shape : interp.unknown(NOT_KNOWN);
  },
  dtype: (array, value, interp) => {
    const dtype = dtypeName(value, array.dtype);
    if (dtype === array.dtype) return;
    array.dtype = dtype;
    array.data = undefined;
    array.shape = interp.unknown(NOT_KNOWN);
  },
};

/** Gives the attributes that numpy refuses to assign to, or lets a program assign to, what does so. */
export function addSetters(cls: ClassValue): void {
  for (const [name, read] of cls.attrs) {
    if (read instanceof Property) cls.attrs.set(name, new Property(read.getter, setter(name)));
  }
}

function setter(name: string): Value {
  return def(name, "self, value", (a, interp) => {
    const assign = entryOf(ASSIGNED, name);
    if (!assign)
      return interp.fail("AttributeError", `attribute '${name}' of 'numpy.ndarray' objects is not writable`);
    if (!(a.self instanceof Tensor)) return null;
    interp.touch(a.self);
    forgetLabels(a.self);
    assign(a.self, a.value, interp);
    return null;
  });
}
