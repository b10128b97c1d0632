/** Modules that pass on to others: parallel wrappers, quantisation stubs and the ops they observe. */
import type { Bound } from "../../../interpret/native.ts";
import { toItems, type Value } from "../../../interpret/values.ts";
import { kwargsOf } from "../library/runtime.ts";
import type { Build, LayerRule, LayerSpec } from "./layer.ts";
import type { Op } from "./op.ts";

const keepModule = (b: Build): void => b.interp.setAttr(b.self, "module", b.args.module);

function passOn(op: Op, a: Bound): Value {
  return op.interp.call(op.attr("module"), toItems(a.inputs) ?? [], kwargsOf(a.kwargs));
}

function wrapper(name: string, home: string, init: string): LayerSpec {
  return {
    name,
    home,
    layer: false,
    init,
    hidden: ["module", "kwargs"],
    build: keepModule,
    forward: ["*inputs, **kwargs", passOn],
  };
}

function stub(name: string): LayerSpec {
  return { name, home: "quantization", layer: false, init: "qconfig=None", forward: ["x", (_, a) => a.x] };
}

/** A function of the module `torch`. */
const torchFunction =
  (name: string, args: (a: Bound) => readonly Value[]): LayerRule =>
  (op, a) => {
    const fn = op.nn.tensors.functions.get(name);
    return fn === undefined
      ? op.interp.unknown(`torch.${name} is not modelled`)
      : op.interp.call(fn, args(a));
  };

const relu = (op: Op, x: Value): Value => op.interp.call(op.nn.functional("relu"), [x]);

export const WRAPPERS: readonly LayerSpec[] = [
  wrapper("DataParallel", "parallel", "module, device_ids=None, output_device=None, dim=0"),
  wrapper("DistributedDataParallel", "parallel", "module, device_ids=None, output_device=None, **kwargs"),
  stub("QuantStub"),
  stub("DeQuantStub"),
  stub("FakeQuantize"),
  {
    name: "QuantWrapper",
    home: "quantization",
    layer: false,
    init: "module",
    hidden: ["module"],
    build: (b) => {
      b.module("quant", "QuantStub", []);
      b.module("dequant", "DeQuantStub", []);
      keepModule(b);
    },
    forward: ["X", (op, a) => op.interp.call(op.attr("module"), [a.X])],
  },
  {
    name: "FloatFunctional",
    home: "quantization",
    layer: false,
    init: "",
    build: (b) => b.module("activation_post_process", "Identity", []),
    methods: {
      add: ["x, y", (op, a) => op.interp.binary("+", a.x, a.y)],
      add_scalar: ["x, y", (op, a) => op.interp.binary("+", a.x, a.y)],
      mul: ["x, y", (op, a) => op.interp.binary("*", a.x, a.y)],
      mul_scalar: ["x, y", (op, a) => op.interp.binary("*", a.x, a.y)],
      matmul: ["x, y", (op, a) => op.interp.binary("@", a.x, a.y)],
      cat: ["x, dim=0", torchFunction("cat", (a) => [a.x, a.dim])],
      add_relu: ["x, y", (op, a) => relu(op, op.interp.binary("+", a.x, a.y))],
    },
  },
  { name: "QFunctional", home: "quantization", base: "FloatFunctional", layer: false },
];
