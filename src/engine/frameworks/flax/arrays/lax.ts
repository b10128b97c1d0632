/**
 * `jax.lax` and `jax.image`: convolutions of any layout, windows, general products, control flow.
 * https://docs.jax.dev/en/latest/jax.lax.html
 */
import { product } from "../../../cost/lift.ts";
import type { Interp } from "../../../interpret/interp.ts";
import { type Bound, def, unfollowed } from "../../../interpret/native.ts";
import {
  Dict,
  type Dim,
  Instance,
  isUnknown,
  type NativeFunction,
  type Shape,
  Tensor,
  Tuple,
  toItems,
  type Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { type ConvRule, convolution } from "../../rules/convolution.ts";
import { toDim } from "../../rules/sizes.ts";
import { notNegative, windowOutput } from "../../rules/window.ts";
import { showShape } from "../../shape/dims.ts";
import { paddingOf, transposedSizes } from "../layers/conv.ts";
import { Run } from "../layers/run.ts";
import { copiesOf } from "../tree.ts";
import type { ArrayKit } from "./kit.ts";
import { slice, stacked } from "./sequences.ts";
import { SLICES } from "./slices.ts";

type Rule = (run: Run, a: Bound) => Value;

function sizes(value: Value, axes: number): readonly Dim[] {
  const items = toItems(value);
  return Array.from({ length: axes }, (_, i) => toDim(items ? (items[i] ?? 1) : (value ?? 1)));
}

/** Where batch, channels and spatial axes are, for input, kernel and output: `("NHWC", "HWIO", "NHWC")`. */
interface Layouts {
  readonly input: string;
  readonly kernel: string;
  readonly output: string;
}

const SPATIAL = ["W", "HW", "DHW"];

function layoutsOf(value: Value, axes: number): Layouts {
  const spatial = SPATIAL[axes - 1] ?? "HW";
  const items = toItems(value instanceof Instance ? (value.attrs.get("spec") ?? null) : value);
  const [input, kernel, output] = (items ?? []).map((item) => (typeof item === "string" ? item : undefined));
  return {
    input: input ?? `NC${spatial}`,
    kernel: kernel ?? `OI${spatial}`,
    output: output ?? input ?? `NC${spatial}`,
  };
}

/** Axes of a shape put in another order of letters; spatial letters keep the order of the first. */
function reorder(shape: Shape, from: string, to: string): Shape {
  return [...to].map((letter) => shape[from.indexOf(letter)] ?? 1);
}

function standard(layout: string): string {
  return `N${[...layout].filter((letter) => letter !== "N" && letter !== "C").join("")}C`;
}

function conv(run: Run, a: Bound, transposed: boolean): Value {
  const [input, kernel] = [run.tensor(a.lhs), run.tensor(a.rhs)];
  const weights = kernel.parameter ? [kernel] : [];
  const inputs = kernel.parameter ? [input] : [input, kernel];
  const op = transposed ? "conv_transpose" : "conv";
  if (isUnknown(input.shape) || isUnknown(kernel.shape)) {
    const why = isUnknown(input.shape) ? input.shape : (kernel.shape as Unknown);
    return run.emit({ op, inputs, weights, shape: why, macs: why });
  }
  const axes = input.shape.length - 2;
  const layout = layoutsOf(
    transposed && a.dimension_numbers === null ? channelsLast(axes) : a.dimension_numbers,
    axes,
  );
  const order = standard(layout.input);
  const spatial = [...order].slice(1, -1).join("");
  const shape = reorder(input.shape, layout.input, order);
  const window = reorder(kernel.shape, layout.kernel, spatial);
  const [out = 1, into = 1] = reorder(kernel.shape, layout.kernel, "OI");
  const groups = a.feature_group_count === undefined ? 1 : toDim(a.feature_group_count);
  const dilation = sizes(a.rhs_dilation, axes);
  const rule: ConvRule = {
    spatial: axes,
    channels: "last",
    kernel: window,
    stride: sizes(a.window_strides ?? a.strides, axes),
    dilation,
    padding: paddingOf(a.padding, window, dilation),
    inChannels: product<Unknown>([into, groups]),
    outChannels: out,
    groups,
    bias: false,
    batchAxes: [1, 1],
  };
  const spread = sizes(a.lhs_dilation, axes);
  const widened = shape.map((size, axis) => {
    const factor = axis === 0 || axis > axes ? 1 : (spread[axis - 1] ?? 1);
    return typeof size === "number" && typeof factor === "number" ? (size - 1) * factor + 1 : size;
  });
  const ruling = convolution(
    widened,
    transposed ? { ...rule, transposed: (given) => transposedSizes(given, rule, a.padding) } : rule,
  );
  const result = isUnknown(ruling.shape) ? ruling.shape : reorder(ruling.shape, order, layout.output);
  return run.emit({ op, inputs, weights, ...ruling, shape: result });
}

function channelsLast(axes: number): Value {
  const spatial = SPATIAL[axes - 1] ?? "HW";
  return new Tuple([`N${spatial}C`, `${spatial}IO`, `N${spatial}C`]);
}

/** Windows over all axes at once. */
function reduceWindow(run: Run, a: Bound): Value {
  const input = run.tensor(a.operand);
  if (isUnknown(input.shape)) return run.emit({ inputs: [input], shape: input.shape });
  const axes = input.shape.length;
  const kernel = sizes(a.window_dimensions, axes);
  const dilation = sizes(a.window_dilation, axes);
  const out = windowOutput(input.shape, {
    kernel,
    stride: sizes(a.window_strides, axes),
    dilation,
    padding: paddingOf(a.padding, kernel, dilation),
  });
  return run.emit({ inputs: [input], shape: out.map(notNegative), dtype: input.dtype });
}

/** `dimension_numbers`: contracting axes of both, then batch axes of both. */
function dotGeneral(run: Run, a: Bound): Value {
  const [left, right] = [run.tensor(a.lhs), run.tensor(a.rhs)];
  const weights = right.parameter ? [right] : [];
  const inputs = right.parameter ? [left] : [left, right];
  if (isUnknown(left.shape) || isUnknown(right.shape)) {
    const why = isUnknown(left.shape) ? left.shape : (right.shape as Unknown);
    return run.emit({ op: "matmul", inputs, weights, shape: why, macs: why });
  }
  const [contracting, batch] = (toItems(a.dimension_numbers) ?? []).map((pair) => toItems(pair) ?? []);
  const axes = (pair: readonly Value[] | undefined, side: number): number[] =>
    (toItems(pair?.[side] ?? null) ?? []).filter((axis) => typeof axis === "number");
  const [summedLeft, summedRight] = [axes(contracting, 0), axes(contracting, 1)];
  const [batchLeft, batchRight] = [axes(batch, 0), axes(batch, 1)];
  const rest = (shape: Shape, used: readonly number[]): Shape =>
    shape.filter((_, axis) => !used.includes(axis));
  const shape = [
    ...batchLeft.map((axis) => (left.shape as Shape)[axis] ?? 1),
    ...rest(left.shape, [...summedLeft, ...batchLeft]),
    ...rest(right.shape, [...summedRight, ...batchRight]),
  ];
  const summed = summedLeft.map((axis) => (left.shape as Shape)[axis] ?? 1);
  const differs = summedRight.some(
    (axis, i) => (right.shape as Shape)[axis] !== summed[i] && typeof summed[i] === "number",
  );
  const problem = differs
    ? `cannot contract ${showShape(left.shape)} with ${showShape(right.shape)}`
    : undefined;
  return run.emit({
    op: "matmul",
    inputs,
    weights,
    shape,
    macs: product<Unknown>([...shape, ...summed]),
    problem,
  });
}

function resize(run: Run, a: Bound): Value {
  const input = run.tensor(a.image);
  const shape =
    toItems(a.shape)?.map(toDim) ?? (isUnknown(a.shape) ? a.shape : run.interp.unknown("a shape"));
  return run.emit({ inputs: [input], shape, dtype: input.dtype });
}

/** `lax.pad`: (low, high, interior) an axis. */
function padConfig(run: Run, a: Bound): Value {
  const input = run.tensor(a.operand);
  const config = toItems(a.padding_config) ?? [];
  if (isUnknown(input.shape)) return run.emit({ inputs: [input], shape: input.shape });
  const shape = input.shape.map((size, axis) => {
    const [low = 0, high = 0, inner = 0] = (toItems(config[axis] ?? null) ?? []).map(toDim);
    const known = [size, low, high, inner].every((part) => typeof part === "number");
    return known
      ? (size as number) +
          (low as number) +
          (high as number) +
          Math.max((size as number) - 1, 0) * (inner as number)
      : size;
  });
  return run.emit({ inputs: [input], shape, dtype: input.dtype });
}

/** Runs the body once a step, as the length of what it scans says. */
function scan(interp: Interp, a: Bound): Value {
  const length = toDim(a.length ?? leading(a.xs));
  if (typeof length !== "number" || !interp.allows(length)) {
    const why = isUnknown(length) ? length : interp.unknown("a loop of unknown length");
    interp.gap(why.reason);
    return new Tuple([a.init, why]);
  }
  let carry = a.init;
  let last: Value = null;
  for (let step = 0; step < length; step++) {
    const answer = interp.call(a.f, [carry, a.xs === null ? null : slice(interp, a.xs, step)]);
    const pair = toItems(answer);
    if (!pair) return answer;
    carry = pair[0];
    last = pair[1];
  }
  return new Tuple([carry, stacked(last, length)]);
}

function leading(value: Value): Value {
  if (value instanceof Instance) return copiesOf(value) ?? null;
  if (value instanceof Tensor) return isUnknown(value.shape) ? value.shape : value.shape[0];
  if (value instanceof Dict) return leading([...value.entries.values()][0]?.value ?? null);
  const items = toItems(value);
  return items ? leading(items[0] ?? null) : null;
}

function cond(interp: Interp, a: Bound): Value {
  const operands = toItems(a.operands) ?? [];
  const truth = interp.truthy(a.pred);
  if (isUnknown(truth)) interp.gap(truth.reason);
  return interp.call(truth === false ? a.false_fun : a.true_fun, operands);
}

function foriLoop(interp: Interp, a: Bound): Value {
  const [lower, upper] = [toDim(a.lower), toDim(a.upper)];
  if (typeof lower !== "number" || typeof upper !== "number" || !interp.allows(upper - lower)) {
    interp.gap("a loop of unknown length");
    return a.init_val;
  }
  let value = a.init_val;
  for (let i = lower; i < upper; i++) value = interp.call(a.body_fun, [i, value]);
  return value;
}

const CONV = `lhs, rhs, window_strides, padding, lhs_dilation=None, rhs_dilation=None, dimension_numbers=None,
  feature_group_count=1, ?batch_group_count=1, precision=None, preferred_element_type=None`;

const RULES: Readonly<Record<string, readonly [string, Rule]>> = {
  conv_general_dilated: [CONV, (run, a) => conv(run, a, false)],
  conv_with_general_padding: [CONV, (run, a) => conv(run, a, false)],
  conv: [
    "lhs, rhs, window_strides, padding, precision=None, preferred_element_type=None",
    (run, a) => conv(run, { ...a, dimension_numbers: null, lhs_dilation: null, rhs_dilation: null }, false),
  ],
  conv_transpose: [
    `lhs, rhs, strides, padding, rhs_dilation=None, dimension_numbers=None, ?transpose_kernel=False, precision=None,
    preferred_element_type=None, ?use_consistent_padding=False`,
    (run, a) => conv(run, { ...a, lhs_dilation: null }, true),
  ],
  reduce_window: [
    "operand, init_value, computation, window_dimensions, window_strides, padding, ?base_dilation=None, window_dilation=None",
    reduceWindow,
  ],
  dot_general: [
    "lhs, rhs, dimension_numbers, precision=None, preferred_element_type=None, out_sharding=None",
    dotGeneral,
  ],
  pad: ["operand, padding_value, padding_config", padConfig],
  resize: ["image, shape, method='linear', antialias=True, precision=None", resize],
  ...SLICES,
};

/** Steps that are run to find out how often a loop runs. */
const MAX_LOOP = 4096;

/** Runs the body while the condition is known to hold; where it is not known, once. */
function whileLoop(interp: Interp, a: Bound): Value {
  let value = a.init_val;
  for (let step = 0; step < MAX_LOOP; step++) {
    const truth = interp.truthy(interp.call(a.cond_fun, [value]));
    if (truth === false) return value;
    value = interp.call(a.body_fun, [value]);
    if (isUnknown(truth)) break;
  }
  interp.gap("a loop that runs as long as its data says is counted once");
  return value;
}

function branch(interp: Interp, a: Bound): Value {
  const branches = toItems(a.branches) ?? [];
  const index = toDim(a.index);
  if (typeof index !== "number") interp.gap("which branch of a switch runs is not known");
  const at = typeof index === "number" ? Math.min(Math.max(index, 0), branches.length - 1) : 0;
  return interp.call(branches[at] ?? null, toItems(a.operands) ?? []);
}

const CONTROL: Readonly<Record<string, readonly [string, (interp: Interp, a: Bound) => Value]>> = {
  scan: ["f, init, xs=None, length=None, reverse=False, unroll=1", scan],
  cond: ["pred, true_fun, false_fun, *operands, operand=None", cond],
  fori_loop: ["lower, upper, body_fun, init_val, unroll=None", foriLoop],
  while_loop: ["cond_fun, body_fun, init_val", whileLoop],
  switch: ["index, branches, *operands, operand=None", branch],
  associative_scan: [
    "fn, elems, reverse=False, axis=0",
    (interp, a) => {
      interp.gap("what an associative scan combines is counted once");
      interp.call(a.fn, [a.elems, a.elems]);
      return a.elems;
    },
  ],
  // How many devices or mapped samples there are is not known here.
  all_gather: ["x, axis_name=None, **kwargs", (interp) => interp.unknown("lax.all_gather is not modelled")],
  optimization_barrier: ["operand", (_interp, a) => a.operand],
  stop_gradient: ["x", (_interp, a) => a.x],
  pmean: ["x, axis_name=None, *, axis_index_groups=None", (_interp, a) => a.x],
  psum: ["x, axis_name=None, *, axis_index_groups=None", (_interp, a) => a.x],
  with_sharding_constraint: ["x, shardings=None", (_interp, a) => a.x],
  convert_element_type: [
    "operand, new_dtype",
    (interp, a) => interp.callMethod(a.operand, "astype", [a.new_dtype]),
  ],
  map: [
    "f, xs, batch_size=None",
    (interp, a) =>
      toItems(scan(interp, { f: pairing(a.f), init: null, xs: a.xs, length: null }))?.[1] ?? null,
  ],
};

function pairing(f: Value): Value {
  return def("step", "carry, x", (a, interp) => new Tuple([a.carry, interp.call(f, [a.x])]));
}

/** Names of `jax.lax` that are rules of their own, `jax.image.resize` among them. */
export function laxFunctions(kit: ArrayKit): Map<string, NativeFunction> {
  const names = new Map<string, NativeFunction>();
  for (const [name, [signature, rule]] of Object.entries(RULES)) {
    names.set(
      name,
      def(name, signature, (a, interp) => rule(new Run(interp, kit, name, name), a), unfollowed),
    );
  }
  for (const [name, [signature, rule]] of Object.entries(CONTROL)) {
    names.set(
      name,
      def(name, signature, (a, interp) => rule(interp, a)),
    );
  }
  return names;
}
