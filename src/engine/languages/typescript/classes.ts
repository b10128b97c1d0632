/** Classes and calls: definition, construction through `super(…)`, fields, binding of arguments. */

import { STEPS } from "../../interpret/bounds.ts";
import { type Compiler, compilerFor, type Ev } from "../../interpret/compile/compiler.ts";
import { compileExpr } from "../../interpret/compile/expressions.ts";
import { makeFunction } from "../../interpret/compile/functions.ts";
import { compileKey } from "../../interpret/compile/objects.ts";
import { type Assigner, compileTarget } from "../../interpret/compile/targets.ts";
import type { Machine } from "../../interpret/machine.ts";
import { Scope } from "../../interpret/scope.ts";
import {
  ClassValue,
  FunctionValue,
  type Instance,
  isUnknown,
  List,
  type NativeFunction,
  NO_KWARGS,
  Property,
  type Unknown,
  unknownBaseOf,
  type Value,
} from "../../interpret/values.ts";
import type { ClassNode, Expr, FunctionNode, Stmt } from "../../syntax/ast.ts";
import { builtinClass, fn, INIT, isObject } from "./core.ts";
import { decorateMember, type MemberKind } from "./decorators.ts";
import { constructorFunction, instanceClass } from "./prototypes.ts";
import { typescript } from "./semantics.ts";

// ------------------------------------------------------------------ definition

type Key = (m: Machine, s: Scope) => string | Unknown;

interface MemberCode {
  readonly kind: MemberKind | "block";
  readonly isStatic: boolean;
  readonly key: Key;
  readonly decorators: readonly Ev[];
  /** Makes the method, or the function that gives a field's value. */
  readonly make: Ev | undefined;
}

interface ClassCode {
  readonly base: Ev | undefined;
  readonly members: readonly MemberCode[];
}

const compiled = new WeakMap<ClassNode, ClassCode>();

function classCode(node: ClassNode, c: Compiler): ClassCode {
  const base = node.bases[0]?.value;
  return {
    base: base && compileExpr(base, c),
    members: node.members.map((member): MemberCode => {
      if (member.kind === "staticBlock") {
        return {
          kind: "block",
          isStatic: true,
          key: () => "",
          decorators: [],
          make: makeFunction(initializer(node, member.body), c),
        };
      }
      const key = compileKey(member.key, c);
      const { isStatic } = member;
      if (member.kind === "field") {
        const make =
          member.value &&
          makeFunction(initializer(node, [{ kind: "return", value: member.value, at: member.at }]), c);
        const decorators = (member.decorators ?? []).map((each) => compileExpr(each, c));
        return { kind: "field", isStatic, key, decorators, make };
      }
      const { form } = member.fn;
      const kind = form === "getter" || form === "setter" ? form : "method";
      const decorators = member.fn.decorators.map((each) => compileExpr(each, c));
      return { kind, isStatic, key, decorators, make: makeFunction(member.fn, c) };
    }),
  };
}

/** A field's value and a static block are run as methods are: with `this`. */
function initializer(node: ClassNode, body: readonly Stmt[]): FunctionNode {
  const { at } = node;
  return {
    name: "",
    params: [],
    body,
    form: "method",
    isAsync: false,
    isGenerator: false,
    decorators: [],
    nameAt: at,
    at,
  };
}

interface Field {
  readonly name: string;
  readonly value: FunctionValue | undefined;
  /** What decorators put the first value through. */
  readonly through: readonly Value[];
}
const fields = new WeakMap<ClassValue, readonly Field[]>();

