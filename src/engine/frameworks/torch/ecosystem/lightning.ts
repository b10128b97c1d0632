/**
 * Lightning around torch, installed or not: a LightningModule is an nn.Module whose training, logging and
 * checkpoints do nothing, and which keeps its constructor's arguments as `hparams`.
 * https://lightning.ai/docs/pytorch/stable/common/lightning_module.html
 */

import { entryOf } from "../../../base/table.ts";
import type { Interp } from "../../../interpret/interp.ts";
import { type Bound, defineClass, type NativeImpl } from "../../../interpret/native.ts";
import {
  ABSENT,
  type Absent,
  ClassValue,
  Dict,
  FunctionValue,
  Instance,
  toItems,
  type Value,
} from "../../../interpret/values.ts";
import {
  answers,
  context,
  decorator,
  inertClass,
  type NameTable,
  passes,
  unmodelled,
} from "../library/inert.ts";
import type { NnLibrary } from "../nn/nn.ts";

/** Arguments that a network of a checkpoint was made with: the file has them, and is not read. */
function storedArguments(interp: Interp, cls: Value): readonly (readonly [string, Value])[] {
  const init = cls instanceof ClassValue ? interp.lookup(cls, "__init__") : ABSENT;
  if (!(init instanceof FunctionValue)) return [];
  interp.assume(
    "argument",
    `defaults of ${cls instanceof ClassValue ? cls.name : ""}, for its checkpoint is not read`,
  );
  return init.node.params
    .slice(1)
    .filter(({ fallback, kind }) => fallback === undefined && kind !== "rest" && kind !== "keywords")
    .map(({ name }) => [name, interp.unknown(`${name} is in a checkpoint, which is not read`)] as const);
}

type Methods = Readonly<Record<string, readonly [string, NativeImpl]>>;

/** Keys that are attributes too. */
const HPARAMS: ClassValue = defineClass("AttributeDict", {
  qualname: "lightning.fabric.utilities.data.AttributeDict",
  methods: {
    __getattr__: ["self, name", (a, interp) => missing(a, interp)],
    __getitem__: [
      "self, key",
      (a, interp) => attributeOf(a, String(a.key)) ?? missing({ ...a, name: a.key }, interp),
    ],
    __setitem__: ["self, key, value", (a, interp) => set(interp, a.self as Instance, String(a.key), a.value)],
    __contains__: ["self, key", (a) => (a.self as Instance).attrs.has(String(a.key))],
    get: ["self, key, default=None", (a) => attributeOf(a, String(a.key)) ?? a.default],
    update: [
      "self, other=None, **kwargs",
      (a, interp) => keep(interp, a.self as Instance, [a.other, a.kwargs]),
    ],
    keys: ["self", (a, interp) => interp.list([...(a.self as Instance).attrs.keys()])],
  },
});

function attributeOf(a: Bound, name: string): Value | undefined {
  return (a.self as Instance).attrs.get(name);
}

function missing(a: Bound, interp: Interp): Value {
  return interp.fail("AttributeError", `Missing attribute "${String(a.name)}"`);
}

function set(interp: Interp, self: Instance, name: string, value: Value): null {
  interp.touch(self);
  self.attrs.set(name, value);
  return null;
}

/** Puts the entries of dicts and the attributes of objects (`argparse.Namespace`) into hparams. */
function keep(interp: Interp, hparams: Instance, sources: readonly Value[]): null {
  for (const source of sources) {
    if (source instanceof Dict) {
      for (const { key, value } of source.entries.values()) set(interp, hparams, String(key), value);
    } else if (source instanceof Instance) {
      for (const [name, value] of source.attrs) set(interp, hparams, name, value);
    }
  }
  return null;
}

function hparamsOf(interp: Interp, module: Instance): Instance {
  const known = module.attrs.get("_hparams");
  if (known instanceof Instance) return known;
  const made = interp.newInstance(HPARAMS);
  interp.touch(module);
  module.attrs.set("_hparams", made);
  return made;
}

/** Without arguments all of the constructor's; with names only these; with one dict or namespace what is in it. */
function saveHyperparameters(a: Bound, interp: Interp): Value {
  const hparams = hparamsOf(interp, a.self as Instance);
  const given = toItems(a.args) ?? [];
  const ignored = typeof a.ignore === "string" ? [a.ignore] : (toItems(a.ignore) ?? []);
  const wanted = given.filter((name) => typeof name === "string");
  if (given.length > wanted.length) return keep(interp, hparams, given);
  for (const [name, value] of interp.callerArguments()) {
    if (ignored.includes(name) || (wanted.length > 0 && !wanted.includes(name))) continue;
    if (value instanceof Dict && name === "kwargs") keep(interp, hparams, [value]);
    else set(interp, hparams, name, value);
  }
  return null;
}

