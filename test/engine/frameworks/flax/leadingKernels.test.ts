/** Weights that Flax' layers have besides their usual ones, as flax 0.12 makes them. */
import { expect, test } from "vitest";
import { profile } from "../../profile.ts";

const linen = (layer: string): string => `
import flax.linen as nn
class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        return ${layer}(x)
`;
const nnx = (layer: string): string => `
from flax import nnx
class Net(nnx.Module):
    def __init__(self, rngs):
        self.layer = ${layer}
    def __call__(self, x):
        return self.layer(x)
`;

test.each([
  [
    "a kernel and a bias for each place of batch_dims",
    linen("nn.DenseGeneral(3, batch_dims=(0,))"),
    "5x7x4",
    75,
  ],
  [
    "such kernels without biases",
    linen("nn.DenseGeneral((2, 3), batch_dims=(0,), use_bias=False)"),
    "5x7x4",
    120,
  ],
  [
    "the kernels that batch_axis names",
    nnx("nnx.LinearGeneral(4, (2, 3), batch_axis={0: 5}, rngs=rngs)"),
    "5x7x4",
    150,
  ],
  [
    "scales for queries and keys",
    linen("nn.MultiHeadDotProductAttention(2, qkv_features=8, normalize_qk=True)"),
    "2x3x4",
    164,
  ],
  [
    "scales for queries and keys in nnx",
    nnx("nnx.MultiHeadAttention(2, 4, qkv_features=8, normalize_qk=True, decode=False, rngs=rngs)"),
    "2x3x4",
    164,
  ],
])("%s", (_, text, input, params) => {
  expect(profile(text, { input: [input] })).toMatchObject({ complete: true, totals: { params } });
});
