/**
 * Runs of one network: on the input that is chosen or that it declares, or else on the first that fits of those that
 * its layers and its first ops speak for.
 */
import { type Batch, batchAtFront, findBatch, isListOfSamples } from "./batch.ts";
import { bounded } from "./bounded.ts";
import { LENGTH, type Probed, probe, specsOf } from "./entries.ts";
import type { Framework } from "./frameworks/framework.ts";
import {
  again,
  type ChosenInput,
  declaredInput,
  declaredLength,
  FITTING_SIZES,
  firstLayer,
  type InputSpec,
  otherAxes,
  otherForms,
  ROUND_SIZES,
  samplesOf,
} from "./inputs.ts";
import type { Machine } from "./interpret/machine.ts";
import {
  type Dim,
  isUnknown,
  type Kwargs,
  List,
  NO_KWARGS,
  type Shape,
  type Value,
} from "./interpret/values.ts";
import { proposals } from "./probe.ts";
import {
  firstMismatch,
  hasFailed,
  hasMismatch,
  isClean,
  isUnpackedOtherwise,
  positionsIn,
  type Run,
  takesDict,
  tensorsIn,
  wantedBesides,
} from "./runs.ts";
import { forwardOf, takesTensorList } from "./tensorLists.ts";

type FedInput = Pick<ChosenInput, "specs" | "call">;

/** A run and the input it ran on. */
export interface Trial {
  readonly run: Run;
  readonly input: ChosenInput;
}

export interface TrialOptions {
  readonly m: Machine;
  readonly framework: Framework;
  readonly network: Value;
  /** Side of a square input that nothing speaks for, in pixels. */
  readonly inputSize: number;
  /** A side that the network or its weights name. */
  readonly declaredSize: () => number | undefined;
}

export class Trials {
  /** Takes back what the last trial of an input made in the network. */
  private takeBack: (() => void) | undefined;
  private last: Run | undefined;

  constructor(private readonly options: TrialOptions) {}

  /** Runs the network on the chosen input, or finds one. */
  on(chosen: ChosenInput | undefined): Trial {
    if (!chosen) return this.unchosen();
    const run = this.run(chosen);
    if (chosen.borrowed !== true || !hasMismatch(run)) return { run, input: chosen };
    const own = this.unchosen();
    return hasFailed(own.run) ? { run: this.run(chosen), input: chosen } : own;
  }

  /** Runs the network. Where it takes a list of tensors, that is all of them, or the samples of a batch. */
  run(
    { specs, call }: FedInput,
    mode: "inference" | "training" = "inference",
    reshape: (shape: Shape) => Shape = same,
  ): Run {
    const { framework, network } = this.options;
    this.takeBack?.();
    const tensor = (shape: Shape, dtype: string): Value => framework.input(reshape(shape), dtype);
    const tensors = (of: readonly InputSpec[]): Value[] => of.map(({ shape, dtype }) => tensor(shape, dtype));
    if (call) {
      const anew = (value: Value): Value => again(value, tensor);
      const kwargs = new Map([...call.kwargs].map(([name, value]) => [name, anew(value)]));
      return this.feed(call.args.map(anew), mode, kwargs);
    }
    if (!takesTensorList(network, framework.forwardNames)) return this.feed(tensors(specs), mode);
    const run = this.feed([new List(tensors(specs))], mode);
    const samples = specs.flatMap(samplesOf);
    if (!hasFailed(run) || samples.length === 0) return run;
    const single = this.feed([new List(tensors(samples))], mode);
    return hasFailed(single) ? run : single;
  }

  /** Where the samples of an input are, which the network was last run on. */
  batchOf({ run, input }: Trial): Batch {
    const { framework, network } = this.options;
    if (framework.unbatched === true || framework.isUnbatched?.(network) === true || hasFailed(run))
      return batchAtFront(1, true);
    if (isListOfSamples(run)) return batchAtFront(run.inputs.length);
    return findBatch(run, (reshape) => {
      const restore = framework.keep?.(network);
      const longer = this.run(input, "inference", reshape);
      restore?.();
      return hasFailed(longer) ? undefined : longer;
    });
  }

  private feed(args: readonly Value[], mode: "inference" | "training", kwargs: Kwargs = NO_KWARGS): Run {
    const { m, framework, network } = this.options;
    m.beginTrace(this.takeBack ? TRIAL_SHARE : 1);
    m.inference = mode === "inference";
    const result = bounded(m, () => framework.forward(m, network, args, kwargs));
    m.inference = false;
    const trace = m.endTrace();
    this.last = {
      trace,
      inputs: [...args, ...kwargs.values()].flatMap((arg) => tensorsIn(arg)),
      output: "reason" in result ? m.unknown(result.reason) : result.value,
    };
    return this.last;
  }

