/** TensorFlow.js: convolutions that are called with weights of the program's own. */
import * as tf from "@tensorflow/tfjs";

export class Net {
  private stem = tf.variable(tf.randomNormal([3, 3, 3, 8]));
  private wide = tf.variable(tf.randomNormal([3, 3, 8, 16], 0, 0.1));
  private last = tf.variable(tf.randomNormal([5, 5, 16, 24]));

  /** x: [1, 32, 32, 3] */
  forward(x: tf.Tensor4D) {
    let y = tf.relu(tf.conv2d(x, this.stem, 2, "same"));
    y = tf.relu(tf.conv2d(y, this.wide, 1, "same"));
    return tf.conv2d(y, this.last, [2, 2], "valid");
  }
}
