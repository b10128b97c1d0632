/** The thread of the server that runs the engine. */
import manifest from "../../package.json" with { type: "json" };
import { DEFAULT_SETTINGS } from "../engine/analysis/settings.ts";
import { createEngine } from "../engine/engine.ts";
import { createNodeHost } from "../node/host.ts";
import { stubFolders } from "../node/stubs.ts";
import { loadParsers } from "../node/wasm.ts";
import type { MakeEngine } from "./analyst.ts";
import { expand } from "./folders.ts";
import { type Listeners, serveWorker } from "./serveWorker.ts";

void serveWorker(loadEngine);

async function loadEngine(listeners: Listeners): Promise<MakeEngine> {
  const parsers = await loadParsers();
  return (config, texts) =>
    createEngine({
      parsers,
      host: createNodeHost({
        folders: config.folders,
        searchPaths: config.searchPaths,
        kept: new Map(config.kept ?? []),
        stubs: stubFolders(
          config.folders,
          config.stubs.map((folder) => expand(folder, config.folders)),
        ),
        unsaved: (file) => texts.get(file),
      }),
      settings: {
        ...DEFAULT_SETTINGS,
        ...listeners,
        inputSize: config.defaultInput.at(-1) ?? DEFAULT_SETTINGS.inputSize,
        limits: { ...DEFAULT_SETTINGS.limits, steps: config.steps },
        tool: `convlens ${manifest.version}`,
      },
    });
}
