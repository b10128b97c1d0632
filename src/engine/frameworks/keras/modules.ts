/**
 * The modules of Keras and TensorFlow by dotted name. Keras is found under many roofs (`tensorflow.keras`,
 * `keras.src`, `tf_keras`); all of them lead to the same names.
 */

import { entryOf } from "../../base/table.ts";
import { ABSENT, type Absent, Unknown, type Value } from "../../interpret/values.ts";
import { moduleTable } from "../moduleTable.ts";
import type { Keras } from "./library.ts";
import { findName, isModule } from "./namespace.ts";
import { olderUtility } from "./standins/applications.ts";
import { hasStandIn, standInName } from "./standins/index.ts";

const ROOFS =
  /^(tensorflow\.compat\.v[12]\.keras|tensorflow\.python\.keras|tensorflow\.keras|tf_keras|keras_core|keras\.(_tf_keras\.keras|api|src|api\._v2\.keras))(?=\.|$)/;

/** Modules under a second roof inside of a module. */
const REEXPORTS: Readonly<Record<string, string>> = {
  "tensorflow.keras": "keras",
  "keras.ops.backend": "keras.backend",
};

/** Parts of Keras whose own files are followed, where they are installed. */
const FOLLOWED = /^keras\.applications(\.|$)/;

export class KerasModules {
  private readonly module = moduleTable((path, name) => this.lookup(path, name));
  private readonly values = new Map<string, Value>();

  constructor(private readonly keras: Keras) {}

  has(name: string): boolean {
    const path = canonical(name);
    return (
      (path === "keras" ||
        path.startsWith("keras.") ||
        path === "tensorflow" ||
        path.startsWith("tensorflow.")) &&
      !FOLLOWED.test(path)
    );
  }

  /** `tensorflow.keras.applications.vgg16` → `keras.applications.vgg16`, whose files are read. */
  fileModule(name: string): string | undefined {
    const path = canonical(name);
    if (!FOLLOWED.test(path)) return undefined;
    return name.startsWith("keras.src.") ? name : path;
  }

  lookup(module: string, name: string): Value | Absent {
    const home = canonical(module);
    const path = `${home}.${name}`;
    const known = this.values.get(path);
    if (known !== undefined) return known;
    const found = this.find(home, name);
    if (found !== ABSENT) this.values.set(path, found);
    return found;
  }

  private find(home: string, name: string): Value | Absent {
    if (hasStandIn(home)) return standInName(this.keras, home, name);
    if (FOLLOWED.test(`${home}.${name}`)) return olderUtility(this.keras, home, name);
    const own = findName(this.keras, home, name);
    if (own !== ABSENT) return own;
    const alias = entryOf(REEXPORTS, `${home}.${name}`) ?? `${home}.${name}`;
    if (isModule(alias)) return this.module(alias);
    if (name.startsWith("__")) return name === "__version__" ? "3.0.0" : ABSENT;
    return new Unknown(`${home}.${name} is not modelled`);
  }
}

export function canonical(name: string): string {
  const path = name.replace(ROOFS, "keras");
  return path === name ? path : canonical(path);
}
