/** The distinct convolutions of a network, as they are and, where they can be swapped, depthwise and pointwise. */
import type { Report, ReportLayer } from "../engine/contract/report.ts";
import { asWritten, convTerms, depthwise, pointwise, spatial } from "../present/formula.ts";

/** Sizes of one convolution over one sample; two axes, the first of size 1 where the layer has one. */
export interface ConvShape {
  readonly input: Pair;
  readonly output: Pair;
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
  readonly inChannels: number;
  readonly outChannels: number;
  /** One filter for each input channel, in place of all channels in each filter. */
  readonly isDepthwise: boolean;
}

export type Pair = readonly [number, number];

/** What is run one after the other: one convolution, or two that stand for it. */
export interface Form {
  readonly steps: readonly ConvShape[];
  readonly macs: number;
}

export interface MeasuredShape {
  /** `3×3 64→128 at 56×56`. */
  readonly text: string;
  /** Names of the layers that have it. */
  readonly layers: readonly string[];
  /** How often all of them run it. */
  readonly calls: number;
  readonly written: Form;
  /** Absent where the layer cannot be swapped. */
  readonly separable?: Form;
}

export interface LeftOut {
  readonly layer: string;
  readonly reason: string;
}

/** All convolutions, or those of one layer; what cannot be measured has its reason. */
export function shapesOf(
  report: Report,
  layer?: string,
): { readonly shapes: readonly MeasuredShape[]; readonly left: readonly LeftOut[] } {
  const shapes = new Map<string, MeasuredShape>();
  const left: LeftOut[] = [];
  for (const each of report.layers) {
    if (layer !== undefined && each.name !== layer) continue;
    if (each.op !== "conv" && each.op !== "conv_transpose") continue;
    const found = shapeOf(each, report);
    if (typeof found === "string") {
      left.push({ layer: each.name, reason: found });
      continue;
    }
    const key = JSON.stringify([found.written, found.separable !== undefined]);
    const same = shapes.get(key);
    shapes.set(
      key,
      same
        ? { ...same, layers: [...same.layers, each.name], calls: same.calls + each.calls }
        : { ...found, layers: [each.name], calls: each.calls },
    );
  }
  return { shapes: [...shapes.values()], left };
}

type Found = Pick<MeasuredShape, "text" | "written" | "separable">;

function shapeOf(layer: ReportLayer, report: Report): Found | string {
  if (layer.op === "conv_transpose") return "transposed convolutions are not measured";
  const terms = convTerms(layer, report);
  if (!terms || layer.macs === null) return "a size of it is not known";
  const { kernel, positions, inChannels, outChannels, groups } = terms;
  const isDepthwise = groups === inChannels && groups > 1;
  if (kernel.length > 2) return "convolutions over three axes are not measured";
  if (groups > 1 && !isDepthwise) return "grouped convolutions are not measured";
  if (isDepthwise && outChannels % inChannels !== 0) return "a size of it is not known";
  const input = spatial(layer.in[0] ?? null, kernel.length, inChannels, report.framework);
  if (!input) return "a size of it is not known";
  if ([layer.stride, layer.dilation].every((sizes) => sizes?.some((size) => size > 1)))
    return "convolutions with stride and dilation are not measured";
  const { macs } = asWritten(terms);
  if (macs * layer.calls !== layer.macs) return "its calls differ in size";
  const sizes = {
    ...{ input: pair(input), output: pair(positions), kernel: pair(kernel) },
    ...{ stride: pair(layer.stride ?? []), dilation: pair(layer.dilation ?? []) },
  };
  const whole: ConvShape = { ...sizes, inChannels, outChannels, isDepthwise };
  const first: ConvShape = { ...whole, outChannels: inChannels, isDepthwise: true };
  const second: ConvShape = {
    ...{ input: sizes.output, output: sizes.output, kernel: ONE, stride: ONE, dilation: ONE },
    ...{ inChannels, outChannels, isDepthwise: false },
  };
  const kind = isDepthwise ? " depthwise" : "";
  const step = layer.stride?.some((size) => size !== 1) ? ` /${layer.stride[0]}` : "";
  return {
    text: `${kernel.join("×")}${step}${kind} ${inChannels}→${outChannels} at ${positions.join("×")}`,
    written: { steps: [whole], macs },
    ...(layer.swappable && {
      separable: { steps: [first, second], macs: depthwise(terms).macs + pointwise(terms).macs },
    }),
  };
}

const ONE: Pair = [1, 1];

/** One axis is the second of two. */
function pair(sizes: readonly number[]): Pair {
  const [first = 1, second] = sizes;
  return second === undefined ? [1, first] : [first, second];
}

/** What is put around the input so that the output has its size: the same work, wherever the code puts it. */
export function paddingOf({ input, output, kernel, stride, dilation }: ConvShape): readonly [Pair, Pair] {
  const axis = (at: 0 | 1): Pair => {
    const reach = (output[at] - 1) * stride[at] + (kernel[at] - 1) * dilation[at] + 1;
    const missing = Math.max(0, reach - input[at]);
    return [Math.floor(missing / 2), Math.ceil(missing / 2)];
  };
  return [axis(0), axis(1)];
}

/** Values that a form reads and writes, weights among them. */
export function valuesOf({ steps }: Form): number {
  return steps.reduce((sum, step) => {
    const [read, written] = [step.input, step.output].map(([height, width]) => height * width);
    const weights = step.kernel[0] * step.kernel[1] * (step.isDepthwise ? 1 : step.inChannels);
    return (
      sum + (read ?? 0) * step.inChannels + (written ?? 0) * step.outChannels + weights * step.outChannels
    );
  }, 0);
}
