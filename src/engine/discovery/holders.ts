/**
 * Classes that are no networks and make some for their objects: `self.model = self.build_model()`, the usual style of
 * GANs, agents and time series in Keras. Each method that builds is a root; the class itself where its constructor does.
 */
import type { Machine } from "../interpret/machine.ts";
import {
  type ClassValue,
  FunctionValue,
  type Instance,
  isUnknown,
  type Kwargs,
  NativeFunction,
  type Value,
} from "../interpret/values.ts";
import type { FunctionNode, Stmt } from "../syntax/ast.ts";
import { methodCalls } from "../syntax/mentions.ts";
import type { Span } from "../syntax/span.ts";
import { heldNetworks, isInside, isMadeIn, isNetwork, outermost, watchMade } from "./madeNetworks.ts";
import { type Need, nameOfParam, neededParams, needsOf } from "./requiredArguments.ts";
import { returnsValue } from "./returns.ts";

/** A method that builds, or the class whose constructor does. */
export interface Holder {
  /** `GAN.build_generator`; `GAN` where its constructor builds. */
  readonly name: string;
  readonly at: Span;
  /** Makes the object, and gives the network that the method made for it. */
  readonly value: Value;
  readonly needs: readonly Need[];
  /** What the program calls for it. */
  readonly called: { readonly name: string; readonly value: ClassValue };
}

/** `builds` tells whether a function's own text names what makes networks. */
export function holders(
  m: Machine,
  cls: ClassValue,
  builds: (fn: FunctionNode) => boolean,
): readonly Holder[] {
  if (!isPlain(m, cls)) return [];
  const called = { name: cls.name, value: cls };
  const own = needsOf(cls);
  const init = cls.attrs.get("__init__");
  const atOnce = init instanceof FunctionValue ? selfCalls(init.node) : new Set<string>();
  return [...cls.attrs].flatMap(([key, method]): Holder[] => {
    if (!(method instanceof FunctionValue) || !builds(method.node)) return [];
    if (method === init)
      return [
        {
          name: cls.name,
          at: cls.at ?? method.node.nameAt,
          value: constructorOf(m, cls),
          needs: own,
          called,
        },
      ];
    if (!returnsValue(method.node.body) && !keeps(method.node.body)) return [];
    const rest = atOnce.has(key) ? [] : neededParams(method.node, 1);
    const needs = [...own, ...rest.map((param) => ({ name: nameOfParam(param), param }))];
    const name = `${cls.name}.${key}`;
    return [{ name, at: method.node.nameAt, value: methodOf(m, cls, key, method), needs, called }];
  });
}

/** No class of a framework, nor one that derives from it. */
function isPlain(m: Machine, cls: ClassValue): boolean {
  return (
    cls.module !== undefined &&
    !m.frameworks.some((framework) => framework.isNetworkClass(cls)) &&
    cls.mro.every(({ module, native }) => module !== undefined || native === undefined)
  );
}

/** Makes an object and gives the network that its constructor made itself, else the first that it holds. */
function constructorOf(m: Machine, cls: ClassValue): NativeFunction {
  const init = cls.attrs.get("__init__");
  return new NativeFunction(cls.name, (_m, args, kwargs) => {
    const object = m.call(cls, args, kwargs);
    const held = outermost(m, heldNetworks(m, object));
    const direct =
      init instanceof FunctionValue && held.find(({ site }) => site && isInside(site.at, init.node));
    return direct || (held[0] ?? object);
  });
}

/** Makes an object and gives what its method makes: for the object itself, where its constructor calls the method. */
export function methodOf(m: Machine, cls: ClassValue, key: string, method: FunctionValue): NativeFunction {
  return new NativeFunction(`${cls.name}.${key}`, (_m, args, kwargs) => {
    const given = split(cls, args, kwargs);
    const built = watchMade(m, () => m.call(cls, given.own.args, given.own.kwargs));
    if (isUnknown(built.result)) return built.result;
    const during = built.made.filter((network) => isMadeIn(network, method.node));
    const isAsked = given.rest.args.length + given.rest.kwargs.size > 0;
    if (during.length > 0 && !isAsked) return meant(m, built.result, during);
    const called = watchMade(m, () => m.callMethod(built.result, key, given.rest.args, given.rest.kwargs));
    if (isNetwork(m, called.result) || called.made.length === 0) return called.result;
    return isUnknown(called.result) || called.result === null
      ? meant(m, built.result, called.made)
      : called.result;
  });
}

/** Of networks that were made those that the object keeps, where it keeps some; the first that is no part of others. */
function meant(m: Machine, object: Value, made: readonly Instance[]): Value {
  const held = heldNetworks(m, object).filter((network) => made.includes(network));
  return outermost(m, held.length > 0 ? held : made)[0] ?? null;
}

interface Given {
  readonly args: readonly Value[];
  readonly kwargs: Kwargs;
}

/** Arguments of the constructor, by its names and as many as it must have, and those of the method. */
function split(cls: ClassValue, args: readonly Value[], kwargs: Kwargs): { own: Given; rest: Given } {
  const init = cls.attrs.get("__init__");
  const names = new Set(init instanceof FunctionValue ? init.node.params.map(({ name }) => name) : []);
  const takesAll = init instanceof FunctionValue && init.node.params.some(({ kind }) => kind === "rest");
  const needed = needsOf(cls).filter(({ name }) => !kwargs.has(name)).length;
  const count = takesAll ? args.length : needed;
  const isOwn = ([name]: readonly [string, Value]): boolean => names.has(name);
  return {
    own: { args: args.slice(0, count), kwargs: new Map([...kwargs].filter(isOwn)) },
    rest: { args: args.slice(count), kwargs: new Map([...kwargs].filter((each) => !isOwn(each))) },
  };
}

// ------------------------------------------------------------------------ text

/** Methods that a function calls on its `self`: `self.build_model(…)`. */
function selfCalls({ params, body }: FunctionNode): ReadonlySet<string> {
  const self = params[0]?.name;
  return new Set(methodCalls(body).flatMap(({ object, method }) => (object === self ? [method] : [])));
}

/** Does it put something into an attribute? */
function keeps(body: readonly Stmt[]): boolean {
  return body.some((node) => {
    switch (node.kind) {
      case "assign":
        return node.targets.some(({ kind }) => kind === "attribute");
      case "if":
        return keeps(node.then) || keeps(node.otherwise);
      case "for":
      case "while":
      case "with":
      case "block":
        return keeps(node.body);
      case "try":
        return keeps(node.body);
      default:
        return false;
    }
  });
}
