/**
 * Parts of torch around the network: gradients, compilation, devices, distribution, saving, data and training.
 * A plain inference run on a machine without a GPU is taken as given.
 */

import type { Interp } from "../../../interpret/interp.ts";
import { type Bound, def, defineClass } from "../../../interpret/native.ts";
import {
  ABSENT,
  type ClassValue,
  Dict,
  Instance,
  type Kwargs,
  Tuple,
  toItems,
  Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { NOT_LOADED, NOT_READ } from "../../../interpret/weights.ts";
import { exceptionClass } from "../../../languages/python/types/exceptions.ts";
import {
  always,
  answers,
  context,
  decorator,
  fn,
  inertClass,
  type NameTable,
  passes,
  unknown,
} from "./inert.ts";

const inert = (...names: string[]): NameTable =>
  Object.fromEntries(names.map((name) => [name, answers(name, null)]));
const classes = (...names: string[]): NameTable =>
  Object.fromEntries(names.map((name) => [name, inertClass(name)]));

const TORCH: NameTable = {
  __version__: always("2.5.1"),
  no_grad: context("no_grad"),
  enable_grad: context("enable_grad"),
  inference_mode: context("inference_mode"),
  set_grad_enabled: context("set_grad_enabled"),
  autocast: context("autocast"),
  is_grad_enabled: answers("is_grad_enabled", false),
  is_inference_mode_enabled: answers("is_inference_mode_enabled", true),
  is_autocast_enabled: answers("is_autocast_enabled", false),
  compile: decorator("compile"),
  load: unknown("load", NOT_READ),
  get_num_threads: answers("get_num_threads", 1),
  get_default_dtype: (nn) => def("get_default_dtype", "", () => nn.tensors.functions.get("float32")),
  Generator: inertClass("Generator", { manual_seed: ["self, *args", (a) => a.self] }),
  ...inert(
    "save",
    "manual_seed",
    "seed",
    "initial_seed",
    "set_default_dtype",
    "set_default_tensor_type",
    "set_default_device",
    "set_printoptions",
    "set_num_threads",
    "set_num_interop_threads",
    "use_deterministic_algorithms",
    "set_deterministic",
    "set_float32_matmul_precision",
    "set_flush_denormal",
    "set_rng_state",
    "set_warn_always",
    "get_autocast_gpu_dtype",
    "_assert",
    "_check",
  ),
};

/** `Function.apply` runs forward with a context; a `setup_context` means that forward takes none. */
function defineAutogradFunction(): ClassValue {
  const contextClass = inertClass("FunctionCtx", {
    save_for_backward: [
      "self, *tensors",
      (a) => {
        if (a.self instanceof Instance) a.self.attrs.set("saved_tensors", a.tensors);
        return null;
      },
    ],
    mark_non_differentiable: ["self, *args", () => null],
    mark_dirty: ["self, *args", () => null],
    set_materialize_grads: ["self, value", () => null],
  })();
  return defineClass("Function", {
    qualname: "torch.autograd.function.Function",
    classMethods: {
      apply: [
        "cls, *args, **kwargs",
        (a, interp) => {
          const args = toItems(a.args) ?? [];
          const separate = interp.lookup(a.cls, "setup_context") !== ABSENT;
          const lead = separate ? [] : [interp.newInstance(contextClass)];
          return interp.callMethod(a.cls, "forward", [...lead, ...args], kwargsOf(a.kwargs));
        },
      ],
    },
  });
}

export function kwargsOf(value: Value): Kwargs {
  const kwargs = new Map<string, Value>();
  if (value instanceof Dict)
    for (const entry of value.entries.values()) kwargs.set(String(entry.key), entry.value);
  return kwargs;
}

const AUTOGRAD: NameTable = {
  Function: defineAutogradFunction,
  Variable: passes("Variable"),
  set_detect_anomaly: context("set_detect_anomaly"),
  detect_anomaly: context("detect_anomaly"),
  no_grad: context("no_grad"),
  enable_grad: context("enable_grad"),
  set_grad_enabled: context("set_grad_enabled"),
  grad: unknown("grad", "gradients are not computed"),
  backward: answers("backward", null),
  once_differentiable: decorator("once_differentiable"),
  record_function: context("record_function"),
  profile: context("profile"),
};

const JIT: NameTable = {
  ...Object.fromEntries(
    [
      "script",
      "script_method",
      "ignore",
      "unused",
      "export",
      "interface",
      "script_if_tracing",
      "_script_if_tracing",
      "_overload",
      "_overload_method",
      "optimize_for_inference",
      "freeze",
    ].map((name) => [name, decorator(name)]),
  ),
  trace: fn("trace", "func=None, example_inputs=None, **kwargs", (a) => a.func),
  trace_module: fn("trace_module", "mod, inputs=None, **kwargs", (a) => a.mod),
  is_scripting: answers("is_scripting", false),
  is_tracing: answers("is_tracing", false),
  annotate: fn("annotate", "the_type, the_value", (a) => a.the_value),
  Attribute: fn("Attribute", "value, type", (a) => a.value),
  isinstance: fn("isinstance", "obj, target_type", (a, interp) => interp.isInstance(a.obj, a.target_type)),
  fork: fn("fork", "func, *args, **kwargs", (a, interp) =>
    interp.call(a.func, toItems(a.args) ?? [], kwargsOf(a.kwargs)),
  ),
  wait: fn("wait", "future", (a) => a.future),
  Final: always(new Unknown("a type")),
  ScriptModule: (nn) => nn.module,
  ScriptFunction: inertClass("ScriptFunction"),
  RecursiveScriptModule: (nn) => defineClass("RecursiveScriptModule", { bases: [nn.module] }),
  load: unknown("load", NOT_LOADED),
  ...inert("save", "enable_onednn_fusion", "set_fusion_strategy", "set_fuser"),
};

const HUB: NameTable = {
  load_state_dict_from_url: unknown("load_state_dict_from_url", NOT_LOADED),
  load: unknown("load", "models from torch.hub are not loaded"),
  download_url_to_file: answers("download_url_to_file", null),
  get_dir: answers("get_dir", "~/.cache/torch/hub"),
  _get_torch_home: answers("_get_torch_home", "~/.cache/torch"),
  set_dir: answers("set_dir", null),
  urlparse: unknown("urlparse", "urls are not read"),
};

const CUDA: NameTable = {
  OutOfMemoryError: () => defineClass("OutOfMemoryError", { bases: [exceptionClass("RuntimeError")] }),
  is_available: answers("is_available", false),
  is_bf16_supported: answers("is_bf16_supported", false),
  is_initialized: answers("is_initialized", false),
  device_count: answers("device_count", 0),
  current_device: answers("current_device", 0),
  get_device_name: answers("get_device_name", ""),
  get_device_capability: answers("get_device_capability", new Tuple([0, 0])),
  memory_allocated: answers("memory_allocated", 0),
  max_memory_allocated: answers("max_memory_allocated", 0),
  memory_reserved: answers("memory_reserved", 0),
  device: context("device"),
  stream: context("stream"),
  ...classes("Stream", "Event"),
  ...inert(
    "set_device",
    "empty_cache",
    "synchronize",
    "manual_seed",
    "manual_seed_all",
    "reset_peak_memory_stats",
    "current_stream",
    "get_rng_state",
    "set_rng_state",
    "init",
    "get_device_properties",
  ),
};

const AMP: NameTable = {
  autocast: context("autocast"),
  GradScaler: inertClass("GradScaler"),
  custom_fwd: decorator("custom_fwd"),
  custom_bwd: decorator("custom_bwd"),
};

const BACKEND: NameTable = {
  enabled: always(false),
  benchmark: always(false),
  deterministic: always(false),
  allow_tf32: always(false),
  is_available: answers("is_available", false),
  is_built: answers("is_built", false),
  version: answers("version", null),
  flags: context("flags"),
  sdp_kernel: context("sdp_kernel"),
  flash_sdp_enabled: answers("flash_sdp_enabled", false),
  ...inert("enable_flash_sdp", "enable_mem_efficient_sdp", "enable_math_sdp"),
};

const DISTRIBUTED: NameTable = {
  is_available: answers("is_available", false),
  is_initialized: answers("is_initialized", false),
  get_rank: answers("get_rank", 0),
  get_world_size: answers("get_world_size", 1),
  get_backend: answers("get_backend", "gloo"),
  ReduceOp: inertClass("ReduceOp"),
  ...inert(
    "init_process_group",
    "destroy_process_group",
    "barrier",
    "all_reduce",
    "all_gather",
    "reduce",
    "broadcast",
    "all_gather_object",
    "broadcast_object_list",
    "new_group",
    "scatter",
    "gather",
    "reduce_scatter",
    "all_to_all",
    "all_gather_into_tensor",
    "gather_object",
  ),
};

const ONNX: NameTable = {
  is_in_onnx_export: answers("is_in_onnx_export", false),
  ...inert("export", "register_custom_op_symbolic", "_export"),
};

const FX: NameTable = {
  wrap: passes("wrap"),
  symbolic_trace: fn("symbolic_trace", "root, *args, **kwargs", (a) => a.root),
  ...classes("Tracer", "Proxy", "Node", "Graph", "Interpreter", "Transformer"),
  GraphModule: (nn) => defineClass("GraphModule", { bases: [nn.module] }),
};

/** Running a part again in the backward pass changes nothing forward. */
function checkpointSequential(a: Bound, interp: Interp): Value {
  const rest = toItems(a.args) ?? [];
  let value = a.input ?? rest[0];
  const functions = interp.items(a.functions);
  if (functions instanceof Unknown) return functions;
  for (const each of functions) value = interp.call(each, [value]);
  return value;
}

const CHECKPOINT: NameTable = {
  checkpoint: fn(
    "checkpoint",
    "function, *args, use_reentrant=None, context_fn=None, determinism_check='default', debug=False, preserve_rng_state=True, **kwargs",
    (a, interp) => interp.call(a.function, toItems(a.args) ?? [], kwargsOf(a.kwargs)),
  ),
  checkpoint_sequential: fn(
    "checkpoint_sequential",
    "functions, segments=1, input=None, use_reentrant=None, preserve_rng_state=True, **kwargs",
    checkpointSequential,
  ),
};

const noData = (what: string) =>
  inertClass(what, {
    __iter__: ["self", (_, interp) => interp.unknown("the data of a data set")],
    __len__: ["self", (_, interp) => interp.unknown("the length of a data set")],
    __getitem__: ["self, index", (_, interp) => interp.unknown("the data of a data set")],
  });

const DATA: NameTable = {
  ...Object.fromEntries(
    [
      "Dataset",
      "IterableDataset",
      "TensorDataset",
      "ConcatDataset",
      "Subset",
      "DataLoader",
      "ChainDataset",
    ].map((name) => [name, noData(name)]),
  ),
  ...Object.fromEntries(
    [
      "Sampler",
      "RandomSampler",
      "SequentialSampler",
      "BatchSampler",
      "SubsetRandomSampler",
      "WeightedRandomSampler",
      "DistributedSampler",
    ].map((name) => [name, noData(name)]),
  ),
  random_split: unknown("random_split", "the data of a data set"),
  default_collate: unknown("default_collate", "the data of a data set"),
  get_worker_info: answers("get_worker_info", null),
};

const OPTIMIZERS = [
  "Optimizer",
  "SGD",
  "Adam",
  "AdamW",
  "Adamax",
  "Adagrad",
  "Adadelta",
  "RMSprop",
  "Rprop",
  "LBFGS",
  "NAdam",
  "RAdam",
  "ASGD",
  "SparseAdam",
];
const SCHEDULERS = [
  "_LRScheduler",
  "LRScheduler",
  "StepLR",
  "MultiStepLR",
  "ExponentialLR",
  "CosineAnnealingLR",
  "LambdaLR",
  "MultiplicativeLR",
  "ReduceLROnPlateau",
  "CyclicLR",
  "OneCycleLR",
  "CosineAnnealingWarmRestarts",
  "LinearLR",
  "ConstantLR",
  "SequentialLR",
  "ChainedScheduler",
  "PolynomialLR",
];

const PROFILER: NameTable = {
  profile: context("profile"),
  record_function: context("record_function"),
  ProfilerActivity: inertClass("ProfilerActivity"),
  schedule: answers("schedule", null),
  tensorboard_trace_handler: answers("tensorboard_trace_handler", null),
};

/** Names by dotted module. */
export const RUNTIME: Readonly<Record<string, NameTable>> = {
  torch: TORCH,
  "torch.version": {
    __version__: always("2.5.1"),
    cuda: always(null),
    hip: always(null),
    git_version: always(""),
  },
  "torch.torch_version": { TorchVersion: fn("TorchVersion", "version", (a) => a.version) },
  "torch.autograd": AUTOGRAD,
  "torch.autograd.function": { ...AUTOGRAD, FunctionCtx: inertClass("FunctionCtx") },
  "torch.autograd.profiler": PROFILER,
  "torch.autograd.variable": AUTOGRAD,
  "torch.profiler": PROFILER,
  "torch.jit": JIT,
  "torch.jit.annotations": {},
  "torch.hub": HUB,
  "torch.cuda": CUDA,
  "torch.cuda.amp": AMP,
  "torch.amp": AMP,
  "torch.cuda.nvtx": { ...inert("range_push", "range_pop"), range: context("range") },
  "torch.xpu": CUDA,
  "torch.accelerator": { ...CUDA, current_accelerator: answers("current_accelerator", null) },
  "torch.serialization": {
    ...inert("add_safe_globals", "clear_safe_globals", "save"),
    safe_globals: context("safe_globals"),
    load: unknown("load", NOT_READ),
  },
  "torch.mps": CUDA,
  "torch.cpu": CUDA,
  "torch.cpu.amp": AMP,
  "torch._C": inert("_log_api_usage_once", "_get_tracing_state"),
  "torch.backends": {},
  "torch.backends.cudnn": BACKEND,
  "torch.backends.cuda": BACKEND,
  "torch.backends.cuda.matmul": BACKEND,
  "torch.backends.mps": BACKEND,
  "torch.backends.mkldnn": BACKEND,
  "torch.backends.mkl": BACKEND,
  "torch.backends.openmp": BACKEND,
  "torch.backends.xnnpack": BACKEND,
  "torch.backends.quantized": { engine: always("fbgemm"), supported_engines: always(new Tuple(["fbgemm"])) },
  "torch.distributed": DISTRIBUTED,
  "torch.distributed.nn": DISTRIBUTED,
  "torch.multiprocessing": { ...inert("spawn", "set_start_method", "set_sharing_strategy") },
  "torch.onnx": ONNX,
  "torch.onnx.utils": ONNX,
  "torch.fx": FX,
  "torch.fx.proxy": FX,
  "torch.utils": {},
  "torch.utils.hooks": classes("RemovableHandle"),
  "torch.utils.checkpoint": CHECKPOINT,
  "torch.utils.data": DATA,
  "torch.utils.data.dataset": DATA,
  "torch.utils.data.dataloader": DATA,
  "torch.utils.data.sampler": DATA,
  "torch.utils.data.distributed": DATA,
  "torch.utils.model_zoo": { load_url: unknown("load_url", NOT_LOADED) },
  "torch.utils.tensorboard": classes("SummaryWriter"),
  "torch.optim": classes(...OPTIMIZERS),
  "torch.optim.optimizer": { ...classes("Optimizer"), required: always(null) },
  "torch.optim.lr_scheduler": classes(...SCHEDULERS),
  "torch.optim.swa_utils": { ...classes("SWALR"), AveragedModel: passes("AveragedModel") },
  "torch.compiler": {
    disable: decorator("disable"),
    is_compiling: answers("is_compiling", false),
    ...inert("reset"),
  },
  "torch._dynamo": {
    disable: decorator("disable"),
    allow_in_graph: passes("allow_in_graph"),
    is_compiling: answers("is_compiling", false),
    ...inert("reset", "mark_dynamic"),
  },
  "torch.random": { ...inert("manual_seed", "set_rng_state"), fork_rng: context("fork_rng") },
};
