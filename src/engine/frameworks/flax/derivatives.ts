/**
 * `jax.grad` and its like: functions whose answers have the shapes of what they derive by. What it costs to run a
 * function backwards is not counted, so a network that does has no total.
 * https://docs.jax.dev/en/latest/jax.html#automatic-differentiation
 */
import { mapLeaves } from "../../interpret/leaves.ts";
import { def } from "../../interpret/native.ts";
import {
  type Dim,
  isUnknown,
  NativeFunction,
  Tensor,
  Tuple,
  toItems,
  toNumber,
  type Value,
} from "../../interpret/values.ts";
import type { ArrayKit } from "./arrays/kit.ts";

/** What a derivative is, by the answer of the function and what it is derived by. */
type Derive = (answer: Value, by: Value) => Value;

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
  const gradient: Derive = (_, by) => mapLeaves(by, (leaf) => shaped(leaf));
  const jacobian: Derive = (answer, by) =>
    mapLeaves(answer, (out) => mapLeaves(by, (leaf) => shaped(leaf, out)));
  const hessian: Derive = (answer, by) =>
    by instanceof Tensor ? mapLeaves(answer, (out) => shaped(by, out, by)) : by;
  return new Map([
    ["grad", derivative("grad", gradient)],
    ["value_and_grad", derivative("value_and_grad", gradient, true)],
    ["jacfwd", derivative("jacfwd", jacobian)],
    ["jacrev", derivative("jacrev", jacobian)],
    ["hessian", derivative("hessian", hessian)],
  ]);
}

function derivative(name: string, derive: Derive, withValue = false): NativeFunction {
  return def(
    name,
    "fun=None, argnums=0, has_aux=False, holomorphic=False, allow_int=False, reduce_axes=(), **options",
    (a) => {
      if (a.fun === null) return derivative(name, derive, withValue);
      if (isUnknown(a.fun)) return a.fun;
      return new NativeFunction(name, (interp, args, kwargs) => {
        const given = interp.call(a.fun, args, kwargs);
        interp.gap(`jax.${name}: what running it backwards costs is not counted`);
        const [answer, aux] = a.has_aux === true ? (toItems(given) ?? [given, null]) : [given];
        const by = (place: Value): Value => {
          const at = toNumber(place);
          return (
            (at === undefined ? undefined : args.at(at)) ?? interp.unknown(`what jax.${name} derives by`)
          );
        };
        const places = toItems(a.argnums);
        const derived = places
          ? new Tuple(places.map((place) => derive(answer ?? null, by(place))))
          : derive(answer ?? null, by(a.argnums ?? 0));
        if (withValue) return new Tuple([given, derived]);
        return a.has_aux === true ? new Tuple([derived, aux ?? null]) : derived;
      });
    },
  );
}
