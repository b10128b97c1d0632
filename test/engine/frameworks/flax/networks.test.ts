/** Networks of linen and nnx: names as Flax gives them, parameters as real Flax counts them, inputs from calls. */
import { describe, expect, it } from "vitest";
import { expectFigures, type Fixture, profile } from "../../profile.ts";

const LINEN =
  "import jax\nimport jax.numpy as jnp\nfrom functools import partial\nfrom typing import Any\nfrom flax import linen as nn\n";
const NNX = "import jax\nimport jax.numpy as jnp\nfrom flax import nnx\n";

/** Names with parameters, in the order of the trace. */
function names(source: string, options: Fixture = {}): Readonly<Record<string, number | null>> {
  const report = profile(source, options);
  expect(report.diagnostics.map(({ message }) => message)).toEqual([]);
  return Object.fromEntries(report.layers.map(({ name, params }) => [name, params]));
}

describe("linen", () => {
  it("prices layers made in a compact method, on the input of an init that is never called", () => {
    const report = expectFigures(`${LINEN}
class CNN(nn.Module):  #: total 4643840 MACs, 824458 params
  @nn.compact
  def __call__(self, x):
    x = nn.Conv(features=32, kernel_size=(3, 3))(x)  #: 225792 MACs, 320 params, 1x28x28x32
    x = nn.relu(x)
    x = nn.avg_pool(x, window_shape=(2, 2), strides=(2, 2))
    x = nn.Conv(features=64, kernel_size=(3, 3))(x)  #: 3612672 MACs, 18496 params, 1x14x14x64
    x = nn.avg_pool(nn.relu(x), window_shape=(2, 2), strides=(2, 2))
    x = x.reshape((x.shape[0], -1))
    x = nn.relu(nn.Dense(features=256)(x))  #: 802816 MACs, 803072 params, 1x256
    return nn.Dense(features=10)(x)  #: 2560 MACs, 2570 params, 1x10

def create_train_state(rng, config):
  cnn = CNN()
  return cnn.init(rng, jnp.ones([1, 28, 28, 1]))['params']
`);
    expect(report.input).toMatchObject({ shapes: [[1, 28, 28, 1]], origin: "call" });
    expect(report.layers.map(({ name }) => name)).toEqual(["Conv_0", "Conv_1", "Dense_0", "Dense_1"]);
  });

  it("takes the side of nn.cond that its condition tells, and is not complete where nothing tells it", () => {
    const source = (condition: string) => `${LINEN}
# convlens: input=1x4
class Net(nn.Module):
  def setup(self):
    self.wide = nn.Dense(100)
    self.narrow = nn.Dense(10)

  def __call__(self, x):
    return nn.cond(${condition}, lambda m, y: m.wide(y), lambda m, y: m.narrow(y), self, x)
`;
    expect(profile(source("True")).totals.macs).toBe(400);
    expect(profile(source("False")).totals.macs).toBe(40);
    expect(profile(source("x.sum() > 0"))).toMatchObject({ complete: false, totals: { macs: null } });
  });

  it("gives arrays the shapes that JAX's own keywords, reversed slices, samples and derivatives have", () => {
    const expected: Readonly<Record<string, readonly number[]>> = {
      "x[:, ::-1]": [2, 3],
      "x[None, 5:0:-1, -1:-9:-2]": [1, 1, 2],
      "jnp.flip(m=x, axis=0)": [2, 3],
      "jnp.pad(array=x, pad_width=((1, 1), (0, 2)))": [4, 5],
      "jnp.std(a=x, axis=0, ddof=1, keepdims=True)": [1, 3],
      "jnp.repeat(x, jnp.array([1, 2]), axis=0, total_repeat_length=5)": [5, 3],
      "jax.lax.split(x, (1, 2), 1)[1]": [2, 2],
      "jax.random.choice(key, x, (4,), axis=1)": [2, 4],
      "jax.random.choice(key, 5, (4,))": [4],
      "jax.random.dirichlet(key, jnp.ones(3), (2,))": [2, 3],
      "jax.grad(lambda v: v.sum())(x)": [2, 3],
      "jax.value_and_grad(lambda v: (v.sum(), v[0]), has_aux=True)(x)[1]": [2, 3],
      "jax.jacfwd(lambda v: v.sum(0))(x)": [3, 2, 3],
      "jax.hessian(lambda v: v.sum())(x[0])": [3, 3],
      "jax.jvp(lambda v: v @ v.T, (x,), (x,))[1]": [2, 2],
      "jax.jvp(lambda v: (v @ v.T, v), (x,), (x,), has_aux=True)[2]": [2, 3],
      "jax.vjp(lambda v, w: v @ w.T, x, x)[1](x @ x.T)[1]": [2, 3],
      "jax.linearize(lambda v: v @ v.T, x)[1](x)": [2, 2],
      "jnp.ones(jax.eval_shape(lambda v: v @ v.T, x).shape)": [2, 2],
      "nnx.grad(lambda v: v.sum())(x)": [2, 3],
      "nnx.value_and_grad(lambda v, w: (v @ w.T).sum(), argnums=(0, 1))(x, x[0])[1][1]": [3],
      "nnx.fori_loop(0, 2, lambda i, v: v * i, x)": [2, 3],
      "hk.grad(lambda v: v.sum())(x)": [2, 3],
      "hk.value_and_grad(lambda v: v.sum())(x)[1]": [2, 3],
      "eqx.filter_grad(lambda v: v.sum())(x)": [2, 3],
      "eqx.filter_value_and_grad(has_aux=True)(lambda v: (v.sum(), v[0]))(x)[0][1]": [3],
    };
    const lines = Object.keys(expected).map((made, i) => `    nn.Dense(1, name="d${i}")(${made})\n`);
    const report = profile(`${LINEN}
from flax import nnx
import equinox as eqx, haiku as hk
# convlens: input=2x3
class Net(nn.Module):
  @nn.compact
  def __call__(self, x):
    nn.Dense(1, name="first")(x)
    key = jax.random.PRNGKey(0)
${lines.join("")}    return x
`);
    const dense = report.layers.filter(({ type }) => type === "Dense");
    const given = dense.slice(1).map((layer) => layer.in[0]);
    expect(Object.fromEntries(Object.keys(expected).map((made, i) => [made, given[i]]))).toEqual(expected);
  });

  it("counts nothing of what `eval_shape` runs for its shapes", () => {
    const report = profile(`${LINEN}
# convlens: input=2x3
class Net(nn.Module):
  @nn.compact
  def __call__(self, x):
    return nn.Dense(jax.eval_shape(lambda v: v.T @ v, x).shape[0])(x)
`);
    expect(report).toMatchObject({ complete: true, totals: { macs: 9, params: 12 } });
  });

  it("has no total for a network that runs a function backwards", () => {
    const report = profile(`${LINEN}
# convlens: input=2x3
class Net(nn.Module):
  @nn.compact
  def __call__(self, x):
    return nn.Dense(4)(jax.grad(lambda v: (v @ v.T).sum())(x))
`);
    expect(report).toMatchObject({ complete: false, totals: { macs: null } });
  });

  it("gives NumPy's and JAX's grids the shapes that the libraries give them", () => {
    const report = profile(
      `${LINEN}import numpy as np
class Net(nn.Module):
  @nn.compact
  def __call__(self, x):
    grids = jnp.mgrid[0:4, 0:5:2], np.mgrid[-1:1:.5, 0:3], np.mgrid[6:0:-2], jnp.indices((4, 5))
    rows, columns = np.ogrid[0:4, 0:5]
    last = nn.Dense(int(np.mgrid[0:2, 1:4][1, 1, 2]))(x)
    return *grids, rows, columns, last
`,
      { input: ["1x4"] },
    );
    expect(report.output).toEqual([[2, 4, 3], [2, 4, 3], [3], [2, 4, 5], [4, 1], [1, 5], [1, 3]]);
    expect(report.complete).toBe(true);
  });

  it("takes the input of an init whose model and size callers give", () => {
    const report = expectFigures(`${LINEN}
class CNN(nn.Module):  #: total 681984 MACs, 184554 params
  num_classes: int = 10
  @nn.compact
  def __call__(self, x, train: bool = True):
    x = nn.Conv(8, (3, 3))(x)  #: 497664 MACs, 224 params, 1x48x48x8
    return nn.Dense(self.num_classes)(x.reshape((x.shape[0], -1)))  #: 184320 MACs, 184330 params, 1x10

def initialized(key, image_size, model):
  @jax.jit
  def init(*args):
    return model.init(*args)
  variables = init({'params': key}, jnp.ones((1, image_size, image_size, 3), jnp.float32))
  return variables['params'], variables.get('batch_stats')

def create_train_state(rng, config, model, image_size):
  params, stats = initialized(rng, image_size, model)
  return params

def train_and_evaluate(config, workdir):
  model = CNN()
  return create_train_state(jax.random.key(0), config, model, 48)
`);
    expect(report.input).toMatchObject({ shapes: [[1, 48, 48, 3]], origin: "call" });
  });

  it("names blocks by class and order, and layers by an explicit name", () => {
    const source = `${LINEN}
class Block(nn.Module):
  filters: int
  conv: Any
  norm: Any
  @nn.compact
  def __call__(self, x):
    y = self.norm()(self.conv(self.filters, (3, 3))(x))
    if x.shape != y.shape:
      x = self.conv(self.filters, (1, 1), name='conv_proj')(x)
    return nn.relu(x + y)

class Net(nn.Module):
  depth: int = 2
  @nn.compact
  def __call__(self, x, train: bool = True):
    conv = partial(nn.Conv, use_bias=False)
    norm = partial(nn.BatchNorm, use_running_average=not train)
    x = conv(8, (3, 3), name='conv_init')(x)
    for i in range(self.depth):
      x = Block(8 * 2 ** i, conv=conv, norm=norm)(x)
    return nn.Dense(5)(jnp.mean(x, axis=(1, 2)))
`;
    expect(names(source, { input: ["1x32x32x3"] })).toEqual({
      conv_init: 216,
      "Block_0.Conv_0": 576,
      "Block_0.BatchNorm_0": 16,
      "Block_1.Conv_0": 1152,
      "Block_1.BatchNorm_0": 32,
      "Block_1.conv_proj": 128,
      Dense_0: 85,
    });
  });

  it("names what setup makes by its attributes, lists and dicts included", () => {
    const source = `${LINEN}
class Net(nn.Module):
  def setup(self):
    self.stem = nn.Conv(4, (3, 3))
    self.layers = [nn.Dense(4) for _ in range(2)]
    self.seq = nn.Sequential([nn.Dense(4), nn.relu])
    self.heads = {'a': nn.Dense(2), 'b': nn.Dense(3)}
  def encode(self, x):
    for layer in self.layers:
      x = layer(x)
    return x
  def __call__(self, x):
    x = self.seq(self.encode(self.stem(x)))
    return self.heads['a'](x), self.heads['b'](x)
`;
    expect(names(source)).toEqual({
      stem: 112,
      layers_0: 20,
      layers_1: 20,
      "seq.layers_0": 20,
      heads_a: 10,
      heads_b: 15,
    });
  });

  it("knows zeros and ones by linen's own names", () => {
    const report = profile(
      `${LINEN}
class Tokens(nn.Module):
  dim: int = 32
  @nn.compact
  def __call__(self, x):
    x = nn.Conv(self.dim, (4, 4), (4, 4))(x)
    x = x.reshape(x.shape[0], -1, self.dim)
    cls = self.param("cls", nn.zeros, (1, 1, self.dim))
    scale = self.param("scale", nn.ones, (self.dim,))
    x = jnp.concatenate([jnp.broadcast_to(cls, (x.shape[0], 1, self.dim)), x], axis=1) * scale
    return nn.Dense(10)(x[:, 0])
`,
      { input: ["1x32x32x3"] },
    );
    expect(report.totals).toMatchObject({ macs: 98_624, params: 1962 });
  });

  it("counts the parameters of a module once that is called twice", () => {
    const report = profile(
      `${LINEN}
class Net(nn.Module):
  @nn.compact
  def __call__(self, x):
    layer = nn.Dense(3)
    return layer(layer(x))
`,
      { input: ["2x3"] },
    );
    expect(report.layers.map(({ name, calls, params, macs }) => ({ name, calls, params, macs }))).toEqual([
      { name: "Dense_0", calls: 2, params: 12, macs: 18 },
    ]);
  });

  it("gives every step of a lifted scan parameters of its own", () => {
    const report = profile(
      `${LINEN}
class Block(nn.Module):
  @nn.compact
  def __call__(self, x, _):
    return nn.relu(nn.Dense(4)(x)), None

class Net(nn.Module):
  @nn.compact
  def __call__(self, x):
    blocks = nn.scan(Block, variable_axes={'params': 0}, split_rngs={'params': True}, length=3)
    x, _ = blocks()(x, None)
    return nn.remat(Head)()(x)

class Head(nn.Module):
  @nn.compact
  def __call__(self, x):
    return nn.Dense(2)(x)
`,
      { input: ["1x4"], model: "Net" },
    );
    expect(report.layers.map(({ name, params, macs }) => [name, params, macs])).toEqual([
      ["ScanBlock_0.Dense_0", 60, 48],
      ["CheckpointHead_0.Dense_0", 10, 8],
    ]);
  });

  it("makes a network of functools.partial with the arguments it lacks", () => {
    const source = `${LINEN}
class Net(nn.Module):
  widths: Any
  classes: int
  @nn.compact
  def __call__(self, x):
    for width in self.widths:
      x = nn.Conv(width, (3, 3), strides=2)(x)
    return nn.Dense(self.classes)(x.mean((1, 2)))

Small = partial(Net, widths=[4, 8])
`;
    expect(names(source, { model: "Small", args: "classes=10" })).toEqual({
      Conv_0: 112,
      Conv_1: 296,
      Dense_0: 90,
    });
  });

  it("counts self.param and what is multiplied with it", () => {
    const report = profile(
      `${LINEN}
class Net(nn.Module):
  @nn.compact
  def __call__(self, x):
    w = self.param('w', nn.initializers.lecun_normal(), (x.shape[-1], 5))
    scale = self.param('scale', lambda key: jnp.ones((5,)))
    return jnp.dot(x, w) * scale
`,
      { input: ["2x3"] },
    );
    expect(report.totals).toMatchObject({ macs: 15, params: 20 });
    expect(report.output).toEqual([[2, 5]]);
  });

  it("says where the channels of a transposed input do not fit", () => {
    const report = profile(
      `${LINEN}
class Net(nn.Module):
  @nn.compact
  def __call__(self, x):
    return nn.Conv(8, (3, 3), feature_group_count=4)(x)
`,
      { input: ["1x8x8x3"] },
    );
    expect(report.diagnostics.map(({ code }) => code)).toContain("shape-mismatch");
  });
});

