/**
 * Methods that make a network for an object that is none itself: `class Game { build() { this.model = … } }`. What such
 * a method gives is the network, or else what it keeps in a property of the object.
 */
import type { Machine } from "./interpret/machine.ts";
import { fn } from "./interpret/typescript/core.ts";
import { ClassValue, FunctionValue, type Instance, isUnknown, type Value } from "./interpret/values.ts";
import { type Need, nameOfParam, neededParams, needsOf } from "./needs.ts";
import type { FunctionNode } from "./syntax/ast.ts";
import type { Span } from "./syntax/span.ts";

export interface BuilderMethod {
  /** `Game.build`; the class's own name where its constructor builds. */
  readonly name: string;
  readonly at: Span;
  /** Makes the object and calls the method. */
  readonly value: Value;
  readonly needs: readonly Need[];
}

/** Those of a class; `builds` tells whether a function's text names what makes networks. */
export function builderMethods(
  m: Machine,
  cls: ClassValue,
  builds: (fn: FunctionNode) => boolean,
  isNetwork: (value: Value) => boolean,
): readonly BuilderMethod[] {
  const own = (value: Value): value is FunctionValue => value instanceof FunctionValue && builds(value.node);
  const making = cls.attrs.get("constructor");
  if (own(making))
    return [{ name: cls.name, at: cls.at ?? making.node.nameAt, value: cls, needs: needsOf(cls) }];
  const methods = [...cls.attrs].flatMap(([key, value]) =>
    own(value) ? [{ key, method: value, needs: needsOf(cls) }] : [],
  );
  const statics = [...cls.statics].flatMap(([key, value]) =>
    own(value) ? [{ key, method: value, needs: [] as readonly Need[] }] : [],
  );
  return [
    ...methods.map((each) => ({ ...each, self: (machine: Machine): Value => machine.call(cls) })),
    ...statics.map((each) => ({ ...each, self: (): Value => cls })),
  ].map(({ key, method, needs, self }) => ({
    name: `${cls.name}.${key}`,
    at: method.node.nameAt,
    value: caller(m, method, self, isNetwork),
    needs: [...needs, ...neededParams(method.node).map((param) => ({ name: nameOfParam(param), param }))],
  }));
}

/** Those of an object that a module keeps: `const task = { getModel() { … } }`. */
export function objectMethods(
  m: Machine,
  { name, object }: { readonly name: string; readonly object: Instance },
  builds: (fn: FunctionNode) => boolean,
  isNetwork: (value: Value) => boolean,
): readonly BuilderMethod[] {
  return [...object.attrs].flatMap(([key, method]) =>
    method instanceof FunctionValue && builds(method.node)
      ? [
          {
            name: `${name}.${key}`,
            at: method.node.nameAt,
            value: caller(m, method, () => object, isNetwork),
            needs: neededParams(method.node).map((param) => ({ name: nameOfParam(param), param })),
          },
        ]
      : [],
  );
}

function caller(
  m: Machine,
  method: FunctionValue,
  self: (m: Machine) => Value,
  isNetwork: (value: Value) => boolean,
): Value {
  return fn(method.name, (_m, args) => {
    const object = self(m);
    if (isUnknown(object)) return object;
    const given = m.semantics.awaitValue(m, m.callWithThis(method, object, args));
    const isKept =
      given === undefined || given === null || (isUnknown(given) && !(object instanceof ClassValue));
    return isKept && !isNetwork(given) ? object : given;
  });
}
