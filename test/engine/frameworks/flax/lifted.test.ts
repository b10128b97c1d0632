/** Lifted transforms and products against shapes and parameters that real Flax and JAX gave. */
import { expect, it } from "vitest";
import { profile } from "../../profile.ts";

const BLOCK = `
import jax.numpy as jnp
from flax import linen as nn
class B(nn.Module):
  @nn.compact
  def __call__(self, x): return nn.Dense(8)(x)
`;

it("runs a remat_scan as often as its lengths say, with parameters for each", () => {
  const { totals, complete } = profile(
    `${BLOCK}
class Net(nn.Module):
  @nn.compact
  def __call__(self, x): return nn.remat_scan(B, lengths=(3, 2))(name='s')(x)
`,
    { model: "Net", input: ["1x8"] },
  );
  expect({ ...totals, complete }).toMatchObject({ params: 432, macs: 384, complete: true });
});

it("says that map_variables is not followed", () => {
  const report = profile(
    `${BLOCK}
class Net(nn.Module):
  @nn.compact
  def __call__(self, x): return nn.map_variables(B, 'params', lambda p: p)()(x)
`,
    { model: "Net", input: ["1x8"] },
  );
  expect(report.complete).toBe(false);
});

it("keeps all other axes in a dot with three axes on the right", () => {
  const { output, totals } = profile(
    `${BLOCK}
class Net(nn.Module):
  @nn.compact
  def __call__(self, x): return jnp.dot(B()(x), jnp.ones((4, 8, 5)))
`,
    { model: "Net", input: ["1x8"] },
  );
  expect(output).toEqual([[1, 4, 5]]);
  expect(totals.macs).toBe(64 + 160);
});
