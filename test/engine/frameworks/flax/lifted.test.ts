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

it("runs a cell of the program's own once a step, and parameters once", () => {
  const { totals, layers, complete } = profile(
    `from flax import linen as nn
import jax.numpy as jnp
class Cell(nn.RNNCellBase):
  f: int
  @nn.compact
  def __call__(self, carry, x):
    carry, y = nn.LSTMCell(self.f)(carry, x)
    return carry, nn.Dense(5)(y)
  @nn.nowrap
  def initialize_carry(self, rng, shape):
    return nn.LSTMCell(self.f, parent=None).initialize_carry(rng, shape)
  @property
  def num_feature_axes(self): return 1
class Net(nn.Module):
  @nn.compact
  def __call__(self, x):
    return nn.RNN(Cell(4))(x)
`,
    { model: "Net", input: ["1x7x5"] },
  );
  expect(layers.map(({ name, calls, macs }) => [name, calls, macs])).toEqual([
    ["Cell_0.LSTMCell_0", 7, 1008],
    ["Cell_0.Dense_0", 7, 140],
  ]);
  expect({ ...totals, complete }).toMatchObject({ params: 185, macs: 1148, complete: true });
});

it("scans a decorated compact method along the axis that it is told", () => {
  const { totals, layers, complete } = profile(
    `from flax import linen as nn
import jax
from functools import partial
class Simple(nn.Module):
  @partial(nn.transforms.scan, variable_broadcast='params', in_axes=1, out_axes=1, split_rngs={'params': False})
  @nn.compact
  def __call__(self, carry, x):
    return nn.OptimizedLSTMCell(6)(carry, x)
class Net(nn.Module):
  @nn.compact
  def __call__(self, x):
    carry = nn.OptimizedLSTMCell(6, parent=None).initialize_carry(jax.random.key(0), x[:, 0].shape)
    carry, y = Simple()(carry, x)
    return nn.Dense(2)(y)
`,
    { model: "Net", input: ["1x7x5"] },
  );
  expect(layers.at(-1)?.out).toEqual([[1, 7, 2]]);
  expect({ ...totals, complete }).toMatchObject({ params: 302, macs: 1932, complete: true });
});

it("counts the power iteration of a spectral norm and the scales of a weight norm", () => {
  const { totals, complete } = profile(
    `from flax import linen as nn
class Net(nn.Module):
  @nn.compact
  def __call__(self, x):
    x = nn.SpectralNorm(nn.Conv(4, (3, 3)))(x, update_stats=False)
    return nn.WeightNorm(nn.Conv(4, (1, 1)))(x)
`,
    { model: "Net", input: ["1x8x8x3"] },
  );
  // 6912 of the convolution and 328 of the iteration; 1024 of the second convolution.
  expect({ ...totals, complete }).toMatchObject({ params: 112 + 24, macs: 7240 + 1024, complete: true });
});

it("counts the scales of nnx' weight norm for no parameters, as nnx.state(model, nnx.Param) of flax 0.12.8 does", () => {
  const { totals, complete } = profile(
    `from flax import nnx
class Net(nnx.Module):
  def __init__(self, rngs):
    self.norm = nnx.WeightNorm(nnx.Conv(3, 8, kernel_size=(3, 3), rngs=rngs), rngs=rngs)
  def __call__(self, x):
    return self.norm(x)
`,
    { model: "Net", input: ["1x16x16x3"] },
  );
  expect({ ...totals, complete }).toMatchObject({ params: 224, macs: 55_296, complete: true });
});

it("counts nnx' mapped and scanned layers once each", () => {
  const { totals, layers, complete } = profile(
    `import jax
from flax import nnx
class Block(nnx.Module):
  def __init__(self, dim, *, rngs):
    self.linear = nnx.Linear(dim, dim, rngs=rngs)
    self.bn = nnx.BatchNorm(dim, rngs=rngs)
  def __call__(self, x):
    return self.bn(self.linear(x))
class Net(nnx.Module):
  def __init__(self, rngs):
    @nnx.split_rngs(splits=5)
    @nnx.vmap(axis_size=5)
    def create(rngs):
      return Block(10, rngs=rngs)
    self.layers = create(rngs)
  def __call__(self, x):
    @nnx.split_rngs(splits=5)
    @nnx.scan
    def step(x, block):
      return block(x), None
    x, _ = step(x, self.layers)
    return x
`,
    { model: "Net", input: ["1x10"] },
  );
  expect(layers[0]).toMatchObject({ calls: 5, macs: 500, params: 550 });
  expect({ ...totals, complete }).toMatchObject({ params: 650, macs: 500, complete: true });
});

it("takes no function that gives parameters for a network", () => {
  const report = profile(`from flax import linen as nn
import jax
import jax.numpy as jnp
class CNN(nn.Module):
  @nn.compact
  def __call__(self, x): return nn.Conv(4, (3, 3))(x)
def init():
  return CNN().init(jax.random.key(0), jnp.ones((1, 16, 16, 3)))['params']
`);
  expect(report.networks).toEqual(["CNN"]);
  expect(report.input).toMatchObject({ shapes: [[1, 16, 16, 3]], origin: "call" });
});

