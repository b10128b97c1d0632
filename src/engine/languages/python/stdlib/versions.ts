/** `distutils.version`, which Python 3.12 has no longer: versions compared part by part. */
import { defineClass } from "../../../interpret/native.ts";
import { type ClassValue, Instance, List, type Value } from "../../../interpret/values.ts";
import { toText } from "../core.ts";
import { OBJECT } from "../types/object.ts";
import { type Module, makeModule } from "./table.ts";

type Part = number | string;

/** `2.10.0rc1` → 2, 10, 0, "rc", 1. */
function partsOf(text: string): readonly Part[] {
  const parts = text.match(/\d+|[a-z]+/gi) ?? [];
  return parts.map((part) => (/^\d/.test(part) ? Number(part) : part));
}

function textOf(value: Value): string | undefined {
  return value instanceof Instance ? toText(value.attrs.get("vstring")) : toText(value);
}

/** Below 0 when the first is older; undefined where one is not known. */
function compare(left: Value, right: Value): number | undefined {
  const [a, b] = [textOf(left), textOf(right)];
  if (a === undefined || b === undefined) return undefined;
  const [ours, others] = [partsOf(a), partsOf(b)];
  for (let i = 0; i < Math.max(ours.length, others.length); i++) {
    const [x, y] = [ours[i], others[i]];
    if (x === y) continue;
    if (x === undefined || y === undefined) return x === undefined ? -1 : 1;
    return x < y ? -1 : 1;
  }
  return 0;
}

const ORDERS: Readonly<Record<string, (order: number) => boolean>> = {
  __lt__: (order) => order < 0,
  __le__: (order) => order <= 0,
  __gt__: (order) => order > 0,
  __ge__: (order) => order >= 0,
  __eq__: (order) => order === 0,
  __ne__: (order) => order !== 0,
};

function versionClass(name: string): ClassValue {
  return defineClass(name, {
    bases: [OBJECT],
    qualname: `distutils.version.${name}`,
    methods: {
      __init__: [
        "self, vstring=None",
        (a, interp) => {
          interp.setAttr(a.self, "vstring", a.vstring);
          interp.setAttr(a.self, "version", new List([...partsOf(toText(a.vstring) ?? "")]));
          return null;
        },
      ],
      __str__: ["self", (a) => textOf(a.self) ?? ""],
      ...Object.fromEntries(
        Object.entries(ORDERS).map(([method, holds]) => [
          method,
          [
            "self, other",
            (a, interp) => {
              const order = compare(a.self, a.other);
              return order === undefined ? interp.unknown("a version that is not known") : holds(order);
            },
          ] as const,
        ]),
      ),
    },
  });
}

export const distutilsVersion = (): Module =>
  makeModule({
    values: { LooseVersion: versionClass("LooseVersion"), StrictVersion: versionClass("StrictVersion") },
  });
