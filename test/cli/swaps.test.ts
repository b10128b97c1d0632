/** `npm run swaps` without the frameworks: its verdicts, and its samples against what was measured of them. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { moduleOf } from "../../src/cli/swaps/runner.ts";
import { type Measured, verdictOf } from "../../src/cli/swaps/verdict.ts";
import { createEngine } from "../../src/engine/engine.ts";
import { applyEdits } from "../../src/engine/separable/rewrite/place.ts";
import { loadParsers } from "../../src/node/wasm.ts";
import { memoryHost } from "../engine/memoryHost.ts";

const parsers = await loadParsers();
const samples = path.resolve(import.meta.dirname, "../swaps");
const recorded = JSON.parse(readFileSync(path.join(samples, "recorded.json"), "utf8")) as Record<
  string,
  Measured
>;

describe("a sample that was rewritten and run in its framework", () => {
  it.each(Object.entries(recorded))("%s costs what was measured", (name, measured) => {
    const [file = "", model = ""] = name.split(":");
    const text = readFileSync(path.join(samples, file), "utf8");
    const open = (source: string) =>
      createEngine({ parsers, host: memoryHost({ [`/app/${file}`]: source }) });
    const result = open(text).rewrite(`/app/${file}`, { layers: "all", model });
    if (!result.ok) throw new Error(result.reason);
    const edits = result.rewrite.edits;
    const again = open(applyEdits(text, edits)).profile(`/app/${file}`, { model });
    if (!again.ok) throw new Error(again.reason);
    const { totals, output } = again.report;
    expect({ output, params: totals.params, macs: totals.macs }).toEqual(measured);
  });
});

describe("the verdict of a rewritten network", () => {
  const before = {
    totals: { macs: 100, params: 10 },
    output: [[1, 8]],
    input: { shapes: [[1, 3, 8, 8]], dtypes: ["float32"], origin: "default" },
  } as unknown as Parameters<typeof verdictOf>[0]["before"];
  const promised = { before, after: { macs: 60, params: 7 } };
  const original = { macs: 100, params: 10, output: [[1, 8]] };
  const rewritten = { macs: 60, params: 7, output: [[1, 8]] };

  it("is the same where output, MACs and parameters are", () => {
    expect(verdictOf(promised, original, rewritten)).toEqual({ kind: "same" });
  });

  it.each([
    [{ macs: 61 }, "change of MACs -39, not -40"],
    [{ params: 8 }, "change of params -2, not -3"],
    [{ output: [[1, 9]] }, "output 1×9, was 1×8"],
  ])("is different with %j, and says how", (change, reason) => {
    expect(verdictOf(promised, original, { ...rewritten, ...change })).toEqual({ kind: "different", reason });
  });

  it("leaves sizes that data decides to the data", () => {
    const open = { ...promised, before: { ...before, output: [[null, 8]] } };
    expect(verdictOf(open, original, { ...rewritten, output: [[5, 8]] }).kind).toBe("same");
  });

  it("judges the change alone where the network was read otherwise than it runs, and tells of that", () => {
    const real = { ...original, macs: 110 };
    expect(verdictOf(promised, real, { ...rewritten, macs: 70 })).toEqual({
      kind: "same",
      misread: "MACs 110, not 100",
    });
  });

  it("is broken where only the rewritten network fails, and none where both do", () => {
    const error = { error: "TypeError: no" };
    expect(verdictOf(promised, original, error)).toEqual({ kind: "broken", reason: "TypeError: no" });
    expect(verdictOf(promised, error, error).kind).toBe("unfit");
    expect(verdictOf(promised, original, { error: "took more than 60 s", late: true }).kind).toBe("unfit");
  });
});

it("a file's module is named from the first folder that is no package", () => {
  const packages = new Set(["/zoo/models", "/zoo/models/deep"]);
  const isPackage = (folder: string): boolean => packages.has(folder);
  expect(moduleOf("/zoo/models/deep/net.py", isPackage)).toEqual(["/zoo", "models.deep.net"]);
  expect(moduleOf("/zoo/models/__init__.py", isPackage)).toEqual(["/zoo", "models"]);
  expect(moduleOf("/zoo/net.py", isPackage)).toEqual(["/zoo", "net"]);
});
