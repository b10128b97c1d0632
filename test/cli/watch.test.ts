import { describe, expect, it } from "vitest";
import { watch } from "../../src/cli/watch.ts";

const script = (text: string) => new URL(`data:text/javascript,${encodeURIComponent(text)}`);

function watched(text: string, limits: { readonly seconds?: number; readonly megabytes?: number } = {}) {
  const messages: unknown[] = [];
  const onMessage = (message: unknown) => messages.push(message);
  const ended = watch({
    ...{ script: script(text), workerData: "hello", onMessage, seconds: 1e6, megabytes: 200, ...limits },
  });
  return { ended, messages };
}

describe("a worker under watch", () => {
  it("gives its messages in order, then its exit code", async () => {
    const { ended, messages } = watched(`
      import { parentPort, workerData } from "node:worker_threads";
      for (const text of [workerData, "and", "bye"]) parentPort.postMessage(text);
      process.exitCode = 1;`);
    expect(await ended).toEqual({ kind: "done", code: 1 });
    expect(messages).toEqual(["hello", "and", "bye"]);
  });

  it("is ended when it never ends by itself", async () => {
    expect(await watched("for (;;);", { seconds: 0.1 }).ended).toEqual({ kind: "too-long" });
  });

  it("is ended when it takes too much memory", async () => {
    const hoard = "const all = []; for (let i = 0; ; i++) all.push({ i });";
    expect(await watched(hoard, { megabytes: 20 }).ended).toEqual({ kind: "too-large" });
  });

  it("is ended when it takes too much memory outside of what JavaScript keeps", async () => {
    const hoard = "const all = []; for (;;) all.push(new Uint8Array(1e6).fill(1));";
    expect(await watched(hoard, { megabytes: 100 }).ended).toEqual({ kind: "too-large" });
  });

  it("tells its error", async () => {
    expect(await watched("throw new Error('broken')").ended).toMatchObject({
      kind: "failed",
      error: { message: "broken" },
    });
  });
});
