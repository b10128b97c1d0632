/**
 * What keywords of the frameworks' functions change is followed, and one that is not followed makes the answer unknown.
 * What is expected was printed by torch 1.13 and JAX 0.10.
 */
import { expect, test } from "vitest";
import { show } from "../interpret/run.ts";
import { profile } from "../profile.ts";

const TORCH: readonly (readonly [source: string, repr: string])[] = [
  ["torch.unique_consecutive(torch.tensor([1, 1, 2, 1])).tolist()", "[1, 2, 1]"],
  [
    "[t.tolist() for t in torch.unique_consecutive(torch.tensor([1, 1, 2, 1]), return_inverse=True, return_counts=True)]",
    "[[1, 2, 1], [0, 0, 1, 2], [2, 1, 1]]",
  ],
  [
    "[torch.allclose(torch.tensor([1.0]), torch.tensor([1.1]), atol=0.2), torch.allclose(torch.tensor([1.0]), torch.tensor([1.1])), torch.tensor([0.5]).allclose(torch.tensor([1.0]), 1.0)]",
    "[True, False, True]",
  ],
  [
    "[tuple(torch.logit(torch.ones(3), eps=1e-6).shape), tuple(torch.randint(high=10, size=(2, 2)).shape)]",
    "[(3,), (2, 2)]",
  ],
  ["tuple(torch.nn.functional.mse_loss(torch.ones(2, 3), torch.ones(2, 3), reduce=False).shape)", "(2, 3)"],
  ["tuple(torch.nn.L1Loss(reduce=False)(torch.ones(2, 3), torch.ones(2, 3)).shape)", "(2, 3)"],
  [
    "tuple(torch.nn.functional.embedding_bag(torch.arange(4), torch.ones(10, 3), torch.tensor([0, 2, 4]), include_last_offset=True).shape)",
    "(2, 3)",
  ],
  [
    "tuple(torch.nn.EmbeddingBag(10, 3, include_last_offset=True)(torch.arange(4), torch.tensor([0, 2, 4])).shape)",
    "(2, 3)",
  ],
  ["a = torch.zeros(2)\ntorch.add(torch.tensor([1.0, 2.0]), 1, out=a)\na.tolist()", "[2.0, 3.0]"],
  ["a = torch.zeros(0)\ntorch.cat([torch.ones(2), torch.ones(3)], out=a)\ntuple(a.shape)", "(5,)"],
  ["torch.repeat_interleave(torch.ones(3), torch.tensor([2, 3, 2]), output_size=7).shape[0]", "7"],
];

const JAX: readonly (readonly [source: string, repr: string])[] = [
  [
    "[jnp.array(3, ndmin=2).shape, jnp.eye(2, k=1).shape, jnp.median(jnp.ones((2, 3)), axis=0).shape, jnp.cumsum(jnp.ones((2, 3))).shape]",
    "[(1, 1), (2, 2), (3,), (6,)]",
  ],
  ["a, s = jnp.linspace(0, 1, 3, retstep=True)\n[a.tolist(), s.shape]", "[[0.0, 0.5, 1.0], ()]"],
  [
    "[jnp.linspace(jnp.zeros(2), jnp.ones(2), 5).shape, jnp.logspace(0, 2, 3).tolist()]",
    "[(5, 2), [1.0, 10.0, 100.0]]",
  ],
  ["[g.shape for g in jnp.meshgrid(jnp.arange(3), jnp.arange(2), sparse=True)]", "[(1, 3), (2, 1)]"],
  [
    "[g.shape for g in jnp.meshgrid(jnp.arange(3), jnp.arange(2), indexing='ij', sparse=True)]",
    "[(3, 1), (1, 2)]",
  ],
  [
    "[jnp.sort(jnp.ones((2, 3)), axis=None).shape, jnp.diff(jnp.arange(5), n=2).shape, jnp.concatenate([jnp.ones((2, 3)), jnp.ones((2, 3))], axis=None).shape]",
    "[(6,), (3,), (12,)]",
  ],
  [
    "[jax.nn.one_hot(jnp.zeros((2, 3), dtype=int), 5, axis=0).shape, jax.nn.leaky_relu(jnp.ones(3), 0.2).shape, jax.nn.logsumexp(jnp.ones((2, 3)), axis=1, b=2.0).shape]",
    "[(5, 2, 3), (3,), (2,)]",
  ],
  ["jnp.repeat(jnp.ones(3), jnp.array([1, 2, 1]), total_repeat_length=4).shape", "(4,)"],
];

test.each(TORCH)("torch: %s", (source, repr) => {
  expect(show(`import torch\n${source}`)).toBe(repr);
});

