/** `haiku` of one interpreter: layers, transforms, parameters and functions by name, made at first use. */

import { entryOf } from "../../base/table.ts";
import type { Interp } from "../../interpret/interp.ts";
import { type Bound, def, defineClass, type NativeImpl } from "../../interpret/native.ts";
import {
  ABSENT,
  type Absent,
  type ClassValue,
  FunctionValue,
  isUnknown,
  Tensor,
  Tuple,
  toItems,
  toNumber,
  type Value,
} from "../../interpret/values.ts";
import { evalShape, gradients } from "../flax/derivatives.ts";
import { type Jax, passing } from "../flax/jax.ts";
import { Run } from "../flax/layers/run.ts";
import { toDim } from "../rules/sizes.ts";
import { CONVS } from "./conv.ts";
import type { HaikuTable } from "./entry.ts";
import { FORCED, type Frames } from "./frame.ts";
import { LAYERS } from "./layers.ts";
import { defineLayer, defineModule, NAMED_LIKE, parameter, TRANSPARENT } from "./module.ts";
import { POOL_SIGNATURE, poolSizes } from "./pool.ts";
import { RECURRENT, stateClass, unroll } from "./recurrent.ts";
import { layerStack, type Transforms } from "./transform.ts";

const TABLE: HaikuTable = { ...CONVS, ...LAYERS, ...RECURRENT };

/** Transformations that leave what they are given as it is. */
const PASSES = "jit remat named_call lift".split(" ");

/** Names that are `jax.lax`' own. */
const CONTROL = "scan cond fori_loop map".split(" ");

/** Padding by the size of the window. */
const PADS: Readonly<Record<string, (size: number) => readonly [number, number]>> = {
  valid: () => [0, 0],
  same: (size) => [Math.floor((size - 1) / 2), Math.floor(size / 2)],
  full: (size) => [size - 1, size - 1],
  causal: (size) => [size - 1, 0],
  reverse_causal: (size) => [0, size - 1],
};

export class Haiku {
  readonly module: ClassValue;
  private readonly classes = new Map<string, ClassValue>();
  private readonly names: ReadonlyMap<string, Value>;

  constructor(
    private readonly jax: Jax,
    private readonly frames: Frames,
    transforms: Transforms,
  ) {
    this.module = defineModule(frames);
    this.names = new Map<string, Value>([
      ["Module", this.module],
      ["Transformed", transforms.cls],
      ["TransformedWithState", transforms.cls],
      ["PRNGSequence", this.keys()],
      ...transforms.names,
      ...PASSES.map((name) => [name, passing(name)] as const),
      ...gradients("hk", ["grad", "value_and_grad"]),
      ["eval_shape", evalShape("fun")],
      ...CONTROL.map((name) => [name, jaxName(jax, "jax.lax", name)] as const),
      ...Object.entries(this.functions()).map(
        ([name, [signature, impl]]) => [name, def(name, signature, impl)] as const,
      ),
    ]);
  }

  find(name: string): Value | Absent {
    return this.names.get(name) ?? this.layer(name) ?? ABSENT;
  }

  pad(name: string): Value | Absent {
    const rule = entryOf(PADS, name);
    if (!rule) return ABSENT;
    return def(name, "effective_kernel_size", (a, interp) => {
      const size = toDim(a.effective_kernel_size);
      return typeof size === "number" ? new Tuple(rule(size)) : interp.unknown("a kernel of unknown size");
    });
  }

  /** An initialiser: a function of shape and dtype whose values are not known. */
  initializer(name: string): Value {
    const fill = def(name, "shape, dtype=None", (a) => {
      const items = toItems(a.shape);
      const shape = items ? items.map(toDim) : isUnknown(a.shape) ? a.shape : [toDim(a.shape)];
      return this.jax.kit.make(shape, this.jax.kit.dtypeName(a.dtype) ?? "float32");
    });
    return def(name, "*args, **kwargs", () => fill);
  }

  private layer(name: string): ClassValue | undefined {
    const known = this.classes.get(name);
    if (known) return known;
    const spec = entryOf(TABLE, name);
    if (!spec) return undefined;
    const made = defineLayer(this.jax.kit, this.frames, this.module, name, spec, (other) =>
      this.layer(other),
    );
    this.classes.set(name, made);
    return made;
  }

  private key(): Tensor {
    return this.jax.kit.make([2], "uint32");
  }

  /** An iterator of random keys without an end. */
  private keys(): ClassValue {
    const key = (): Value => this.key();
    return defineClass("PRNGSequence", {
      qualname: "haiku.PRNGSequence",
      methods: {
        __init__: ["self, key_or_seed=0", () => null],
        __iter__: ["self", (a) => a.self],
        __next__: ["self", key],
        next: ["self", key],
        reserve: ["self, num", () => null],
        take: [
          "self, num",
          (a) => new Tuple(Array.from({ length: typeof a.num === "number" ? a.num : 1 }, key)),
        ],
      },
    });
  }

