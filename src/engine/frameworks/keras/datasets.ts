/**
 * `keras.datasets`: the shapes of what `load_data` gives, for networks that are trained on it.
 * https://keras.io/api/datasets/
 */

import { entryOf } from "../../base/table.ts";
import type { Interp } from "../../interpret/interp.ts";
import { def } from "../../interpret/native.ts";
import { type Shape, Tensor, Tuple, Unknown, type Value } from "../../interpret/values.ts";
import { markLabels } from "../../languages/python/stdlib/labels.ts";

interface Dataset {
  readonly train: number;
  readonly test: number;
  readonly sample: Shape;
  readonly label: Shape;
  readonly dtype: string;
  /** How many classes its labels tell. */
  readonly classes?: number;
}

const DIGITS: Dataset = {
  train: 60_000,
  test: 10_000,
  sample: [28, 28],
  label: [],
  dtype: "uint8",
  classes: 10,
};
const CIFAR: Dataset = {
  train: 50_000,
  test: 10_000,
  sample: [32, 32, 3],
  label: [1],
  dtype: "uint8",
  classes: 10,
};

const DATASETS: Readonly<Record<string, Dataset>> = {
  mnist: DIGITS,
  fashion_mnist: DIGITS,
  cifar10: CIFAR,
  cifar100: { ...CIFAR, classes: 100 },
  boston_housing: { train: 404, test: 102, sample: [13], label: [], dtype: "float64" },
  california_housing: { train: 16_512, test: 4_128, sample: [8], label: [], dtype: "float32" },
};

export const DATASET_NAMES: readonly string[] = Object.keys(DATASETS);

/** `load_data` of a dataset: `(x_train, y_train), (x_test, y_test)`, as numpy gives arrays. */
export function loadData(name: string): Value | undefined {
  const dataset = entryOf(DATASETS, name);
  if (!dataset) return undefined;
  const { train, test, sample, label, dtype, classes } = dataset;
  return def("load_data", "*args, **kwargs", (_a, interp) => {
    const part = (count: number): Value => {
      const labels = array(interp, [count, ...label], dtype);
      if (labels instanceof Tensor && classes !== undefined) markLabels(labels, classes);
      return new Tuple([array(interp, [count, ...sample], dtype), labels]);
    };
    return new Tuple([part(train), part(test)]);
  });
}

function array(interp: Interp, shape: Shape, dtype: string): Value {
  const empty = interp.lookup(interp.importModule("numpy"), "empty");
  if (typeof empty !== "object" || empty === null) return new Unknown("needs numpy");
  return interp.call(empty as Value, [new Tuple([...shape]), dtype]);
}
