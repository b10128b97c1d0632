/** What a program may ask of a tensor: shape, dtype, operators, subscripts. https://keras.io/api/ops/ */

import { entryOf } from "../../base/table.ts";
import type { Interp } from "../../interpret/interp.ts";
import { type Bound, def, defineClass, type NativeImpl } from "../../interpret/native.ts";
import {
  ABSENT,
  Iter,
  List,
  type NativeFunction,
  Property,
  Tensor,
  Tuple,
  Unknown,
  type Value,
} from "../../interpret/values.ts";
import { numel } from "../shape/dims.ts";
import { getItem } from "../torch/tensor/indexing.ts";
import { toNative } from "../torch/tensor/op.ts";
import type { Keras } from "./library.ts";
import { asNode, defineFunction, type FunctionTable } from "./ops/op.ts";

/** Python's operators by the function that they call; reflected ones swap their operands. */
const OPERATORS: Readonly<Record<string, string>> = {
  add: "add",
  sub: "subtract",
  mul: "multiply",
  truediv: "true_divide",
  floordiv: "floor_divide",
  mod: "mod",
  pow: "power",
  matmul: "matmul",
};
const COMPARISONS: Readonly<Record<string, string>> = {
  lt: "less",
  le: "less_equal",
  gt: "greater",
  ge: "greater_equal",
  ne: "not_equal",
  and: "logical_and",
  or: "logical_or",
};
const UNARY: Readonly<Record<string, string>> = { neg: "negative", abs: "absolute", invert: "logical_not" };

const self = (a: Bound): Tensor => a.self as Tensor;

export function defineTensor(keras: Keras, functions: FunctionTable): void {
  const { attrs } = keras.kit.cls;
  const operator = (name: string, title = name): NativeFunction => {
    const spec = entryOf(functions, name);
    if (!spec) throw new Error(`no function ${name}`);
    return defineFunction(keras, title, spec);
  };
  for (const [name, title] of Object.entries({ ...OPERATORS, ...COMPARISONS })) {
    const fn = operator(title);
    attrs.set(`__${name}__`, fn);
    attrs.set(
      `__r${name}__`,
      def(`__r${name}__`, "self, other", (a, interp) => interp.call(fn, [a.other, a.self])),
    );
  }
  for (const [name, title] of Object.entries(UNARY)) attrs.set(`__${name}__`, operator(title));
  const equal = operator("equal");
  attrs.set(
    "__eq__",
    def("__eq__", "self, other", (a, interp) => {
      if (a.other === null || typeof a.other === "string") return false;
      return a.self === a.other ? true : interp.call(equal, [a.self, a.other]);
    }),
  );
  const view = toNative(keras.kit, "get_item", getItem(true));
  attrs.set(
    "__getitem__",
    def("__getitem__", "self, index", (a, interp) => interp.call(item, [a.self, a.index])),
  );
  const pick = asNode(keras, "GetItem", (interp, args, kwargs) => view.code(interp, args, kwargs));
  const item = def("get_item", "x, key", (a, interp) => pick(interp, [a.x, a.key], new Map()));

  for (const [name, impl] of Object.entries(properties(keras, operator("transpose"))))
    attrs.set(name, new Property(def(name, "self", impl)));
  for (const [name, [signature, impl]] of Object.entries(methods(keras)))
    attrs.set(name, def(name, signature, impl));
  defineVariable(keras);
  keras.shapeClass = defineClass("TensorShape", {
    methods: {
      as_list: ["self", (a) => new List([...((a.self as Tuple).items ?? [])])],
    },
    properties: {
      rank: (a) => (a.self as Tuple).items.length,
      ndims: (a) => (a.self as Tuple).items.length,
      dims: (a) => a.self,
    },
  });
}

