/** What unknown values are given, and what a program does an unknown number of times, is never left out of a total. */
import { describe, expect, it } from "vitest";
import { profile } from "../profile.ts";

const inModel = (statement: string): string => `
import * as tf from "@tensorflow/tfjs";
import { unknown, Unknown } from "./elsewhere";
const model = tf.sequential();
model.add(tf.layers.dense({ inputShape: [8], units: 16 }));
const add = () => {
  model.add(tf.layers.dense({ units: 4 }));
};
${statement}
model.add(tf.layers.dense({ units: 2 }));
`;

const inNetwork = (statement: string): string => `
import functools
import torch.nn as nn
from elsewhere import unknown
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(8, 16)
        layers = []
        def add(*given):
            layers.append(nn.Linear(16, 16))
        ${statement}
        self.more = nn.Sequential(*layers)
        self.last = nn.Linear(16, 2)
    def forward(self, x):
        return self.last(self.more(self.first(x)))
net = Net()
`;

const openTotals = { macs: null, params: null };

describe("a TypeScript model that grows an unknown number of times has no total", () => {
  it.each([
    "unknown.forEach(add);",
    "unknown?.each?.((x) => add());",
    "Object.entries(unknown).forEach(([key, value]) => add());",
    "Array.from(unknown, add);",
    "Array.from({ length: unknown }, add);",
    "new Unknown(add);",
    "unknown({ onLayer: add });",
    "unknown([add]);",
    "unknown.then(add);",
    "(await unknown).map(add);",
    "unknown.reduce((all, x) => add(), 0);",
    "for (const x of unknown) add();",
    "if (unknown) add();",
    "if (unknown.a) add(); else if (unknown.b) { add(); add(); }",
    "unknown ?? add();",
    "add(...unknown);",
  ])("%s", (statement) => {
    const report = profile(inModel(statement), { file: "/app/net.js", model: "model" });
    expect(report.complete).toBe(false);
    expect(report.totals).toMatchObject(openTotals);
    expect(report.layers.slice(0, 2).map(({ macs }) => macs)).toEqual([128, 64]);
    expect(report.layers.at(-1)).toMatchObject(openTotals);
  });
});

describe("a Python network that grows an unknown number of times has no total", () => {
  it.each([
    "unknown.each(add)",
    "unknown(lambda: add())",
    "unknown(each=add)",
    "unknown([add])",
    "list(map(add, unknown))",
    "[add(x) for x in unknown]",
    "[add(x) for x in range(2) if unknown]",
    "{add(x) for x in unknown}",
    "all(add(x) for x in unknown)",
    "functools.reduce(lambda all, x: add(x), unknown)",
    "sorted(unknown, key=add)",
    "for x in unknown: add(x)",
    "add(*unknown)",
  ])("%s", (statement) => {
    const report = profile(inNetwork(statement), { model: "net" });
    expect(report.complete).toBe(false);
    expect(report.totals).toMatchObject(openTotals);
  });
});

it("a Keras model that is added to on one side of an unknown condition has no total", () => {
  const report = profile(
    `
import keras
from elsewhere import flag
model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(16)])
if flag:
    model.add(keras.layers.Dense(4))
model.add(keras.layers.Dense(2))
`,
    { model: "model" },
  );
  expect(report.totals).toMatchObject(openTotals);
  expect(report.layers.map(({ macs }) => macs)).toEqual([128, 64, null]);
});

it("a model that is made whole on one side of an unknown condition keeps its figures", () => {
  const report = profile(
    `
import keras
from elsewhere import flag
if flag:
    model = keras.Sequential([keras.Input((8,))])
    model.add(keras.layers.Dense(16))
    model.add(keras.layers.Dense(2))
`,
    { model: "model" },
  );
  expect(report).toMatchObject({ complete: true, totals: { macs: 160, params: 178 } });
});

it("an unknown value keeps what ||= would give it open", () => {
  const report = profile(
    `
import * as tf from "@tensorflow/tfjs";
import { unknown } from "./elsewhere";
let units = unknown.units;
units ||= 4;
const model = tf.sequential();
model.add(tf.layers.dense({ inputShape: [8], units }));
`,
    { file: "/app/net.js", model: "model" },
  );
  expect(report.totals).toMatchObject(openTotals);
});

it("ops of a function that forward gives to something unknown make the total incomplete, and the place is told", () => {
  const report = profile(`
import torch.nn as nn
from elsewhere import each
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(8, 8)
    def forward(self, x):
        names = [name for name in self.training_names] if self.training else []
        each(lambda: self.layer(x))
        return self.layer(x)
`);
  expect(report.totals.macs).toBeNull();
  expect(report.diagnostics.map(({ at }) => at.line)).toContain(10);
});

it("a function that is given to something unknown and never ends costs a share of the steps, no more", () => {
  const report = profile(
    `
import * as tf from "@tensorflow/tfjs";
import { unknown } from "./elsewhere";
function train() {
  for (;;) unknown.step(train);
}
unknown.addEventListener("click", train);
const model = tf.sequential();
model.add(tf.layers.dense({ inputShape: [8], units: 2 }));
`,
    { file: "/app/net.js", model: "model" },
  );
  expect(report).toMatchObject({ complete: true, totals: { macs: 16, params: 18 } });
});

it("a function that is given to something unknown and calls itself without end stops nothing", () => {
  const report = profile(
    `
import * as tf from "@tensorflow/tfjs";
import { unknown } from "./elsewhere";
function visit(node) {
  if (node.isLeaf) return 1;
  return visit(node.child) + 1;
}
unknown.forEach(visit);
const model = tf.sequential();
model.add(tf.layers.dense({ inputShape: [8], units: 2 }));
`,
    { file: "/app/net.js", model: "model" },
  );
  expect(report).toMatchObject({ complete: true, totals: { macs: 16, params: 18 } });
});

it("what a network missed while the file's own statements made it is missed by its report", () => {
  const report = profile(inNetwork('exec("add()")'), { model: "net" });
  expect(report.complete).toBe(false);
});
