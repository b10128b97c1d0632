/** The network at the chosen α and ρ: asked of the server once, kept, and shown late rather than not at all. */
import type { Report } from "../../src/engine/contract/report.ts";
import type { Scaling, ToPanel } from "../../src/protocol/messages.ts";
import { isFullSize } from "./state.ts";

export interface ScaledNetwork {
  readonly report: Report | null;
  readonly reason: string | null;
  readonly waiting: boolean;
}

type Answer = Extract<ToPanel, { type: "scaled" }>;

const NOTHING: ScaledNetwork = { report: null, reason: null, waiting: false };
const MOST_KEPT = 64;

export class Scaled {
  readonly #post: (network: string, scaling: Scaling) => void;
  readonly #answers = new Map<string, Answer>();
  #asked = "";
  #last: Answer | undefined;

  constructor(post: (network: string, scaling: Scaling) => void) {
    this.#post = post;
  }

  /** The text has changed: what is known of it no longer holds. */
  forget(): void {
    this.#answers.clear();
    this.#asked = "";
  }

  ask(network: string, scaling: Scaling): void {
    const key = keyOf(network, scaling);
    if (isFullSize(scaling) || this.#answers.has(key) || this.#asked === key) return;
    this.#asked = key;
    this.#post(network, scaling);
  }

  receive(answer: Answer): void {
    if (this.#answers.size >= MOST_KEPT) this.#answers.clear();
    const key = keyOf(answer.network, answer.scaling);
    this.#answers.set(key, answer);
    if (this.#asked === key) this.#asked = "";
    if (answer.report) this.#last = answer;
  }

  /** While the answer is on its way, the one before it stands in. */
  of(network: string, scaling: Scaling): ScaledNetwork {
    if (isFullSize(scaling)) return NOTHING;
    const answer = this.#answers.get(keyOf(network, scaling));
    if (answer) return { report: answer.report, reason: answer.reason ?? null, waiting: false };
    const before = this.#last?.network === network ? this.#last.report : null;
    return { report: before, reason: null, waiting: this.#asked !== "" };
  }
}

function keyOf(network: string, { alpha, rho, round }: Scaling): string {
  return [network, alpha, rho, alpha === 1 ? 1 : round].join(" ");
}
