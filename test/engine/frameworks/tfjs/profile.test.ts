/** Networks of TensorFlow.js from their source to the figures of the editor. */
import { describe, expect, it } from "vitest";
import { expectFigures, type Fixture, profile } from "../../profile.ts";

const js = (more: Fixture = {}): Fixture => ({ file: "/app/model.js", ...more });
const IMPORT = "import * as tf from '@tensorflow/tfjs';\n";

describe("TensorFlow.js", () => {
  it("prices a sequential model on the input that it declares", () => {
    const report = expectFigures(
      `${IMPORT}
export function createModel() {  //: total 205600 MACs, 54176 params
  const model = tf.sequential();
  model.add(tf.layers.conv2d({inputShape: [28, 28, 1], kernelSize: 3, filters: 16, activation: 'relu'}));  //: 97344 MACs, 160 params, 1x26x26x16
  model.add(tf.layers.maxPooling2d({poolSize: 2, strides: 2}));
  model.add(tf.layers.depthwiseConv2d({kernelSize: 3, depthMultiplier: 2, padding: 'same', useBias: false}));  //: 48672 MACs, 288 params, 1x13x13x32
  model.add(tf.layers.conv2d({filters: 4, kernelSize: 1, padding: 'same', strides: 2, useBias: false}));  //: 6272 MACs, 128 params, 1x7x7x4
  model.add(tf.layers.batchNormalization());  //: 0 MACs, 16 params, 1x7x7x4
  model.add(tf.layers.flatten());
  model.add(tf.layers.dense({units: 272}));  //: 53312 MACs, 53584 params, 1x272
  return model;
}
`,
      js(),
    );
    expect(report.framework).toBe("tfjs");
    expect(report.input).toEqual({ shapes: [[1, 28, 28, 1]], dtypes: ["float32"], origin: "declared" });
    expect(report.layers.map(({ name, kind }) => [name, kind])).toEqual([
      ["conv2d_Conv2D1", "standard"],
      ["depthwise_conv2d_DepthwiseConv2D1", "depthwise"],
      ["conv2d_Conv2D2", "pointwise"],
      ["batch_normalization_BatchNormalization1", "norm"],
      ["dense_Dense1", "linear"],
    ]);
    expect(report.totals.trainable_params).toBe(54168);
  });

  it("pays a shared layer for each call and its parameters once", () => {
    expectFigures(
      `${IMPORT}
const conv = tf.layers.conv2d({filters: 8, kernelSize: 3, padding: 'same'});  //: 172800 MACs, 584 params, 1x10x10x8 x3
const input = tf.input({shape: [10, 10, 8]});
const model = tf.model({inputs: input, outputs: tf.layers.add().apply([conv.apply(input), conv.apply(conv.apply(input))])});
`,
      js(),
    );
  });

  it("follows models in models, and models cut at a layer", () => {
    const report = profile(
      `${IMPORT}
function base() { return tf.sequential({layers: [tf.layers.conv2d({inputShape: [8, 8, 3], filters: 4, kernelSize: 3}), tf.layers.conv2d({filters: 5, kernelSize: 3, name: 'cut'}), tf.layers.flatten()]}); }
export function create() {
  const whole = base();
  const cut = tf.model({inputs: whole.inputs, outputs: whole.getLayer('cut').output});
  const model = tf.sequential();
  model.add(cut);
  model.add(tf.layers.globalAveragePooling2d({}));
  model.add(tf.layers.dense({units: 2}));
  return model;
}
`,
      js({ model: "create" }),
    );
    expect(report.layers.map(({ name, params }) => [name, params])).toEqual([
      ["conv2d_Conv2D1", 112],
      ["cut", 185],
      ["dense_Dense1", 12],
    ]);
    expect(report.totals.params).toBe(309);
  });

  it("runs layers of the program's own", () => {
    expectFigures(
      `${IMPORT}
class Project extends tf.layers.Layer {
  constructor(units) { super({}); this.units = units; }
  build(shape) { this.kernel = this.addWeight('kernel', [shape[shape.length - 1], this.units], 'float32', tf.initializers.glorotNormal()); }
  computeOutputShape(shape) { return [...shape.slice(0, -1), this.units]; }
  call(inputs) { return tf.tidy(() => tf.matMul(Array.isArray(inputs) ? inputs[0] : inputs, this.kernel.read()).relu()); }
  static get className() { return 'Project'; }
}
export const create = () => tf.sequential({layers: [
  tf.layers.dense({units: 6, inputShape: [5]}),  //: 30 MACs, 36 params, 1x6
  new Project(9),  //: 54 MACs, 54 params, 1x9
]});
`,
      js(),
    );
  });

  it("runs a cell of the program's own once for each time step", () => {
    expectFigures(
      `${IMPORT}
class Cell extends tf.layers.RNNCell {
  constructor(config) { super(config); this.stateSize = config.units; }
  build(shape) { this.kernel = this.addWeight('kernel', [shape[shape.length - 1] + this.stateSize, this.stateSize]); }
  call([x, before]) {
    const next = tf.matMul(tf.concat([x, before], 1), this.kernel.read()).tanh();
    return [next, next];
  }
}
const input = tf.input({shape: [5, 3]});
const cell = new Cell({units: 4});  //: 140 MACs, 28 params, 1x4 x5
const model = tf.model({inputs: input, outputs: tf.layers.rnn({cell}).apply(input)});
`,
      js(),
    );
  });

  it("reads async builders, CommonJS and TypeScript", () => {
    const source = `
const tf = require('@tensorflow/tfjs-node');
interface Options { units: number }
async function head({ units }: Options): Promise<tf.layers.Layer> { return tf.layers.dense({ units: units! }); }
export async function create(units = 3): Promise<{ model: tf.Sequential }> {
  const model = tf.sequential({ name: 'net' });
  model.add(tf.layers.flatten({ inputShape: [2, 2] }));
  model.add(await head({ units }));
  return { model };
}
`;
    const report = profile(source, { file: "/app/model.ts", args: "7" });
    expect(report.totals).toMatchObject({ macs: 28, params: 35 });
  });

  it("finds what methods of an object build, returned or kept", () => {
    const source = `${IMPORT}
class Game {
  constructor(name = 'game') { this.name = name; }
  async build() { this.model = tf.sequential({layers: [tf.layers.dense({units: this.units(), inputShape: [3]})]}); }
  units() { return 4; }
  createModel(size = 5) { const model = tf.sequential(); model.add(tf.layers.dense({units: size, inputShape: [3]})); return model; }
  static make() { return tf.sequential({layers: [tf.layers.dense({units: 6, inputShape: [3]})]}); }
}
class Agent { constructor() { this.network = tf.sequential({layers: [tf.layers.dense({units: 7, inputShape: [3]})]}); } }
`;
    const params = (model: string) => profile(source, js({ model })).totals.params;
    expect(profile(source, js()).networks).toEqual(["Game.build", "Game.createModel", "Game.make", "Agent"]);
    expect(["Game.build", "Game.createModel", "Game.make", "Agent"].map(params)).toEqual([16, 20, 24, 28]);
  });

  it("takes a global tf where a page loads the library", () => {
    const report = profile(
      "const net = tf.sequential({layers: [tf.layers.dense({units: 2, inputShape: [3]})]});\n",
      js(),
    );
    expect(report.totals.macs).toBe(6);
    const builder = `function create() { const net = tf.sequential(); net.add(tf.layers.dense({units: 2, inputShape: [3]})); return net; }`;
    expect(profile(builder, js()).network).toBe("create");
  });

  it("does not take a shape from arrays whose elements are not known", () => {
    const source = `${IMPORT}
const net = tf.sequential({layers: [tf.layers.dense({units: 2, inputShape: [3]})]});
const rows = [1, 2].map(() => JSON.parse(localStorage.rows));
net.predict(tf.tensor(rows));
`;
    expect(profile(source, js()).input.origin).toBe("declared");
  });

  it("gives no figures for a model without layers", () => {
    expect(() => profile(`${IMPORT}export const make = () => tf.sequential();\n`, js())).toThrow("no layers");
  });

  it("shows the networks that a script makes while it runs", () => {
    const report = profile(
      `${IMPORT}async function run() {\n  const model = tf.sequential();\n  model.add(tf.layers.dense({units: 1, inputShape: [1]}));\n  await model.fit(tf.zeros([1, 1]), tf.zeros([1, 1]));\n}\nrun();\n`,
      js(),
    );
    expect([report.network, report.totals.params]).toEqual(["sequential_1", 2]);
  });

  it("says which shapes do not fit", () => {
    const report = profile(
      `${IMPORT}export function f() {\n  const x = tf.input({shape: [4, 4, 3]});\n  return tf.model({inputs: x, outputs: tf.layers.add().apply([tf.layers.conv2d({filters: 2, kernelSize: 1}).apply(x), x])});\n}\n`,
      js(),
    );
    expect(report.diagnostics.map(({ code }) => code)).toContain("shape-mismatch");
  });

  it("leaves what a run decides unknown, with its reason", () => {
    const source = `${IMPORT}export async function f() {\n  const base = await tf.loadLayersModel('x.json');\n  return tf.model({inputs: base.inputs, outputs: base.getLayer('a').output});\n}\n`;
    expect(() => profile(source, js())).toThrow(
      "tf.loadLayersModel reads a stored model, decided at run time",
    );
  });
});
