/** Libraries around torch that models are written with, by rules for where they are not installed. */
import { ABSENT, type Absent, type Value } from "../../../interpret/values.ts";
import { unmodelled } from "../library/inert.ts";
import type { NnLibrary } from "../nn/nn.ts";
import { DIFFUSERS, HUGGINGFACE_HUB } from "./diffusers.ts";
import type { StandIn } from "./kit.ts";
import { OPENMMLAB } from "./openmmlab/index.ts";
import { TIMM } from "./timm.ts";
import { TRANSFORMERS } from "./transformers/index.ts";
import { YACS } from "./yacs.ts";

const ALL: readonly StandIn[] = [TRANSFORMERS, DIFFUSERS, HUGGINGFACE_HUB, TIMM, OPENMMLAB, YACS];

/** Names of stand-ins; each is one object whichever module it is taken from. */
export class StandIns {
  private readonly made = new Map<StandIn, Map<string, Value | Absent>>();
  constructor(private readonly nn: NnLibrary) {}

  has(module: string): boolean {
    return ALL.some((library) => library.has(module));
  }

  lookup(module: string, name: string): Value | Absent {
    const library = ALL.find((each) => each.has(module));
    if (!library || name.startsWith("__")) return ABSENT;
    const names = this.made.get(library) ?? new Map<string, Value | Absent>();
    this.made.set(library, names);
    if (!names.has(name)) names.set(name, library.make(this.nn, module, name));
    const value = names.get(name) ?? ABSENT;
    // A lower-case name without a rule may be a module.
    return value === ABSENT && /[A-Z]/.test(name) ? unmodelled(module, name) : value;
  }
}
