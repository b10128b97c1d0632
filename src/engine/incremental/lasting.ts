/**
 * What outlives the trace of one network: the values that modules keep. A trace that changes them (a counter, a table
 * of settings that is emptied) has a say in the traces after it, and then no network is by itself.
 */
import { LazyName, type Scope } from "../interpret/scope.ts";
import {
  BoundMethod,
  ClassMethod,
  ClassValue,
  Dict,
  FunctionValue,
  Instance,
  Iter,
  List,
  ModuleValue,
  NativeFunction,
  Property,
  RegexValue,
  SetValue,
  StaticMethod,
  Tensor,
  Tuple,
} from "../interpret/values.ts";

type Contents = readonly unknown[];

interface Noted {
  readonly read: () => Contents;
  readonly contents: Contents;
}

export class LastingState {
  private readonly modules = new Map<ModuleValue, ReadonlyMap<string, unknown>>();
  private readonly noted = new Map<object, Noted>();
  /** Something was met whose state cannot be read: an iterator, or a network with state of the engine's own. */
  private isOpaque = false;

  /** `isNetwork` tells the values whose state lies in the engine. */
  constructor(private readonly isNetwork: (value: Instance) => boolean) {}

  /** Notes what modules that have run hold now, if it was not noted before. */
  note(modules: Iterable<ModuleValue>): void {
    const open: unknown[] = [];
    for (const module of modules) {
      if (this.modules.has(module)) continue;
      this.modules.set(module, new Map(module.attrs));
      open.push(...module.attrs.values());
    }
    while (open.length > 0 && !this.isOpaque) {
      const value = open.pop();
      if (typeof value !== "object" || value === null || this.noted.has(value)) continue;
      const read = this.readerOf(value);
      if (!read) continue;
      const contents = read();
      this.noted.set(value, { read, contents });
      for (const item of contents) open.push(item);
    }
  }

  isUnchanged(): boolean {
    if (this.isOpaque) return false;
    for (const [module, names] of this.modules) if (!isModuleUnchanged(module, names)) return false;
    for (const { read, contents } of this.noted.values()) {
      const now = read();
      if (now.length !== contents.length || now.some((item, index) => item !== contents[index])) return false;
    }
    return true;
  }

  private readerOf(value: object): (() => Contents) | undefined {
    if (value instanceof Iter) this.isOpaque = true;
    if (value instanceof Instance) {
      if (this.isNetwork(value)) this.isOpaque = true;
      return () => [value.cls, value.payload, ...parts(value.native), ...entries(value.attrs)];
    }
    if (value instanceof List || value instanceof Tuple)
      return () => [...value.items, ...entries(value.attrs)];
    if (value instanceof Dict)
      return () => [
        ...[...value.entries.values()].flatMap((entry) => [entry.key, entry.value]),
        ...entries(value.attrs),
      ];
    if (value instanceof SetValue) return () => [...value.entries.values()];
    if (value instanceof ClassValue)
      return () => [...entries(value.attrs), ...entries(value.statics), ...value.mro];
    if (value instanceof FunctionValue)
      return () => [value.prototype, ...value.defaults, ...entries(value.attrs), ...closure(value.scope)];
    if (value instanceof NativeFunction) return () => entries(value.attrs);
    if (value instanceof BoundMethod) return () => [value.self, value.fn];
    if (value instanceof Property) return () => [value.getter, value.setter];
    if (value instanceof StaticMethod || value instanceof ClassMethod) return () => [value.fn];
    if (value instanceof Tensor) return () => [value.shape, value.dtype, value.data];
    if (value instanceof RegexValue) return () => [value.lastIndex];
    return undefined;
  }
}

/** What is imported lazily, submodules, and names of the engine's own modules come into a module when asked for. */
function isModuleUnchanged({ attrs, file }: ModuleValue, names: ReadonlyMap<string, unknown>): boolean {
  for (const [name, value] of names) {
    if (!(value instanceof LazyName) && attrs.get(name) !== value) return false;
  }
  if (file === undefined || attrs.size === names.size) return true;
  return [...attrs].every(([name, value]) => names.has(name) || value instanceof ModuleValue);
}

function entries(attrs: ReadonlyMap<string, unknown> | undefined): Contents {
  return attrs ? [...attrs].flat() : [];
}

/** What a native class keeps, as far as it lies open. */
function parts(native: unknown): Contents {
  if (typeof native !== "object" || native === null) return [native];
  if (native instanceof Map) return [native, ...[...native].flat()];
  return [native, ...(Array.isArray(native) || native instanceof Set ? native : Object.values(native))];
}

/** Variables of the calls that a function was made in. */
function closure(scope: Scope | undefined): Contents {
  const values: unknown[] = [];
  for (let at = scope; at && at.kind !== "module" && at.kind !== "builtins"; at = at.parent)
    values.push(...entries(at.vars));
  return values;
}
