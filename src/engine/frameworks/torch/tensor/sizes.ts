/** What torch takes for the axes and sizes that its tensor functions are given. Axes of named tensors are texts. */
import type { ParsedSignature } from "../../../interpret/signature.ts";
import {
  type ArgumentCheck,
  count,
  INT,
  PLAIN_WORDS,
  type TakenTable,
  type Words,
} from "../../rules/possible.ts";

const AXIS = { ...INT, texts: "any" } as const;
const NUMBER = { of: "real", none: true, bools: true } as const;
/** `f(2, 3)` and `f((2, 3))` alike. */
const SIZES = { of: "int", depth: 2, empty: true } as const;

const TAKEN: TakenTable = {
  dim: { ...AXIS, depth: 1, empty: true },
  dim0: AXIS,
  dim1: AXIS,
  dim2: AXIS,
  start_dim: AXIS,
  end_dim: AXIS,
  dims: { ...SIZES, texts: "any" },
  size: SIZES,
  sizes: { ...SIZES, texts: "any" },
  shape: SIZES,
  repeats: SIZES,
  chunks: count(1),
  split_size_or_sections: { ...SIZES, least: 0 },
  length: INT,
  diagonal: INT,
  steps: count(),
  min: NUMBER,
  max: NUMBER,
  fill_value: NUMBER,
  value: NUMBER,
};

const MADE: TakenTable = { ...TAKEN, size: { ...SIZES, least: 0 } };
const MAKERS = /^(new_)?(zeros|ones|empty|full|rand|randn)$/;

const words: Words = (name, fault) =>
  fault.what === "least" && name === "size"
    ? `Trying to create tensor with negative dimension ${fault.shown}`
    : PLAIN_WORDS(name, fault);

export function sizesOf(name: string, signature: ParsedSignature): ArgumentCheck | undefined {
  const names = [...signature.params.map((param) => param.name), signature.rest];
  const taken = MAKERS.test(name) ? MADE : TAKEN;
  if (!names.some((each) => each !== undefined && Object.hasOwn(taken, each))) return undefined;
  return {
    layer: `${name}()`,
    taken,
    words,
    error: "RuntimeError",
    kindError: "TypeError",
    intsOnly: true,
    noBools: true,
    signature,
  };
}
