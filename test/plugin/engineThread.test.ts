/** The thread that the plugin's engine runs in, with an engine that misbehaves on demand. */
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { HostAnswers, HostCall } from "../../src/plugin/bridge.ts";
import { EngineThread, type Job } from "../../src/plugin/engineThread.ts";

const FOLDER = realpathSync(mkdtempSync(path.join(tmpdir(), "convlens-thread-")));
const SCRIPT = path.join(FOLDER, "obedientThread.cjs");
/** Longer than any test. */
const AGES = 600_000;
const [PROJECT, OTHER] = [1, 2];

beforeAll(async () => {
  const entryPoints = [path.resolve(import.meta.dirname, "obedientThread.ts")];
  await build({ entryPoints, outfile: SCRIPT, bundle: true, platform: "node", format: "cjs" });
});
afterAll(() => rmSync(FOLDER, { recursive: true }));

const started: EngineThread[] = [];
afterEach(() => {
  for (const thread of started.splice(0)) for (const project of [PROJECT, OTHER]) thread.forget(project);
});

interface Asked {
  readonly job: Job;
  /** What the engine said; `nothing` for a question without an answer. */
  readonly said: Promise<string>;
  isSettled(): boolean;
}

function start(script = SCRIPT) {
  const log: string[] = [];
  const thread = new EngineThread({ script, log: (text) => log.push(text) });
  started.push(thread);
  const ask = (text: string, milliseconds = AGES, project = PROJECT): Asked => {
    let settled = false;
    let settle = (_: string): void => undefined;
    const said = new Promise<string>((resolve) => {
      settle = resolve;
    });
    const job: Job = {
      ...{ project, file: `/${text}.ts`, inputs: {}, size: 224, steps: 20_000_000, milliseconds },
      answer: (call) => answer(call, text),
      settle(analysis) {
        settled = true;
        settle(analysis?.diagnostics[0]?.message ?? "nothing");
      },
    };
    thread.ask(job);
    return { job, said, isSettled: () => settled };
  };
  return { thread, log, ask };
}

/** A project in which every file has one text, but for `/other.ts`. */
function answer(call: HostCall, text: string): HostAnswers[HostCall["kind"]] {
  if (call.kind !== "source") return false;
  return { version: "1", text: call.file === "/other.ts" ? "the other" : text };
}

/** As requests do that follow each other so closely that the event loop does not turn. */
function waitOften(thread: EngineThread, isSettled: () => boolean): void {
  for (const end = Date.now() + 50_000; !isSettled() && Date.now() < end; ) thread.wait(50, isSettled);
}

/** Until the engine is at work on this: the event loop turns meanwhile. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(setImmediate);
}

describe("the engine's thread", () => {
  it("reads the project's files while nobody waits, and while somebody does", async () => {
    const { thread, ask } = start();
    expect(await ask("load /other.ts").said).toBe("the other");
    const { isSettled, said } = ask("load /other.ts");
    waitOften(thread, isSettled);
    expect(await said).toBe("the other");
  });

  it("goes back to TypeScript when the answer takes longer than TypeScript waits", async () => {
    const { thread, ask } = start();
    await ask("load").said;
    const { isSettled } = ask("spin");
    thread.wait(20, isSettled);
    expect(isSettled()).toBe(false);
  });

  it("ends what never ends, tells the file and its line, and answers what else is asked", async () => {
    const { log, ask } = start();
    const first = await ask("thread").said;
    // Enough for a busy machine to come to the line that spins.
    expect(await ask("spin", 2_000).said).toBe("nothing");
    expect(log).toEqual(["analysis ended after 2 s at /spin.ts:12; /spin.ts is left alone until it changes"]);
    expect(await ask("thread").said).not.toBe(first);
  });

  it("ends it at the next request, too, where the event loop has not turned", async () => {
    const { thread, ask } = start();
    await ask("load").said;
    const { isSettled } = ask("spin", 10);
    waitOften(thread, isSettled);
    expect(isSettled()).toBe(true);
  });

  it("does not blame a file for the time that TypeScript was busy", async () => {
    const { thread, ask, log } = start();
    await ask("load").said;
    const { said, isSettled } = ask("load /other.ts", 200);
    // Longer than the file may take: the engine waits for its first answer meanwhile.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 800);
    thread.wait(10_000, isSettled);
    expect(await said).toBe("the other");
    expect(log).toEqual([]);
  });

  it("takes the newest question first and the one that made room afterwards", async () => {
    const { ask } = start();
    await ask("load").said;
    let text = "wait";
    const order: string[] = [];
    const slow = ask("wait");
    (slow.job as { answer: Job["answer"] }).answer = (call) => {
      order.push(text);
      return answer(call, text);
    };
    await until(() => order.length === 1);
    text = "load /other.ts";
    const quick = ask("thread");
    await quick.said;
    expect(slow.isSettled()).toBe(false);
    expect(await slow.said).toBe("the other");
    expect(order[0]).toBe("wait");
  });

  it("answers others although one makes no room, and comes back to it", async () => {
    const { ask, log } = start();
    const first = await ask("thread").said;
    const spin = ask("spin");
    expect(await ask("thread").said).not.toBe(first);
    expect(spin.isSettled()).toBe(false);
    expect(log).toEqual([]);
  });

  it("lets go of what nobody wants to know any more", async () => {
    const { thread, ask } = start();
    const { job, isSettled } = ask("wait");
    thread.drop(job);
    expect(await ask("load /other.ts").said).toBe("the other");
    expect(isSettled()).toBe(false);
  });

  it("replaces a thread that crashed, and tells why", async () => {
    const { log, ask } = start();
    expect(await ask("crash").said).toBe("nothing");
    expect(log.join()).toContain("the analysis thread ended: crashed at /crash.ts:12");
    expect(log.join()).toMatch(
      /a fault of ConvLens at \/crash.ts:12, not of this code; please report .*\nError: crashed\n/,
    );
    expect(await ask("load /other.ts").said).toBe("the other");
  });

  it("tells nothing where its script is missing, and says so once", async () => {
    const { log, ask } = start(path.join(FOLDER, "missing.cjs"));
    expect(await ask("load").said).toBe("nothing");
    expect(await ask("load").said).toBe("nothing");
    expect(log).toHaveLength(1);
    expect(log[0]).toContain("missing.cjs");
  });

  it("is ended with the last project, and starts anew for the next", async () => {
    const { thread, ask } = start();
    const first = await ask("thread").said;
    expect(await ask("thread", AGES, OTHER).said).toBe(first);
    thread.forget(OTHER);
    expect(await ask("thread").said).toBe(first);
    thread.forget(PROJECT);
    expect(await ask("thread").said).not.toBe(first);
  });
});
