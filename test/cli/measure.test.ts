/** `convlens measure` as a user calls it, with a library whose runs take the time that they are told to. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseCommand } from "../../src/cli/arguments.ts";
import { measureHere } from "../../src/cli/measure.ts";
import { fakeRunner } from "../measure/fakeRunner.ts";
import { convlensIn, surroundingsIn } from "./command.ts";

let cwd = "";
beforeAll(() => {
  cwd = mkdtempSync(path.join(tmpdir(), "convlens-measure-"));
  writeFileSync(
    path.join(cwd, "net.py"),
    `
import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, padding=1)
        self.body = nn.Sequential(nn.Conv2d(16, 16, 3, padding=1), nn.Conv2d(16, 16, 3, padding=1))
        self.grouped = nn.Conv2d(16, 16, 3, padding=1, groups=4)
    def forward(self, x):
        return self.grouped(self.body(self.stem(x)))
Net()(torch.randn(1, 3, 32, 32))
`,
  );
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

/** A whole convolution takes 1/128 s, its two parts 1/512 s: binary fractions add up exactly. */
async function measured(...argv: string[]) {
  const command = parseCommand(["measure", "net.py", ...argv]);
  if (command.kind !== "measure") throw new Error(JSON.stringify(command));
  const { around, told } = surroundingsIn(cwd);
  const { runner, now } = fakeRunner(({ steps }) => (steps.length === 1 ? 2 ** -7 : 2 ** -9));
  const machine = { openRunner: async () => runner, now, name: "Board", today: "2026-12-01" };
  return { code: await measureHere(command, around, machine), ...told };
}

describe("convlens measure", () => {
  it("sets the real gain beside the promised one, for each shape and for all", async () => {
    const { code, out, err } = await measured();
    expect(code).toBe(0);
    expect(out).toMatch(/^Net on Board, a fake library\n/);
    // 9·16·16 against 9·16 + 16·16.
    expect(out).toMatch(/3×3 16→16 at 32×32 .*2× .*7\.81 ms ± 0\.0 % .*1\.95 ms ± 0\.0 % .*4\.0× +5\.8×\n/);
    expect(out).toContain("4.0× faster with 5.8× fewer MACs");
    expect(out).toContain("grouped: grouped convolutions are not measured");
    expect(err).toContain("convlens: 1 of 5: this machine's roof\n");
  });

  it("has every timing as JSON", async () => {
    const { shapes, sum, device, dtype, measured_on, not_measured } = JSON.parse(
      (await measured("--json")).out,
    );
    expect({ device, dtype, measured_on }).toEqual({
      ...{ device: "Board", dtype: "float32", measured_on: "2026-12-01" },
    });
    expect(shapes[1]).toMatchObject({ layers: ["body.0", "body.1"], calls: 2, gain: 4, promised_gain: 5.76 });
    expect(shapes[1].written.seconds).toBe(2 ** -7);
    expect(sum.seconds_written).toBe(2 ** -6);
    expect(not_measured).toHaveLength(1);
  });

  it("says what its time did not reach", async () => {
    expect((await measured("--seconds", "0.05")).out).toMatch(/The time did not reach \d of 2: --seconds/);
  });

  it("measures one layer, and says why it cannot", async () => {
    expect(JSON.parse((await measured("--layer", "body.1", "--json")).out).shapes).toHaveLength(1);
    expect(await measured("--layer", "grouped")).toMatchObject({
      ...{ code: 2, err: "convlens: net.py: grouped: grouped convolutions are not measured\n" },
    });
    expect((await measured("--layer", "nose")).err).toBe("convlens: net.py: no convolution nose\n");
  });

  it("keeps the machine as a device that a bound can be had on", async () => {
    for (let twice = 0; twice < 2; twice++)
      expect((await measured("--keep", "own.json")).err).toContain(
        '--device "Board, WASM" --devices own.json',
      );
    const devices = JSON.parse(readFileSync(path.join(cwd, "own.json"), "utf8"));
    expect(devices).toMatchObject([{ name: "Board, WASM", dtype: "float32" }]);
    expect(devices[0].source).toBe("measured here, 2026-12-01: a fake library");
    const bound = await convlensIn(cwd, ["profile", "net.py", "--device", "board", "--devices", "own.json"]);
    expect(bound.out).toContain("measured here, 2026-12-01");
    writeFileSync(path.join(cwd, "wrong.json"), "{}");
    expect(await measured("--keep", "wrong.json")).toMatchObject({ code: 2, out: "" });
  });

  it.each([
    [["--seconds", "0"], "--seconds is a number of seconds"],
    [["other.py"], "measure takes one file"],
    [["--alpha", "2"], "--alpha is no option of measure"],
  ])("refuses %j", async (argv, message) => {
    const { code, err } = await convlensIn(cwd, ["measure", "net.py", ...argv]);
    expect([code, err.includes(message)]).toEqual([2, true]);
  });
});
