/** Every layer that linen and nnx share, by name. */
import { ATTENTION } from "./attention.ts";
import { CONVS } from "./conv.ts";
import { DENSE } from "./dense.ts";
import { NORMS } from "./norm.ts";
import { RECURRENT } from "./recurrent.ts";
import type { LayerTable } from "./spec.ts";

export const LAYERS: LayerTable = { ...CONVS, ...DENSE, ...NORMS, ...ATTENTION, ...RECURRENT };
