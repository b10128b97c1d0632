/**
 * Grids of coordinates: `mgrid[0:4, 0:5]`, `ogrid`, `indices((4, 5))`. NumPy's and JAX's differ in their arrays alone.
 * https://numpy.org/doc/stable/reference/generated/numpy.mgrid.html
 */
import { rangeLength } from "../../../cost/geometry.ts";
import type { Interp } from "../../../interpret/interp.ts";
import { def, defineClass } from "../../../interpret/native.ts";
import {
  Float,
  Instance,
  isUnknown,
  Slice,
  Tuple,
  toItems,
  toNumber,
  type Value,
} from "../../../interpret/values.ts";

/** Makes an array of a library. */
type Make = (shape: readonly number[], dtype: "int64" | "float64", data?: number[]) => Value;

/** Steps of one axis. */
interface Steps {
  readonly start: number;
  readonly step: number;
  readonly length: number;
  readonly isWhole: boolean;
}

/** Elements are worked out up to this many. */
const MOST_ELEMENTS = 1 << 16;

export function gridNames(make: Make): Readonly<Record<"mgrid" | "ogrid" | "indices", Value>> {
  return {
    mgrid: subscripted("mgrid", (interp, axes, isOne) =>
      isOne ? line(make, axes[0]!, [axes[0]!.length]) : whole(make, interp, axes),
    ),
    ogrid: subscripted("ogrid", (_interp, axes, isOne) =>
      isOne ? line(make, axes[0]!, [axes[0]!.length]) : lines(make, axes),
    ),
    indices: def("indices", "dimensions, dtype=None, sparse=False", (a, interp) => {
      const axes = (toItems(a.dimensions) ?? [null]).map((size) => stepsOf(new Slice(0, size, 1)));
      if (!axes.every((axis) => axis !== undefined)) return interp.unknown("the grid's sizes are not known");
      return a.sparse === true ? lines(make, axes) : whole(make, interp, axes);
    }),
  };
}

function subscripted(
  name: string,
  rule: (interp: Interp, axes: readonly Steps[], isOne: boolean) => Value,
): Value {
  const cls = defineClass(name, {
    methods: {
      __getitem__: [
        "self, key",
        (a, interp) => {
          const axes = (toItems(a.key) ?? [a.key]).map(stepsOf);
          return axes.length > 0 && axes.every((axis) => axis !== undefined)
            ? rule(interp, axes, toItems(a.key) === undefined)
            : interp.unknown("the grid's sizes are not known");
        },
      ],
    },
  });
  return new Instance(cls);
}

/** Undefined where a bound is not known, or a complex step says how many there are. */
function stepsOf(axis: Value): Steps | undefined {
  if (!(axis instanceof Slice)) return undefined;
  const given = [axis.start ?? 0, axis.stop, axis.step ?? 1];
  const [start, stop, step] = given.map((bound) => toNumber(bound));
  if (start === undefined || stop === undefined || step === undefined || step === 0) return undefined;
  const length = rangeLength(start, stop, step);
  if (isUnknown(length)) return undefined;
  return { start, step, length, isWhole: !given.some((bound) => bound instanceof Float) };
}

function typeOf(axes: readonly Steps[]): "int64" | "float64" {
  return axes.every(({ isWhole }) => isWhole) ? "int64" : "float64";
}

function line(make: Make, axis: Steps, shape: readonly number[]): Value {
  const { start, step, length } = axis;
  const data =
    length <= MOST_ELEMENTS ? Array.from({ length }, (_, index) => start + index * step) : undefined;
  return make(shape, typeOf([axis]), data);
}

/** One array an axis, of size 1 along all others. */
function lines(make: Make, axes: readonly Steps[]): Value {
  return new Tuple(
    axes.map((axis, at) =>
      line(
        make,
        axis,
        axes.map(({ length }, other) => (other === at ? length : 1)),
      ),
    ),
  );
}

/** One array of all: a coordinate for each axis, of each point. */
function whole(make: Make, interp: Interp, axes: readonly Steps[]): Value {
  const sizes = axes.map(({ length }) => length);
  const points = sizes.reduce((product, size) => product * size, 1);
  const shape = [axes.length, ...sizes];
  if (points * axes.length > MOST_ELEMENTS) return make(shape, typeOf(axes));
  interp.tick(points);
  const data: number[] = [];
  for (const [at, { start, step, length }] of axes.entries()) {
    const inner = sizes.slice(at + 1).reduce((product, size) => product * size, 1);
    for (let point = 0; point < points; point++)
      data.push(start + (Math.floor(point / inner) % length) * step);
  }
  return make(shape, typeOf(axes), data);
}
