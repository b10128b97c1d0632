/**
 * A worker whose engine does what a file's text says: `spin` never ends; `spin in FILE` says before that it is at that
 * file's line 7, `spin loudly` has a line in the log; `wait` too, and ends when it is cancelled, `eat` takes all memory, `who` answers with the thread, `fault` with a fault in the log, `part` tells a part and waits until line 7 is looked at.
 */
import { threadId } from "node:worker_threads";
import type { Engine, FileAnalysis } from "../../src/engine/contract/engine.types.ts";
import { serveWorker } from "../../src/server/serveWorker.ts";
import { report } from "./fixtures.ts";

void serveWorker(async ({ onFault, onProgress }) => (_, texts) => {
  const engine: Pick<Engine, "analyze" | "invalidate" | "simulate"> = {
    analyze(file, options) {
      const text = texts.get(file)?.text ?? "";
      const place = /^spin in (.*)$/.exec(text)?.[1];
      if (place) onProgress({ file: place, line: 7, column: 1, endLine: 7, endColumn: 2 });
      if (text === "spin loudly" || text === "wait") onFault(new Error(`spins: ${file}`));
      if (text.startsWith("spin")) while (true);
      if (text === "part") {
        const reports = [report("Net", [])];
        options?.onPart?.({ ...answer(file), reports, pending: [] });
        while (options?.sight?.().cursor !== 7);
        return { ...answer(file), reports: [...reports, report("Last", [])] };
      }
      if (text === "fault") onFault(new Error("of the engine"), { file, line: 3 });
      if (text === "wait") while (!options?.isCancelled?.());
      if (text.startsWith("who")) return answer(`${threadId}`);
      if (text === "eat") for (const kept: number[][] = []; ; ) kept.push(new Array(10_000).fill(0.5));
      return answer(text);
    },
    simulate: () => {
      while (true);
    },
    invalidate: () => undefined,
  };
  return engine as Engine;
});

function answer(file: string): FileAnalysis {
  return { file, reports: [], failures: [], sites: [], diagnostics: [] };
}
