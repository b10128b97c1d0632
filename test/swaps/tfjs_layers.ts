/** TensorFlow.js: a sequential model and one of applied layers. */
import * as tf from "@tensorflow/tfjs";

export function plain() {
  const model = tf.sequential();
  model.add(tf.layers.conv2d({ inputShape: [32, 32, 3], filters: 8, kernelSize: 3 }));
  model.add(tf.layers.conv2d({ filters: 16, kernelSize: 3, useBias: false }));
  model.add(tf.layers.batchNormalization());
  model.add(tf.layers.reLU());
  model.add(tf.layers.conv2d({ filters: 24, kernelSize: 3, activation: "relu" }));
  return model;
}

export function applied() {
  const input = tf.input({ shape: [32, 32, 3] });
  let x = tf.layers.conv2d({ filters: 8, kernelSize: 3 }).apply(input) as tf.SymbolicTensor;
  x = tf.layers
    .conv2d({ filters: 16, kernelSize: 3, strides: 2, padding: "same" })
    .apply(x) as tf.SymbolicTensor;
  return tf.model({ inputs: input, outputs: x });
}
