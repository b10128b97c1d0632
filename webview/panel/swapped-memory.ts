/**
 * What the network holds in memory with the chosen swaps: each writes values between its two halves, which only a trace
 * tells. Asked of whoever runs the engine, one question at a time. Pure but for `post`.
 */
import type { Report } from "../../src/engine/contract/report.ts";
import type { Scaling, SweepQuestion, ToPanel } from "../../src/protocol/messages.ts";
import { isArrayOf, isNullOr, isNumber, isObject, isString } from "../shared/validate.ts";
import { keyOf } from "./sweeps.ts";

export type Memory = Pick<Report["totals"], "activation_bytes" | "peak_activation_bytes">;
type Answer = Extract<ToPanel, { type: "swept" }>;
type Question = Omit<SweepQuestion, "ticket">;

const UNKNOWN: Memory = { activation_bytes: null, peak_activation_bytes: null };

export class SwappedMemory {
  readonly #post: (question: SweepQuestion) => void;
  readonly #ticket: () => number;
  readonly #known = new Map<string, Memory>();
  /** What is on its way, and what is asked for after it. */
  #asked: { readonly ticket: number; readonly key: string } | undefined;
  #next: Question | undefined;

  constructor(post: (question: SweepQuestion) => void, ticket: () => number) {
    this.#post = post;
    this.#ticket = ticket;
  }

  /** The text has changed: what is known of it, or on its way, no longer holds. */
  forget(): void {
    this.#known.clear();
    this.#asked = undefined;
    this.#next = undefined;
  }

  ask(swaps: ReadonlySet<string>, scaling: Scaling): void {
    if (swaps.size === 0) return;
    const question = { scaling, swap: [...swaps] };
    const key = keyOf(question);
    if (this.#known.has(key) || this.#asked?.key === key) this.#next = undefined;
    else if (this.#asked) this.#next = question;
    else {
      const ticket = this.#ticket();
      this.#asked = { ticket, key };
      this.#post({ ticket, ...question });
    }
  }

  receive({ ticket, report }: Answer): void {
    if (this.#asked?.ticket !== ticket) return;
    const { activation_bytes, peak_activation_bytes } = report?.totals ?? UNKNOWN;
    this.#known.set(this.#asked.key, { activation_bytes, peak_activation_bytes });
    this.#asked = undefined;
    const next = this.#next;
    this.#next = undefined;
    if (next) this.ask(new Set(next.swap), next.scaling);
  }

  /** For an exported report, which asks nobody. */
  saved(): readonly (readonly [key: string, memory: Memory])[] {
    return [...this.#known];
  }

  restore(saved: unknown): void {
    for (const [key, memory] of isSaved(saved) ? saved : []) this.#known.set(key, memory);
  }

  /** Undefined until it is known. */
  of(swaps: ReadonlySet<string>, scaling: Scaling): Memory | undefined {
    return this.#known.get(keyOf({ scaling, swap: [...swaps] }));
  }
}

function isSaved(saved: unknown): saved is ReturnType<SwappedMemory["saved"]> {
  const isBytes = isNullOr(isNumber);
  return isArrayOf((one): one is readonly [string, Memory] => {
    if (!Array.isArray(one)) return false;
    const [key, memory] = one;
    return (
      isString(key) &&
      isObject(memory) &&
      isBytes(memory.activation_bytes) &&
      isBytes(memory.peak_activation_bytes)
    );
  })(saved);
}
