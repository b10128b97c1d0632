/**
 * Functions whose shape rule is torch's, under Keras' names and arguments: elementwise arithmetic, reductions, views,
 * joins, contractions. A parameter goes to torch's of the same meaning.
 */

import { entryOf } from "../../../base/table.ts";
import type { Bound } from "../../../interpret/native.ts";
import { parseSignature } from "../../../interpret/signature.ts";
import { NO_KWARGS, type Value } from "../../../interpret/values.ts";
import { CONTRACTION_FUNCTIONS, CONTRACTIONS } from "../../torch/tensor/contractions.ts";
import { CREATION } from "../../torch/tensor/creation.ts";
import { ELEMENTWISE } from "../../torch/tensor/elementwise.ts";
import { TRIANGLES } from "../../torch/tensor/fills.ts";
import { INDEXING, WHERE_FUNCTION } from "../../torch/tensor/indexing.ts";
import { JOINS, SPLITS } from "../../torch/tensor/joins.ts";
import { LINALG } from "../../torch/tensor/linalg.ts";
import { type OpSpec, toNative } from "../../torch/tensor/op.ts";
import { REDUCTIONS } from "../../torch/tensor/reductions.ts";
import { SORTING } from "../../torch/tensor/sorting.ts";
import { VIEW_METHODS, VIEWS } from "../../torch/tensor/views.ts";
import { tensorsIn } from "../graph.ts";
import type { FunctionSpec, Op } from "./op.ts";

const LENDERS = [
  ELEMENTWISE,
  REDUCTIONS,
  VIEWS,
  VIEW_METHODS,
  JOINS,
  SPLITS,
  CONTRACTIONS,
  CONTRACTION_FUNCTIONS,
  CREATION,
  INDEXING,
  WHERE_FUNCTION,
  SORTING,
  TRIANGLES,
  LINALG,
];

export function lent(name: string): OpSpec {
  for (const table of LENDERS) {
    const spec = entryOf(table, name);
    if (spec) return spec;
  }
  throw new Error(`torch has no op ${name}`);
}

/** Runs torch's op with arguments by torch's names, as a step of a function. */
export function lend(op: Op, name: string, args: Readonly<Record<string, Value>>): Value {
  return withSymbols(op, args, run(op, lent(name), name, args));
}

function run(op: Op, spec: OpSpec, name: string, args: Readonly<Record<string, Value>>): Value {
  const { keras } = op;
  const { rest } = parseSignature(spec.signature);
  const positional: Value[] = [];
  const named = new Map<string, Value>();
  for (const [key, value] of Object.entries(args)) {
    if (value === null || value === undefined) continue;
    if (key === rest) positional.push(value);
    else named.set(key, key === "dtype" && typeof value === "string" ? keras.kit.dtype(value) : value);
  }
  const firstNamed = spec.signature.startsWith("*") ? [] : [...named].slice(0, positional.length > 0 ? 1 : 0);
  for (const [key] of firstNamed) named.delete(key);
  const answer = toNative(keras.kit, name, spec).code(
    op.interp,
    [...firstNamed.map(([, value]) => value), ...positional],
    named.size > 0 ? named : NO_KWARGS,
  );
  return answer;
}

/** Keras' parameter → torch's. */
const MEANINGS: Readonly<Record<string, string>> = {
  x: "input",
  x1: "input",
  x2: "other",
  y: "other",
  axis: "dim",
  keepdims: "keepdim",
  keep_dims: "keepdim",
  xs: "tensors",
  arrays: "tensors",
  input_tensor: "input",
  tensor: "input",
  a: "input",
  b: "other",
  newshape: "shape",
  values: "tensors",
};

/** The meaning of a parameter that changes elements alone, in a way that is not followed. */
export const ELEMENTS = "elements";

/**
 * A function of Keras with a rule of torch. `names` adds to or overrides what its parameters mean: none ("") for those
 * that change nothing here.
 */
export function borrow(
  signature: string,
  torch: string,
  names: Readonly<Record<string, string>> = {},
): FunctionSpec {
  const spec = lent(torch);
  const { params } = parseSignature(signature);
  const lender = parseSignature(spec.signature);
  const meaningOf = (name: string): string => entryOf(names, name) ?? entryOf(MEANINGS, name) ?? name;
  for (const { name, unmodelled } of params) {
    const target = meaningOf(name);
    if (
      !unmodelled &&
      target !== "" &&
      target !== ELEMENTS &&
      target !== lender.rest &&
      !lender.names.has(target)
    )
      throw new Error(`torch's ${torch} takes no ${target}`);
  }
  return {
    signature,
    run: (op, a: Bound) => {
      const args: Record<string, Value> = {};
      let isBlurred = false;
      for (const { name, fallback, unmodelled } of params) {
        const target = meaningOf(name);
        const value = entryOf(a, name);
        if (target === ELEMENTS) isBlurred ||= value !== fallback;
        else if (target !== "" && !unmodelled) args[target] = value;
      }
      const answer = run(op, spec, op.name, args);
      if (isBlurred) for (const tensor of tensorsIn([answer])) delete tensor.data;
      return withSymbols(op, a, answer);
    },
  };
}

/** What is computed from symbols is a symbol. */
export function withSymbols(op: Op, a: Bound, answer: Value): Value {
  const { graph } = op.keras;
  if (tensorsIn(Object.values(a)).some((tensor) => graph.isSymbolic(tensor))) {
    for (const tensor of tensorsIn([answer])) graph.mark(tensor);
  }
  return answer;
}
