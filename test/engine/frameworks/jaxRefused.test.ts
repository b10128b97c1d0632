/** Calls that JAX's libraries refuse (jax, flax 0.12, dm-haiku, equinox), and calls beside them that they take. */
import { expect, it } from "vitest";
import { createEngine } from "../../../src/engine/engine.ts";
import { loadParsers } from "../../../src/node/wasm.ts";
import { memoryHost } from "../memoryHost.ts";

const parsers = await loadParsers();

const FLAX = (call: string) => `import jax, jax.numpy as jnp
import flax.linen as nn
class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        y = ${call}
        return nn.Conv(4, (1, 1))(x)
Net().init(jax.random.PRNGKey(0), jnp.zeros((1, 8, 8, 4)))
`;
const HAIKU = (call: string) => `import jax, jax.numpy as jnp
import haiku as hk
def net(x):
    return ${call}
Net = hk.transform(net)
Net.init(jax.random.PRNGKey(0), jnp.zeros((1, 8, 8, 4)))
`;
const EQUINOX = (layer: string) => `import jax, jax.numpy as jnp
import equinox as eqx
class Net(eqx.Module):
    l: eqx.Module
    def __init__(self, key):
        self.l = ${layer}
    def __call__(self, x):
        return self.l(x)
key = jax.random.PRNGKey(0)
Net(key)(jnp.zeros((4, 8, 8)))
`;

function profile(text: string) {
  const profiled = createEngine({ parsers, host: memoryHost({ "/app/model.py": text }) }).profile(
    "/app/model.py",
    { model: text.includes("def net") ? "net" : "Net" },
  );
  if (!profiled.ok) throw new Error(profiled.reason);
  return profiled.report;
}

it.each([
  [FLAX, "jax.nn.softmax(x, axis=9)", "axis 9 is out of bounds for array of dimension 4"],
  [FLAX, "nn.log_softmax(x, axis=-5)", "axis -5 is out of bounds for array of dimension 4"],
  [FLAX, "nn.glu(x[..., :3])", "axis size must be divisible by 2"],
  [FLAX, "jnp.split(x, 3, 1)", "array split does not result in an equal division: rest is 2"],
  [FLAX, "jnp.split(x, 0, 1)", "integer division or modulo by zero"],
  [FLAX, "jnp.squeeze(x, 1)", "cannot select an axis to squeeze out which has size not equal to one"],
  [FLAX, 'jnp.einsum("bhwc->bz", x)', "output subscript z, which does not appear"],
  [FLAX, "nn.max_pool(x, (3, 3), strides=(1, 1, 1))", "must equal its 3 strides"],
  [FLAX, "nn.SelfAttention(3)(x)", "memory dimension (4) that must be divisible by its number of heads (3)"],
  [FLAX, "nn.Dense(features=0)(x)", "features must be positive, gets 0"],
  [FLAX, "nn.Conv(0, (3, 3))(x)", "features must be positive, gets 0"],
  [FLAX, "nn.Embed(0, 4)(jnp.zeros((2, 3), int))", "num_embeddings must be positive, gets 0"],
  [FLAX, "jax.lax.dynamic_slice(x, (0, 0), (1, 2))", "cannot cut 1×2 out of 1×8×8×4"],
  [FLAX, "jax.lax.dynamic_slice(x, (0, 0, 0, 0), (1, 9, 2, 4))", "cannot cut 1×9×2×4 out of 1×8×8×4"],
  [FLAX, "nn.Conv(8, 3, strides=(1, 2))(x)", "has strides for 2 axes and a kernel of 1"],
  [FLAX, "nn.Conv(8, (3, 3), padding=[(1, 1)])(x)", "has padding for 1 axes and a kernel of 2"],
  [FLAX, "nn.Conv(8, (3, 3), input_dilation=2)(x)", "cannot be padded by name where input_dilation spreads"],
  [HAIKU, "hk.Conv2D(8, (3, 3, 3))(x)", "kernel_shape must have one size for each axis, gets (3, 3, 3)"],
  [HAIKU, "hk.Conv2D(8, 3, stride=(1, 1, 1))(x)", "stride must have one size for each axis"],
  [HAIKU, 'hk.Conv2D(8, 3, padding="foo")(x)', "expected 'VALID', 'SAME' or 'SAME_LOWER'"],
  [EQUINOX, "eqx.nn.Conv2d(0, 8, 3, key=key)", "in_channels must be positive, gets 0"],
  [EQUINOX, "eqx.nn.GRUCell(4, 0, key=key)", "hidden_size must be positive, gets 0"],
  [EQUINOX, "eqx.nn.AdaptiveAvgPool2d(9)", "cannot cut its 8×8 input into 9×9 parts"],
  [EQUINOX, "eqx.nn.Conv2d(4, 8, (3, 3, 3), key=key)", "kernel_size must have one size for each axis"],
  [EQUINOX, "eqx.nn.Conv2d(4, 8, 3, stride=(1, 1, 1), key=key)", "stride must have one size for each axis"],
  [EQUINOX, 'eqx.nn.Conv2d(4, 8, 3, padding_mode="foo", key=key)', "padding_mode must be one of zeros"],
  [EQUINOX, "eqx.nn.MaxPool2d((3, 3, 3))", "kernel_size must have one size for each axis"],
  [EQUINOX, "eqx.nn.AdaptiveAvgPool2d((2, 2, 2))", "target_shape must have one size for each axis"],
] as const)("%#: a call that is refused, in its words", (text, call, words) => {
  const { complete, diagnostics } = profile(text(call));
  expect(diagnostics.map(({ message }) => message).join("\n")).toContain(words);
  expect(complete).toBe(false);
});

it.each([
  [FLAX, "jax.nn.softmax(x, axis=-4)"],
  [FLAX, "nn.glu(x)"],
  [FLAX, "jnp.split(x, 2, 1)"],
  [FLAX, "jnp.split(x, [1, 2], 1)"],
  [FLAX, "jnp.array_split(x, 3, 1)"],
  [FLAX, "jnp.squeeze(x, 0)"],
  [FLAX, "jnp.squeeze(x)"],
  [FLAX, "jnp.arange(5, 1)"],
  [FLAX, "jnp.roll(x, (1, 2), 1)"],
  [FLAX, "jnp.clip(x)"],
  [FLAX, "nn.max_pool(x, (3, 3), strides=(2, 2))"],
  [FLAX, "nn.SelfAttention(2)(x)"],
  [HAIKU, "hk.Conv2D(8, (3,), stride=[1])(x)"],
  [HAIKU, 'hk.Conv2D(8, 3, padding="SAME_LOWER")(x)'],
  [EQUINOX, "eqx.nn.Conv2d(4, 8, (3, 3), stride=[1, 1], key=key)"],
  [EQUINOX, 'eqx.nn.Conv2d(4, 8, 3, padding=1, padding_mode="REFLECT", key=key)'],
  [EQUINOX, "eqx.nn.MaxPool2d((3, 3), (2, 2))"],
  [EQUINOX, "eqx.nn.AdaptiveAvgPool2d(8)"],
  [FLAX, "jax.lax.dynamic_slice(x, (0, 0, 0, 0), (1, 8, 2, 4))"],
  [FLAX, "nn.Conv(8, (3, 3), input_dilation=2, padding=1)(x)"],
  [FLAX, "nn.Conv(8, 3, strides=(2,), padding=(1,))(x)"],
  [HAIKU, "hk.Linear(0)(x)"],
] as const)("%#: a call that is taken", (text, call) => {
  expect(profile(text(call)).diagnostics).toEqual([]);
});
