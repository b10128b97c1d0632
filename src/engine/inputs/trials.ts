/**
 * Runs of one network: on the input that is chosen or that it declares, or else on the first that fits of those that
 * its layers and its first ops speak for.
 */

import { bounded } from "../interpret/bounded.ts";
import type { Framework } from "../interpret/framework.ts";
import type { Machine } from "../interpret/machine.ts";
import type { OpRecord } from "../interpret/trace.ts";
import {
  type Dim,
  isUnknown,
  type Kwargs,
  List,
  NO_KWARGS,
  OfData,
  type Shape,
  type Tensor,
  type Value,
} from "../interpret/values.ts";
import { type Batch, batchAtFront, findBatch, isListOfSamples, isOneSample } from "./batchAxis.ts";
import {
  type ChosenInput,
  declaredInput,
  declaredLength,
  FITTING_SIZES,
  type FirstLayer,
  firstLayer,
  givenAnew,
  type InputSpec,
  otherAxes,
  otherForms,
  ROUND_SIZES,
  samplesOf,
} from "./candidates.ts";
import {
  type Argument,
  formOf,
  isScalar,
  LENGTH,
  LENGTHS,
  type Probed,
  probe,
  SEQUENCE_AXES,
  sequencesOf,
  specsOf,
  unknownLength,
} from "./entryLayers.ts";
import { joinedFeatures } from "./joinedFeatures.ts";
import { proposals } from "./probe.ts";
import {
  firstMismatch,
  hasFailed,
  hasMismatch,
  isAsserted,
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
    if (chosen.borrowed !== true || !hasMismatch(run)) {
      const trial = { run, input: chosen };
      return chosen.isExample === true && !hasFailed(run) ? this.ofOneSample(trial) : trial;
    }
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
      const { args, kwargs } = givenAnew(call, tensor);
      return this.feed(args, mode, kwargs);
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
    if (framework.unbatched === true || framework.isUnbatched?.(network) === true)
      return batchAtFront(1, true);
    // Nothing can be told from a run that failed; one sample is one sample all the same.
    if (hasFailed(run)) return batchAtFront(1, !run.inputs.every(isOneSample));
    if (isListOfSamples(run)) return batchAtFront(run.inputs.length);
    return findBatch(run, (reshape) => {
      const restore = framework.keep?.(network);
      const longer = this.run(input, "inference", reshape);
      restore?.();
      return hasFailed(longer) ? undefined : longer;
    });
  }

  /** The same run on one of the samples, where they can be told. */
  private ofOneSample(trial: Trial): Trial {
    const { samples, axis } = this.batchOf(trial);
    if (samples === 1 || axis === null) return trial;
    const one = (shape: Shape): Shape => shape.map((dim, at) => (at === axis && dim === samples ? 1 : dim));
    const run = this.run(trial.input, "inference", one);
    if (hasFailed(run)) return { run: this.run(trial.input), input: trial.input };
    const { call, ...input } = trial.input;
    const specs = input.specs.map(({ shape, dtype }) => ({ shape: one(shape), dtype }));
    const tensor = (shape: Shape, dtype: string): Value => this.options.framework.input(one(shape), dtype);
    return { run, input: { ...input, specs, ...(call && { call: givenAnew(call, tensor) }) } };
  }

  private feed(args: readonly Value[], mode: "inference" | "training", kwargs: Kwargs = NO_KWARGS): Run {
    const { m, framework, network } = this.options;
    m.beginTrace(this.takeBack ? TRIAL_SHARE : 1);
    m.inference = mode === "inference";
    const result = bounded(m, () => framework.forward(m, network, args, kwargs));
    m.inference = false;
    // What gives it may have been more layers, unless it is a number that was made of what they gave.
    if (!("reason" in result) && isUnknown(result.value) && !(result.value instanceof OfData))
      m.gap(result.value.reason, result.value.at);
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
    const [alone] = args.length === 1 ? args : [];
    const met = alone?.layer ?? first;
    const entrance =
      alone?.entry?.form === "features"
        ? { spatialAxes: 0, channels: alone.entry.count }
        : ((met && framework.entrance(met)) ??
          firstLayer(m, framework, network) ?? { spatialAxes: 2, channels: 3 });
    const named = declaredLength(network);
    const longest = named ?? LENGTH;
    const isOfTokens = args.some((arg) => formOf(framework, arg) === "tokens");
    // A sample without a batch axis is all of the input, and its length is open.
    const isOpen = isOfTokens && framework.unbatched === true && named === undefined;
    const usualLength: Dim = isOpen ? unknownLength() : Math.min(LENGTH, longest);
    const sized = (size: number, length = usualLength): readonly InputSpec[] =>
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
    const ids = this.asIds(args, sized(size));
    if (ids) return ids;
    const run = this.run({ specs: sized(size) });
    // No tensor is its input: there is none to tell of.
    const isMore = args.length === 0 && wantedBesides(run) !== undefined;
    if (isMore || takesDict(run)) return this.settled(run, { specs: [], origin: "default" });
    const isAlone = args.length <= 1;
    const proposed = origin === "default" && !isOfTokens ? this.proposed(run, sized(size)) : undefined;
    if (proposed) return proposed;
    const isLong = isOfTokens && !isOpen && !hasFailed(run);
    if (isLong && args.every((arg) => formOf(framework, arg) === "tokens")) {
      const turned = this.turned(run, sized(size));
      const window =
        isAlone && !turned && (isAsserted(run) || !keepsSample(run))
          ? this.atLength(run, (length) => sized(size, length))
          : undefined;
      if (turned || window) return turned ?? window!;
    }
    const usual = { specs: sized(size), origin } as const;
    const asSequences = (): Trial | undefined =>
      args.length > 1 && framework.unbatched !== true
        ? this.cleanly(sequencesOf(framework, args, sized(size), Math.min(LENGTH, longest)))
        : undefined;
    const otherwise = (): Trial =>
      (entrance.spatialAxes === 0 && (this.joined(run, sized(size)) ?? asSequences())) ||
      (isAlone && this.cleanly(otherAxes(entrance, sized(size), Math.min(LENGTH, longest)))) ||
      (origin === "default" && hasMismatch(run)
        ? this.unfit(run, usual, sized(size + ANOTHER, isOpen ? usualLength : LENGTH / 2))
        : this.settled(run, usual));
    if (!hasFailed(run)) return isUnpackedOtherwise(run) ? otherwise() : this.settled(run, usual);
    // A table of positions may be added as a whole.
    const told = positionsIn(run, Math.min(LENGTH, longest));
    const lengths = [...(told === undefined ? [] : [told]), ...(longest > LENGTH ? [longest] : [])];
    const whole =
      this.otherwise(lengths.map((length) => sized(size, length))) ??
      (isOfTokens && !isOpen ? this.atLength(run, (length) => sized(size, length)) : undefined);
    if (whole || entrance.spatialAxes === 0 || isOfTokens) return whole ?? otherwise();
    // A side as long as there are channels would fit whatever the order of the axes.
    const turned =
      entrance.spatialAxes !== 1
        ? undefined
        : isAlone
          ? this.cleanly(otherAxes(entrance, sized(size), Math.min(LENGTH, longest)))
          : asSequences();
    if (turned) return turned;
    return (
      this.fitted(run, size, sized, entrance) ??
      this.otherwise(isAlone ? otherForms(entrance, sized(size)) : []) ??
      otherwise()
    );
  }

  /** The first of inputs with other axes of which nothing is left open: a wrong one seldom raises, and says little. */
  private cleanly(
    forms: Iterable<readonly InputSpec[]>,
    origin: ChosenInput["origin"] = "fitted",
  ): Trial | undefined {
    for (const specs of forms) {
      const attempt = this.run({ specs });
      if (isClean(attempt)) return { run: attempt, input: { specs, origin } };
    }
    return undefined;
  }

  /**
   * Ids of users, of words: where several arguments pick rows and nothing but layers of features follows, each is one
   * number a sample.
   */
  private asIds(args: readonly Argument[], usual: readonly InputSpec[]): Trial | undefined {
    const { framework } = this.options;
    const isId = args.map((arg) => formOf(framework, arg) === "tokens" && !isScalar(arg));
    if (framework.unbatched === true || isId.filter(Boolean).length < 2) return undefined;
    const specs = usual.map((spec, i): InputSpec => (isId[i] ? { ...spec, shape: [1] } : spec));
    const attempt = this.run({ specs });
    if (!isClean(attempt) || !attempt.trace.ops.every(takesRows)) return undefined;
    return { run: attempt, input: { specs, origin: "default" } };
  }

  /**
   * The first length of a sequence that fits where the usual one does not, or makes several samples of one: positions
   * that are folded into the batch are a window of a fixed length.
   */
  private atLength(usual: Run, sized: (length: number) => readonly InputSpec[]): Trial | undefined {
    let alike = 0;
    let folded: Trial | undefined;
    for (const length of LENGTHS) {
      const specs = sized(length);
      const attempt = this.run({ specs });
      const trial = (): Trial => ({ run: attempt, input: { specs, origin: "fitted" } });
      const fits = !hasFailed(attempt) && !isAsserted(attempt);
      if (fits && keepsSample(attempt)) return trial();
      if (fits) folded ??= trial();
      if (hasMismatch(usual) && firstMismatch(attempt) === firstMismatch(usual)) alike += 1;
      if (alike > MAX_ALIKE) break;
    }
    return (hasFailed(usual) || isAsserted(usual)) && folded ? this.again(folded) : undefined;
  }

  /** Several inputs of features with as many of them as the layers say that they are joined for. */
  private joined(run: Run, usual: readonly InputSpec[]): Trial | undefined {
    if (usual.length < 2) return undefined;
    const found = joinedFeatures(run, usual, (specs) => this.run({ specs }), isClean);
    return found && { run: found.run, input: { specs: found.specs, origin: "fitted" } };
  }

  /** A trial that was not the last one, as the last one. */
  private again({ input }: Trial): Trial {
    return { run: this.run(input), input };
  }

  /** Layers that have samples in their second axis are given one there, not one position of many samples. */
  private turned(run: Run, specs: readonly InputSpec[]): Trial | undefined {
    if (!run.trace.ops.some(({ batchAxis, inputs: [input] }) => batchAxis === 1 && isOneLong(input)))
      return undefined;
    return this.cleanly([specs.map((spec) => ({ ...spec, shape: spec.shape.toReversed() }))], "default");
  }

  /** The first size at which what failed at one size does not. */
  private fitted(
    failed: Run,
    size: number,
    sized: (size: number) => readonly InputSpec[],
    { spatialAxes, channels }: FirstLayer,
  ): Trial | undefined {
    const isRefused = !hasMismatch(failed);
    let ops = 0;
    let same = 0;
    for (const fitted of isRefused ? ROUND_SIZES : FITTING_SIZES) {
      // As long as there are channels, features of a single sample would fit as a sequence of them.
      if (fitted === size || (spatialAxes === 1 && fitted === channels)) continue;
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

  /** What does not fit is the program's own fault where it does not fit just so at another size of the input. */
  private unfit(run: Run, usual: ChosenInput, another: readonly InputSpec[]): Trial {
    const other = this.run({ specs: another });
    const isUnfit = reasonOf(other) !== reasonOf(run);
    return this.settled(run, { ...usual, isUnfit });
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

  /** The first input that fits of those that the network's first op speaks for; one sample had best stay one. */
  private proposed(run: Run, [image, ...others]: readonly InputSpec[]): Trial | undefined {
    const { framework, network } = this.options;
    if (!image || others.length > 0) return undefined;
    let folded: Trial | undefined;
    for (const spec of proposals(framework, run, image, declaredLength(network))) {
      const attempt = this.run({ specs: [spec] });
      if (hasFailed(attempt) || isUnpackedOtherwise(attempt)) continue;
      const trial: Trial = { run: attempt, input: { specs: [spec], origin: "default" } };
      if (keepsSample(attempt)) return trial;
      folded ??= trial;
    }
    return folded && this.again(folded);
  }
}

/** An op of features alone: it works on each sample by itself, and on no sequence. */
function takesRows({ op, weights, macs }: OpRecord): boolean {
  return op === "embedding" || macs === 0 || (weights.length > 0 && (op === "linear" || op === "matmul"));
}

/** Its answer has no more samples than its input, as far as it tells. */
function keepsSample({ output }: Run): boolean {
  const [first] = tensorsIn(output);
  return !first || isUnknown(first.shape) || first.shape.length === 0 || first.shape[0] === 1;
}

/** One position of more than one sample, samples in the second axis. */
function isOneLong(input: Tensor | undefined): boolean {
  if (!input || isUnknown(input.shape) || input.shape.length < 3) return false;
  const [length, samples] = input.shape;
  return length === 1 && typeof samples === "number" && samples > 1;
}

/** What does not fit, without the sizes that come of the input. */
function reasonOf(run: Run): string | undefined {
  const message = firstMismatch(run);
  return message && (/\d+ against \d+$/.exec(message)?.[0] ?? message.replaceAll(/ \([^)]*\)/g, ""));
}

/** Pixels between two sizes that are tried for whether it is the size that does not fit. */
const ANOTHER = 32;

function same(shape: Shape): Shape {
  return shape;
}

/** Part of a network's steps that one trial of many may take. */
const TRIAL_SHARE = 0.25;

/** Sizes that may fail as the first one did. */
const MAX_ALIKE = 3;

/** Ops that may be traced in search of a size that fits. */
const MAX_FITTING_OPS = 20_000;
