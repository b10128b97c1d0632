/** Stubs of libraries around networks: environments, distributions, command lines; and labels of data sets. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { Report } from "../../src/engine/contract/report.ts";
import { createEngine } from "../../src/engine/engine.ts";
import { loadParsers } from "../../src/node/wasm.ts";
import { memoryHost } from "./memoryHost.ts";

const parsers = await loadParsers();
const FOLDER = path.resolve(import.meta.dirname, "../../stubs");
const SHIPPED = Object.fromEntries(
  readdirSync(FOLDER, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".py"))
    .map((name) => [`/shipped/${name.replaceAll("\\", "/")}`, readFileSync(path.join(FOLDER, name), "utf8")]),
);

function profile(source: string): Report {
  const host = memoryHost({ ...SHIPPED, "/app/model.py": source }, [], { own: [], shipped: ["/shipped"] });
  const result = createEngine({ parsers, host }).profile("/app/model.py");
  if (!result.ok) throw new Error(result.reason);
  return result.report;
}

const problems = ({ diagnostics }: Report): readonly string[] => diagnostics.map(({ message }) => message);

const AGENT = `
class Agent(nn.Module):
    def __init__(self, envs):
        super().__init__()
        self.trunk = nn.Linear(int(np.prod(envs.single_observation_space.shape)), 64)
        self.actor = nn.Linear(64, envs.single_action_space.n)

    def forward(self, x):
        return self.actor(self.trunk(x))
`;

function agentOn(library: string, name: string): string {
  return `import ${library} as gym
import numpy as np
import torch.nn as nn
${AGENT}
def make_env(name):
    def thunk():
        env = gym.make(name)
        return gym.wrappers.RecordEpisodeStatistics(env)
    return thunk

envs = gym.vector.SyncVectorEnv([make_env("${name}") for i in range(2)])
agent = Agent(envs)
`;
}

describe("the published spaces of an environment that the program names", () => {
  it.each(["gymnasium", "gym"])("give a network its sizes and are listed as assumed (%s)", (library) => {
    const report = profile(agentOn(library, "CartPole-v1"));
    expect([problems(report), report.complete, report.totals.macs]).toEqual([[], true, 4 * 64 + 64 * 2]);
    const assumed = report.assumptions?.map(({ text, at }) => `${text} (${at?.file}:${at?.line})`);
    expect(assumed).toContain(
      "the spaces of CartPole-v1 as published: observations (4,), actions 2 (/app/model.py:16)",
    );
  });

  it("are unknown, with the environment's name, where it is another's", () => {
    const report = profile(agentOn("gymnasium", "MyFarm-v0"));
    expect(report.complete).toBe(false);
    expect(report.totals.macs).toBe(null);
    expect(problems(report).join("\n")).toContain("the spaces of the environment MyFarm-v0 are not known");
  });

  it("are changed by wrappers: Atari's frames in grey, small and stacked", () => {
    const report = profile(`import gymnasium as gym
import torch.nn as nn
from stable_baselines3.common.atari_wrappers import ClipRewardEnv, NoopResetEnv

env = gym.make("BreakoutNoFrameskip-v4")
env = ClipRewardEnv(NoopResetEnv(env, noop_max=30))
env = gym.wrappers.ResizeObservation(env, (84, 84))
env = gym.wrappers.GrayScaleObservation(env)
env = gym.wrappers.FrameStack(env, 4)
frames, height, width = env.observation_space.shape
net = nn.Sequential(nn.Flatten(), nn.Linear(frames * height * width, env.action_space.n))
`);
    expect([problems(report), report.totals.macs]).toEqual([[], 4 * 84 * 84 * 4]);
  });

  it("tell continuous actions from discrete ones", () => {
    const report = profile(`import gym
import torch.nn as nn
from gym.spaces import Box, Discrete

env = gym.make("Hopper-v4")
actions = env.action_space.shape[0] if isinstance(env.action_space, Box) else env.action_space.n
net = nn.Linear(env.observation_space.shape[0], actions)
`);
    expect([report.complete, report.totals.macs]).toEqual([true, 11 * 3]);
  });
});

describe("a command line by tyro", () => {
  it("gives the defaults", () => {
    const report = profile(`from dataclasses import dataclass
import torch.nn as nn
import tyro

@dataclass
class Args:
    width: int = 48

args = tyro.cli(Args)
net = nn.Linear(args.width, 10)
`);
    expect([report.complete, report.totals.macs]).toEqual([true, 480]);
  });
});

describe("torch.distributions", () => {
  /** Shapes as torch 1.13 gives them. */
  const SHAPES: readonly (readonly [string, readonly number[]])[] = [
    ["Categorical(logits=h).sample()", [2]],
    ["Categorical(probs=h.softmax(-1)).sample((5,))", [5, 2]],
    ["Categorical(logits=h).log_prob(torch.zeros(2))", [2]],
    ["Categorical(logits=h).entropy()", [2]],
    ["Categorical(logits=h).probs", [2, 3]],
    ["Normal(h, torch.ones(3)).rsample()", [2, 3]],
    ["Normal(h, 1.0).sample((7,))", [7, 2, 3]],
    ["Normal(h, 1.0).log_prob(h)", [2, 3]],
    ["Independent(Normal(h, 1.0), 1).log_prob(h)", [2]],
    ["Independent(Normal(h, 1.0), 1).entropy()", [2]],
    ["MultivariateNormal(h, torch.diag_embed(h.exp())).log_prob(h)", [2]],
    ["MultivariateNormal(h, torch.diag_embed(h.exp())).entropy()", [2]],
    ["Bernoulli(logits=h).log_prob(h)", [2, 3]],
    ["OneHotCategorical(logits=h).sample()", [2, 3]],
    ["OneHotCategorical(logits=h).entropy()", [2]],
    ["Beta(h.exp(), h.exp()).entropy()", [2, 3]],
    ["Uniform(h, h + 1).sample((2,))", [2, 2, 3]],
    ["TransformedDistribution(Normal(h, 1.0), [transforms.TanhTransform()]).log_prob(h)", [2, 3]],
    ["kl_divergence(Categorical(logits=h), Categorical(logits=h))", [2]],
  ];

  it("gives samples, log probabilities and entropies in torch's shapes", () => {
    const { complete, diagnostics, output } = profile(`import torch
from torch import nn
from torch.distributions import *
from torch.distributions import transforms

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 3)

    def forward(self, x):
        h = self.fc(x)
        return (${SHAPES.map(([text]) => text).join(", ")},)

Net()(torch.zeros(2, 4))
`);
    expect(diagnostics).toEqual([]);
    expect(SHAPES.map(([text], at) => [text, output?.[at]])).toEqual(SHAPES);
    expect(complete).toBe(true);
  });

  it.each([
    "import torch.distributions as D\nN = D.Normal",
    "import torch\nN = torch.distributions.Normal",
    "from torch import distributions\nN = distributions.normal.Normal",
    "from torch.distributions.normal import Normal as N",
  ])("is found however it is imported: %s", (imports) => {
    const report = profile(`${imports}
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 3)

    def forward(self, x):
        h = self.fc(x)
        return N(h, h.exp()).rsample()

Net()(torch.zeros(1, 4))
`);
    expect([problems(report), report.complete, report.output]).toEqual([[], true, [[1, 3]]]);
  });

  it("says what it does not have", () => {
    const report = profile(`import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 3)

    def forward(self, x):
        return torch.distributions.StudentT(self.fc(x)).rsample() @ torch.zeros(3, 5)

Net()(torch.zeros(1, 4))
`);
    expect(report.totals.macs).toBe(null);
    expect(problems(report).join("\n")).toContain("torch.distributions.StudentT has no stub");
  });
});

