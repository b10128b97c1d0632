/** `operator`: the operators as functions, and getters as objects. */

import type { Interp } from "../../../interpret/interp.ts";
import { exactly } from "../../../interpret/native.ts";
import { isUnknown, NativeFunction, Tuple, type Value } from "../../../interpret/values.ts";
import type { BinaryOp, CompareOp } from "../../../syntax/ast.ts";
import { none, toText } from "../core.ts";
import { inplace, unary } from "../operators.ts";
import { contains } from "../sequences.ts";
import { absolute } from "../types/numbers.ts";
import { argsOf, kwargsOf } from "../types/object.ts";
import { type Entry, type Module, makeModule } from "./table.ts";

const BINARY: Readonly<Record<string, BinaryOp>> = {
  add: "+",
  sub: "-",
  mul: "*",
  truediv: "/",
  floordiv: "//",
  mod: "%",
  pow: "**",
  matmul: "@",
  and_: "&",
  or_: "|",
  xor: "^",
  lshift: "<<",
  rshift: ">>",
  concat: "+",
};
const COMPARE: Readonly<Record<string, CompareOp>> = {
  eq: "==",
  ne: "!=",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
  is_: "is",
  is_not: "is not",
};

/** `attrgetter("a.b")(x)` is `x.a.b`. */
function path(interp: Interp, value: Value, dotted: string): Value {
  return dotted.split(".").reduce((at, name) => interp.getAttr(at, name), value);
}

function getter(read: (interp: Interp, value: Value, key: Value) => Value): Entry {
  return [
    "*keys",
    (a) => {
      const keys = argsOf(a.keys);
      return new NativeFunction("getter", (interp, [value]) => {
        const found = keys.map((key) => read(interp, value, key));
        return found.length === 1 ? found[0] : new Tuple(found);
      });
    },
  ];
}

export const operator = (): Module => {
  const functions: Record<string, Entry> = {
    itemgetter: getter((interp, value, key) => interp.getItem(value, key)),
    attrgetter: getter((interp, value, key) => path(interp, value, toText(key) ?? "")),
    methodcaller: [
      "name, *args, **kwargs",
      (a) =>
        new NativeFunction("methodcaller", (interp, [value]) =>
          interp.callMethod(value, toText(a.name) ?? "", argsOf(a.args), kwargsOf(a.kwargs)),
        ),
    ],
    getitem: ["a, b", (a, interp) => interp.getItem(a.a, a.b)],
    setitem: ["a, b, c", (a, interp) => none(interp.setItem(a.a, a.b, a.c))],
    delitem: ["a, b", (a, interp) => none(interp.deleteItem(a.a, a.b))],
    contains: ["a, b", (a, interp) => contains(interp, a.a, a.b)],
    truth: ["a", (a, interp) => interp.truthy(a.a)],
    not_: [
      "a",
      (a, interp) => {
        const truth = interp.truthy(a.a);
        return isUnknown(truth) ? truth : !truth;
      },
    ],
    neg: ["a", (a, interp) => unary(interp, "-", a.a)],
    pos: ["a", (a, interp) => unary(interp, "+", a.a)],
    invert: ["a", (a, interp) => unary(interp, "~", a.a)],
    abs: ["a", (a, interp) => absolute(interp, a.a)],
    index: ["a", (a) => a.a],
    length_hint: ["a, default=0", (a, interp) => interp.length(a.a)],
  };
  for (const [name, op] of Object.entries(BINARY)) {
    functions[name] = ["a, b", (a, interp) => interp.binary(op, a.a, a.b)];
    functions[`i${name.replace("_", "")}`] = ["a, b", (a, interp) => inplace(interp, op, a.a, a.b)];
  }
  for (const [name, op] of Object.entries(COMPARE))
    functions[name] = ["a, b", (a, interp) => interp.compare(op, a.a, a.b)];
  for (const [, impl] of Object.values(functions)) exactly(impl);
  return makeModule({ functions });
};