function properties(keras: Keras, transpose: NativeFunction): Record<string, NativeImpl> {
  const rank: NativeImpl = (a) =>
    self(a).shape instanceof Unknown
      ? (self(a).shape as Unknown)
      : (self(a).shape as readonly unknown[]).length;
  return {
    shape: (a, interp) => keras.shapeValue(interp, self(a).shape),
    // What tensors of Keras 2 and of TensorFlow before 2.4 keep their shapes as.
    _keras_shape: (a, interp) => keras.shapeValue(interp, self(a).shape),
    _shape_val: (a, interp) => keras.shapeValue(interp, self(a).shape),
    dtype: (a) => self(a).dtype,
    ndim: rank,
    rank,
    name: (a) => self(a).attrs?.get("name") ?? self(a).maker ?? "",
    size: (a) => numel(self(a).shape),
    T: (a, interp) => interp.call(transpose, [a.self]),
    _keras_mask: (_a, interp) => interp.unknown("a mask depends on data"),
    _keras_history: (a) => {
      const node = keras.graph.makerOf(self(a));
      return new Tuple(node ? [node.operation, 0, 0] : [null, 0, 0]);
    },
  };
}

function methods(keras: Keras): Record<string, readonly [string, NativeImpl]> {
  return {
    get_shape: ["self", (a, interp) => keras.shapeValue(interp, self(a).shape)],
    numpy: ["self", (a, interp) => asArray(interp, self(a))],
    set_shape: ["self, shape", () => null],
    item: [
      "self",
      (a, interp) =>
        self(a).data?.length === 1 ? self(a).data![0] : interp.ofData("depends on the data of a tensor"),
    ],
    __len__: [
      "self",
      (a, interp) => {
        const { shape } = self(a);
        if (shape instanceof Unknown) return shape;
        return shape[0] ?? interp.fail("TypeError", "a scalar has no length");
      },
    ],
    __iter__: [
      "self",
      (a, interp) => {
        const { shape } = self(a);
        const length = shape instanceof Unknown ? shape : shape[0];
        if (typeof length !== "number") return interp.unknown("a tensor of unknown length");
        let next = 0;
        return new Iter(() => (next < length ? interp.getItem(a.self, next++) : ABSENT), "tensor_iterator");
      },
    ],
    __float__: ["self", (a, interp) => interp.callMethod(a.self, "item")],
    __int__: ["self", (a, interp) => interp.callMethod(a.self, "item")],
    __bool__: ["self", (a, interp) => interp.callMethod(a.self, "item")],
    astype: ["self, dtype", (a) => a.self],
    __hash__: ["self", (_a, interp) => interp.unknown("the hash of a tensor")],
  };
}

/** What `numpy()` gives has an array's methods; elements that are known stay with the tensor. */
function asArray(interp: Interp, tensor: Tensor): Value {
  if (tensor.shape instanceof Unknown) return tensor;
  const empty = interp.getAttr(interp.importModule("numpy"), "empty");
  const array = interp.call(empty, [new Tuple([...tensor.shape]), tensor.dtype]);
  if (tensor.data && array instanceof Tensor) array.data = tensor.data;
  return array;
}

/** `keras.Variable` and `tf.Variable`: a tensor that training changes. */
function defineVariable(keras: Keras): void {
  const nothing: readonly [string, NativeImpl] = ["self, *args, **kwargs", (a) => a.self];
  const cls = defineClass("Variable", {
    bases: [keras.kit.cls],
    qualname: "keras.Variable",
    native: {
      layer: false,
      create: (interp, made, args, kwargs) => {
        const given = args[0] ?? kwargs.get("initial_value") ?? kwargs.get("initializer") ?? null;
        const shape = kwargs.get("shape") ?? args[1];
        const value =
          shape instanceof Tuple && !(given instanceof Tensor)
            ? keras.make(
                shape.items.map((dim) =>
                  typeof dim === "number" ? dim : interp.unknown("a size of a variable"),
                ),
              )
            : keras.tensor(
                interp,
                typeof given === "object" &&
                  given !== null &&
                  !(given instanceof Tensor) &&
                  interp.isCallable(given)
                  ? interp.call(given)
                  : given,
              );
        const variable = keras.make(value.shape, value.dtype);
        variable.cls = made;
        variable.parameter = { trainable: interp.truthy(kwargs.get("trainable") ?? true) };
        variable.attrs = new Map<string, Value>([["name", kwargs.get("name") ?? "variable"]]);
        return variable;
      },
    },
    methods: {
      __init__: nothing,
      assign: nothing,
      assign_add: nothing,
      assign_sub: nothing,
      read_value: nothing,
    },
    properties: { value: (a) => a.self, trainable: (a) => self(a).parameter?.trainable ?? false },
  });
  keras.variableClass = cls;
}
