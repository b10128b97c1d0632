/** Building blocks of the parts of torch that change no cost: functions that do nothing, decorators, contexts. */
import { def, defineClass, type NativeImpl } from "../../../interpret/native.ts";
import {
  BoundMethod,
  ClassValue,
  FunctionValue,
  Instance,
  Layerless,
  NativeFunction as Native,
  type NativeFunction,
  StaticMethod,
  toItems,
  Unknown,
  type Value,
} from "../../../interpret/values.ts";
import type { NnLibrary } from "../nn/nn.ts";

/** A module's names, each made when it is asked for. */
export type NameTable = Readonly<Record<string, (nn: NnLibrary) => Value>>;

const ANY = "*args, **kwargs";

/** A constant. */
export const always = (value: Value) => (): Value => value;

export const fn = (name: string, signature: string, impl: NativeImpl) => (): NativeFunction =>
  def(name, signature, impl);

/** Takes anything and answers always the same. */
export const answers = (name: string, value: Value) => fn(name, ANY, () => value);

/** Takes anything and gives its first argument back. */
export const passes = (name: string) => fn(name, ANY, (a) => toItems(a.args)?.[0] ?? null);

/** Takes anything; the answer is not known. */
export const unknown = (name: string, reason: string) => fn(name, ANY, (_, interp) => interp.unknown(reason));

/** A decorator, with or without arguments, that leaves what it decorates as it is: functions, classes, networks. */
export const decorator = (name: string) =>
  fn(name, ANY, (a) => {
    const first = toItems(a.args)?.[0];
    if (isDecorated(first) || first instanceof Instance || first instanceof Unknown) return first;
    return def(name, "fn", (b) => b.fn);
  });

/** A context manager that is also a decorator: `with torch.no_grad():`, `@torch.no_grad()`. */
export const context = (name: string) => (): ClassValue =>
  defineClass(name, {
    qualname: `torch.${name}`,
    methods: {
      __init__: [`self, ${ANY}`, () => null],
      __enter__: ["self", (a) => a.self],
      __exit__: ["self, *args", () => null],
      __call__: ["self, fn", (a) => a.fn],
    },
    native: {
      layer: false,
      create: (interp, cls, args) => (isDecorated(args[0]) ? args[0] : interp.newInstance(cls)),
    },
  });

/** A class to derive from or to make objects of; what its objects answer is not known. */
export const inertClass =
  (name: string, extra: Readonly<Record<string, readonly [string, NativeImpl]>> = {}) =>
  (): ClassValue =>
    defineClass(name, {
      methods: {
        __init__: [`self, ${ANY}`, () => null],
        __getattr__: ["self, name", (a, interp) => interp.unknown(`${name}.${String(a.name)}`)],
        ...extra,
      },
    });

/** Modules of torch that make tensors, optimizers and data, and no layers. */
const LAYERLESS = /^torch(\.(cuda|linalg|fft|special|random|optim|utils\.data|distributions)\b.*)?$/;

/** A name of torch whose value the engine does not model. */
export function unmodelled(module: string, name: string): Unknown {
  const reason = `${module}.${name} is not modelled`;
  return LAYERLESS.test(module) ? new Layerless(reason) : new Unknown(reason);
}

function isDecorated(value: Value): boolean {
  return (
    value instanceof FunctionValue ||
    value instanceof Native ||
    value instanceof ClassValue ||
    value instanceof StaticMethod ||
    value instanceof BoundMethod
  );
}
