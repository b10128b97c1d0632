/**
 * Haiku as a framework: its modules of names, and how transformed functions and modules are recognised, named and run.
 * The networks that it brings (`hk.nets`) are read from its own files where it is installed.
 */

import type { Framework } from "../../interpret/framework.ts";
import type { Interp } from "../../interpret/interp.ts";
import { def } from "../../interpret/native.ts";
import { escapePattern } from "../../interpret/patterns/escape.ts";
import {
  ABSENT,
  type Absent,
  type ClassValue,
  type FunctionValue,
  type Instance,
  type Shape,
  type Tensor,
  Unknown,
  type Value,
} from "../../interpret/values.ts";
import { completed, forwardParams, inputOf, lastAxis, sampleOf } from "../flax/calling.ts";
import { type Jax, passing } from "../flax/jax.ts";
import { moduleTable } from "../moduleTable.ts";
import { type Frame, Frames } from "./frame.ts";
import { isHaikuClass, isHaikuModule } from "./module.ts";
import { Haiku } from "./names.ts";
import { functionOf, stateOf, Transforms } from "./transform.ts";

/** Its own networks are code as any program's. */
const FILES = /^haiku\.(_src\.)?nets(\.|$)/;

/** Modules that hold other names than `haiku` itself; those below `_src` hold the same. */
const MODULES: ReadonlySet<string> = new Set([
  "haiku.initializers",
  "haiku.pad",
  "haiku.experimental",
  "haiku.data_structures",
  "haiku.mixed_precision",
  "haiku.config",
  "haiku.testing",
  "haiku._src",
]);

export function createHaiku(jax: Jax): Framework {
  return new HaikuFramework(jax);
}

class HaikuFramework implements Framework {
  readonly id = "haiku";
  readonly forwardNames = ["__call__"];
  readonly learnsSizes = true;
  private readonly frames = new Frames();
  private readonly transforms = new Transforms(this.frames);
  private readonly haiku: Haiku;
  private readonly module = moduleTable((path, name) => this.lookup(path, name));
  private readonly values = new Map<string, Value>();

  constructor(private readonly jax: Jax) {
    this.haiku = new Haiku(jax, this.frames, this.transforms);
  }

  hasModule(name: string): boolean {
    return /^haiku(\.|$)/.test(name) && !FILES.test(name);
  }

  fileModule(name: string): string | undefined {
    return FILES.test(name) ? name : undefined;
  }

  lookup(module: string, name: string): Value | Absent {
    const path = `${module}.${name}`;
    const known = this.values.get(path);
    if (known !== undefined) return known;
    const value = this.find(module, name);
    if (value === ABSENT && (name.startsWith("__") || FILES.test(path))) return ABSENT;
    const found = value === ABSENT ? new Unknown(`${path} is not modelled`) : value;
    this.values.set(path, found);
    return found;
  }

  private find(module: string, name: string): Value | Absent {
    const path = `${module}.${name}`;
    if (FILES.test(path)) return ABSENT;
    if (MODULES.has(path) || module === "haiku._src") return this.module(path);
    switch (module.split(".").at(-1)) {
      case "initializers":
        return name.startsWith("__") ? ABSENT : this.haiku.initializer(name);
      case "pad":
        return this.haiku.pad(name);
      case "mixed_precision":
        if (name === "current_policy" || name === "get_policy") return def(name, "cls=None", () => null);
        return name.startsWith("__") ? ABSENT : passing(name);
      case "data_structures":
        return name.startsWith("__") ? ABSENT : passing(name);
      default:
        return this.haiku.find(name);
    }
  }

  isNetworkClass(cls: ClassValue): boolean {
    return isHaikuClass(cls);
  }

  isNetwork(value: Value): boolean {
    return stateOf(value) !== undefined || isHaikuModule(value);
  }

  isMaker(value: Value): boolean {
    return [...this.transforms.names.values()].some((fn) => fn === value);
  }

  /** A function that its file gives to `hk.transform` is a network. */
  networkOf(fn: FunctionValue, text: string): Value | Absent {
    const asked = new RegExp(`\\btransform(_with_state)?\\(\\s*${escapePattern(fn.name)}\\s*[,)]`).exec(text);
    return asked ? this.transforms.of(fn, { withState: asked[1] !== undefined }) : ABSENT;
  }

  input(shape: Shape, dtype: string): Value {
    return inputOf(this.jax.kit, shape, dtype);
  }

  forward(interp: Interp, network: Value, inputs: readonly Value[]): Value {
    const fn = functionOf(network);
    const { args, kwargs } = completed(
      interp,
      this.jax.kit,
      fn?.node.params ?? forwardParams(network),
      inputs,
    );
    if (stateOf(network)) return this.transforms.run(interp, network as Instance, args, kwargs);
    this.frames.current.params.clear();
    return interp.call(network, args, kwargs);
  }

  private frameOf(network: Value): Frame {
    return stateOf(network)?.frame ?? this.frames.current;
  }

  layerNames(_interp: Interp, network: Value): ReadonlyMap<Instance, string> {
    const names = new Map<Instance, string>();
    for (const [name, module] of this.frameOf(network).modules) names.set(module, name);
    if (stateOf(network)) names.set(network as Instance, "");
    return names;
  }

  parameters(_interp: Interp, network: Value): readonly Tensor[] {
    return [...this.frameOf(network).params.values()].flatMap((own) => [...own.values()]);
  }

  entrance(): undefined {
    return undefined;
  }

  readonly channelAxis = lastAxis;
  readonly defaultInput = sampleOf;

  /** Every network is named as in a program of its own. */
  snapshot(): () => void {
    return () => this.frames.reset();
  }
}
