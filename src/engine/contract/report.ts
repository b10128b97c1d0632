/**
 * The report: what one profiled network costs, as plain JSON data. This is the contract of `--json`, of the
 * language server's answers and of the panel. Fields are only ever added. A figure that is not known is `null`.
 */
import type { Device } from "./device.ts";

/** 1-based line and column; the end is exclusive. */
export interface Place {
  readonly file: string;
  /** From 1; of the cell in a notebook. */
  readonly line: number;
  /** Of a notebook: the cell, counted from 1 over all of them. */
  readonly cell?: number;
  readonly column: number;
  readonly end_line?: number;
  readonly end_column?: number;
}

export type InputOrigin = "default" | "comment" | "call" | "declared" | "fitted" | "user";

/** What is assumed: which input, where its samples are, an argument, a condition's side, a module, or another value. */
export type AssumptionKind = "input" | "batch_axis" | "argument" | "branch" | "module" | "value";

/** A dimension that is not known is null; a tensor of unknown rank has the shape null. */
export type ReportShape = readonly (number | null)[] | null;

/** What a layer is, for colours, legends and groups. */
export type LayerKind =
  | "standard" // dense convolution, kernel > 1
  | "depthwise" // groups = in_channels > 1
  | "pointwise" // kernel 1, groups 1
  | "grouped" // 1 < groups < in_channels
  | "transposed"
  | "linear"
  | "attention" // matmul, bmm, einsum, attention products
  | "recurrent"
  | "norm"
  | "embedding"
  | "other";

export type OpName =
  | "conv"
  | "conv_transpose"
  | "linear"
  | "matmul"
  | "attention"
  | "recurrent"
  | "norm"
  | "embedding"
  | "other";

export type DtypeName = string;

export interface ReportLayer {
  /** Qualified as the framework does: `layer1.0.conv1`. */
  readonly name: string;
  /** The framework's class or function: `Conv2d`, `matmul`. */
  readonly type: string;
  readonly op: OpName;
  readonly kind: LayerKind;
  readonly in: readonly ReportShape[];
  readonly out: readonly ReportShape[];
  /** The axis of `out` that holds samples; null where none does; absent: axis 0. */
  readonly batch_axis?: number | null;
  readonly kernel: readonly number[] | null;
  readonly stride: readonly number[] | null;
  /** Per axis, or [before, after] pairs flattened when they differ (`same` with even kernels). */
  readonly padding: readonly number[] | null;
  readonly dilation: readonly number[] | null;
  readonly groups: number | null;
  readonly in_channels: number | null;
  readonly out_channels: number | null;
  readonly bias: boolean | null;
  /** Sum over `calls`. */
  readonly macs: number | null;
  /** Where `macs` hangs on data, what it can be at most by the code's own bounds; absent where it is known or has none. */
  readonly macs_at_most?: number | null;
  readonly params: number | null;
  readonly trainable_params: number | null;
  readonly elementwise: number | null;
  /** Bytes of the outputs, summed over `calls`. */
  readonly activation_bytes: number | null;
  /** Values that a sample has the layer read and write, over `calls`; absent in reports of older versions. */
  readonly read_values?: number | null;
  readonly written_values?: number | null;
  readonly calls: number;
  /** The constructor call that made the layer, or the call of a functional op. */
  readonly at: Place;
  /** Constructor call path, outermost first, without `at` itself. */
  readonly path: readonly Place[];
  /** Where it was called, first call. */
  readonly called_at: Place | null;
  readonly swappable: boolean;
  /** Why it cannot be swapped, in a sentence; absent when it can. */
  readonly not_swappable?: string;
  /** MACs and params of the depthwise-separable form (batch norm and bias as the swap would write them). */
  readonly separable_macs: number | null;
  readonly separable_params: number | null;
  readonly separable_trainable_params: number | null;
  /** Ran under a condition that could not be decided. */
  readonly conditional?: boolean;
  /** The least time on the device of the report's `roofline`; null where nothing is multiplied or a figure is unknown. */
  readonly bound_seconds?: number | null;
  readonly bound_by?: "compute" | "memory" | null;
  /** Bytes of its input and output together, and of its weights, at the device's dtype; where its memory is known. */
  readonly needs_activation_bytes?: number | null;
  readonly needs_weight_bytes?: number | null;
  /** What of these the device has no room for; absent where all fits. */
  readonly does_not_fit?: readonly ("activations" | "weights")[];
}

