/**
 * What a class or builder must be given, and what of that gives itself: arguments that a framework supplies to any
 * program alike, and configurations whose class the program names and whose defaults make one.
 */
import type { Machine } from "../interpret/machine.ts";
import { parseSignature } from "../interpret/signature.ts";
import {
  ABSENT,
  type Absent,
  ClassValue,
  FunctionValue,
  type Kwargs,
  type ModuleValue,
  NativeFunction,
  Unknown,
  type Value,
} from "../interpret/values.ts";
import { object } from "../languages/typescript/core.ts";
import type { Expr, FunctionNode, ObjectTarget, Param } from "../syntax/ast.ts";
import { mentions } from "../syntax/mentions.ts";
import type { Span } from "../syntax/span.ts";
import { partialOf } from "./partials.ts";

/** An argument that a call must have. */
export interface Need {
  readonly name: string;
  /** Its parameter in the source, where it stands in a call, and the module whose names it uses. */
  readonly param?: Param;
  readonly position?: number;
  readonly module?: ModuleValue | undefined;
  /** The class that is made, when it is an argument of a constructor. */
  readonly owner?: ClassValue;
}

/** A configuration that an argument gets by itself. */
export interface Configured {
  readonly name: string;
  readonly cls: ClassValue;
  /** Where the program says so. */
  readonly at: Span;
}

/** Arguments of a call of `value`, a class or a function, that have no default; `node` is the source of what it wraps. */
export function needsOf(value: Value, node?: FunctionNode): readonly Need[] {
  if (value instanceof ClassValue) return constructorNeeds(value);
  const partial = partialOf(value);
  if (partial)
    return needsOf(partial.callee)
      .slice(partial.positional)
      .filter(({ name }) => !partial.names.has(name));
  const fn = value instanceof NativeFunction ? value.attrs.get("__wrapped__") : value;
  if (fn instanceof FunctionValue) return functionNeeds(unwrapped(fn, node?.name));
  return node ? neededParams(node).map((param) => ({ name: nameOfParam(param), param })) : [];
}

/** Arguments of a call of `value` that are `None` where they are not given, as the first `given` of them are. */
export function optionalOf(value: Value, given: number, node?: FunctionNode): readonly string[] {
  const fn = value instanceof ClassValue ? initializerOf(value) : value;
  const source = fn instanceof FunctionValue ? unwrapped(fn, node?.name).node : node;
  const first = given + (value instanceof ClassValue ? 1 : 0);
  return (source?.params.slice(first) ?? []).flatMap(({ name, fallback, kind }) =>
    kind !== "positionalOnly" && fallback?.kind === "literal" && fallback.value === null ? [name] : [],
  );
}

/** Parameters of a call of `value`, with defaults and without. */
export function parametersOf(value: Value, node?: FunctionNode): readonly Param[] {
  const fn = value instanceof ClassValue ? initializerOf(value) : value;
  const source = fn instanceof FunctionValue ? unwrapped(fn, node?.name).node : node;
  return source?.params.slice(value instanceof ClassValue && source.form === "def" ? 1 : 0) ?? [];
}

function initializerOf(cls: ClassValue): Value {
  return cls.mro.map((base) => base.attrs.get("__init__")).find((init) => init !== undefined) ?? null;
}

/** What is left of the needs when what gives itself is given. */
export function openNeeds(m: Machine, needs: readonly Need[]): readonly Need[] {
  return needs.filter((need) => suppliedBy(m, need) === ABSENT && configurationOf(m, need) === undefined);
}

/** The arguments of a call, and those that give themselves and are not among those given. */
export function suppliedArguments(
  m: Machine,
  callee: Value,
  given: { readonly args: readonly Value[]; readonly kwargs: Kwargs },
): { readonly args: readonly Value[]; readonly kwargs: Kwargs; readonly configured: readonly Configured[] } {
  const kwargs = new Map(given.kwargs);
  const configured: Configured[] = [];
  if (m.language === "typescript") return { args: byPosition(m, callee, given.args), kwargs, configured };
  for (const [name, value] of keywordsFor(m, callee)) {
    if (kwargs.has(name)) continue;
    kwargs.set(name, value);
    m.assume("argument", `${name}, which the framework hands to any program`);
  }
  for (const need of needsOf(callee).slice(given.args.length)) {
    if (kwargs.has(need.name)) continue;
    const value = suppliedBy(m, need);
    const configuration = value === ABSENT ? configurationOf(m, need) : undefined;
    if (value !== ABSENT) {
      kwargs.set(need.name, value);
      m.assume("argument", `${need.name}, as any program of the framework gives it`, need.param?.at);
    } else if (configuration) {
      kwargs.set(need.name, m.call(configuration.cls));
      configured.push(configuration);
    }
  }
  return { args: given.args, kwargs: kwargs.size === given.kwargs.size ? given.kwargs : kwargs, configured };
}