test.each(JAX)("JAX: %s", (source, repr) => {
  expect(show(`import jax, jax.numpy as jnp\n${source}`)).toBe(repr);
});

const FURTHER: readonly (readonly [source: string, repr: string])[] = [
  ["tuple(tf.matmul(tf.zeros((2, 3, 4)), tf.zeros((2, 5, 4)), adjoint_b=True).shape)", "(2, 3, 5)"],
  ["tuple(tf.eye(2, 3, batch_shape=[4, 5]).shape)", "(4, 5, 2, 3)"],
  ["tuple(tf.nn.depth_to_space(tf.zeros((1, 8, 2, 3)), 2, data_format='NCHW').shape)", "(1, 2, 4, 6)"],
  ["tuple(tf.nn.leaky_relu(features=tf.zeros((2, 3)), alpha=0.1, name='a').shape)", "(2, 3)"],
  ['json.loads(\'{"a": {"b": 1}}\', object_pairs_hook=lambda pairs: [k for k, _ in pairs])', "['a']"],
  ['json.loads(\'{"a": {"b": 1}}\', object_hook=lambda d: len(d))', "1"],
  ["[bisect.bisect([1, 2, 3, 4], 1, lo=2), bisect.bisect_left([1, 3], 3, hi=1)]", "[2, 1]"],
  ["['ab'.encode('ascii'), b'ab'.decode('latin-1')]", "[b'ab', 'ab']"],
  ["list(zip([1, 2], [3, 4], strict=True))", "[(1, 3), (2, 4)]"],
];

test.each(FURTHER)("TensorFlow and Python: %s", (source, repr) => {
  expect(show(`import bisect, json, tensorflow as tf\n${source}`)).toBe(repr);
});

test("zip(strict=True) of lists of different lengths raises", () => {
  const source = "try:\n    r = list(zip([1], [2, 3], strict=True))\nexcept ValueError:\n    r = 'raised'\nr";
  expect(show(source)).toBe("'raised'");
});

const UNMODELLED: readonly string[] = [
  "tf.image.resize(tf.zeros((1, 8, 8, 3)), (4, 2), preserve_aspect_ratio=True)",
  "tf.signal.dct(tf.zeros((2, 8)), n=4)",
  "tf.linspace([0.0, 1.0], [1.0, 2.0], 5, axis=1)",
  "keras.ops.conv_transpose(tf.zeros((1, 8, 8, 3)), tf.zeros((3, 3, 4, 3)), output_padding=1)",
  "keras.ops.svd(tf.zeros((3, 3)), compute_uv=False)",
  "jax.nn.logsumexp(jnp.ones((2, 3)), axis=1, return_sign=True)",
  "jnp.average(jnp.ones(3), returned=True)",
  "jax.lax.top_k(jnp.ones((8, 2)), 3, axis=0)",
  "jax.lax.conv_transpose(jnp.ones((1, 8, 8, 3)), jnp.ones((3, 3, 4, 3)), (1, 1), 'SAME', transpose_kernel=True)",
  "json.dumps({'a': 1}, skipkeys=True)",
];

test.each(UNMODELLED)("a keyword that is not followed gives no answer: %s", (source) => {
  const imports = "import json, jax, jax.numpy as jnp, keras, tensorflow as tf";
  expect(show(`${imports}\n${source}`)).toMatch(/^unknown: .* is not (modelled|followed)$/);
});

test("an op with a keyword that is not followed makes the report incomplete", () => {
  const report = profile(`
import jax, jax.numpy as jnp
import flax.linen as nn
class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        x = nn.Conv(8, (3, 3))(x)
        return jax.lax.reduce_window(x, 0.0, jax.lax.add, (1, 2, 2, 1), (1, 2, 2, 1), "VALID", base_dilation=(1, 2, 2, 1))
Net().init(jax.random.key(0), jnp.ones((1, 32, 32, 3)))`);
  expect(report.layers[0]?.params).toBe(224);
  expect(report.complete).toBe(false);
});

test("a part that tree_at puts in is not taken for the old one", () => {
  const source = `
import equinox as eqx, jax
mlp = eqx.nn.Linear(2, 3, key=jax.random.key(0))
same = eqx.tree_at(lambda m: m.weight, mlp, jax.numpy.ones((3, 2)))
other = eqx.tree_at(lambda m: m.weight, mlp, jax.numpy.ones((5, 2)))
[same is mlp, other]`;
  expect(show(source)).toMatch(/unknown|tree_at/);
  expect(show(source.replace("[same is mlp, other]", "same is mlp"))).toBe("True");
});
