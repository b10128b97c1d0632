/** What `keras.backend` has beside `keras.ops`: the older names of the same functions. */
import { NO_KWARGS, Tensor, toItems, type Value } from "../../../interpret/values.ts";
import { toDim } from "../../rules/sizes.ts";
import { borrow } from "./borrow.ts";
import { MATH, shapeOf } from "./math.ts";
import { NN } from "./nn.ts";
import { type FunctionSpec, type FunctionTable, named, onShape } from "./op.ts";

const same = (table: FunctionTable, name: string): FunctionSpec => {
  const spec = table[name];
  if (!spec) throw new Error(`no function ${name}`);
  return spec;
};

export const BACKEND: FunctionTable = {
  int_shape: {
    signature: "x",
    plain: true,
    run: (op, a) => op.keras.shapeValue(op.interp, op.tensor(a.x).shape),
  },
  shape: { signature: "x", plain: true, run: (op, a) => shapeOf(op, a.x) },
  concatenate: borrow("tensors, axis=-1", "cat"),
  permute_dimensions: {
    signature: "x, pattern",
    run: (op, a) => same(MATH, "transpose").run(op, { x: a.x, axes: a.pattern }),
  },
  batch_dot: {
    signature: "x, y, axes=None",
    run: (op, a) => same(NN, "matmul").run(op, { x1: a.x, x2: a.y }),
  },
  pow: borrow("x, a", "pow", { x: "input", a: "exponent" }),
  resize_images: {
    signature: "x, height_factor, width_factor, data_format=None, interpolation='nearest'",
    run: (op, a) => {
      const input = op.tensor(a.x);
      const { shape } = input;
      if ("reason" in shape) return op.emit({ inputs: [input], shape });
      const at = (a.data_format ?? op.keras.dataFormat) === "channels_first" ? 2 : 1;
      const scaled = shape.map((dim, axis) => {
        const factor = axis === at ? a.height_factor : axis === at + 1 ? a.width_factor : 1;
        return typeof dim === "number" && typeof factor === "number" ? dim * factor : dim;
      });
      return op.emit({ inputs: [input], shape: scaled });
    },
  },
  ctc_batch_cost: {
    signature: "y_true, y_pred, input_length, label_length",
    run: (op, a) => onShape(op, a.y_pred, (shape) => [shape[0] ?? 1, 1]),
  },
  ctc_decode: {
    signature: "y_pred, *args, **kwargs",
    run: (op) => op.interp.unknown("ctc_decode depends on the data"),
  },
  ...named("random_normal random_uniform truncated_normal random_bernoulli", () => ({
    signature: "shape, *args, **kwargs",
    run: (op, a) => op.emit({ inputs: [], shape: toItems(a.shape)?.map(toDim) ?? [toDim(a.shape)] }),
  })),
  l2_normalize: {
    signature: "x, axis=None",
    run: (op, a) => op.emit({ inputs: [op.tensor(a.x)], shape: op.tensor(a.x).shape }),
  },
  in_train_phase: {
    signature: "x, alt, training=None",
    plain: true,
    run: (op, a) => callIf(a.alt, (fn) => op.interp.call(fn, [], NO_KWARGS)),
  },
  constant: {
    signature: "value, dtype=None, shape=None, name=None",
    plain: true,
    run: (op, a) => same(MATH, "convert_to_tensor").run(op, { x: a.value }),
  },
  variable: {
    signature: "value, dtype=None, name=None, constraint=None",
    plain: true,
    run: (op, a) => same(MATH, "convert_to_tensor").run(op, { x: a.value }),
  },
};

function callIf(value: Value, call: (fn: Value) => Value): Value {
  return value instanceof Tensor || toItems(value) ? value : call(value);
}