it("makes a parameter of sizes that NumPy computed", () => {
  const { totals, complete } = profile(
    `import numpy as np
from flax import linen as nn
class Net(nn.Module):
  @nn.compact
  def __call__(self, x):
    shape = x.shape[1:3]
    pos = self.param('pos', nn.initializers.normal(stddev=0.02), (1, np.prod(shape), 8))
    return nn.Dense(8)(x.reshape(1, -1, 3)) + pos
`,
    { model: "Net", input: ["1x4x4x3"] },
  );
  expect({ ...totals, complete }).toMatchObject({ params: 16 * 8 + 32, macs: 16 * 24, complete: true });
});

const CRITIC = `
import jax
import jax.numpy as jnp
from flax import linen as nn
class Critic(nn.Module):
  @nn.compact
  def __call__(self, s, a): return jnp.squeeze(nn.Dense(1)(jnp.concatenate([s, a], -1)), -1)
def critics(axis):
  return nn.vmap(Critic, variable_axes={'params': 0}, split_rngs={'params': True}, in_axes=None, out_axes=axis, axis_size=2)
`;

it.each([
  [0, [2, 3]],
  [-1, [3, 2]],
])("gives every copy under nn.vmap the whole batch where in_axes is None (out_axes=%i)", (axis, shape) => {
  const { output, totals, input } = profile(
    `${CRITIC}
class Double(nn.Module):
  @nn.compact
  def __call__(self, s, a): return critics(${axis})()(s, a)
`,
    { model: "Double", input: ["3x17", "3x6"] },
  );
  expect(output).toEqual([shape]);
  // Real JAX: 138 for the batch of three.
  expect((totals.macs ?? 0) * (input.batch?.samples ?? 1)).toBe(138);
  expect(totals.params).toBe(48);
});

it("puts each answer of jax.vmap where out_axes says, and what is the same for all once", () => {
  const { output, totals } = profile(
    `${CRITIC}
class Net(nn.Module):
  @nn.compact
  def __call__(self, s, a):
    p, q = jax.vmap(lambda x, y: (x @ y.T, y), in_axes=(0, None), out_axes=(1, None))(s, a)
    return p, nn.Dense(8)(q)
`,
    { model: "Net", input: ["3x7x16", "5x16"] },
  );
  expect(output).toEqual([
    [7, 3, 5],
    [5, 8],
  ]);
  expect(totals.macs).toBe(2320);
});

it("maps entries of dicts by the tree of axes, and keyword arguments along their first axis", () => {
  const { output, totals } = profile(
    `${CRITIC}
class Net(nn.Module):
  @nn.compact
  def __call__(self, x):
    p = {'w': jnp.ones((4, 8, 5)), 'b': jnp.ones((5,))}
    f = jax.vmap(lambda p, x, k: x @ p['w'] + p['b'] + k, in_axes=({'w': 0, 'b': None}, None))
    return f(p, x, k=jnp.ones((4, 5)))
`,
    { model: "Net", input: ["2x8"] },
  );
  expect(output).toEqual([[4, 2, 5]]);
  expect(totals.macs).toBe(160);
});

it("counts a convolution once that also makes the parameters of its layer, and takes a deviation's dtype", () => {
  const { output, totals, complete } = profile(
    `${CRITIC}
class Net(nn.Module):
  @nn.compact
  def __call__(self, x):
    conv = nn.Conv(5, (3, 3), padding=1, parent=None)
    kernel = self.param('kernel', lambda rng, x: conv.init(rng, x)['params']['kernel'], x)
    bias = self.param('bias', lambda rng, x: conv.init(rng, x)['params']['bias'], x)
    spread = jnp.var(kernel, axis=(0, 1, 2), dtype=jnp.float32, keepdims=True)
    return conv.apply({'params': {'kernel': kernel / jnp.sqrt(spread + 1e-5), 'bias': bias}}, x)
`,
    { model: "Net", input: ["1x8x8x3"] },
  );
  expect(output).toEqual([[1, 8, 8, 5]]);
  expect({ ...totals, complete }).toMatchObject({ params: 140, macs: 8640, complete: true });
});

it("says that a cell's method is called on its class, and does not fail", () => {
  const { diagnostics, totals } = profile(
    `${CRITIC}
class Net(nn.Module):
  @nn.compact
  def __call__(self, x):
    h = nn.GRUCell.initialize_carry(jax.random.PRNGKey(0), (1,), 4)
    _, y = nn.GRUCell(features=4)(h, x)
    return y
`,
    { model: "Net", input: ["1x3"] },
  );
  expect(totals.macs).toBe(84);
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
});

