/** The thread that runs cases, one after the other; it tells which one it starts, so that one that never ends is known. */
import { parentPort } from "node:worker_threads";
import { loadParsers } from "../../../src/node/wasm.ts";
import type { Context, Finding } from "./part.ts";
import { PARTS } from "./parts.ts";
import { forgetful } from "./program.ts";
import { ownSources, sourcesBelow } from "./sources.ts";

export interface WorkOrder {
  readonly part: string;
  readonly seed: number;
  readonly files: readonly string[];
  /** The project's folder. */
  readonly root: string;
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

export type Progress =
  | { readonly kind: "starts"; readonly index: number }
  | { readonly kind: "ended"; readonly index: number; readonly findings: readonly Finding[] };

export async function runCases({ part, seed, files, root, from, to }: WorkOrder): Promise<void> {
  const tell = (progress: Progress): void => parentPort?.postMessage(progress);
  const sources = files.length > 0 ? files.flatMap(sourcesBelow) : ownSources(root);
  const context: Context = {
    root,
    seed,
    sources,
    parsers: forgetful(await loadParsers()),
    keeping: await loadParsers(),
  };
  for (let index = from; index < to; index++) {
    tell({ kind: "starts", index });
    tell({ kind: "ended", index, findings: (await PARTS.get(part)?.run(index, context)) ?? [] });
  }
}