  private unchosen(): Trial {
    const own = this.declaredInputs() ?? declaredInput(this.options.network);
    if (!own) return this.searched();
    const run = this.run(own);
    if (!hasMismatch(run)) return { run, input: own };
    const longer = this.declaredForms();
    if (longer.length > 0) return this.otherwise(longer) ?? { run: this.run(own), input: own };
    const other = own.isOwn === true ? undefined : this.searched();
    if (other && !hasFailed(other.run) && this.agrees(other.input)) return other;
    return { run: this.run(own), input: own };
  }

  /** Has an input that was found the sizes that the network declares? */
  private agrees({ specs }: ChosenInput): boolean {
    const declared = this.declared();
    if (!declared) return true;
    return (
      specs.length === declared.length &&
      declared.every(({ shape }, i) => {
        const found = specs[i]?.shape;
        return (
          found?.length === shape.length &&
          shape.every((dim, axis) => axis === 0 || isUnknown(dim) || dim === found[axis])
        );
      })
    );
  }

  /** Inputs that the network itself has; a size that it leaves open is the default one, of an image or a sequence. */
  private declaredInputs(): ChosenInput | undefined {
    const { network, inputSize } = this.options;
    const declared = this.declared();
    if (!declared) return undefined;
    const length = Math.min(LENGTH, declaredLength(network) ?? LENGTH);
    const isOpen = declared.some(({ shape }) => shape.slice(1).some((dim) => this.isOpen(dim)));
    return {
      specs: this.closed(declared, (rank) => (rank <= SEQUENCE_AXES ? length : inputSize)),
      origin: isOpen ? "default" : "declared",
      isOwn: !isOpen,
    };
  }

  private declared(): readonly InputSpec[] | undefined {
    const { m, framework, network } = this.options;
    const declared = framework.declaredInputs?.(m, network);
    return isUnknown(declared) ? undefined : declared;
  }

  private isOpen(dim: Dim): boolean {
    return isUnknown(dim) && (this.options.framework.isOpen?.(dim) ?? true);
  }

  /** Declared inputs with a size, by the number of axes, where they leave one open. */
  private closed(declared: readonly InputSpec[], size: (rank: number) => number): readonly InputSpec[] {
    return declared.map(({ shape, dtype }) => ({
      shape: shape.map((dim, axis) => {
        if (axis === 0 && isUnknown(dim)) return 1;
        return this.isOpen(dim) ? size(shape.length) : dim;
      }),
      dtype,
    }));
  }

  /** Other lengths of sequences that declared inputs leave open: positions may be a table of their own. */
  private declaredForms(): readonly (readonly InputSpec[])[] {
    const declared = this.declared() ?? [];
    const isSequence = ({ shape }: InputSpec): boolean =>
      shape.length <= SEQUENCE_AXES && shape.slice(1).some((dim) => this.isOpen(dim));
    if (!declared.some(isSequence)) return [];
    const { inputSize } = this.options;
    return LENGTHS.map((length) =>
      this.closed(declared, (rank) => (rank <= SEQUENCE_AXES ? length : inputSize)),
    );
  }

  private searched(): Trial {
    const { framework, network } = this.options;
    this.takeBack = framework.keep?.(network);
    const found = this.tried();
    this.takeBack = undefined;
    return found;
  }

  /** Tries the inputs that nothing but the network itself speaks for. */
  private tried(): Trial {
    const { m, framework, network, inputSize, declaredSize } = this.options;
    const { args, first } = this.probed();
    const met = (args.length === 1 ? args[0]?.layer : undefined) ?? first;
    const entrance = (met && framework.entrance(met)) ??
      firstLayer(m, framework, network) ?? { spatialAxes: 2, channels: 3 };
    const longest = declaredLength(network) ?? LENGTH;
    const sized = (size: number, length = Math.min(LENGTH, longest)): readonly InputSpec[] =>
      args.length > 0
        ? specsOf(framework, args, entrance, { size, length })
        : [
            {
              shape: framework.defaultInput(entrance.spatialAxes, entrance.channels, size),
              dtype: "float32",
            },
          ];
    const declared = declaredSize();
    // Video is seen at half the side of an image.
    const size = declared ?? Math.ceil(inputSize / (entrance.spatialAxes === 3 ? 2 : 1));
    const isTold = declared !== undefined || (entrance.spatialAxes === 0 && longest < LENGTH);
    const origin = isTold ? "declared" : "default";
    const run = this.run({ specs: sized(size) });
    // No tensor is its input: there is none to tell of.
    const isMore = args.length === 0 && wantedBesides(run) !== undefined;
    if (isMore || takesDict(run)) return this.settled(run, { specs: [], origin: "default" });
    const proposed = origin === "default" ? this.proposed(run, sized(size)) : undefined;
    if (proposed) return proposed;
    const usual = { specs: sized(size), origin } as const;
    const isAlone = args.length <= 1;
    const otherwise = (): Trial =>
      (isAlone && this.cleanly(otherAxes(entrance, sized(size), Math.min(LENGTH, longest)))) ||
      this.settled(run, usual);
    if (!hasFailed(run)) return isUnpackedOtherwise(run) ? otherwise() : this.settled(run, usual);
    // A table of positions may be added as a whole.
    const told = positionsIn(run, Math.min(LENGTH, longest));
    const lengths = [...(told === undefined ? [] : [told]), ...(longest > LENGTH ? [longest] : [])];
    const whole = this.otherwise(lengths.map((length) => sized(size, length)));
    if (whole || entrance.spatialAxes === 0) return whole ?? otherwise();
    return (
      this.fitted(run, size, sized) ??
      this.otherwise(isAlone ? otherForms(entrance, sized(size)) : []) ??
      otherwise()
    );
  }

