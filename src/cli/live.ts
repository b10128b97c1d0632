/**
 * `node dist/live.mjs FILE[:NAME] [--port N] [--once]`: the live page of one file. It follows the file and all that
 * it imports: every file that a profile read is watched.
 */
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { visible } from "../engine/base/visible.ts";
import type { ModelHost } from "../engine/contract/engine.types.ts";
import { createEngine } from "../engine/engine.ts";
import { createNodeHost, toSlashes } from "../node/host.ts";
import { loadParsers } from "../node/wasm.ts";
import { type LiveSource, serveLive } from "./live/server.ts";
import { relativePlaces } from "./places.ts";
import { fileProblem, rootsOf } from "./target.ts";
import { splitTarget } from "./targetName.ts";

const DEFAULT_PORT = 4173;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { port: { type: "string" }, once: { type: "boolean", default: false } },
});
const here = path.dirname(fileURLToPath(import.meta.url));
const [target] = positionals;
if (!target) {
  console.error("usage: live FILE[:NAME] [--port N] [--once]");
  process.exit(2);
}

const { file: named, model } = splitTarget(target);
const file = path.resolve(named);
const problem = fileProblem(file);
if (problem !== undefined) {
  console.error(visible(`${named}: ${problem}`));
  process.exit(2);
}
const live = await serveLive({
  source: await openSource(file),
  options: model ? { model } : {},
  assets: { panel: path.join(here, "webview"), icon: path.join(here, "..", "media", "icon.svg") },
  port: Number(values.port ?? DEFAULT_PORT),
});
console.log(`\nLive page: ${live.address}   (Ctrl-C ends it)`);
console.log(`Lesson:    ${live.address}lesson`);
if (values.once) await live.close();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void live.close());

async function openSource(file: string): Promise<LiveSource> {
  const disk = createNodeHost(rootsOf(file, process.cwd(), []));
  const seen = new Map<string, string | undefined>();
  const host: ModelHost = {
    ...disk,
    read(name) {
      seen.set(name, disk.version(name));
      return disk.read(name);
    },
  };
  const engine = createEngine({ host, parsers: await loadParsers() });
  const name = toSlashes(file);
  return {
    title: `${path.basename(file)} - ConvLens`,
    profile(options) {
      const result = engine.profile(name, options);
      return result.ok ? { ok: true, report: relativePlaces(result.report, process.cwd()) } : result;
    },
    simulate(options) {
      const result = engine.simulate(name, options);
      if (!result.ok) return result;
      const { before, after, ...rest } = result.simulation;
      const [was, now] = [relativePlaces(before, process.cwd()), relativePlaces(after, process.cwd())];
      return { ok: true, simulation: { ...rest, before: was, after: now } };
    },
    suggest: (options) => engine.suggest(name, options),
    changed() {
      let any = false;
      for (const [name, version] of seen) {
        const now = disk.version(name);
        if (now === version) continue;
        seen.set(name, now);
        any = true;
      }
      return any;
    },
  };
}
