/** Names that every JavaScript object answers to are names like any other: the figures do not depend on them. */
import { expect, test } from "vitest";
import type { Report } from "../../src/engine/contract/report.ts";
import { profile } from "./profile.ts";

const NAMES =
  "constructor __proto__ toString hasOwnProperty valueOf isPrototypeOf __defineGetter__ toLocaleString".split(
    " ",
  );

const net = (body: string, call = "self.c(x)", init = "self") => `
import torch
from collections import OrderedDict
from torch import nn
class Net(nn.Module):
    def __init__(${init}):
        super().__init__()
${body.replace(/^/gm, "        ")}
    def forward(self, x):
        return ${call}
`;
const CONV = "nn.Conv2d(3, 8, 3)";

const PYTHON: Record<string, (name: string) => string> = {
  attribute: (n) => net(`self.${n} = ${CONV}`, `self.${n}(x)`),
  method: (n) =>
    `${net(`self.c = ${CONV}`, `self.${n}(x)`)}    def ${n}(self, x):\n        return self.c(x)\n`,
  class: (n) => net(`self.c = ${CONV}`).replace("class Net", `class ${n}`),
  function: (n) => `${net(`self.c = ${n}()`)}\ndef ${n}():\n    return ${CONV}\n`,
  "parameter and keyword": (n) =>
    `${net(`self.c = make(${n}=8)`)}\ndef make(${n}):\n    return nn.Conv2d(3, ${n}, 3)\n`,
  variable: (n) => net(`${n} = 8\nself.c = nn.Conv2d(3, ${n}, 3)`),
  "spread key": (n) =>
    `${net(`self.c = make(**{"${n}": 8})`)}\ndef make(**more):\n    return nn.Conv2d(3, more["${n}"], 3)\n`,
  "ordered layers": (n) => net(`self.c = nn.Sequential(OrderedDict([("${n}", ${CONV})]))`, `self.c.${n}(x)`),
  "added layer": (n) => net(`self.add_module("${n}", ${CONV})`, `getattr(self, "${n}")(x)`),
  import: (n) => `from torch import nn as ${n}\n${net(`self.c = ${n}.Conv2d(3, 8, 3)`)}`,
  "Keras layer": (n) =>
    `import keras\nNet = keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Conv2D(8, 3, name="${n}")])\n`,
};

const TYPESCRIPT: Record<string, (name: string) => string> = {
  function: (n) => `function ${n}() { return tf.layers.dense({ units: 8, inputShape: [4] }); }
const model = tf.sequential(); model.add(${n}());`,
  variable: (n) => `const ${n} = 8;
const model = tf.sequential(); model.add(tf.layers.dense({ units: ${n}, inputShape: [4] }));`,
  "object key": (n) => `const sizes = { ["${n}"]: 8 };
const model = tf.sequential(); model.add(tf.layers.dense({ units: sizes["${n}"], inputShape: [4] }));`,
  "layer name": (n) =>
    `const model = tf.sequential(); model.add(tf.layers.dense({ units: 8, inputShape: [4], name: "${n}" }));`,
};

const figures = ({ totals, complete, layers }: Report) => ({
  totals,
  complete,
  layers: layers.map(({ macs, params, in: given, out }) => [macs, params, given, out]),
});

for (const [position, source] of Object.entries(PYTHON))
  test.each(NAMES)(`Python, ${position}: %s`, (name) => {
    expect(figures(profile(source(name)))).toEqual(figures(profile(source("ordinary"))));
  });

for (const [position, source] of Object.entries(TYPESCRIPT))
  test.each(NAMES)(`TypeScript, ${position}: %s`, (name) => {
    const read = (given: string) =>
      figures(
        profile(`import * as tf from "@tensorflow/tfjs";\n${source(given)}\nexport { model };`, {
          file: "/app/model.ts",
        }),
      );
    expect(read(name)).toEqual(read("ordinary"));
  });

test.each(NAMES)("a file and a module of it: %s", (name) => {
  const read = (given: string) =>
    figures(
      profile(`from ${given} import layer\n${net("self.c = layer()")}`, {
        files: { [`/app/${given}.py`]: `from torch import nn\ndef layer():\n    return ${CONV}\n` },
      }),
    );
  expect(read(name)).toEqual(read("ordinary"));
});
