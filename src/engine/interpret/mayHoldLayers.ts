/** Whether layers may hide in a value of which not all is known. */
import { Instance, Layerless, type Unknown, UnreadAnswer, unknownBaseOf, type Value } from "./values.ts";

/**
 * Why an attribute of a network may be a layer, although it is none that is known: something that was not read made it,
 * or its class derives from something that was not.
 */
export function mayHoldLayers(value: Value): Unknown | undefined {
  if (value instanceof UnreadAnswer) return value;
  if (!(value instanceof Instance)) return undefined;
  const base = unknownBaseOf(value.cls.mro);
  return base instanceof Layerless ? undefined : base;
}
