/** The tensors that a call is given or gives, as they are at that moment: a list may be another one later. */
import { Dict, List, Tensor, Tuple, type Value } from "./values.ts";

/** Those of lists, tuples and dicts as well, but not what objects hold. */
export function tensorsAmong(values: readonly Value[]): readonly Tensor[] {
  return values.flatMap((value): readonly Tensor[] => {
    if (isTensor(value)) return [value];
    if (value instanceof Tuple || value instanceof List) return tensorsOf(value.items);
    if (value instanceof Dict) return tensorsOf([...value.entries.values()].map((entry) => entry.value));
    return [];
  });
}

function tensorsOf(values: readonly Value[]): readonly Tensor[] {
  return values.filter(isTensor);
}

function isTensor(value: Value): value is Tensor {
  return value instanceof Tensor;
}
