/** Networks that a script calls: which ones with what, and what they answered, so that its loops run them once. */
import { type Instance, Tensor, Unknown, type Value } from "./values.ts";

/** A network called from outside any other network: what a script does with its model. */
export interface OutermostCall {
  readonly network: Instance;
  readonly inputs: readonly Value[];
}

/** Answers of networks by their inputs' shapes. */
export class ScriptedCalls {
  private readonly calls = new Map<Instance, Map<string, { readonly answer: Value }>>();
  private known = 0;
  private made = 0;

  get(network: Instance, inputs: readonly Value[]): { readonly answer: Value } | undefined {
    const call = this.calls.get(network)?.get(signatureOf(inputs));
    if (call) this.known++;
    return call;
  }

  /** Tells, when it is called, whether networks were called since and all their answers were known: a loop that trains. */
  repeats(): () => boolean {
    const { known, made } = this;
    return () => this.known > known && this.made === made;
  }

  set(network: Instance, inputs: readonly Value[], answer: Value): void {
    this.made++;
    const calls = this.calls.get(network) ?? new Map<string, { readonly answer: Value }>();
    this.calls.set(network, calls.set(signatureOf(inputs), { answer }));
  }
}

function signatureOf(inputs: readonly Value[]): string {
  const shapeOf = ({ shape, dtype }: Tensor): string =>
    `${dtype}:${shape instanceof Unknown ? "?" : shape.map((dim) => (dim instanceof Unknown ? "?" : dim)).join("x")}`;
  return inputs.map((input) => (input instanceof Tensor ? shapeOf(input) : typeof input)).join();
}
