/** What of Python's modules needs no files, for ConvLens has tables of it. */
import { createFrameworks } from "./frameworks/index.ts";
import { stdlib } from "./interpret/python/stdlib/index.ts";
import { entryOf } from "./table.ts";

export function isBuiltIn(module: string): boolean {
  return (
    entryOf(stdlib, module) !== undefined ||
    createFrameworks().some((framework) => framework.hasModule(module))
  );
}
