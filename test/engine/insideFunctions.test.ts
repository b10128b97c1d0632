/** Networks that functions make and keep to themselves, in files that have no other. */
import { expect, it } from "vitest";
import { createEngine } from "../../src/engine/engine.ts";
import { loadParsers } from "../../src/node/wasm.ts";
import { memoryHost } from "./memoryHost.ts";
import { profile } from "./profile.ts";

const parsers = await loadParsers();

const training = `
from keras.layers import Dense
from keras.models import Sequential
from sklearn.datasets import make_moons
from sklearn.preprocessing import LabelEncoder

label_encoder = LabelEncoder()

def prepare(count):
    points, labels = make_moons(n_samples=count, noise=0.1)
    return points, label_encoder.fit_transform(labels)

def fit(x_train, y_train, epochs):
    model = Sequential()
    model.add(Dense(50, input_dim=2, activation="relu"))
    model.add(Dense(3, activation="softmax"))
    model.compile(loss="categorical_crossentropy", optimizer="adam")
    history = model.fit(x_train, y_train, epochs=epochs)
    print(history.history["loss"])
`;

it("a network inside of a training function is found without the function's data", () => {
  const report = profile(training);
  expect(report.network).toBe("fit");
  expect(report.totals).toMatchObject({ params: 303, macs: 250 });
  expect(report.complete).toBe(true);
});

it("what prepares data is no network that failed", async () => {
  const engine = createEngine({
    parsers: await loadParsers(),
    host: memoryHost({ "/app/model.py": training }),
  });
  expect(engine.analyze("/app/model.py").failures).toEqual([]);
});

it("several networks of a function are told apart, the parts of others are not", () => {
  const report = profile(`
from keras.layers import Dense, Input
from keras.models import Model, Sequential
def run(x):
    encoder = Sequential([Dense(3, input_dim=4)])
    image = Input((4,))
    autoencoder = Model(image, Dense(4)(encoder(image)))
    critic = Sequential([Dense(1, input_dim=4)])
    autoencoder.fit(x, x)
    critic.fit(x, x)
`);
  expect(report.networks).toEqual(["run", "run.2"]);
  expect(report.totals.params).toBe(15 + 16);
});

it("a network of PyTorch that a program makes of another file's class is found, its loss is none", () => {
  const files = {
    "/app/net.py": `
from torch import nn
class Net(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.fc = nn.Linear(4, classes)
    def forward(self, x):
        return self.fc(x)
`,
  };
  const report = profile(
    `
from torch import nn, optim
from net import Net
def train(args):
    net = Net(3).to(args.device)
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.SGD(net.parameters(), lr=args.lr)
    for x, y in args.data:
        criterion(net(x), y).backward()
        optimizer.step()
`,
    { files },
  );
  expect([report.networks, report.totals.params]).toEqual([["train"], 15]);
});

const TFJS = "import * as tf from '@tensorflow/tfjs';\n";
const dense = (units: number) => `tf.layers.dense({ units: ${units}, inputShape: [3] })`;

it.each([
  [
    "an arrow function that a class has as a property",
    `${TFJS}
export class Generator {
  model: tf.LayersModel | undefined;
  width = 3;
  create = (units: number = 5): void => {
    const model = tf.sequential();
    model.add(tf.layers.dense({ units, inputShape: [this.width] }));
    this.model = model;
  };
}
`,
    "Generator.create",
    20,
  ],
  [
    "an effect of a component",
    `${TFJS}
import { useEffect, useState } from 'react';
export function App() {
  const [loss, setLoss] = useState(0);
  useEffect(() => {
    const model = tf.sequential({ layers: [${dense(6)}] });
    model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
  }, []);
  return null;
}
`,
    "App",
    24,
  ],
  [
    "a handler of a component",
    `${TFJS}
export const Train = ({ data }) => {
  const handleClick = async () => {
    const model = tf.sequential();
    model.add(${dense(7)});
    await model.fit(data.xs, data.ys, { epochs: 3 });
  };
  return null;
};
`,
    "Train",
    28,
  ],
  [
    "a worker's message handler",
    `${TFJS}
self.onmessage = async (event) => {
  const model = tf.sequential();
  model.add(${dense(8)});
  await model.fit(event.data.xs, event.data.ys);
};
`,
    "network",
    32,
  ],
])("%s builds a network", (_, source, network, params) => {
  const report = profile(source, { file: "/app/net.tsx" });
  expect([report.network, report.totals.params]).toEqual([network, params]);
});

const AGENT = `
import torch
import torch.nn as nn

class Critic(nn.Module):
    def __init__(self, states, width):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(states, width), nn.Linear(width, 1))

    def forward(self, x):
        return self.net(x)

class Agent:
    def __init__(self, states, width=8):
        self.critic = Critic(states, width)

    def value(self, x):
        return self.critic(x)
`;

it("networks of a plain class get the arguments that another file makes its objects with", () => {
  const files = {
    "/app/agent.py": AGENT,
    "/app/main.py":
      "import agent\nkwargs = {'states': 17}\nkwargs['width'] = 5\npolicy = agent.Agent(**kwargs)\n",
  };
  const result = createEngine({ parsers, host: memoryHost(files) }).profile("/app/agent.py");
  expect(result.ok && result.report.totals.macs).toBe(17 * 5 + 5);
  expect(result.ok && result.report.arguments).toMatchObject({
    text: "states=17, width=5",
    at: { file: "/app/main.py", line: 4 },
  });
});

it("what an object without arguments makes comes before what a class would make of unknown ones", () => {
  const report = profile(
    AGENT.replace("states, width=8", "").replace("Critic(states, width)", "Critic(3, 4)"),
  );
  expect([report.network, report.totals.macs, report.complete]).toEqual(["Agent", 3 * 4 + 4, true]);
});
