/** Faults of the engine itself: what they cost, and what they must leave alone. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createEngine } from "../../src/engine/engine.ts";
import { faultForLog } from "../../src/engine/interpret/internal.ts";
import { loadParsers } from "../../src/node/wasm.ts";
import { memoryHost } from "./memoryHost.ts";

const parsers = await loadParsers();
const FILE = "/app/model.py";

const MODEL = `
from torch import nn

class Good(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(3, 8, 3)
    def forward(self, x):
        return self.c(x)

class Bad(Good):
    def __init__(self):
        super().__init__()
        import broken
        self.d = broken.make()
    def forward(self, x):
        return self.d(self.c(x))
`;

/** A host whose disk fails under one module: the nearest thing to a fault of our own. */
function failingEngine(fails: (file: string) => boolean, text = MODEL) {
  const host = memoryHost({ [FILE]: text });
  const faults: unknown[] = [];
  const log: string[] = [];
  const look =
    <T>(of: (file: string) => T) =>
    (file: string): T => {
      if (fails(file)) throw new Error("the disk is on fire");
      return of(file);
    };
  const engine = createEngine({
    parsers,
    host: { ...host, isFile: look(host.isFile), isDirectory: look(host.isDirectory), read: look(host.read) },
    settings: {
      onFault(fault, at) {
        faults.push(fault);
        log.push(faultForLog(fault, at));
      },
    },
  });
  return { engine, faults, log };
}

describe("a fault of the engine", () => {
  it("inside one network leaves the others their figures and is one diagnostic at the line that ran", () => {
    const { engine, faults, log } = failingEngine((file) => file.includes("broken"));
    const { reports, diagnostics } = engine.analyze(FILE);
    const good = reports.find(({ network }) => network === "Good");
    expect(good?.totals.macs).toBe(10_645_344);
    expect(good?.complete).toBe(true);
    const told = diagnostics.filter(({ code }) => code === "internal");
    expect(told.map(({ message, at }) => [message.slice(0, 37), at.line])).toEqual([
      ["internal: Error: the disk is on fire;", 14],
    ]);
    expect(faults).toHaveLength(1);
    expect(log[0]).toMatch(
      /^a fault of ConvLens at \/app\/model\.py:14, not of this code; please report these lines, .*\nError: the disk is on fire\n +at /,
    );
  });

  it("outside of all networks is an answer of every question", () => {
    const { engine, faults } = failingEngine((file) => file === FILE);
    const reason = expect.stringContaining("internal: Error: the disk is on fire");
    expect(engine.profile(FILE)).toMatchObject({ ok: false, reason, diagnostics: [{ code: "internal" }] });
    expect(engine.analyze(FILE)).toMatchObject({ reports: [], diagnostics: [{ code: "internal" }] });
    expect(engine.networks(FILE)).toEqual([]);
    const swap = { swap: "all", stem: false, alpha: 1, rho: 1, round: 1 } as const;
    expect(engine.simulate(FILE, swap)).toEqual({ ok: false, reason });
    expect(engine.suggest(FILE, { budgetMacs: 1, stem: false, round: 1 })).toEqual({ ok: false, reason });
    expect(engine.rewrite(FILE, { layers: "all" })).toEqual({ ok: false, reason });
    expect(faults).toHaveLength(6);
  });

  it("is gone with its cause", () => {
    let burns = true;
    const { engine } = failingEngine(() => burns);
    engine.analyze(FILE);
    burns = false;
    expect(engine.analyze(FILE).reports.map(({ network }) => network)).toContain("Good");
  });
});

/** Text of models with lines lost, doubled, cut and changed by a character. */
const mutants = fc
  .array(
    fc.record({
      kind: fc.constantFrom("drop", "double", "cut", "insert", "number"),
      line: fc.nat(),
      column: fc.nat(),
      text: fc.oneof(
        fc.constantFrom("(", ")", "[", ":", "'", '"""', "\t", "*", "**", "…", "\u0000"),
        fc.string(),
      ),
      number: fc.integer(),
    }),
    { maxLength: 6 },
  )
  .map((changes) => {
    const lines = MODEL.split("\n");
    for (const { kind, line, column, text, number } of changes) {
      const at = line % lines.length;
      const old = lines[at] ?? "";
      const cut = column % (old.length + 1);
      if (kind === "drop") lines.splice(at, 1);
      else if (kind === "double") lines.splice(at, 0, old);
      else if (kind === "cut") lines[at] = old.slice(0, cut);
      else if (kind === "insert") lines[at] = old.slice(0, cut) + text + old.slice(cut);
      else lines[at] = old.replace(/\d+/, String(number));
      if (lines.length === 0) lines.push("");
    }
    return lines.join("\n");
  });

it("a fault's stack shows no control characters of names", () => {
  expect(faultForLog(new Error("\x1b[31m is no function"))).toContain("Error: \\x1b[31m is no function");
});

describe("whatever the text", () => {
  it("no public function throws, and no fault is met", () => {
    fc.assert(
      fc.property(mutants, (text) => {
        const { engine, faults } = failingEngine(() => false, text);
        const { reports } = engine.analyze(FILE);
        engine.networks(FILE);
        engine.profile(FILE, { model: "Good", args: text.slice(0, 9), input: ["1x3x9x9"] });
        engine.simulate(FILE, { swap: "all", stem: true, alpha: 0.5, rho: 0.5, round: 1 });
        engine.suggest(FILE, { budgetMacs: 1, stem: false, round: 1 });
        engine.rewrite(FILE, { layers: "all", stem: true });
        expect(faults).toEqual([]);
        expect(reports.every(({ totals }) => totals.macs === null || Number.isFinite(totals.macs))).toBe(
          true,
        );
      }),
      { numRuns: 60, seed: 11 },
    );
  });
});
