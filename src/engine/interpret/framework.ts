/**
 * What a framework gives the interpreter: modules of names, and how its networks are recognised, named and run.
 * A fresh one is made for every interpreter, so that a program may change what it finds.
 */

import type { FrameworkId } from "../contract/report.ts";
import type { Conventions } from "./assumptions.ts";
import type { Interp } from "./interp.ts";
import type { OpRecord } from "./trace.ts";
import type {
  Absent,
  ClassValue,
  FunctionValue,
  Instance,
  Kwargs,
  ModuleValue,
  Shape,
  Tensor,
  Unknown,
  Value,
} from "./values.ts";

/** A function or method of the program that may be a network written in ops. */
export interface OpsProgram {
  /** `isTensor`: undefined for what may be left out; `rank` where the program says it. */
  readonly params: readonly {
    readonly name: string;
    readonly isTensor: boolean | undefined;
    readonly rank: number | undefined;
  }[];
  readonly call: (interp: Interp, args: readonly Value[]) => Value;
  /** What the rest of the program calls it with, where it does. */
  readonly given: readonly Value[];
  /** Calls it within bounds, and undoes what it changed. */
  readonly attempt: (args: readonly Value[]) => Attempt;
}

export interface Attempt {
  readonly ops: readonly OpRecord[];
  readonly output: Value;
  /** Shapes did not fit. */
  readonly isMisfit: boolean;
  /** What it raised. */
  readonly failure?: string;
}

export interface Framework {
  readonly id: FrameworkId;
  /** Is this dotted module (`torch.nn.functional`) or specifier (`@tensorflow/tfjs`) ours? */
  hasModule(name: string): boolean;
  /** What reading names of one of our modules assumes: that there is no GPU, a version. */
  conventions?(module: string): Conventions | undefined;
  /** A name of one of our modules, made at first use; ABSENT when we do not know it. */
  lookup(module: string, name: string): Value | Absent;
  /** Libraries that are read from their own files: asked only for a module, or a relative one, that has none. */
  standsFor?(name: string): boolean;
  /** The dotted name of files to read in place of a table: `tensorflow.keras.applications` is Keras' own code. */
  fileModule?(name: string): string | undefined;
  /** The module of the framework's own files that has what this one's tables lack. */
  ownFiles?(module: string): string | undefined;
  /** A tensor of a graph under way: `Input(shape)`, or what a layer made of one. */
  isSymbolic?(tensor: Tensor): boolean;
  /** A class whose instances are networks by themselves (`nn.Module` and what derives from it). */
  isNetworkClass(cls: ClassValue): boolean;
  isNetwork(value: Value): boolean;
  /** Networks are told from layers by their class: Keras' Model. */
  readonly tellsNetworks?: boolean;
  /** Methods that a user's network class must have one of: `forward`, `call`, `__call__`. */
  readonly forwardNames: readonly string[];
  /** Programs call networks by other methods, too: those of agents have none of these names. */
  readonly callsOtherMethods?: boolean;
  /** An input tensor for the forward call. */
  input(shape: Shape, dtype: string): Value;
  /** Runs the network as inference does. Records ops through `interp.record`. */
  forward(interp: Interp, network: Value, inputs: readonly Value[], kwargs?: Kwargs): Value;
  /** Qualified names of all layers, the network itself as "". */
  layerNames(interp: Interp, network: Value): ReadonlyMap<Instance, string>;
  /** Unique parameters of the network, used in the trace or not; buffers excluded. */
  parameters(interp: Interp, network: Value): readonly Tensor[];
  /**
   * What stands for a part of the network that could not be read. `parts` have parameters that are not known;
   * `attributes`, given where networks are whole before they run, have some if running the network calls them.
   */
  unread?(network: Value): { readonly parts: readonly Unknown[]; readonly attributes?: readonly Unknown[] };
  /** Spatial axes and channels that a layer takes, when it is one that an input can enter by. */
  entrance(layer: Instance): { readonly spatialAxes: number; readonly channels: number } | undefined;
  /** What a layer that takes no pixels takes; frameworks without it are not asked where their inputs enter. */
  entryForm?(layer: Instance): "tokens" | "sequence" | "sequence first" | undefined;
  /** An argument of a forward call that is no input: a random key, a flag of inference. */
  givesItself?(name: string): boolean;
  /** Axis of the channels in an input of this rank: 1 for NCHW, rank - 1 for NHWC. */
  channelAxis(rank: number): number;
  /** A default input for a network whose first layer has this many spatial axes and channels. */
  defaultInput(spatialAxes: number, channels: number, size: number): readonly number[];
  /**
   * Inputs that the network itself declares (tf.js, functional Keras); Unknown stands for a size left open, and for all
   * of it when not even the number of axes is known.
   */
  declaredInputs?(
    interp: Interp,
    network: Value,
  ): readonly { readonly shape: Shape; readonly dtype: string }[] | Unknown | undefined;
  /** Does a declared input leave this size to its callers? Absent: every size that is not known. */
  isOpen?(dim: Unknown): boolean;
  /** An argument that any program gives alike, of a class, or of a function of a module: Flax nnx' `rngs`. */
  supplied?(name: string, owner?: ClassValue | ModuleValue): Value | Absent;
  /** Keyword arguments, that no parameter names, which any program gives a function alike: Keras' own modules. */
  suppliedKeywords?(interp: Interp, fn: FunctionValue): ReadonlyMap<string, Value>;
  /** Does this name of a module make a network when the framework's modules are handed in: `models.Model`? */
  makesHanded?(module: ModuleValue, name: string): boolean;
  /** The network that a function is which its file, of this text, gives to a transform: Haiku's. */
  networkOf?(fn: FunctionValue, text: string): Value | Absent;
  /** A call takes one sample, without a batch axis: of every network, or of this one. */
  readonly unbatched?: boolean;
  isUnbatched?(network: Value): boolean;
  /** Names of ops with weights, where functions of the program that run them are networks too. */
  readonly weightedOps?: ReadonlySet<string>;
  /**
   * The network of a function that runs such ops on its own variables; Unknown says why its weights are lost. One that
   * is `like` another takes the same inputs.
   */
  opsNetwork?(interp: Interp, program: OpsProgram, like?: Instance): Instance | Unknown | undefined;
  /** The base that a class with these methods, in a module of this text, is taken to have when its own is not known. */
  assumedBase?(methods: ReadonlySet<string>, text: string): ClassValue | undefined;
  /** Functions that make networks, besides classes: `tf.sequential`. */
  isMaker?(value: Value): boolean;
  /** Networks that running the file made, in their order. */
  made?(): readonly Instance[];
  /** Layers learn their sizes from the input, so that no layer tells what the input is. */
  readonly learnsSizes?: boolean;
  /** What running a network makes in it: gives a function that takes it back, for another trial. */
  keep?(network: Value): () => void;
  /** What counts up from network to network (names of layers): gives a function that puts it back. */
  snapshot?(): () => void;
}
