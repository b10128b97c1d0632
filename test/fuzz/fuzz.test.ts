import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { differences, type FuzzFile } from "./compare.ts";

const generator = fileURLToPath(new URL("generate.py", import.meta.url));
const recorded: FuzzFile = JSON.parse(readFileSync(new URL("recorded.json", import.meta.url), "utf8"));

/** `FUZZ_SEED=7 FUZZ_CASES=5000 npx vitest run test/fuzz` looks further. */
const seed = process.env.FUZZ_SEED ?? "20";
const count = process.env.FUZZ_CASES ?? "300";

function pythonWithTorch(): string | undefined {
  return [process.env.PYTHON, "python3", "/usr/bin/python3"].find((python) => {
    if (!python) return false;
    try {
      execFileSync(python, ["-c", "import torch.utils._python_dispatch"], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  });
}

function expectEqual({ cases, seed, torch }: FuzzFile): void {
  const wrong = cases.flatMap((one, index) => {
    const found = differences(one);
    return found.length > 0 ? [`case ${index} of seed ${seed}, torch ${torch}\n${found.join("\n")}`] : [];
  });
  expect(wrong).toEqual([]);
}

describe("random networks", () => {
  it("have the shapes, parameters and multiply-accumulates that were recorded from torch", () => {
    expectEqual(recorded);
  }, 60_000);

  const python = pythonWithTorch();
  it.skipIf(!python)(
    "have the shapes, parameters and multiply-accumulates that torch gives them now",
    () => {
      const answer = execFileSync(python ?? "", [generator, seed, count], {
        encoding: "utf8",
        maxBuffer: 1 << 28,
        stdio: ["ignore", "pipe", "inherit"],
      });
      expectEqual(JSON.parse(answer));
    },
    600_000,
  );
});
