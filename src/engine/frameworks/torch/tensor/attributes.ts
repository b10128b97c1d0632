/**
 * The attributes and methods of `torch.Tensor` that answer plain values, and those that change nothing here
 * (devices, gradients, memory formats).
 * https://docs.pytorch.org/docs/stable/tensors.html
 */

import { entryOf } from "../../../base/table.ts";
import { multiply } from "../../../cost/lift.ts";
import type { Interp } from "../../../interpret/interp.ts";
import { type Bound, def, type NativeImpl } from "../../../interpret/native.ts";
import {
  ABSENT,
  type Dim,
  Float,
  Iter,
  List,
  Property,
  type Shape,
  Tensor,
  Tuple,
  toNumber,
  Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { makeArray } from "../../../languages/python/stdlib/ndarray.ts";
import { ARRAY } from "../../../languages/python/stdlib/nparray.ts";
import { axisOf, numel, showShape } from "../../shape/dims.ts";
import { contiguous } from "../../shape/layout.ts";
import { categoryOf, DTYPES, dtypeName } from "./dtypes.ts";
import { dataReason } from "./reasons.ts";
import type { Toolkit } from "./toolkit.ts";

type Method = readonly [signature: string, impl: (self: Tensor, a: Bound, interp: Interp) => Value];

/** A number of the tensor as the program's own: bool, int or float. */
function toScalar(tensor: Tensor, value: number): Value {
  const category = categoryOf(tensor.dtype);
  if (category === "bool") return value !== 0;
  return category === "int" ? value : new Float(value);
}

function noData(interp: Interp, tensor: Tensor): Unknown {
  return interp.ofData(dataReason(tensor));
}

/** An input that is guessed may have another size, so that it is told as what does not fit. */
function severalElements(interp: Interp, tensor: Tensor, count: number): Unknown {
  const message = `a tensor with ${count} elements has no single value`;
  interp.raiseIfCaught("ValueError", message);
  interp.diagnose({ severity: "error", code: "shape-mismatch", message, tensors: [tensor] });
  return noData(interp, tensor);
}

/** The one element of a tensor. */
function item(kit: Toolkit, self: Tensor, interp: Interp): Value {
  const data = kit.dataOf(self);
  if (data?.length === 1) return toScalar(self, data[0]!);
  const count = numel(self.shape);
  if (data === undefined && typeof count === "number" && count !== 1)
    return severalElements(interp, self, count);
  return data
    ? interp.fail("RuntimeError", `a tensor with ${data.length} elements has no single value`)
    : noData(interp, self);
}

function toList(kit: Toolkit, self: Tensor, interp: Interp): Value {
  const data = kit.dataOf(self);
  if (!data || self.shape instanceof Unknown) return noData(interp, self);
  const { strides } = contiguous(self.shape);
  const walk = (axis: number, at: number): Value => {
    const size = (self.shape as Shape)[axis];
    if (size === undefined) return toScalar(self, data[at]!);
    return new List(
      Array.from({ length: size as number }, (_, i) => walk(axis + 1, at + i * strides[axis]!)),
    );
  };
  return walk(0, 0);
}

function sizeOf(kit: Toolkit, self: Tensor, dim: Value, interp: Interp): Value {
  if (self.shape instanceof Unknown) return self.shape;
  if (dim === null || dim === undefined) {
    kit.derive(interp);
    return kit.size(self.shape);
  }
  if (dim instanceof Unknown) return dim;
  const axis = typeof dim === "number" ? axisOf(dim, self.shape.length) : undefined;
  if (axis !== undefined) return self.shape[axis];
  return interp.fail("IndexError", `${showShape(self.shape)} has no axis ${String(dim)}`);
}

function iterate(self: Tensor, interp: Interp): Value {
  if (self.shape instanceof Unknown) return self.shape;
  const length = self.shape[0];
  if (length === undefined) return interp.fail("TypeError", "a scalar tensor cannot be iterated over");
  if (length instanceof Unknown) return length;
  const parts = interp.callMethod(self, "unbind");
  const items = parts instanceof Tuple ? parts.items : [];
  let next = 0;
  return new Iter(() => (next < items.length ? items[next++] : ABSENT), "tensor_iterator");
}

/** A view of the tensor with another dtype; the tensor itself when it has that dtype already. */
function convert(kit: Toolkit, self: Tensor, dtype: string | undefined, interp: Interp): Tensor {
  if (dtype === undefined || dtype === self.dtype) return self;
  const data = kit.dataOf(self);
  const whole = ["int", "bool"].includes(categoryOf(dtype));
  const kept = categoryOf(dtype) === "bool" ? data?.map((x) => (x === 0 ? 0 : 1)) : data?.map(Math.trunc);
  const result = kit.make(self.shape, dtype, whole ? kept : data);
  result.maker = "to";
  if (interp.site) result.site = interp.site;
  const elementwise = numel(self.shape);
  interp.record({
    op: "other",
    name: "to",
    inputs: [self],
    outputs: [result],
    weights: [],
    macs: 0,
    elementwise,
  });
  return result;
}

/** `to(dtype)`, `to(device)`, `to(device, dtype)`, `to(other)`. */
function to(kit: Toolkit, self: Tensor, a: Bound, interp: Interp): Value {
  const args = a.args instanceof Tuple ? [...a.args.items, a.dtype, a.other] : [];
  for (const arg of args) {
    const dtype = arg instanceof Tensor ? arg.dtype : dtypeName(arg);
    if (dtype !== undefined) return convert(kit, self, dtype, interp);
  }
  return self;
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  FloatTensor: "float32",
  DoubleTensor: "float64",
  HalfTensor: "float16",
  BFloat16Tensor: "bfloat16",
  LongTensor: "int64",
  IntTensor: "int32",
  ShortTensor: "int16",
  CharTensor: "int8",
  ByteTensor: "uint8",
  BoolTensor: "bool",
};

export const TENSOR_TYPES = TYPE_NAMES;

function typeName(dtype: string): string {
  const found = Object.entries(TYPE_NAMES).find(([, name]) => name === dtype);
  return `torch.${found?.[0] ?? "Tensor"}`;
}

function methods(kit: Toolkit): Readonly<Record<string, Method>> {
  const itself: Method = [
    "self, *args, device=None, non_blocking=False, memory_format=None, requires_grad=True, force=False, **?",
    (self) => self,
  ];
  const nothing: Method = ["self, *args, **kwargs", () => null];
  const no: Method = ["self", () => false];
  const scalar: Method = ["self", (self, _, interp) => item(kit, self, interp)];
  const cast = (dtype: string): Method => [
    "self, memory_format=None, non_blocking=False",
    (self, _, interp) => convert(kit, self, dtype, interp),
  ];
  const rank: Method = ["self", (self) => (self.shape instanceof Unknown ? self.shape : self.shape.length)];
  const count: Method = ["self", (self) => numel(self.shape)];
  const whole = (value: Value): Value => (value instanceof Float ? Math.trunc(value.value) : Number(value));
  const guarded = (self: Tensor, interp: Interp, change: (value: Value) => Value): Value => {
    const value = item(kit, self, interp);
    return value instanceof Unknown ? value : change(value);
  };
  return {
    size: ["self, dim=None", (self, a, interp) => sizeOf(kit, self, a.dim, interp)],
    dim: rank,
    ndimension: rank,
    numel: count,
    nelement: count,
    element_size: ["self", (self) => entryOf(DTYPES, self.dtype)?.bytes ?? 4],
    stride: ["self, dim=None", (self, a) => stride(self, a.dim)],
    storage_offset: ["self", () => 0],
    item: scalar,
    tolist: ["self", (self, _, interp) => toList(kit, self, interp)],
    numpy: ["self, *, force=False", (self) => makeArray(ARRAY, self.shape, self.dtype, self.data)],
    is_contiguous: ["self, memory_format=None", () => true],
    is_floating_point: ["self", (self) => categoryOf(self.dtype) === "float"],
    is_complex: ["self", (self) => categoryOf(self.dtype) === "complex"],
    is_signed: ["self", (self) => self.dtype !== "uint8" && self.dtype !== "bool"],
    is_pinned: no,
    is_shared: no,
    is_conj: no,
    is_neg: no,
    is_inference: no,
    is_set_to: ["self, other", (self, a) => self === a.other],
    data_ptr: ["self", (_self, _a, interp) => interp.unknown("depends on memory")],
    get_device: ["self", () => -1],
    equal: ["self, other", (self, a, interp) => equal(kit, self, a.other, interp)],
    allclose: [
      "self, other, rtol=1e-05, atol=1e-08, equal_nan=False",
      (self, a, interp) => allClose(kit, self, a, interp),
    ],
    to: [
      "self, *args, dtype=None, device=None, other=None, **kwargs",
      (self, a, interp) => to(kit, self, a, interp),
    ],
    type: [
      "self, dtype=None, non_blocking=False",
      (self, a, interp) => {
        if (a.dtype === null) return typeName(self.dtype);
        const name =
          typeof a.dtype === "string"
            ? entryOf(TYPE_NAMES, a.dtype.split(".").at(-1) ?? "")
            : typeOf(a.dtype);
        return convert(kit, self, name, interp);
      },
    ],
    type_as: [
      "self, other",
      (self, a, interp) => convert(kit, self, a.other instanceof Tensor ? a.other.dtype : undefined, interp),
    ],
    float: cast("float32"),
    double: cast("float64"),
    half: cast("float16"),
    bfloat16: cast("bfloat16"),
    long: cast("int64"),
    int: cast("int32"),
    short: cast("int16"),
    char: cast("int8"),
    byte: cast("uint8"),
    bool: cast("bool"),
    cfloat: cast("complex64"),
    cdouble: cast("complex128"),
    cpu: itself,
    cuda: itself,
    requires_grad_: [
      "self, requires_grad=True",
      (self, a, interp) => setRequiresGrad(interp, self, a.requires_grad),
    ],
    set_: [
      "self, source=None, storage_offset=0, size=None, stride=None",
      (self, a, interp) => {
        // Without a source its memory is given up: nothing reads it any more.
        if (!(a.source instanceof Tensor)) return self;
        interp.touch(self);
        self.shape = a.size === null ? a.source.shape : interp.unknown("set_() with a size is not followed");
        self.storage = a.source.storage;
        delete self.data;
        return self;
      },
    ],
    pin_memory: itself,
    share_memory_: itself,
    retain_grad: nothing,
    backward: nothing,
    register_hook: nothing,
    coalesce: itself,
    rename: itself,
    refine_names: itself,
    align_to: itself,
    to_dense: itself,
    to_sparse: [
      "self, *args, **kwargs",
      // What its products cost depends on how much of it is not zero.
      (self, _, interp) => kit.make(interp.unknown("a sparse tensor depends on its data"), self.dtype),
    ],
    dequantize: itself,
    __deepcopy__: ["self, memo=None", (self) => copy(kit, self)],
    __copy__: ["self", (self) => copy(kit, self)],
    __len__: ["self", (self, _, interp) => sizeOf(kit, self, 0, interp)],
    __iter__: ["self", (self, _, interp) => iterate(self, interp)],
    __bool__: [
      "self",
      (self, _, interp) =>
        guarded(self, interp, (value) => (value instanceof Float ? value.value !== 0 : Boolean(value))),
    ],
    __int__: ["self", (self, _, interp) => guarded(self, interp, whole)],
    __index__: ["self", (self, _, interp) => guarded(self, interp, whole)],
    __float__: [
      "self",
      (self, _, interp) =>
        guarded(self, interp, (value) => (value instanceof Float ? value : new Float(Number(value)))),
    ],
    __contains__: ["self, element", (self, _, interp) => noData(interp, self)],
    __repr__: ["self", (self) => `tensor(${showShape(self.shape)})`],
    __str__: ["self", (self) => `tensor(${showShape(self.shape)})`],
    __format__: ["self, spec=''", (self, a, interp) => format(kit, self, a.spec, interp)],
  };
}

function typeOf(value: Value): string | undefined {
  const dtype = dtypeName(value);
  if (dtype !== undefined) return dtype;
  return value !== null && typeof value === "object" && value.kind === "class"
    ? entryOf(TYPE_NAMES, value.name)
    : undefined;
}

/** f-strings show a scalar by its value. */
function format(kit: Toolkit, self: Tensor, spec: Value, interp: Interp): Value {
  const value = item(kit, self, interp);
  return value instanceof Unknown ? value : interp.callMethod(value, "__format__", [spec]);
}

function copy(kit: Toolkit, self: Tensor): Tensor {
  const result = kit.make(self.shape, self.dtype, kit.dataOf(self));
  if (self.parameter) result.parameter = { ...self.parameter };
  if (self.cls) result.cls = self.cls;
  if (self.attrs) result.attrs = new Map(self.attrs);
  return result;
}

function equal(kit: Toolkit, self: Tensor, other: Value, interp: Interp): Value {
  if (!(other instanceof Tensor)) return false;
  if (self === other) return true;
  const [left, right] = [kit.dataOf(self), kit.dataOf(other)];
  if (!left || !right) return noData(interp, left ? other : self);
  return left.length === right.length && left.every((x, i) => x === right[i]);
}

function allClose(kit: Toolkit, self: Tensor, a: Bound, interp: Interp): Value {
  if (!(a.other instanceof Tensor)) return interp.fail("TypeError", "allclose() needs a tensor");
  const [left, right] = [kit.dataOf(self), kit.dataOf(a.other)];
  const [relative, absolute] = [toNumber(a.rtol), toNumber(a.atol)];
  if (!left || !right) return noData(interp, left ? a.other : self);
  if (left.length !== right.length || relative === undefined || absolute === undefined)
    return interp.unknown("this torch.allclose is not followed");
  return left.every((x, i) => {
    const y = right[i]!;
    if (Number.isNaN(x) && Number.isNaN(y)) return a.equal_nan === true;
    return x === y || Math.abs(x - y) <= absolute + relative * Math.abs(y);
  });
}

function stride(self: Tensor, dim: Value): Value {
  if (self.shape instanceof Unknown) return self.shape;
  const { shape } = self;
  const steps = shape.map((_, axis) => shape.slice(axis + 1).reduce<Dim>((a, b) => multiply(a, b), 1));
  return typeof dim === "number" ? steps.at(dim) : new Tuple(steps);
}

const onCpu =
  (answer: boolean) =>
  (_self: Tensor, interp: Interp): boolean => {
    interp.assume("branch", "tensors are on the CPU");
    return answer;
  };

function properties(kit: Toolkit): Readonly<Record<string, (self: Tensor, interp: Interp) => Value>> {
  return {
    shape: (self, interp) => sizeOf(kit, self, null, interp),
    ndim: (self) => (self.shape instanceof Unknown ? self.shape : self.shape.length),
    dtype: (self) => kit.dtype(self.dtype),
    device: () => kit.device,
    data: (self) => self,
    // None until the program has gone backward, which is not followed.
    grad: (_, interp) => interp.unknown("depends on gradients"),
    grad_fn: () => null,
    names: (self) => new Tuple(Array.isArray(self.shape) ? self.shape.map(() => null) : []),
    layout: () => "torch.strided",
    is_cuda: onCpu(false),
    is_xpu: onCpu(false),
    is_cpu: onCpu(true),
    is_mps: onCpu(false),
    is_xla: onCpu(false),
    is_meta: () => false,
    is_sparse: () => false,
    is_quantized: () => false,
    is_mkldnn: () => false,
    is_nested: () => false,
    is_leaf: () => true,
    itemsize: (self) => entryOf(DTYPES, self.dtype)?.bytes ?? 4,
    nbytes: (self) => multiply<Unknown>(numel(self.shape), entryOf(DTYPES, self.dtype)?.bytes ?? 4),
  };
}

/** Adds the plain attributes and methods to `torch.Tensor`. */
export function addAttributes(kit: Toolkit): void {
  const { attrs } = kit.cls;
  const onTensor =
    (impl: Method[1]): NativeImpl =>
    (a, interp) =>
      a.self instanceof Tensor ? impl(a.self, a, interp) : interp.unknown("needs a tensor");
  for (const [name, [signature, impl]] of Object.entries(methods(kit))) {
    attrs.set(name, def(name, signature, onTensor(impl)));
  }
  for (const [name, read] of Object.entries(properties(kit))) {
    const setter = def(name, "self, value", (a, interp) => assign(kit, name, a, interp));
    attrs.set(
      name,
      new Property(
        def(
          name,
          "self",
          onTensor((self, _, interp) => read(self, interp)),
        ),
        setter,
      ),
    );
  }
  const requiresGrad = def(
    "requires_grad",
    "self",
    onTensor((self) => self.parameter?.trainable ?? false),
  );
  attrs.set(
    "requires_grad",
    new Property(
      requiresGrad,
      def("requires_grad", "self, value", (a, interp) => {
        if (a.self instanceof Tensor) setRequiresGrad(interp, a.self, a.value);
        return null;
      }),
    ),
  );
}

function setRequiresGrad(interp: Interp, tensor: Tensor, value: Value): Tensor {
  if (tensor.parameter) {
    interp.touch(tensor);
    tensor.parameter = { ...tensor.parameter, trainable: interp.truthy(value) };
  }
  return tensor;
}

const WRITABLE = /^(data|grad|names)$/;

/** `x.data = y` takes the shape and the elements of `y`; other attributes change nothing here. */
function assign(kit: Toolkit, name: string, a: Bound, interp: Interp): Value {
  if (!WRITABLE.test(name)) {
    const words = `attribute '${name}' of '${kit.cls.qualname}' objects is not writable`;
    return interp.fail("AttributeError", words);
  }
  if (name !== "data" || !(a.self instanceof Tensor) || !(a.value instanceof Tensor)) return null;
  interp.touch(a.self);
  a.self.shape = a.value.shape;
  a.self.dtype = a.value.dtype;
  kit.write(interp, a.self, kit.dataOf(a.value));
  return null;
}
