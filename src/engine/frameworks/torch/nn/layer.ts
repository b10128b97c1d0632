/**
 * How a layer of torch.nn is declared: one entry with the constructor's signature as torch documents it, the
 * parameters it makes, the forward signature and the rule. Constructor arguments become attributes, and the rule
 * reads them back from the instance, so that a program may change them.
 * Every entry follows https://docs.pytorch.org/docs/stable/generated/torch.nn.<name>.html
 */

import { entryOf } from "../../../base/table.ts";
import { STEPS } from "../../../interpret/bounds.ts";
import type { Interp } from "../../../interpret/interp.ts";
import { type Bound, def, defineClass, type NativeImpl, unfollowed } from "../../../interpret/native.ts";
import { parseSignature } from "../../../interpret/signature.ts";
import {
  type ClassValue,
  type Dim,
  type Instance,
  type Kwargs,
  type NativeFunction,
  type Shape,
  Tensor,
  Tuple,
  toItems,
  type Value,
} from "../../../interpret/values.ts";
import { possibleArguments } from "../../rules/possible.ts";
import { toDim, toDims } from "../../rules/sizes.ts";
import { Given } from "../refused/given.ts";
import { REFUSED_FUNCTIONS, REFUSED_LAYERS } from "../refused/nn.ts";
import { argumentsOf, functionArguments } from "./arguments.ts";
import type { Nn } from "./library.ts";
import { addModule, addTensor, initModule } from "./module.ts";
import { Op } from "./op.ts";
import { table } from "./tables.ts";

export interface LayerSpec {
  readonly name: string;
  /** torch's module of it below torch.nn.modules. */
  readonly home: string;
  /** A class of torch.nn; `Module` when absent. */
  readonly base?: string;
  /** Constructor signature without self. Absent: inherited. */
  readonly init?: string;
  /** Constructor arguments that do not become attributes, besides device and dtype. */
  readonly hidden?: readonly string[];
  /** Makes parameters and submodules, after the arguments became attributes. */
  readonly build?: (b: Build) => void;
  /** Forward signature without self, and the rule. Absent: inherited. */
  readonly forward?: readonly [string, LayerRule];
  /** The function that is recorded. */
  readonly fn?: string;
  /** False for containers and compositions, whose ops belong to their submodules. */
  readonly layer?: boolean;
  /** Signatures without self. */
  readonly methods?: Readonly<Record<string, readonly [string, LayerRule]>>;
  /** Signatures including cls. */
  readonly classMethods?: Readonly<
    Record<string, readonly [string, (a: Bound, interp: Interp, nn: Nn) => Value]>
  >;
}

/** The forward of a layer; `op.layer` is the instance. */
export type LayerRule = (op: Op, a: Bound) => Value;
/** A function of torch.nn.functional. */
export type FunctionRule = (op: Op, a: Bound) => Value;
export interface FunctionSpec {
  readonly signature: string;
  readonly rule: FunctionRule;
}

const NEVER_ATTRIBUTES: ReadonlySet<string> = new Set(["device", "dtype"]);

export function defineLayer(nn: Nn, spec: LayerSpec): ClassValue {
  const base = spec.base === undefined ? nn.module : nn.layer(spec.base);
  const methods: Record<string, readonly [string, NativeImpl]> = {};
  for (const [name, [signature, rule]] of Object.entries(spec.methods ?? {})) {
    methods[name] = [
      signature === "" ? "self" : `self, ${signature}`,
      (a, interp) => rule(new Op(interp, nn, spec.fn ?? name, a.self as Instance), a),
    ];
  }
  const { init, forward } = spec;
  if (init !== undefined) methods.__init__ = [`self${init && ", "}${init}`, constructorOf(nn, spec, init)];
  if (forward !== undefined) {
    const [signature, rule] = forward;
    methods.forward = [`self, ${signature}`, (a, interp) => runForward(nn, spec, rule, a, interp)];
  }
  return defineClass(spec.name, {
    bases: [base],
    qualname: `torch.nn.modules.${spec.home}.${spec.name}`,
    native: { layer: spec.layer ?? true },
    methods,
    classMethods: Object.fromEntries(
      Object.entries(spec.classMethods ?? {}).map(([name, [signature, rule]]) => [
        name,
        [signature, (a: Bound, interp: Interp) => rule(a, interp, nn)] as const,
      ]),
    ),
  });
}

