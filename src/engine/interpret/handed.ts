/**
 * Networks, layers and lists of them that something unknown is given: `lib.add_heads(self)`. It may change them. While a
 * function of the program makes the network that is a gap, elsewhere (`watch(model)`, `prepare(model)`) an assumption.
 */
import type { Machine } from "./machine.ts";
import { addMany, changeUnknown } from "./unknownChange.ts";
import { Dict, Instance, type Kwargs, Layerless, List, Tuple, type Unknown, type Value } from "./values.ts";

/** A call of something unknown. */
export interface UnreadCall {
  /** What the program calls it. */
  readonly name: string;
  readonly answer: Unknown;
  readonly args: readonly Value[];
  readonly kwargs: Kwargs;
}

/** What only looks at a network, or fills its weights, by the words that such names begin with. */
const KEEPS =
  /^_*(init|initiali[sz]e|xavier|kaiming|load|save|summary|summari[sz]e|print|log|watch|count|profile|show|plot|visuali[sz]e|check|assert|export|flops|test|eval|train)(?![a-z])/;
/** A class, by the way such names are written: its objects hold what they are given. */
const HOLDS = /^_*[A-Z]/;
/** So many items of a list are looked at. */
const MOST_ITEMS = 64;

/** `name` is what the program calls it. */
export function mayChange(
  m: Machine,
  name: string,
  why: Unknown,
  args: readonly Value[],
  kwargs: Kwargs,
): void {
  const given = [...args, ...kwargs.values()].filter((value) => holdsLayers(m, value));
  if (given.length === 0) return;
  m.assume("value", `${name}(…) is taken to change nothing of what it is given`);
  if (leavesAlone(name)) return;
  for (const value of given) {
    if (!(value instanceof List)) continue;
    addMany(m, value, why);
  }
  if (m.frame) m.gap(why.reason);
}

/**
 * A statement that only calls something unknown is there for what that does: to dicts and lists that the program keeps by
 * a name, above all (`override(kwargs, "groups", 32)`). `kept` are the positions of such arguments.
 */
export function mayFill(m: Machine, { name, answer, args }: UnreadCall, kept: readonly number[]): void {
  if (answer instanceof Layerless || leavesAlone(name)) return;
  for (const index of kept) {
    const value = args[index];
    if (value instanceof Dict || value instanceof List) changeUnknown(m, value, answer);
  }
}

/** By its name, it changes nothing of what it is given. */
function leavesAlone(name: string): boolean {
  const [last = ""] = name.split(".").slice(-1);
  return KEEPS.test(last) || HOLDS.test(last);
}

function holdsLayers(m: Machine, value: Value): boolean {
  if (value instanceof List || value instanceof Tuple)
    return value.items.slice(0, MOST_ITEMS).some((item) => isOfNetwork(m, item));
  return isOfNetwork(m, value);
}

function isOfNetwork(m: Machine, value: Value): boolean {
  if (!(value instanceof Instance)) return false;
  return (
    value.cls.mro.some(({ native }) => native?.layer === true) ||
    m.frameworks.some((framework) => framework.isNetwork(value))
  );
}
