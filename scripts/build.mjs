/**
 * Builds everything that ships into dist/: one bundle an entry point, and the wasm files beside them.
 * usage: node scripts/build.mjs [--watch] [--production]
 */
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import * as esbuild from "esbuild";
import { esModule } from "./lib/bundles.mjs";
import { writeDeclarations } from "./lib/declarations.mjs";
import { plugin, root } from "./lib/project.mjs";

const watch = process.argv.includes("--watch");
const production = process.argv.includes("--production");

/** Read at run time from the folder of the bundle that needs them. */
const wasmFiles = [
  "web-tree-sitter/web-tree-sitter.wasm",
  "tree-sitter-python/tree-sitter-python.wasm",
  "tree-sitter-typescript/tree-sitter-typescript.wasm",
  "tree-sitter-typescript/tree-sitter-tsx.wasm",
];

/** Of the library that measures, beside the command alone. */
const measureWasm = "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm";

/** CommonJS has no import.meta: its url is the bundle's own. web-tree-sitter ships a build of its own for require. */
const commonJs = {
  format: "cjs",
  platform: "node",
  target: "node20",
  define: { "import.meta.url": "bundleUrl" },
  banner: { js: 'const bundleUrl = require("node:url").pathToFileURL(__filename).href;' },
  alias: { "web-tree-sitter": path.join(root, "node_modules/web-tree-sitter/web-tree-sitter.cjs") },
};

/** What is loaded when it is needed, from a bundle of its own: what gets archives is no part of any start. */
const loadedLater = (...bundles) => ({
  plugins: bundles.map(([bundle, filter]) => ({
    name: `loaded-later-${bundle}`,
    setup(build) {
      build.onResolve({ filter }, ({ kind }) =>
        kind === "dynamic-import" ? { path: bundle, external: true } : undefined,
      );
    },
  })),
});
const MEASURE = /\/measure\/tfjs\.ts$/;
const SOURCES = /\/sources\.ts$|\/sources\/get\.ts$/;

/** The parsers' runtime asks for Node's modules where it runs in Node alone. */
const withoutNode = {
  name: "without-node",
  setup(build) {
    build.onResolve({ filter: /^(fs|fs\/promises|module|path|url)$/ }, ({ path }) => ({
      path,
      namespace: "without-node",
    }));
    build.onLoad({ filter: /.*/, namespace: "without-node" }, () => ({ contents: "export {};" }));
  },
};
const library = {
  format: "esm",
  platform: "browser",
  target: "es2022",
  plugins: [withoutNode],
  // What stands in a page for tests or tools is not taken for Node either.
  define: { process: "undefined" },
};

const page = { format: "iife", platform: "browser", target: "es2022" };

