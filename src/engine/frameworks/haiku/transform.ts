/**
 * `hk.transform` and its kin: a function whose modules make their parameters when it runs. The transformed function is
 * the network; every run names its modules afresh.
 * https://dm-haiku.readthedocs.io/en/latest/api.html#haiku-transforms
 */
import { STEPS } from "../../interpret/bounds.ts";
import type { Interp } from "../../interpret/interp.ts";
import { type Bound, def, defineClass } from "../../interpret/native.ts";
import {
  type ClassValue,
  Dict,
  FunctionValue,
  Instance,
  isUnknown,
  type Kwargs,
  List,
  NativeFunction,
  NO_KWARGS,
  Tuple,
  toItems,
  type Value,
} from "../../interpret/values.ts";
import { Frame, type Frames } from "./frame.ts";

class TransformedState {
  frame = new Frame();
  withState = false;
  takesRng = true;
  constructor(readonly fn: Value) {}
}

export function stateOf(value: Value): TransformedState | undefined {
  return value instanceof Instance && value.native instanceof TransformedState ? value.native : undefined;
}

export class Transforms {
  readonly cls: ClassValue = defineClass("Transformed", {
    qualname: "haiku.Transformed",
    methods: {
      __iter__: [
        "self",
        (a, interp) =>
          interp.callMethod(new Tuple([...(a.self as Instance).attrs.values()].slice(0, 2)), "__iter__"),
      ],
    },
  });
  readonly names: ReadonlyMap<string, NativeFunction>;
  /** One network for a function, however often it is transformed. */
  private readonly known = new WeakMap<object, Instance>();

  constructor(private readonly frames: Frames) {
    const named: readonly NativeFunction[] = [
      def("transform", "f, *, apply_rng=True", (a, interp) => this.made(interp, a.f, false)),
      def("transform_with_state", "f", (a, interp) => this.made(interp, a.f, true)),
      def("multi_transform", "f", (a, interp) => this.several(a.f, false, interp)),
      def("multi_transform_with_state", "f", (a, interp) => this.several(a.f, true, interp)),
      def("without_apply_rng", "f", (a) =>
        adapted(a.f, (state) => {
          state.takesRng = false;
        }),
      ),
      def("without_state", "f", (a) =>
        adapted(a.f, (state) => {
          state.withState = false;
        }),
      ),
      def("with_empty_state", "f", (a) =>
        adapted(a.f, (state) => {
          state.withState = true;
        }),
      ),
    ];
    this.names = new Map(named.map((fn) => [fn.name, fn]));
  }

  /** With its tables and functions, before it runs. */
  private made(interp: Interp, fn: Value, withState: boolean): Value {
    interp.tick(4 * STEPS.module);
    return this.of(fn, { withState });
  }

  /** The network that a function is, once transformed. */
  of(fn: Value, { withState }: { readonly withState: boolean }): Value {
    if (isUnknown(fn)) return fn;
    if (fn === null || typeof fn !== "object") return null;
    const known = this.known.get(fn) ?? this.make(fn);
    this.known.set(fn, known);
    adapted(known, (state) => {
      state.withState = withState;
      state.takesRng = true;
    });
    return known;
  }

  private make(fn: Value): Instance {
    const made = new Instance(this.cls);
    const state = new TransformedState(fn);
    made.native = state;
    const init = new NativeFunction("init", (interp, args, kwargs) => {
      interp.asExample(() => this.run(interp, made, args.slice(1), without(kwargs, "rng")));
      const params = paramsOf(interp, state.frame);
      return state.withState ? new Tuple([params, new Dict()]) : params;
    });
    const apply = new NativeFunction("apply", (interp, args, kwargs) => {
      const taken = 1 + (state.withState ? 1 : 0) + (state.takesRng ? 1 : 0);
      const output = this.run(interp, made, args.slice(taken), without(kwargs, "params", "state", "rng"));
      return state.withState ? new Tuple([output, new Dict()]) : output;
    });
    made.attrs.set("init", init);
    made.attrs.set("apply", apply);
    return made;
  }

  /** Runs the function with names and parameters of its own. */
  run(interp: Interp, network: Instance, args: readonly Value[], kwargs: Kwargs = NO_KWARGS): Value {
    const state = stateOf(network);
    if (!state) return interp.unknown("no transformed function");
    interp.tick(2 * STEPS.module);
    const body = (): Value => {
      state.frame = new Frame();
      return this.frames.run(state.frame, () => interp.call(state.fn, args, kwargs));
    };
    return interp.withLayer(network, body, [...args, ...kwargs.values()]);
  }

