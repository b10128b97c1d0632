/** Functions of the module `torch` whose answers are no tensors, its constants, and its old tensor types. */
import type { Interp } from "../../../interpret/interp.ts";
import { type Bound, def, defineClass } from "../../../interpret/native.ts";
import {
  type ClassValue,
  Float,
  Tensor,
  Tuple,
  toNumber,
  Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { broadcast, isMisfit } from "../../shape/dims.ts";
import { Args, nestedNumbers, resultType } from "./args.ts";
import { TENSOR_TYPES } from "./attributes.ts";
import { cast, dtypeName, promoteTypes } from "./dtypes.ts";
import type { Toolkit } from "./toolkit.ts";

/** Functions whose answers are no tensors, and constants. */
export function plainFunctions(kit: Toolkit): Map<string, Value> {
  const method = (name: string): Value => def(name, "input", (a, interp) => interp.callMethod(a.input, name));
  const names: readonly (readonly [string, Value])[] = [
    ["Tensor", kit.cls],
    ["Size", kit.sizeClass],
    ["device", kit.deviceClass],
    ["pi", new Float(Math.PI)],
    ["e", new Float(Math.E)],
    ["inf", new Float(Number.POSITIVE_INFINITY)],
    ["nan", new Float(Number.NaN)],
    ["newaxis", null],
    ["strided", "torch.strided"],
    ["contiguous_format", "torch.contiguous_format"],
    ["channels_last", "torch.channels_last"],
    ["channels_last_3d", "torch.channels_last_3d"],
    ["preserve_format", "torch.preserve_format"],
    ["is_tensor", def("is_tensor", "obj", (a) => a.obj instanceof Tensor)],
    ["numel", method("numel")],
    ["is_floating_point", method("is_floating_point")],
    ["is_complex", method("is_complex")],
    ["equal", def("equal", "input, other", (a, interp) => interp.callMethod(a.input, "equal", [a.other]))],
    [
      "allclose",
      def("allclose", "input, other, rtol=1e-05, atol=1e-08, equal_nan=False", (a, interp) =>
        interp.callMethod(a.input, "allclose", [a.other, a.rtol, a.atol, a.equal_nan]),
      ),
    ],
    ["broadcast_shapes", def("broadcast_shapes", "*shapes", (a, interp) => broadcastShapes(kit, a, interp))],
    [
      "result_type",
      def("result_type", "tensor1, tensor2", (a, interp) => kit.dtype(common(new Args(a, kit, interp)))),
    ],
    [
      "promote_types",
      def("promote_types", "type1, type2", (a) =>
        kit.dtype(promoteTypes(dtypeName(a.type1) ?? "float32", dtypeName(a.type2) ?? "float32")),
      ),
    ],
  ];
  const types = Object.entries(TENSOR_TYPES).map(
    ([name, dtype]) => [name, tensorType(kit, name, dtype)] as const,
  );
  return new Map([...names, ...types]);
}

/** `torch.FloatTensor(…)` and its like, and `torch.Tensor(…)`: sizes or data. */
function tensorType(kit: Toolkit, name: string, dtype: string): ClassValue {
  return defineClass(name, {
    qualname: `torch.${name}`,
    bases: [kit.cls],
    native: { layer: false, create: (interp, _cls, args) => construct(kit, interp, args, dtype) },
  });
}

/** The constructor's old form: sizes (`torch.Tensor(3, 4)`), or data (`torch.Tensor([1, 2])`). */
export function construct(kit: Toolkit, interp: Interp, args: readonly Value[], dtype: string): Value {
  const a = new Args({ sizes: new Tuple(args), data: args[0] }, kit, interp);
  const first = args[0];
  // One thing that is not known may be a size, sizes or data.
  if (args.length === 1 && first instanceof Unknown) return kit.make(first, dtype);
  if (first instanceof Tensor) return kit.make(first.shape, dtype, kit.dataOf(first));
  const sizes = args.every((arg) => toNumber(arg) !== undefined || arg instanceof Unknown);
  const isSize = first instanceof Tuple && first.cls === kit.sizeClass;
  if (args.length === 0) return kit.make([0], dtype, []);
  if (sizes || isSize) return kit.make(a.dims("sizes"), dtype);
  const nested = nestedNumbers(a, first);
  if (!nested) return kit.make(a.unknown ?? interp.unknown("is made of data that is not known"), dtype);
  return kit.make(nested.shape, dtype, nested.data && cast(nested.data, dtype));
}

function broadcastShapes(kit: Toolkit, a: Bound, interp: Interp): Value {
  const lists = a.shapes instanceof Tuple ? a.shapes.items : [];
  const shapes = lists.map((shape) => new Args({ shape }, kit, interp).dims("shape"));
  const result = broadcast(...shapes);
  return isMisfit(result) ? interp.fail("RuntimeError", result.message) : kit.size(result);
}

function common(a: Args): string {
  return resultType([a.operand("tensor1"), a.operand("tensor2")]);
}
