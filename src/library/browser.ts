/** `import { profile } from "convlens"` in browsers: texts alone, the parsers fetched from beside the bundle. */
import manifest from "../../package.json" with { type: "json" };
import { createEngine } from "../engine/engine.ts";
import { createParsers, type Parsers } from "../engine/syntax/parser.ts";
import { type Library, libraryOf, NoFigures } from "./api.ts";
import { textsHost } from "./texts.ts";

export type * from "./api.ts";
export { NoFigures } from "./api.ts";

/** Written out one by one, so that a bundler finds the files. */
const WASM = {
  runtimeWasm: new URL("../web-tree-sitter.wasm", import.meta.url),
  python: new URL("../tree-sitter-python.wasm", import.meta.url),
  typescript: new URL("../tree-sitter-typescript.wasm", import.meta.url),
  tsx: new URL("../tree-sitter-tsx.wasm", import.meta.url),
};

let parsers: Promise<Parsers> | undefined;

const library: Library = libraryOf(async (source) => {
  if (typeof source === "string")
    throw new NoFigures("there is no disk in a browser: give { file, files } with the texts");
  const { host, file } = textsHost(source);
  parsers ??= createParsers({
    runtimeWasm: () => load(WASM.runtimeWasm),
    python: () => load(WASM.python),
    typescript: () => load(WASM.typescript),
    tsx: () => load(WASM.tsx),
  });
  const settings = { tool: `convlens ${manifest.version}` };
  return { engine: createEngine({ host, parsers: await parsers, settings }), file };
});

async function load(url: URL): Promise<Uint8Array> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${answer.statusText}`);
  return new Uint8Array(await answer.arrayBuffer());
}

export const networks: Library["networks"] = library.networks;
export const profile: Library["profile"] = library.profile;
export const simulate: Library["simulate"] = library.simulate;
export const suggest: Library["suggest"] = library.suggest;
export const rewrite: Library["rewrite"] = library.rewrite;
