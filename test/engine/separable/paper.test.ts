import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { SimulationOptions } from "../../../src/engine/contract/separable.ts";
import { createEngine } from "../../../src/engine/engine.ts";
import { loadParsers } from "../../../src/node/wasm.ts";
import paper from "../../truth/mobilenet.json" with { type: "json" };
import { memoryHost } from "../memoryHost.ts";

const parsers = await loadParsers();

/** The body of MobileNet with standard convolutions, as each framework's users write it. */
const networks = {
  "/app/plain.py": readFileSync(new URL("../../../examples/mobilenet_v1_plain.py", import.meta.url), "utf8"),
  "/app/keras_plain.py": `
from keras import Input, Sequential, layers

def conv(filters, stride):
    return [
        layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False),
        layers.BatchNormalization(),
        layers.ReLU(),
    ]

def plain_mobilenet():
    body = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)] + [(512, 1)] * 5 + [(1024, 2), (1024, 1)]
    stack = conv(32, 2)
    for filters, stride in body:
        stack += conv(filters, stride)
    return Sequential([Input((224, 224, 3)), *stack, layers.GlobalAveragePooling2D(), layers.Dense(1000)])
`,
  "/app/tfjs_plain.js": `
import * as tf from '@tensorflow/tfjs';

const body = [[64, 1], [128, 2], [128, 1], [256, 2], [256, 1], [512, 2], ...Array(5).fill([512, 1]), [1024, 2], [1024, 1]];

export function plainMobileNet() {
  const model = tf.sequential();
  const conv = (filters, strides, extra = {}) => {
    model.add(tf.layers.conv2d({filters, kernelSize: 3, strides, padding: 'same', useBias: false, ...extra}));
    model.add(tf.layers.batchNormalization());
    model.add(tf.layers.reLU());
  };
  conv(32, 2, {inputShape: [224, 224, 3]});
  for (const [filters, strides] of body) conv(filters, strides);
  model.add(tf.layers.globalAveragePooling2d({}));
  model.add(tf.layers.dense({units: 1000}));
  return model;
}
`,
};

const engine = createEngine({ parsers, host: memoryHost(networks) });

function simulated(file: string, options: SimulationOptions) {
  const result = engine.simulate(file, options);
  if (!result.ok) throw new Error(result.reason);
  const { macs, trainable_params } = result.simulation.after.totals;
  return { macs, params: trainable_params };
}

describe.each(Object.keys(networks))("%s, swapped", (file) => {
  it("is the MobileNet of table 4", () => {
    const { conv_mobilenet_224: plain, mobilenet_224: swapped } = paper.table_4_swap;
    expect(simulated(file, { swap: "none" })).toEqual({ macs: plain.macs, params: plain.params });
    expect(simulated(file, { swap: "all" })).toEqual({ macs: swapped.macs, params: swapped.params });
  });

  it.each(paper.table_6_width_at_224)("has the width $alpha of table 6", ({ alpha, macs, params }) => {
    expect(simulated(file, { swap: "all", alpha, round: 1 })).toEqual({ macs, params });
  });

  it.each(paper.table_7_resolution_at_width_1)("has the resolution $input of table 7", ({ input, macs }) => {
    expect(simulated(file, { swap: "all", rho: input / 224 }).macs).toBe(macs);
  });

  it("is the small MobileNet of table 9", () => {
    const { alpha, input, macs, params } = paper.table_9_small;
    expect(simulated(file, { swap: "all", alpha, rho: input / 224 })).toEqual({ macs, params });
  });
});
