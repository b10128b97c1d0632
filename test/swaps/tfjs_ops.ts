/** TensorFlow.js: convolutions that are called with weights of the program's own. */
import * as tf from "@tensorflow/tfjs";

const stem = tf.variable(tf.randomNormal([3, 3, 3, 8]));
const wide = tf.variable(tf.randomNormal([3, 3, 8, 16], 0, 0.1));
const last = tf.variable(tf.randomNormal([5, 5, 16, 24]));

export function net(x: tf.Tensor4D = tf.zeros([1, 32, 32, 3])) {
  let y = tf.relu(tf.conv2d(x, stem as tf.Tensor4D, 2, "same"));
  y = tf.relu(tf.conv2d(y, wide as tf.Tensor4D, 1, "same"));
  return tf.conv2d(y, last as tf.Tensor4D, [2, 2], "valid");
}
