/** Networks of which nothing ran have no totals: 0 MACs would be a figure that real frameworks never give. */
import { expect, it } from "vitest";
import { profile } from "./profile.ts";

it("a network without a forward has no total, and keeps its parameters", () => {
  const report = profile(`
import torch.nn as nn
class Agent(nn.Module):
    def __init__(self):
        super().__init__()
        self.actor = nn.Linear(8, 4)
    def get_value(self, x):
        return self.actor(x)
agent = Agent()
`);
  expect(report.totals).toMatchObject({ macs: null, params: 36 });
  expect(report.complete).toBe(false);
  expect(report.diagnostics.map(({ message }) => message)).toContain(
    "NotImplementedError: Agent has no forward method",
  );
});

it("a network of which no layer with weights ran has no total", () => {
  const report = profile(`
import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
        self.head = nn.Linear(8, 4)
    def forward(self, x):
        return x.relu()
`);
  expect(report).toMatchObject({ complete: false, totals: { macs: null, params: 260 } });
  expect(report.diagnostics[0]?.message).toBe("conv and all else that multiplies did not run");
});

it("Keras refuses the arguments that its models no longer take", () => {
  const report = profile(`
from keras.layers import Input, Conv2D
from keras.models import Model
def segmenter(size=(64, 64, 1)):
    image = Input(size)
    mask = Conv2D(1, 1, activation="sigmoid")(image)
    return Model(input=image, output=mask)
`);
  expect(report.totals.macs).toBeNull();
  expect(report.complete).toBe(false);
  expect(report.diagnostics.map(({ message }) => message).join("\n")).toContain(
    "Model takes inputs= and outputs=, and knows no input=, output=",
  );
});

it("the main network is the one that is made of the others", () => {
  const report = profile(`
import torch.nn as nn
backbone = nn.Sequential(nn.Conv2d(3, 8, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten())
model = nn.Sequential(backbone, nn.Linear(8, 2))
`);
  expect(report.network).toBe("model");
});

it("a copy of the main network is not main", () => {
  const report = profile(`
import copy
import torch.nn as nn
model = nn.Sequential(nn.Conv2d(3, 8, 3))
averaged = copy.deepcopy(model)
`);
  expect(report.network).toBe("model");
});

it("an argument that nothing gives is unknown in TypeScript too, not the NaN of undefined", () => {
  const report = profile(
    `
import * as tf from "@tensorflow/tfjs";
export function build({ width, name }: { width: number; name: string }) {
  const inputs = tf.input({ shape: [2, 12 * width], name });
  const hidden = tf.layers.lstm({ units: 8 }).apply(inputs) as tf.SymbolicTensor;
  return tf.model({ inputs, outputs: tf.layers.dense({ units: 3 }).apply(hidden) as tf.SymbolicTensor });
}
`,
    { file: "/app/net.ts" },
  );
  expect(report.complete).toBe(false);
  expect(report.totals).toMatchObject({ macs: null, params: null });
  expect(report.diagnostics.map(({ message }) => message)).toContain("lstm_LSTM1: needs width");
});
