/** What can be iterated: arrays, texts, maps, sets, generators, and objects with an iterator of their own. */
import type { Machine } from "../../interpret/machine.ts";
import { unknownKey } from "../../interpret/unknownChange.ts";
import {
  ABSENT,
  Dict,
  Instance,
  Iter,
  isUnknown,
  List,
  manyAmong,
  SetValue,
  Tensor,
  Tuple,
  type Unknown,
  unknownItem,
  type Value,
} from "../../interpret/values.ts";
import { weightSearched } from "../../interpret/weight.ts";
import { liveItems, livePairs } from "./builtins/collections.ts";
import { awaited } from "./builtins/promises.ts";
import { ASYNC_ITERATOR, ITERATOR, RUN_TIME } from "./core.ts";

export function iterate(m: Machine, value: Value): Iterator<Value> | Unknown {
  if (isUnknown(value)) return value;
  if (typeof value === "string") return value[Symbol.iterator]();
  if (value instanceof List || value instanceof Tuple)
    return value.items[Symbol.iterator]() as Iterator<Value>;
  if (value instanceof SetValue) return liveItems(m, value);
  if (value instanceof Dict) return livePairs(m, value);
  if (value instanceof Iter) {
    return {
      ...drain(() => value.next(undefined)),
      return: () => {
        value.leave?.("return", undefined);
        return { done: true, value: undefined };
      },
    };
  }
  if (value instanceof Tensor) return m.unknown(`the elements of a tensor, ${RUN_TIME}`);
  if (value instanceof Instance) return iterateInstance(m, value);
  return m.fail(
    "TypeError",
    `${value === null || value === undefined ? String(value) : "this"} is not iterable`,
  );
}

function drain(next: () => Value | typeof ABSENT): Iterator<Value> {
  return {
    next: () => {
      const value = next();
      return value === ABSENT ? { done: true, value: undefined } : { done: false, value };
    },
  };
}

function iterateInstance(m: Machine, value: Instance): Iterator<Value> | Unknown {
  const own = m.lookup(value, ITERATOR);
  const method = own !== ABSENT ? own : m.lookup(value, ASYNC_ITERATOR);
  if (isUnknown(method)) return method;
  if (method === ABSENT) {
    return m.lookup(value, "next") === ABSENT
      ? m.fail("TypeError", "this object is not iterable")
      : steps(m, value);
  }
  const iterator = m.callWithThis(method, value, []);
  if (isUnknown(iterator)) return iterator;
  return iterator instanceof Instance ? steps(m, iterator) : iterate(m, iterator);
}

/** An object with `next()`, whose answers may be promises. */
function steps(m: Machine, iterator: Instance): Iterator<Value> {
  const next = drain(() => {
    const step = awaited(m, m.callMethod(iterator, "next"));
    if (isUnknown(step)) {
      m.gap(step.reason);
      return ABSENT;
    }
    return m.truthy(m.getAttr(step, "done")) === false ? m.getAttr(step, "value") : ABSENT;
  });
  const leave = m.lookup(iterator, "return");
  if (leave === ABSENT) return next;
  return {
    ...next,
    return: () => {
      m.callWithThis(leave, iterator, []);
      return { done: true, value: undefined };
    },
  };
}

export function length(m: Machine, value: Value): number | Unknown {
  if (isUnknown(value)) return value;
  if (typeof value === "string") return value.length;
  if (value instanceof List || value instanceof Tuple || value instanceof SetValue)
    m.tick(weightSearched(value));
  if (value instanceof List || value instanceof Tuple) return manyAmong(value.items) ?? value.items.length;
  if (value instanceof SetValue) return unknownItem(value) ?? value.entries.size;
  if (value instanceof Dict) return unknownKey(m, value) ?? value.entries.size;
  return value instanceof Tensor ? m.unknown("the length of a tensor") : 0;
}
