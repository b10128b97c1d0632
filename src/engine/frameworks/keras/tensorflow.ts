/** The part of TensorFlow that models are written with. https://www.tensorflow.org/api_docs/python/tf */
import { ABSENT, type Absent, type Value } from "../../interpret/values.ts";
import type { Keras } from "./library.ts";

export function isTensorflowModule(path: string): boolean {
  return path === "tensorflow";
}

export function findTensorflow(_keras: Keras, _home: string, _name: string): Value | Absent {
  return ABSENT;
}