/** What a function takes by its `**kwargs` alone. */
function keywordsFor(m: Machine, callee: Value): readonly (readonly [string, Value])[] {
  if (!(callee instanceof FunctionValue) || callee.node.params.every(({ kind }) => kind !== "keywords"))
    return [];
  return m.frameworks.flatMap((framework) => [...(framework.suppliedKeywords?.(m, callee) ?? [])]);
}

/** JavaScript has no keyword arguments: what gives itself, or is missing, is put where it stands. */
function byPosition(m: Machine, callee: Value, given: readonly Value[]): readonly Value[] {
  const args = [...given];
  for (const need of needsOf(callee)) {
    const { position } = need;
    if (position === undefined || position < given.length) continue;
    const value = suppliedBy(m, need);
    while (args.length < position) args.push(undefined);
    if (value !== ABSENT)
      m.assume("argument", `${need.name}, as any program of the framework gives it`, need.param?.at);
    args[position] = value === ABSENT ? missing(m, need) : value;
  }
  return args;
}

/** An argument that nothing gives is not `undefined`, which programs count with and leave layers out for. */
function missing(m: Machine, { name, owner, module, param }: Need): Value {
  const target = param?.target;
  if (target?.kind !== "objectTarget" || target.rest) return new Unknown(`needs ${name}`, param?.at);
  return object(
    m,
    target.properties.flatMap(({ key, target: part }): [string, Value][] => {
      if (typeof key !== "string" || part.kind === "defaultTarget") return [];
      const value = suppliedBy(m, { name: key, ...(owner && { owner }), module });
      return [[key, value === ABSENT ? new Unknown(`needs ${key}`, param?.at) : value]];
    }),
  );
}

// ----------------------------------------------------------------------- needs

function constructorNeeds(cls: ClassValue): readonly Need[] {
  for (const base of cls.mro) {
    for (const name of ["__init__", "constructor"]) {
      const written = base.attrs.get(name);
      const wrapped = written instanceof NativeFunction ? written.attrs.get("__wrapped__") : undefined;
      const init = wrapped ?? written;
      if (init instanceof FunctionValue) {
        const own = unwrapped(init, name);
        return functionNeeds(own, name === "__init__" ? 1 : 0).map((need) => ({ ...need, owner: cls }));
      }
      // A dataclass's constructor says what it needs in its signature.
      if (init instanceof NativeFunction && init.signature !== undefined) return nativeNeeds(init.signature);
      if (init !== undefined) return [];
    }
  }
  return [];
}

function nativeNeeds(signature: string): readonly Need[] {
  const { params } = parseSignature(signature);
  return params.filter(({ name, required }) => required && name !== "self").map(({ name }) => ({ name }));
}

function functionNeeds(fn: FunctionValue, skip = 0): readonly Need[] {
  const { params } = fn.node;
  return neededParams(fn.node, skip).map((param) => ({
    name: nameOfParam(param),
    param,
    position: params.indexOf(param) - skip,
    module: fn.module,
  }));
}

/** What messages call a parameter; one that is taken apart, by its parts. */
export function nameOfParam({ name, target }: Param): string {
  if (name !== "" || target.kind !== "objectTarget") return name;
  return `{${target.properties.flatMap(({ key }) => (typeof key === "string" ? key : [])).join(", ")}}`;
}

/** Parameters of a function that have no default. */
export function neededParams(fn: FunctionNode, skip = 0): readonly Param[] {
  return fn.params
    .slice(skip)
    .filter((param) => param.fallback === undefined && param.kind !== "rest" && param.kind !== "keywords");
}

/**
 * The function that a decorator's wrapper passes its arguments on to: what `functools.wraps` notes, else a function
 * of the name that the wrapper took, or the only one that it closes over.
 */
function unwrapped(fn: FunctionValue, name?: string): FunctionValue {
  let own = fn;
  for (let layers = 0; layers < MAX_WRAPPERS; layers++) {
    const noted = own.attrs.get("__wrapped__");
    const inner = noted instanceof FunctionValue ? noted : closedOver(own, name);
    if (!inner || inner === own) return own;
    own = inner;
  }
  return own;
}

const MAX_WRAPPERS = 8;

