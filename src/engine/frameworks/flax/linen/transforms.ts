/**
 * Lifted transforms of linen: `nn.remat` and `nn.jit` change no cost, `nn.scan` runs a module once a step with
 * parameters of its own for each, `nn.vmap` likewise for each slice. A transformed class is named as Flax names it.
 * https://flax.readthedocs.io/en/latest/api_reference/flax.linen/transformations.html
 */

import { entryOf } from "../../../base/table.ts";
import { STEPS } from "../../../interpret/bounds.ts";
import type { Interp } from "../../../interpret/interp.ts";
import { type Bound, def, linearize } from "../../../interpret/native.ts";
import {
  BoundMethod,
  ClassValue,
  Dict,
  FunctionValue,
  Instance,
  isUnknown,
  type Kwargs,
  NativeFunction,
  NO_KWARGS,
  Tensor,
  Tuple,
  toItems,
  type Value,
} from "../../../interpret/values.ts";
import { sliceBy, stackedBy } from "../arrays/sequences.ts";
import { COMPACT, enter } from "./module.ts";
import { isLinen, isLinenClass, stateOf } from "./state.ts";

type Lift = (
  interp: Interp,
  self: Instance,
  options: Bound,
  call: Call,
  args: readonly Value[],
  kwargs: Kwargs,
) => Value;
type Call = (args: readonly Value[]) => Value;

/** What `in_axes` says of an argument that every step gets whole. */
const BROADCAST = "broadcast";

const plainly: Lift = (_interp, _self, _options, call, args) => call(args);

/** `axes`: one for all arguments or one each; None and `nn.broadcast` give the whole. */
function axisOf(axes: Value, index: number): Value {
  const items = toItems(axes);
  const axis = items ? (index in items ? items[index]! : 0) : axes;
  return axis === BROADCAST ? null : axis;
}

function numberOr(value: Value, fallback: number): number {
  return typeof value === "number" ? value : fallback;
}

/** Sizes of the axis that is scanned over. */
function stepsOf(
  options: Bound,
  name: string,
  args: readonly Value[],
  axes: Value,
  interp: Interp,
): number | undefined {
  const given = entryOf(options, name);
  if (typeof given === "number") return given;
  for (const [i, arg] of args.entries()) {
    const axis = axisOf(axes, i);
    if (axis === null) continue;
    const tensor = arg instanceof Tensor ? arg : toItems(arg)?.find((item) => item instanceof Tensor);
    const shape = tensor instanceof Tensor && !isUnknown(tensor.shape) ? tensor.shape : undefined;
    const size = shape?.at(numberOr(axis, 0));
    if (typeof size === "number") return size;
  }
  interp.gap("a lifted loop of unknown length");
  return undefined;
}

/** Are the parameters stacked, one for each step? */
function stacks(options: Bound): boolean {
  const axes = options.variable_axes;
  const axis = axes instanceof Dict ? axes.entries.get("params")?.value : undefined;
  return typeof axis === "number";
}

const scan: Lift = (interp, self, options, call, args) => {
  const [carry = null, ...xs] = args;
  const axes = options.in_axes;
  const steps = stepsOf(options, "length", xs, axes, interp) ?? 1;
  const state = stateOf(self);
  if (state && stacks(options)) state.copies = steps;
  let running: Value = carry;
  let last: Value = null;
  for (let step = 0; step < steps; step++) {
    const answer = call([running, ...xs.map((x, i) => sliceBy(interp, x, axisOf(axes, i), step))]);
    const pair = toItems(answer);
    if (!pair) return answer;
    running = pair[0];
    last = pair[1];
  }
  return new Tuple([running, stackedBy(last, steps, options.out_axes)]);
};

const vmap: Lift = (interp, self, options, call, args) => {
  const axes = options.in_axes;
  const size = stepsOf(options, "axis_size", args, axes, interp) ?? 1;
  const state = stateOf(self);
  if (state && stacks(options)) state.copies = size;
  const last = interp.repeated(size, () =>
    call(args.map((arg, i) => sliceBy(interp, arg, axisOf(axes, i), 0))),
  );
  return stackedBy(last, size, options.out_axes);
};