  private functions(): Readonly<Record<string, readonly [string, NativeImpl]>> {
    const { jax, frames } = this;
    const key = (): Value => this.key();
    const pool: NativeImpl = (a, interp) => poolSizes(new Run(interp, jax.kit, "pool", "pool"), a.value, a);
    return {
      get_parameter: ["name, shape=(), dtype=None, init=None", (a, interp) => this.parameter(a, interp)],
      get_state: ["name, shape=None, dtype=None, init=None", (a, interp) => this.state(a, interp)],
      set_state: [
        "name, value",
        (a) => {
          frames.current.states.set(`${frames.current.owner}/${String(a.name)}`, a.value);
          return null;
        },
      ],
      next_rng_key: ["", key],
      maybe_next_rng_key: ["", key],
      next_rng_keys: [
        "num",
        (a) => new Tuple(Array.from({ length: typeof a.num === "number" ? a.num : 1 }, key)),
      ],
      reserve_rng_keys: ["num", () => null],
      running_init: ["", () => false],
      current_name: ["", () => frames.current.owner],
      transparent: ["method", (a) => marked(a.method, TRANSPARENT, true)],
      name_like: [
        "method_name",
        (a) => def("name_like", "method", (b) => marked(b.method, NAMED_LIKE, a.method_name)),
      ],
      force_name: ["name", (a) => `${FORCED}${String(a.name)}`],
      name_scope: ["name, *, method_name='__call__'", (a, interp) => this.scope(a, interp)],
      layer_stack: [
        "num_layers, with_per_layer_inputs=False, unroll=1, pass_reverse_to_layer_fn=False, transparent=False, transparency_map=None, name=None",
        (a) => layerStack(frames, a),
      ],
      LSTMState: ["hidden, cell", (a, interp) => interp.call(stateClass(interp), [a.hidden, a.cell])],
      dropout: [
        "rng, rate, x, broadcast_dims=()",
        (a, interp) => {
          const rate = toNumber(a.rate);
          const isRate = rate === undefined || (rate >= 0 && rate < 1);
          return isRate ? a.x : interp.fail("ValueError", "rate must be in [0, 1).");
        },
      ],
      one_hot: [
        "x, num_classes, dtype=None",
        (a, interp) => interp.call(jaxName(jax, "jax.nn", "one_hot"), [a.x, a.num_classes]),
      ],
      max_pool: [POOL_SIGNATURE, pool],
      avg_pool: [POOL_SIGNATURE, pool],
      dynamic_unroll: [
        "core, input_sequence, initial_state, time_major=True, reverse=False, return_all_states=False, unroll=1",
        unroll,
      ],
      static_unroll: ["core, input_sequence, initial_state, time_major=True", unroll],
      vmap: [
        "fun, in_axes=0, out_axes=0, axis_name=None, axis_size=None, *, split_rng=None, spmd_axis_name=None",
        (a, interp) =>
          interp.call(
            jaxName(jax, "jax", "vmap"),
            [a.fun],
            new Map([
              ["in_axes", a.in_axes],
              ["out_axes", a.out_axes],
              ["axis_size", a.axis_size],
            ]),
          ),
      ],
      get_channel_index: [
        "data_format",
        (a) => (/^(channels_first|NC)/.test(String(a.data_format)) ? 1 : -1),
      ],
    };
  }

  /** The program sees one copy of a parameter that a stack of layers makes. */
  private parameter(a: Bound, interp: Interp): Value {
    const { jax, frames } = this;
    const frame = frames.current;
    const { owner } = frame;
    const name = String(a.name);
    const shape = toItems(a.shape)?.map(toDim) ?? (isUnknown(a.shape) ? a.shape : [toDim(a.shape)]);
    const dtype = jax.kit.dtypeName(a.dtype) ?? "float32";
    const { copies } = frame;
    frame.copies = 1;
    const made = parameter(jax.kit, frame, owner, name, shape, dtype);
    if (copies > 1 && !isUnknown(shape)) {
      parameter(jax.kit, frame, owner, `${name} (stacked)`, [copies - 1, ...shape], dtype);
    }
    frame.copies = copies;
    interp.tick();
    return made;
  }

  private state(a: Bound, interp: Interp): Value {
    const { current } = this.frames;
    const path = `${current.owner}/${String(a.name)}`;
    const known = current.states.get(path);
    if (known !== undefined) return known;
    const shape = toItems(a.shape)?.map(toDim) ?? [];
    const dtype = this.jax.kit.dtypeName(a.dtype) ?? "float32";
    const made =
      a.init === null
        ? this.jax.kit.make(shape, dtype)
        : interp.call(a.init, a.shape === null ? [] : [a.shape, this.jax.kit.dtype(dtype)]);
    if (made instanceof Tensor) made.parameter = { trainable: false, buffer: true };
    current.states.set(path, made);
    return made;
  }

  /** `with hk.name_scope("head"):` */
  private scope(a: Bound, interp: Interp): Value {
    const { frames } = this;
    let leave = (): void => undefined;
    const cls = defineClass("name_scope", {
      methods: {
        __enter__: [
          "self",
          () => {
            leave = frames.current.open(String(a.name), String(a.method_name));
            return null;
          },
        ],
        __exit__: [
          "self, *args",
          () => {
            leave();
            return false;
          },
        ],
      },
    });
    return interp.newInstance(cls);
  }
}

function jaxName(jax: Jax, module: string, name: string): Value {
  const found = jax.find(module, name);
  return found === ABSENT ? null : found;
}

function marked(method: Value, mark: string, value: Value): Value {
  if (method instanceof FunctionValue) method.attrs.set(mark, value);
  return method;
}
