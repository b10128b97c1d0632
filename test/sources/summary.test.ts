import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { keptSource, removeKept } from "../../src/sources/cache.ts";
import { keptModules } from "../../src/sources/kept.ts";
import { REAL_DISK, rewriteRecord } from "../../src/sources/store.ts";
import { keptSummary } from "../../src/sources/summary.ts";
import { keepPackage } from "./keep.ts";

let home = "";
let cache = "";
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), "convlens-summary-"));
  cache = path.join(home, "cache");
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** As if the last change were long ago. */
const later = () => keptSummary(cache, Date.now() + 60_000);
const told = () => {
  const { single = "", open = [] } = later() ?? {};
  const lines = single.split("\n").filter((line) => line !== "");
  const briefs = open.map(({ name, record }) => `${name} ${record.version} ${record.asked}`);
  return [...lines.map((line) => line.split("\t").slice(1).join(" ")), ...briefs];
};
const record = (name: string, version: string): string => path.join(cache, name, version, "source.json");

it("spares opening each package where nothing changed", async () => {
  const packages = [
    { name: "nets", version: "1.0", asked: true, askedAt: 5, dependencies: { parts: "2.0", single: "1" } },
    { name: "parts", version: "1.0" },
    { name: "parts", version: "2.0", modules: ["more_parts", "parts"] },
    { name: "parts", version: "3.0" },
    { name: "single", version: "1" },
  ];
  for (const one of packages) await keepPackage(cache, one);
  const first = later();
  // Nobody writes it so: it shows that the records are not opened again.
  for (const { name, version } of packages) writeFileSync(record(name, version), "no record");
  expect(later()).toEqual(first);
  const read = keptModules([], cache)!;
  const versions = ["nets", "single", "parts", "more_parts"].map((module) => read.get(module)?.[0]?.version);
  expect(versions).toEqual(["1.0", "1", "2.0", "2.0"]);
});

it("finds a module when it is asked for, by its whole name, and knows the folders of what is kept", async () => {
  await keepPackage(cache, { name: "big-nets", version: "1.0", modules: ["big_nets", "shared"] });
  await keepPackage(cache, { name: "other", version: "2.0", modules: ["shared"] });
  for (const version of ["1.0", "2.0"]) await keepPackage(cache, { name: "parts", version });
  later();
  const read = keptModules([], cache)!;
  expect(read.get("shared")?.map((one) => one.package)).toEqual(["big-nets", "other"]);
  expect(["big_nets", "nets", "big-nets", "1.0", "parts"].map((module) => read.has(module))).toEqual([
    ...[true, false, false, false, true],
  ]);
  for (const { folder } of [...read.values()].flat()) expect(read.holds(folder)).toBe(true);
  const root = cache.replaceAll(path.sep, "/");
  for (const folder of ["big-nets/2.0/files", "parts/1.0/files", "big-nets/1.0", "x/big-nets/1.0/files", ""])
    expect(read.holds(`${root}/${folder}`)).toBe(false);
});

it("is told of what comes, changes and goes", async () => {
  expect(told()).toEqual([]);
  await keepPackage(cache, { name: "nets", version: "1.0" });
  expect(told()).toEqual(["nets 1.0"]);
  const newer = await keepPackage(cache, { name: "nets", version: "1.1" });
  expect(told()).toEqual(["nets 1.0 false", "nets 1.1 false"]);
  await rewriteRecord(cache, newer, { ...newer.record, asked: true }, REAL_DISK);
  expect(told()).toEqual(["nets 1.0 false", "nets 1.1 true"]);
  removeKept(cache, keptSource(cache, "nets", "1.0")!);
  expect(told()).toEqual(["nets 1.1"]);
});

it("is not made while a second change could have the time of the first", async () => {
  await keepPackage(cache, { name: "nets", version: "1.0" });
  expect(keptSummary(cache)).toMatchObject({ single: "\nnets\tnets\t1.0\n" });
  expect(existsSync(`${cache}.json`)).toBe(false);
  later();
  expect(JSON.parse(readFileSync(`${cache}.json`, "utf8"))).toMatchObject({ format: 2 });
});

it("counts for nothing where it is damaged", async () => {
  await keepPackage(cache, { name: "nets", version: "1.0" });
  later();
  const { state } = JSON.parse(readFileSync(`${cache}.json`, "utf8"));
  for (const text of [
    "",
    "{",
    "[]",
    "null",
    '{"format": 3}',
    JSON.stringify({ format: 2, state, single: "\n", open: [{}] }),
    JSON.stringify({ format: 2, state, open: [] }),
  ]) {
    writeFileSync(`${cache}.json`, text);
    expect(told()).toEqual(["nets 1.0"]);
  }
});
