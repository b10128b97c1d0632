/** `import { profile } from "convlens"` in Node: files of the disk, or texts. */
import path from "node:path";
import { fileURLToPath } from "node:url";
import manifest from "../../package.json" with { type: "json" };
import { keptFor } from "../cli/open.ts";
import { fileProblem, rootsOf } from "../cli/target.ts";
import type { ModelHost } from "../engine/contract/engine.types.ts";
import { createEngine } from "../engine/engine.ts";
import type { Parsers } from "../engine/syntax/parser.ts";
import { createNodeHost, toSlashes } from "../node/host.ts";
import { loadParsers } from "../node/wasm.ts";
import { type Library, libraryOf, NoFigures, type SearchOptions, type Source } from "./api.ts";
import { textsHost } from "./texts.ts";

export type * from "./api.ts";
export { NoFigures } from "./api.ts";

let parsers: Promise<Parsers> | undefined;

const library: Library = libraryOf(async (source, options) => {
  const { host, file } = typeof source === "string" ? await onDisk(source, options) : textsHost(source);
  // The wasm lies in the folder that holds this bundle's.
  parsers ??= loadParsers([path.join(path.dirname(fileURLToPath(import.meta.url)), "..")]);
  const settings = { tool: `convlens ${manifest.version}` };
  return { engine: createEngine({ host, parsers: await parsers, settings }), file };
});

async function onDisk(
  source: Extract<Source, string>,
  { python = [], stubs = [] }: SearchOptions,
): Promise<{ readonly host: ModelHost; readonly file: string }> {
  const file = path.resolve(source);
  const problem = fileProblem(file);
  if (problem !== undefined) throw new NoFigures(`${source}: ${problem}`);
  const inCwd = (folder: string): string => path.resolve(folder);
  const roots = rootsOf(file, process.cwd(), python.map(inCwd), stubs.map(inCwd));
  const host = createNodeHost({ ...roots, kept: await keptFor(roots.folders) });
  return { host, file: toSlashes(file) };
}

export const networks: Library["networks"] = library.networks;
export const profile: Library["profile"] = library.profile;
export const simulate: Library["simulate"] = library.simulate;
export const suggest: Library["suggest"] = library.suggest;
export const rewrite: Library["rewrite"] = library.rewrite;