/** A stack of checkpointed layers: `lengths` says how many, nested; each has parameters of its own. */
const rematScan: Lift = (interp, self, options, call, args) => {
  const lengths = toItems(options.lengths) ?? [];
  const known = lengths.every((length) => typeof length === "number");
  if (!known || lengths.length === 0) interp.gap("nn.remat_scan of unknown lengths is counted as one layer");
  const steps = known ? (lengths as readonly number[]).reduce((count, length) => count * length, 1) : 1;
  const state = stateOf(self);
  if (state) state.copies = steps;
  let running: readonly Value[] = args;
  for (let step = 0; step < steps; step++) {
    const answer = call(running);
    running = answer instanceof Tuple ? answer.items : [answer];
  }
  return running.length === 1 ? (running[0] ?? null) : new Tuple([...running]);
};

/** What the functions do with the variables is not followed. */
const mapped: Lift = (interp, _self, _options, call, args) => {
  interp.gap("what nn.map_variables does with the parameters is not followed");
  return call(args);
};

interface Transform {
  /** What is put before the class's name. */
  readonly prefix: string;
  readonly lift: Lift;
}

const TRANSFORMS: Readonly<Record<string, Transform>> = {
  remat: { prefix: "Checkpoint", lift: plainly },
  checkpoint: { prefix: "Checkpoint", lift: plainly },
  remat_scan: { prefix: "Checkpoint", lift: rematScan },
  jit: { prefix: "Jit", lift: plainly },
  map_variables: { prefix: "Map_variables", lift: mapped },
  scan: { prefix: "Scan", lift: scan },
  vmap: { prefix: "Vmap", lift: vmap },
};

const OPTIONS =
  "target=None, variable_axes=None, *args, length=None, in_axes=0, out_axes=0, axis_size=None, methods=None, **kwargs";

/** `nn.scan` and the like: of a class, or of a function of a module. */
export function lifted(name: string): NativeFunction | undefined {
  const transform = entryOf(TRANSFORMS, name);
  if (!transform) return undefined;
  const signature =
    name === "remat_scan" ? `target=None, lengths=(), ${OPTIONS.slice("target=None, ".length)}` : OPTIONS;
  return def(name, signature, (a, interp) => {
    if (a.target === null)
      return def(name, "target", (b, inner) => transformed(inner, b.target, a, transform));
    return transformed(interp, a.target, a, transform);
  });
}

function transformed(made: Interp, target: Value, options: Bound, transform: Transform): Value {
  if (target instanceof ClassValue && isLinenClass(target))
    return transformedClass(made, target, options, transform);
  if (!(target instanceof FunctionValue || target instanceof NativeFunction || target instanceof BoundMethod))
    return target;
  if (transform.lift === plainly) return target;
  const lift = new NativeFunction(`${transform.prefix.toLowerCase()}_fn`, (interp, args, kwargs) => {
    const [self] = args;
    if (!isLinen(self)) return interp.call(target, args, kwargs);
    const compact = target instanceof FunctionValue && target.attrs.get(COMPACT) === true;
    const call: Call = (given) =>
      enter(interp, self, compact, () => interp.call(target, [self, ...given], kwargs), given);
    const body = (): Value => transform.lift(interp, self, options, call, args.slice(1), kwargs);
    return enter(interp, self, false, body, args.slice(1));
  });
  if (target instanceof FunctionValue) {
    for (const [key, value] of target.attrs) lift.attrs.set(key, value);
    lift.attrs.set("__wrapped__", target);
  }
  return lift;
}

function transformedClass(
  made: Interp,
  target: ClassValue,
  options: Bound,
  { prefix, lift }: Transform,
): ClassValue {
  // A class of a class of a class: each has the classes before it in its line, and their prefixes in its name.
  made.tick(STEPS.class + target.mro.length + (target.name.length >> 4));
  const cls = new ClassValue(`${prefix}${target.name}`, [target], new Map(), target.module, target.at);
  cls.mro = linearize(cls);
  if (target.native) cls.native = target.native;
  if (lift === plainly) return cls;
  const own = new NativeFunction("__call__", (interp, [self, ...args], kwargs) => {
    const inherited = target.mro
      .map((base) => base.attrs.get("__call__"))
      .find((found) => found !== undefined);
    if (!(self instanceof Instance) || inherited === undefined)
      return interp.unknown(`${cls.name} cannot be called`);
    const call: Call = (given) => interp.call(inherited, [self, ...given], kwargs);
    return lift(interp, self, options, call, args, NO_KWARGS);
  });
  cls.attrs.set("__call__", own);
  return cls;
}
