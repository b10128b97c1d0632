/**
 * What the workspace's networks cost, from outside: the small network by hand, resnet18 from the rows that the real
 * torchvision measured. Both the DOM specs and the suite inside the extension host compare with these.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { root } from "../../scripts/lib/project.mjs";

/** small_cnn.py at 1×3×32×32. Line numbers are those of the constructor calls. */
export const smallCnn = {
  file: "small_cnn.py",
  network: "SmallCNN",
  classLine: 5,
  layers: [
    // 32² positions · 3² kernel · 3 in · 16 out; 3²·3·16 weights + 16 biases
    { name: "conv1", line: 8, macs: 442_368, params: 448, out: "16×32×32" },
    // 16²·3²·16·32; 3²·16·32
    { name: "conv2", line: 9, macs: 1_179_648, params: 4_608, out: "32×16×16" },
    // 16²·3²·32; 3²·32
    { name: "depthwise", line: 10, macs: 73_728, params: 288, out: "32×16×16" },
    // 16²·32·64; 32·64
    { name: "pointwise", line: 11, macs: 524_288, params: 2_048, out: "64×16×16" },
    // 64·10; 64·10 + 10 biases
    { name: "fc", line: 12, macs: 640, params: 650, out: "10" },
  ],
  macs: 2_220_672,
  params: 8_042,
  // conv2 alone can be swapped (conv1 is the stem): 16²·3²·16 depthwise + 16²·16·32 pointwise
  conv2Separable: { depthwise: 36_864, pointwise: 131_072 },
};

const truth = JSON.parse(
  readFileSync(path.join(root, "test/truth/torchvision_layers/resnet18.json"), "utf8"),
);
const [nameAt, macsAt, paramsAt] = ["name", "macs", "params"].map((column) => truth.columns.indexOf(column));
const sumOf = (pattern) =>
  truth.rows.filter((row) => pattern.test(row[nameAt])).reduce((sum, row) => sum + row[macsAt], 0);

/** Depthwise at D_F²·D_K²·M and pointwise at D_F²·M·N instead of every dense convolution but the stem. */
const separableMacs = (row) => {
  const [channelsIn, channelsOut, kernel, macs] = ["in", "out", "kernel", "macs"].map(
    (column) => row[truth.columns.indexOf(column)],
  );
  if (kernel === null || row[nameAt] === "conv1" || kernel.every((size) => size === 1)) return macs;
  const [, inChannels] = channelsIn;
  const [, outChannels, height, width] = channelsOut;
  return height * width * inChannels * (kernel[0] * kernel[1] + outChannels);
};

/** resnet18.py, with torchvision's names, at 1×3×224×224. */
export const resnet18 = {
  file: "resnet18.py",
  network: "resnet18",
  builderLine: 50,
  macs: truth.aten_macs,
  swappedMacs: truth.rows.reduce((sum, row) => sum + separableMacs(row), 0),
  params: truth.params,
  stem: {
    line: 29,
    macs: sumOf(/^conv1$/),
    params: truth.rows.find((row) => row[nameAt] === "conv1")[paramsAt],
  },
  // One line makes the first convolution of all eight blocks.
  blockConv1: { line: 8, count: 8, macs: sumOf(/^layer\d\.\d\.conv1$/) },
  blockConv2: { line: 11, count: 8, macs: sumOf(/^layer\d\.\d\.conv2$/) },
  /** The network's `forward`, its first statement. */
  forward: { line: 45 },
};

/** `116 M` → 115600000; a figure as a lens writes it. */
export function figure(text) {
  const scale = { k: 1e3, M: 1e6, G: 1e9, T: 1e12 };
  const [, digits, prefix] = /([\d.]+)\s?([kMGT]?)/.exec(text) ?? [];
  return Number(digits) * (scale[prefix] ?? 1);
}

/** Whether a written figure is this number, to the digits that are shown. */
export function shows(text, value) {
  return Math.abs(figure(text) - value) <= Math.abs(value) * 0.006;
}

/** The figure before a word: of `442 k MACs · 448 params` before `params`, `448`. */
export function before(text, word) {
  return (
    new RegExp(`([\\d.]+\\s?[kMGT]?)\\s${word}`).exec(text)?.[1] ?? `no figure before ${word} in "${text}"`
  );
}
