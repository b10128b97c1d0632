/**
 * Packages that summarise a network or count its cost. What they are called with says which input a network is
 * for: `summary(net, (3, 32, 32))`. They run nothing here.
 */

import type { Interp } from "../../../interpret/interp.ts";
import { leavesOf } from "../../../interpret/leaves.ts";
import { type Bound, def, defineClass } from "../../../interpret/native.ts";
import { Tensor, Tuple, toItems, type Value } from "../../../interpret/values.ts";
import type { NameTable } from "../library/inert.ts";
import { isModule } from "../nn/library.ts";
import type { NnLibrary } from "../nn/nn.ts";

/** What a counter is given besides the network. */
interface Given {
  /** Sizes without a batch axis. */
  readonly sizes?: Value;
  /** Sizes with one. */
  readonly shapes?: Value;
  /** Tensors themselves. */
  readonly tensors?: Value;
}

type Reader = (a: Bound) => Given;

const isSize = (value: Value): boolean => {
  const items = toItems(value);
  return items !== undefined && items.length > 0 && items.every((item) => typeof item === "number");
};

/** One size, or a list of them. */
function sizesIn(value: Value): readonly (readonly number[])[] {
  if (isSize(value)) return [toItems(value) as readonly number[]];
  return (toItems(value) ?? []).filter(isSize).map((size) => toItems(size) as readonly number[]);
}

function tensorsIn(value: Value): readonly Tensor[] {
  return leavesOf(value).filter((leaf) => leaf instanceof Tensor);
}

function note(nn: NnLibrary, interp: Interp, network: Value, given: Given): void {
  if (!isModule(network)) return;
  const inputs = [
    ...sizesIn(given.sizes).map((size) => nn.tensors.make([1, ...size], "float32")),
    ...sizesIn(given.shapes).map((size) => nn.tensors.make(size, "float32")),
    ...tensorsIn(given.tensors),
  ];
  if (inputs.length > 0) interp.noteCall(network, inputs);
}

/** A function that is given a network and its input; what it counts is not known. */
const counter =
  (name: string, signature: string, read: Reader, answers = 1) =>
  (nn: NnLibrary): Value =>
    def(name, signature, (a, interp) => {
      note(nn, interp, a.model, read(a));
      const answer = interp.unknown(`what ${name} counts`);
      return answers === 1 ? answer : new Tuple(Array.from({ length: answers }, () => answer));
    });

/** A class whose objects count on request. */
const counterClass =
  (name: string) =>
  (nn: NnLibrary): Value =>
    defineClass(name, {
      methods: {
        __init__: [
          "self, model, inputs=None, *args, **kwargs",
          (a, interp) => {
            note(nn, interp, a.model, { tensors: a.inputs });
            return null;
          },
        ],
        __getattr__: ["self, name", (a, interp) => interp.unknown(`what ${name}.${String(a.name)} counts`)],
      },
    });

const text = (name: string) => (): Value =>
  def(name, "*args, **kwargs", (_, interp) => interp.unknown("a text of figures"));

const SUMMARY: NameTable = {
  summary: counter("summary", "model, input_size=None, *args, **kwargs", (a) => ({ sizes: a.input_size })),
  summary_string: counter("summary_string", "model, input_size=None, *args, **kwargs", (a) => ({
    sizes: a.input_size,
  })),
};

const TENSOR_SUMMARY: NameTable = {
  summary: counter("summary", "model, *args, **kwargs", (a) => ({ tensors: a.args })),
};

/** Packages by the module that the functions are imported from. */
export const COUNTERS: Readonly<Record<string, NameTable>> = {
  torchsummary: SUMMARY,
  "torchsummary.torchsummary": SUMMARY,
  torchsummaryX: TENSOR_SUMMARY,
  pytorch_model_summary: TENSOR_SUMMARY,
  torchinfo: {
    summary: counter("summary", "model, input_size=None, input_data=None, *args, **kwargs", (a) => ({
      shapes: a.input_size,
      tensors: a.input_data,
    })),
  },
  thop: {
    profile: counter("profile", "model, inputs=None, *args, **kwargs", (a) => ({ tensors: a.inputs }), 2),
    clever_format: text("clever_format"),
  },
  ptflops: {
    get_model_complexity_info: counter(
      "get_model_complexity_info",
      "model, input_res, *args, **kwargs",
      (a) => ({ sizes: a.input_res }),
      2,
    ),
  },
  torchstat: {
    stat: counter("stat", "model, input_size, *args, **kwargs", (a) => ({ sizes: a.input_size })),
  },
  "fvcore.nn": {
    FlopCountAnalysis: counterClass("FlopCountAnalysis"),
    ActivationCountAnalysis: counterClass("ActivationCountAnalysis"),
    flop_count: counter("flop_count", "model, inputs, *args, **kwargs", (a) => ({ tensors: a.inputs }), 2),
    flop_count_table: text("flop_count_table"),
    flop_count_str: text("flop_count_str"),
    parameter_count: text("parameter_count"),
    parameter_count_table: text("parameter_count_table"),
  },
  calflops: {
    calculate_flops: counter(
      "calculate_flops",
      "model, input_shape=None, *args, **kwargs",
      (a) => ({ shapes: a.input_shape }),
      3,
    ),
  },
};
