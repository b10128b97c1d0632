/**
 * Methods that make a network for an object that is none itself: `class Game { build() { this.model = … } }`. What such
 * a method gives is the network, or else what it keeps in a property of the object.
 */
import type { Machine } from "../interpret/machine.ts";
import { ClassValue, FunctionValue, type Instance, isUnknown, type Value } from "../interpret/values.ts";
import { fn } from "../languages/typescript/core.ts";
import type { ClassMember, FunctionNode } from "../syntax/ast.ts";
import type { Span } from "../syntax/span.ts";
import { type Need, nameOfParam, neededParams, needsOf } from "./requiredArguments.ts";

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
  members: readonly ClassMember[],
  builds: (fn: FunctionNode) => boolean,
  isNetwork: (value: Value) => boolean,
): readonly BuilderMethod[] {
  const own = (value: Value): value is FunctionValue => value instanceof FunctionValue && builds(value.node);
  const making = cls.attrs.get("constructor");
  if (own(making))
    return [{ name: cls.name, at: cls.at ?? making.node.nameAt, value: cls, needs: needsOf(cls) }];
  const make = (machine: Machine): Value => machine.call(cls);
  const methods = [...cls.attrs].flatMap(([key, value]) =>
    own(value) ? [{ key, node: value.node, find: () => value, self: make, needs: needsOf(cls) }] : [],
  );
  const statics = [...cls.statics].flatMap(([key, value]) =>
    own(value)
      ? [{ key, node: value.node, find: () => value, self: () => cls, needs: [] as readonly Need[] }]
      : [],
  );
  // Arrow functions that each object gets: `build = () => { this.model = … }`.
  const fields = members.flatMap((member) => {
    if (member.kind !== "field" || member.isStatic || member.value?.kind !== "function") return [];
    const { key, value } = member;
    if (typeof key !== "string" || !builds(value.fn)) return [];
    const find = (object: Value): Value => m.getAttr(object, key);
    const node = { ...value.fn, nameAt: value.fn.name === "" ? member.at : value.fn.nameAt };
    return [{ key, node, find, self: make, needs: needsOf(cls) }];
  });
  return [...methods, ...statics, ...fields].map(({ key, node, find, needs, self }) => ({
    name: `${cls.name}.${key}`,
    at: node.nameAt,
    value: caller(m, key, { find, self, isNetwork }),
    needs: [...needs, ...neededParams(node).map((param) => ({ name: nameOfParam(param), param }))],
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
            value: caller(m, key, { find: () => method, self: () => object, isNetwork }),
            needs: neededParams(method.node).map((param) => ({ name: nameOfParam(param), param })),
          },
        ]
      : [],
  );
}

function caller(
  m: Machine,
  key: string,
  {
    find,
    self,
    isNetwork,
  }: {
    readonly find: (object: Value) => Value;
    readonly self: (m: Machine) => Value;
    readonly isNetwork: (value: Value) => boolean;
  },
): Value {
  return fn(key, (_m, args) => {
    const object = self(m);
    if (isUnknown(object)) return object;
    const given = m.semantics.awaitValue(m, m.callWithThis(find(object), object, args));
    const isKept =
      given === undefined || given === null || (isUnknown(given) && !(object instanceof ClassValue));
    return isKept && !isNetwork(given) ? object : given;
  });
}