  /** A function that gives an example of a call, and the functions that share its modules. */
  private several(f: Value, withState: boolean, interp: Interp): Value {
    const made = (inner: Interp): readonly Value[] => toItems(inner.call(f)) ?? [];
    const example = new NativeFunction("template", (inner, args, kwargs) =>
      inner.call(made(inner)[0] ?? null, args, kwargs),
    );
    const network = this.of(example, { withState });
    const shape = this.frames.run(new Frame(), () => made(interp)[1] ?? null);
    if (network instanceof Instance)
      network.attrs.set(
        "apply",
        this.tree(shape, [], withState, (inner) => made(inner)[1] ?? null),
      );
    return network;
  }

  /** As the functions lie in their tuple, list or dict: each runs in a frame of its own. */
  private tree(
    value: Value,
    path: readonly (string | number)[],
    withState: boolean,
    make: (interp: Interp) => Value,
  ): Value {
    const below = (item: Value, key: string | number): Value =>
      this.tree(item, [...path, key], withState, make);
    if (value instanceof Tuple && value.cls === undefined) return new Tuple(value.items.map(below));
    if (value instanceof List) return new List(value.items.map(below));
    if (value instanceof Dict) {
      const entries = [...value.entries].map(
        ([key, entry]) => [key, { key: entry.key, value: below(entry.value, String(entry.key)) }] as const,
      );
      return new Dict(new Map(entries));
    }
    return new NativeFunction("apply", (interp, args, kwargs) => {
      const output = this.frames.run(new Frame(), () => {
        const fn = path.reduce<Value>((at, key) => interp.getItem(at, key), make(interp));
        return interp.call(fn, args.slice(withState ? 3 : 2), kwargs);
      });
      return withState ? new Tuple([output, new Dict()]) : output;
    });
  }
}

function adapted(value: Value, change: (state: TransformedState) => void): Value {
  const state = stateOf(value);
  if (state) change(state);
  return value;
}

function without(kwargs: Kwargs, ...names: readonly string[]): Kwargs {
  return kwargs.size === 0 ? kwargs : new Map([...kwargs].filter(([name]) => !names.includes(name)));
}

/** `{"mlp/~/linear_0": {"w": …, "b": …}}` */
function paramsOf(interp: Interp, frame: Frame): Dict {
  const all = new Dict();
  for (const [module, tensors] of frame.params) {
    const own = new Dict();
    for (const [name, tensor] of tensors) interp.dictSet(own, name, tensor);
    interp.dictSet(all, module, own);
  }
  return all;
}

/** `hk.layer_stack(n)(f)`: the function once a layer, each with parameters of its own. */
export function layerStack(frames: Frames, a: Bound): Value {
  const perLayer = a.with_per_layer_inputs === true;
  const name =
    typeof a.name === "string"
      ? a.name
      : perLayer
        ? "__layer_stack_with_per_layer"
        : "__layer_stack_no_per_layer";
  return def("layer_stack", "f", (b) => {
    const run = (
      interp: Interp,
      args: readonly Value[],
      slices: (index: number) => readonly Value[],
    ): Value => {
      const count =
        typeof a.num_layers === "number" && interp.allows(a.num_layers) ? a.num_layers : undefined;
      if (count === undefined) interp.gap("hk.layer_stack of an unknown number of layers is counted as one");
      let index = 0;
      let running = args;
      const answer = frames.current.inSteps(
        name,
        () => {
          const output = interp.call(b.f, [...running, ...slices(index++)]);
          const items = perLayer
            ? [toItems(output)?.[0] ?? output]
            : (running.length > 1 && toItems(output)) || [output];
          running = items;
          return output;
        },
        count ?? 1,
      );
      return answer ?? (args.length === 1 ? args[0] : new Tuple(args));
    };
    return new NativeFunction("stacked", (interp, args) =>
      perLayer
        ? run(interp, args.slice(0, 1), (index) => args.slice(1).map((arg) => interp.getItem(arg, index)))
        : run(interp, args, () => []),
    );
  });
}

/** The program's function below what the transform was given. */
export function functionOf(network: Value): FunctionValue | undefined {
  const fn = stateOf(network)?.fn;
  return fn instanceof FunctionValue ? fn : undefined;
}
