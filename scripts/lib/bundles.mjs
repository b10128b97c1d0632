/** How bundles are made that Node runs as ES modules. */

/** CommonJS packages inside an ES module still call require for Node's own modules. */
export const esModule = {
  format: "esm",
  platform: "node",
  target: "node20",
  banner: {
    js: 'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);',
  },
};