describe("labels of a published data set", () => {
  const labels = (name: string, count: string): string => `import numpy as np
from keras.datasets import ${name}
from keras.layers import Dense
from keras.models import Sequential
from keras.utils import to_categorical

(x_train, y_train), (x_test, y_test) = ${name}.load_data()
classes = ${count}
model = Sequential()
model.add(Dense(classes, input_shape=(16,)))
`;

  it.each([
    ["mnist", "len(np.unique(y_train))", 10],
    ["mnist", "np.max(y_train) + 1", 10],
    ["cifar10", "y_train.max() + 1", 10],
    ["cifar100", "to_categorical(y_train).shape[1]", 100],
    ["mnist", "to_categorical(y_test).shape[1]", 10],
  ])("tell the number of classes: %s, %s", (name, count, classes) => {
    const report = profile(labels(name, count));
    expect([problems(report), report.totals.macs]).toEqual([[], 16 * classes]);
  });

  it("are forgotten where the program puts others in", () => {
    const report = profile(labels("mnist", "0\ny_train[y_train > 4] = 4\nclasses = len(np.unique(y_train))"));
    expect(report.totals.macs).toBe(null);
  });

  it("do not tell how often each is there", () => {
    const report = profile(labels("mnist", "int(np.unique(y_train, return_counts=True)[1][0])"));
    expect(report.totals.macs).toBe(null);
  });
});

describe("distrax", () => {
  it("gives samples, log probabilities and entropies by their shapes", () => {
    const report = profile(`import distrax
import flax.linen as nn
import jax
import jax.numpy as jnp

class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        h = nn.Dense(3)(x)
        key = jax.random.PRNGKey(0)
        choice = distrax.Categorical(logits=h)
        move = distrax.MultivariateNormalDiag(h, jnp.exp(h))
        action = choice.sample(seed=key)
        return action, choice.log_prob(action), choice.entropy(), move.sample(seed=key), move.log_prob(h), move.entropy()

Net().init(jax.random.PRNGKey(0), jnp.zeros((2, 4)))
`);
    expect(problems(report)).toEqual([]);
    expect([report.complete, report.output]).toEqual([true, [[1], [1], [1], [1, 3], [1], [1]]]);
  });

  it("squashes what a policy gives through a chain of bijectors", () => {
    const report = profile(`import distrax
import flax.linen as nn
import jax
import jax.numpy as jnp

class Squashed(distrax.Transformed):
    def __init__(self, loc, scale):
        layers = [
            distrax.Lambda(lambda x: x * 2, forward_log_det_jacobian=lambda x: jnp.zeros(x.shape[:-1]), event_ndims_in=1),
            distrax.Block(distrax.Tanh(), 1),
        ]
        super().__init__(distribution=distrax.MultivariateNormalDiag(loc, scale), bijector=distrax.Chain(layers))

class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        h = nn.Dense(3)(x)
        plain = distrax.Transformed(distrax.MultivariateNormalDiag(h, jnp.exp(h)), distrax.Block(distrax.Tanh(), 1))
        joined = distrax.Independent(distrax.Normal(h, jnp.exp(h)), reinterpreted_batch_ndims=1)
        squashed = Squashed(h, jnp.exp(h))
        key = jax.random.PRNGKey(0)
        return squashed.mode(), squashed.sample(seed=key), plain.log_prob(jnp.tanh(h)), joined.log_prob(h)

Net().init(jax.random.PRNGKey(0), jnp.zeros((2, 4)))
`);
    expect(problems(report)).toEqual([]);
    expect([report.complete, report.output]).toEqual([true, [[1, 3], [1, 3], [1], [1]]]);
  });
});