const bundles = [
  {
    entry: "src/extension/extension.ts",
    out: "extension.cjs",
    options: { ...commonJs, ...loadedLater(["./sources.cjs", SOURCES]), external: ["vscode"] },
  },
  { entry: "src/sources/get.ts", out: "sources.cjs", options: commonJs },
  { entry: "src/server/node.ts", out: "server.cjs", options: commonJs, executable: true },
  {
    entry: "src/plugin/index.ts",
    out: `${plugin}/index.js`,
    // tsserver calls what require gives.
    options: { ...commonJs, footer: { js: "module.exports = module.exports.default;" } },
  },
  { entry: "src/plugin/thread.ts", out: `${plugin}/thread.js`, options: commonJs },
  {
    entry: "src/cli/main.ts",
    out: "cli.mjs",
    options: {
      ...esModule,
      ...loadedLater(["./mcp.mjs", /\/agents\/mcp\.ts$/], ["./server.cjs", /\/server\/node\.ts$/]),
    },
    executable: true,
  },
  { entry: "src/agents/mcp.ts", out: "mcp.mjs", options: esModule },
  { entry: "src/action/main.ts", out: "action.mjs", options: esModule },
  { entry: "src/library/node.ts", out: "library/node.mjs", options: esModule },
  { entry: "src/library/browser.ts", out: "library/browser.mjs", options: library },
  { entry: "src/cli/thread.ts", out: "thread.cjs", options: commonJs },
  {
    entry: "src/cli/command.ts",
    out: "command.cjs",
    // It is run as a script (codeCache.ts), where only `require` loads more.
    options: {
      ...commonJs,
      ...loadedLater(["./sourcesCommand.cjs", SOURCES], ["./measureLibrary.cjs", MEASURE]),
      supported: { "dynamic-import": false },
    },
  },
  { entry: "src/cli/sources.ts", out: "sourcesCommand.cjs", options: commonJs },
  { entry: "src/measure/tfjs.ts", out: "measureLibrary.cjs", options: commonJs },
  { entry: "src/cli/live.ts", out: "live.mjs", options: esModule },
  { entry: "src/cli/zoo.ts", out: "zoo.mjs", options: esModule },
  { entry: "src/cli/swaps.ts", out: "swaps.mjs", options: esModule },
  { entry: "src/cli/bench.ts", out: "bench.mjs", options: esModule },
  { entry: "test/fuzz/robustness/main.ts", out: "fuzz.mjs", options: esModule },
  { entry: "webview/panel/main.ts", out: "webview/panel.js", options: page },
  { entry: "webview/lesson/main.ts", out: "webview/lesson.js", options: page },
  { entry: "webview/sidebar/main.ts", out: "webview/sidebar.js", options: page },
];

function optionsOf({ entry, out, options, executable }) {
  const banner = executable ? { js: `#!/usr/bin/env node\n${options.banner.js}` } : options.banner;
  return {
    ...options,
    ...(banner ? { banner } : {}),
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: path.join("dist", out),
    bundle: true,
    minify: production,
    sourcemap: production ? false : "linked",
    legalComments: production ? "linked" : "none",
    logLevel: "warning",
    loader: { ".svg": "text" },
  };
}

function copyWasm(folder) {
  mkdirSync(folder, { recursive: true });
  for (const file of wasmFiles) {
    copyFileSync(path.join(root, "node_modules", file), path.join(folder, path.basename(file)));
  }
}

/** The plugin is a package of its own, and tsserver looks for it in the node_modules of the extension. */
function preparePlugin() {
  const folder = path.join(root, "dist", plugin);
  copyWasm(folder);
  const { version, license } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  const manifest = { name: plugin, version, license, main: "index.js", type: "commonjs" };
  writeFileSync(path.join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  const link = path.join(root, "node_modules", plugin);
  rmSync(link, { recursive: true, force: true });
  symlinkSync(folder, link, "junction");
}

if (production) rmSync(path.join(root, "dist"), { recursive: true, force: true });
copyWasm(path.join(root, "dist"));
copyFileSync(
  path.join(root, "node_modules", measureWasm),
  path.join(root, "dist", path.basename(measureWasm)),
);
cpSync(path.join(root, "stubs"), path.join(root, "dist", "stubs"), { recursive: true });
preparePlugin();

if (watch) {
  const contexts = await Promise.all(bundles.map((bundle) => esbuild.context(optionsOf(bundle))));
  await Promise.all(contexts.map((context) => context.watch()));
  console.log("watching");
} else {
  const results = await Promise.allSettled(bundles.map((bundle) => esbuild.build(optionsOf(bundle))));
  for (const bundle of bundles) {
    const file = path.join(root, "dist", bundle.out);
    if (bundle.executable && existsSync(file)) chmodSync(file, 0o755);
  }
  const failed = results.filter((result) => result.status === "rejected").length;
  const source = path.join(root, "src");
  writeDeclarations(["library/node.ts", "library/browser.ts"], source, path.join(root, "dist/library/types"));
  console.log(`built ${bundles.length - failed} of ${bundles.length} bundles into dist/`);
  process.exitCode = failed > 0 ? 1 : 0;
}
