/**
 * Command lines of programs that use absl and ml_collections, as a run without arguments has them: flags hold their
 * defaults, a flag that must be given is unknown, and the default file of a configuration is read.
 */

import { entryOf } from "../../base/table.ts";
import type { Interp } from "../../interpret/interp.ts";
import { type Bound, def, defineClass } from "../../interpret/native.ts";
import {
  ABSENT,
  type Absent,
  Instance,
  isUnknown,
  List,
  toItems,
  Unknown,
  type Value,
} from "../../interpret/values.ts";

const DEFINERS: Readonly<Record<string, string>> = {
  DEFINE_string: "name, default=None, help='', *args, required=False, **kwargs",
  DEFINE_integer: "name, default=None, help='', *args, required=False, **kwargs",
  DEFINE_float: "name, default=None, help='', *args, required=False, **kwargs",
  DEFINE_bool: "name, default=None, help='', *args, required=False, **kwargs",
  DEFINE_boolean: "name, default=None, help='', *args, required=False, **kwargs",
  DEFINE_enum: "name, default=None, enum_values=(), help='', *args, required=False, **kwargs",
  DEFINE_enum_class: "name, default=None, enum_class=None, help='', *args, required=False, **kwargs",
  DEFINE_list: "name, default=None, help='', *args, required=False, **kwargs",
  DEFINE_multi_string: "name, default=None, help='', *args, required=False, **kwargs",
  DEFINE_multi_integer: "name, default=None, help='', *args, required=False, **kwargs",
  DEFINE_multi_float: "name, default=None, help='', *args, required=False, **kwargs",
};

export class Flags {
  private readonly holder = defineClass("FlagHolder", {});
  private readonly values = new Instance(
    defineClass("FlagValues", {
      methods: {
        __call__: ["self, argv=None, known_only=False", (a) => a.argv],
        mark_as_parsed: ["self", () => null],
        is_parsed: ["self", () => true],
      },
    }),
  );
  private readonly modules: Readonly<Record<string, Readonly<Record<string, Value>>>> = {
    "absl.app": { run: def("run", "main, argv=None, **kwargs", (a, interp) => runMain(a.main, interp)) },
    "absl.flags": {
      FLAGS: this.values,
      mark_flag_as_required: def("mark_flag_as_required", "flag_name, *args", (a) =>
        this.require(a.flag_name),
      ),
      mark_flags_as_required: def("mark_flags_as_required", "flag_names, *args", (a) => {
        for (const name of toItems(a.flag_names) ?? []) this.require(name);
        return null;
      }),
      ...Object.fromEntries(
        Object.entries(DEFINERS).map(([name, signature]) => [
          name,
          def(name, signature, (a) => this.define(a, name === "DEFINE_list")),
        ]),
      ),
    },
    "ml_collections.config_flags": {
      DEFINE_config_file: def(
        "DEFINE_config_file",
        "name, default=None, help_string='', *args, **kwargs",
        (a, interp) => this.keep(a.name, configuration(a.name, a.default, interp)),
      ),
      DEFINE_config_dict: def("DEFINE_config_dict", "name, config, *args, **kwargs", (a) =>
        this.keep(a.name, a.config),
      ),
    },
  };

  has(module: string): boolean {
    return Object.hasOwn(this.modules, module);
  }

  find(module: string, name: string): Value | Absent {
    return entryOf(entryOf(this.modules, module), name) ?? ABSENT;
  }

  private define(a: Bound, isList: boolean): Value {
    if (a.required === true && a.default === null) return this.keep(a.name, mustBeGiven(a.name));
    const listed = isList && typeof a.default === "string" ? new List(a.default.split(",")) : a.default;
    return this.keep(a.name, listed);
  }

  private keep(name: Value, value: Value): Value {
    this.values.attrs.set(String(name), value);
    const holder = new Instance(this.holder);
    holder.attrs.set("name", name);
    holder.attrs.set("value", value);
    return holder;
  }

  private require(flag: Value): Value {
    const name = flag instanceof Instance ? flag.attrs.get("name") : flag;
    if ((this.values.attrs.get(String(name)) ?? null) === null)
      this.values.attrs.set(String(name), mustBeGiven(name));
    return null;
  }
}

function mustBeGiven(name: Value): Unknown {
  return new Unknown(`--${String(name)} must be given`);
}

function runMain(main: Value, interp: Interp): Value {
  interp.call(main, [new List(["main"])]);
  return null;
}

/** What `get_config` of a file gives: `configs/default.py`, or `configs/default.py:argument`. */
function configuration(name: Value, file: Value, interp: Interp): Value {
  if (typeof file !== "string") return isUnknown(file) ? file : mustBeGiven(name);
  const [path = "", ...rest] = file.split(":");
  const dotted = path.replace(/^\.?\//, "").replace(/\.py$/, "");
  const make = interp.getAttr(interp.importModule(dotted.replaceAll("/", ".")), "get_config");
  return interp.call(make, rest.length > 0 ? [rest.join(":")] : []);
}
