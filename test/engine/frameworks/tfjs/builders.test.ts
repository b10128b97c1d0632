/** What functions that make networks of TensorFlow.js are given, and on which input their networks run. */
import { describe, expect, it } from "vitest";
import { createEngine } from "../../../../src/engine/engine.ts";
import { loadParsers } from "../../../../src/node/wasm.ts";
import { memoryHost } from "../../memoryHost.ts";
import { expectFigures, profile } from "../../profile.ts";

const parsers = await loadParsers();
const js = { file: "/app/model.js" };
const IMPORT = "import * as tf from '@tensorflow/tfjs';\n";
const BLOCK = `${IMPORT}
class Scores extends tf.layers.Layer {
  constructor() { super({}); this.mask = tf.linalg.bandPart(tf.ones([16, 16]), -1, 0); }
  computeOutputShape(shape) { return [shape[0], shape[1], shape[1]]; }
  call(input, kwargs) {
    const [, T] = input.shape;
    const scores = tf.matMul(input, input, false, true);
    const masked = tf.add(scores, this.mask.slice([0, 0], [T, T]));
    return kwargs.training ? tf.dropout(masked, 0.1) : masked;
  }
}
`;

function analyze(text: string) {
  const engine = createEngine({ parsers, host: memoryHost({ [js.file]: text }) });
  return engine.analyze(js.file);
}

describe("builders of TensorFlow.js", () => {
  it("are given the library where they ask for it as tf", () => {
    const { reports, failures } = analyze(`
export function build(tf) { return tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [4] })] }); }
export const taken = ({ tf, units = 5 }) => tf.sequential({ layers: [tf.layers.dense({ units, inputShape: [4] })] });
export const last = (units = 2, tf) => tf.sequential({ layers: [tf.layers.dense({ units, inputShape: [4] })] });
export const open = ({ tf, units }) => tf.sequential({ layers: [tf.layers.dense({ units, inputShape: [4] })] });
`);
    expect(reports.map(({ network, totals }) => [network, totals.params])).toEqual([
      ["build", 15],
      ["taken", 25],
      ["last", 10],
    ]);
    expect(failures).toMatchObject([{ network: "open", reason: "needs {tf, units}" }]);
  });

  it("are no components that give markup", () => {
    const text = `${IMPORT}
export const App = () => { const model = tf.sequential(); return <p>{model.name}</p>; };
`;
    const file = "/app/App.jsx";
    const engine = createEngine({ parsers, host: memoryHost({ [file]: text }) });
    expect(engine.analyze(file)).toMatchObject({ reports: [], failures: [] });
  });

  it("are methods of objects too, and may put their model into what is not known", () => {
    const { reports, failures } = analyze(`${IMPORT}
import { Wrapped } from 'elsewhere';
class Kept { constructor(model) { this.model = model; } }
const dense = (units) => tf.sequential({ layers: [tf.layers.dense({ units, inputShape: [4] })] });
export const task = {
  title: 'a task',
  getModel() { return Promise.resolve(new Kept(dense(3))); },
  getOther: async () => new Wrapped(dense(2)),
  getTitle() { return this.title; },
  train(model) { return model.fit(dense(1)); },
};
`);
    expect(reports.map(({ network, totals }) => [network, totals.params])).toEqual([
      ["task.getModel", 15],
      ["task.getOther", 10],
    ]);
    expect(failures.map(({ network }) => network)).toEqual(["dense", "task.train"]);
  });

  it("may ask whether their model is compiled", () => {
    expectFigures(
      `${IMPORT}
export function build() {  //: total 8 MACs, 10 params
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [4] })] });
  model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
  if (model.loss === undefined) throw new Error('not compiled');
  return model;
}
`,
      js,
    );
  });

  it("name a layer by itself where its name is empty", () => {
    const report = profile(
      `${IMPORT}
const layer = () => tf.layers.conv2d({ name: '', kernelSize: 3, filters: 2, padding: 'same' });
const input = tf.input({ shape: [8, 8, 3] });
const model = tf.model({ inputs: input, outputs: layer().apply(layer().apply(input)) });
`,
      js,
    );
    expect(report.layers.map(({ name, params }) => [name, params])).toEqual([
      ["conv2d_Conv2D2", 56],
      ["conv2d_Conv2D1", 38],
    ]);
  });
});

describe("inputs of TensorFlow.js", () => {
  it("are of a usual length where a sequence's is left open", () => {
    const report = profile(
      `${IMPORT}
const input = tf.input({ shape: [null, 12] });
const model = tf.model({ inputs: input, outputs: tf.layers.dense({ units: 2 }).apply(input) });
`,
      js,
    );
    expect(report.input).toMatchObject({ shapes: [[1, 128, 12]], origin: "default" });
  });

  it("are of a length that fits, and of as many axes as they are declared with", () => {
    const report = profile(
      `${BLOCK}
const input = tf.input({ shape: [null, 12] });
const model = tf.model({ inputs: input, outputs: new Scores().apply(input) });
`,
      js,
    );
    expect(report.input).toMatchObject({ shapes: [[1, 16, 12]], origin: "fitted" });
    expect(report.totals.macs).toBe(16 * 16 * 12);
    expect(report.diagnostics).toEqual([]);
  });

  it("keep a size open that data decide: layers behind it have their figures", () => {
    const report = profile(
      `${IMPORT}
const width = await fetch('/width').then((answer) => answer.json());
const model = tf.sequential();
model.add(tf.layers.dense({ units: 8, inputShape: [width] }));
model.add(tf.layers.dense({ units: 2 }));
`,
      js,
    );
    expect(report.complete).toBe(false);
    expect(report.totals).toMatchObject({ macs: null, params: null });
    expect(report.layers.map(({ macs, params }) => [macs, params])).toEqual([
      [null, null],
      [16, 18],
    ]);
  });

  it("rounds pools up where dimRoundingMode says so", () => {
    const report = profile(
      `${IMPORT}
const up = tf.maxPool(tf.ones([1, 6, 6, 2]), 3, 2, 0, 'ceil');
const down = tf.maxPool(tf.ones([1, 6, 6, 2]), 3, 2, 0);
const model = tf.sequential();
model.add(tf.layers.dense({ units: up.shape[1], inputShape: [4] }));
model.add(tf.layers.dense({ units: down.shape[1] }));
`,
      js,
    );
    expect(report.output).toEqual([[1, 2]]);
    expect(report.totals.macs).toBe(4 * 3 + 3 * 2);
  });
});
