/** Pooling of any rank and layout: windows, adaptive and global. No MACs; the output's elements are counted. */
import { type Dim, isUnknown, type Shape, Unknown } from "../../interpret/values.ts";
import { showShape } from "../shape/dims.ts";
import type { ChannelAxis } from "./convolution.ts";
import { impossibleWindow, notNegative, type Window, windowOutput } from "./window.ts";

export interface PoolAxes {
  readonly spatial: number;
  readonly channels: ChannelAxis;
  /** Axes an input may have besides the spatial ones, fewest and most. */
  readonly otherAxes: readonly [fewest: number, most: number];
}

export interface PoolRuling {
  readonly shape: Shape | Unknown;
  readonly problem?: string;
  /** The problem is one of the arguments alone: no input would fit. */
  readonly fitsNothing?: boolean;
  /** The framework takes it all the same: what comes out is empty. */
  readonly isEmpty?: boolean;
}

export function windowPool(input: Shape | Unknown, axes: PoolAxes, window: Window): PoolRuling {
  const impossible = impossibleWindow(window);
  let isEmpty = false;
  const ruling = resize(input, axes, (sizes) => {
    const out = impossible === undefined ? windowOutput(sizes, window) : [];
    const small = out.some((size) => typeof size === "number" && size < 1);
    if (impossible === undefined && !small) return { sizes: out };
    const problem =
      impossible ??
      `has a ${showShape(window.kernel)} window that does not fit into its ${showShape(sizes)} input`;
    isEmpty = impossible === undefined && window.mayBeEmpty === true;
    if (isEmpty) return { sizes: out.map(notNegative), problem };
    const lost = new Unknown(`a pool that ${problem}`);
    return { sizes: sizes.map(() => lost), problem };
  });
  if (isEmpty) return { ...ruling, isEmpty };
  return impossible === undefined ? ruling : { ...ruling, fitsNothing: true };
}

/** Any rule that changes the spatial axes alone: adaptive pools, unpooling, resizing. */
export function resize(
  input: Shape | Unknown,
  axes: PoolAxes,
  rule: (sizes: readonly Dim[]) => { readonly sizes: readonly Dim[]; readonly problem?: string },
): PoolRuling {
  const { spatial, otherAxes } = axes;
  const [fewest, most] = otherAxes;
  if (isUnknown(input)) {
    const sizes = rule(new Array<Dim>(spatial).fill(input)).sizes;
    return { shape: place(new Array<Dim>(most).fill(input), sizes, axes.channels) };
  }
  if (input.length < spatial + fewest || input.length > spatial + most) {
    const wanted = fewest === most ? `${spatial + most}` : `${spatial + fewest} or ${spatial + most}`;
    const lost = new Unknown("an input with the wrong number of axes");
    return {
      shape: place(
        new Array<Dim>(most).fill(lost),
        rule(new Array<Dim>(spatial).fill(lost)).sizes,
        axes.channels,
      ),
      problem: `expects an input with ${wanted} axes, gets ${input.length} (${showShape(input)})`,
    };
  }
  const start = axes.channels === "first" ? input.length - spatial : input.length - spatial - 1;
  const result = rule(input.slice(start, start + spatial));
  const shape = [...input.slice(0, start), ...result.sizes, ...input.slice(start + spatial)];
  return { shape, ...(result.problem ? { problem: result.problem } : {}) };
}

function place(others: readonly Dim[], sizes: readonly Dim[], channels: ChannelAxis): Shape {
  return channels === "first"
    ? [...others, ...sizes]
    : [...others.slice(0, -1), ...sizes, ...others.slice(-1)];
}
