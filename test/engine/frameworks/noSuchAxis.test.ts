/** An axis that a tensor does not have makes a shape unknown, in every framework, and is no fault of ours. */
import { describe, expect, it } from "vitest";
import { createEngine } from "../../../src/engine/engine.ts";
import { sizedAlong } from "../../../src/engine/frameworks/shape/dims.ts";
import { isUnknown } from "../../../src/engine/interpret/values.ts";
import { loadParsers } from "../../../src/node/wasm.ts";
import { memoryHost } from "../memoryHost.ts";

const parsers = await loadParsers();

/** Faults of ours while the module runs. */
function faults(imports: string, call: string): readonly string[] {
  const text = `${imports}\nanswer = ${call}\n`;
  const { diagnostics } = createEngine({ parsers, host: memoryHost({ "/app/model.py": text }) }).analyze(
    "/app/model.py",
  );
  return diagnostics.filter(({ code }) => code === "internal").map(({ message }) => message);
}

describe("a tensor without axes", () => {
  it.each([
    "lax.dynamic_slice_in_dim(jnp.zeros(()), 0, 1)",
    "lax.slice_in_dim(jnp.zeros(3), 0, 1, axis=1)",
    "lax.dynamic_index_in_dim(jnp.zeros(()), 0)",
    "lax.index_in_dim(jnp.zeros((2, 3)), 0, 2)",
    "lax.index_in_dim(jnp.zeros((2, 3)), 0, 2, keepdims=False)",
  ])("%s", (call) => {
    expect(faults("import jax.numpy as jnp\nfrom jax import lax", call)).toEqual([]);
  });

  it.each([
    "tf.nn.crelu(tf.zeros(()))",
    "tf.image.grayscale_to_rgb(tf.zeros(()))",
    "tf.signal.rfft(tf.zeros(()))",
    "tf.signal.irfft(tf.zeros(()))",
    "tf.signal.frame(tf.zeros(()), 2, 1)",
    "tf.signal.inverse_stft(tf.zeros(()), 2, 1)",
    "keras.ops.rfft(tf.zeros(()))",
    "keras.ops.glu(tf.zeros(()))",
    "keras.ops.image.rgb_to_grayscale(tf.zeros(()))",
    "keras.ops.image.rgb_to_grayscale(tf.zeros((2, 3)), data_format='channels_first')",
  ])("%s", (call) => {
    expect(faults("import tensorflow as tf\nimport keras", call)).toEqual([]);
  });
});

it("an axis that is not there makes the shape unknown, with the reason", () => {
  expect(sizedAlong([2, 3], -1, 7)).toEqual([2, 7]);
  const none = sizedAlong([2, 3], 2, 7);
  expect(isUnknown(none) && none.reason).toBe("2×3 has no axis 2");
});
