/** What Python and TypeScript mean differently. One object per language; the machine asks the running one. */
import type {
  BinaryOp,
  ClassNode,
  CompareOp,
  Export,
  Import,
  ImportFrom,
  Language,
  ModuleNode,
  UnaryOp,
} from "../syntax/ast.ts";
import type { Machine } from "./machine.ts";
import type { Scope } from "./scope.ts";
import type {
  Absent,
  Attrs,
  ClassValue,
  FunctionValue,
  Kwargs,
  ModuleValue,
  Unknown,
  Value,
} from "./values.ts";

export interface Semantics {
  readonly language: Language;
  truthy(m: Machine, value: Value): boolean | Unknown;
  equals(m: Machine, a: Value, b: Value): boolean | Unknown;
  compare(m: Machine, op: CompareOp, a: Value, b: Value): Value;
  binary(m: Machine, op: BinaryOp, a: Value, b: Value): Value;
  /** `a op= b`: the object itself where the language changes it in place. */
  inplace(m: Machine, op: BinaryOp, a: Value, b: Value): Value;
  /** `typeof`, `void` and the arithmetic ones; `not` and `delete` are handled by the compiler. */
  unary(m: Machine, op: UnaryOp, operand: Value): Value;
  lookup(m: Machine, obj: Value, name: string): Value | Absent;
  getAttr(m: Machine, obj: Value, name: string): Value;
  setAttr(m: Machine, obj: Value, name: string, value: Value): void;
  deleteAttr(m: Machine, obj: Value, name: string): void;
  getItem(m: Machine, obj: Value, index: Value): Value;
  setItem(m: Machine, obj: Value, index: Value, value: Value): void;
  deleteItem(m: Machine, obj: Value, index: Value): void;
  iterate(m: Machine, value: Value): Iterator<Value> | Unknown;
  length(m: Machine, value: Value): number | Unknown;
  str(m: Machine, value: Value): string | Unknown;
  repr(m: Machine, value: Value): string | Unknown;
  format(m: Machine, value: Value, conversion: "r" | "s" | "a" | undefined, spec: string): string | Unknown;
  typeOf(m: Machine, value: Value): ClassValue | Unknown;
  isInstance(m: Machine, value: Value, cls: Value): boolean | Unknown;
  isCallable(m: Machine, value: Value): boolean;
  /** Makes the scope of a call: binds arguments to parameters. */
  bindCall(m: Machine, fn: FunctionValue, scope: Scope, args: readonly Value[], kwargs: Kwargs): void;
  /** What a call of an async function gives: `body` runs it. */
  wrapAsync(m: Machine, body: () => Value): Value;
  /** Told of the value of an expression that stands as a statement. */
  readonly discard?: (m: Machine, value: Value) => void;
  /** JS: an object's own properties that loops and spreads see, getters read; undefined for what has none. */
  readonly entries?: (m: Machine, value: Value) => [string, Value][] | undefined;
  /** JS: what a decorator makes of a class; absent where it is an ordinary call. */
  readonly decorate?: (m: Machine, decorator: Value, cls: Value) => Value;
  /** JS: what a template's tag is called with for its texts. */
  /** Keys of an object's prototypes that a loop over its keys goes on to. */
  readonly inheritedKeys?: (value: Value) => readonly string[];
  readonly templateStrings?: (m: Machine, cooked: readonly string[], raw: readonly string[]) => Value;
  awaitValue(m: Machine, value: Value): Value;
  construct(m: Machine, cls: Value, args: readonly Value[], kwargs: Kwargs): Value;
  /** Calls anything that is not a function, method or class of the engine's own kinds. */
  callObject(m: Machine, callee: Value, args: readonly Value[], kwargs: Kwargs): Value;
  defineClass(m: Machine, node: ClassNode, scope: Scope): Value;
  importModule(m: Machine, node: Import, scope: Scope): void;
  importFrom(m: Machine, node: ImportFrom, scope: Scope): void;
  /** An absolute dotted name or a specifier, for `importlib` and `require`. */
  importByName(m: Machine, name: string): Value;
  /** JS `export`, after its declaration ran; `value` is that of `export default`. */
  exportNames(m: Machine, node: Export, scope: Scope, value: Value): void;
  /** A new exception object. */
  makeError(m: Machine, type: string, message: string): Value;
  /** The built-in names of one interpreter. */
  createBuiltins(m: Machine): Attrs;
  /** The module of a file, not run yet. */
  fileModule(m: Machine, file: string): ModuleValue;
  /** Python: what a module put in its place, `sys.modules[__name__] = Lazy()`. */
  moduleObject?(m: Machine, module: ModuleValue): Value | undefined;
  /** Modules whose bodies have run before a module's own does. */
  runBefore?(m: Machine, module: ModuleValue, node: ModuleNode): readonly ModuleValue[];
  /** Names that every module finds in its own scope, put there before it runs. */
  enterModule?(m: Machine, scope: Scope): void;
}
