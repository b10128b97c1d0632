/** Networks of Haiku: transformed functions and modules, named as real Haiku 0.0.17 names them. */
import { expect, it } from "vitest";
import { type Fixture, profile } from "../../profile.ts";

const HEAD = "import haiku as hk\nimport jax\nimport jax.numpy as jnp\n";

function rows(source: string, options: Fixture = {}): Readonly<Record<string, number | null>> {
  const report = profile(`${HEAD}${source}`, options);
  expect(report.diagnostics.map(({ message }) => message)).toEqual([]);
  expect({ framework: report.framework, complete: report.complete }).toEqual({
    framework: "haiku",
    complete: true,
  });
  return Object.fromEntries(report.layers.map(({ name, params }) => [name, params]));
}

const MODULE = `
class M(hk.Module):
  def __init__(self, name=None):
    super().__init__(name=name)
    self.a = hk.Linear(3)
  def enc(self, x):
    return hk.Linear(2)(self.a(x))
  def __call__(self, x):
    y = hk.Linear(5)(x)
    with hk.name_scope("foo"):
      y = hk.Linear(5)(y)
    return self.enc(y)
`;

it("names modules by where they are made: constructors, methods and scopes", () => {
  const found = rows(
    `${MODULE}
@hk.transform
def net(x):
  m = M()
  return M()(x), m(x), m(x)
`,
    { input: ["1x4"] },
  );
  expect(found).toEqual({
    "m_1/linear": 25,
    "m_1/foo/linear": 30,
    "m_1/~/linear": 18,
    "m_1/~enc/linear": 8,
    "m/linear": 25,
    "m/foo/linear": 30,
    "m/~/linear": 18,
    "m/~enc/linear": 8,
  });
});

it("gives each step of a stack of layers parameters of its own", () => {
  const found = rows(
    `${MODULE}
@hk.transform
def net(x):
  @hk.layer_stack(3)
  def layer(x):
    return hk.Linear(4)(jax.nn.relu(x))
  return layer(x)
`,
    { input: ["1x4"] },
  );
  expect(found).toEqual({ "__layer_stack_no_per_layer/linear": 60 });
});

it("takes a function that its file transforms for a network, and the input of its init", () => {
  const report = profile(`${HEAD}
def net_fn(x, is_training):
  x = hk.Conv2D(8, 3)(x)
  x = hk.BatchNorm(True, True, 0.9)(x, is_training)
  return hk.Linear(10)(hk.Flatten()(jax.nn.relu(x)))

def main(_):
  net = hk.without_apply_rng(hk.transform_with_state(net_fn))
  params, state = net.init(jax.random.PRNGKey(0), jnp.zeros((1, 28, 28, 1)), True)
`);
  expect(report.network).toBe("net_fn");
  expect(report.layers.map(({ name }) => name)).toEqual(["conv2_d", "batch_norm", "linear"]);
  expect(report.totals).toMatchObject({ macs: 28 * 28 * 8 * 9 + 62720, params: 80 + 16 + 62730 });
});

it("makes a module that stands by itself", () => {
  expect(rows(MODULE, { input: ["1x4"] })).toEqual({
    "m/linear": 25,
    "m/foo/linear": 30,
    "m/~/linear": 18,
    "m/~enc/linear": 8,
  });
});

it("does not know hk.nets where Haiku is not installed", () => {
  const { diagnostics, complete } = profile(`${HEAD}
net = hk.transform(lambda x: hk.nets.ResNet50(10)(x, False))
`);
  expect(complete).toBe(false);
  expect(diagnostics.map(({ message }) => message).join()).toContain("haiku is not installed");
});

it("counts a table that is looked up by one-hot vectors as the product that it is", () => {
  const macs = (make: string, call: string): number | null =>
    profile(`${HEAD}
# convlens: input=1x5:int32
net = hk.transform(lambda x: hk.Linear(3)(hk.Embed(10, 4${make})(x${call})))
`).totals.macs;
  expect(macs("", "")).toBe(60);
  expect(macs(', lookup_style="ONE_HOT"', "")).toBe(60 + 5 * 10 * 4);
  expect(macs("", ', lookup_style="one_hot"')).toBe(60 + 5 * 10 * 4);
});

it("has no policy of mixed precision where none was set", () => {
  const found = rows(
    `
@hk.transform
def net(x):
  policy = hk.mixed_precision.current_policy()
  return hk.Linear(2)(x.astype(jnp.float32 if policy is None else policy.compute_dtype))
`,
    { input: ["1x4"] },
  );
  expect(found).toEqual({ linear: 10 });
});

it("has the sizes of attention that its constructor works out, for classes that derive from it", () => {
  const found = rows(
    `
class Mine(hk.MultiHeadAttention):
  def __call__(self, x):
    return hk.Linear(self.value_size * self.num_heads)(x) + hk.Linear(self.model_size)(x)
@hk.transform
def net(x):
  return Mine(2, 4, w_init=hk.initializers.VarianceScaling())(x)
`,
    { input: ["1x3"] },
  );
  expect(Object.values(found)).toEqual([32, 32]);
});
