/**
 * `torch.special`: pointwise functions, most of which the module `torch` has too.
 * https://docs.pytorch.org/docs/stable/special.html
 */
import { entryOf } from "../../../base/table.ts";
import { floatOf } from "./dtypes.ts";
import { ELEMENTWISE, pointwise } from "./elementwise.ts";
import type { OpTable } from "./op.ts";
import { REDUCTIONS } from "./reductions.ts";

const UNARY = [
  "airy_ai",
  "bessel_j0",
  "bessel_j1",
  "entr",
  "erfcx",
  "gammaln",
  "i0e",
  "i1",
  "i1e",
  "log_ndtr",
  "ndtr",
  "ndtri",
  "psi",
];
const BINARY = ["gammainc", "gammaincc", "xlog1py", "zeta"];
const SAME_NAME = [
  "digamma",
  "erf",
  "erfc",
  "erfinv",
  "exp2",
  "expm1",
  "i0",
  "log1p",
  "logit",
  "polygamma",
  "round",
  "sinc",
  "xlogy",
];

export const SPECIAL: OpTable = {
  ...Object.fromEntries(UNARY.map((name) => [name, pointwise("input", ["input"], floatOf)])),
  ...Object.fromEntries(BINARY.map((name) => [name, pointwise("input, other", ["input", "other"], floatOf)])),
  ...Object.fromEntries(SAME_NAME.map((name) => [name, entryOf(ELEMENTWISE, name)!])),
  expit: ELEMENTWISE.sigmoid!,
  multigammaln: ELEMENTWISE.mvlgamma!,
  logsumexp: REDUCTIONS.logsumexp!,
  softmax: REDUCTIONS.softmax!,
  log_softmax: REDUCTIONS.log_softmax!,
};
