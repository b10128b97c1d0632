/**
 * Every layer of `equinox.nn`: channels first, one sample at a time.
 * https://docs.kidger.site/equinox/api/nn/linear/
 */
import type { Value } from "../../../interpret/values.ts";
import type { Layer } from "../../flax/layers/spec.ts";
import type { EquinoxTable } from "../module.ts";
import { DENSE } from "./dense.ts";
import { NORMS } from "./norms.ts";
import { SEQUENCES } from "./sequences.ts";
import { WINDOWS } from "./windows.ts";

const same = (l: Layer): Value => l.args.x;

export const LAYERS: EquinoxTable = {
  ...WINDOWS,
  ...DENSE,
  ...NORMS,
  ...SEQUENCES,
  PReLU: {
    fn: "prelu",
    make: "init_alpha=0.25",
    weights: () => [{ name: "negative_slope", shape: [] }],
    call: [
      "x",
      (l) => {
        const input = l.input("x");
        return l.run.emit({ inputs: [input], weights: l.weights("negative_slope"), shape: input.shape });
      },
    ],
  },
  Lambda: {
    fn: "lambda",
    make: "fn",
    layer: false,
    call: ["x", (l) => l.interp.call(l.value("fn"), [l.args.x])],
  },
  Identity: { fn: "identity", make: "*args", call: ["x", same] },
  Dropout: {
    fn: "dropout",
    make: "p=0.5, inference=False, *, deterministic=None",
    call: ["x, *, deterministic=None", same],
  },
};
