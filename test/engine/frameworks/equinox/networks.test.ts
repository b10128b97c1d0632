/** Networks of Equinox: names by their path in the tree, figures as the real library's traces gave them. */
import { expect, it } from "vitest";
import { profile } from "../../profile.ts";

const NET = `
import equinox as eqx
import jax
import jax.numpy as jnp


class LayerNorm2d(eqx.nn.LayerNorm):
    def __call__(self, x):
        x = jnp.transpose(x, (1, 2, 0))
        return jnp.transpose(jax.vmap(jax.vmap(super().__call__))(x), (2, 0, 1))


class Block(eqx.Module):
    conv: eqx.nn.Conv2d
    norm: LayerNorm2d
    mlp: eqx.nn.MLP
    scale: jax.Array

    def __init__(self, width, *, key):
        keys = jax.random.split(key, 2)
        self.conv = eqx.nn.Conv2d(width, width, 3, padding=1, groups=width, key=keys[0])
        self.norm = LayerNorm2d(width)
        self.mlp = eqx.nn.MLP(width, width, 2 * width, 1, jax.nn.gelu, key=keys[1])
        self.scale = jnp.ones((width, 1, 1))

    def __call__(self, x, *, key=None):
        y = self.norm(self.conv(x))
        c, h, w = y.shape
        y = jax.vmap(self.mlp)(y.reshape(c, h * w).T).T.reshape(c, h, w)
        return x + self.scale * y


class Net(eqx.Module):
    stem: eqx.nn.Sequential
    blocks: list
    norm: eqx.nn.BatchNorm
    head: eqx.nn.Linear

    def __init__(self, key, classes=5):
        k1, k2, k3, k4 = jax.random.split(key, 4)
        self.stem = eqx.nn.Sequential([eqx.nn.Conv2d(3, 8, 4, 4, key=k1), eqx.nn.Lambda(jax.nn.relu)])
        self.blocks = [Block(8, key=k) for k in (k2, k3)]
        self.norm = eqx.nn.BatchNorm(8, axis_name="batch")
        self.head = eqx.nn.Linear(8, classes, key=k4)

    def __call__(self, x, state):
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        x, state = self.norm(x, state)
        return self.head(jnp.mean(x, axis=(1, 2))), state
`;

it("traces one sample, maps layers over positions, and supplies keys and the state", () => {
  const { input, totals, complete, layers, framework } = profile(NET, { model: "Net", input: ["3x32x32"] });
  expect({ framework, complete, macs: totals.macs, params: totals.params }).toEqual({
    framework: "equinox",
    complete: true,
    macs: 66600,
    params: 1221,
  });
  expect(input.shapes).toEqual([[3, 32, 32]]);
  expect(layers.slice(0, 6).map(({ name, macs, params, calls }) => [name, macs, params, calls])).toEqual([
    ["stem.layers[0]", 24576, 392, 1],
    ["blocks[0].conv", 4608, 80, 1],
    ["blocks[0].norm", 0, 16, 1],
    ["blocks[0].mlp.layers[0]", 8192, 144, 64],
    ["blocks[0].mlp.layers[1]", 8192, 136, 64],
    ["blocks[0].__mul__", 0, 8, 1],
  ]);
});

it("takes the input of a mapped call in the file, without its batch", () => {
  const { input, network } = profile(`import equinox as eqx
import jax
import jax.numpy as jnp
class CNN(eqx.Module):
    conv: eqx.nn.Conv2d
    def __init__(self, key):
        self.conv = eqx.nn.Conv2d(1, 3, kernel_size=4, key=key)
    def __call__(self, x):
        return jax.nn.relu(self.conv(x))
def main():
    model = CNN(jax.random.PRNGKey(0))
    jax.vmap(model)(jnp.ones((64, 1, 28, 28)))
`);
  expect(network).toBe("CNN");
  expect(input).toMatchObject({ shapes: [[1, 28, 28]], origin: "call" });
});

it("gives a stack that a mapped constructor makes the parameters of all its layers", () => {
  const { totals, complete } = profile(
    `import equinox as eqx
import jax
class Net(eqx.Module):
    blocks: eqx.nn.Linear
    def __init__(self, key):
        self.blocks = eqx.filter_vmap(lambda k: eqx.nn.Linear(4, 4, key=k))(jax.random.split(key, 3))
    def __call__(self, x):
        dynamic, static = eqx.partition(self.blocks, eqx.is_array)
        def step(x, part):
            return eqx.combine(part, static)(x), None
        return jax.lax.scan(step, x, dynamic)[0]
`,
    { input: ["4"] },
  );
  expect({ ...totals, complete }).toMatchObject({ macs: 48, params: 60, complete: true });
});

it("counts no array in a static field", () => {
  const report = profile(`
from typing import Any
import equinox as eqx
import jax
import jax.numpy as jnp
class Scorer(eqx.Module):
    table: jax.Array
    bias: Any = eqx.field(static=True)
    other: Any = eqx.static_field()
    def __init__(self, size, key):
        self.table = jax.random.normal(key, (size, size))
        self.bias = jnp.ones((64, 64))
        self.other = jnp.ones((8, 8))
    def __call__(self, x):
        return x @ self.table
net = Scorer(16, jax.random.PRNGKey(0))
y = net(jnp.ones((4, 16)))
`);
  expect(report.totals).toMatchObject({ macs: 1024, params: 256 });
});

it.each([
  ["jax.pmap", "jax.pmap(lambda row: self.a(row))(x)"],
  [
    "jax.pmap with a static argument",
    "jax.pmap(lambda row, n: self.a(row) if n == 3 else row, static_broadcasted_argnums=1)(x, 3)",
  ],
  ["eqx.filter_pmap", "eqx.filter_pmap(self.a)(x)"],
])("counts a layer under %s once for each device's slice", (_, call) => {
  const source = `import equinox as eqx, jax
class Net(eqx.Module):
  a: eqx.nn.Linear
  def __init__(self, key=jax.random.PRNGKey(0)):
    self.a = eqx.nn.Linear(8, 4, key=key)
  def __call__(self, x):
    return ${call}
`;
  const { totals, output, complete } = profile(source, { model: "Net", input: ["5x8"] });
  expect({ macs: totals.macs, params: totals.params, output, complete }).toEqual({
    macs: 160,
    params: 36,
    output: [[5, 4]],
    complete: true,
  });
});

it("takes numbers and arrays without axes for scalars, as jnp.isscalar does", () => {
  const source = `import equinox as eqx, jax, jax.numpy as jnp
class Net(eqx.Module):
  a: eqx.nn.Linear
  def __init__(self, key=jax.random.PRNGKey(0)):
    self.a = eqx.nn.Linear(8, 4, key=key)
  def __call__(self, x):
    isScalar = [jnp.isscalar(2.0), jnp.isscalar(jnp.zeros(())), jnp.isscalar(x), jnp.isscalar("a")]
    return self.a(x) if isScalar == [True, True, False, True] else x
`;
  const { totals, complete } = profile(source, { model: "Net", input: ["8"] });
  expect({ macs: totals.macs, complete }).toEqual({ macs: 32, complete: true });
});
