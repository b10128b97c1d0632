/** Promises: settled where they are made, for nothing else happens in between. */
import { Raised } from "../../../interpret/control.ts";
import type { Interp } from "../../../interpret/interp.ts";
import type { Machine } from "../../../interpret/machine.ts";
import type { Site } from "../../../interpret/trace.ts";
import { ABSENT, type ClassValue, Instance, isUnknown, List, type Value } from "../../../interpret/values.ts";
import { builtinClass, fn, type Impl, isFunction, jsClass, object } from "../core.ts";

/** What a promise holds. */
class Settled {
  constructor(
    readonly value: Value,
    readonly rejected: boolean,
    /** Where it was rejected. */
    readonly site?: Site,
  ) {}
}

export function promise(m: Interp, value: Value, rejected = false, site = m.site): Value {
  if (!rejected && (isUnknown(value) || isPromise(value))) return value;
  const made = m.newInstance(builtinClass(m, "Promise"));
  made.native = new Settled(value, rejected, site);
  return made;
}

function isPromise(value: Value): value is Instance {
  return value instanceof Instance && value.native instanceof Settled;
}

export function awaited(m: Machine, value: Value): Value {
  if (isPromise(value)) {
    const { value: inside, rejected, site } = value.native as Settled;
    if (rejected) throw new Raised(inside, site);
    return inside;
  }
  if (!(value instanceof Instance)) return value;
  const then = m.lookup(value, "then");
  if (then === ABSENT || !isFunction(then)) return value;
  let settled: Value = m.unknown("a promise that is not settled");
  m.callWithThis(then, value, [
    fn("resolve", (_m, [result]) => {
      settled = result;
      return undefined;
    }),
    fn("reject", () => undefined),
  ]);
  return settled;
}

/** Runs `body` and makes a promise of what it gives or throws. */
function settling(m: Interp, body: () => Value): Value {
  const restore = (m as Machine).checkpoint();
  try {
    return promise(m, body());
  } catch (error) {
    if (!(error instanceof Raised)) throw error;
    restore();
    return promise(m, error.value, true, error.site);
  }
}

const PROMISE: Readonly<Record<string, Impl>> = {
  then: (m, [done, failed], self) => {
    if (!isPromise(self)) return self;
    const { value, rejected } = self.native as Settled;
    const handler = rejected ? failed : done;
    return isFunction(handler) ? settling(m, () => m.call(handler, [value])) : self;
  },
  catch: (m, [failed], self) => {
    if (!isPromise(self) || !(self.native as Settled).rejected || !isFunction(failed)) return self;
    return settling(m, () => m.call(failed, [(self.native as Settled).value]));
  },
  finally: (m, [after], self) => {
    if (isFunction(after)) m.call(after);
    return self;
  },
};

/** `new Promise((resolve, reject) => …)`: one that is not settled at once waits for something of the run. */
function createPromise(m: Interp, _cls: ClassValue, [executor]: readonly Value[]): Value {
  let settled: Value = m.unknown("a promise that something else settles");
  const settler = (name: string, rejected: boolean) =>
    fn(name, (_m, [value]) => {
      settled = promise(m, value, rejected);
      return undefined;
    });
  const result = settling(m, () => {
    m.call(executor, [settler("resolve", false), settler("reject", true)]);
    return undefined;
  });
  return isPromise(result) && (result.native as Settled).rejected ? result : settled;
}

/** What an async function gives: an exception that leaves it is a promise that is rejected. */
export function asyncResult(m: Machine, body: () => Value): Value {
  return settling(m, body);
}

/** A rejected promise that nothing takes up ends the statement it stands in, as an exception does. */
export function discard(m: Machine, value: Value): void {
  if (isPromise(value) && (value.native as Settled).rejected) awaited(m, value);
}

const all: Impl = (m, [source]) => {
  const values = m.items(source);
  if (isUnknown(values)) return values;
  return settling(m, () => new List(values.map((value) => awaited(m as Machine, value))));
};

const settled = (m: Interp, value: Value): { readonly value: Value; readonly rejected: boolean } => {
  const made = settling(m, () => value);
  return isPromise(made) ? (made.native as Settled) : { value: made, rejected: false };
};

const allSettled: Impl = (m, [source]) => {
  const values = m.items(source);
  if (isUnknown(values)) return values;
  const outcomes = values.map((each) => {
    const { value, rejected } = settled(m, each);
    return object(m, [
      ["status", rejected ? "rejected" : "fulfilled"],
      [rejected ? "reason" : "value", value],
    ]);
  });
  return promise(m, new List(outcomes));
};

const race: Impl = (m, [source]) => {
  const values = m.items(source);
  return isUnknown(values) ? values : promise(m, values[0]);
};

const any: Impl = (m, [source]) => {
  const values = m.items(source);
  if (isUnknown(values)) return values;
  return promise(m, values.find((value) => !settled(m, value).rejected) ?? values[0]);
};

export function promiseClass(base: ClassValue): ClassValue {
  return jsClass("Promise", {
    base,
    methods: PROMISE,
    native: { layer: false, create: createPromise },
    statics: {
      resolve: (m, [value]) => promise(m, value),
      reject: (m, [value]) => promise(m, value, true),
      all,
      allSettled,
      race,
      any,
    },
  });
}
