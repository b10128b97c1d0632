/** A file whose only networks come from packages that are not there says so. */
import { expect, it } from "vitest";
import { createEngine } from "../../src/engine/engine.ts";
import { loadParsers } from "../../src/node/wasm.ts";
import { memoryHost } from "./memoryHost.ts";

const parsers = await loadParsers();

const wrapped = `
from tensorflow import keras

def build(classes=10):
    base = keras.applications.ResNet50(weights=None)
    return keras.Model(base.input, base.output)
`;

const foreign = `
import some_models

def build():
    return some_models.resnet(3)
`;

it.each([
  [
    "a builder of keras.applications without Keras",
    wrapped,
    "keras.applications is read from its own files, and keras is not installed",
  ],
  [
    "a builder of a package that is not there",
    foreign,
    "module some_models was not found (.convlens/stubs/some_models.py can stand for it)",
  ],
])("%s", (_, source, reason) => {
  const engine = createEngine({ parsers, host: memoryHost({ "/app/model.py": source }) });
  const { failures, reports } = engine.analyze("/app/model.py");
  const said = [
    ...failures.map((failure) => failure.reason),
    ...reports.flatMap(({ diagnostics }) => diagnostics.map(({ message }) => message)),
  ];
  expect(said.join("\n")).toContain(reason);
});

it("puts the reason behind the want of a network", () => {
  const engine = createEngine({ parsers, host: memoryHost({ "/app/model.py": foreign }) });
  const result = engine.profile("/app/model.py");
  expect(result.ok ? "" : result.reason).toBe(
    "no network was found; build: module some_models was not found (.convlens/stubs/some_models.py can stand for it): set convlens.pythonPath, or --python, to the environment that has it",
  );
});

it.each([
  [
    "a variable that a stand-in's unknown function makes",
    'import timm\nnet = timm.create_model("resnet18")\n',
    "net: timm is not installed: its models are not known (convlens sources add timm gets its sources;",
  ],
  [
    "a variable of a class that no rule stands for",
    "from transformers import ViTConfig, ViTModel\nnet = ViTModel(ViTConfig())\n",
    "net: transformers.ViTModel is not modelled (convlens sources add transformers gets its sources;",
  ],
  [
    "a variable of a package that is not there",
    'import segmentation_models_pytorch as smp\nnet = smp.Unet("resnet34")\n',
    "net: module segmentation_models_pytorch was not found (convlens sources add segmentation-models-pytorch",
  ],
])("tells whose sources to get without any import of a framework: %s", (_, source, reason) => {
  const engine = createEngine({ parsers, host: memoryHost({ "/app/model.py": source }) });
  const { failures } = engine.analyze("/app/model.py");
  expect(failures.map((failure) => `${failure.network}: ${failure.reason}`).join("\n")).toContain(reason);
});

it("misses no network of what only fetches files and words", () => {
  const source = `
from huggingface_hub import hf_hub_download
from safetensors.torch import load_file
from transformers import AutoTokenizer
weights = load_file(hf_hub_download("a/b", "c"))
words = AutoTokenizer.from_pretrained("bert")
`;
  const engine = createEngine({ parsers, host: memoryHost({ "/app/model.py": source }) });
  expect(engine.analyze("/app/model.py").failures).toEqual([]);
});

it("libraries of data and environments make no networks: none is missed for them", () => {
  const source = `
import gym
import pandas as pd
from sklearn.preprocessing import StandardScaler
env = gym.make("CartPole-v1")
scaler = StandardScaler()
def prepare_data(path):
    return pd.read_csv(path)
`;
  const engine = createEngine({ parsers, host: memoryHost({ "/app/model.py": source }) });
  expect(engine.analyze("/app/model.py").failures).toEqual([]);
  expect(engine.profile("/app/model.py")).toMatchObject({ ok: false, reason: "no network was found" });
});

it("says why nothing is known of what the program uses as a network", () => {
  const text = `import argparse
from torch import nn, optim
parser = argparse.ArgumentParser()
parser.add_argument("-net", required=True)
args = parser.parse_args()
nets = {"small": nn.Linear(3, 2), "large": nn.Linear(3, 9)}
net = nets[args.net]
rows = nets[args.net].weight
optimizer = optim.SGD(net.parameters(), lr=0.1)
`;
  const engine = createEngine({ parsers, host: memoryHost({ "/app/train.py": text }) });
  const result = engine.profile("/app/train.py");
  expect(result.ok ? "" : result.reason).toBe("no network was found; net: needs -net");
});
