import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { keptSource, removeKept } from "../../src/sources/cache.ts";
import { watchKept } from "../../src/sources/watch.ts";
import { keepPackage } from "./keep.ts";

let home = "";
let cache = "";
let stop = (): void => undefined;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), "convlens-watch-"));
  cache = path.join(home, "deep", "cache");
});
afterEach(() => {
  stop();
  rmSync(home, { recursive: true, force: true });
});

it("tells of packages that come, are asked for again and go, and of a folder made anew", async () => {
  let told = 0;
  stop = watchKept(() => {
    told += 1;
  }, cache);
  const isTold = async (change: () => unknown): Promise<void> => {
    const before = told;
    await change();
    await vi.waitFor(() => expect(told).toBeGreaterThan(before), { timeout: 20_000 });
  };
  await isTold(() => keepPackage(cache, { name: "nets", version: "1.0" }));
  await isTold(() => keepPackage(cache, { name: "nets", version: "1.1" }));
  await isTold(() => removeKept(cache, keptSource(cache, "nets", "1.0")!));
  await isTold(() => rmSync(cache, { recursive: true }));
  await isTold(() => keepPackage(cache, { name: "nets", version: "1.0" }));
  stop();
  mkdirSync(path.join(cache, "other"));
});

it("is quiet where the folder cannot be made", () => {
  expect(() => watchKept(() => undefined, path.join(home, "\0"))()).not.toThrow();
});
