/** Ops that change a tensor's form: reshaping, joining, cutting, resizing. */
import { add, floorDivide, multiply, subtract } from "../../../cost/lift.ts";
import {
  type Dim,
  isUnknown,
  List,
  type Shape,
  Tensor,
  toItems,
  toNumber,
  Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { toDim } from "../../rules/sizes.ts";
import { axisOf, Misfit, numel, reshape, showShape } from "../../shape/dims.ts";
import { concatenate, stack as stackShape } from "../../shape/join.ts";
import { shapeOf } from "../library.ts";
import type { Call, OpRule, OpTable } from "./op.ts";

/** A rule on a shape whose rank is known. */
const onShape =
  (rule: (shape: Shape, c: Call) => Shape | Unknown | Misfit, isView = false): OpRule =>
  (c) => {
    const x = c.tensor("x");
    const shape = isUnknown(x.shape) ? x.shape : rule(x.shape, c);
    return isView ? c.view(x, shape) : c.shaped([x], shape);
  };

const isMissing = (shape: Shape, axis: number): Misfit =>
  new Misfit(`${showShape(shape)} has no axis ${axis}`);

function axis(c: Call, shape: Shape, fallback = 0): number | undefined {
  return axisOf(c.number("axis") ?? fallback, shape.length);
}

const cast: OpRule = (c) => {
  const x = c.tensor("x");
  return c.emit({ inputs: [x], shape: x.shape, dtype: c.dtype() ?? x.dtype });
};

const concat: OpRule = (c) => {
  const many = toItems(c.value("tensors"));
  // The chained form takes one tensor or a list of them: `a.concat(b, axis)`.
  const tensors = many ? c.tensors("tensors") : c.all.filter((value) => value instanceof Tensor);
  if (isUnknown(tensors)) return tensors;
  const numbers = c.all.map(toNumber).filter((number) => number !== undefined);
  const lost = tensors.map(({ shape }) => shape).find(isUnknown) ?? c.all.find(isUnknown);
  return c.shaped(
    tensors,
    lost ??
      concatenate(
        tensors.map(({ shape }) => shape as Shape),
        numbers.at(-1) ?? 0,
      ),
  );
};

/** `a.concat([b, c], axis)` */
const concatMethod: OpRule = (c) => {
  const [self, others, along] = c.all;
  const given = [self, ...(toItems(others) ?? [others])];
  c.m.tick(given.length);
  const tensors = given.map((value) => c.toTensor(value));
  const lost = tensors.map(({ shape }) => shape).find(isUnknown) ?? (isUnknown(along) ? along : undefined);
  return c.shaped(
    tensors,
    lost ??
      concatenate(
        tensors.map(({ shape }) => shape as Shape),
        toNumber(along) ?? 0,
      ),
  );
};

const stack: OpRule = (c) => {
  const tensors = c.tensors("tensors");
  if (isUnknown(tensors)) return tensors;
  const lost = tensors.map(({ shape }) => shape).find(isUnknown);
  return c.shaped(
    tensors,
    lost ??
      stackShape(
        tensors.map(({ shape }) => shape as Shape),
        c.number("axis") ?? 0,
      ),
  );
};

const split: OpRule = (c) => {
  const x = c.tensor("x");
  if (isUnknown(x.shape)) return x.shape;
  const at = axis(c, x.shape);
  if (at === undefined) return c.m.fail("Error", isMissing(x.shape, c.number("axis") ?? 0).message);
  const sizes = toItems(c.value("sizes"))?.map(toDim);
  const count = c.number("sizes");
  const parts =
    sizes ??
    (count === undefined ? undefined : new Array<Dim>(count).fill(floorDivide(x.shape[at] ?? 1, count)));
  if (!parts) return c.m.unknown("a split into parts that are not known");
  const given = x.shape;
  return new List(parts.map((size) => c.emit({ inputs: [x], shape: given.with(at, size), elementwise: 0 })));
};

const unstack: OpRule = (c) => {
  const x = c.tensor("x");
  if (isUnknown(x.shape)) return x.shape;
  const at = axis(c, x.shape);
  const count = at === undefined ? undefined : x.shape[at];
  if (typeof count !== "number" || !c.m.allows(count))
    return c.m.unknown("a tensor taken apart along an axis of unknown size");
  const shape = x.shape.filter((_, i) => i !== at);
  return new List(Array.from({ length: count }, () => c.emit({ inputs: [x], shape, elementwise: 0 })));
};

const gather: OpRule = (c) => {
  const [x, indices] = [c.tensor("x"), c.tensor("indices")];
  const at = isUnknown(x.shape) ? undefined : axis(c, x.shape);
  const shape = isUnknown(x.shape)
    ? x.shape
    : isUnknown(indices.shape)
      ? indices.shape
      : at === undefined
        ? isMissing(x.shape, c.number("axis") ?? 0)
        : [...x.shape.slice(0, at), ...indices.shape, ...x.shape.slice(at + 1)];
  return c.shaped([x, indices], shape, { elementwise: 0, dtype: x.dtype });
};

function slice(shape: Shape, c: Call): Shape | Misfit {
  const begin = c.dims("begin", 1);
  const starts = toItems(c.value("begin"))?.map(toDim) ?? begin;
  const sizes = c.given("size") ? (toItems(c.value("size"))?.map(toDim) ?? [c.dim("size")]) : [];
  const cut = shape.map((dim, i) => {
    const size = sizes[i] ?? -1;
    return size === -1 ? subtract(dim, starts[i] ?? 0) : size;
  });
  const isBeyond = cut.some((size, i) => {
    const [start, dim] = [starts[i] ?? 0, shape[i]];
    // What has no elements here waits for data.
    if (typeof size !== "number" || typeof start !== "number" || typeof dim !== "number") return false;
    return dim > 0 && start + size > dim;
  });
  return isBeyond ? new Misfit(`cannot take ${showShape(cut)} out of ${showShape(shape)}`, cut) : cut;
}

function stridedSlice(shape: Shape, c: Call): Shape | Unknown {
  const [begin, end, strides] = [
    c.integers("begin"),
    c.integers("end"),
    c.given("strides") ? c.integers("strides") : [],
  ];
  if (!begin || !end || !strides) return new Unknown("a slice whose bounds are not known");
  const clamp = (at: number, size: number): number => Math.min(Math.max(at < 0 ? at + size : at, 0), size);
  return shape.map((dim, i) => {
    if (begin[i] === undefined || end[i] === undefined || typeof dim !== "number") return dim;
    return Math.max(0, Math.ceil((clamp(end[i], dim) - clamp(begin[i], dim)) / (strides[i] ?? 1)));
  });
}

function pad(shape: Shape, c: Call): Shape | Unknown {
  const pairs = toItems(c.value("paddings"));
  if (!pairs) return new Unknown("paddings that are not known");
  const isFlat = typeof pairs[0] === "number";
  return shape.map((dim, i) => {
    const pair = isFlat ? pairs : toItems(pairs[i]);
    return pair ? add(dim, add(toDim(pair[0]), toDim(pair[1]))) : dim;
  });
}

const PADS = Object.fromEntries(
  ["pad", "pad1d", "pad2d", "pad3d", "pad4d", "mirrorPad"].map((name) => [
    name,
    { signature: "x, paddings, constantValue=0", rule: onShape(pad) },
  ]),
);

function transpose(shape: Shape, c: Call): Shape | Unknown | Misfit {
  if (!c.given("perm")) return [...shape].reverse();
  const axes = c.integers("perm");
  if (!axes) return new Unknown("a transposition by axes that are not known");
  if (axes.length !== shape.length)
    return new Misfit(`cannot transpose ${showShape(shape)} by ${axes.join(", ")}`);
  return axes.map((at) => shape[at] ?? 1);
}

function squeeze(shape: Shape, c: Call): Shape | Unknown {
  if (!c.given("axis")) return shape.filter((dim) => dim !== 1);
  const axes = c.integers("axis")?.map((at) => axisOf(at, shape.length));
  return axes ? shape.filter((_, i) => !axes.includes(i)) : new Unknown("axes that are not known");
}

function expandDims(shape: Shape, c: Call): Shape | Unknown | Misfit {
  const at = axisOf(c.number("axis") ?? 0, shape.length + 1);
  return at === undefined
    ? isMissing(shape, c.number("axis") ?? 0)
    : [...shape.slice(0, at), 1, ...shape.slice(at)];
}

function resized(shape: Shape, c: Call): Shape | Misfit {
  if (shape.length < 3) return new Misfit(`cannot resize ${showShape(shape)}`);
  return [...shape.slice(0, -3), ...c.dims("size", 2), shape.at(-1) ?? 1];
}

function depthToSpace(shape: Shape, c: Call): Shape {
  const block = c.dim("blockSize");
  const [batch = 1, height = 1, width = 1, depth = 1] = shape;
  return [batch, multiply(height, block), multiply(width, block), floorDivide(depth, multiply(block, block))];
}

const crop: OpRule = (c) => {
  const [image, boxes] = [c.tensor("image"), c.tensor("boxes")];
  const lost = isUnknown(image.shape) ? image.shape : isUnknown(boxes.shape) ? boxes.shape : undefined;
  const shape = lost ?? [
    (boxes.shape as Shape)[0] ?? 1,
    ...c.dims("cropSize", 2),
    (image.shape as Shape).at(-1) ?? 1,
  ];
  return c.emit({ inputs: [image], shape });
};

const view =
  (rank: number): OpRule =>
  (c) => {
    const x = c.tensor("x");
    const sizes = c.all.slice(1, rank + 1).map(toDim);
    return c.view(x, rank === 1 ? [numel(x.shape)] : reshape(x.shape, sizes));
  };

export const SHAPES: OpTable = {
  reshape: {
    signature: "x, shape",
    rule: (c) => {
      const x = c.tensor("x");
      const target = shapeOf(c.value("shape"));
      return c.view(x, isUnknown(target) ? target : reshape(x.shape, target));
    },
  },
  transpose: { signature: "x, perm=undefined", rule: onShape(transpose) },
  expandDims: { signature: "x, axis=0", rule: onShape(expandDims, true) },
  squeeze: { signature: "x, axis=undefined", rule: onShape(squeeze, true) },
  flatten: { signature: "x", rule: onShape((shape) => [numel(shape)], true) },
  cast: { signature: "x, dtype", rule: cast },
  concat: { signature: "tensors, axis=0", rule: concat },
  ...Object.fromEntries(
    [1, 2, 3, 4].map((n) => [`concat${n}d`, { signature: "tensors, axis=0", rule: concat }]),
  ),
  stack: { signature: "tensors, axis=0", rule: stack },
  unstack: { signature: "x, axis=0", rule: unstack },
  split: { signature: "x, sizes, axis=0", rule: split },
  gather: { signature: "x, indices, axis=0", rule: gather },
  slice: { signature: "x, begin, size=undefined", rule: onShape(slice) },
  ...Object.fromEntries(
    [1, 2, 3, 4].map((n) => [`slice${n}d`, { signature: "x, begin, size=undefined", rule: onShape(slice) }]),
  ),
  stridedSlice: { signature: "x, begin, end, strides=undefined", rule: onShape(stridedSlice) },
  ...PADS,
  tile: {
    signature: "x, reps",
    rule: onShape((shape, c) => {
      const reps = c.dims("reps", shape.length);
      return shape.map((dim, i) => multiply(dim, reps[i] ?? 1));
    }),
  },
  broadcastTo: { signature: "x, shape", rule: onShape((_shape, c) => shapeOf(c.value("shape"))) },
  depthToSpace: { signature: "x, blockSize", rule: onShape(depthToSpace) },
};

/** `tf.image` */
export const IMAGES: OpTable = {
  resizeBilinear: { signature: "x, size", rule: onShape(resized) },
  resizeNearestNeighbor: { signature: "x, size", rule: onShape(resized) },
  flipLeftRight: { signature: "x", rule: onShape((shape) => shape) },
  rotateWithOffset: { signature: "x", rule: onShape((shape) => shape) },
  grayscaleToRGB: { signature: "x", rule: onShape((shape) => [...shape.slice(0, -1), 3]) },
  cropAndResize: { signature: "image, boxes, boxInd, cropSize", rule: crop },
};

/** Methods of tensors that are no functions of `tf`. */
export const METHODS_ONLY: OpTable = {
  as1D: { signature: "x", rule: view(1) },
  as2D: { signature: "x", rule: view(2) },
  as3D: { signature: "x", rule: view(3) },
  as4D: { signature: "x", rule: view(4) },
  as5D: { signature: "x", rule: view(5) },
  asScalar: { signature: "x", rule: onShape(() => [], true) },
  asType: { signature: "x, dtype", rule: cast },
  toFloat: { signature: "x, dtype='float32'", rule: cast },
  toInt: { signature: "x, dtype='int32'", rule: cast },
  toBool: { signature: "x, dtype='bool'", rule: cast },
  concat: { signature: "x", rule: concatMethod },
  stack: {
    signature: "x",
    rule: (c) => {
      const [self, others, along] = c.all;
      const tensors: readonly Tensor[] = [self, ...(toItems(others) ?? [others])].map((value: Value) =>
        c.toTensor(value),
      );
      const lost = tensors.map(({ shape }) => shape).find(isUnknown);
      return c.shaped(
        tensors,
        lost ??
          stackShape(
            tensors.map(({ shape }) => shape as Shape),
            toNumber(along) ?? 0,
          ),
      );
    },
  },
  reshapeAs: {
    signature: "x, other",
    rule: onShape((shape, c) => {
      const target = c.shape("other");
      return isUnknown(target) ? target : reshape(shape, target);
    }, true),
  },
  resizeBilinear: { signature: "x, size", rule: onShape(resized) },
  resizeNearestNeighbor: { signature: "x, size", rule: onShape(resized) },
};
