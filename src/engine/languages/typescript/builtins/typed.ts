/** Typed arrays and their buffers: arrays whose numbers are rounded to what their type holds. */
import type { Interp } from "../../../interpret/interp.ts";
import {
  ClassValue,
  Instance,
  isUnknown,
  List,
  toItems,
  type Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { type Impl, jsClass, num } from "../core.ts";
import { from, sized } from "./array.ts";

const TYPES = {
  Float32Array,
  Float64Array,
  Int8Array,
  Int16Array,
  Int32Array,
  Uint8Array,
  Uint8ClampedArray,
  Uint16Array,
  Uint32Array,
} as const;

/** A buffer's bytes are not followed, only how many there are. */
class BufferSize {
  constructor(readonly bytes: number | Unknown) {}
}

function typeOf(list: Value): keyof typeof TYPES | undefined {
  const native =
    list instanceof List ? list.cls?.mro.find(({ name }) => Object.hasOwn(TYPES, name)) : undefined;
  return native?.name as keyof typeof TYPES | undefined;
}

/** Rounds the numbers of a typed array, in place; other arrays stay as they are. */
export function inRange(m: Interp, list: List): List {
  const type = typeOf(list);
  if (!type) return list;
  m.tick(list.items.length >> 2);
  const slot = new TYPES[type](1);
  for (const [i, item] of list.items.entries()) list.items[i] = rounded(slot, item);
  return list;
}

/** One number as an element of a typed array. */
export function elementOf(list: List, item: Value): Value {
  const type = typeOf(list);
  return type ? rounded(new TYPES[type](1), item) : item;
}

function rounded(slot: { [index: number]: number }, item: Value): Value {
  if (isUnknown(item)) return item;
  slot[0] = typeof item === "number" ? item : Number(item ?? Number.NaN);
  return slot[0];
}

function create(m: Interp, cls: ClassValue, [source, start, count]: readonly Value[]): Value {
  if (isUnknown(source)) return source;
  const made = typeof source === "number" ? sized(m, source, 0) : elements(m, cls, source, start, count);
  if (!(made instanceof List)) return made;
  made.cls = cls;
  return inRange(m, made);
}

function elements(m: Interp, cls: ClassValue, source: Value, start: Value, count: Value): Value {
  if (source === undefined) return new List([]);
  if (source instanceof Instance && source.native instanceof BufferSize) {
    const { bytes } = source.native;
    if (isUnknown(bytes)) return bytes;
    const room = Math.floor((bytes - num(start)) / bytesOf(cls));
    return sized(m, typeof count === "number" ? count : room, m.unknown("bytes of a buffer"));
  }
  const items = m.items(source);
  return isUnknown(items) ? items : new List([...items]);
}

function bytesOf(cls: ClassValue | undefined): number {
  const bytes = cls?.mro
    .map(({ statics }) => statics.get("BYTES_PER_ELEMENT"))
    .find((each) => each !== undefined);
  return num(bytes, 1);
}

const set: Impl = (m, [source, at], self) => {
  const items = toItems(source);
  if (!(self instanceof List) || !items) return m.unknown("an array that is not known");
  m.touch(self);
  m.tick(items.length);
  for (const [i, item] of items.entries()) self.items[num(at) + i] = elementOf(self, item);
  return undefined;
};

export function typedArrayClasses(array: ClassValue): readonly ClassValue[] {
  const buffer = jsClass("ArrayBuffer", {
    native: {
      layer: false,
      create: (m, cls, [bytes]) => {
        const made = m.newInstance(cls);
        const size = typeof bytes === "number" ? bytes : m.unknown("a buffer of unknown size");
        made.native = new BufferSize(size);
        made.attrs.set("byteLength", size);
        return made;
      },
    },
    ...(array.bases[0] && { base: array.bases[0] }),
    statics: { isView: (_m, [value]) => typeOf(value) !== undefined },
  });
  const typed = Object.entries(TYPES).map(([name, { BYTES_PER_ELEMENT }]) =>
    jsClass(name, {
      base: array,
      native: { layer: false, create },
      methods: { set },
      getters: {
        byteLength: (m, _args, self) => {
          const count = m.length(self);
          return isUnknown(count) ? count : count * BYTES_PER_ELEMENT;
        },
        byteOffset: () => 0,
        buffer: (m, _args, self) => {
          const count = m.length(self);
          const made = m.newInstance(buffer);
          made.native = new BufferSize(isUnknown(count) ? count : count * BYTES_PER_ELEMENT);
          made.attrs.set("byteLength", isUnknown(count) ? count : count * BYTES_PER_ELEMENT);
          return made;
        },
      },
      constants: { BYTES_PER_ELEMENT },
      statics: {
        from: (m, args, self) => {
          const made = from(m, args, self);
          return made instanceof List ? inRange(m, made) : made;
        },
        of: (m, args, self) => {
          const made = new List([...args]);
          if (self instanceof ClassValue) made.cls = self;
          return inRange(m, made);
        },
      },
    }),
  );
  return [buffer, ...typed];
}
