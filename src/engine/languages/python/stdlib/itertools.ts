/** `itertools`, lazily over Python iterators. */
import type { Interp } from "../../../interpret/interp.ts";
import { def, type NativeImpl } from "../../../interpret/native.ts";
import { asMany, isUnknown, Tuple, toNumber, type Unknown, type Value } from "../../../interpret/values.ts";
import { equals, truthy } from "../compare.ts";
import { toInt } from "../core.ts";
import { iterateAll } from "../iteration.ts";
import { items, iterate, iterOf } from "../sequences.ts";
import { argsOf } from "../types/object.ts";
import { type Entry, type Module, makeModule } from "./table.ts";

type Source = Iterator<Value>;
type Lazy = Generator<Value, undefined>;

function* rest(source: Source): Lazy {
  for (let step = source.next(); !step.done; step = source.next()) yield step.value;
}

/** An entry whose iterator is made by a generator over one iterable. */
function over(
  signature: string,
  run: (source: Source, a: Parameters<NativeImpl>[0], interp: Interp) => Lazy,
): Entry {
  return [
    signature,
    (a, interp) => {
      const source = iterate(interp, a.iterable);
      return isUnknown(source) ? source : iterOf(run(source, a, interp));
    },
  ];
}

function* chain(interp: Interp, sources: Iterator<Value>): Lazy {
  for (let step = sources.next(); !step.done; step = sources.next()) {
    const source = iterate(interp, step.value);
    if (isUnknown(source)) {
      interp.gap(source.reason);
      yield asMany(source);
    } else yield* rest(source);
  }
}

function* count(interp: Interp, start: Value, step: Value): Lazy {
  for (let value = start; ; value = interp.binary("+", value, step)) {
    interp.tick();
    yield value;
  }
}

function* cycle(source: Source, interp: Interp): Lazy {
  const seen = [];
  for (const value of rest(source)) {
    seen.push(value);
    yield value;
  }
  while (seen.length > 0) {
    for (const value of seen) {
      interp.tick();
      yield value;
    }
  }
}

function* repeat(interp: Interp, value: Value, times: number): Lazy {
  for (let i = 0; i < times; i++) {
    interp.tick();
    yield value;
  }
}

function* slice(interp: Interp, source: Source, start: number, stop: number, step: number): Lazy {
  for (let i = 0, wanted = start; wanted < stop; i++) {
    interp.tick();
    const next = source.next();
    if (next.done) return undefined;
    if (i === wanted) {
      yield next.value;
      wanted += step;
    }
  }
}

function* accumulate(source: Source, interp: Interp, fn: Value, initial: Value): Lazy {
  let total = initial;
  let isFirst = initial === null || initial === undefined;
  if (!isFirst) yield total;
  for (const value of rest(source)) {
    total = isFirst
      ? value
      : fn === null
        ? interp.binary("+", total, value)
        : interp.call(fn, [total, value]);
    isFirst = false;
    yield total;
  }
}

/** Passes values on while, or from when, a predicate holds. */
function* whilst(source: Source, interp: Interp, predicate: Value, mode: "take" | "drop"): Lazy {
  let dropping = mode === "drop";
  for (const value of rest(source)) {
    const holds = mode === "take" || dropping ? truthy(interp, interp.call(predicate, [value])) : true;
    if (isUnknown(holds)) {
      yield asMany(holds);
      return undefined;
    }
    if (mode === "take" && !holds) return undefined;
    dropping = dropping && holds;
    if (!dropping) yield value;
  }
}

/** Choices of `k` places of `n`, in lexicographic order. */
function* choices(
  interp: Interp,
  n: number,
  k: number,
  from: (chosen: readonly number[]) => Iterable<number>,
): Generator<number[]> {
  const chosen: number[] = [];
  function* extend(): Generator<number[]> {
    interp.tick();
    if (chosen.length === k) {
      interp.tick(chosen.length);
      yield [...chosen];
      return;
    }
    for (const i of from(chosen)) {
      if (i >= n) break;
      chosen.push(i);
      yield* extend();
      chosen.pop();
    }
  }
  yield* extend();
}

function* upFrom(start: number, end: number): Generator<number> {
  for (let i = start; i < end; i++) yield i;
}

