/** Reads the parsers' WebAssembly in Node: beside the bundle when bundled, else from node_modules. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createParsers, type Parsers } from "../engine/syntax/parser.ts";

const FILES = {
  runtimeWasm: ["web-tree-sitter", "web-tree-sitter.wasm"],
  python: ["tree-sitter-python", "tree-sitter-python.wasm"],
  typescript: ["tree-sitter-typescript", "tree-sitter-typescript.wasm"],
  tsx: ["tree-sitter-typescript", "tree-sitter-tsx.wasm"],
} as const;

/** `folders` are looked in after the bundle's own. */
export function loadParsers(folders: readonly string[] = []): Promise<Parsers> {
  const here = scriptFolder();
  const read =
    ([folder, file]: readonly [string, string]) =>
    () => {
      const bundled = [here, ...folders].map((place) => join(place, file)).find((path) => existsSync(path));
      return readFile(bundled ?? join(packageFolder(folder, here), file));
    };
  return createParsers({
    runtimeWasm: read(FILES.runtimeWasm),
    python: read(FILES.python),
    typescript: read(FILES.typescript),
    tsx: read(FILES.tsx),
  });
}

/** A CommonJS bundle has no `import.meta.url`, but `__dirname`. */
export function scriptFolder(): string {
  return typeof __dirname === "string" ? __dirname : dirname(fileURLToPath(import.meta.url));
}

/** Grammar packages export no file by name, so their folder is looked for upwards. */
function packageFolder(name: string, from: string): string {
  const paths = createRequire(join(from, "_.js")).resolve.paths(name) ?? [];
  return paths.map((path) => join(path, name)).find((path) => existsSync(path)) ?? join("node_modules", name);
}
