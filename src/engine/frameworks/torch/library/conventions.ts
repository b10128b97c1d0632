/** What a plain inference run of torch on a machine without a GPU is taken to find: the answers of `runtime.ts`. */
import { conventionsOf } from "../../../interpret/assumptions.ts";

const NO_DEVICE = "there is no such device";
const ALONE = "the program runs in one process";
const INFERENCE = "figures are of inference";
const AS_WRITTEN = "the program runs as it is written, neither compiled nor traced";
const VERSION = "PyTorch is 2.5.1";

const DEVICES = ["torch.cuda", "torch.xpu", "torch.mps", "torch.accelerator"];
const BACKENDS = ["cudnn", "cuda", "mps", "mkldnn", "mkl", "openmp", "xnnpack"].map(
  (name) => `torch.backends.${name}`,
);

/** The same of each of these names of each of these modules. */
function each(modules: readonly string[], names: readonly string[], text: string): Record<string, string> {
  return Object.fromEntries(modules.flatMap((module) => names.map((name) => [`${module}.${name}`, text])));
}

export const torchConventions = conventionsOf({
  branch: {
    ...each(DEVICES, ["is_available", "is_bf16_supported", "is_initialized"], NO_DEVICE),
    ...each(BACKENDS, ["is_available", "is_built", "enabled", "flash_sdp_enabled"], NO_DEVICE),
    ...each(["torch.distributed"], ["is_available", "is_initialized"], ALONE),
    ...each(["torch.jit"], ["is_scripting", "is_tracing"], AS_WRITTEN),
    ...each(["torch.compiler", "torch._dynamo"], ["is_compiling"], AS_WRITTEN),
    "torch.nn.utils.parametrize.is_parametrized": "no layer is",
    "torch.onnx.is_in_onnx_export": AS_WRITTEN,
    "torch._C._get_tracing_state": AS_WRITTEN,
    "torch.is_grad_enabled": INFERENCE,
    "torch.is_inference_mode_enabled": INFERENCE,
    "torch.is_autocast_enabled": "nothing is cast to smaller types",
  },
  value: {
    ...each(
      DEVICES,
      ["device_count", "current_device", "get_device_name", "get_device_capability"],
      NO_DEVICE,
    ),
    ...each(DEVICES, ["memory_allocated", "max_memory_allocated", "memory_reserved"], NO_DEVICE),
    ...each(["torch.accelerator"], ["current_accelerator"], NO_DEVICE),
    ...each(["torch.distributed"], ["get_rank", "get_world_size", "get_backend"], ALONE),
    ...each(["torch.version"], ["cuda", "hip"], NO_DEVICE),
    ...each(BACKENDS, ["version"], NO_DEVICE),
    "torch.__version__": VERSION,
    "torch.version.__version__": VERSION,
    ...each(["torch"], ["set_default_dtype", "set_default_tensor_type", "autocast"], "tensors stay float32"),
    ...each(["torch.amp", "torch.cuda.amp", "torch.cpu.amp"], ["autocast"], "tensors stay float32"),
    "torch.get_num_threads": "the machine has one processor",
    "torch.utils.data.get_worker_info": ALONE,
  },
});