  /** The first of inputs with other axes of which nothing is left open: a wrong one seldom raises, and says little. */
  private cleanly(forms: Iterable<readonly InputSpec[]>): Trial | undefined {
    for (const specs of forms) {
      const attempt = this.run({ specs });
      if (isClean(attempt)) return { run: attempt, input: { specs, origin: "fitted" } };
    }
    return undefined;
  }

  /** The first size at which what failed at one size does not. */
  private fitted(
    failed: Run,
    size: number,
    sized: (size: number) => readonly InputSpec[],
  ): Trial | undefined {
    const isRefused = !hasMismatch(failed);
    let ops = 0;
    let same = 0;
    for (const fitted of isRefused ? ROUND_SIZES : FITTING_SIZES) {
      if (fitted === size) continue;
      const attempt = this.run({ specs: sized(fitted) });
      if (isRefused ? !hasFailed(attempt) : !hasMismatch(attempt))
        return { run: attempt, input: { specs: sized(fitted), origin: "fitted" } };
      ops += attempt.trace.ops.length;
      // What fails alike at several sizes has nothing to do with the size.
      if (!isRefused && firstMismatch(attempt) === firstMismatch(failed)) same += 1;
      if (same > MAX_ALIKE || ops > MAX_FITTING_OPS) break;
    }
    return undefined;
  }

  /** The first of inputs of another form that fits. */
  private otherwise(forms: Iterable<readonly InputSpec[]>): Trial | undefined {
    for (const specs of forms) {
      const attempt = this.run({ specs });
      if (!hasFailed(attempt)) return { run: attempt, input: { specs, origin: "fitted" } };
    }
    return undefined;
  }

  /** A network that keeps what it was run on is left as the run that is told. */
  private settled(run: Run, input: ChosenInput): Trial {
    const isStale = this.takeBack !== undefined && this.last !== run;
    return { run: isStale ? this.run(input) : run, input };
  }

  /** The arguments that the network's forward must have, with the layers they enter by. */
  private probed(): Probed {
    const { m, framework, network } = this.options;
    const forward = forwardOf(network, framework.forwardNames);
    if (!forward || !framework.entryForm || takesTensorList(network, framework.forwardNames)) {
      return { args: [], first: undefined };
    }
    return probe(m, framework, forward, (args) => {
      m.inference = true;
      bounded(m, () => framework.forward(m, network, args));
      m.inference = false;
    });
  }

  /** The first input that fits of those that the network's first op speaks for. */
  private proposed(run: Run, [image, ...others]: readonly InputSpec[]): Trial | undefined {
    for (const spec of image && others.length === 0
      ? proposals(this.options.framework, run.trace, image)
      : []) {
      const attempt = this.run({ specs: [spec] });
      if (!hasFailed(attempt)) return { run: attempt, input: { specs: [spec], origin: "default" } };
    }
    return undefined;
  }
}

function same(shape: Shape): Shape {
  return shape;
}

/** Part of a network's steps that one trial of many may take. */
const TRIAL_SHARE = 0.25;

/** Axes of a sequence of features at most; more are an image's. */
const SEQUENCE_AXES = 3;

/** Lengths that networks of a fixed length are commonly written for, longest first below the usual one, then above it. */
const LENGTHS: readonly number[] = [64, 32, 16, 8, 256, 512, 1024, 2048, 100, 50, 40, 30, 20, 10];

/** Sizes that may fail as the first one did. */
const MAX_ALIKE = 3;

/** Ops that may be traced in search of a size that fits. */
const MAX_FITTING_OPS = 20_000;
