import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCached } from "../../src/node/codeCache.ts";

let place: string;
let bundle: string;
let folder: string;
const said = globalThis as { said?: unknown };

beforeEach(() => {
  place = mkdtempSync(path.join(tmpdir(), "convlens-code-"));
  bundle = path.join(place, "bundle.cjs");
  folder = path.join(place, "not", "there", "yet");
  writeFileSync(bundle, 'globalThis.said = require("./data.json").text + typeof __dirname + typeof exports;');
  writeFileSync(path.join(place, "data.json"), '{"text": "hello "}');
});

afterEach(() => {
  delete said.said;
  rmSync(place, { recursive: true, force: true });
});

const kept = () => readdirSync(folder).map((name) => path.join(folder, name));

describe("a bundle that is run with a code cache", () => {
  it("is run as require would, and takes the code of an earlier run", () => {
    const first = runCached(bundle, folder);
    expect(said.said).toBe("hello stringobject");
    expect(first.isFromCache).toBe(false);
    first.keep();
    delete said.said;
    expect(runCached(bundle, folder).isFromCache).toBe(true);
    expect(said.said).toBe("hello stringobject");
  });

  it("compiles a new build anew, and keeps few of the old ones", () => {
    for (let build = 0; build < 8; build++) {
      writeFileSync(bundle, `globalThis.said = ${build};`);
      utimesSync(bundle, build, build);
      const { isFromCache, keep } = runCached(bundle, folder);
      expect([said.said, isFromCache]).toEqual([build, false]);
      keep();
    }
    expect(kept().length).toBeLessThan(6);
  });

  it.each([
    ["cut short", (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    [
      "changed in one byte",
      (bytes: Buffer) => bytes.fill(bytes.at(-9) === 1 ? 2 : 1, bytes.length - 9, bytes.length - 8),
    ],
    ["emptied", () => Buffer.alloc(0)],
  ])("compiles again when what is kept was %s, and mends it", (_, damage) => {
    runCached(bundle, folder).keep();
    const [file = ""] = kept();
    writeFileSync(file, damage(readFileSync(file)));
    const again = runCached(bundle, folder);
    expect([said.said, again.isFromCache]).toEqual(["hello stringobject", false]);
    again.keep();
    expect(runCached(bundle, folder).isFromCache).toBe(true);
  });

  it("is run all the same where nothing can be kept", () => {
    const { keep } = runCached(bundle, path.join(bundle, "a file is no folder"));
    keep();
    expect(said.said).toBe("hello stringobject");
  });
});
