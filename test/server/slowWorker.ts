/** A worker whose engine does what a file's text says: `spin` never ends, `eat` takes all memory. */
import type { Engine } from "../../src/engine/engine.types.ts";
import { serveWorker } from "../../src/server/serveWorker.ts";

void serveWorker(async () => (_, texts) => {
  const engine: Pick<Engine, "analyze" | "invalidate" | "simulate"> = {
    analyze(file) {
      const text = texts.get(file)?.text ?? "";
      if (text === "spin") while (true);
      if (text === "eat") for (const kept: number[][] = []; ; ) kept.push(new Array(10_000).fill(0.5));
      return { file: text, reports: [], failures: [], sites: [], diagnostics: [] };
    },
    simulate: () => {
      while (true);
    },
    invalidate: () => undefined,
  };
  return engine as Engine;
});
