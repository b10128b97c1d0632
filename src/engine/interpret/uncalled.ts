/**
 * Functions of the program that something unknown is given: `unknown.forEach((layer) => model.add(layer))`. It may call
 * them none or any number of times, as a loop over unknown data may take any number of turns.
 */
import { perhaps } from "./branches.ts";
import type { Machine } from "./machine.ts";
import {
  BoundMethod,
  Dict,
  FunctionValue,
  Instance,
  type Kwargs,
  toItems,
  type Unknown,
  type Value,
} from "./values.ts";

/** Part of the steps that are left which one such function may take. */
const SHARE = 0.05;
/** So many of them run inside of each other. */
const MOST_NESTED = 3;

const TAKES_ONE: ReadonlySet<string> = new Set(["positionalOnly", "normal"]);

/** Something unknown is given these values: those that are functions may be called, with anything. */
export function mayCall(m: Machine, why: Unknown, args: readonly Value[], kwargs: Kwargs): void {
  for (const value of kwargs.size > 0 ? [...args, ...kwargs.values()] : args) {
    for (const given of [value, ...inside(m, value)]) {
      const fn = given instanceof BoundMethod ? given.fn : given;
      if (fn instanceof FunctionValue) runOnce(m, why, given, fn, given === fn ? 0 : 1);
    }
  }
}

/** What options and lists hold: `unknown({ onItem: (item) => … })`. */
function inside(m: Machine, value: Value): readonly Value[] {
  const items = toItems(value);
  m.tick((items?.length ?? 0) >> 6);
  if (items) return items;
  if (value instanceof Dict) return [...value.entries.values()].map((entry) => entry.value);
  const isPlain = value instanceof Instance && m.language === "typescript" && value.cls.name === "Object";
  return isPlain ? [...value.attrs.values()] : [];
}

function runOnce(m: Machine, why: Unknown, callee: Value, { node }: FunctionValue, bound: number): void {
  if (m.uncalled.includes(node)) return;
  // What has a default keeps it: `lambda x, width=width: …`.
  const wanted = node.params.slice(bound).filter(({ kind, fallback }) => TAKES_ONE.has(kind) && !fallback);
  const call = (): Value => m.call(callee, Array<Value>(wanted.length).fill(why));
  m.uncalled.push(node);
  const isWhole =
    m.uncalled.length <= MOST_NESTED &&
    // What does not fit a value of which nothing is known is no mistake of the program.
    m.within(SHARE, () => m.recorder.undiagnosed(() => perhaps(m, why, call)));
  m.uncalled.pop();
  if (!isWhole && m.scope) m.gap(why.reason);
}
