/**
 * An engine's thread that does what the first line of a file says: `spin` never ends, `wait` ends when it is given up,
 * `crash` ends the thread, `load FILE` asks for many things and reads another file. Its answers name the thread that gave them.
 */
import { threadId } from "node:worker_threads";
import type { EngineSettings } from "../../src/engine/analysis/settings.ts";
import type { Engine, ModelHost } from "../../src/engine/contract/engine.types.ts";
import { serveThread } from "../../src/plugin/serveThread.ts";

function makeEngine(host: ModelHost, { onProgress }: Partial<EngineSettings>): Engine {
  const engine: Pick<Engine, "analyze"> = {
    analyze(file, { isCancelled } = {}) {
      const [word, other = ""] = (host.read(file) ?? "").split("\n")[0]?.split(" ") ?? [];
      onProgress?.({ file, line: 12, column: 1, endLine: 12, endColumn: 1 });
      if (word === "crash") throw new Error("crashed");
      if (word === "spin") for (;;);
      if (word === "wait") while (!isCancelled?.());
      for (let index = 0; word === "load" && index < 50; index += 1) host.isFile(`/${index}.ts`);
      const message = word === "load" ? (host.read(other) ?? "nothing") : String(threadId);
      const at = { file, line: 1, column: 1 };
      const diagnostics = [{ severity: "info", message, code: "test", at } as const];
      return { file, reports: [], failures: [], sites: [], diagnostics };
    },
  };
  return engine as Engine;
}

void serveThread(async () => makeEngine);