function closedOver(fn: FunctionValue, name: string | undefined): FunctionValue | undefined {
  const passesOn = fn.node.params.some(({ kind }) => kind === "rest" || kind === "keywords");
  if (!passesOn || fn.scope.kind !== "function" || fn.node.name === name) return undefined;
  const functions: FunctionValue[] = [];
  for (
    let scope: FunctionValue["scope"] | undefined = fn.scope;
    scope?.kind === "function";
    scope = scope.parent
  )
    for (const value of scope.vars.values())
      if (value instanceof FunctionValue && value !== fn) functions.push(value);
  return (
    functions.find((candidate) => candidate.node.name === name) ??
    (functions.length === 1 ? functions[0] : undefined)
  );
}

// ------------------------------------------------------------- what gives itself

function suppliedBy(m: Machine, { name, owner, module, param }: Need): Value | Absent {
  if (param?.target.kind === "objectTarget") return suppliedParts(m, param.target, owner ?? module);
  for (const framework of m.frameworks) {
    const value = framework.supplied?.(name, owner ?? module) ?? ABSENT;
    if (value !== ABSENT) return value;
  }
  return ABSENT;
}

/** `({ tf, units = 8 })`: an object of what gives itself, where the rest has defaults. */
function suppliedParts(
  m: Machine,
  { properties, rest }: ObjectTarget,
  owner: ClassValue | ModuleValue | undefined,
): Value | Absent {
  const entries: [string, Value][] = [];
  for (const { key, target } of properties) {
    if (target.kind === "defaultTarget") continue;
    const found = m.frameworks
      .map((framework) => (typeof key === "string" ? framework.supplied?.(key, owner) : ABSENT) ?? ABSENT)
      .find((value) => value !== ABSENT);
    if (typeof key !== "string" || found === undefined) return ABSENT;
    entries.push([key, found]);
  }
  return rest || entries.length === 0 ? ABSENT : object(m, entries);
}

/**
 * The class of a configuration: the annotation of the parameter (`config: ViTConfig`), else what the network's class
 * says its configuration is (`config_class = ViTConfig`).
 */
function configurationOf(m: Machine, { name, param, module, owner }: Need): Configured | undefined {
  if (!param) return undefined;
  const annotated = param.annotation && module && annotatedClass(m, module, param.annotation);
  if (annotated && isConfiguration(m, annotated)) return { name, cls: annotated, at: param.at };
  const own = owner && name === "config" ? m.tryLookup(owner, "config_class") : ABSENT;
  return own instanceof ClassValue && isConfiguration(m, own) ? { name, cls: own, at: param.at } : undefined;
}

const OPTIONAL = /(^|\.)(Optional|Union)$/;

/** The one class of an annotation: `ViTConfig`, `"ViTConfig"`, `Optional[ViTConfig]`, `ViTConfig | None`. */
function annotatedClass(m: Machine, module: ModuleValue, annotation: Expr): ClassValue | undefined {
  switch (annotation.kind) {
    case "name":
    case "attribute": {
      const value = namedValue(m, module, annotation);
      return value instanceof ClassValue ? value : undefined;
    }
    case "literal":
      return typeof annotation.value === "string"
        ? annotatedClass(m, module, m.parseExpression(m.language, annotation.value))
        : undefined;
    case "subscript":
      return [...mentions(annotation.object)].some((name) => OPTIONAL.test(name))
        ? annotatedClass(m, module, annotation.index)
        : undefined;
    case "sequence":
      return annotation.items.map((item) => annotatedClass(m, module, item)).find((cls) => cls !== undefined);
    case "binary":
      return annotation.op === "|"
        ? (annotatedClass(m, module, annotation.left) ?? annotatedClass(m, module, annotation.right))
        : undefined;
    default:
      return undefined;
  }
}

function namedValue(m: Machine, module: ModuleValue, node: Expr): Value | Absent {
  if (node.kind === "name") return m.tryLookup(module, node.id);
  if (node.kind !== "attribute") return ABSENT;
  const object = namedValue(m, module, node.object);
  return object === ABSENT || object instanceof Unknown ? ABSENT : m.tryLookup(object, node.name);
}

/** A class of the program, no network, that is made without arguments and has something to set. */
function isConfiguration(m: Machine, cls: ClassValue): boolean {
  if (cls.module === undefined || cls.members || cls.unknownBase) return false;
  if (m.frameworks.some((framework) => framework.isNetworkClass(cls))) return false;
  return constructorNeeds(cls).length === 0 && hasSettings(cls);
}

function hasSettings(cls: ClassValue): boolean {
  for (const base of cls.mro) {
    const init = base.attrs.get("__init__");
    if (init instanceof FunctionValue) return init.node.params.some(({ fallback }) => fallback !== undefined);
    if (init instanceof NativeFunction && init.signature !== undefined && base.module)
      return parseSignature(init.signature).params.some(({ name, required }) => !required && name !== "self");
  }
  return [...cls.attrs].some(([name, value]) => !name.startsWith("__") && !(value instanceof FunctionValue));
}
