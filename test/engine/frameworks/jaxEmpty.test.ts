/** What libraries on JAX take, though nothing is left to compute: windows larger than their input, odd dropout rates. */
import { describe, expect, it } from "vitest";
import { profile } from "../profile.ts";

const LINEN = `
import jax, jax.numpy as jnp
import flax.linen as nn
class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        return BODY
Net().init(jax.random.PRNGKey(0), jnp.zeros((1, 5, 5, 3)))
`;

const HAIKU = `
import jax, jax.numpy as jnp
import haiku as hk
def forward(x):
    return BODY
hk.transform(forward).init(jax.random.PRNGKey(0), jnp.zeros((1, 5, 5, 3)))
`;

const EQUINOX = `
import jax, jax.numpy as jnp
import equinox as eqx
key = jax.random.PRNGKey(0)
net = eqx.nn.Sequential([eqx.nn.Conv2d(3, 4, 1, key=key), BODY])
net(jnp.zeros((3, 5, 5)))
`;

describe("a window larger than its input leaves an empty array, with a warning", () => {
  it.each([
    ["linen, a pool", LINEN, "nn.avg_pool(nn.Dense(4)(x), (7, 7))", [1, 0, 0, 4], 300],
    ["linen, a kernel", LINEN, "nn.Dense(4)(nn.Conv(8, (7, 7), padding='VALID')(x))", [1, 0, 0, 4], 0],
    ["Haiku, a pool", HAIKU, "hk.max_pool(hk.Linear(4)(x), 7, 1, 'VALID')", [1, 0, 0, 4], 300],
    ["Haiku, a kernel", HAIKU, "hk.Conv2D(8, 7, padding='VALID')(x)", [1, 0, 0, 8], 0],
    ["Equinox, a pool", EQUINOX, "eqx.nn.MaxPool2d(7)", [4, 0, 0], 300],
    ["Equinox, a kernel", EQUINOX, "eqx.nn.Conv2d(4, 8, 7, key=key)", [8, 0, 0], 300],
  ])("%s", (_, source, body, shape, macs) => {
    const report = profile(source.replace("BODY", body));
    expect([report.output, report.totals.macs, report.complete]).toEqual([[shape], macs, true]);
    expect([...new Set(report.diagnostics.map(({ severity }) => severity))]).toEqual(["warning"]);
    expect(report.diagnostics[0]?.message).toMatch(
      /does not fit into its 5×5.*|1×5×5.*: what comes out is empty$/,
    );
  });
});

describe("a dropout's rate", () => {
  it.each([
    [LINEN, "nn.Dropout(1.5, deterministic=True)(nn.Dense(4)(x))"],
    [EQUINOX, "eqx.nn.Dropout(-0.5, inference=True)"],
  ])("is taken whatever it is by linen and Equinox", (source, body) => {
    const report = profile(source.replace("BODY", body));
    expect([report.totals.macs, report.complete, report.diagnostics]).toEqual([300, true, []]);
  });

  it("is refused by Haiku outside of 0 to 1", () => {
    const report = profile(HAIKU.replace("BODY", "hk.Linear(4)(hk.dropout(hk.next_rng_key(), 1.0, x))"));
    expect(report.complete).toBe(false);
    expect(report.diagnostics.map(({ message }) => message).join()).toContain("rate must be in [0, 1).");
  });
});
