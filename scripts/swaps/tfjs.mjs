/**
 * Builds and runs networks in the real TensorFlow.js, each in a process of its own with a time limit: reads a job a
 * line and answers a line. usage: node tfjs.mjs FOLDER, whose node_modules hold @tensorflow/tfjs.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const [folder, job] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(folder), "index.js"));
const library = require.resolve("@tensorflow/tfjs");
const self = fileURLToPath(import.meta.url);

if (job !== undefined) console.log(`\n${JSON.stringify(await measured(JSON.parse(job)))}`);
else await serve();

async function serve() {
  console.log(JSON.stringify({ packages: { tfjs: path.dirname(library) }, paths: [] }));
  for await (const line of createInterface({ input: process.stdin })) {
    const { seconds } = JSON.parse(line);
    const { stdout, status, signal } = spawnSync(process.execPath, [self, folder, line], {
      encoding: "utf8",
      timeout: seconds * 1000,
      maxBuffer: 1e9,
    });
    const said = stdout.trim().split("\n").at(-1) ?? "";
    const ended = {
      error: signal ? `took more than ${seconds} s` : `ended with status ${status}`,
      late: signal !== null,
    };
    console.log(said.startsWith("{") ? said : JSON.stringify(ended));
  }
}

async function measured(job) {
  try {
    const module = await opened(job);
    const tf = require("@tensorflow/tfjs");
    const [name, method] = job.network.split(".");
    const found = module[name] ?? module.default;
    let made = found;
    if (method !== undefined) made = new found();
    else if (typeof found === "function") made = /^class\b/.test(String(found)) ? new found() : await found();
    const inputs = job.inputs.map(({ shape, dtype }) => tf.ones(shape, dtype));
    // A function of tensors gives its output at once.
    const run = () => {
      if (typeof made?.predict === "function") return made.predict(inputs.length === 1 ? inputs[0] : inputs);
      return method === undefined ? made(...inputs) : made[method](...inputs);
    };
    const { result, kernels } = await tf.profile(run);
    const outputs = [result].flat();
    return {
      output: outputs.map(({ shape }) => shape),
      params: typeof made.countParams === "function" ? made.countParams() : variables(tf),
      macs: kernels.reduce((sum, kernel) => sum + products(kernel), 0),
    };
  } catch (error) {
    return { error: String(error?.stack ?? error).slice(0, 400) };
  }
}

/** What the program keeps to be trained. */
function variables(tf) {
  return Object.values(tf.engine().registeredVariables).reduce((sum, { size }) => sum + size, 0);
}

/** The file as one module, names that it does not export included. */
async function opened({ module, network, folder: root }) {
  const plugin = {
    name: "own",
    setup(made) {
      made.onResolve({ filter: /^@tensorflow\// }, () => ({ path: library, external: true }));
    },
  };
  const { outputFiles } = await build({
    stdin: {
      contents: `export * from ${JSON.stringify(module)}; export { default } from ${JSON.stringify(module)};`,
      resolveDir: root,
      loader: "ts",
    },
    ...{ bundle: true, format: "cjs", platform: "node", write: false, logLevel: "silent", plugins: [plugin] },
  });
  const file = path.join(root, `.swap-${process.pid}.cjs`);
  writeFileSync(file, outputFiles[0].text);
  const { default: exported } = await import(pathToFileURL(file).href);
  if (!(network.split(".")[0] in exported) && exported.default === undefined)
    throw new Error(`${network} is not exported`);
  return exported;
}

function products({ name, inputShapes, outputShapes }) {
  const size = (shape) => shape.reduce((total, each) => total * each, 1);
  const [first, second] = inputShapes;
  const [output] = outputShapes;
  if (/^(Fused)?Conv[23]D$/.test(name)) return (size(output) * size(second)) / second.at(-1);
  if (/DepthwiseConv2d/.test(name)) return size(output) * second[0] * second[1];
  if (name === "Conv2DBackpropInput") return (size(first) * size(second)) / second.at(-1);
  return /MatMul$/.test(name)
    ? ((size(output) * size(first)) / (first.at(-2) * first.at(-1))) * first.at(-1)
    : 0;
}
