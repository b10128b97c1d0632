/** Questions to workers whose engine may never end. */
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { FileAnalysis } from "../../src/engine/contract/engine.types.ts";
import { WorkerAnalyst, type WorkerOptions } from "../../src/server/worker.ts";

const FOLDER = realpathSync(mkdtempSync(path.join(tmpdir(), "convlens-worker-")));
const SCRIPT = path.join(FOLDER, "slowWorker.mjs");
const CONFIG = {
  folders: [],
  searchPaths: [],
  stubs: [],
  defaultInput: [],
  steps: 20_000_000,
  milliseconds: 600_000,
};

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
  /** The loud files in the order that workers began with them. */
  const begun = () => log.flatMap((text) => /spins: (.*)/.exec(text)?.[1] ?? []);
  return { analyst, log, begun, write, ask, read };
}

const PATIENCE = { timeout: 50_000 };

describe("the watchdog", () => {
  it("ends an analysis that takes too long and says so", async () => {
    const { log, write, ask } = start({ limit: 500 });
    write("/nets/slow.py", "spin");
    const { diagnostics } = await ask("/nets/slow.py");
    const message =
      "analysis ended after 0.5 s: nets/slow.py takes too long; ConvLens looks at it again when its text or convlens.limits.milliseconds changes";
    expect(diagnostics).toEqual([
      { severity: "warning", message, code: "limit", at: { file: "/nets/slow.py", line: 1, column: 1 } },
    ]);
    expect(log).toEqual([message]);
  });

  it("tells of a file that is slow before it is ended, until it is", async () => {
    let isOver = false;
    const told: string[] = [];
    const { log, write, ask } = start({
      slow: 100,
      onSlow: (text, ended) => {
        told.push(text);
        void ended.then(() => {
          isOver = true;
        });
      },
    });
    write("/nets/slow.py", "spin in /nets/slow.py");
    const abort = new AbortController();
    const asked = ask("/nets/slow.py", abort.signal);
    await vi.waitFor(() => expect(told).toEqual(["reading nets/slow.py:7 for more than 0.1 s"]), PATIENCE);
    // It is no error, which the log is of.
    expect([log, isOver]).toEqual([[], false]);
    abort.abort();
    await expect(asked).rejects.toThrow();
    await vi.waitFor(() => expect(isOver).toBe(true), PATIENCE);
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

  it("says which line ran, at that line", async () => {
    const { write, ask } = start({ limit: 500 });
    write("/nets/slow.py", "spin in /nets/slow.py");
    const [problem] = (await ask("/nets/slow.py")).diagnostics;
    expect(problem?.at).toEqual({ file: "/nets/slow.py", line: 7, column: 1 });
    expect(problem?.message).toContain("nets/slow.py:7 takes too long");
  });

  it("names the line that ran in another file at the top of the one that was asked for", async () => {
    const { write, ask } = start({ limit: 500 });
    write("/nets/slow.py", "spin in /lib/é.py");
    const [problem] = (await ask("/nets/slow.py")).diagnostics;
    expect(problem?.at).toEqual({ file: "/nets/slow.py", line: 1, column: 1 });
    expect(problem?.message).toContain("nets/slow.py (lib/é.py:7) takes too long");
    expect(problem?.related).toEqual([
      { message: "this line ran", at: { file: "/lib/é.py", line: 7, column: 1 } },
    ]);
  });

  it("speaks the user's language", async () => {
    const { analyst, write, ask } = start({ limit: 500 });
    analyst.configure({ ...CONFIG, locale: "ja" });
    write("/nets/slow.py", "spin");
    expect((await ask("/nets/slow.py")).diagnostics[0]?.message).toMatch(/^解析を 0.5 秒で/);
  });

  it("has the engine's own faults in the log", async () => {
    const { log, write, read } = start();
    write("/a.py", "fault");
    await read("/a.py");
    expect(log).toEqual([
      expect.stringMatching(
        /^a fault of ConvLens at \/a.py:3, not of this code; please report .*\nError: of the engine\n +at /,
      ),
    ]);
  });

  it("answers other files while one never ends", async () => {
    const { write, ask, read } = start({ long: 20 });
    write("/a.py", "spin");
    void ask("/a.py").catch(() => undefined);
    write("/b.py", "other");
    expect(await read("/b.py")).toBe("other");
  });

  it("answers another file while as many never end as there are workers, and asks the longest again", async () => {
    const { begun, write, ask, read } = start({ long: 20 });
    for (const file of ["/a.py", "/b.py", "/c.py"]) {
      write(file, "spin loudly");
      void ask(file).catch(() => undefined);
      await vi.waitFor(() => expect(begun()).toContain(file), PATIENCE);
    }
    write("/d.py", "other");
    expect(await read("/d.py")).toBe("other");
    await vi.waitFor(() => expect(begun()).toEqual(["/a.py", "/b.py", "/c.py", "/a.py"]), PATIENCE);
  });

  it("tells when a question is taken up, and again when it starts anew", async () => {
    const { analyst, write, read } = start({ long: 20 });
    const begun = new Map<string, number>();
    for (const file of ["/a.py", "/b.py", "/c.py"]) {
      write(file, "spin");
      const count = () => void begun.set(file, (begun.get(file) ?? 0) + 1);
      void analyst.analyze(file, {}, new AbortController().signal, { begun: count }).catch(() => undefined);
      await vi.waitFor(() => expect(begun.get(file)).toBe(1), PATIENCE);
    }
    write("/d.py", "other");
    expect(await read("/d.py")).toBe("other");
    await vi.waitFor(() => expect(begun.get("/a.py")).toBe(2), PATIENCE);
  });

  it("never ends the active editor's file for another one", async () => {
    const { analyst, begun, write, ask, read } = start({ long: 20 });
    analyst.setActive("/active.py");
    for (const file of ["/active.py", "/b.py", "/c.py"]) {
      write(file, "spin loudly");
      void ask(file).catch(() => undefined);
    }
    await vi.waitFor(() => expect(begun()).toHaveLength(3), PATIENCE);
    for (const file of ["/d.py", "/e.py", "/f.py"]) {
      write(file, "other");
      expect(await read(file)).toBe("other");
    }
    expect(begun().filter((file) => file === "/active.py")).toHaveLength(1);
  });

  it("asks about the active editor's file before others that wait", async () => {
    const { analyst, begun, write, ask } = start({ long: 600_000 });
    const abort = new AbortController();
    for (const [file, signal] of [["/x.py", abort.signal], ["/y.py"]] as const) {
      write(file, "wait");
      void ask(file, signal).catch(() => undefined);
    }
    await vi.waitFor(() => expect(begun()).toHaveLength(2), PATIENCE);
    const answered: string[] = [];
    const files = ["/active.py", "/b.py", "/c.py"];
    for (const file of files) write(file, "fine");
    const asked = files.map((file) =>
      ask(file).then(
        () => answered.push(file),
        () => undefined,
      ),
    );
    analyst.setActive("/active.py");
    abort.abort();
    await Promise.race(asked);
    expect(answered).toEqual(["/active.py"]);
  });

  it("gives another file a worker of its own, and the active one its own back", async () => {
    const { analyst, write, ask, read } = start({ long: 600_000, grace: 600_000 });
    write("/a.py", "who");
    const thread = await read("/a.py");
    analyst.setActive("/a.py");
    for (const file of ["/b.py", "/c.py"]) {
      write(file, "spin");
      void ask(file).catch(() => undefined);
    }
    write("/a.py", "who is it");
    expect(await read("/a.py")).toBe(thread);
  });

  it("keeps a file with the worker that has its state, whatever is edited", async () => {
    const { write, ask, read } = start({ long: 2_000, grace: 600_000 });
    write("/slow.py", "wait");
    const abort = new AbortController();
    const slow = ask("/slow.py", abort.signal);
    write("/a.py", "who");
    const thread = await read("/a.py");
    abort.abort();
    await expect(slow).rejects.toThrow("cancelled");
    write("/slow.py", "who");
    // The first worker is free again.
    expect(await read("/slow.py")).not.toBe(thread);
    write("/a.py", "who is it");
    expect(await read("/a.py")).toBe(thread);
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

describe("an analysis in a worker", () => {
  it("tells its parts before it ends, and sees where the user looks meanwhile", async () => {
    const { analyst, write } = start();
    write("/parts.py", "part");
    analyst.setActive("/parts.py", { cursor: 3 });
    const parts: FileAnalysis[] = [];
    const part = (told: FileAnalysis) => {
      parts.push(told);
      analyst.setActive("/parts.py", { cursor: 7 });
    };
    const { reports } = await analyst.analyze("/parts.py", {}, new AbortController().signal, { part });
    expect(parts.map(({ file }) => file)).toEqual(["/parts.py"]);
    expect(reports.map(({ network }) => network)).toEqual(["Net", "Last"]);
    // What a part told does not cross a second time.
    expect(reports[0]).toBe(parts[0]?.reports[0]);
  });
});
