/** Tensors from nothing: literals, constants, random numbers, variables. */
import { isUnknown, type Tensor, toItems, Unknown } from "../../../interpret/values.ts";
import { toDim } from "../../rules/sizes.ts";
import { shapeOf } from "../library.ts";
import { type Call, nestedShape, type OpRule, type OpTable } from "./op.ts";

const made = (c: Call, shape: ReturnType<typeof shapeOf>, dtype = c.dtype() ?? "float32"): Tensor =>
  c.lib.tensor(shape, dtype);

const filled: OpRule = (c) => made(c, shapeOf(c.value("shape")));

const literal =
  (rank?: number): OpRule =>
  (c) => {
    const values = c.value("values");
    const dtype = c.dtype() ?? (typeof values === "boolean" ? "bool" : "float32");
    if (c.given("shape")) return made(c, shapeOf(c.value("shape")), dtype);
    if (isUnknown(values)) return made(c, rank === undefined ? values : new Array(rank).fill(values), dtype);
    return made(c, nestedShape(values, rank), dtype);
  };

const range: OpRule = (c) => {
  const [start, stop, step] = [c.number("start"), c.number("stop"), c.number("step") ?? 1];
  const count =
    start === undefined || stop === undefined
      ? new Unknown("a range that is not known")
      : Math.max(0, Math.ceil((stop - start) / step));
  return made(c, [count]);
};

const oneHot: OpRule = (c) => {
  const indices = c.tensor("indices");
  return c.emit({
    inputs: [indices],
    shape: isUnknown(indices.shape) ? indices.shape : [...indices.shape, c.dim("depth")],
    dtype: "float32",
  });
};

const variable: OpRule = (c) => {
  const initial = c.tensor("initial");
  return c.lib.parameter(initial.shape, c.m.truthy(c.value("trainable") ?? true), initial.dtype);
};

const eye: OpRule = (c) => {
  const batch = toItems(c.value("batch"))?.map(toDim) ?? [];
  return made(c, [...batch, c.dim("rows"), c.given("columns") ? c.dim("columns") : c.dim("rows")]);
};

const SHAPE = "shape";
const RANDOM = "shape, a=0, b=1, dtype=undefined";

export const CREATION: OpTable = {
  tensor: { signature: "values, shape=undefined, dtype=undefined", rule: literal() },
  ...Object.fromEntries(
    [1, 2, 3, 4, 5, 6].map((n) => [
      `tensor${n}d`,
      {
        signature: n === 1 ? "values, dtype=undefined" : "values, shape=undefined, dtype=undefined",
        rule: literal(n),
      },
    ]),
  ),
  scalar: { signature: "values, dtype=undefined", rule: (c) => made(c, []) },
  zeros: { signature: `${SHAPE}, dtype=undefined`, rule: filled },
  ones: { signature: `${SHAPE}, dtype=undefined`, rule: filled },
  fill: { signature: `${SHAPE}, value, dtype=undefined`, rule: filled },
  randomNormal: { signature: RANDOM, rule: filled },
  randomUniform: { signature: RANDOM, rule: filled },
  randomUniformInt: { signature: RANDOM, rule: filled },
  truncatedNormal: { signature: RANDOM, rule: filled },
  randomGamma: { signature: RANDOM, rule: filled },
  buffer: { signature: `${SHAPE}, dtype=undefined`, rule: filled },
  range: { signature: "start, stop, step=1, dtype=undefined", rule: range },
  linspace: { signature: "start, stop, num", rule: (c) => made(c, [c.dim("num")]) },
  eye: { signature: "rows, columns=undefined, batch=undefined, dtype=undefined", rule: eye },
  oneHot: { signature: "indices, depth", rule: oneHot },
  variable: { signature: "initial, trainable=true", rule: variable },
};
