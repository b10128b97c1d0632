/** Networks and lists of layers that an unknown function is given: it may change them. */
import { describe, expect, it } from "vitest";
import type { Report } from "../../../src/engine/contract/report.ts";
import { profile } from "../profile.ts";

const made = (statement: string): Report =>
  profile(`
import torch.nn as nn
from elsewhere import lib
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        layers = [nn.Linear(8, 8)]
        self.first = nn.Sequential(nn.Linear(8, 8))
        ${statement}
        self.rest = nn.Sequential(*layers)
    def forward(self, x):
        return self.rest(self.first(x))
`);

const said = ({ assumptions }: Report): readonly string[] =>
  (assumptions ?? []).map(({ text }) => text).filter((text) => text.includes("change nothing"));

describe("while a network is made, an unknown function that is given it or its layers makes it incomplete", () => {
  it.each([
    ["lib.add_heads(self)", "lib.add_heads"],
    ["lib.extend(self.first)", "lib.extend"],
    ["lib.extend(layers)", "lib.extend"],
    ["lib.extend(into=layers)", "lib.extend"],
  ])("%s", (statement, name) => {
    const report = made(statement);
    expect(report.complete).toBe(false);
    expect(said(report)).toEqual([`${name}(…) is taken to change nothing of what it is given`]);
  });
});

it("a list of layers that a builder hands to an unknown function may hold more", () => {
  const report = profile(`
import torch.nn as nn
from elsewhere import lib
def make():
    layers = [nn.Linear(8, 8)]
    lib.extend(layers)
    return nn.Sequential(*layers)
net = make()
`);
  expect(report.complete).toBe(false);
});

it("a place in such a list, counted from its end, may be any of them", () => {
  const report = profile(`
import torch.nn as nn
from elsewhere import lib
layers = [nn.Linear(8, 8), nn.Linear(8, 4)]
lib.extend(layers)
net = nn.Sequential(layers[-2])
`);
  expect(report.complete).toBe(false);
});

it.each(["lib.init_weights(self)", "lib.summary(self)", "lib.Watcher(self)", "lib.check(8)"])(
  "%s leaves the figures whole",
  (statement) => {
    expect(made(statement)).toMatchObject({ complete: true, totals: { params: 144 } });
  },
);

it("a network that is made and then handed to an unknown function keeps its figures, and the report lists it", () => {
  const report = profile(
    `
import keras
from elsewhere import add
model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(4)])
add(model)
`,
    { model: "model" },
  );
  expect(report).toMatchObject({ complete: true, totals: { params: 36 } });
  expect(said(report)).toEqual(["add(…) is taken to change nothing of what it is given"]);
});

it("a TensorFlow.js model that is handed to an unknown method is listed likewise", () => {
  const report = profile(
    `
import * as tf from "@tensorflow/tfjs";
import { lib } from "./elsewhere";
const model = tf.sequential();
model.add(tf.layers.dense({ units: 8, inputShape: [4] }));
lib.addHead(model);
`,
    { file: "/app/net.js", model: "model" },
  );
  expect(said(report)).toEqual(["lib.addHead(…) is taken to change nothing of what it is given"]);
});
