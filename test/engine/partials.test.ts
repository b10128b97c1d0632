/** Networks that are partial functions by a name, and what other files of the program make them with and give them. */
import { describe, expect, test } from "vitest";
import { createEngine } from "../../src/engine/engine.ts";
import { loadParsers } from "../../src/node/wasm.ts";
import { memoryHost } from "./memoryHost.ts";
import { profile } from "./profile.ts";

const parsers = await loadParsers();

const NETS = `
from functools import partial
import flax.linen as nn
import jax.numpy as jnp

class Block(nn.Module):
    features: int
    @nn.compact
    def __call__(self, x):
        return nn.Conv(self.features, (3, 3))(x)

class Net(nn.Module):
    depth: int
    block_cls: type
    num_classes: int
    @nn.compact
    def __call__(self, x, train=False):
        for i in range(self.depth):
            x = self.block_cls(8 * 2**i)(x)
        return nn.Dense(self.num_classes)(jnp.mean(x, axis=(1, 2)))

Small = partial(Net, depth=1, block_cls=Block)
Large = partial(Net, depth=2, block_cls=Block)
`;

const WHOLE = `
Fixed = partial(Net, 1, Block, 10)
_Tiny = partial(Net, 0, Block, 10)
Wider = partial(Block, 16)
`;

const names = (source: string, more: Readonly<Record<string, string>> = {}) => {
  const engine = createEngine({ parsers, host: memoryHost({ "/app/models.py": source, ...more }) });
  const { reports, failures } = engine.analyze("/app/models.py");
  return {
    reports: reports.map(({ network }) => network),
    failures: failures.map(({ network, reason }) => `${network}: ${reason}`),
  };
};

describe("partial functions of classes", () => {
  test("are networks when nothing is left open, and say what is when something is", () => {
    const found = names(NETS + WHOLE);
    expect(found.reports).toEqual(["Fixed", "Wider"]);
    expect(found.failures).toContain("Large: needs num_classes");
    expect(found.failures).toContain("Small: needs num_classes");
  });

  test("take the arguments that the user gives", () => {
    // flax 0.12.8: 260 parameters of Conv_0 and Dense_0 for 4 classes
    const report = profile(NETS, { model: "Small", args: "num_classes=4", input: ["1x8x8x3"] });
    expect(report).toMatchObject({
      complete: true,
      totals: { params: 3 * 8 * 9 + 8 + 8 * 4 + 4, macs: 64 * 3 * 8 * 9 + 8 * 4 },
    });
  });

  test("are networks in PyTorch too, of a class or of a builder", () => {
    const { reports } = names(`
import functools as ft
import torch.nn as nn
class Net(nn.Module):
    def __init__(self, width, classes=10):
        super().__init__()
        self.conv = nn.Conv2d(3, width, 3)
    def forward(self, x):
        return self.conv(x)
def _net(width, depth):
    return Net(width * depth)
net8 = ft.partial(Net, width=8)
net16 = ft.partial(_net, 16, depth=1)
conv3x3 = ft.partial(nn.Conv2d, kernel_size=3)
`);
    expect(reports).toEqual(["net8", "net16"]);
  });
});

const TRAIN = `
import jax
import jax.numpy as jnp
import models

NUM_CLASSES = 5

def create_model(*, model_cls):
    dtype = jnp.bfloat16 if jax.local_devices()[0].platform == "tpu" else jnp.float32
    return model_cls(num_classes=NUM_CLASSES)

def initialized(key, size, model):
    @jax.jit
    def init(*args):
        return model.init(*args)
    return init({"params": key}, jnp.ones((1, size, size, 3)))

def train_and_evaluate(config, workdir):
    model = create_model(model_cls=getattr(models, config.model))
    return initialized(jax.random.key(0), 16, model)
`;

const CONFIG = `
import ml_collections
def get_config():
    config = ml_collections.ConfigDict()
    config.model = "Large"
    return config
`;

const MAIN = (file: string): string => `
from absl import app, flags
from ml_collections import config_flags
import train
FLAGS = flags.FLAGS
flags.DEFINE_string("workdir", None, "Where to.")
config_flags.DEFINE_config_file("config", ${file}, "Configuration.")
flags.mark_flags_as_required(["config", "workdir"])
def main(argv):
    train.train_and_evaluate(FLAGS.config, FLAGS.workdir)
if __name__ == "__main__":
    app.run(main)
`;

describe("a network chosen by its name in a configuration", () => {
  const files = (main: string) => ({
    "/app/train.py": TRAIN,
    "/app/main.py": main,
    "/app/configs/__init__.py": "",
    "/app/configs/default.py": CONFIG,
  });

  test("is made and run as the program does with the default configuration", () => {
    const engine = createEngine({
      parsers,
      host: memoryHost({ "/app/models.py": NETS, ...files(MAIN('"configs/default.py"')) }),
    });
    const report = engine.analyze("/app/models.py").reports.find(({ network }) => network === "Large");
    expect(report).toMatchObject({
      arguments: { text: "num_classes=5", at: { file: "/app/train.py" } },
      input: { shapes: [[1, 16, 16, 3]], origin: "call" },
      totals: { params: 3 * 8 * 9 + 8 + 8 * 16 * 9 + 16 + 16 * 5 + 5 },
    });
  });

  test("is not known where the configuration must be given", () => {
    expect(names(NETS, files(MAIN("None"))).failures).toContain("Large: needs num_classes");
  });

  test("is made as a benchmark's method does, before a test's", () => {
    const use = (module: string, name: string) => `
import unheard_of
import ${module}
class Benchmark(unheard_of.Benchmark):
    def test_it(self):
        ${name}
`;
    const engine = createEngine({
      parsers,
      host: memoryHost({
        "/app/models.py": NETS,
        "/app/train.py": TRAIN,
        "/app/models_test.py": use("models", "models.Large(num_classes=2)"),
        "/app/benchmark.py": use(
          "train",
          'train.train_and_evaluate(unheard_of.config, "x")\n        import types\n        train.train_and_evaluate(types.SimpleNamespace(model="Large"), "x")',
        ),
      }),
    });
    const report = engine.analyze("/app/models.py").reports.find(({ network }) => network === "Large");
    expect(report).toMatchObject({ arguments: { text: "num_classes=5" } });
  });
});

describe("the input of a network whose layers do not tell it", () => {
  const VAE = `
import flax.linen as nn
class Vae(nn.Module):
    latents: int = 20
    @nn.compact
    def __call__(self, x, rng):
        return nn.Dense(self.latents)(x)
def model(latents):
    return Vae(latents=latents)
`;

  test("is that of init in another file, one sample of an unknown batch, through a builder of the file", () => {
    const report = profile(VAE, {
      model: "Vae",
      file: "/app/models.py",
      files: {
        "/app/train.py": `
import jax
import jax.numpy as jnp
import models
def train(config):
    return models.model(config.latents).init(jax.random.key(0), jnp.ones((config.batch, 784)), jax.random.key(1))
`,
      },
    });
    expect(report).toMatchObject({
      input: { shapes: [[1, 784], [2]], origin: "call" },
      totals: { params: 784 * 20 + 20, macs: 784 * 20 },
    });
  });

  test("is not asked of other files where the layers tell it", () => {
    const report = profile(
      "import torch.nn as nn\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.conv = nn.Conv2d(3, 4, 3)\n    def forward(self, x):\n        return self.conv(x)\n",
      { files: { "/app/train.py": "import torch\nfrom model import Net\nNet()(torch.ones(1, 3, 8, 8))\n" } },
    );
    expect(report.input.origin).toBe("default");
  });
});