/** A layer that is made and has parameters but does not run, such as a head for training alone. */
export interface NeverRunLayer {
  readonly name: string;
  readonly type: string;
  readonly at: Place;
  readonly params: number | null;
  readonly trainable_params: number | null;
  /** Of convolutions. */
  readonly kernel: readonly number[] | null;
  readonly groups: number | null;
  readonly in_channels: number | null;
  readonly out_channels: number | null;
  readonly bias: boolean | null;
  /** Params once the line that makes it is swapped; null where that changes nothing of it. */
  readonly separable_params: number | null;
}

export interface ReportTotals {
  readonly macs: number | null;
  /** Where `macs` hangs on data, what it can be at most by the code's own bounds; absent where it is known or has none. */
  readonly macs_at_most?: number | null;
  readonly params: number | null;
  readonly trainable_params: number | null;
  readonly elementwise: number | null;
  readonly activation_bytes: number | null;
  readonly peak_activation_bytes: number | null;
}

export type Severity = "error" | "warning" | "info";

export interface ReportDiagnostic {
  readonly severity: Severity;
  readonly message: string;
  readonly at: Place;
  /** `shape-mismatch`, `unknown-value`, `needs-arguments`, `limit`, `syntax`, … */
  readonly code: string;
  readonly related?: readonly { readonly message: string; readonly at: Place }[];
}

export interface ReportInput {
  readonly shapes: readonly ReportShape[];
  readonly dtypes: readonly DtypeName[];
  readonly origin: InputOrigin;
  /** Absent: one sample, at axis 0. */
  readonly batch?: ReportBatch;
}

/** Whose figures these are. */
export interface ReportBatch {
  /** Figures are for one of so many samples in the input. */
  readonly samples: number;
  /** The input's axis that holds them; null where none does or it cannot be told: figures are for the whole input. */
  readonly axis: number | null;
}

/** The roofline bound of a network on a device: what its layers need at least, one after the other. No prediction. */
export interface ReportRoofline {
  readonly device: Device;
  /** null when a layer's bound is not known. */
  readonly seconds: number | null;
  /** Sum of the bounds that are known. */
  readonly known_seconds: number;
  readonly layers: number;
  readonly memory_bound_layers: number;
  /** Where the device's memory is known. */
  readonly fit?: ReportFit;
}

/** Whether a network's layers, each by itself, and all its weights fit the device's memory at its dtype. */
export interface ReportFit {
  readonly layers_over_memory: number;
  /** Of all that is known. */
  readonly most_activation_bytes: number;
  /** null when the parameters are not known. */
  readonly weight_bytes: number | null;
  /** null when the weights are not known. */
  readonly weights_fit: boolean | null;
}

/** Arguments that the network was made with and that its definition leaves open. */
export interface ReportArguments {
  /** As code writes them: `40, 10, dropRate=0.3`. */
  readonly text: string;
  /** A parameter's annotation names a configuration with defaults; a call of the program gives them; or a comment. */
  readonly origin: "annotation" | "call" | "comment";
  readonly at: Place;
}

/** What the figures hang on and the program's text does not say. */
export interface ReportAssumption {
  readonly kind: AssumptionKind;
  /** What, and why. */
  readonly text: string;
  /** What of the text it is about; absent where nothing is. */
  readonly at?: Place;
}

/** An argument of the network that sets its width by itself: `width_mult=1.0`. */
export interface WidthArgument {
  readonly name: string;
  readonly default: number | null;
  readonly at: Place;
}

export type FrameworkId = "torch" | "keras" | "flax" | "haiku" | "equinox" | "tfjs";

export interface Report {
  readonly version: 1;
  readonly tool: string;
  readonly file: string;
  readonly language: "python" | "typescript";
  readonly framework: FrameworkId | null;
  readonly network: string;
  /** Where the network is defined. */
  readonly network_at: Place | null;
  readonly networks: readonly string[];
  /** Absent when the defaults, or arguments that the user gave, make the network. */
  readonly arguments?: ReportArguments;
  /** Absent when the network has none. */
  readonly width_arguments?: readonly WidthArgument[];
  readonly input: ReportInput;
  readonly output: readonly ReportShape[];
  /** The axis of each output that holds samples; null where none does; absent: axis 0 of all. */
  readonly output_batch_axes?: readonly (number | null)[];
  readonly complete: boolean;
  /** All that was assumed, empty where nothing was; absent in reports of older versions. */
  readonly assumptions?: readonly ReportAssumption[];
  readonly totals: ReportTotals;
  readonly layers: readonly ReportLayer[];
  /** Their parameters are in the totals; absent when all layers run. */
  readonly never_run?: readonly NeverRunLayer[];
  readonly diagnostics: readonly ReportDiagnostic[];
  /** Where a device was asked for. */
  readonly roofline?: ReportRoofline;
}
