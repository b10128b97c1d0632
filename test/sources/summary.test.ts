import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { keptSource, removeKept } from "../../src/sources/cache.ts";
import { chooseKept } from "../../src/sources/choose.ts";
import { REAL_DISK, rewriteRecord } from "../../src/sources/store.ts";
import { keptBriefs } from "../../src/sources/summary.ts";
import { keepPackage } from "./keep.ts";

let home = "";
let cache = "";
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), "convlens-summary-"));
  cache = path.join(home, "cache");
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** As if the last change were long ago. */
const later = () => keptBriefs(cache, Date.now() + 60_000);
const told = () => later().map(({ name, record }) => `${name} ${record.version} ${record.asked}`);
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
  const second = later();
  expect(second.map(({ name, files }) => [name, files])).toEqual(
    first.map(({ name, files }) => [name, files]),
  );
  expect(chooseKept(second, new Map()).map(({ name, record: one }) => [name, one])).toMatchObject([
    ["nets", { version: "1.0", asked: true, askedAt: 5 }],
    ["single", { modules: ["single"] }],
    ["parts", { version: "2.0", modules: ["more_parts", "parts"] }],
  ]);
});

it("is told of what comes, changes and goes", async () => {
  expect(told()).toEqual([]);
  await keepPackage(cache, { name: "nets", version: "1.0" });
  expect(told()).toEqual(["nets 1.0 false"]);
  const newer = await keepPackage(cache, { name: "nets", version: "1.1" });
  expect(told()).toEqual(["nets 1.0 false", "nets 1.1 false"]);
  await rewriteRecord(cache, newer, { ...newer.record, asked: true }, REAL_DISK);
  expect(told()).toEqual(["nets 1.0 false", "nets 1.1 true"]);
  removeKept(cache, keptSource(cache, "nets", "1.0")!);
  expect(told()).toEqual(["nets 1.1 true"]);
});

it("is not made while a second change could have the time of the first", async () => {
  await keepPackage(cache, { name: "nets", version: "1.0" });
  expect(keptBriefs(cache)).toHaveLength(1);
  expect(existsSync(`${cache}.json`)).toBe(false);
  later();
  expect(JSON.parse(readFileSync(`${cache}.json`, "utf8"))).toMatchObject({ format: 1 });
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
    '{"format": 2}',
    JSON.stringify({ format: 1, state, kept: [{}] }),
  ]) {
    writeFileSync(`${cache}.json`, text);
    expect(told()).toEqual(["nets 1.0 false"]);
  }
});
