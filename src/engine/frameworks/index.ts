/** All frameworks the engine knows, made afresh for each interpreter. */

import type { Framework } from "../interpret/framework.ts";
import { createEquinox } from "./equinox/equinox.ts";
import { createFlax } from "./flax/flax.ts";
import { Jax } from "./flax/jax.ts";
import { createHaiku } from "./haiku/haiku.ts";
import { createKeras } from "./keras/keras.ts";
import { createTfjs } from "./tfjs/tfjs.ts";
import { createTorch } from "./torch/torch.ts";

export function createFrameworks(): readonly Framework[] {
  const jax = new Jax();
  return [createTorch(), createFlax(jax), createHaiku(jax), createEquinox(jax), createTfjs(), createKeras()];
}
