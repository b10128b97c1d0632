/** torch.nn.init, torch.nn.utils and what lies around torch.nn's layers. Initialisation changes no shapes. */

import { entryOf } from "../../../base/table.ts";
import { product } from "../../../cost/lift.ts";
import type { Interp } from "../../../interpret/interp.ts";
import { type Bound, def, defineClass } from "../../../interpret/native.ts";
import {
  Float,
  isUnknown,
  Tensor,
  Tuple,
  toItems,
  toNumber,
  Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { always, answers, context, decorator, fn, type NameTable, passes } from "./inert.ts";
import { QUANTIZED } from "./quantized.ts";
import { REPARAMETRIZED } from "./reparametrized.ts";
import { kwargsOf } from "./runtime.ts";

/** https://docs.pytorch.org/docs/stable/nn.init.html, with what each asks its tensor first. */
const INITIALISERS = {
  uniform: "uniform_",
  normal: "normal_",
  constant: "fill_",
  ones: "fill_",
  zeros: "zero_",
  eye: "ndimension",
  dirac: "ndimension",
  xavier_uniform: "dim",
  xavier_normal: "dim",
  kaiming_uniform: "shape",
  kaiming_normal: "shape",
  trunc_normal: "uniform_",
  orthogonal: "ndimension",
  sparse: "ndimension",
  _no_grad_uniform: "uniform_",
  _no_grad_normal: "normal_",
  _no_grad_trunc_normal: "uniform_",
  _no_grad_fill: "fill_",
  _no_grad_zero: "zero_",
};

/** A bias that a layer has not is no tensor. */
function initialiser(name: string, attribute: string): ReturnType<typeof fn> {
  return fn(name, "tensor, *args, **kwargs", (a, interp) =>
    a.tensor === null
      ? interp.fail("AttributeError", `'NoneType' object has no attribute '${attribute}'`)
      : (a.tensor ?? null),
  );
}

const GAINS: Readonly<Record<string, number>> = { tanh: 5 / 3, relu: Math.SQRT2, selu: 3 / 4 };

function gain(a: Bound): Value {
  const name = String(a.nonlinearity);
  const slope = toNumber(a.param) ?? 0.01;
  return new Float(name === "leaky_relu" ? Math.sqrt(2 / (1 + slope * slope)) : (entryOf(GAINS, name) ?? 1));
}

function fans(a: Bound, interp: Interp): Value {
  const shape = a.tensor instanceof Tensor && !isUnknown(a.tensor.shape) ? a.tensor.shape : undefined;
  if (!shape || shape.length < 2)
    return interp.fail("ValueError", "fan in and fan out need a tensor of two axes or more");
  const field = product(shape.slice(2));
  return new Tuple([product([shape[1]!, field]), product([shape[0]!, field])]);
}

const INIT: NameTable = {
  ...Object.fromEntries(
    Object.entries(INITIALISERS).flatMap(([name, attribute]) => [
      [`${name}_`, initialiser(`${name}_`, attribute)],
      [name, initialiser(name, attribute)],
    ]),
  ),
  calculate_gain: fn("calculate_gain", "nonlinearity, param=None", gain),
  _calculate_fan_in_and_fan_out: fn("_calculate_fan_in_and_fan_out", "tensor", fans),
  _calculate_correct_fan: fn("_calculate_correct_fan", "tensor, mode", (a, interp) => {
    const both = toItems(fans(a, interp));
    return both ? both[a.mode === "fan_out" ? 1 : 0] : null;
  }),
};

const UTILS: NameTable = {
  ...REPARAMETRIZED,
  skip_init: fn("skip_init", "module_cls, *args, **kwargs", (a, interp) => {
    const kwargs = new Map(kwargsOf(a.kwargs));
    kwargs.delete("device");
    return interp.call(a.module_cls, toItems(a.args) ?? [], kwargs);
  }),
  fuse_conv_bn_eval: passes("fuse_conv_bn_eval"),
  fuse_linear_bn_eval: passes("fuse_linear_bn_eval"),
  clip_grad_norm_: answers("clip_grad_norm_", null),
  clip_grad_value_: answers("clip_grad_value_", null),
  clip_grad_norm: answers("clip_grad_norm", null),
  cached: context("cached"),
  parameters_to_vector: answers("parameters_to_vector", new Unknown("parameters as one vector")),
  vector_to_parameters: answers("vector_to_parameters", null),
  functional_call: fn(
    "functional_call",
    "module, parameters_and_buffers, args=None, kwargs=None, **rest",
    (a, interp) => interp.call(a.module, toItems(a.args) ?? [a.args], kwargsOf(a.kwargs)),
  ),
  // Packing leaves out padding that only the data knows: the padded sequence stands for the packed one.
  pack_padded_sequence: fn(
    "pack_padded_sequence",
    "input, lengths, batch_first=False, enforce_sorted=True",
    (a, interp) => {
      const lengths = a.lengths instanceof Tensor ? a.lengths.data : toItems(a.lengths)?.map(toNumber);
      const steps =
        a.input instanceof Tensor && !isUnknown(a.input.shape)
          ? a.input.shape[a.batch_first ? 1 : 0]
          : undefined;
      if (typeof steps === "number" && lengths?.some((length) => length !== undefined && length !== steps)) {
        const reason = interp.unknown("sequences that are shorter than others of their batch are packed");
        interp.gap(reason.reason);
        return reason;
      }
      interp.assume("value", "sequences of a batch are all as long as the longest");
      return a.input;
    },
  ),
  pad_packed_sequence: fn(
    "pad_packed_sequence",
    "sequence, batch_first=False, padding_value=0.0, ?total_length=None",
    (a, interp) => new Tuple([a.sequence, interp.unknown("lengths of sequences")]),
  ),
  pad_sequence: fn("pad_sequence", "sequences, batch_first=False, padding_value=0.0", (_, interp) =>
    interp.unknown("lengths of sequences"),
  ),
  PackedSequence: () => defineClass("PackedSequence", {}),
};

/** `_pair(3)` is (3, 3); what can be iterated is kept. */
function ntuple(count: number | undefined, name: string): Value {
  return def(name, "x", (a, interp) => {
    const items = toItems(a.x);
    if (items) return new Tuple(items);
    if (count === undefined) return interp.unknown("a tuple of unknown length");
    return new Tuple(new Array<Value>(count).fill(a.x));
  });
}

const MODULE_UTILS: NameTable = {
  _single: () => ntuple(1, "_single"),
  _pair: () => ntuple(2, "_pair"),
  _triple: () => ntuple(3, "_triple"),
  _quadruple: () => ntuple(4, "_quadruple"),
  _ntuple: fn("_ntuple", "n, name='parse'", (a) => ntuple(toNumber(a.n), "parse")),
  _reverse_repeat_tuple: fn("_reverse_repeat_tuple", "t, n", (a) => {
    const times = toNumber(a.n) ?? 1;
    return new Tuple(
      [...(toItems(a.t) ?? [])].reverse().flatMap((item) => new Array<Value>(times).fill(item)),
    );
  }),
  _list_with_default: fn("_list_with_default", "out_size, defaults", (a, interp) => {
    const sizes = toItems(a.out_size);
    if (!sizes) return a.out_size;
    const defaults = (toItems(a.defaults) ?? []).slice(-sizes.length);
    return interp.list(sizes.map((size, i) => size ?? defaults[i]));
  }),
  consume_prefix_in_state_dict_if_present: answers("consume_prefix_in_state_dict_if_present", null),
};

function clones(a: Bound, interp: Interp): Value {
  const copy = interp.getAttr(interp.importModule("copy"), "deepcopy");
  const list = interp.importModule("torch.nn");
  const count = toNumber(a.N) ?? 1;
  const copies = Array.from({ length: interp.allows(count) ? count : 0 }, () =>
    interp.call(copy, [a.module]),
  );
  return interp.call(interp.getAttr(list, "ModuleList"), [interp.list(copies)]);
}

const COMMON_TYPES: NameTable = Object.fromEntries(
  [1, 2, 3, 4, 5, 6, "any", "any_opt"]
    .flatMap((n) => [`_size_${n}_t`, `_ratio_${n}_t`, `_maybe_indices_t`])
    .map((name) => [name, always(new Unknown("a type"))]),
);

/** Names by dotted module, beside the classes of torch.nn. */
/** How losses number their `reduction`, which their wrappers ask for. */
const reduction = (): Value =>
  defineClass("_Reduction", {
    qualname: "torch.nn._reduction",
    classMethods: {
      get_enum: [
        "cls, reduction",
        (a, interp) => {
          const found = ["none", "mean", "sum"].indexOf(String(a.reduction));
          return found >= 0
            ? found
            : interp.fail("ValueError", `${String(a.reduction)} is not a valid value`);
        },
      ],
    },
  });

export const NN_MODULES: Readonly<Record<string, NameTable>> = {
  "torch.nn.init": INIT,
  "torch.nn.functional": { _Reduction: reduction },
  "torch.nn.utils": UTILS,
  "torch.nn.utils.rnn": UTILS,
  "torch.nn.utils.weight_norm": UTILS,
  "torch.nn.utils.spectral_norm": UTILS,
  "torch.nn.utils.parametrizations": UTILS,
  "torch.nn.utils.parametrize": UTILS,
  "torch.nn.utils.fusion": UTILS,
  "torch.nn.utils.clip_grad": UTILS,
  "torch.nn.utils.convert_parameters": UTILS,
  "torch.nn.utils.stateless": UTILS,
  "torch.nn.utils.init": UTILS,
  "torch.func": UTILS,
  "torch.nn.modules.utils": MODULE_UTILS,
  "torch.nn.common_types": COMMON_TYPES,
  "torch.nn.modules.module": { _addindent: fn("_addindent", "s_, numSpaces", (a) => a.s_) },
  "torch.nn.modules.transformer": {
    _get_clones: fn("_get_clones", "module, N", clones),
    _get_activation_fn: (nn) =>
      def("_get_activation_fn", "activation", (a) => nn.functional(String(a.activation))),
  },
  ...QUANTIZED,
  "torch.nn.parallel": {
    DataParallel: (nn) => nn.layer("DataParallel"),
    DistributedDataParallel: (nn) => nn.layer("DistributedDataParallel"),
  },
  "torch.nn.attention": { sdpa_kernel: context("sdpa_kernel"), SDPBackend: always(new Unknown("a backend")) },
  "torch._jit_internal": {
    weak_module: decorator("weak_module"),
    weak_script_method: decorator("weak_script_method"),
    boolean_dispatch: answers("boolean_dispatch", new Unknown("a dispatched function")),
    _copy_to_script_wrapper: decorator("_copy_to_script_wrapper"),
  },
};
