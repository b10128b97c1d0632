import { Tensor } from "../../../interpret/values.ts";
import { strict } from "../core.ts";
import { floorDiv, floorMod, roundDigits } from "../numbers.ts";
import { isKnown, makeArray, show } from "./ndarray.ts";
import { ARRAY, combine, on, written } from "./nparray.ts";
import type { Entry } from "./table.ts";

/** What all elementwise functions of numpy take beside their arrays. */
const UFUNC = "out=None, *, ?where=True, casting='same_kind', order='K', ?dtype=None, subok=True, **?";

/** An elementwise function that gives floats, or keeps the kind of number. */
function mapped(rule: (x: number) => number, kind: "float" | "same" = "float"): Entry {
  const typeOf = (dtype: string): string => (kind === "float" && !/float/.test(dtype) ? "float64" : dtype);
  const apply = on("x", (whole) =>
    show(ARRAY, { ...whole, dtype: typeOf(whole.dtype), data: whole.data.map(rule) }),
  );
  return [
    `x, ${UFUNC}`,
    written((a, interp) =>
      a.x instanceof Tensor && !isKnown(a.x)
        ? makeArray(ARRAY, a.x.shape, typeOf(a.x.dtype))
        : apply(a, interp),
    ),
  ];
}

const UNARY: Readonly<Record<string, Entry>> = {
  sqrt: mapped(Math.sqrt),
  exp: mapped(Math.exp),
  log: mapped(Math.log),
  log2: mapped(Math.log2),
  log10: mapped(Math.log10),
  floor: mapped(Math.floor),
  ceil: mapped(Math.ceil),
  trunc: mapped(Math.trunc),
  sin: mapped(Math.sin),
  cos: mapped(Math.cos),
  tan: mapped(Math.tan),
  tanh: mapped(Math.tanh),
  rint: mapped((x) => roundDigits(x, 0)),
  abs: mapped(Math.abs, "same"),
  absolute: mapped(Math.abs, "same"),
  square: mapped((x) => x * x, "same"),
  sign: mapped(Math.sign, "same"),
  negative: mapped((x) => -x, "same"),
};

const BINARY: Readonly<Record<string, readonly [string | undefined, (x: number, y: number) => number]>> = {
  add: [undefined, (x, y) => x + y],
  subtract: [undefined, (x, y) => x - y],
  multiply: [undefined, (x, y) => x * y],
  divide: ["float64", (x, y) => x / y],
  true_divide: ["float64", (x, y) => x / y],
  floor_divide: [undefined, floorDiv],
  mod: [undefined, floorMod],
  power: [undefined, (x, y) => x ** y],
  maximum: [undefined, Math.max],
  minimum: [undefined, Math.min],
};

/** Their results are of the wider type of both where none is said. */
const binary = (dtype: string | undefined, rule: (x: number, y: number) => number): Entry => [
  `x, y, ${UFUNC}`,
  written(strict((a, interp) => combine(interp, a.x, a.y, dtype, rule))),
];

export const ELEMENTWISE: Readonly<Record<string, Entry>> = {
  ...UNARY,
  ...Object.fromEntries(Object.entries(BINARY).map(([name, [dtype, rule]]) => [name, binary(dtype, rule)])),
  isnan: [
    `x, ${UFUNC}`,
    written(
      on("x", (whole) =>
        show(ARRAY, { ...whole, dtype: "bool", data: whole.data.map((x) => Number(Number.isNaN(x))) }),
      ),
    ),
  ],
};
