/**
 * What one run of a transformed function keeps: its parameters and states by module, and the stack of methods that
 * names new modules as Haiku does: `res_net/~/initial_conv`, `mlp/linear_1`.
 * https://dm-haiku.readthedocs.io/en/latest/api.html#modules-parameters-and-state
 */
import type { Instance, Tensor, Value } from "../../interpret/values.ts";

/** A method that is running. The bottom one is the transformed function. */
interface Entry {
  readonly module: Instance | undefined;
  /** The name of its module, or of a scope that stands for one. */
  readonly name: string | undefined;
  readonly method: string;
  readonly counters: Map<string, number>;
}

const MAKE = "__init__";
const CALL = "__call__";

const NUMBERED = /^(.*?)_(0|[1-9]\d*)$/s;

/** `hk.force_name`: takes the name as it is. */
export const FORCED = "FORCE:";

export class Frame {
  /** Parameters by module; the function's own are those of `~`. */
  readonly params = new Map<string, Map<string, Tensor>>();
  readonly states = new Map<string, Value>();
  /** The first module of each name: modules that are made again in another call stand for it. */
  readonly modules = new Map<string, Instance>();
  /** Copies of each parameter that a running stack of layers makes. */
  copies = 1;
  private readonly stack: Entry[] = [entry(undefined, undefined, CALL)];

  /** Runs a method on top of the stack; a constructor that calls its base's is one method. */
  run<T>(module: Instance, method: string, body: () => T): T {
    const { module: running, method: last } = this.top;
    if (running === module && last === MAKE && method === MAKE) return body();
    return this.within(entry(module, nameOf(module), method), body);
  }

  /** Opens a scope of this name; what it gives closes it. */
  open(name: string, method: string): () => void {
    this.stack.push(entry(undefined, this.newName(name), method));
    const depth = this.stack.length;
    return () => {
      this.stack.length = depth - 1;
    };
  }

  /** Runs the steps of a stack of layers: every step makes the same names. */
  inSteps<T>(name: string, step: () => T, count: number): T | undefined {
    const scope = this.newName(name);
    const before = this.copies;
    this.copies = before * count;
    let last: T | undefined;
    for (let i = 0; i < count; i++) last = this.within(entry(undefined, scope, CALL), step);
    this.copies = before;
    return last;
  }

  private within<T>(next: Entry, body: () => T): T {
    this.stack.push(next);
    const depth = this.stack.length;
    try {
      return body();
    } finally {
      this.stack.length = depth - 1;
    }
  }

  /** Names a module that is being made, and tells which module of that name was the first. */
  register(module: Instance, wanted: string): string {
    const own = this.top.module === module && this.top.method === MAKE;
    const name = wanted.startsWith(FORCED) ? wanted.slice(FORCED.length) : this.newName(wanted, own ? 1 : 0);
    if (!this.modules.has(name)) this.modules.set(name, module);
    return name;
  }

  /** The module that stands for all of its name. */
  first(module: Instance): Instance {
    const name = nameOf(module);
    return (name === undefined ? undefined : this.modules.get(name)) ?? module;
  }

  /** Where a parameter or state that is asked for now belongs. */
  get owner(): string {
    for (let i = this.stack.length - 1; i >= 0; i--) {
      const { module, name } = this.stack[i]!;
      const own = name ?? (module && nameOf(module));
      if (own !== undefined) return own;
    }
    return "~";
  }

  parametersOf(name: string): Map<string, Tensor> {
    const known = this.params.get(name);
    if (known) return known;
    const made = new Map<string, Tensor>();
    this.params.set(name, made);
    return made;
  }

  private get top(): Entry {
    return this.stack.at(-1)!;
  }

  /** A name below the method that is `skip` entries from the top, numbered when it is taken there. */
  private newName(wanted: string, skip = 0): string {
    const caller = this.stack[this.stack.length - 1 - skip] ?? this.top;
    const parent = caller.name ?? (caller.module && nameOf(caller.module));
    const method = caller.method === CALL ? "" : caller.method === MAKE ? "~/" : `~${caller.method}/`;
    const whole = parent === undefined ? wanted : `${parent}/${method}${wanted}`;
    const [, stem = whole, digits] = NUMBERED.exec(whole) ?? [];
    const { counters } = caller;
    const number = digits === undefined ? (counters.get(stem) ?? 0) : Number(digits);
    counters.set(stem, Math.max(counters.get(stem) ?? 0, number + 1));
    return digits !== undefined || number > 0 ? `${stem}_${number}` : stem;
  }
}

function entry(module: Instance | undefined, name: string | undefined, method: string): Entry {
  return { module, name, method, counters: new Map() };
}

export function nameOf(module: Instance): string | undefined {
  const name = module.attrs.get("module_name");
  return typeof name === "string" ? name : undefined;
}

/** The frames that are running; modules that are made outside of a transformed function get one of their own. */
export class Frames {
  private readonly running: Frame[] = [];
  private loose = new Frame();

  get current(): Frame {
    return this.running.at(-1) ?? this.loose;
  }

  run<T>(frame: Frame, body: () => T): T {
    this.running.push(frame);
    const depth = this.running.length;
    try {
      return body();
    } finally {
      this.running.length = depth - 1;
    }
  }

  /** The next network is named as in a program of its own. */
  reset(): void {
    this.loose = new Frame();
  }
}
