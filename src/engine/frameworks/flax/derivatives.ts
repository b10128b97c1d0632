/**
 * `jax.grad` and its like: functions whose answers have the shapes of what they derive by. What it costs to run a
 * function backwards is not counted, so a network that does has no total.
 * https://docs.jax.dev/en/latest/jax.html#automatic-differentiation
 */

import { entryOf } from "../../base/table.ts";
import type { Interp } from "../../interpret/interp.ts";
import { mapLeaves } from "../../interpret/leaves.ts";
import { type Bound, def } from "../../interpret/native.ts";
import {
  type Dim,
  Instance,
  isUnknown,
  NativeFunction,
  Tensor,
  Tuple,
  toItems,
  toNumber,
  type Value,
} from "../../interpret/values.ts";
import { kwargsOf } from "../../languages/python/types/object.ts";
import type { ArrayKit } from "./arrays/kit.ts";

/** What a derivative is, by the answer of the function and what it is derived by. */
type Derive = (answer: Value, by: Value, interp: Interp) => Value;

export function derivatives(kit: ArrayKit): ReadonlyMap<string, NativeFunction> {
  const shaped = (by: Value, ...before: readonly Value[]): Value => {
    const axes: Dim[] = [];
    for (const value of [...before, by]) {
      if (!(value instanceof Tensor)) continue;
      if (isUnknown(value.shape)) return value;
      axes.push(...value.shape);
    }
    return by instanceof Tensor ? kit.make(axes, by.dtype) : by;
  };
  const jacobian: Derive = (answer, by) =>
    mapLeaves(answer, (out) => mapLeaves(by, (leaf) => shaped(leaf, out)));
  const hessian: Derive = (answer, by) =>
    by instanceof Tensor ? mapLeaves(answer, (out) => shaped(by, out, by)) : by;
  return new Map([
    ...gradients("jax", ["grad", "value_and_grad"]),
    ["jacfwd", derivative("jax.jacfwd", jacobian)],
    ["jacrev", derivative("jax.jacrev", jacobian)],
    ["hessian", derivative("jax.hessian", hessian)],
    ["linearize", def("linearize", "fun, *primals, has_aux=False", linearize)],
    ["jvp", def("jvp", "fun, primals, tangents, has_aux=False", forwards)],
    ["vjp", def("vjp", "fun, *primals, has_aux=False, reduce_axes=()", backwards)],
    ["eval_shape", evalShape("fun")],
  ]);
}

/** `eqx.filter_grad`, `nnx.grad`, `hk.grad` and those that give the value too, by their names in the library. */
export function gradients(
  library: string,
  [grad, valueAndGrad]: readonly [string, string],
  /** What stands for the gradient by a network. */
  ofNetwork: (network: Instance, interp: Interp) => Value = (network) => network,
): ReadonlyMap<string, NativeFunction> {
  const gradient: Derive = (_, by, interp) =>
    mapLeaves(by, (leaf) => (leaf instanceof Instance ? ofNetwork(leaf, interp) : likeness(leaf)));
  return new Map([
    [grad, derivative(`${library}.${grad}`, gradient)],
    [valueAndGrad, derivative(`${library}.${valueAndGrad}`, gradient, true)],
  ]);
}

/** `eval_shape`: the function is run for its shapes alone, and costs nothing; `fun` is what the library calls it. */
export function evalShape(fun: string): NativeFunction {
  return def("eval_shape", `${fun}, *args, **kwargs`, (a, interp) =>
    interp.unrecorded(() => {
      const callee = entryOf(a, fun) ?? interp.unknown(`eval_shape needs ${fun}`);
      return interp.call(callee, toItems(a.args) ?? [], kwargsOf(a.kwargs));
    }),
  );
}

/** Another tensor of the same shape. */
function likeness(value: Value): Value {
  if (!(value instanceof Tensor)) return value;
  const made = new Tensor(value.shape, value.dtype);
  if (value.cls) made.cls = value.cls;
  return made;
}

const alike = (value: Value): Value => mapLeaves(value, likeness);

/** The function's answer, and what it gives beside it where it says that it does. */
function answered(interp: Interp, a: Bound, primals: readonly Value[]): readonly [Value, readonly Value[]] {
  const given = interp.call(a.fun, primals);
  if (a.has_aux !== true) return [given, []];
  const [answer, aux] = toItems(given) ?? [
    given,
    interp.unknown("what the function gives beside its answer"),
  ];
  return [answer, [aux]];
}

function uncounted(interp: Interp, name: string): void {
  interp.gap(`${name}: what running it along its derivative costs is not counted`);
}

function forwards(a: Bound, interp: Interp): Value {
  const [answer, aux] = answered(interp, a, toItems(a.primals) ?? []);
  uncounted(interp, "jax.jvp");
  return new Tuple([answer, alike(answer), ...aux]);
}

function linearize(a: Bound, interp: Interp): Value {
  const [answer, aux] = answered(interp, a, toItems(a.primals) ?? []);
  const linear = new NativeFunction("linearized", (running) => {
    uncounted(running, "jax.linearize");
    return alike(answer);
  });
  return new Tuple([answer, linear, ...aux]);
}

function backwards(a: Bound, interp: Interp): Value {
  const primals = toItems(a.primals) ?? [];
  const [answer, aux] = answered(interp, a, primals);
  const pulled = new NativeFunction("vjp", (running) => {
    running.gap(`jax.vjp: ${BACKWARDS}`);
    return new Tuple(primals.map(alike));
  });
  return new Tuple([answer, pulled, ...aux]);
}

const BACKWARDS = "what running it backwards costs is not counted";

function derivative(name: string, derive: Derive, withValue = false): NativeFunction {
  return def(
    name,
    "fun=None, argnums=0, has_aux=False, holomorphic=False, allow_int=False, reduce_axes=(), **options",
    (a) => {
      if (a.fun === null) return derivativeWith(name, derive, withValue, a);
      if (isUnknown(a.fun)) return a.fun;
      return new NativeFunction(name, (interp, args, kwargs) => {
        const given = interp.call(a.fun, args, kwargs);
        interp.gap(`${name}: ${BACKWARDS}`);
        const [answer, aux] = a.has_aux === true ? (toItems(given) ?? [given, null]) : [given];
        const by = (place: Value): Value => {
          const at = toNumber(place);
          return (at === undefined ? undefined : args.at(at)) ?? interp.unknown(`what ${name} derives by`);
        };
        const places = toItems(a.argnums);
        const derived = places
          ? new Tuple(places.map((place) => derive(answer ?? null, by(place), interp)))
          : derive(answer ?? null, by(a.argnums ?? 0), interp);
        if (withValue) return new Tuple([given, derived]);
        return a.has_aux === true ? new Tuple([derived, aux ?? null]) : derived;
      });
    },
  );
}

/** `@nnx.value_and_grad(has_aux=True)`: the options come first, the function after them. */
function derivativeWith(name: string, derive: Derive, withValue: boolean, options: Bound): NativeFunction {
  return def(name, "fun", (a, interp) =>
    interp.call(
      derivative(name, derive, withValue),
      [a.fun],
      new Map([
        ["argnums", options.argnums],
        ["has_aux", options.has_aux],
      ]),
    ),
  );
}
