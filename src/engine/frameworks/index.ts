/** All frameworks the engine knows, made afresh for each interpreter. */

import { createFlax } from "./flax/flax.ts";
import type { Framework } from "./framework.ts";
import { createKeras } from "./keras/keras.ts";
import { createTfjs } from "./tfjs/tfjs.ts";
import { createTorch } from "./torch/torch.ts";

export function createFrameworks(): readonly Framework[] {
  return [createTorch(), createFlax(), createTfjs(), createKeras()];
}