function constructorOf(nn: Nn, spec: LayerSpec, signature: string): NativeImpl {
  const parsed = parseSignature(signature);
  const hidden = new Set([...NEVER_ATTRIBUTES, ...(spec.hidden ?? [])]);
  const attributes = [...parsed.names].filter((name) => !hidden.has(name));
  const check = argumentsOf(spec.name, parsed);
  return (given, interp) => {
    const self = given.self as Instance;
    const a = possibleArguments(interp, given, { ...check, layer: self.cls.name });
    initModule(interp, self);
    interp.touch(self);
    interp.tick(4 * attributes.length);
    for (const name of attributes) self.attrs.set(name, entryOf(a, name));
    spec.build?.(new Build(interp, nn, self, a));
    return null;
  };
}

function runForward(nn: Nn, spec: LayerSpec, rule: LayerRule, a: Bound, interp: Interp): Value {
  const self = a.self as Instance;
  const run = (): Value => {
    const op = new Op(interp, nn, spec.fn ?? spec.name, self);
    const refused = entryOf(REFUSED_LAYERS, spec.name);
    const value = (name: string): Value => (Object.hasOwn(a, name) ? entryOf(a, name) : op.attr(name));
    refuse(op, refused?.(new Given(value)));
    return rule(op, a);
  };
  // `conv.forward(x)` skips __call__, but its ops are the layer's all the same.
  return (spec.layer ?? true) && interp.scope?.instance !== self ? interp.withLayer(self, run) : run();
}

/** A function of torch.nn.functional as a value of the program. */
export function defineFunction(nn: Nn, name: string, spec: FunctionSpec): NativeFunction {
  const check = functionArguments(name, parseSignature(spec.signature));
  const refused = entryOf(REFUSED_FUNCTIONS, name);
  return def(
    name,
    spec.signature,
    (given, interp) => {
      const op = new Op(interp, nn, name);
      const a = possibleArguments(interp, given, check);
      refuse(op, refused?.(new Given((argument) => entryOf(a, argument))));
      return spec.rule(op, a);
    },
    unfollowed,
  );
}

/** Says why torch does not take the call, and goes on with what it would have made. */
function refuse(op: Op, reason: string | undefined): void {
  if (reason === undefined) return;
  op.problem(`cannot run: ${reason}`);
  op.interp.gap(`${op.who} cannot run: ${reason}`);
}

/** A layer under construction. */
export class Build {
  constructor(
    readonly interp: Interp,
    readonly nn: Nn,
    readonly self: Instance,
    readonly args: Bound,
  ) {}

  dim(name: string): Dim {
    return toDim(entryOf(this.args, name));
  }

  dims(name: string, axes: number): readonly Dim[] {
    return toDims(entryOf(this.args, name), axes);
  }

  /** A flag of the constructor; an unknown one counts as the fallback, and the report says so. */
  flag(name: string, fallback: boolean): boolean {
    const truth = this.interp.truthy(entryOf(this.args, name));
    if (typeof truth === "boolean") return truth;
    this.interp.gap(truth.reason);
    return fallback;
  }

  set(name: string, value: Value): void {
    this.self.attrs.set(name, value);
  }

  /** Makes the attribute a tuple as torch's `_pair` does: one size an axis, or the sequence that is given. */
  tuple(name: string, axes: number): readonly Dim[] {
    const dims = this.dims(name, axes);
    this.set(name, new Tuple(toItems(entryOf(this.args, name)) ?? dims));
    return dims;
  }

  /** A parameter, or None in its place. */
  parameter(name: string, shape: Shape | null): void {
    if (shape) this.interp.tick(STEPS.weight);
    addTensor(this.interp, this.self, "_parameters", name, shape && makeParameter(this.nn, shape));
  }

  buffer(name: string, shape: Shape | null, dtype = "float32"): void {
    if (shape) this.interp.tick(STEPS.weight);
    const value = shape && this.nn.tensors.make(shape, dtype);
    if (value instanceof Tensor) value.parameter = { trainable: false, buffer: true };
    const buffers = table(this.interp, this.self, "_buffers");
    buffers.entries.set(name, { key: name, value });
  }

  /** A submodule of torch.nn. */
  module(name: string, cls: string, args: readonly Value[], kwargs?: Kwargs): void {
    addModule(this.interp, this.self, name, this.interp.call(this.nn.layer(cls), args, kwargs));
  }
}

export function makeParameter(nn: Nn, shape: Shape, trainable = true, dtype = "float32"): Tensor {
  const tensor = nn.tensors.make(shape, dtype);
  tensor.cls = nn.parameter;
  tensor.parameter = { trainable };
  return tensor;
}
