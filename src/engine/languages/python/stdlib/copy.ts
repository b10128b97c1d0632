/** `copy`: shallow copies, and deep copies of whole object graphs. */
import { STEPS } from "../../../interpret/bounds.ts";
import type { Interp } from "../../../interpret/interp.ts";
import {
  BoundMethod,
  Dict,
  type Heap,
  Instance,
  isUnknown,
  List,
  SetValue,
  Tensor,
  Tuple,
  type Value,
} from "../../../interpret/values.ts";
import { callDunder, dunder } from "../core.ts";
import { type Module, makeModule } from "./table.ts";

type Memo = Map<Heap, Value>;
/** The memo dict that programs hand on to `deepcopy` from their own `__deepcopy__`. */
const memos = new WeakMap<Dict, Memo>();

function isObject(value: Value): value is Heap {
  return value !== null && typeof value === "object";
}

/** What a native class keeps is copied one level deep; what it says of copied objects now says it of the copies. */
function copyNative(native: unknown, memo: Memo): unknown {
  if (native instanceof Map) return new Map(native);
  if (native instanceof Set) return new Set(native);
  if (Array.isArray(native)) return [...native];
  if (native === null || typeof native !== "object") return native;
  const copy = Object.create(Object.getPrototypeOf(native) as object | null) as Record<string, unknown>;
  for (const [key, value] of Object.entries(native)) {
    copy[key] = value instanceof Instance ? (memo.get(value) ?? value) : value;
  }
  return copy;
}

function bareInstance(original: Instance, memo: Memo): Instance {
  const copy = new Instance(original.cls);
  if (original.site) copy.site = original.site;
  if (original.payload !== undefined) copy.payload = original.payload;
  if (original.native !== undefined) copy.native = copyNative(original.native, memo);
  return copy;
}

/** Classes, functions, modules, enum members and all that cannot change are their own copies. */
function isAtomic(value: Value): boolean {
  if (value instanceof Instance) return value.cls.members !== undefined;
  return !(
    value instanceof List ||
    value instanceof Tuple ||
    value instanceof Dict ||
    value instanceof SetValue ||
    value instanceof Tensor ||
    value instanceof BoundMethod
  );
}

function copyTensor(original: Tensor): Tensor {
  const copy = new Tensor(original.shape, original.dtype, original.data);
  if (original.parameter) copy.parameter = { ...original.parameter };
  if (original.cls) copy.cls = original.cls;
  if (original.site) copy.site = original.site;
  if (original.maker !== undefined) copy.maker = original.maker;
  return copy;
}

export function deepCopy(interp: Interp, value: Value, memo: Memo, memoDict: Dict): Value {
  if (!isObject(value) || isAtomic(value)) return value;
  const known = memo.get(value);
  if (known !== undefined) return known;
  interp.tick();
  const own = dunder(interp, value, "__deepcopy__");
  if (own !== undefined && own !== null && !isUnknown(own)) {
    const copy = callDunder(interp, own, value, [memoDict]);
    memo.set(value, copy);
    return copy;
  }
  const again = (part: Value): Value => deepCopy(interp, part, memo, memoDict);
  return interp.nested(() => copyParts(interp, value, memo, again));
}

function copyParts(interp: Interp, value: Heap, memo: Memo, again: (part: Value) => Value): Value {
  if (value instanceof Tuple) {
    const copy = new Tuple(value.items.map(again));
    memo.set(value, copy);
    return withSame(copy, value, again);
  }
  const copy = emptyLike(value, memo);
  memo.set(value, copy);
  if (value instanceof List && copy instanceof List) {
    interp.tick(value.items.length >> 2);
    for (const item of value.items) copy.items.push(again(item));
  } else if (value instanceof Dict && copy instanceof Dict) {
    for (const [key, entry] of value.entries) {
      const fresh = again(entry.key);
      const hash = typeof key === "object" && fresh !== entry.key && isObject(fresh) ? fresh : key;
      copy.entries.set(hash, { key: fresh, value: again(entry.value) });
    }
    if (value.factory !== undefined) copy.factory = value.factory;
  } else if (value instanceof SetValue && copy instanceof SetValue) {
    copy.frozen = value.frozen;
    for (const [key, item] of value.entries) copy.entries.set(key, again(item));
  } else if (value instanceof BoundMethod) return new BoundMethod(again(value.self), value.fn);
  else if (value instanceof Instance && copy instanceof Instance) {
    interp.tick(STEPS.object + value.attrs.size);
    for (const [name, item] of value.attrs) copy.attrs.set(name, again(item));
    return copy;
  }
  return withSame(copy, value, again);
}

function emptyLike(value: Heap, memo: Memo): Heap {
  if (value instanceof List) return new List([]);
  if (value instanceof Dict) return new Dict();
  if (value instanceof SetValue) return new SetValue();
  if (value instanceof Tensor) return copyTensor(value);
  return value instanceof Instance ? bareInstance(value, memo) : value;
}

/** Carries the class and own attributes of a container or tensor over. */
function withSame(copy: Heap, original: Heap, each: (part: Value) => Value): Heap {
  if (hasClass(copy) && hasClass(original)) {
    if (original.cls) copy.cls = original.cls;
    if (original.attrs) copy.attrs = new Map([...original.attrs].map(([name, value]) => [name, each(value)]));
  }
  return copy;
}

function hasClass(value: Heap): value is List | Tuple | Dict | SetValue | Tensor {
  return (
    value instanceof List ||
    value instanceof Tuple ||
    value instanceof Dict ||
    value instanceof SetValue ||
    value instanceof Tensor
  );
}

export function shallowCopy(interp: Interp, value: Value): Value {
  if (!isObject(value) || isAtomic(value) || value instanceof Tuple) return value;
  const own = dunder(interp, value, "__copy__");
  if (own !== undefined && own !== null && !isUnknown(own)) return callDunder(interp, own, value);
  return copyParts(interp, value, new Map(), (part) => part);
}

export const copy = (): Module =>
  makeModule({
    functions: {
      copy: ["x", (a, interp) => shallowCopy(interp, a.x)],
      deepcopy: [
        "x, memo=None",
        (a, interp) => {
          const memoDict = a.memo instanceof Dict ? a.memo : new Dict();
          const memo = memos.get(memoDict) ?? new Map<Heap, Value>();
          memos.set(memoDict, memo);
          return deepCopy(interp, a.x, memo, memoDict);
        },
      ],
    },
  });
