/** The trace: every op a network ran, in order, with shapes, cost and the places in the source it came from. */
import type { OpName } from "../contract/report.ts";
import type { Span } from "../syntax/span.ts";
import type { Assumption } from "./assumptions.ts";
import type { Dim, Instance, Kwargs, Tensor, Unknown, Value } from "./values.ts";

/** A call in the program and the call that led to it: a linked stack, shared by all that happens below. */
export interface Site {
  readonly at: Span;
  readonly caller: Site | undefined;
  /** What the call gave, where its text alone does not tell: `Conv2d(*sizes, **options)`. */
  readonly given?: { readonly args: readonly Value[]; readonly kwargs: Kwargs };
}

/** The stack of modules (layers, blocks, the network) whose forward is running. */
export interface LayerScope {
  readonly instance: Instance;
  readonly parent: LayerScope | undefined;
  /** The call that runs it, the tensors that it is given, and those that it gave once it ended. */
  readonly site?: Site | undefined;
  readonly inputs?: readonly Tensor[];
  outputs?: readonly Tensor[];
}

/** Why a trace is not complete whose input is asked for an entry by its name. */
export const BY_NAME = "needs its input: it is a dict, of arrays by their names";

/** A count that is exact or unknown. */
export type Count = number | Unknown;

export interface ConvGeometry {
  /** 1, 2 or 3 spatial axes. Arrays have one entry an axis. */
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  /** [before, after] per axis. */
  readonly padding: readonly (readonly [number, number])[];
  readonly dilation: readonly number[];
  readonly groups: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly bias: boolean;
  readonly transposed: boolean;
}

/** What a product asks of one of its operands: the axis that is summed over, and its size by the other operand. */
export interface Contraction {
  readonly tensor: Tensor;
  /** Counted from the end: -1 is the last. */
  readonly axis: number;
  readonly size: Dim;
  /** All its axes, where the product says how many there are. */
  readonly rank?: number;
}

/** What an op's rule says of one call of it. */
export interface OpCost {
  readonly op: OpName;
  /** The function: `conv2d`, `matmul`, `scaled_dot_product_attention`. */
  readonly name: string;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** Parameters it read. */
  readonly weights: readonly Tensor[];
  /** Multiply-accumulates for the whole batch as traced. */
  readonly macs: Count;
  /** Elements computed by an op that costs no MACs. */
  readonly elementwise: Count;
  readonly geometry?: ConvGeometry;
  /** The axis of its first input where a layer takes samples to be; null: it is given one, without an axis for it. */
  readonly batchAxis?: number | null;
  /** The output shares its input's storage: no memory of its own. */
  readonly view?: boolean;
  /** Of an op that only reorders axes: the input's axis that each output axis is. */
  readonly axes?: readonly number[];
  /** Whole numbers that pick entries of a table or of the other inputs. */
  readonly indices?: readonly Tensor[];
  readonly contractions?: readonly Contraction[];
}

export interface OpRecord extends OpCost {
  readonly index: number;
  readonly scope: LayerScope | undefined;
  readonly site: Site | undefined;
  /** Ran on one side of a condition that could not be decided. */
  readonly conditional: boolean;
}

/**
 * A loss and its targets, a state or a mask do not fit: no figure is of them, so this is only held against inputs that the
 * program gives, not against those that are guessed.
 */
export const BESIDE_COST = "beside-cost";

export interface TraceDiagnostic {
  readonly severity: "error" | "warning" | "info";
  readonly code: string;
  readonly message: string;
  readonly at: Span;
  readonly related?: readonly { readonly message: string; readonly at: Span }[];
  /** It is the number of axes that does not fit. */
  readonly isOfAxes?: boolean;
  /** Tensors that do not fit. */
  readonly tensors?: readonly Tensor[];
  /** The modules that were running. */
  readonly scope?: LayerScope;
}

export interface Gap {
  readonly reason: string;
  readonly at: Span | undefined;
  /** The calls that led there. */
  readonly site?: Site;
  /** Not all that was recorded may run, but no more MACs than that. */
  readonly isMost?: boolean;
}

/** A finished run of one network. */
export interface Trace {
  readonly ops: readonly OpRecord[];
  readonly diagnostics: readonly TraceDiagnostic[];
  /** Why the trace may miss something; empty when it is complete. */
  readonly gaps: readonly Gap[];
  readonly assumptions: readonly Assumption[];
  /** What the user is to read in place of some messages. */
  readonly reworded?: ReadonlyMap<string, string>;
  /** Shapes that did not fit, where a handler of the program goes on without. */
  readonly misfits?: readonly Gap[];
}