it("reads FrozenDict[str, Any] as a type", () => {
  const { diagnostics, complete } = profile(
    `${CRITIC}
import flax
from typing import Any
Params = flax.core.FrozenDict[str, Any]
class Net(nn.Module):
  @nn.compact
  def __call__(self, x): return nn.Dense(4)(x)
`,
    { model: "Net", input: ["1x3"] },
  );
  expect({ diagnostics, complete }).toEqual({ diagnostics: [], complete: true });
});

it("gives each copy of a mapped module the whole input where in_axes is None", () => {
  const { output, input, totals } = profile(
    `import jax.numpy as jnp
from flax import linen as nn
class Critic(nn.Module):
  @nn.compact
  def __call__(self, o, a):
    x = jnp.concatenate([o, a], -1)
    return nn.Dense(1)(nn.relu(nn.Dense(16)(x))).squeeze(-1)
class Net(nn.Module):
  @nn.compact
  def __call__(self, o, a):
    V = nn.vmap(Critic, variable_axes={'params': 0}, split_rngs={'params': True}, in_axes=None, out_axes=0, axis_size=2)
    return V()(o, a)
`,
    { model: "Net", input: ["32x7", "32x3"] },
  );
  expect(output).toEqual([[2, 32]]);
  expect(input.batch?.samples).toBe(32);
  expect(totals).toMatchObject({ macs: 11_264 / 32, params: 386 });
});

it("maps the other arguments where in_axes is None for one", () => {
  const { output, totals } = profile(
    `import jax.numpy as jnp
from flax import linen as nn
class Both(nn.Module):
  @nn.compact
  def __call__(self, x, y):
    return nn.Dense(4)(x) + nn.Dense(4)(y)
class Net(nn.Module):
  @nn.compact
  def __call__(self, x, y):
    V = nn.vmap(Both, variable_axes={'params': 0}, split_rngs={'params': True}, in_axes=(None, 0), out_axes=0)
    return V()(x, y)
`,
    { model: "Net", input: ["1x7", "3x1x5"] },
  );
  expect(output).toEqual([[3, 1, 4]]);
  expect(totals.params).toBe(3 * (7 * 4 + 4 + 5 * 4 + 4));
});

it("takes samples from axis 1 of a sequence with time in front", () => {
  const { input, totals } = profile(
    `import jax.numpy as jnp
from flax import linen as nn
class Net(nn.Module):
  @nn.compact
  def __call__(self, x):
    a = nn.RNN(nn.GRUCell(6), time_major=True)(x)
    return nn.Bidirectional(nn.RNN(nn.LSTMCell(5)), nn.RNN(nn.LSTMCell(5)))(a.transpose(1, 0, 2))
`,
    { model: "Net", input: ["11x3x4"] },
  );
  expect(input.batch).toEqual({ samples: 3, axis: 1 });
  expect(totals.macs).toBe(20_460 / 3);
});

it("takes time_major from the call of a recurrent layer, and gives it to both directions", () => {
  const net = (layer: string): string => `import jax.numpy as jnp
from flax import linen as nn
class Net(nn.Module):
  @nn.compact
  def __call__(self, x):
    c, y = ${layer}(x, time_major=True)
    return c, y
net = Net()
net.init_with_output(0, jnp.ones((11, 3, 4)))
`;
  const one = profile(net("nn.RNN(nn.SimpleCell(6), return_carry=True)"), {
    model: "Net",
    input: ["11x3x4"],
  });
  expect(one.output).toEqual([
    [3, 6],
    [11, 3, 6],
  ]);
  expect(one.totals.macs).toBe(11 * 60);
  const both = "nn.Bidirectional(nn.RNN(nn.SimpleCell(6)), nn.RNN(nn.SimpleCell(6)), return_carry=True)";
  const two = profile(net(both), { model: "Net", input: ["11x3x4"] });
  expect(two.input.batch).toEqual({ samples: 3, axis: 1 });
  expect(two.totals.macs).toBe(2 * 11 * 60);
});

it.each(["LSTMCell", "OptimizedLSTMCell", "GRUCell"])(
  "knows the parameters of a scanned %s whose first state it makes itself",
  (cell) => {
    const { totals, complete } = profile(
      `import jax
from flax import linen as nn
class Net(nn.Module):
  @nn.compact
  def __call__(self, x):
    scan = nn.scan(nn.${cell}, variable_broadcast='params', split_rngs={'params': False}, in_axes=1, out_axes=1)
    cell = scan(8)
    return cell(cell.initialize_carry(jax.random.PRNGKey(0), x[:, 0].shape), x)[1]
`,
      { model: "Net", input: ["1x5x4"] },
    );
    const gates = cell === "GRUCell" ? 3 : 4;
    expect({ macs: totals.macs, params: totals.params, complete }).toEqual({
      macs: 5 * gates * 8 * (4 + 8),
      params: gates * 8 * (4 + 8 + 1) + (cell === "GRUCell" ? 8 : 0),
      complete: true,
    });
  },
);
