/** Questions to workers whose engine may never end. */
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { WorkerAnalyst, type WorkerOptions } from "../../src/server/worker.ts";

const FOLDER = realpathSync(mkdtempSync(path.join(tmpdir(), "convlens-worker-")));
const SCRIPT = path.join(FOLDER, "slowWorker.mjs");
const CONFIG = { folders: [], searchPaths: [], defaultInput: [], steps: 20_000_000, milliseconds: 600_000 };

beforeAll(async () => {
  const entryPoints = [path.resolve(import.meta.dirname, "slowWorker.ts")];
  await build({ entryPoints, outfile: SCRIPT, bundle: true, platform: "node", format: "esm" });
});
afterAll(() => rmSync(FOLDER, { recursive: true }));

const started: WorkerAnalyst[] = [];
afterEach(() => {
  for (const analyst of started.splice(0)) analyst.dispose();
});

function start(options: WorkerOptions = {}) {
  const log: string[] = [];
  const analyst = new WorkerAnalyst(SCRIPT, { log: (text) => log.push(text), ...options });
  started.push(analyst);
  analyst.configure(CONFIG);
  let version = 0;
  const write = (file: string, text: string) => {
    version += 1;
    analyst.setText(file, { text, version });
  };
  const ask = (file: string, signal = new AbortController().signal) => analyst.analyze(file, {}, signal);
  /** The text that the engine read of a file. */
  const read = async (file: string) => (await ask(file)).file;
  return { analyst, log, write, ask, read };
}

describe("the watchdog", () => {
  it("ends an analysis that takes too long and says so", async () => {
    const { log, write, ask } = start({ limit: 500 });
    write("/nets/slow.py", "spin");
    const { diagnostics } = await ask("/nets/slow.py");
    const message =
      "analysis ended after 0.5 s: nets/slow.py takes too long; ConvLens looks at it again when its text changes";
    expect(diagnostics).toEqual([
      { severity: "warning", message, code: "limit", at: { file: "/nets/slow.py", line: 1, column: 1 } },
    ]);
    expect(log).toEqual([message]);
  });

  it("leaves such a file alone until its text changes", async () => {
    const { log, write, ask, read } = start({ limit: 500 });
    write("/nets/slow.py", "spin");
    const first = await ask("/nets/slow.py");
    write("/nets/slow.py", "spin");
    expect(await ask("/nets/slow.py")).toEqual(first);
    expect(log).toHaveLength(1);
    write("/nets/slow.py", "fine");
    expect(await read("/nets/slow.py")).toBe("fine");
  });

  it("answers other files while one never ends", async () => {
    const { write, ask, read } = start({ long: 20 });
    write("/a.py", "spin");
    void ask("/a.py").catch(() => undefined);
    write("/b.py", "other");
    expect(await read("/b.py")).toBe("other");
  });

  it("ends a cancelled question at once, and a worker that does not hear of it later", async () => {
    const { log, write, ask, read } = start({ grace: 20, long: 600_000 });
    write("/a.py", "spin");
    const abort = new AbortController();
    const asked = ask("/a.py", abort.signal);
    abort.abort();
    await expect(asked).rejects.toThrow("cancelled");
    write("/a.py", "fine");
    expect(await read("/a.py")).toBe("fine");
    expect(log).toEqual([]);
  });

  it("tells of a file that takes too much memory", async () => {
    const { write, ask } = start({ megabytes: 32 });
    write("/nets/large.py", "eat");
    expect((await ask("/nets/large.py")).diagnostics[0]?.message).toMatch(
      /^analysis ended at 32 MB: nets\/large.py takes too much memory/,
    );
  });

  it("ends a what-if question that takes too long, and still analyses its file", async () => {
    const { analyst, write, read } = start({ limit: 500 });
    write("/a.py", "fine");
    const result = await analyst.simulate("/a.py", { model: "Net", swap: "all" });
    expect(result).toMatchObject({ ok: false, reason: expect.stringContaining("takes too long") });
    expect(await read("/a.py")).toBe("fine");
  });
});
