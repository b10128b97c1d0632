import * as tf from "@tensorflow/tfjs";

const IMAGE_SIZE = 28;
const NUM_CLASSES = 10;

export function createConvModel() {
  const model = tf.sequential();
  model.add(
    tf.layers.conv2d({
      inputShape: [IMAGE_SIZE, IMAGE_SIZE, 1],
      filters: 16,
      kernelSize: 3,
      padding: "same",
      activation: "relu",
    }),
  );
  const wide = tf.layers.conv2d({
    filters: 32,
    kernelSize: 5,
    strides: 2,
    padding: "same",
    activation: "relu",
  });
  model.add(wide);
  model.add(tf.layers.depthwiseConv2d({ kernelSize: 3, padding: "same" }));
  model.add(tf.layers.conv2d({ filters: 64, kernelSize: 1 }));
  model.add(tf.layers.globalAveragePooling2d({ dataFormat: "channelsLast" }));
  model.add(tf.layers.dense({ units: NUM_CLASSES, activation: "softmax" }));
  return model;
}
