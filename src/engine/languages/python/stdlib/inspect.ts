/** `inspect`, as far as model code looks into functions and classes. */
import type { Interp } from "../../../interpret/interp.ts";
import { defineClass } from "../../../interpret/native.ts";
import { parseSignature } from "../../../interpret/signature.ts";
import {
  ABSENT,
  type Absent,
  asMany,
  BoundMethod,
  ClassValue,
  FunctionValue,
  Instance,
  isUnknown,
  List,
  ModuleValue,
  NativeFunction,
  Tuple,
  type Value,
} from "../../../interpret/values.ts";
import { toText } from "../core.ts";
import { dictOf } from "../dict.ts";
import { argsOf, kwargsOf, OBJECT, ownAttrs } from "../types/object.ts";
import { PARTIAL } from "./functools.ts";
import { type Module, makeModule } from "./table.ts";

const KINDS = {
  POSITIONAL_ONLY: 0,
  POSITIONAL_OR_KEYWORD: 1,
  VAR_POSITIONAL: 2,
  KEYWORD_ONLY: 3,
  VAR_KEYWORD: 4,
};
type Kind = keyof typeof KINDS;

interface Parameter {
  readonly name: string;
  readonly kind: Kind;
  readonly fallback: Value | Absent;
}

const EMPTY = defineClass("_empty", { bases: [OBJECT] });

const PARAMETER: ClassValue = defineClass("Parameter", {
  bases: [OBJECT],
  qualname: "inspect.Parameter",
  constants: { ...KINDS, empty: EMPTY },
});

const SIGNATURE: ClassValue = defineClass("Signature", {
  bases: [OBJECT],
  qualname: "inspect.Signature",
  methods: {
    bind: [
      "__self, *args, **kwargs",
      (a, interp) => bind(interp, a.__self, argsOf(a.args), kwargsOf(a.kwargs)),
    ],
    bind_partial: [
      "__self, *args, **kwargs",
      (a, interp) => bind(interp, a.__self, argsOf(a.args), kwargsOf(a.kwargs)),
    ],
  },
  constants: { empty: EMPTY },
});

const BOUND_ARGUMENTS: ClassValue = defineClass("BoundArguments", {
  bases: [OBJECT],
  methods: { apply_defaults: ["self", () => null] },
});

function bind(interp: Interp, self: Value, args: readonly Value[], kwargs: Map<string, Value>): Value {
  const params = self instanceof Instance ? (self.native as readonly Parameter[]) : [];
  const bound = new Map<string, Value>();
  for (const [i, param] of params.entries()) {
    if (param.kind === "VAR_POSITIONAL") bound.set(param.name, new Tuple(args.slice(i)));
    else if (i < args.length && param.kind !== "KEYWORD_ONLY" && param.kind !== "VAR_KEYWORD")
      bound.set(param.name, args[i]);
    else if (kwargs.has(param.name)) bound.set(param.name, kwargs.get(param.name));
  }
  const made = interp.newInstance(BOUND_ARGUMENTS);
  made.attrs.set("arguments", dictOf(bound));
  made.attrs.set("args", new Tuple([...args]));
  made.attrs.set("kwargs", dictOf(kwargs));
  return made;
}

const FORMS: Readonly<Record<FunctionValue["node"]["params"][number]["kind"], Kind>> = {
  positionalOnly: "POSITIONAL_ONLY",
  normal: "POSITIONAL_OR_KEYWORD",
  keywordOnly: "KEYWORD_ONLY",
  rest: "VAR_POSITIONAL",
  keywords: "VAR_KEYWORD",
};

/** The parameters of anything callable; undefined when they cannot be told. */
function parametersOf(interp: Interp, fn: Value): readonly Parameter[] | undefined {
  if (fn instanceof BoundMethod) return parametersOf(interp, fn.fn)?.slice(1);
  if (fn instanceof FunctionValue || fn instanceof NativeFunction) {
    const wrapped = fn.attrs.get("__wrapped__");
    if (wrapped !== undefined && wrapped !== fn) return parametersOf(interp, wrapped);
  }
  if (fn instanceof FunctionValue) {
    return fn.node.params.map((param, i) => ({
      name: param.name,
      kind: FORMS[param.kind],
      fallback: param.fallback === undefined ? ABSENT : (fn.defaults[i] ?? null),
    }));
  }
  if (fn instanceof NativeFunction)
    return fn.signature === undefined ? undefined : nativeParameters(fn.signature);
  if (fn instanceof ClassValue) return ofClass(interp, fn);
  if (fn instanceof Instance && fn.cls === PARTIAL) return ofPartial(interp, fn);
  const call = interp.lookup(fn, "__call__");
  return call === ABSENT || call === fn ? undefined : parametersOf(interp, call);
}

function nativeParameters(signature: string): readonly Parameter[] {
  const { params, rest, keywords } = parseSignature(signature);
  const all: Parameter[] = params.map((param) => ({
    name: param.name,
    kind: param.keywordOnly ? "KEYWORD_ONLY" : "POSITIONAL_OR_KEYWORD",
    fallback: param.required ? ABSENT : param.fallback,
  }));
  if (rest !== undefined) {
    const at = all.findIndex((param) => param.kind === "KEYWORD_ONLY");
    all.splice(at < 0 ? all.length : at, 0, { name: rest, kind: "VAR_POSITIONAL", fallback: ABSENT });
  }
  if (keywords !== undefined) all.push({ name: keywords, kind: "VAR_KEYWORD", fallback: ABSENT });
  return all;
}

function ofClass(interp: Interp, cls: ClassValue): readonly Parameter[] | undefined {
  for (const base of cls.mro) {
    const init = base.attrs.get("__init__");
    if (init !== undefined && base !== OBJECT) return parametersOf(interp, init)?.slice(1);
  }
  return [];
}

