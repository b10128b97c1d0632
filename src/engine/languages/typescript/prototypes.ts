/** Prototypes: the classes behind constructor functions, and the objects that programs see as `C.prototype`. */
import type { Machine } from "../../interpret/machine.ts";
import { ClassValue, FunctionValue, Instance, type Value } from "../../interpret/values.ts";
import { builtinClass } from "./core.ts";

/** Marks an object as the prototype of a class. */
export class PrototypeOf {
  constructor(readonly cls: ClassValue) {}
}

const objects = new WeakMap<ClassValue, Instance>();
const constructors = new WeakMap<ClassValue, FunctionValue>();

/** The class of the objects that `new fn()` makes. */
export function instanceClass(m: Machine, fn: FunctionValue): ClassValue {
  if (!fn.prototype) {
    const base = builtinClass(m, "Object");
    fn.prototype = new ClassValue(fn.name, [base], new Map(), fn.module, fn.node.nameAt);
    fn.prototype.mro = [fn.prototype, ...base.mro];
    constructors.set(fn.prototype, fn);
  }
  return fn.prototype;
}

/** The function that makes objects of a class, where it is no class of the program. */
export function constructorFunction(cls: ClassValue): FunctionValue | undefined {
  return constructors.get(cls);
}

/** `C.prototype`: an object whose properties are those of the class. */
export function prototypeOf(m: Machine, cls: ClassValue): Instance {
  const known = objects.get(cls);
  if (known) return known;
  const made = new Instance(cls.bases[0] ?? builtinClass(m, "Object"));
  const prototype = Object.assign(made, { attrs: cls.attrs, native: new PrototypeOf(cls) });
  objects.set(cls, prototype);
  return prototype;
}

/** `F.prototype = {…}` or `F.prototype = Object.create(Base.prototype)`. */
export function setPrototype(fn: FunctionValue, value: Value): void {
  if (!(value instanceof Instance)) return;
  const base = value.native instanceof PrototypeOf ? value.native.cls : value.cls;
  const cls = new ClassValue(fn.name, [base], value.attrs, fn.module, fn.node.nameAt);
  cls.mro = [cls, ...base.mro];
  fn.prototype = cls;
  constructors.set(cls, fn);
  objects.set(cls, value);
  value.native = new PrototypeOf(cls);
}

/** The class of objects that have this one for a prototype: its properties are looked up behind their own. */
export function classBehind(prototype: Instance): ClassValue {
  if (prototype.native instanceof PrototypeOf) return prototype.native.cls;
  const cls = new ClassValue(prototype.cls.name, [prototype.cls], prototype.attrs);
  cls.mro = [cls, ...prototype.cls.mro];
  objects.set(cls, prototype);
  return cls;
}

/** Is the object the prototype that this class stands for? */
export function isPrototype(cls: ClassValue, object: Instance): boolean {
  return objects.get(cls) === object;
}

const bare = new WeakSet<Instance>();

/** `Object.create(null)`: an object that not even `Object.prototype` is behind. */
export function withoutPrototype(object: Instance): void {
  bare.add(object);
}

export function hasNoPrototype(object: Instance): boolean {
  return bare.has(object);
}

/** Keys that `for … in` finds behind an object's own: those of prototypes that are objects, no methods of classes. */
export function inheritedKeys(object: Value): readonly string[] {
  if (!(object instanceof Instance)) return [];
  return object.cls.mro.flatMap((cls) => {
    const prototype = objects.get(cls);
    const isObject = prototype !== undefined && !(prototype.native instanceof PrototypeOf);
    return isObject || constructors.has(cls)
      ? [...cls.attrs.keys()].filter((key) => !prototype || !isHidden(prototype, key))
      : [];
  });
}

/** `object.constructor`, as the class or its prototype has it. */
export function constructorProperty(cls: ClassValue): Value {
  const own = cls.attrs.get("constructor");
  const isClassBody = own instanceof FunctionValue && own.node.form === "constructor";
  return own !== undefined && !isClassBody ? own : (constructors.get(cls) ?? cls);
}

// ------------------------------------------------------------------ attributes of properties

const hidden = new WeakMap<Instance, Set<string>>();
const frozen = new WeakSet<object>();

/** Properties that loops, spreads and `Object.keys` pass over. */
export function isHidden(object: Instance, key: string): boolean {
  return hidden.get(object)?.has(key) ?? false;
}

export function hide(object: Instance, key: string): void {
  const keys = hidden.get(object) ?? new Set<string>();
  hidden.set(object, keys.add(key));
}

export function freeze(value: object): void {
  frozen.add(value);
}

export function isFrozen(value: object): boolean {
  return frozen.has(value);
}
