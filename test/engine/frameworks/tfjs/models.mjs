// Models that the real @tensorflow/tfjs built: its names, shapes and counts are in recorded.json.
import * as tf from "@tensorflow/tfjs";

const L = tf.layers;
export function seq2d() {
  return tf.sequential({
    layers: [
      L.conv2d({
        inputShape: [33, 31, 3],
        filters: 8,
        kernelSize: [3, 5],
        strides: [2, 1],
        padding: "same",
        activation: "relu",
        useBias: false,
      }),
      L.batchNormalization({ scale: false }),
      L.reLU(),
      L.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2 }),
      L.separableConv2d({ filters: 10, kernelSize: 3, strides: 2, depthMultiplier: 3 }),
      L.conv2d({ filters: 4, kernelSize: 3, dilationRate: 2, name: "mine" }),
      L.zeroPadding2d({
        padding: [
          [1, 2],
          [3, 4],
        ],
      }),
      L.cropping2D({
        cropping: [
          [1, 0],
          [2, 1],
        ],
      }),
      L.upSampling2d({ size: [2, 3] }),
      L.conv2dTranspose({ filters: 5, kernelSize: 3, strides: 2 }),
      L.conv2dTranspose({ filters: 6, kernelSize: [2, 3], strides: [3, 2], padding: "same" }),
      L.maxPooling2d({ poolSize: 3, strides: 2, padding: "same" }),
      L.averagePooling2d({ poolSize: [2, 3] }),
      L.leakyReLU(),
      L.prelu({ sharedAxes: [1, 2] }),
      L.elu(),
      L.thresholdedReLU(),
      L.softmax(),
      L.dropout({ rate: 0.2 }),
      L.layerNormalization(),
      L.globalAveragePooling2d({}),
      L.dense({ units: 7, useBias: false }),
      L.activation({ activation: "tanh" }),
      L.repeatVector({ n: 4 }),
      L.permute({ dims: [2, 1] }),
      L.flatten(),
      L.reshape({ targetShape: [2, 14] }),
      L.gaussianNoise({ stddev: 1 }),
      L.gaussianDropout({ rate: 0.1 }),
      L.alphaDropout({ rate: 0.1 }),
      L.masking(),
      L.dense({ units: 3 }),
    ],
  });
}
export function seq1d() {
  const m = tf.sequential({ name: "one" });
  m.add(L.embedding({ inputDim: 100, outputDim: 16, inputLength: 20 }));
  m.add(L.spatialDropout1d({ rate: 0.1 }));
  m.add(L.conv1d({ filters: 8, kernelSize: 3, padding: "causal", dilationRate: 2 }));
  m.add(L.maxPooling1d({ poolSize: 2 }));
  m.add(L.bidirectional({ layer: L.lstm({ units: 6, returnSequences: true }), mergeMode: "concat" }));
  m.add(L.gru({ units: 5, returnSequences: true }));
  m.add(L.timeDistributed({ layer: L.dense({ units: 4 }) }));
  m.add(L.simpleRNN({ units: 3, returnSequences: true, useBias: false }));
  m.add(L.rnn({ cell: [L.lstmCell({ units: 4 }), L.gruCell({ units: 7 })], returnSequences: true }));
  m.add(L.averagePooling1d({ poolSize: 3, strides: 1, padding: "same" }));
  m.add(L.globalMaxPooling1d());
  m.add(L.dense({ units: 2 }));
  return m;
}
export function seq3d() {
  return tf.sequential({
    layers: [
      L.conv3d({ batchInputShape: [2, 8, 9, 10, 2], filters: 4, kernelSize: 3, strides: [1, 2, 1] }),
      L.maxPooling3d({ poolSize: 2 }),
      L.conv3dTranspose({ filters: 3, kernelSize: 2, strides: 2 }),
      L.averagePooling3d({ poolSize: [1, 2, 2], strides: [1, 1, 1] }),
      L.flatten(),
      L.dense({ units: 1 }),
    ],
  });
}
export function first() {
  return tf.sequential({
    layers: [
      L.conv2d({ inputShape: [3, 16, 16], filters: 4, kernelSize: 3, dataFormat: "channelsFirst" }),
      L.maxPooling2d({ poolSize: 2, dataFormat: "channelsFirst" }),
      L.batchNormalization({ axis: 1 }),
      L.depthwiseConv2d({ kernelSize: 3, dataFormat: "channelsFirst" }),
      L.conv2dTranspose({ filters: 3, kernelSize: 2, strides: 2, dataFormat: "channelsFirst" }),
      L.zeroPadding2d({ padding: 2, dataFormat: "channelsFirst" }),
      L.globalMaxPooling2d({ dataFormat: "channelsFirst" }),
    ],
  });
}
export function functional() {
  const a = tf.input({ shape: [16, 16, 3] }),
    b = tf.input({ shape: [10], name: "vec" });
  const conv = L.conv2d({ filters: 8, kernelSize: 3, padding: "same" });
  let x = conv.apply(a);
  const y = L.conv2d({ filters: 8, kernelSize: 1 }).apply(x);
  const shared = L.conv2d({ filters: 8, kernelSize: 3, padding: "same", name: "shared" });
  x = L.add().apply([shared.apply(x), shared.apply(y)]);
  x = L.concatenate().apply([x, y]);
  x = L.multiply().apply([x, x]);
  x = L.maximum().apply([x, x]);
  x = L.average().apply([x, x]);
  x = L.minimum().apply([x, x]);
  x = L.globalAveragePooling2d({}).apply(x);
  const d = L.dense({ units: 16 }).apply(b);
  const dot = L.dot({ axes: 1 }).apply([x, d]);
  const z = L.concatenate({ axis: 1 }).apply([x, d, dot]);
  return tf.model({
    inputs: [a, b],
    outputs: [L.dense({ units: 4, name: "out1" }).apply(z), L.dense({ units: 2 }).apply(z)],
  });
}
export function nested() {
  const base = tf.sequential({
    layers: [
      L.conv2d({ inputShape: [null, null, 3], filters: 4, kernelSize: 3 }),
      L.conv2d({ filters: 4, kernelSize: 3 }),
    ],
  });
  const i = tf.input({ shape: [20, 20, 3] });
  const head = tf.sequential();
  head.add(L.flatten({ inputShape: [16, 16, 4] }));
  head.add(L.dense({ units: 3 }));
  return tf.model({ inputs: i, outputs: head.apply(base.apply(i)), name: "outer" });
}
export function truncated() {
  const m = seq2d();
  const cut = tf.model({ inputs: m.inputs, outputs: m.getLayer("mine").output });
  const all = tf.sequential();
  for (const l of cut.layers) l.trainable = false;
  all.add(cut);
  all.add(L.flatten());
  all.add(L.dense({ units: 3 }));
  return all;
}
class Scale extends tf.layers.Layer {
  constructor(config) {
    super(config || {});
    this.n = config.n;
  }
  build(s) {
    this.k = this.addWeight("k", [s[s.length - 1], this.n], "float32", tf.initializers.ones());
    this.b = this.addWeight("b", [this.n], "float32", tf.initializers.zeros(), undefined, false);
  }
  computeOutputShape(s) {
    return [...s.slice(0, -1), this.n];
  }
  call(x) {
    return tf.tidy(() => {
      const t = Array.isArray(x) ? x[0] : x;
      return tf.matMul(t, this.k.read()).add(this.b.read()).relu();
    });
  }
  static get className() {
    return "Scale";
  }
}
tf.serialization.registerClass(Scale);
export function custom() {
  const m = tf.sequential();
  m.add(L.dense({ units: 6, inputShape: [5] }));
  m.add(new Scale({ n: 9 }));
  m.add(new Scale({ n: 4 }));
  return m;
}
export function states() {
  const i = tf.input({ shape: [7, 5] });
  const [s, h, c] = L.lstm({ units: 4, returnSequences: true, returnState: true }).apply(i);
  const r = L.bidirectional({ layer: L.gru({ units: 3 }), mergeMode: "sum" }).apply(s);
  const img = tf.input({ shape: [4, 12, 12, 2] });
  const cl = L.convLstm2d({ filters: 3, kernelSize: 3, padding: "same", returnSequences: true }).apply(img);
  const td = L.timeDistributed({ layer: L.conv2d({ filters: 4, kernelSize: 3 }) }).apply(cl);
  return tf.model({
    inputs: [i, img],
    outputs: [L.concatenate().apply([r, h, c]), td, L.rescaling({ scale: 0.5 }).apply(img)],
  });
}
class Cell extends tf.layers.RNNCell {
  constructor(config) {
    super(config);
    this.units = config.units;
    this.stateSize = config.units;
  }
  build(shape) {
    this.kernel = this.addWeight("kernel", [shape.at(-1), this.units], "float32", tf.initializers.ones());
    this.again = this.addWeight("again", [this.units, this.units], "float32", tf.initializers.ones());
    this.built = true;
  }
  call([x, before]) {
    const next = tf.tidy(() => x.matMul(this.kernel.read()).add(before.matMul(this.again.read())).tanh());
    return [next, next];
  }
  static get className() {
    return "Cell";
  }
}
tf.serialization.registerClass(Cell);
export function cells() {
  const input = tf.input({ shape: [6, 3] });
  const own = L.rnn({ cell: new Cell({ units: 4 }), returnSequences: true }).apply(input);
  const stacked = L.rnn({
    cell: L.stackedRNNCells({ cells: [L.lstmCell({ units: 5 }), L.simpleRNNCell({ units: 2 })] }),
    returnState: true,
  }).apply(own);
  const mixed = L.rnn({ cell: [new Cell({ units: 7 }), L.gruCell({ units: 3 })] }).apply(own);
  return tf.model({ inputs: input, outputs: [L.concatenate().apply(stacked), mixed] });
}
export function images() {
  return tf.sequential({
    layers: [
      L.convLstm2d({ inputShape: [3, 8, 9, 2], filters: 4, kernelSize: 3, strides: 2, useBias: false }),
      L.conv2d({ filters: 6, kernelSize: 1, dataFormat: "channelsLast" }),
      L.globalMaxPooling2d({}),
    ],
  });
}
