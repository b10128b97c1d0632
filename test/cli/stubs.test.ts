/** Stubs as a user of the command has them: in the project's folder, or in one that is named. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { convlensIn } from "./command.ts";

const NET = `import fused_thing
import torch
import torch.nn as nn


class Net(nn.Module):
    def forward(self, x):
        return fused_thing.run(x)


Net()(torch.zeros(1, 3, 4))
`;
const STUB = "def run(x):\n    return x @ x.new_zeros(4, 10)\n";

let top = "";
const at = (...parts: string[]): string => path.join(top, ...parts);
beforeEach(() => {
  top = mkdtempSync(path.join(tmpdir(), "convlens-stubs-"));
  mkdirSync(at("project", ".convlens"), { recursive: true });
  writeFileSync(at("project", "net.py"), NET);
  mkdirSync(at("elsewhere"));
  writeFileSync(at("elsewhere", "fused_thing.py"), STUB);
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

const convlens = (...argv: string[]) => convlensIn(at("project"), argv);

async function macs(...options: string[]): Promise<number | null> {
  return JSON.parse((await convlens("profile", "net.py", "--json", ...options)).out).totals.macs;
}

it("are found in .convlens/stubs", async () => {
  expect(await macs()).toBeNull();
  mkdirSync(at("project", ".convlens", "stubs"));
  writeFileSync(at("project", ".convlens", "stubs", "fused_thing.py"), STUB);
  expect(await macs()).toBe(120);
});

it("are found in a folder that is named", async () => {
  expect(await macs("--stubs", "../elsewhere")).toBe(120);
});

it("are told of by --explain", async () => {
  const { out } = await convlens("profile", "net.py", "--explain", "--stubs", "../elsewhere");
  expect(out).toContain("fused_thing is traced from the user's stub fused_thing.py");
});

it("must be there when they are named", async () => {
  expect(await convlens("profile", "net.py", "--stubs", "nowhere")).toMatchObject({
    code: 2,
    err: "convlens: --stubs nowhere: no such file or folder\n",
  });
});

it("are not looked for behind a link that leads out of the project", async () => {
  symlinkSync(at("elsewhere"), at("project", ".convlens", "stubs"), "junction");
  expect(await macs()).toBeNull();
});

it("come with ConvLens, where the project has none", async () => {
  writeFileSync(
    at("project", "net.py"),
    NET.replace("import fused_thing", "import flash_attn").replace(
      "fused_thing.run(x)",
      "flash_attn.flash_attn_func(x[None], x[None], x[None])",
    ),
  );
  // One sample of length 1 with 3 heads of 4 features: each head multiplies 4 by 4 twice.
  expect(await macs()).toBe(2 * 3 * 4);
});
