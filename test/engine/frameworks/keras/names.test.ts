/** Names that Keras gives by itself follow the Keras that the program runs on. */
import { describe, expect, it } from "vitest";
import { type KerasPackage, kerasVersion } from "../../../../src/engine/frameworks/keras/version.ts";
import { memoryHost } from "../../memoryHost.ts";
import { profile } from "../../profile.ts";

const NET = `
a = Input((8, 8, 3))
b = Conv2D(4, 3)(a)
encoder = Model(a, Conv2D(4, 1)(b))
c = Input((8, 8, 3))
net = Model(c, Conv2D(2, 1)(encoder(c)))
`;
const from = (root: string): string => `from ${root}.layers import Conv2D, Input
from ${root}.models import Model
`;
const names = (source: string, files: Readonly<Record<string, string>>): string[] =>
  profile(source, { model: "net", files }).layers.map(({ name }) => name);

describe("names of layers", () => {
  it.each([
    ["Keras 3 where nothing tells", "keras", {}, ["conv2d", "conv2d_1", "conv2d_2"]],
    [
      "Keras 2 by the project's requirements",
      "tensorflow.keras",
      { "/app/requirements.txt": "numpy\ntensorflow>=2.4,<2.16  # old\n" },
      ["conv2d", "conv2d_1", "conv2d_2"],
    ],
    ["Keras 2 of its own", "tf_keras", {}, ["conv2d", "conv2d_1", "conv2d_2"]],
    [
      "Keras before 2.4, which counts from 1",
      "keras",
      { "/app/setup.py": "install_requires=['keras==2.2.4', 'h5py']" },
      ["conv2d_1", "conv2d_2", "conv2d_3"],
    ],
  ])("%s", (_, root, files, expected) => {
    expect(names(from(root) + NET, files)).toEqual(expected);
  });

  it.each([
    ["input_1", "", "input_1 is input_layer, by its name in another version of Keras"],
    ["input_layer", "tensorflow==2.8.0", "input_layer is input_1, by its name in another version of Keras"],
    ["input_layer", "keras==3.1", undefined],
  ])("get_layer(%j) finds the layer by its name in any version: %j", (name, needed, assumed) => {
    const tail = `net = Model(net.get_layer("${name}").output, net.output)\n`;
    const source = `${from("tensorflow.keras")}
a = Input((8, 8, 3))
net = Model(a, Conv2D(2, 3)(a))
${tail}`;
    const report = profile(source, { model: "net", files: { "/app/requirements.txt": needed } });
    expect(report.complete).toBe(true);
    expect(report.totals).toMatchObject({ macs: 1_944, params: 56 });
    expect(report.assumptions?.map(({ text }) => text).filter((text) => text.includes("Keras"))).toEqual(
      assumed === undefined ? [] : [assumed],
    );
  });
});

describe("the version of Keras", () => {
  const version = (needed: Readonly<Record<string, string>>, package_: KerasPackage = "tensorflow") =>
    kerasVersion(
      memoryHost(Object.fromEntries(Object.entries(needed).map(([name, text]) => [`/app/${name}`, text]))),
      "/app/models/net.py",
      package_,
    );

  it.each([
    ["requirements.txt", "tensorflow==2.15.1", "2"],
    ["requirements.txt", "tensorflow-gpu == 1.14", "2"],
    ["requirements.txt", "tensorflow[and-cuda]>=2.16", "3"],
    ["requirements.txt", "tensorflow>=2.4", undefined],
    ["requirements.txt", "tensorflow-datasets==4.0\nkeras-preprocessing==1.1", undefined],
    ["requirements-dev.txt", "keras<3", "2"],
    ["requirements.txt", "keras!=2.6", undefined],
    ["pyproject.toml", '[tool.poetry.dependencies]\nkeras = "^3.2"\n', "3"],
    ["environment.yml", "dependencies:\n  - tensorflow=2.9\n", "2"],
    ["poetry.lock", '[[package]]\nname = "keras"\nversion = "2.15.0"\n', "2"],
    ["README.md", "keras==2.15", undefined],
    ["requirements.txt", "# keras==2.15", undefined],
  ] as const)("%s: %j", (name, text, expected) => {
    expect(version({ [name]: text })).toBe(expected);
  });

  it.each([
    ["keras-2.12.0.dist-info", "2"],
    ["keras-3.4.1.dist-info", "3"],
    ["tensorflow_cpu-2.16.2.dist-info", "3"],
    ["Keras-2.2.4-py3.6.egg-info", "2.0"],
  ] as const)("an environment's packages tell before what the project needs: %s", (folder, expected) => {
    const host = memoryHost({
      "/app/requirements.txt": "keras==2.9",
      [`/env/${folder}/METADATA`]: "",
    });
    expect(kerasVersion({ ...host, searchPaths: ["/env"] }, "/app/net.py", "keras")).toBe(expected);
  });
});

it("a wrapper's row has the shape that it gives on, not that of the layer inside", () => {
  const report = profile(`import keras
from keras import layers as L
net = keras.Sequential([
    L.Input((10, 32, 32, 3)),
    L.TimeDistributed(L.Conv2D(8, 3)),
    L.TimeDistributed(L.GlobalAveragePooling2D()),
    L.RNN([L.LSTMCell(4), L.LSTMCell(5)], return_sequences=True),
    L.Bidirectional(L.LSTM(3)),
])
`);
  expect(report.layers.map(({ name, out }) => [name, out])).toEqual([
    ["time_distributed", [[1, 10, 30, 30, 8]]],
    ["rnn", [[1, 10, 5]]],
    ["bidirectional", [[1, 6]]],
  ]);
});
