/** Python classes: definition with bases, metaclass and hooks; construction of instances; binding of calls. */

import { attrsDict } from "../../interpret/attrsDict.ts";
import { STEPS } from "../../interpret/bounds.ts";
import { compileArgs } from "../../interpret/compile/calls.ts";
import type { Ex } from "../../interpret/compile/compiler.ts";
import { compilerFor } from "../../interpret/compile/compiler.ts";
import { compileResilient } from "../../interpret/compile/resilient.ts";
import type { Machine } from "../../interpret/machine.ts";
import { linearize } from "../../interpret/native.ts";
import { Scope } from "../../interpret/scope.ts";
import {
  ABSENT,
  ClassValue,
  Dict,
  FunctionValue,
  Instance,
  type Kwargs,
  NO_KWARGS,
  StaticMethod,
  Tuple,
  Unknown,
  unknownBaseOf,
  type Value,
} from "../../interpret/values.ts";
import type { ClassNode } from "../../syntax/ast.ts";
import { bindTo, findInMro, typeOf } from "./attributes.ts";
import { isCore } from "./core.ts";
import { python } from "./semantics.ts";
import { INERT_BASE, isInert } from "./stdlib/inertness.ts";
import { classOfNamespace } from "./types/object.ts";

interface ClassCode {
  readonly args: ReturnType<typeof compileArgs>;
  readonly body: Ex;
}
const compiled = new WeakMap<ClassNode, ClassCode>();

function classCode(node: ClassNode): ClassCode {
  const known = compiled.get(node);
  if (known) return known;
  const c = compilerFor(python);
  const code = { args: compileArgs(node.bases, c), body: compileResilient(node.body, c) };
  compiled.set(node, code);
  return code;
}

export function defineClass(m: Machine, node: ClassNode, scope: Scope): Value {
  m.tick(STEPS.class);
  const code = classCode(node);
  const bases = code.args.args(m, scope);
  const keywords = code.args.kwargs?.(m, scope) ?? NO_KWARGS;
  // Code in a class sees no names of the classes around it.
  const body = new Scope("class", scope.kind === "class" ? scope.parent : scope);
  const cls = makeClass(m, node.name, bases instanceof Unknown ? [bases] : bases, body, node);
  if (!(keywords instanceof Unknown)) {
    const metaclass = keywords.get("metaclass");
    if (metaclass instanceof ClassValue) cls.metaclass = metaclass;
  }
  body.cls = cls;
  if (node.doc !== undefined) cls.attrs.set("__doc__", node.doc);
  code.body(m, body);
  const passed = keywords instanceof Unknown ? NO_KWARGS : keywords;
  finishClass(m, cls, passed);
  return throughMetaclass(m, cls, passed);
}

/** `__new__` and `__init__` of a metaclass of the program, which may fill a registry or change the class. */
function throughMetaclass(m: Machine, cls: ClassValue, keywords: Kwargs): Value {
  const meta = typeOf(m, cls);
  if (meta instanceof Unknown) return cls;
  const own = (name: string): Value => {
    const owner = meta.mro.find((base) => base.attrs.has(name));
    return owner && !isCore(owner) ? owner.attrs.get(name) : undefined;
  };
  const passed = new Map([...keywords].filter(([key]) => key !== "metaclass"));
  const namespace = attrsDict(m, cls.attrs);
  classOfNamespace.set(namespace, cls);
  const args = [cls.name, new Tuple(cls.bases), namespace];
  const make = own("__new__");
  const made =
    make === undefined ? cls : m.call(make instanceof StaticMethod ? make.fn : make, [meta, ...args], passed);
  const init = own("__init__");
  if (init !== undefined) m.call(init, [made, ...args], passed);
  return made instanceof Unknown ? cls : made;
}

