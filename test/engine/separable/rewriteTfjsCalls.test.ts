/** Convolutions that TensorFlow.js code calls with weights of its own: the call and its weight change together. */
import { describe, expect, it } from "vitest";
import { createEngine } from "../../../src/engine/engine.ts";
import { applyEdits } from "../../../src/engine/separable/rewrite/place.ts";
import { loadParsers } from "../../../src/node/wasm.ts";
import { memoryHost } from "../memoryHost.ts";

const parsers = await loadParsers();

function program(
  weight: string,
  forward = 'tf.conv2d(y, this.wide as tf.Tensor4D, 2, "same")',
  more = "",
): string {
  return `import * as tf from "@tensorflow/tfjs";

export class Net {
  private stem = tf.variable(tf.randomNormal([3, 3, 3, 8])); // on the image
  ${weight}
${more}
  forward(x: tf.Tensor4D) {
    const y = tf.relu(tf.conv2d(x, this.stem as tf.Tensor4D, 1, "same"));
    return ${forward};
  }
}
`;
}

function rewrite(source: string) {
  const engine = createEngine({ parsers, host: memoryHost({ "/app/net.ts": source }) });
  const result = engine.rewrite("/app/net.ts", { layers: "all", input: ["1x32x32x3"] });
  if (!result.ok) return { reason: result.reason, text: source };
  const { edits, traced, simulated } = result.rewrite;
  return { reason: undefined, text: applyEdits(source, edits), traced, simulated };
}

describe("a rewrite of tf.conv2d with a weight of the program's own", () => {
  it("makes two weights of the right shapes and calls two convolutions", () => {
    const { text, traced, simulated } = rewrite(
      program("private readonly wide = tf.variable(tf.randomNormal([3, 3, 8, 16], 0, 0.1)); // wide"),
    );
    expect(
      text,
    ).toContain(`  private readonly wideDepthwise = tf.variable(tf.randomNormal([3, 3, 8, 1], 0, 0.1));
  private readonly widePointwise = tf.variable(tf.randomNormal([1, 1, 8, 16], 0, 0.1)); // wide
`);
    expect(text).toContain(
      'return tf.conv2d(tf.depthwiseConv2d(y, this.wideDepthwise as tf.Tensor4D, 2, "same"), this.widePointwise as tf.Tensor4D, 1, "valid");',
    );
    expect(traced).toEqual(simulated);
    expect(traced?.params).toBe(3 * 3 * 3 * 8 + 3 * 3 * 8 + 8 * 16);
  });

  it.each([
    [
      "is used elsewhere",
      program(
        "wide = tf.variable(tf.randomNormal([3, 3, 8, 16]));",
        undefined,
        "  save() { return this.wide.data(); }\n",
      ),
      "its weight wide is used elsewhere, too",
    ],
    [
      "has no shape that is written",
      program("wide = tf.variable(make(8, 16));").replace(
        "export class",
        "const make = (i: number, o: number) => tf.zeros([3, 3, i, o]);\nexport class",
      ),
      "the program does not make its weight wide itself, with a shape that is written there",
    ],
    [
      "is made with a name",
      program('wide = tf.variable(tf.zeros([3, 3, 8, 16]), true, "w");'),
      "its weight wide is made with a name, which two weights cannot share",
    ],
    [
      "belongs to a call of the tensor",
      program(
        "wide = tf.variable(tf.zeros([3, 3, 8, 16]));",
        'y.conv2d(this.wide as tf.Tensor4D, 1, "same")',
      ),
      "it is not called as tf.conv2d",
    ],
  ])("is refused with the reason where the weight %s", (_, source, reason) => {
    expect(rewrite(source).reason).toContain(reason);
  });
});