export function defineClass(m: Machine, node: ClassNode, scope: Scope): Value {
  m.tick(STEPS.class);
  let code = compiled.get(node);
  if (!code) {
    code = classCode(node, compilerFor(typescript));
    compiled.set(node, code);
  }
  const base = code.base?.(m, scope);
  const parent =
    base instanceof ClassValue
      ? base
      : base instanceof FunctionValue
        ? instanceClass(m, base)
        : builtinClass(m, "Object");
  const cls = new ClassValue(node.name, [parent], new Map(), scope.module.moduleValue, node.nameAt);
  cls.mro = [cls, ...parent.mro];
  m.tick(cls.mro.length);
  if (isUnknown(base)) cls.unknownBase = base;
  const inner = new Scope("block", scope);
  if (node.name !== "") inner.vars.set(node.name, cls);
  const own: Field[] = [];
  const later: (() => void)[] = [];
  for (const member of code.members) {
    const name = member.key(m, inner);
    if (isUnknown(name)) continue;
    let value = member.make?.(m, inner);
    if (value instanceof FunctionValue) value.homeClass = cls;
    const table = member.isStatic ? cls.statics : cls.attrs;
    const decorated = { ...member, kind: member.kind === "block" ? "field" : member.kind, name } as const;
    const decorators = member.decorators.map((ev) => ev(m, inner)).reverse();
    if (member.kind === "field") {
      const through = decorators
        .map((decorator) => decorateMember(m, decorator, cls, decorated, undefined))
        .filter((each) => each !== undefined);
      const field = { name, value: value instanceof FunctionValue ? value : undefined, through };
      if (!member.isStatic) own.push(field);
      else later.push(() => cls.statics.set(name, firstValue(m, field, cls)));
      continue;
    }
    for (const decorator of decorators) value = decorateMember(m, decorator, cls, decorated, value);
    if (member.kind === "block") later.push(() => m.callWithThis(value, cls, []));
    else if (member.kind === "method") table.set(name, value);
    else {
      const known = table.get(name);
      const other = known instanceof Property ? known : new Property(undefined);
      table.set(
        name,
        member.kind === "getter" ? new Property(value, other.setter) : new Property(other.getter, value),
      );
    }
  }
  fields.set(cls, own);
  for (const run of later) run();
  for (const ancestor of cls.mro.slice(1)) {
    if (ancestor.native?.onSubclass) {
      ancestor.native.onSubclass(m, cls);
      break;
    }
  }
  return cls;
}

// ---------------------------------------------------------------- construction

export function construct(m: Machine, callee: Value, args: readonly Value[]): Value {
  if (callee instanceof ClassValue) return constructClass(m, callee, args);
  if (callee instanceof FunctionValue) {
    const made = m.newInstance(instanceClass(m, callee));
    const result = m.callFunction(callee, args, NO_KWARGS, made);
    return isObject(result) ? result : made;
  }
  if (callee === undefined || callee === null) return m.fail("TypeError", `${callee} is not a constructor`);
  return m.call(callee, args);
}

function constructClass(m: Machine, cls: ClassValue, args: readonly Value[]): Value {
  const isNative = cls.native !== undefined;
  // Every class derives from Object, whose own call makes plain objects alone.
  const maker = cls.mro.find((base) => base.native?.create && (base === cls || base.bases.length > 0))?.native
    ?.create;
  if (isNative && maker) return m.createNative(maker, cls, args, NO_KWARGS);
  const made = maker ? maker(m, cls, [], NO_KWARGS) : m.newInstance(cls);
  if (isUnknown(made)) return made;
  const result = runConstructor(m, cls, made, args);
  return isObject(result) ? result : made;
}

/** The constructor of a class on an object that is already there. */
function runConstructor(m: Machine, cls: ClassValue, self: Value, args: readonly Value[]): Value {
  if (cls.native) {
    const init = cls.mro.map((base) => base.attrs.get(INIT)).find((found) => found !== undefined);
    return init === undefined ? undefined : m.callWithThis(init, self, args);
  }
  const made = constructorFunction(cls);
  if (made) return m.callWithThis(made, self, args);
  const own = cls.attrs.get("constructor");
  const parent = cls.bases[0];
  const isDerived = parent !== undefined && (parent.native === undefined || parent.name !== "Object");
  if (!(own instanceof FunctionValue)) {
    if (parent && isDerived) runConstructor(m, parent, self, args);
    setFields(m, cls, self);
    return undefined;
  }
  if (!isDerived && !cls.unknownBase) setFields(m, cls, self);
  return m.callWithThis(own, self, args);
}

