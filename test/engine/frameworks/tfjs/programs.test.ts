/** Networks written in TensorFlow.js' ops alone; figures are those of the library itself. */
import { describe, expect, it } from "vitest";
import { createEngine } from "../../../../src/engine/engine.ts";
import { loadParsers } from "../../../../src/node/wasm.ts";
import { memoryHost } from "../../memoryHost.ts";

const parsers = await loadParsers();
const FILE = "/app/model.ts";

function analyze(text: string) {
  const source = `import * as tf from "@tensorflow/tfjs";\n${text}`;
  const { reports, failures } = createEngine({ parsers, host: memoryHost({ [FILE]: source }) }).analyze(FILE);
  return {
    failures,
    networks: reports.map(({ network, input, totals, complete }) => [
      network,
      input.shapes,
      complete,
      totals.macs,
      totals.params,
      totals.trainable_params,
    ]),
    rows: reports.map(({ layers }) => layers.map(({ type, out }) => [type, out[0]])),
  };
}

describe("networks written in ops", () => {
  it("are run on what the program calls them with, made as it makes them, with its flags", () => {
    const { networks } = analyze(`
class Net {
  private w: tf.Variable;
  constructor(filters: number) { this.w = tf.variable(tf.randomNormal([3, 3, 3, filters])); }
  forward(x: tf.Tensor4D) { return tf.conv2d(x, this.w, 1, "same"); }
}
async function main() {
  const net = new Net(16);
  net.forward(tf.zeros([2, 50, 40, 3]));
}
main();
const w = tf.variable(tf.randomNormal([3, 3, 3, 8]));
const more = tf.variable(tf.randomNormal([1, 1, 8, 4]));
function model(x: tf.Tensor4D, isDeep = false) {
  const y = tf.conv2d(x, w, 1, "same");
  return isDeep ? tf.conv2d(y, more, 1, "same") : y;
}
model(tf.zeros([1, 10, 10, 3]), true);
`);
    expect(networks).toEqual([
      ["model", [[1, 10, 10, 3]], true, 100 * (216 + 32), 216 + 32, 216 + 32],
      ["Net.forward", [[2, 50, 40, 3]], true, 2000 * 432, 432, 432],
    ]);
  });

  it("are functions that run them on variables of the module", () => {
    const { networks, rows, failures } = analyze(`
const c1 = tf.variable(tf.randomNormal([5, 5, 1, 8]));
const c2 = tf.variable(tf.randomNormal([5, 5, 8, 16]));
const w = tf.variable(tf.randomNormal([7 * 7 * 16, 10]));
const b = tf.variable(tf.zeros([10]));
function loss(labels, ys) { return tf.losses.softmaxCrossEntropy(labels, ys).mean(); }
function model(images) {
  const first = tf.tidy(() => images.as4D(-1, 28, 28, 1).conv2d(c1, 1, "same").relu().maxPool([2, 2], 2, 0));
  const second = tf.tidy(() => first.conv2d(c2, 1, "same").relu().maxPool([2, 2], 2, 0));
  return second.as2D(-1, w.shape[0]).matMul(w).add(b);
}
export function predict(x) { return Array.from(tf.tidy(() => model(x).argMax(1)).dataSync()); }
export async function train(data) { await loss(data.labels, model(data.images)); }
`);
    expect(failures).toEqual([]);
    expect(networks).toEqual([["model", [[1, 28, 28, 1]], true, 791840, 11250, 11250]]);
    expect(rows).toEqual([
      [
        ["conv2d", [1, 28, 28, 8]],
        ["conv2d", [1, 14, 14, 16]],
        ["matMul", [1, 10]],
        ["add", [1, 10]],
      ],
    ]);
  });

  it("are methods of a class that makes its variables, on a sample at which their shapes fit", () => {
    const { networks } = analyze(`
export class Net {
  private w1: tf.Variable; private dw: tf.Variable; private pw: tf.Variable; private w2: tf.Variable;
  constructor(private units = 10) {
    this.w1 = tf.variable(tf.randomNormal([3, 3, 3, 16]));
    this.dw = tf.variable(tf.randomNormal([3, 3, 16, 1]));
    this.pw = tf.variable(tf.randomNormal([1, 1, 16, 32]), false);
    this.w2 = tf.variable(tf.randomNormal([8 * 8 * 32, units]));
  }
  private block(x: tf.Tensor4D) { return tf.relu(tf.conv2d(x, this.w1 as tf.Tensor4D, 1, "same")); }
  predict(image: tf.Tensor3D, training?: boolean): tf.Tensor {
    const y = tf.maxPool(this.block(image.expandDims(0).div(255)), 2, 2, "same");
    return tf.separableConv2d(y, this.dw, this.pw, 2, "same").reshape([1, -1]).matMul(this.w2);
  }
}
`);
    expect(networks).toEqual([["Net.predict", [[32, 32, 3]], true, 504832, 21568, 21056]]);
  });

  it("are no functions whose weights are given to them", () => {
    const { networks, failures } = analyze(`
const kernel = tf.tensor4d([1, 0, 0, -1], [2, 2, 1, 1]);
export const edges = (x) => x.conv2d(kernel, 1, "same");
export function gram(x: tf.Tensor2D) { return tf.matMul(x, x, false, true); }
export function linear(x, w, b) { return x.matMul(w).add(b); }
export function dense(x: tf.Tensor2D, params: { w: tf.Tensor2D }) { return x.matMul(params.w); }
export function attend(q, k, v) { return tf.matMul(q.matMul(k, false, true).softmax(), v); }
export class Tools { static cosine(a, b) { return a.dot(b); } project(x) { return x.matMul(tf.eye(4)); } }
`);
    expect(networks).toEqual([]);
    expect(failures).toEqual([]);
  });

  it("say that they need weights that are loaded", () => {
    const { networks, failures } = analyze(`
export class Mobile {
  async load(url) { this.weights = await (await fetch(url)).json(); }
  predict(x: tf.Tensor4D) { return tf.conv2d(x, this.weights["conv1"], 2, "same"); }
}
export class Guarded {
  run(x) {
    if (!this.params) throw new Error("load model before inference");
    return x.matMul(this.params.fc);
  }
}
`);
    expect(networks).toEqual([]);
    expect(failures.map(({ network, reason }) => [network, reason.split(":")[0]])).toEqual([
      ["Mobile.predict", "needs its weights, which it is given as it runs"],
      ["Guarded.run", "needs its weights, which it is given as it runs"],
    ]);
  });

  it("say so in plain words where the weights are in a field that is not set yet", () => {
    const { failures } = analyze(`
class Gan {
  initialize() { this.weights = [tf.variable(tf.zeros([2, 4]))]; }
  generator(noise) { return noise.matMul(this.weights[0]); }
}
`);
    expect(failures.map(({ reason }) => reason)).toEqual(["needs its weights, which it is given as it runs"]);
  });
});
