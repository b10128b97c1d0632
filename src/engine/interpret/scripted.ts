/** What a script does with its networks: how it calls them, and their answers, for its loops call them over and over. */
import type { Span } from "../syntax/span.ts";
import type { Assumption } from "./assumptions.ts";
import { Dict, type Instance, type Kwargs, List, Tensor, Tuple, Unknown, type Value } from "./values.ts";

/** A network called from outside any other network: what a script does with its model. */
export interface OutermostCall {
  readonly network: Instance;
  readonly inputs: readonly Value[];
  /** Absent where `inputs` has those by keyword too. */
  readonly kwargs: Kwargs | undefined;
  /** The call. */
  readonly at: Span | undefined;
  /** It is run for the sizes of its weights alone: nobody meant its number of samples. */
  readonly isExample: boolean;
  /** What the run to there assumed. */
  readonly assumed: readonly Assumption[];
}

/** A value in lists, tuples and dicts of its own, each tensor in them as `tensor` gives it. */
export function heldAnew(value: Value, tensor: (tensor: Tensor) => Value, depth = 4): Value {
  if (value instanceof Tensor) return tensor(value);
  if (depth === 0) return value;
  const inner = (item: Value): Value => heldAnew(item, tensor, depth - 1);
  if (value instanceof List) return new List(value.items.map(inner));
  if (value instanceof Tuple && !value.cls) return new Tuple(value.items.map(inner));
  if (!(value instanceof Dict)) return value;
  const made = new Dict();
  if (value.cls) made.cls = value.cls;
  for (const [hash, entry] of value.entries) made.entries.set(hash, { ...entry, value: inner(entry.value) });
  return made;
}

/** Answers of networks by their inputs' shapes. */
export class ScriptedCalls {
  private readonly calls = new Map<Instance, Map<string, { readonly answer: Value }>>();
  /** Networks in the order of their calls. */
  private readonly called: Instance[] = [];
  private made = 0;

  get(network: Instance, inputs: readonly Value[]): { readonly answer: Value } | undefined {
    this.called.push(network);
    return this.calls.get(network)?.get(signatureOf(inputs));
  }

  /**
   * Tells after each turn of a loop whether it called the networks of the turn before and knew their answers: it
   * trains. A loop over layers calls others at each turn.
   */
  repeats(): () => boolean {
    let { made } = this;
    let from = this.called.length;
    let before: readonly Instance[] = [];
    return () => {
      const now = this.called.slice(from);
      const isSame = now.length === before.length && now.every((network, i) => network === before[i]);
      const repeated = isSame && now.length > 0 && this.made === made;
      before = now;
      from = this.called.length;
      made = this.made;
      return repeated;
    };
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
