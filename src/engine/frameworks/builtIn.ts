/** What of Python's modules needs no files, for ConvLens has tables of it. */

import { entryOf } from "../base/table.ts";
import { stdlib } from "../languages/python/stdlib/index.ts";
import { createFrameworks } from "./index.ts";

export function isBuiltIn(module: string): boolean {
  return (
    entryOf(stdlib, module) !== undefined ||
    createFrameworks().some((framework) => framework.hasModule(module))
  );
}
