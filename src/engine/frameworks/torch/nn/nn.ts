/** torch.nn and torch.nn.functional of one interpreter: classes and functions, made when they are first asked for. */

import { entryOf } from "../../../base/table.ts";
import { ABSENT, type Absent, ClassValue, type Value } from "../../../interpret/values.ts";
import type { Tensors } from "../tensor/tensors.ts";
import { ACTIVATION_FUNCTIONS, ACTIVATION_LAYERS } from "./activation.ts";
import { ATTENTION_FUNCTIONS, ATTENTION_LAYERS } from "./attention.ts";
import { CONTAINERS } from "./containers.ts";
import { CONV_FUNCTIONS, CONV_LAYERS } from "./conv.ts";
import { DISTANCE_FUNCTIONS, DISTANCE_LAYERS } from "./distance.ts";
import { EMBEDDING_FUNCTIONS, EMBEDDING_LAYERS } from "./embedding.ts";
import { defineFunction, defineLayer, type FunctionSpec, type LayerSpec } from "./layer.ts";
import type { Nn } from "./library.ts";
import { LINEAR_FUNCTIONS, LINEAR_LAYERS } from "./linear.ts";
import { defineModule } from "./module.ts";
import { NORM_FUNCTIONS, NORM_LAYERS } from "./norm.ts";
import { PAD_FUNCTIONS, PAD_LAYERS } from "./pad.ts";
import { defineParameters } from "./parameter.ts";
import { POOL_FUNCTIONS, POOL_LAYERS } from "./pool.ts";
import { RECURRENT_LAYERS } from "./recurrent.ts";
import { TRANSFORMER_LAYERS } from "./transformer.ts";
import { VISION_FUNCTIONS, VISION_LAYERS } from "./vision.ts";
import { WRAPPERS } from "./wrappers.ts";

const LAYERS: ReadonlyMap<string, LayerSpec> = new Map(
  [
    ...CONTAINERS,
    ...CONV_LAYERS,
    ...LINEAR_LAYERS,
    ...NORM_LAYERS,
    ...ACTIVATION_LAYERS,
    ...POOL_LAYERS,
    ...PAD_LAYERS,
    ...VISION_LAYERS,
    ...EMBEDDING_LAYERS,
    ...RECURRENT_LAYERS,
    ...ATTENTION_LAYERS,
    ...TRANSFORMER_LAYERS,
    ...DISTANCE_LAYERS,
    ...WRAPPERS,
  ].map((spec) => [spec.name, spec]),
);

const FUNCTIONS: ReadonlyMap<string, FunctionSpec> = new Map(
  Object.entries({
    ...CONV_FUNCTIONS,
    ...LINEAR_FUNCTIONS,
    ...NORM_FUNCTIONS,
    ...ACTIVATION_FUNCTIONS,
    ...POOL_FUNCTIONS,
    ...PAD_FUNCTIONS,
    ...VISION_FUNCTIONS,
    ...EMBEDDING_FUNCTIONS,
    ...ATTENTION_FUNCTIONS,
    ...DISTANCE_FUNCTIONS,
  }),
);

export class NnLibrary implements Nn {
  readonly module: ClassValue = defineModule();
  readonly parameter: ClassValue;
  private readonly parameters: Readonly<Record<string, ClassValue>>;
  private readonly classes = new Map<string, ClassValue>();
  private readonly functions = new Map<string, Value>();

  constructor(readonly tensors: Tensors) {
    const { parameter, all } = defineParameters(tensors);
    this.parameter = parameter;
    this.parameters = all;
  }

  layer(name: string): ClassValue {
    const cls = this.findClass(name);
    if (!(cls instanceof ClassValue)) throw new Error(`no layer ${name}`);
    return cls;
  }

  functional(name: string): Value {
    const fn = this.findFunction(name);
    if (fn === ABSENT) throw new Error(`no function ${name}`);
    return fn;
  }

  /** A class of torch.nn. */
  findClass(name: string): Value | Absent {
    if (name === "Module") return this.module;
    const own = entryOf(this.parameters, name) ?? this.classes.get(name);
    if (own) return own;
    const spec = LAYERS.get(name);
    if (!spec) return ABSENT;
    const made = defineLayer(this, spec);
    this.classes.set(name, made);
    return made;
  }

  /** A function of torch.nn.functional. */
  findFunction(name: string): Value | Absent {
    const known = this.functions.get(name);
    if (known !== undefined) return known;
    const spec = FUNCTIONS.get(name);
    if (!spec) return ABSENT;
    const made = defineFunction(this, name, spec);
    this.functions.set(name, made);
    return made;
  }
}
