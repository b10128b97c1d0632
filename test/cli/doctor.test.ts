import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { run } from "../../src/cli/run.ts";

let base = "";
let cwd = "";
const write = (name: string, text: string): void => {
  mkdirSync(path.dirname(path.join(base, name)), { recursive: true });
  writeFileSync(path.join(base, name), text);
};

beforeEach(() => {
  base = realpathSync(mkdtempSync(path.join(tmpdir(), "convlens-doctor-")));
  cwd = path.join(base, "work");
  for (const name of ["XDG_CACHE_HOME", "LOCALAPPDATA"]) vi.stubEnv(name, path.join(base, "cache"));
  vi.stubEnv("PIP_INDEX_URL", "https://me:secret@index.example/simple");
  const record = {
    format: 1,
    name: "timm",
    version: "0.9.2",
    modules: ["timm"],
    dependencies: {},
    asked: true,
  };
  write("cache/convlens/sources/timm/0.9.2/source.json", JSON.stringify(record));
  write("cache/convlens/sources/timm/0.9.2/files/timm/__init__.py", "");
  write("work/requirements.txt", "timm==1.0\ntorchvision<0.15\n");
  write("work/.convlens/stubs/fused.py", "");
  write("work/.venv/pyvenv.cfg", "");
  write("work/.venv/lib/python3.11/site-packages/blocks/__init__.py", "");
  write("work/.venv/lib/python3.11/site-packages/blocks-0.8.0.dist-info/METADATA", "");
  write("work/.venv/lib/python3.11/site-packages/fast.cpython-311.so", "");
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(base, { recursive: true, force: true });
});

async function doctor(...argv: string[]) {
  let out = "";
  const code = await run(["doctor", ...argv], {
    ...{ cwd, version: "1.2.3", width: 100, color: false, pythonPaths: [], err: () => undefined },
    out: (text) => {
      out += String(text);
    },
    openEngine: () => Promise.reject(new Error("no engine is needed")),
  });
  return { code, out: out.replaceAll(base, "BASE").replaceAll("\\", "/") };
}

it("tells which environments, packages, versions, fetched sources and index are seen", async () => {
  const { code, out } = await doctor();
  expect(code).toBe(0);
  expect(out).toContain("Environments\n  BASE/work/.venv  in the project\n");
  expect(out).toContain("site-packages: 1 packages: blocks 0.8.0\n");
  expect(out).toContain("  timm 0.9.2, while the project asks for ==1.0\n");
  expect(out).toContain("  torchvision <0.15  BASE/work/requirements.txt\n");
  expect(out).toContain("Package index\n  https://index.example/simple\n");
});

it.each([
  ["torch.nn", "torch.nn: built into ConvLens, whatever is installed\n"],
  ["blocks", "blocks: BASE/work/.venv/lib/python3.11/site-packages/blocks/__init__.py\n"],
  ["timm", "timm: BASE/cache/convlens/sources/timm/0.9.2/files/timm/__init__.py, fetched (timm 0.9.2)\n"],
  ["fused", "fused: a file of the user's stands for it, BASE/work/.convlens/stubs/fused.py\n"],
])("tells where %s is found", async (module, told) => {
  expect(await doctor(module)).toEqual({ code: 0, out: told });
});

it.each([
  ["timm.gone", "timm 0.9.2 was fetched, but has no timm.gone"],
  ["blocks.gone", "but this version of it has no blocks.gone"],
  ["fast", "it is compiled (fast.cpython-311.so), so there is no text to read"],
  [
    "torchvision.models",
    "convlens sources add torchvision gets its sources, <0.15 as BASE/work/requirements.txt says",
  ],
  ["mynets", "if a package index has it: convlens sources add PACKAGE"],
])("tells why %s is not found", async (module, why) => {
  const { code, out } = await doctor(module);
  expect({ code, out }).toEqual({ code: 1, out: expect.stringContaining(why) });
});
