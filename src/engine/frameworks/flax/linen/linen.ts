/** `flax.linen` of one interpreter: layers, functions, transforms and decorators by name, made at first use. */

import { entryOf } from "../../../base/table.ts";
import { def, defineClass, type NativeImpl } from "../../../interpret/native.ts";
import {
  ABSENT,
  type Absent,
  type ClassValue,
  FunctionValue,
  type Instance,
  isUnknown,
  List,
  NativeFunction,
  toItems,
  type Value,
} from "../../../interpret/values.ts";
import type { Jax } from "../jax.ts";
import { layerFunctions } from "../layers/functions.ts";
import { LAYERS } from "../layers/index.ts";
import { defineLayer } from "./layers.ts";
import { COMPACT, defineModule, enter, NOWRAP } from "./module.ts";
import { lifted } from "./transforms.ts";

/** Decorators and functions that give their first argument back. */
const PASSES =
  `with_logical_constraint with_partitioning with_logical_partitioning share_scope unbox meta add_metadata_axis
  logical_to_mesh_sharding module_paths map_coordinates custom_vjp`.split(/\s+/);

export class Linen {
  readonly module: ClassValue;
  private readonly classes = new Map<string, ClassValue>();
  private readonly names: ReadonlyMap<string, Value>;

  constructor(private readonly jax: Jax) {
    this.module = defineModule(jax.kit);
    this.names = new Map<string, Value>([
      ...jax.activations,
      ...layerFunctions(jax.kit),
      ["Module", this.module],
      ["compact", marking("compact", COMPACT)],
      ["nowrap", marking("nowrap", NOWRAP)],
      ["broadcast", "broadcast"],
      ["merge_param", def("merge_param", "name, a, b", (a) => a.a ?? a.b)],
      ["apply", def("apply", "fn, module, mutable=False, **kwargs", (a) => a.module)],
      ["tabulate", def("tabulate", "module, *args, **kwargs", () => tabulating())],
      [
        "cond",
        def("cond", "pred, true_fun, false_fun, mdl, *operands, **kwargs", (a, interp) => {
          const truth = interp.truthy(a.pred);
          if (isUnknown(truth)) interp.gap(truth.reason);
          return interp.call(truth === false ? a.false_fun : a.true_fun, [
            a.mdl,
            ...(toItems(a.operands) ?? []),
          ]);
        }),
      ],
      ...PASSES.map((name) => [name, first(name)] as const),
    ]);
  }

  find(name: string): Value | Absent {
    const own = this.names.get(name) ?? this.layer(name) ?? lifted(name);
    return own ?? ABSENT;
  }

  private layer(name: string): ClassValue | undefined {
    const known = this.classes.get(name);
    if (known) return known;
    const spec = entryOf(LAYERS, name);
    const made =
      name === "Sequential"
        ? this.sequential()
        : spec?.linen === undefined
          ? undefined
          : defineLayer(this.jax.kit, this.module, name, spec, (other) => this.layer(other));
    if (made) this.classes.set(name, made);
    return made;
  }

  /** Calls its layers one after the other; a tuple or dict is spread over the next one's arguments. */
  private sequential(): ClassValue {
    const call: NativeImpl = (a, interp) => {
      const self = a.self as Instance;
      const run = (): Value => {
        let values = toItems(a.args) ?? [];
        let result: Value = values[0] ?? null;
        for (const layer of toItems(self.attrs.get("layers") ?? null) ?? []) {
          result = interp.call(layer, values);
          values = toItems(result) && !(result instanceof List) ? toItems(result)! : [result];
        }
        return result;
      };
      return enter(interp, self, true, run, toItems(a.args) ?? []);
    };
    const cls = defineClass("Sequential", {
      bases: [this.module],
      qualname: "flax.linen.Sequential",
      native: this.module.native!,
      methods: { __call__: ["self, *args, **kwargs", call] },
    });
    cls.annotations = new Map<string, Value>([["layers", null]]);
    return cls;
  }
}

function marking(name: string, mark: string): NativeFunction {
  return def(name, "fn", (a) => {
    if (a.fn instanceof FunctionValue || a.fn instanceof NativeFunction) a.fn.attrs.set(mark, true);
    return a.fn;
  });
}

function first(name: string): NativeFunction {
  return def(name, "*args, **kwargs", (a) => toItems(a.args)?.[0] ?? null);
}

function tabulating(): Value {
  return def("tabulated", "*args, **kwargs", () => "");
}
