/** Networks whose input is no image: dicts of arrays, several arrays, codes that are made larger. */
import { describe, expect, test } from "vitest";
import { profile } from "./profile.ts";

const FLAX = `
import jax
import jax.numpy as jnp
import flax.linen as nn
class Net(nn.Module):
    @nn.compact
    def __call__(self, batch, train=False):
        x = nn.Conv(8, (3, 3))(batch["image"])
        return nn.Dense(10)(jnp.mean(x, axis=(1, 2)))
`;

const HAIKU = `
import haiku as hk
import jax
import jax.numpy as jnp
def net_fn(batch):
    x = batch["image"].astype(jnp.float32) / 255.
    return hk.Sequential([hk.Flatten(), hk.Linear(300), jax.nn.relu, hk.Linear(10)])(x)
def main():
    net = hk.without_apply_rng(hk.transform(net_fn))
    batch = {"image": jnp.zeros((1, 28, 28, 1)), "label": jnp.zeros((1,), jnp.int32)}
    params = net.init(jax.random.PRNGKey(42), batch)
    batch.pop("image")
    return params
`;

const TORCH = `
import torch
import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 3)
    def forward(self, batch):
        return self.conv(batch["image"])
`;

describe("a dict of arrays that a program gives a network", () => {
  test("is its input in Flax", () => {
    const call = `
def main():
    return Net().init(jax.random.key(0), {"image": jnp.ones((1, 28, 28, 1))})
`;
    expect(profile(FLAX + call)).toMatchObject({
      complete: true,
      input: { shapes: [[1, 28, 28, 1]], origin: "call" },
      totals: { params: 9 * 8 + 8 + 8 * 10 + 10, macs: 28 * 28 * 9 * 8 + 80 },
    });
  });

  test("is its input in Haiku, as it was when it was given", () => {
    expect(profile(HAIKU)).toMatchObject({
      complete: true,
      input: { shapes: [[1, 28, 28, 1], [1]], origin: "call" },
      totals: { params: 784 * 300 + 300 + 300 * 10 + 10, macs: 784 * 300 + 300 * 10 },
    });
  });

  test("is its input in PyTorch", () => {
    const call = `
if __name__ == "__main__":
    Net()({"image": torch.ones(1, 1, 28, 28)})
`;
    expect(profile(TORCH + call)).toMatchObject({
      complete: true,
      input: { shapes: [[1, 1, 28, 28]], origin: "call" },
      totals: { params: 80, macs: 26 * 26 * 9 * 8 },
    });
  });

  test.each([
    ["Flax", FLAX],
    ["PyTorch", TORCH],
  ])("is wanted in %s where none is known, and no image stands for it", (_name, source) => {
    const report = profile(source);
    expect(report).toMatchObject({ complete: false, input: { shapes: [] }, totals: { macs: null } });
    expect(report.diagnostics.map(({ message }) => message).join()).toContain("it is a dict");
  });
});

test("a network that takes several inputs needs them, and no image stands for one", () => {
  const report = profile(`
import flax.linen as nn
class Net(nn.Module):
    @nn.compact
    def __call__(self, inputs, targets):
        return nn.Embed(100, 32)(inputs.astype("int32")) + nn.Embed(100, 32)(targets.astype("int32"))
`);
  expect(report).toMatchObject({ complete: false, input: { shapes: [] }, totals: { macs: null } });
  expect(report.diagnostics[0]?.message).toBe(
    "needs its inputs, as in # convlens: input=1x128:int32 1x128:int32: __call__() needs targets",
  );
});

describe("a transposed convolution that the input enters by", () => {
  const generator = (first: string): string => `
import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(${first}, nn.ReLU(), nn.ConvTranspose2d(64, 3, 4, 2, 1))
    def forward(self, z):
        return self.net(z)
`;

  test("takes a code at one position where its whole kernel counts", () => {
    expect(profile(generator("nn.ConvTranspose2d(100, 64, 4, 1, 0)"))).toMatchObject({
      complete: true,
      input: { shapes: [[1, 100, 1, 1]] },
      totals: { macs: 100 * 64 * 16 + 4 * 4 * 64 * 3 * 16 },
    });
  });

  test("takes a code without a batch axis in Equinox", () => {
    const source = `
import equinox as eqx
class Net(eqx.Module):
    up: eqx.nn.ConvTranspose2d
    def __init__(self, key):
        self.up = eqx.nn.ConvTranspose2d(100, 64, 7, key=key)
    def __call__(self, z):
        return self.up(z)
`;
    expect(profile(source)).toMatchObject({
      input: { shapes: [[100, 1, 1]] },
      totals: { macs: 100 * 64 * 49 },
    });
  });

  test("takes a map of a size that nothing tells where it cuts its output, or steps by its kernel", () => {
    const report = profile(generator("nn.ConvTranspose2d(128, 64, 2, 2)"));
    expect(report).toMatchObject({ complete: false, input: { shapes: [[1, 128, null, null]] } });
    expect(report.totals.macs).toBeNull();
  });

  test("takes an image that has an image's channels", () => {
    expect(profile(generator("nn.ConvTranspose2d(3, 64, 2, 2)")).input.shapes).toEqual([[1, 3, 224, 224]]);
  });

  test("takes what nothing tells where channels are learnt", () => {
    const report = profile(`
import flax.linen as nn
class Net(nn.Module):
    @nn.compact
    def __call__(self, z):
        return nn.ConvTranspose(64, (4, 4), padding="VALID")(z)
`);
    expect(report).toMatchObject({ input: { shapes: [[1, null, null, null]] }, totals: { params: null } });
  });
});
