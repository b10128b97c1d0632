/** JavaScript's answers to what the machine asks; TypeScript's types are gone before. */
import type { Semantics } from "../../interpret/semantics.ts";
import { ClassValue, Instance, List, type Value } from "../../interpret/values.ts";
import {
  deleteAttr,
  deleteItem,
  getAttr,
  getItem,
  instanceOf,
  lookup,
  setAttr,
  setItem,
  typeOf,
} from "./attributes.ts";
import { createBuiltins } from "./builtins/globals.ts";
import { asyncResult, awaited, discard } from "./builtins/promises.ts";
import { bindCall, callObject, construct, defineClass } from "./classes.ts";
import { entriesOf, isFunction, isPublic } from "./core.ts";
import { decorateClass } from "./decorators.ts";
import { enterModule, exportNames, fileModule, importByName, importFrom, importModule } from "./imports.ts";
import { iterate, length } from "./iteration.ts";
import { binary, compare, equals, truthy, unary } from "./operators.ts";
import { inheritedKeys } from "./prototypes.ts";
import { repr, str } from "./text.ts";

export const typescript: Semantics = {
  language: "typescript",
  truthy,
  equals,
  compare,
  binary,
  inplace: binary,
  unary,
  lookup,
  getAttr,
  setAttr,
  deleteAttr,
  getItem,
  setItem,
  deleteItem,
  iterate,
  length,
  str,
  repr,
  format: (m, value) => str(m, value),
  typeOf,
  isInstance: instanceOf,
  isCallable: (_m, value) => isFunction(value),
  bindCall,
  wrapAsync: asyncResult,
  discard,
  entries: entriesOf,
  inheritedKeys: (value) => inheritedKeys(value).filter(isPublic),
  decorate: decorateClass,
  templateStrings: (_m, cooked, raw) => {
    const strings = new List([...cooked]);
    strings.attrs = new Map<string, Value>([["raw", new List([...raw])]]);
    return strings;
  },
  awaitValue: awaited,
  construct,
  callObject,
  defineClass,
  importModule,
  importFrom,
  importByName,
  exportNames,
  makeError: (m, type, message) => {
    const cls = m.builtin(type);
    const error = new Instance(cls instanceof ClassValue ? cls : m.builtinClass("Error"));
    error.attrs.set("message", message);
    return error;
  },
  createBuiltins,
  enterModule,
  fileModule,
};
