/** Python's answers to what the machine asks. */
import type { Semantics } from "../../interpret/semantics.ts";
import {
  ABSENT,
  BoundMethod,
  ClassValue,
  FunctionValue,
  Instance,
  ModuleValue,
  NativeFunction,
  Tuple,
  Unknown,
} from "../../interpret/values.ts";
import * as attributes from "./attributes.ts";
import { createBuiltins, isInstance } from "./builtins.ts";
import { bindCall, callObject, construct, defineClass } from "./classes.ts";
import { formatPart } from "./format.ts";
import {
  fileModule,
  importByName,
  importFrom,
  importModule,
  moduleName,
  moduleObject,
  packagesBefore,
} from "./imports.ts";
import { deleteItem, getItem, setItem } from "./items.ts";
import { writeNames } from "./moduleNames.ts";
import { binary, compare, equals, inplace, truthy, unary } from "./operators.ts";
import { iterate, length } from "./sequences.ts";
import { repr, str } from "./text.ts";

export const python: Semantics = {
  language: "python",
  truthy,
  equals,
  compare,
  binary,
  inplace,
  unary,
  lookup: attributes.lookup,
  getAttr: attributes.getAttr,
  setAttr: attributes.setAttr,
  deleteAttr: attributes.deleteAttr,
  getItem,
  setItem,
  deleteItem,
  iterate,
  length,
  str,
  repr,
  format: formatPart,
  typeOf: attributes.typeOf,
  isInstance,
  isCallable: (m, value) => {
    if (value instanceof FunctionValue || value instanceof NativeFunction || value instanceof BoundMethod)
      return true;
    if (value instanceof ClassValue) return true;
    const cls = attributes.typeOf(m, value);
    return cls instanceof ClassValue && attributes.findInMro(cls.mro, "__call__") !== ABSENT;
  },
  bindCall,
  // A coroutine is awaited where it is made, for nothing else happens in between.
  wrapAsync: (_m, body) => body(),
  awaitValue: (_m, value) => value,
  construct,
  callObject,
  defineClass,
  importModule,
  importFrom,
  importByName,
  exportNames: () => undefined,
  createBuiltins: (m) => {
    const names = createBuiltins();
    const module = names.get("__builtins__");
    if (module instanceof ModuleValue) m.tableModules.set(module.name, module);
    return names;
  },
  moduleObject,
  runBefore: packagesBefore,
  enterModule: (_m, { moduleValue: module, vars }) => {
    if (module) writeNames(module, vars.get("__name__") === "__main__");
  },
  fileModule: (m, file) => fileModule(m, file, moduleName(m, file)),
  makeError: (m, type, message) => {
    const cls = m.builtin(type);
    const error = new Instance(
      cls instanceof Unknown || !(cls instanceof ClassValue) ? m.builtinClass("Exception") : cls,
    );
    error.attrs.set("args", new Tuple([message]));
    return error;
  },
};
