/** Where Python files lie that stand for modules: the user's, and those that come with ConvLens. */
import { existsSync } from "node:fs";
import path from "node:path";
import type { ModelHost } from "../engine/contract/engine.types.ts";
import { scriptFolder } from "./wasm.ts";

/** `named` are the user's folders; what is relative lies below each folder of the workspace. */
export function stubFolders(
  folders: readonly string[],
  named: readonly string[],
): NonNullable<ModelHost["stubs"]> {
  const own = named.flatMap((name) =>
    path.isAbsolute(name) ? [name] : folders.map((folder) => path.join(folder, name)),
  );
  return { own: [...new Set(own)], shipped: shipped() };
}

/** Beside the bundle, or at the top of the sources. */
function shipped(): string[] {
  const here = scriptFolder();
  return [path.join(here, "stubs"), path.join(here, "..", "..", "stubs")]
    .filter((folder) => existsSync(folder))
    .slice(0, 1);
}