/** What `super(…)` calls in a class: the base's constructor, then the class's own fields. */
export function constructorOf(cls: ClassValue): NativeFunction {
  return fn("constructor", (interp, args, self) => {
    const parent = cls.bases[0];
    if (cls.unknownBase) interp.gap(cls.unknownBase.reason);
    else if (parent) runConstructor(interp as Machine, parent, self, args);
    setFields(interp as Machine, cls, self);
    return undefined;
  });
}

function firstValue(m: Machine, { value, through }: Field, self: Value): Value {
  const first = value ? m.callWithThis(value, self, []) : undefined;
  return through.reduce<Value>((result, each) => m.callWithThis(each, self, [result]), first);
}

function setFields(m: Machine, cls: ClassValue, self: Value): void {
  for (const field of fields.get(cls) ?? []) {
    const { name } = field;
    const result = firstValue(m, field, self);
    const attrs = (self as Instance | List | undefined)?.attrs;
    if (attrs) {
      m.touch(self as Instance);
      attrs.set(name, result);
    } else m.setAttr(self, name, result);
  }
}

// ----------------------------------------------------------------------- calls

interface BindCode {
  readonly params: readonly {
    readonly assign: Assigner;
    readonly fallback: Ev | undefined;
    readonly isRest: boolean;
  }[];
  readonly usesArguments: boolean;
  /** Names that `var` declares anywhere in the function. */
  readonly hoisted: readonly string[];
}
const bindings = new WeakMap<FunctionNode, BindCode>();

export function bindCall(m: Machine, fn: FunctionValue, scope: Scope, args: readonly Value[]): void {
  const code = bindings.get(fn.node) ?? bindCode(fn.node);
  for (const name of code.hoisted) scope.vars.set(name, undefined);
  if (code.usesArguments) scope.vars.set("arguments", new List([...args]));
  code.params.forEach(({ assign, fallback, isRest }, i) => {
    const value = isRest ? new List(args.slice(i)) : args[i];
    assign(m, scope, value === undefined && fallback ? fallback(m, scope) : value);
  });
}

function bindCode(node: FunctionNode): BindCode {
  const c = compilerFor(typescript);
  const found = { usesArguments: false, hoisted: new Set<string>() };
  survey(node.body, found);
  const code: BindCode = {
    params: node.params.map((param) => ({
      assign: compileTarget(param.target, c, "declare"),
      fallback: param.fallback && compileExpr(param.fallback, c),
      isRest: param.kind === "rest",
    })),
    usesArguments: node.form !== "arrow" && found.usesArguments,
    hoisted: [...found.hoisted],
  };
  bindings.set(node, code);
  return code;
}

/** Looks for `arguments` and `var` in a function's own body. */
function survey(node: unknown, found: { usesArguments: boolean; hoisted: Set<string> }): void {
  if (Array.isArray(node)) {
    for (const item of node) survey(item, found);
    return;
  }
  if (typeof node !== "object" || node === null) return;
  const part = node as Stmt | Expr;
  if (part.kind === "name" && part.id === "arguments") found.usesArguments = true;
  if (part.kind === "function" && part.fn.form !== "arrow") return;
  if (part.kind === "function") {
    const inner = { usesArguments: false, hoisted: new Set<string>() };
    survey(part.fn.body, inner);
    found.usesArguments ||= inner.usesArguments;
    return;
  }
  if (part.kind === "functionDef" || part.kind === "classDef" || part.kind === "classExpr") return;
  if (part.kind === "varDecl" && part.scope === "var") {
    for (const { target } of part.declarations) if (target.kind === "name") found.hoisted.add(target.id);
  }
  for (const [key, child] of Object.entries(node)) if (key !== "at") survey(child, found);
}

export function callObject(m: Machine, callee: Value): Value {
  if (callee !== null && typeof callee === "object" && callee.kind === "instance") {
    const strange = unknownBaseOf(callee.cls.mro);
    if (strange) return strange;
  }
  return m.fail(
    "TypeError",
    `${callee === undefined || callee === null ? String(callee) : "this"} is not a function`,
  );
}
