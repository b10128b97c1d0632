/**
 * `absl.flags` and `absl.app`: what a run without arguments gives, as with `argparse`. Defaults hold; a flag that must
 * be given is unknown by name. https://abseil.io/docs/python/guides/flags
 */
import { def, defineClass } from "../../../interpret/native.ts";
import { ABSENT, type Absent, Instance, List, type Value } from "../../../interpret/values.ts";
import { toText } from "../core.ts";
import { OBJECT } from "../types/object.ts";
import { inertModule, makeInert } from "./inertness.ts";
import { type Module, OpenModule } from "./table.ts";

/** `FLAGS.name`; a flag that another module defines may come later. */
function flagValues(): Instance {
  const known = new Set(["DEFINE", "mark_as_parsed", "is_parsed"]);
  return new Instance(
    defineClass("FlagValues", {
      bases: [OBJECT],
      methods: {
        __call__: ["self, argv=None, known_only=False", () => new List([])],
        __getattr__: [
          "self, name",
          (a, interp) =>
            known.has(String(a.name))
              ? def(String(a.name), "*args, **kwargs", () => null)
              : interp.unknown(`the flag ${String(a.name)} is not defined here`),
        ],
        __contains__: ["self, name", (a) => a.self instanceof Instance && a.self.attrs.has(String(a.name))],
      },
    }),
  );
}

/** A list may be written as text with commas. */
function defaultOf(kind: string, value: Value): Value {
  if (kind !== "list" || typeof value !== "string") return value;
  return new List(value.split(",").filter((item) => item !== ""));
}

export const abslFlags = (): Module => {
  const flags = flagValues();
  const define = (kind: string): Value => {
    // The kinds with several choices take these before the help.
    const signature = "name, default=None, *args, **kwargs";
    return def(`DEFINE_${kind}`, signature, (a, interp) => {
      const value = defaultOf(kind, a.default);
      interp.assume("value", "the command is given no flags, so their defaults hold");
      interp.setAttr(flags, toText(a.name) ?? "", value);
      const holder = makeHolder();
      interp.setAttr(holder, "value", value);
      interp.setAttr(holder, "default", value);
      interp.setAttr(holder, "name", a.name);
      return holder;
    });
  };
  const required = def("mark_flag_as_required", "name, *args, **kwargs", (a, interp) => {
    interp.setAttr(flags, toText(a.name) ?? "", interp.unknown(`needs --${String(a.name)}`));
    return null;
  });
  const missing = (name: string): Value | Absent => {
    if (name.startsWith("DEFINE_")) return define(name.slice("DEFINE_".length));
    return name.startsWith("__") ? ABSENT : makeInert();
  };
  return new OpenModule(
    [
      ["FLAGS", flags],
      ["mark_flag_as_required", required],
    ],
    missing,
  );
};

/** What `DEFINE_string` gives: the flag, whose `value` is read. */
const HOLDER = defineClass("FlagHolder", { bases: [OBJECT] });
function makeHolder(): Instance {
  return new Instance(HOLDER);
}

export const absl = (): Module => new OpenModule([], () => ABSENT);
export const abslLogging = (): Module => inertModule();

/** `app.run(main)` calls main with the program's name. */
export const abslApp = (): Module =>
  inertModule([
    [
      "run",
      def("run", "main, argv=None, **kwargs", (a, interp) => interp.call(a.main, [new List(["program"])])),
    ],
  ]);