describe("nnx", () => {
  it("prices layers by the path of attributes, and fits the input to the dense layer", () => {
    const report = expectFigures(`${NNX}
from functools import partial
class CNN(nnx.Module):  #: total 4643840 MACs, 824650 params
  def __init__(self, rngs: nnx.Rngs):
    self.conv1 = nnx.Conv(1, 32, kernel_size=(3, 3), rngs=rngs)  #: 225792 MACs, 320 params, 1x28x28x32
    self.norm1 = nnx.BatchNorm(32, rngs=rngs)  #: 0 MACs, 64 params, 1x28x28x32
    self.conv2 = nnx.Conv(32, 64, kernel_size=(3, 3), rngs=rngs)  #: 3612672 MACs, 18496 params, 1x14x14x64
    self.norm2 = nnx.BatchNorm(64, rngs=rngs)  #: 0 MACs, 128 params, 1x14x14x64
    self.pool = partial(nnx.avg_pool, window_shape=(2, 2), strides=(2, 2))
    self.linear1 = nnx.Linear(3136, 256, rngs=rngs)  #: 802816 MACs, 803072 params, 1x256
    self.linear2 = nnx.Linear(256, 10, rngs=rngs)  #: 2560 MACs, 2570 params, 1x10
  def __call__(self, x, rngs: nnx.Rngs):
    x = self.pool(nnx.relu(self.norm1(self.conv1(x))))
    x = self.pool(nnx.relu(self.norm2(self.conv2(x))))
    x = nnx.relu(self.linear1(x.reshape(x.shape[0], -1)))
    return self.linear2(x)
`);
    expect(report.input).toMatchObject({ shapes: [[1, 28, 28, 1]], origin: "fitted" });
  });

  it("follows lists, sequences and parameters of the program's own", () => {
    const source = `${NNX}
class Block(nnx.Module):
  def __init__(self, width, *, rngs):
    self.attention = nnx.MultiHeadAttention(2, width, decode=False, rngs=rngs)
    self.mlp = nnx.Sequential(nnx.Linear(width, 8, rngs=rngs), nnx.gelu, nnx.Linear(8, width, rngs=rngs))
  def __call__(self, x):
    return x + self.mlp(self.attention(x))

class Net(nnx.Module):
  def __init__(self, *, rngs: nnx.Rngs):
    self.cls = nnx.Param(jnp.zeros((1, 1, 4)))
    self.blocks = nnx.List([Block(4, rngs=rngs) for _ in range(1)])
  def __call__(self, x):
    x = jnp.concatenate([self.cls, x], axis=1)
    for block in self.blocks:
      x = block(x)
    return x
`;
    const report = profile(source, { input: ["1x5x4"] });
    expect(report.totals.params).toBe(4 + 80 + 40 + 36);
    expect(report.output).toEqual([[1, 6, 4]]);
    expect(report.layers.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        "blocks.0.attention.query",
        "blocks.0.attention",
        "blocks.0.mlp.layers.0",
        "blocks.0.mlp.layers.2",
      ]),
    );
  });

  it("gives None where fewer inputs are given and an argument may be None", () => {
    const source = `${NNX}
class Block(nnx.Module):  #: total 510 MACs, 72 params
  def __init__(self, *, rngs: nnx.Rngs):
    self.proj = nnx.Einsum('BTD,DNH->BTNH', (6, 2, 3), rngs=rngs)  #: 180 MACs, 36 params, 1x5x2x3
    self.out = nnx.Einsum('BTNH,NHD->BTD', (2, 3, 6), rngs=rngs)  #: 180 MACs, 36 params, 1x5x6
  def __call__(self, x, cache: dict | None, mask):
    y = self.proj(x, out_sharding=None)
    if cache is not None:
      y = jnp.concatenate([cache['v'], y], axis=1)
    y = jnp.einsum('BTS,BSNH->BTNH', mask, y)
    return x + self.out(y, out_sharding=None), cache
`;
    expectFigures(source, { input: ["1x5x6", "1x5x5"] });
  });
});
