/**
 * The class `jax.Array`: operators, subscripts, `x.at[…].set(…)`, attributes and methods.
 * https://docs.jax.dev/en/latest/_autosummary/jax.Array.html
 */

import { entryOf } from "../../../base/table.ts";
import { def, defineClass } from "../../../interpret/native.ts";
import {
  type ClassValue,
  Instance,
  isUnknown,
  NO_KWARGS,
  Property,
  Tensor,
  type Value,
} from "../../../interpret/values.ts";
import { numel } from "../../shape/dims.ts";
import { permute } from "../../shape/layout.ts";
import { addAttributes } from "../../torch/tensor/attributes.ts";
import { CONTRACTIONS, REFLECTED_MATMUL } from "../../torch/tensor/contractions.ts";
import { ELEMENTWISE, OPERATORS } from "../../torch/tensor/elementwise.ts";
import { getItem, isView, SET_ITEM } from "../../torch/tensor/indexing.ts";
import { SPLITS } from "../../torch/tensor/joins.ts";
import type { OpSpec } from "../../torch/tensor/op.ts";
import { ArrayKit } from "./kit.ts";
import { METHODS, NUMPY } from "./numpy.ts";

/** Updates that `x.at[index]` offers; all keep the shape of `x`. */
const UPDATES = ["set", "add", "subtract", "multiply", "mul", "divide", "power", "min", "max"];

const TRANSPOSED: OpSpec = {
  signature: "input",
  view: true,
  rule: (a) => {
    const view = a.layout("input");
    const turned = permute(view, [...view.shape.keys()].reverse());
    return "shape" in turned ? { shape: turned.shape } : turned;
  },
};

export function createArrays(): ArrayKit {
  const kit = new ArrayKit();
  addAttributes(kit);
  for (const name of METHODS) {
    const entry = entryOf(NUMPY, name);
    if (entry) kit.cls.attrs.set(name, fromEntry(kit, name, entry));
  }
  for (const [name, spec] of Object.entries({ ...ELEMENTWISE, __rmatmul__: REFLECTED_MATMUL })) {
    if (name.startsWith("__")) kit.method(name, spec);
  }
  const operands = { ...ELEMENTWISE, ...CONTRACTIONS };
  for (const [operator, name] of Object.entries(OPERATORS)) {
    const spec = entryOf(operands, name);
    if (spec) kit.method(operator, spec);
  }
  kit.method("unbind", SPLITS.unbind!);
  addSubscripts(kit);
  kit.property("size", (self) => numel(self.shape));
  kit.property("nbytes", (self) => numel(self.shape));
  kit.property("at", (self) => placeOf(placeClass(kit), self));
  kit.property("sharding", () => null);
  kit.cls.attrs.set("T", new Property(kit.fn("T", TRANSPOSED)));
  kit.cls.attrs.set("mT", new Property(kit.fn("mT", TRANSPOSED)));
  kit.cls.attrs.set(
    "block_until_ready",
    def("block_until_ready", "self", (a) => a.self),
  );
  kit.asArray = fromEntry(kit, "asarray", NUMPY.asarray!);
  return kit;
}

export function fromEntry(
  kit: ArrayKit,
  name: string,
  entry: (typeof NUMPY)[string],
): ReturnType<ArrayKit["fn"]> {
  return "rule" in entry ? kit.fn(name, entry) : kit.fn(name, entry[0], entry[1]);
}

function addSubscripts(kit: ArrayKit): void {
  const view = kit.fn("getitem", getItem(true));
  const pick = kit.fn("index", getItem(false));
  kit.cls.attrs.set(
    "__getitem__",
    def("__getitem__", "self, index", (a, interp) => {
      const index = clamped(a.self, a.index);
      return (isView(index) ? view : pick).code(interp, [a.self, index], NO_KWARGS);
    }),
  );
}

/** An index beyond the end is the last one. https://docs.jax.dev/en/latest/notebooks/Common_Gotchas_in_JAX.html */
function clamped(array: Value, index: Value): Value {
  if (typeof index !== "number" || !(array instanceof Tensor) || isUnknown(array.shape)) return index;
  const [size] = array.shape;
  if (typeof size !== "number" || size === 0) return index;
  return Math.min(Math.max(index, -size), size - 1);
}

const places = new WeakMap<ArrayKit, ClassValue>();

function placeOf(cls: ClassValue, array: Value, index: Value = null): Instance {
  const place = new Instance(cls);
  place.native = { array, index };
  return place;
}

/** What `x.at` and `x.at[index]` are. */
function placeClass(kit: ArrayKit): ClassValue {
  const known = places.get(kit);
  if (known) return known;
  const of = (value: Value) => (value as Instance).native as { readonly array: Value; readonly index: Value };
  const update = kit.fn("scatter", SET_ITEM);
  const cls: ClassValue = defineClass("_IndexUpdateHelper", {
    methods: {
      __getitem__: ["self, index", (a) => placeOf(cls, of(a.self).array, a.index)],
      get: [
        "self, *, indices_are_sorted=False, unique_indices=False, mode=None, fill_value=None",
        (a, interp) => interp.getItem(of(a.self).array, of(a.self).index),
      ],
      apply: [
        "self, fn, *, indices_are_sorted=False, unique_indices=False, mode=None",
        (a) => of(a.self).array,
      ],
      ...Object.fromEntries(
        UPDATES.map((name) => [
          name,
          [
            "self, values, *, indices_are_sorted=False, unique_indices=False, mode=None, out_sharding=None",
            (a: Readonly<Record<string, Value>>, interp) => {
              const { array, index } = of(a.self!);
              return update.code(interp, [array, index, a.values], NO_KWARGS);
            },
          ] as const satisfies readonly [string, Parameters<typeof def>[2]],
        ]),
      ),
    },
  });
  places.set(kit, cls);
  return cls;
}
