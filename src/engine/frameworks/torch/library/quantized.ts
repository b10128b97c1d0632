/**
 * torch.nn.quantized and what torch.ao.quantization makes layers for training with. A quantized layer costs what the
 * layer of torch.nn does, but it packs its weights away: `parameters()` has none of them. What is not here is read
 * from torch's own files.
 */
import { type Bound, def, defineClass } from "../../../interpret/native.ts";
import {
  type ClassValue,
  Instance,
  isUnknown,
  Tensor,
  toItems,
  type Value,
} from "../../../interpret/values.ts";
import type { NnLibrary } from "../nn/nn.ts";
import { table, tableEntries } from "../nn/tables.ts";
import { answers, type NameTable, passes } from "./inert.ts";
import { kwargsOf } from "./runtime.ts";

const SPATIAL = [1, 2, 3].flatMap((axes) => [`Conv${axes}d`, `ConvTranspose${axes}d`]);
const RECURRENT = ["LSTM", "GRU", "LSTMCell", "GRUCell", "RNNCell"];

/** Layers without weights that they pack: as in torch.nn. */
const PLAIN = ["BatchNorm2d", "BatchNorm3d", "Dropout", "ELU", "LeakyReLU", "MaxPool2d", "ReLU6", "Softmax"];
const OPS = ["FloatFunctional", "QFunctional"];

const plain = (names: readonly string[]): NameTable =>
  Object.fromEntries(names.map((name) => [name, (nn: NnLibrary) => nn.layer(name)]));

const packed = (names: readonly string[]): NameTable =>
  Object.fromEntries(names.map((name) => [name, (nn: NnLibrary) => packedLayer(nn, name)]));

function packedLayer(nn: NnLibrary, name: string): ClassValue {
  const base = nn.layer(name);
  return defineClass(name, {
    bases: [base],
    qualname: `torch.ao.nn.quantized.${name}`,
    native: { layer: true },
    methods: {
      __init__: [
        "self, *args, **kwargs",
        (a: Bound, interp) => {
          const self = a.self as Instance;
          const given = kwargsOf(a.kwargs);
          interp.call(interp.getAttr(base, "__init__"), [self, ...(toItems(a.args) ?? [])], given);
          const weights = tableEntries(self, "_parameters");
          interp.touch(self);
          table(interp, self, "_parameters").entries.clear();
          for (const [key, weight] of weights) {
            if (!(weight instanceof Tensor)) continue;
            const dtype = key.includes("bias") ? "float32" : "int8";
            self.attrs.set(key, isUnknown(weight.shape) ? weight : nn.tensors.make(weight.shape, dtype));
          }
          return null;
        },
      ],
    },
  });
}

const LAYERS: NameTable = {
  ...plain([...PLAIN, ...OPS]),
  // Its gates are layers of torch.nn, which pack nothing.
  ...plain(["LSTM"]),
  ...packed([...SPATIAL, "Linear", "Embedding", "EmbeddingBag"]),
};

const DYNAMIC: NameTable = packed([...SPATIAL, ...RECURRENT, "Linear"]);

/** What torch's own ways to quantize put around weights: a module without parameters that keeps shapes. */
const qconfig = (nn: NnLibrary): Value => {
  const make = def("with_args", "*args, **kwargs", (_, interp) => interp.call(nn.layer("FakeQuantize"), []));
  const config = new Instance(defineClass("QConfig", { qualname: "torch.ao.quantization.QConfig" }));
  config.attrs.set("activation", make);
  config.attrs.set("weight", make);
  return config;
};

const CONFIGS = [
  "default",
  "default_qat",
  "default_dynamic",
  "default_embedding_qat",
  "float_qparams_weight_only",
];

const QUANTIZATION: NameTable = {
  QuantStub: (nn) => nn.layer("QuantStub"),
  DeQuantStub: (nn) => nn.layer("DeQuantStub"),
  QuantWrapper: (nn) => nn.layer("QuantWrapper"),
  ...Object.fromEntries(CONFIGS.map((name) => [`${name}_qconfig`, qconfig])),
  ...Object.fromEntries(
    ["get_default_qconfig", "get_default_qat_qconfig"].map((name) => [
      name,
      (nn: NnLibrary) => def(name, "backend='x86', version=None", () => qconfig(nn)),
    ]),
  ),
  ...Object.fromEntries(
    [
      "fuse_modules",
      "fuse_modules_qat",
      "prepare",
      "prepare_qat",
      "convert",
      "quantize",
      "quantize_qat",
      "quantize_dynamic",
      "add_quant_dequant",
    ].map((name) => [name, passes(name)]),
  ),
  get_default_qconfig_mapping: answers("get_default_qconfig_mapping", null),
};

const FAMILIES = ["linear", "conv", "embedding_ops", "batchnorm", "dropout", "activation", "rnn"];

/** A package of layers under both of its names, with the modules that it is written in. */
function everywhere(path: string, names: NameTable): Record<string, NameTable> {
  const modules = ["", ".modules", ...FAMILIES.map((family) => `.modules.${family}`)];
  const roots = [`torch.nn.${path}`, `torch.ao.nn.${path}`];
  return Object.fromEntries(roots.flatMap((root) => modules.map((module) => [`${root}${module}`, names])));
}

/** Of these torch's own files say everything. */
const FROM_FILES = ["intrinsic", "intrinsic.qat", "intrinsic.quantized", "qat", "qat.dynamic", "quantizable"];

export const QUANTIZED: Readonly<Record<string, NameTable>> = {
  ...Object.fromEntries(
    FROM_FILES.flatMap((path) => [
      [`torch.nn.${path}`, {}],
      [`torch.ao.nn.${path}`, {}],
    ]),
  ),
  ...everywhere("quantized", LAYERS),
  ...everywhere("quantized.dynamic", DYNAMIC),
  "torch.ao.nn": {},
  "torch.ao.nn.sparse": {},
  "torch.ao.nn.sparse.quantized": {},
  "torch.quantization": QUANTIZATION,
  "torch.ao": {},
  "torch.ao.quantization": QUANTIZATION,
};
