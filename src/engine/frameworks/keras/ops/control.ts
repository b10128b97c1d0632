/** Control flow of `keras.ops`: functions that run functions of the program. https://keras.io/api/ops/core/ */

import type { Interp } from "../../../interpret/interp.ts";
import { mapLeaves } from "../../../interpret/leaves.ts";
import { def } from "../../../interpret/native.ts";
import { isUnknown, List, Tensor, Tuple, toItems, toNumber, type Value } from "../../../interpret/values.ts";
import { tensorsIn } from "../graph.ts";
import type { FunctionTable, Op } from "./op.ts";

/** Loops of the data's own making end when the data says so: one turn stands for all, and the report says it. */
const OPEN_LOOP = "a loop that ends by the data of a tensor is counted once";

/** The branch that a known condition takes; of an unknown one the first, and the report says so. */
export function branch(interp: Interp, condition: Value, yes: Value, no: Value): Value {
  const truth = interp.truthy(scalarOf(condition));
  if (isUnknown(truth)) interp.gap(`of a branch on what is not known (${truth.reason}) one side is counted`);
  return truth === false ? no : yes;
}

function scalarOf(value: Value): Value {
  return value instanceof Tensor && value.data?.length === 1 ? (value.data[0] ?? value) : value;
}

/** The steps of a scan: what is asked for, or the first axis of what is scanned. */
function steps(op: Op, xs: Value, length: Value): Value {
  if (toNumber(length) !== undefined) return length;
  const [first] = tensorsIn([xs]);
  if (!first) return op.interp.unknown("a loop of unknown length");
  return isUnknown(first.shape) ? first.shape : first.shape[0];
}

/** The same structure with the first axis of every tensor taken away. */
function slices(op: Op, xs: Value): Value {
  const { keras } = op;
  return mapLeaves(xs, (leaf) => {
    if (!(leaf instanceof Tensor)) return leaf;
    const part = keras.make(isUnknown(leaf.shape) ? leaf.shape : leaf.shape.slice(1), leaf.dtype);
    return keras.graph.isSymbolic(leaf) ? keras.graph.mark(part) : part;
  });
}

/** The same structure with a first axis of the steps. */
function stacked(op: Op, value: Value, length: Value): Value {
  const { keras, interp } = op;
  const size = toNumber(length) ?? (isUnknown(length) ? length : interp.unknown("a loop of unknown length"));
  return mapLeaves(value, (leaf) => {
    const tensor = leaf instanceof Tensor || typeof leaf === "number" ? op.tensor(leaf) : undefined;
    if (!tensor) return leaf;
    const whole = keras.make(isUnknown(tensor.shape) ? tensor.shape : [size, ...tensor.shape], tensor.dtype);
    return keras.graph.isSymbolic(tensor) ? keras.graph.mark(whole) : whole;
  });
}

/** Runs `body` once a step; on symbols, which cost nothing, and for unknown lengths one step stands for all. */
function repeat(op: Op, length: Value, symbolic: boolean, body: () => void): void {
  const { interp } = op;
  const count = toNumber(length);
  const bounded = count !== undefined && interp.allows(count);
  if (!symbolic && !bounded) interp.gap(isUnknown(length) ? length.reason : "a loop of unknown length");
  const turns = symbolic || !bounded ? 1 : count;
  for (let step = 0; step < turns; step++) body();
}

function scan(op: Op, f: Value, init: Value, xs: Value, given: Value): Value {
  const { interp, keras } = op;
  const length = steps(op, xs, given);
  const symbolic = tensorsIn([init, xs]).some((tensor) => keras.graph.isSymbolic(tensor));
  let carry = init;
  let last: Value = null;
  repeat(op, length, symbolic, () => {
    const answer = interp.call(f, [carry, slices(op, xs)]);
    const pair = toItems(answer);
    [carry, last] = pair ? [pair[0], pair[1]] : [answer, answer];
  });
  return new Tuple([carry, stacked(op, last, length)]);
}

export function mapped(op: Op, f: Value, xs: Value): Value {
  const step = def("step", "carry, x", (a, interp) => new Tuple([null, interp.call(f, [a.x])]));
  return toItems(scan(op, step, null, xs, null))?.[1] ?? null;
}

function whileLoop(op: Op, cond: Value, body: Value, given: Value, most: Value): Value {
  const { interp } = op;
  const single = toItems(given) === undefined;
  let state: readonly Value[] = toItems(given) ?? [given];
  const limit = toNumber(most) ?? Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < limit; turn++) {
    const truth = interp.truthy(scalarOf(interp.call(cond, state)));
    if (truth === false) break;
    const answer = interp.call(body, state);
    state = single ? [answer] : (toItems(answer) ?? [answer]);
    if (isUnknown(truth) || !interp.allows(turn + 1)) {
      interp.gap(OPEN_LOOP);
      break;
    }
  }
  return single ? state[0] : given instanceof List ? new List([...state]) : new Tuple([...state]);
}

function foriLoop(op: Op, from: Value, to: Value, body: Value, init: Value): Value {
  const [lower, upper] = [toNumber(from), toNumber(to)];
  const count =
    lower === undefined || upper === undefined
      ? op.interp.unknown("a loop of unknown length")
      : Math.max(upper - lower, 0);
  let value = init;
  let index = lower ?? 0;
  repeat(op, count, false, () => {
    value = op.interp.call(body, [index++, value]);
  });
  return value;
}

export const CONTROL: FunctionTable = {
  cond: {
    signature: "pred, true_fn, false_fn",
    run: (op, a) => op.interp.call(branch(op.interp, a.pred, a.true_fn, a.false_fn), []),
  },
  switch: {
    signature: "index, branches, *operands",
    run: (op, a) => {
      const branches = toItems(a.branches) ?? [];
      const index = toNumber(scalarOf(a.index));
      if (index === undefined) op.interp.gap("of branches by an unknown index the first is counted");
      const chosen = branches[Math.min(Math.max(index ?? 0, 0), branches.length - 1)];
      return op.interp.call(chosen, toItems(a.operands) ?? []);
    },
  },
  scan: {
    signature: "f, init, xs=None, length=None, reverse=False, unroll=1",
    run: (op, a) => scan(op, a.f, a.init, a.xs, a.length),
  },
  associative_scan: {
    signature: "f, elems, reverse=False, axis=0",
    run: (op, a) => mapLeaves(a.elems, (leaf) => (leaf instanceof Tensor ? op.tensor(leaf) : leaf)),
  },
  map: { signature: "f, xs", run: (op, a) => mapped(op, a.f, a.xs) },
  vectorized_map: { signature: "function, elements", run: (op, a) => mapped(op, a.function, a.elements) },
  while_loop: {
    signature: "cond, body, loop_vars, maximum_iterations=None",
    run: (op, a) => whileLoop(op, a.cond, a.body, a.loop_vars, a.maximum_iterations),
  },
  fori_loop: {
    signature: "lower, upper, body_fun, init_val",
    run: (op, a) => foriLoop(op, a.lower, a.upper, a.body_fun, a.init_val),
  },
  custom_gradient: {
    signature: "f",
    plain: true,
    // The function answers its value and its gradient; only the value goes on.
    run: (_op, a) =>
      def("custom_gradient", "*args, **kwargs", (b, interp) => {
        const answer = interp.call(a.f, toItems(b.args) ?? []);
        return answer instanceof Tuple ? answer.items[0] : answer;
      }),
  },
};
