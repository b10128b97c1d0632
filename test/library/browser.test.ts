/** The library's entry for browsers, with a browser's means alone: texts, and a fetch. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { Library } from "../../src/library/api.ts";

const BUNDLE = path.resolve(import.meta.dirname, "../../dist/library/browser.mjs");
const files = {
  "lib/parts.py": "import torch.nn as nn\n\nclass Part(nn.Conv2d):\n    pass\n",
  "net.py":
    "import torch.nn as nn\nfrom lib.parts import Part\n\nnet = nn.Sequential(Part(3, 8, 3), nn.Conv2d(8, 16, 3))\n",
};
const given = { file: "net.py", files };
const input = ["1x3x10x10"];

let library: Library;
beforeAll(async () => {
  vi.stubGlobal("fetch", async (url: URL) => new Response(await readFile(fileURLToPath(url))));
  library = await import(/* @vite-ignore */ BUNDLE);
});
afterAll(() => vi.unstubAllGlobals());

it("finds imports among the texts, in folders too", async () => {
  const { totals, complete } = await library.profile(given, { input });
  expect([totals.macs, complete]).toEqual([8 * 8 * 9 * 3 * 8 + 6 * 6 * 9 * 8 * 16, true]);
});

it("simulates, suggests, rewrites and lists networks", async () => {
  expect((await library.simulate(given, { input, swap: "all" })).swapped).toEqual(["1"]);
  expect((await library.suggest(given, { input, budgetMacs: 30_000 })).suggestion?.swap).toEqual(["1"]);
  expect((await library.rewrite(given, { input, layers: ["1"] })).layers).toEqual(["1"]);
  expect((await library.networks(given)).map(({ name }) => name)).toEqual(["net"]);
});

it("says what is wrong with a source", async () => {
  await expect(library.profile("net.py")).rejects.toThrow("there is no disk in a browser");
  await expect(library.profile({ file: "other.py", files })).rejects.toThrow("other.py is none of the files");
});