function makeClass(
  m: Machine,
  name: string,
  bases: readonly Value[],
  body: Scope,
  node: ClassNode,
): ClassValue {
  const known = bases.flatMap((base) =>
    base instanceof ClassValue ? [base] : isInert(base) ? [INERT_BASE] : [],
  );
  const strange = bases.find((base) => base instanceof Unknown);
  const assumed = strange && assumedBase(m, known, body, node);
  if (assumed) known.push(assumed);
  const object = m.builtinClass("object");
  const cls = new ClassValue(
    name,
    known.length > 0 ? known : [object],
    body.vars,
    body.module.moduleValue,
    node.nameAt,
  );
  // Classes of the engine do not all name `object`, which stands behind every other one.
  cls.mro = [...linearize(cls).filter((base) => base !== object), object];
  m.tick(cls.mro.length);
  if (strange instanceof Unknown) {
    cls.unknownBase = strange;
    const behind = bases.slice(bases.indexOf(strange)).filter((base) => base instanceof ClassValue);
    if (behind.length > 0) cls.behindUnknown = behind;
  }
  if (assumed) cls.assumedBase = assumed;
  return cls;
}

/** What an unknown base of a class with a network's methods is taken to derive from. */
function assumedBase(
  m: Machine,
  known: readonly ClassValue[],
  body: Scope,
  node: ClassNode,
): ClassValue | undefined {
  if (known.some((base) => m.frameworks.some((framework) => framework.isNetworkClass(base))))
    return undefined;
  const methods = new Set(node.body.flatMap((each) => (each.kind === "functionDef" ? [each.fn.name] : [])));
  const text = m.modules.textOf(body.module.moduleValue);
  for (const framework of m.frameworks) {
    const base = framework.assumedBase?.(methods, text);
    if (base) return base;
  }
  return undefined;
}

/** `__set_name__`, `__init_subclass__`, and what native bases do with their subclasses. */
export function finishClass(m: Machine, cls: ClassValue, keywords: Kwargs): void {
  for (const [name, value] of [...cls.attrs]) {
    if (!(value instanceof Instance) || isCore(value.cls)) continue;
    const set = findInMro(value.cls.mro, "__set_name__");
    if (set !== ABSENT) m.call(set, [value, cls, name]);
  }
  for (const base of cls.mro.slice(1)) {
    if (base.native?.onSubclass) {
      base.native.onSubclass(m, cls);
      break;
    }
  }
  const reads = findInMro(cls.mro, "__getattribute__");
  if (reads instanceof FunctionValue) cls.reads = reads;
  const hook = findInMro(cls.mro.slice(1), "__init_subclass__");
  if (hook !== ABSENT && hook !== undefined) {
    const fn = hook instanceof FunctionValue ? hook : (hook as { fn?: Value } | null)?.fn;
    const passed = new Map([...keywords].filter(([key]) => key !== "metaclass"));
    if (fn instanceof FunctionValue) m.call(fn, [cls], passed);
  }
}

export function construct(m: Machine, cls: Value, args: readonly Value[], kwargs: Kwargs): Value {
  if (cls instanceof Unknown) return cls;
  if (!(cls instanceof ClassValue)) return m.call(cls, args, kwargs);
  const meta = typeOf(m, cls);
  if (meta instanceof ClassValue && meta.name !== "type") {
    for (const base of meta.mro) {
      const call = base.attrs.get("__call__");
      if (call !== undefined && base.name !== "type") return m.call(call, [cls, ...args], kwargs);
    }
  }
  return instantiate(m, cls, args, kwargs);
}

/** `type.__call__`: `__new__`, then `__init__`. */
export function instantiate(m: Machine, cls: ClassValue, args: readonly Value[], kwargs: Kwargs): Value {
  const object = allocate(m, cls, args, kwargs);
  for (const base of cls.mro) {
    if (base.unknownBase && m.frameworks.some((framework) => framework.isNetworkClass(base))) {
      m.gap(base.unknownBase.reason);
    }
  }
  if (object instanceof Unknown) return object;
  const made = typeOf(m, object);
  if (made instanceof Unknown || !m.isSubclass(made, cls)) return object;
  const init = findInitializer(cls);
  if (init !== undefined) {
    const bound = bindTo(m, init, object, made);
    const failed = m.call(bound, args, kwargs);
    if (failed instanceof Unknown) m.gap(failed.reason);
  }
  return object;
}

function allocate(m: Machine, cls: ClassValue, args: readonly Value[], kwargs: Kwargs): Value {
  for (const base of cls.mro) {
    const own = base.attrs.get("__new__");
    if (own !== undefined && !isCore(base)) {
      return m.call(own instanceof StaticMethod ? own.fn : own, [cls, ...args], kwargs);
    }
    if (base.native?.create) return m.createNative(base.native.create, cls, args, kwargs);
  }
  return m.newInstance(cls);
}