/** What is bound already is no longer asked for; keywords get their bound value as default. */
function ofPartial(interp: Interp, partial: Instance): readonly Parameter[] | undefined {
  const given = argsOf(partial.attrs.get("args")).length;
  const keywords = kwargsOf(partial.attrs.get("keywords"));
  return parametersOf(interp, partial.attrs.get("func"))
    ?.slice(given)
    .map((param) =>
      keywords.has(param.name)
        ? { ...param, kind: "KEYWORD_ONLY", fallback: keywords.get(param.name) }
        : param,
    );
}

function signature(interp: Interp, fn: Value): Value {
  if (isUnknown(fn)) return fn;
  const params = parametersOf(interp, fn);
  if (params === undefined) return interp.unknown("this signature is not known");
  const made = interp.newInstance(SIGNATURE);
  made.native = params;
  made.attrs.set(
    "parameters",
    dictOf(params.map((param) => [param.name, showParameter(interp, param)] as const)),
  );
  made.attrs.set("return_annotation", EMPTY);
  return made;
}

function showParameter(interp: Interp, param: Parameter): Instance {
  const made = interp.newInstance(PARAMETER);
  made.attrs.set("name", param.name);
  made.attrs.set("kind", KINDS[param.kind]);
  made.attrs.set("default", param.fallback === ABSENT ? EMPTY : param.fallback);
  made.attrs.set("annotation", EMPTY);
  return made;
}

function fullArgSpec(interp: Interp, fn: Value): Value {
  const params = parametersOf(interp, fn) ?? [];
  const named = (kind: Kind) => params.filter((param) => param.kind === kind).map((param) => param.name);
  const plain = params.filter(
    (param) => param.kind === "POSITIONAL_OR_KEYWORD" || param.kind === "POSITIONAL_ONLY",
  );
  const defaults = plain.flatMap((param) => (param.fallback === ABSENT ? [] : [param.fallback]));
  const isClass = fn instanceof ClassValue;
  const made = interp.newInstance(defineClass("FullArgSpec", { bases: [OBJECT] }));
  made.attrs.set("args", new List([...(isClass ? ["self"] : []), ...plain.map((param) => param.name)]));
  made.attrs.set("varargs", named("VAR_POSITIONAL")[0] ?? null);
  made.attrs.set("varkw", named("VAR_KEYWORD")[0] ?? null);
  made.attrs.set("defaults", defaults.length > 0 ? new Tuple(defaults) : null);
  made.attrs.set("kwonlyargs", new List(named("KEYWORD_ONLY")));
  return made;
}

function members(interp: Interp, obj: Value, predicate: Value): Value {
  const names = new Set(ownAttrs(obj)?.keys() ?? []);
  const mro = obj instanceof ClassValue ? obj.mro : obj instanceof Instance ? obj.cls.mro : [];
  for (const cls of mro) for (const name of cls.attrs.keys()) names.add(name);
  const pairs: Value[] = [];
  interp.tick(names.size << 1);
  for (const name of [...names].sort()) {
    const value = interp.lookup(obj, name);
    if (value === ABSENT) continue;
    const keep = predicate === null ? true : interp.truthy(interp.call(predicate, [value]));
    if (isUnknown(keep)) pairs.push(asMany(keep));
    else if (keep) pairs.push(new Tuple([name, value]));
  }
  return new List(pairs);
}

const isFunction = (value: Value) => value instanceof FunctionValue;
const test = (rule: (value: Value) => boolean) =>
  [
    "object",
    (a: Readonly<Record<string, Value>>) => (isUnknown(a.object) ? a.object : rule(a.object)),
  ] as const;

export const inspect = (): Module =>
  makeModule({
    values: { Parameter: PARAMETER, Signature: SIGNATURE, _empty: EMPTY, ...KINDS },
    functions: {
      signature: ["callable, *, follow_wrapped=True", (a, interp) => signature(interp, a.callable)],
      getfullargspec: ["func", (a, interp) => fullArgSpec(interp, a.func)],
      getargspec: ["func", (a, interp) => fullArgSpec(interp, a.func)],
      getmembers: ["object, predicate=None", (a, interp) => members(interp, a.object, a.predicate)],
      getmro: ["cls", (a) => new Tuple(a.cls instanceof ClassValue ? a.cls.mro : [])],
      getdoc: ["object", (a, interp) => interp.getAttr(a.object, "__doc__")],
      getmodule: [
        "object",
        (a, interp) => interp.importModule(toText(interp.getAttr(a.object, "__module__")) ?? ""),
      ],
      getsource: ["object", (_, interp) => interp.unknown("source text is not kept")],
      getfile: ["object", (_, interp) => interp.unknown("file names are decided at run time")],
      currentframe: ["", () => null],
      stack: ["context=1", () => new List([])],
      unwrap: [
        "func, *, stop=None",
        (a) => (a.func instanceof FunctionValue ? (a.func.attrs.get("__wrapped__") ?? a.func) : a.func),
      ],
      isclass: test((value) => value instanceof ClassValue),
      isfunction: test(isFunction),
      isroutine: test(
        (value) => isFunction(value) || value instanceof NativeFunction || value instanceof BoundMethod,
      ),
      isbuiltin: test((value) => value instanceof NativeFunction),
      ismethod: test((value) => value instanceof BoundMethod),
      ismodule: test((value) => value instanceof ModuleValue),
      isgeneratorfunction: test((value) => value instanceof FunctionValue && value.node.isGenerator),
      iscoroutinefunction: test((value) => value instanceof FunctionValue && value.node.isAsync),
      isabstract: test(() => false),
      cleandoc: ["doc", (a) => a.doc],
    },
  });