const nothing = (...names: string[]): Methods =>
  Object.fromEntries(names.map((name) => [name, ["self, *args, **kwargs", () => null] as const]));

function lightningModule(nn: NnLibrary): ClassValue {
  return defineClass("LightningModule", {
    qualname: "lightning.pytorch.LightningModule",
    bases: [nn.module],
    methods: {
      save_hyperparameters: ["self, *args, ignore=None, frame=None, logger=True", saveHyperparameters],
      ...nothing(
        "log",
        "log_dict",
        "print",
        "manual_backward",
        "toggle_optimizer",
        "untoggle_optimizer",
        "optimizers",
        "lr_schedulers",
        "configure_optimizers",
        "clip_gradients",
        "all_gather",
      ),
      freeze: ["self", (a, interp) => interp.callMethod(a.self, "requires_grad_", [false])],
      unfreeze: ["self", (a, interp) => interp.callMethod(a.self, "requires_grad_", [true])],
    },
    classMethods: {
      load_from_checkpoint: [
        "cls, checkpoint_path=None, map_location=None, hparams_file=None, strict=None, **kwargs",
        (a, interp) => {
          const given = new Map(a.kwargs instanceof Dict ? entriesOf(a.kwargs) : []);
          return interp.call(a.cls, [], new Map([...storedArguments(interp, a.cls), ...given]));
        },
      ],
    },
    properties: {
      hparams: (a, interp) => hparamsOf(interp, a.self as Instance),
      device: (_, interp) => interp.call(nn.tensors.functions.get("device") ?? null, ["cpu"]),
      dtype: () => nn.tensors.functions.get("float32") ?? null,
    },
    constants: {
      trainer: null,
      logger: null,
      current_epoch: 0,
      global_step: 0,
      global_rank: 0,
      local_rank: 0,
      on_gpu: false,
    },
  });
}

function entriesOf(dict: Dict): [string, Value][] {
  return [...dict.entries.values()].map(({ key, value }) => [String(key), value]);
}

const LIGHTNING: NameTable = {
  LightningDataModule: inertClass("LightningDataModule", nothing("save_hyperparameters")),
  Trainer: inertClass("Trainer"),
  Callback: inertClass("Callback"),
  Fabric: inertClass("Fabric"),
  seed_everything: answers("seed_everything", null),
  cli_lightning_logo: answers("cli_lightning_logo", null),
};

const UTILITIES: NameTable = {
  rank_zero_only: decorator("rank_zero_only"),
  rank_zero_warn: answers("rank_zero_warn", null),
  rank_zero_info: answers("rank_zero_info", null),
  rank_zero_deprecation: answers("rank_zero_deprecation", null),
  isolate_rng: context("isolate_rng"),
  move_data_to_device: passes("move_data_to_device"),
};

/** Modules below a root that hold inert classes alone. */
const INERT = ["callbacks", "loggers", "strategies", "plugins", "profilers", "tuner", "accelerators", "cli"];
const ROOTS = ["pytorch_lightning", "lightning", "lightning.pytorch", "lightning.fabric"];

/** Does a dotted name lie in Lightning? */
export function isLightning(module: string): boolean {
  return ROOTS.some((root) => module === root || module.startsWith(`${root}.`));
}

/** Names of Lightning's modules; a class is one object whichever module it is taken from. */
export class Lightning {
  private readonly made = new Map<string, Value>();
  constructor(private readonly nn: NnLibrary) {}

  lookup(module: string, name: string): Value | Absent {
    if (name.startsWith("__")) return ABSENT;
    const known = this.made.get(name) ?? this.make(module, name);
    this.made.set(name, known);
    return known;
  }

  private make(module: string, name: string): Value {
    if (name === "LightningModule") return lightningModule(this.nn);
    const entry = entryOf(LIGHTNING, name) ?? entryOf(UTILITIES, name);
    if (entry) return entry(this.nn);
    const isInert = /^[A-Z]/.test(name) && module.split(".").some((part) => INERT.includes(part));
    return isInert ? inertClass(name)() : unmodelled(module, name);
  }
}

/** Modules that are reached as attributes: `pl.callbacks.ModelCheckpoint`. */
export const SUBMODULES: ReadonlySet<string> = new Set([
  ...INERT,
  "utilities",
  "core",
  "pytorch",
  "fabric",
  "trainer",
  "metrics",
]);