type Rule = (n: number) => (chosen: readonly number[]) => Iterable<number>;

const combining: Rule = (n) => (chosen) => upFrom((chosen.at(-1) ?? -1) + 1, n);
const replacing: Rule = (n) => (chosen) => upFrom(chosen.at(-1) ?? 0, n);
const permuting: Rule = (n) => (chosen) => [...upFrom(0, n)].filter((i) => !chosen.includes(i));

const MOST_PLACES = 500;

function choosing(rule: Rule): Entry {
  return [
    "iterable, r=None",
    (a, interp) => {
      const all = items(interp, a.iterable);
      if (isUnknown(all)) return all;
      if (isUnknown(a.r)) return a.r;
      const pool = [...all];
      const wanted = toInt(a.r) ?? pool.length;
      // Each place is one level of the search.
      if (wanted > MOST_PLACES && pool.length > 0) return interp.unknown(`choices of ${wanted} items`);
      function* run(this: void): Lazy {
        for (const places of choices(interp, pool.length, wanted, rule(pool.length))) {
          interp.tick(1 + places.length);
          yield new Tuple(places.map((i) => pool[i]));
        }
      }
      return iterOf(run());
    },
  ];
}

function* product(interp: Interp, pools: readonly (readonly Value[])[]): Lazy {
  const places = pools.map(() => 0);
  if (pools.some((pool) => pool.length === 0)) return undefined;
  for (;;) {
    interp.tick(pools.length);
    yield new Tuple(pools.map((pool, i) => pool[places[i] ?? 0]));
    let axis = pools.length - 1;
    while (axis >= 0 && (places[axis] ?? 0) + 1 >= (pools[axis]?.length ?? 0)) places[axis--] = 0;
    if (axis < 0) return undefined;
    places[axis] = (places[axis] ?? 0) + 1;
  }
}

function poolsOf(interp: Interp, values: readonly Value[]): (readonly Value[])[] | Unknown {
  const pools: (readonly Value[])[] = [];
  for (const value of values) {
    const pool = items(interp, value);
    if (isUnknown(pool)) return pool;
    pools.push([...pool]);
  }
  return pools;
}

function* zipLongest(sources: readonly Source[], fill: Value): Lazy {
  for (;;) {
    const steps = sources.map((source) => source.next());
    if (steps.every((step) => step.done)) return undefined;
    yield new Tuple(steps.map((step) => (step.done ? fill : step.value)));
  }
}

function* groups(source: Source, interp: Interp, key: Value): Lazy {
  let group: Value[] = [];
  let current: Value;
  for (const value of rest(source)) {
    const rank = key === null ? value : interp.call(key, [value]);
    if (group.length > 0 && equals(interp, rank, current) !== true) {
      yield new Tuple([current, iterOf(group)]);
      group = [];
    }
    current = rank;
    group.push(value);
  }
  if (group.length > 0) yield new Tuple([current, iterOf(group)]);
}

function* pairs(source: Source): Lazy {
  let last: Value;
  let isFirst = true;
  for (const value of rest(source)) {
    if (!isFirst) yield new Tuple([last, value]);
    last = value;
    isFirst = false;
  }
}

function* batches(source: Source, size: number): Lazy {
  let batch: Value[] = [];
  for (const value of rest(source)) {
    batch.push(value);
    if (batch.length === size) {
      yield new Tuple(batch);
      batch = [];
    }
  }
  if (batch.length > 0) yield new Tuple(batch);
}

/** Values whose predicate, or whose selector, has the wanted truth. */
function* selected(
  source: Source,
  wanted: boolean,
  test: (value: Value) => boolean | Unknown | undefined,
): Lazy {
  for (const value of rest(source)) {
    const truth = test(value);
    if (truth === undefined) return undefined;
    if (isUnknown(truth)) yield asMany(truth);
    else if (truth === wanted) yield value;
  }
}

