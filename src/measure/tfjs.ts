/**
 * TensorFlow.js on WASM with SIMD, in Node: 0.4 MB packed, ready in some milliseconds. It is a bundle of its own that
 * nothing but a measurement loads. Weights and inputs are random; nothing of a model is run.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { setWasmPaths, version_wasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { scriptFolder } from "../node/wasm.ts";
import type { Prepared, Runner } from "./measure.ts";
import { type ConvShape, paddingOf } from "./shapes.ts";

const WASM = "tfjs-backend-wasm-simd.wasm";

export async function openRunner(): Promise<Runner> {
  setWasmPaths(`${wasmFolder()}/`);
  if (!(await tf.setBackend("wasm"))) throw new Error("WASM with SIMD does not start here");
  return {
    name: `TensorFlow.js ${version_wasm}, WASM with SIMD, one thread`,
    prepare: ({ steps }) => {
      const [first] = steps;
      if (!first) throw new Error("nothing to run");
      const input = tf.randomNormal<tf.Rank.R4>([1, ...first.input, first.inChannels]);
      const weights = steps.map(weightsOf);
      return prepared(
        () => steps.reduce((value, step, index) => convolve(value, weights[index]!, step), input),
        [input, ...weights],
      );
    },
    prepareCopy: (values) => {
      const input = tf.ones<tf.Rank.R4>([1, 1, 1, values]);
      return prepared(() => tf.neg(input), [input]);
    },
  };
}

/** Beside the bundle when bundled, else in node_modules. */
function wasmFolder(): string {
  const here = scriptFolder();
  if (existsSync(path.join(here, WASM))) return here;
  const require = createRequire(path.join(here, "_.js"));
  return path.dirname(require.resolve(`@tensorflow/tfjs-backend-wasm/dist/${WASM}`));
}

function weightsOf({ kernel, inChannels, outChannels, isDepthwise }: ConvShape): tf.Tensor4D {
  return tf.randomNormal([...kernel, inChannels, isDepthwise ? outChannels / inChannels : outChannels]);
}

function convolve(value: tf.Tensor4D, weights: tf.Tensor4D, step: ConvShape): tf.Tensor4D {
  const [rows, columns] = paddingOf(step);
  const padding: tf.backend_util.ExplicitPadding = [[0, 0], [...rows], [...columns], [0, 0]];
  const [stride, dilation] = [[...step.stride] as [number, number], [...step.dilation] as [number, number]];
  return step.isDepthwise
    ? tf.depthwiseConv2d(value, weights, stride, padding, "NHWC", dilation)
    : tf.conv2d(value, weights, stride, padding, "NHWC", dilation);
}

function prepared(run: () => tf.Tensor4D, kept: readonly tf.Tensor[]): Prepared {
  return {
    // WASM works at once: when the call comes back, the values are in memory.
    run: () => {
      let shape: readonly number[] = [];
      tf.tidy(() => {
        shape = run().shape;
      });
      return shape.slice(1);
    },
    dispose: () => tf.dispose([...kept]),
  };
}
