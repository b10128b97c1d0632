/** What TensorFlow.js refuses of its layers, and what it takes where Keras does not. */
import { expect, it } from "vitest";
import { profile } from "../../profile.ts";

const net = (layer: string): string => `
import * as tf from '@tensorflow/tfjs';
export function net() {
  const x = tf.input({shape: [8, 4]});
  return tf.model({inputs: x, outputs: ${layer}.apply(x)});
}
`;

it("takes noise of any spread", () => {
  const report = profile(net("tf.layers.gaussianNoise({stddev: -1})"), { file: "/app/model.ts" });
  expect([report.complete, report.diagnostics]).toEqual([true, []]);
});

it("refuses a way to join directions that it does not know", () => {
  const layer = (mode: string): string =>
    net(`tf.layers.bidirectional({layer: tf.layers.lstm({units: 3}), mergeMode: ${mode}})`);
  const refused = profile(layer("'foo'"), { file: "/app/model.ts" });
  expect(refused.complete).toBe(false);
  expect(refused.diagnostics[0]?.message).toContain("foo is not a valid BidirectionalMergeMode");
  for (const mode of ["'ave'", "null", "undefined"])
    expect(profile(layer(mode), { file: "/app/model.ts" }).complete).toBe(true);
});
