/** What JAX refuses of calls of its array functions beside what their rules read, each in its words (jax 0.4 to 0.8). */
import { type Given, type Refusal, show } from "../../torch/refused/given.ts";

const axisOf = (given: Given): number | undefined => given.number("axis") ?? given.number("dim");

const outOfBounds: Refusal = (given) => {
  const [axis, shape] = [axisOf(given), given.shape("input")];
  if (axis === undefined || !shape || (axis >= -shape.length && axis < shape.length)) return undefined;
  return `axis ${axis} is out of bounds for array of dimension ${shape.length}`;
};

export const REFUSED_ARRAYS: Readonly<Record<string, Refusal>> = {
  softmax: outOfBounds,
  log_softmax: outOfBounds,
  standardize: outOfBounds,
  sort: outOfBounds,
  glu: (given) => {
    const size = given.shape("input")?.at(axisOf(given) ?? -1);
    const wrong = size !== undefined && size % 2 !== 0 ? "axis size must be divisible by 2" : undefined;
    return outOfBounds(given) ?? wrong;
  },
  split: (given) => {
    const [parts, axis] = [given.number("indices_or_sections"), axisOf(given) ?? 0];
    const size = given.shape("input")?.at(axis);
    if (parts === 0) return "integer division or modulo by zero";
    return parts !== undefined && size !== undefined && size % parts !== 0
      ? `array split does not result in an equal division: rest is ${size % parts}`
      : undefined;
  },
  squeeze: (given) => {
    const shape = given.shape("input");
    const axes = given.numbers("dim");
    const wrong = axes?.find((axis) => (shape?.at(axis) ?? 1) !== 1);
    return wrong === undefined || !shape
      ? undefined
      : `cannot select an axis to squeeze out which has size not equal to one, got shape=${show(shape)} and dimension ${wrong}`;
  },
};