/** The `__init__` of the program or a framework; built-in classes fill themselves when they are made. */
function findInitializer(cls: ClassValue): Value | undefined {
  for (const base of cls.mro) {
    const init = base.attrs.get("__init__");
    if (init !== undefined && !(isCore(base) && base.native?.create) && base.name !== "object") return init;
  }
  return undefined;
}

/** Calls an object through its class's `__call__`. */
export function callObject(m: Machine, callee: Value, args: readonly Value[], kwargs: Kwargs): Value {
  if (callee === null) return m.fail("TypeError", "'NoneType' object is not callable");
  const cls = typeOf(m, callee);
  if (cls instanceof Unknown) return cls;
  const call = findInMro(cls.mro, "__call__");
  if (call === ABSENT) {
    const strange = unknownBaseOf(cls.mro);
    if (strange) {
      if (m.scope) m.gap(strange.reason);
      return strange;
    }
    return m.fail("TypeError", `'${cls.name}' object is not callable`);
  }
  return m.call(bindTo(m, call, callee, cls), args, kwargs);
}

/** Binds arguments to a function's parameters. One that is missing is Unknown, so that the rest still runs. */
export function bindCall(
  m: Machine,
  fn: FunctionValue,
  scope: Scope,
  args: readonly Value[],
  kwargs: Kwargs,
): void {
  const { params } = fn.node;
  const { vars } = scope;
  let next = 0;
  let used = 0;
  for (const [i, param] of params.entries()) {
    switch (param.kind) {
      case "rest":
        vars.set(param.name, new Tuple(args.slice(next)));
        next = args.length;
        continue;
      case "keywords": {
        const rest = new Dict();
        const names = new Set(
          params.filter((p) => p.kind === "normal" || p.kind === "keywordOnly").map((p) => p.name),
        );
        for (const [key, value] of kwargs) {
          if (!names.has(key)) rest.entries.set(key, { key, value });
        }
        used += rest.entries.size;
        vars.set(param.name, rest);
        continue;
      }
      case "positionalOnly":
      case "normal":
        if (next < args.length) {
          vars.set(param.name, args[next++]);
          if (kwargs.size > 0 && kwargs.has(param.name)) {
            m.fail("TypeError", `${fn.name || "lambda"}() got multiple values for argument '${param.name}'`);
            used++;
          }
          continue;
        }
    }
    if (param.kind !== "positionalOnly" && kwargs.size > 0 && kwargs.has(param.name)) {
      vars.set(param.name, kwargs.get(param.name));
      used++;
      continue;
    }
    const fallback = fn.defaults[i];
    if (fallback !== undefined && fallback !== ABSENT) vars.set(param.name, fallback);
    else if (fallback === ABSENT || fallback === undefined) {
      const none = fallback === undefined && param.fallback !== undefined;
      vars.set(param.name, none ? null : missingArgument(m, fn, param.name));
    }
  }
  if (next < args.length) {
    m.fail("TypeError", `${callName(fn)} takes ${params.length} arguments but ${args.length} were given`);
  } else if (used < kwargs.size) {
    const known = new Set(params.map((param) => param.name));
    const strange = [...kwargs.keys()].find((key) => !known.has(key));
    if (strange !== undefined && !params.some((param) => param.kind === "keywords")) {
      m.fail("TypeError", `${callName(fn)} got an unexpected keyword argument '${strange}'`);
    }
  }
}

/** What the program leaves out is its error; what we have none of, for nothing calls the network, is to be given. */
function missingArgument(m: Machine, fn: FunctionValue, name: string): Unknown {
  const isKeyword = fn.node.params.some((param) => param.name === name && param.kind === "keywordOnly");
  const kind = isKeyword ? "keyword-only" : "positional";
  if (m.site) return m.fail("TypeError", `${callName(fn)} missing 1 required ${kind} argument: '${name}'`);
  const message = `${callName(fn)} needs ${name}`;
  return m.fail("TypeError", message, { severity: "warning", code: "unknown-value", message });
}

function callName(fn: FunctionValue): string {
  if (fn.name === "__init__" && fn.homeClass) return fn.homeClass.name;
  return fn.name === "" ? "the lambda" : `${fn.name}()`;
}
