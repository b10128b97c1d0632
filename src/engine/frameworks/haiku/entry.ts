/** How a layer of Haiku is declared: one entry with its constructor's signature, its parameters and its call's rule. */
import type { Interp } from "../../interpret/interp.ts";
import type { Instance, Value } from "../../interpret/values.ts";
import type { Layer, Weight } from "../flax/layers/spec.ts";
import type { Find } from "./module.ts";

type Rule = (l: Layer, find: Find) => Value;

export interface HaikuLayer {
  /** The function that is recorded. */
  readonly fn: string;
  /** The constructor's signature, without self and name. */
  readonly make: string;
  readonly weights?: (l: Layer) => readonly Weight[];
  /** Signature of a call without self, and the rule. */
  readonly call: readonly [string, Rule];
  readonly methods?: Readonly<Record<string, readonly [string, Rule]>>;
  /** Layers that the constructor makes, as attributes. */
  readonly parts?: (self: Instance, interp: Interp, find: Find) => void;
  /** Absent: true. Containers run their parts' rows. */
  readonly layer?: boolean;
  /** The class it derives from; absent: `hk.Module`. */
  readonly base?: string;
}

export type HaikuTable = Readonly<Record<string, HaikuLayer>>;