export const itertools = (): Module => {
  const chainFunction = def("chain", "*iterables", (a, interp) =>
    iterOf(chain(interp, argsOf(a.iterables)[Symbol.iterator]())),
  );
  chainFunction.attrs.set(
    "from_iterable",
    def("from_iterable", "iterable", (a, interp) => {
      const source = iterate(interp, a.iterable);
      return isUnknown(source) ? source : iterOf(chain(interp, source));
    }),
  );
  return makeModule({
    values: { chain: chainFunction },
    functions: {
      repeat: [
        "object, times=None",
        (a, interp) =>
          isUnknown(a.times)
            ? a.times
            : iterOf(repeat(interp, a.object, toInt(a.times) ?? Number.POSITIVE_INFINITY)),
      ],
      count: ["start=0, step=1", (a, interp) => iterOf(count(interp, a.start, a.step))],
      cycle: over("iterable", (source, _, interp) => cycle(source, interp)),
      product: [
        "*iterables, repeat=1",
        (a, interp) => {
          const pools = poolsOf(interp, argsOf(a.iterables));
          if (isUnknown(pools)) return pools;
          const times = Math.max(0, toInt(a.repeat) ?? 1);
          if (!interp.allows(times * pools.length)) return interp.unknown("too many items");
          return iterOf(product(interp, Array.from({ length: times }, () => pools).flat()));
        },
      ],
      zip_longest: [
        "*iterables, fillvalue=None",
        (a, interp) => {
          const sources = iterateAll(interp, argsOf(a.iterables));
          return isUnknown(sources) ? sources : iterOf(zipLongest(sources, a.fillvalue));
        },
      ],
      islice: [
        "iterable, start, stop=undefined, step=None",
        (a, interp) => {
          const source = iterate(interp, a.iterable);
          if (isUnknown(source)) return source;
          const [start, stop] = a.stop === undefined ? [null, a.start] : [a.start, a.stop];
          const bounds = [start, stop, a.step].find(isUnknown);
          if (bounds !== undefined) return bounds;
          return iterOf(
            slice(
              interp,
              source,
              toInt(start) ?? 0,
              toNumber(stop) ?? Number.POSITIVE_INFINITY,
              toInt(a.step) ?? 1,
            ),
          );
        },
      ],
      accumulate: over("iterable, func=None, *, initial=None", (source, a, interp) =>
        accumulate(source, interp, a.func, a.initial),
      ),
      starmap: [
        "function, iterable",
        (a, interp) => {
          const source = iterate(interp, a.iterable);
          if (isUnknown(source)) return source;
          function* run(this: void, rows: Source): Lazy {
            for (const row of rest(rows)) {
              const args = items(interp, row);
              yield isUnknown(args) ? args : interp.call(a.function, args);
            }
          }
          return iterOf(run(source));
        },
      ],
      takewhile: over("predicate, iterable", (source, a, interp) =>
        whilst(source, interp, a.predicate, "take"),
      ),
      dropwhile: over("predicate, iterable", (source, a, interp) =>
        whilst(source, interp, a.predicate, "drop"),
      ),
      filterfalse: over("predicate, iterable", (source, a, interp) =>
        selected(source, false, (value) =>
          truthy(interp, a.predicate === null ? value : interp.call(a.predicate, [value])),
        ),
      ),
      compress: over("iterable, selectors", (source, a, interp) => {
        const selectors = iterate(interp, a.selectors);
        return selected(source, true, () => {
          if (isUnknown(selectors)) return selectors;
          const step = selectors.next();
          return step.done ? undefined : truthy(interp, step.value);
        });
      }),
      combinations: choosing(combining),
      combinations_with_replacement: choosing(replacing),
      permutations: choosing(permuting),
      groupby: over("iterable, key=None", (source, a, interp) => groups(source, interp, a.key)),
      tee: [
        "iterable, n=2",
        (a, interp) => {
          const all = items(interp, a.iterable);
          if (isUnknown(all)) return all;
          const copies = toInt(a.n) ?? 2;
          if (!interp.allows(copies)) return interp.unknown("too many items");
          const kept = [...all];
          return new Tuple(Array.from({ length: toInt(a.n) ?? 2 }, () => iterOf(kept)));
        },
      ],
      pairwise: over("iterable", (source) => pairs(source)),
      batched: over("iterable, n", (source, a) => batches(source, toInt(a.n) ?? 1)),
    },
  });
};
