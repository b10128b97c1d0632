/** `keras.initializers`: what they make has the shape that it is asked for. https://keras.io/api/layers/initializers/ */
import { def, defineClass } from "../../interpret/native.ts";
import { type ClassValue, Dict, isUnknown, toItems, type Value } from "../../interpret/values.ts";
import { sizeOf } from "./layer.ts";
import type { Keras } from "./library.ts";

const made = new WeakMap<Keras, ClassValue>();

function initializerClass(keras: Keras): ClassValue {
  const known = made.get(keras);
  if (known) return known;
  const cls = defineClass("Initializer", {
    qualname: "keras.Initializer",
    methods: {
      __init__: ["self, *args, **kwargs", () => null],
      __call__: [
        "self, shape, dtype=None, *args, **kwargs",
        (a) => {
          const items = toItems(a.shape);
          const dtype = typeof a.dtype === "string" ? a.dtype : keras.floatx;
          return keras.make(isUnknown(a.shape) ? a.shape : (items ?? [a.shape]).map(sizeOf), dtype);
        },
      ],
      get_config: ["self", (_a, interp) => interp.unknown("how an initializer was made")],
      clone: ["self", (a) => a.self],
    },
    classMethods: {
      // A copy of one of ours fills whatever it is asked for, as the first does.
      from_config: [
        "cls, config, custom_objects=None",
        (a, interp) => {
          if (a.cls === cls) return interp.newInstance(cls);
          if (!(a.config instanceof Dict))
            return interp.unknown("an initializer whose configuration is not known");
          const given = [...a.config.entries.values()].map(({ key, value }) => [String(key), value] as const);
          return interp.call(a.cls, [], new Map(given));
        },
      ],
    },
  });
  made.set(keras, cls);
  return cls;
}

export function initializerName(keras: Keras, name: string): Value {
  const cls = initializerClass(keras);
  if (name === "serialize") return def(name, "initializer", () => null);
  if (name !== "get" && name !== "deserialize") return cls;
  return def(name, "identifier, *args, **kwargs", (a, interp) =>
    a.identifier === null || typeof a.identifier === "string" ? interp.newInstance(cls) : a.identifier,
  );
}
