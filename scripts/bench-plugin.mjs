/**
 * What the TypeScript plugin adds to quick info: the real tsserver with and without it, asked many times on MobileNet's
 * 28 layers in TensorFlow.js. First is the first answer on a model, which starts the plugin's thread; figures is the time
 * until one has them; warm is the same text again; edit is the first answer after a key press, which analyses anew; plain
 * is a file without models. usage: node scripts/bench-plugin.mjs [FOLDER WITH @tensorflow/tfjs INSTALLED]
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { plugin, root } from "./lib/project.mjs";

const REQUESTS = 300;
const EDITS = 40;

const TYPES = `export declare const layers: { readonly [name: string]: (config?: object) => object };
export declare function sequential(): { add(layer: object): void };
`;

const [installed] = process.argv.slice(2);
const folder = mkdtempSync(path.join(tmpdir(), "convlens-bench-"));
const model = path.join(folder, "mobilenet.ts");
const plain = path.join(folder, "plain.ts");
const text = mobilenet();
const layerLine = text.split("\n").findIndex((line) => line.includes("filters: 512")) + 1;
prepare();

const HEADS = ["first", "figures", "warm", "edit", "plain"];
console.log(`${"quick info, median".padEnd(20)}${HEADS.map((head) => head.padStart(12)).join("")}`);
const without = await measure([]);
const withPlugin = await measure(["--globalPlugins", plugin, "--pluginProbeLocations", root]);
show("without the plugin", without);
show("with the plugin", withPlugin);
show(
  "added",
  withPlugin.map((time, index) => time - without[index]),
);
rmSync(folder, { recursive: true, force: true });

async function measure(args) {
  const server = start(args);
  const ask = (file, line) => server.timed("quickinfo", { file, line, offset: 16 });
  server.send("open", { file: model, fileContent: text });
  server.send("open", { file: plain, fileContent: "export const plain = Math.max(1, 2);\n" });
  // TypeScript loads the project for whoever asks first.
  await ask(plain, 1);
  const begin = performance.now();
  const hasFigures = ({ body }) => args.length === 0 || body?.documentation.includes("params");
  const first = await ask(model, layerLine);
  // Another place each time: one that was told no is told the same for a while.
  for (let tries = 1; !hasFigures(await ask(model, layerLine + (tries % 5))); tries += 1) {
    if (tries > 100) throw new Error("the plugin gives no figures");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const figures = performance.now() - begin;
  const repeat = async (count, once) => {
    const times = [];
    for (let index = 0; index < count; index += 1) times.push((await once(index)).time);
    return times.sort((a, b) => a - b)[Math.floor(count / 2)];
  };
  await repeat(50, () => ask(model, layerLine));
  const warm = await repeat(REQUESTS, (index) => ask(model, layerLine + (index % 5)));
  const edit = await repeat(EDITS, () => {
    const end = { line: 1, offset: 1 };
    const textChanges = [{ start: end, end, newText: "/**/ " }];
    server.send("updateOpen", { changedFiles: [{ fileName: model, textChanges }] });
    return ask(model, layerLine);
  });
  const untouched = await repeat(REQUESTS, () => ask(plain, 1));
  server.stop();
  return [first.time, figures, warm, edit, untouched];
}

function start(args) {
  const tsserver = path.join(root, "node_modules", "typescript", "lib", "tsserver.js");
  const child = spawn(process.execPath, [tsserver, "--disableAutomaticTypingAcquisition", ...args]);
  const waiting = new Map();
  let received = "";
  let last = 0;
  child.stdout.setEncoding("utf8").on("data", (chunk) => {
    received += chunk;
    // A message is one line after its header.
    const lines = received.split(/\r?\n/);
    received = lines.pop() ?? "";
    for (const line of lines.filter((each) => each.startsWith("{"))) {
      const message = JSON.parse(line);
      waiting.get(message.request_seq)?.(message);
    }
  });
  const send = (command, args) => {
    last += 1;
    child.stdin.write(`${JSON.stringify({ seq: last, type: "request", command, arguments: args })}\n`);
    return last;
  };
  return {
    send,
    async timed(command, args) {
      const begin = performance.now();
      const seq = send(command, args);
      const { body } = await new Promise((resolve) => waiting.set(seq, resolve));
      return { time: performance.now() - begin, body };
    },
    stop: () => child.kill(),
  };
}

function prepare() {
  writeFileSync(path.join(folder, "tsconfig.json"), '{ "compilerOptions": { "types": [] } }');
  writeFileSync(model, text);
  const scope = path.join(folder, "node_modules", "@tensorflow");
  if (installed)
    return symlinkSync(path.resolve(installed, "node_modules"), path.join(folder, "node_modules"));
  mkdirSync(path.join(scope, "tfjs"), { recursive: true });
  writeFileSync(path.join(scope, "tfjs", "index.d.ts"), TYPES);
}

function mobilenet() {
  const blocks = [
    ...[64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024].map((filters, index) => ({
      filters,
      strides: [1, 3, 5, 11].includes(index) ? 2 : 1,
    })),
  ];
  const lines = blocks.flatMap(({ filters, strides }) => [
    `  model.add(tf.layers.depthwiseConv2d({ kernelSize: 3, strides: ${strides}, padding: "same", useBias: false }));`,
    `  model.add(tf.layers.conv2d({ filters: ${filters}, kernelSize: 1, useBias: false, activation: "relu6" }));`,
  ]);
  return [
    'import * as tf from "@tensorflow/tfjs";',
    "export function mobilenet() {",
    "  const model = tf.sequential();",
    '  model.add(tf.layers.conv2d({ inputShape: [224, 224, 3], filters: 32, kernelSize: 3, strides: 2, padding: "same" }));',
    ...lines,
    "  model.add(tf.layers.globalAveragePooling2d({}));",
    "  model.add(tf.layers.dense({ units: 1000 }));",
    "  return model;",
    "}",
    "",
  ].join("\n");
}

function show(name, times) {
  const figures = times.map((time) => `${time.toFixed(2)} ms`.padStart(12));
  console.log(name.padEnd(20) + figures.join(""));
}
