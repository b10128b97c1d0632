/**
 * Convolution and transposed convolution of any rank and layout: output shape, MACs, geometry, and what does not
 * fit. Frameworks turn their arguments into a `ConvRule`; what they name differently ends there.
 */
import { convMacs, transposedConvMacs } from "../../cost/convolution.ts";
import { product } from "../../cost/lift.ts";
import type { ConvGeometry, Count } from "../../interpret/trace.ts";
import { type Dim, isUnknown, type Shape, Unknown } from "../../interpret/values.ts";
import { showShape } from "../shape/dims.ts";
import { differ, isKnownDims } from "./sizes.ts";
import { impossibleWindow, notNegative, paddingPairs, type Window, windowOutput } from "./window.ts";

export type ChannelAxis = "first" | "last";

export interface ConvRule extends Window {
  /** 1, 2 or 3. */
  readonly spatial: number;
  readonly channels: ChannelAxis;
  readonly inChannels: Dim;
  readonly outChannels: Dim;
  readonly groups: Dim;
  readonly bias: boolean;
  /** Transposed convolution: its output sizes, by a rule of the framework's own. */
  readonly transposed?: (sizes: readonly Dim[]) => readonly Dim[];
  /** How many leading (batch) axes are allowed, fewest and most. */
  readonly batchAxes: readonly [fewest: number, most: number];
  /** A kernel that does not fit and padding below zero are errors; else the output is empty, and cropped. */
  readonly mustFit?: boolean;
}

export interface ConvRuling {
  readonly shape: Shape | Unknown;
  readonly macs: Count;
  readonly geometry?: ConvGeometry;
  /** What does not fit, to be put after the layer's name: `expects 64 channels, gets 32`. */
  readonly problem?: string;
  /** The problem is one of the arguments alone: no input would fit. */
  readonly fitsNothing?: boolean;
  /** The kernel does not fit, and what comes out is empty: the frameworks that do not refuse it have it so. */
  readonly isEmpty?: boolean;
}

export function convolution(input: Shape | Unknown, rule: ConvRule): ConvRuling {
  const [fewest, most] = rule.batchAxes;
  const rank = rule.spatial + 1;
  if (isUnknown(input)) return ruling(new Array<Dim>(rank - 1 + most).fill(input), rule, undefined, input);
  if (input.length < rank + fewest || input.length > rank + most) {
    const wanted = fewest === most ? `${rank + most}` : `${rank + fewest} or ${rank + most}`;
    const lost = new Unknown(`an input with the wrong number of axes`);
    const problem = `expects an input with ${wanted} axes, gets ${input.length} (${showShape(input)})`;
    return ruling(new Array<Dim>(rank - 1 + most).fill(lost), rule, problem);
  }
  const channelAxis = rule.channels === "first" ? input.length - rank : input.length - 1;
  const channels = input[channelAxis] ?? 0;
  const others = input.filter((_, axis) => axis !== channelAxis);
  if (differ(channels, rule.inChannels)) {
    return ruling(others, rule, `expects ${rule.inChannels} channels, gets ${channels}`);
  }
  return ruling(others, rule, undefined);
}

/** `axes` is the input's shape without its channels. */
function ruling(
  axes: readonly Dim[],
  rule: ConvRule,
  problem: string | undefined,
  unknown?: Unknown,
): ConvRuling {
  const impossible = impossibleRule(rule);
  if (impossible !== undefined) return { ...refused(axes, rule, impossible), fitsNothing: true };
  const ungrouped = groupProblem(rule);
  if (ungrouped !== undefined) return refused(axes, rule, problem ?? ungrouped);
  const batch = axes.slice(0, axes.length - rule.spatial);
  const sizes = axes.slice(axes.length - rule.spatial);
  const outSizes = (rule.transposed ? rule.transposed(sizes) : windowOutput(sizes, rule)).map((size) =>
    notNegative(size),
  );
  const tooSmall = outSizes.some((size) => size === 0) && !sizes.some((size) => size === 0);
  if (tooSmall && rule.mustFit) return refused(axes, rule, problem ?? smallProblem(sizes, rule));
  const shape = placed(batch, outSizes, rule);
  const kernel = product(rule.kernel);
  const macs = rule.transposed
    ? transposedConvMacs(
        product([...batch, ...sizes]),
        rule.inChannels,
        rule.outChannels,
        rule.groups,
        kernel,
      )
    : convMacs(product([...batch, ...outSizes]), rule.inChannels, rule.outChannels, rule.groups, kernel);
  const geometry = convGeometry(sizes, rule);
  const trouble = problem ?? (tooSmall ? smallProblem(sizes, rule) : undefined);
  return {
    shape,
    macs: unknown ?? macs,
    ...(geometry ? { geometry } : {}),
    ...(trouble ? { problem: trouble } : {}),
    ...(problem === undefined && tooSmall && !rule.transposed ? { isEmpty: true } : {}),
  };
}

function placed(batch: readonly Dim[], sizes: readonly Dim[], rule: ConvRule): Shape {
  return rule.channels === "first"
    ? [...batch, rule.outChannels, ...sizes]
    : [...batch, ...sizes, rule.outChannels];
}

/** The program ends here: nothing is known of what comes out but its channels, nor of what it costs. */
function refused(axes: readonly Dim[], rule: ConvRule, problem: string): ConvRuling {
  const lost = new Unknown(`a convolution that ${problem}`);
  const batch = axes.slice(0, axes.length - rule.spatial);
  return { shape: placed(batch, new Array<Dim>(rule.spatial).fill(lost), rule), macs: lost, problem };
}

function impossibleRule(rule: ConvRule): string | undefined {
  const { groups } = rule;
  if (typeof groups === "number" && !(groups >= 1)) return `has ${groups} groups, which must be positive`;
  const crop = rule.mustFit && typeof rule.padding !== "string" ? rule.padding.flat() : [];
  const cropped = crop.find((amount) => typeof amount === "number" && amount < 0);
  if (cropped !== undefined) return `has a padding of ${cropped}, which must not be negative`;
  return impossibleWindow(rule);
}

function smallProblem(sizes: readonly Dim[], rule: ConvRule): string {
  return `has a ${showShape(rule.kernel)} kernel that does not fit into its ${showShape(sizes)} input`;
}

function groupProblem({ groups, inChannels, outChannels }: ConvRule): string | undefined {
  if (typeof groups !== "number" || groups === 1) return undefined;
  for (const [channels, what] of [
    [inChannels, "input"],
    [outChannels, "output"],
  ] as const) {
    if (typeof channels === "number" && channels % groups !== 0) {
      return `has ${groups} groups, which do not divide its ${channels} ${what} channels`;
    }
  }
  return undefined;
}

function convGeometry(sizes: readonly Dim[], rule: ConvRule): ConvGeometry | undefined {
  const { kernel, stride, dilation, groups, inChannels, outChannels } = rule;
  const padding = paddingPairs(sizes, rule);
  if (
    !padding ||
    !isKnownDims(kernel) ||
    !isKnownDims(stride) ||
    !isKnownDims(dilation) ||
    typeof groups !== "number" ||
    typeof inChannels !== "number" ||
    typeof outChannels !== "number"
  ) {
    return undefined;
  }
  const transposed = rule.transposed !== undefined;
  return { kernel, stride, dilation, padding, groups, inChannels, outChannels, bias: rule.bias, transposed };
}
