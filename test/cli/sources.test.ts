import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { run } from "../../src/cli/run.ts";
import type { Surroundings } from "../../src/cli/surroundings.ts";
import type { Roots } from "../../src/cli/target.ts";
import { createEngine } from "../../src/engine/engine.ts";
import { createNodeHost } from "../../src/node/host.ts";
import { loadParsers } from "../../src/node/wasm.ts";
import { keptModules } from "../../src/sources/kept.ts";
import { IndexServer, wheel } from "../sources/indexServer.ts";

let index: IndexServer;
let home = "";

beforeEach(async () => {
  index = await IndexServer.start();
  home = mkdtempSync(path.join(tmpdir(), "convlens-cli-sources-"));
  for (const name of ["XDG_CACHE_HOME", "LOCALAPPDATA"]) vi.stubEnv(name, home);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await index.stop();
  rmSync(home, { recursive: true, force: true });
});

type Given = string | Partial<Surroundings>;

async function convlens(...given: Given[]) {
  const argv = given.filter((one) => typeof one === "string");
  const told = { out: "", err: "" };
  const code = await run(argv, {
    ...{ cwd: home, version: "1.2.3", width: 100, color: false, pythonPaths: [] },
    out: (text) => {
      told.out += String(text);
    },
    err: (text) => {
      told.err += text;
    },
    openEngine: () => Promise.reject(new Error("no engine is needed")),
    ...given.find((one) => typeof one === "object"),
  });
  return { code, ...told };
}
const add = (...packages: string[]) => convlens("sources", "add", ...packages, "--index-url", index.url);

it("gets, lists, finds, updates and removes sources", async () => {
  index.serve("nets", wheel("nets", "1.0", { "nets.py": "" }, { requires: ["parts", "torch"] }));
  index.serve("parts", wheel("parts", "2.0", { "parts.py": "" }));
  expect(await add("nets")).toEqual({
    code: 0,
    out:
      "nets 1.0: 3 files of text, 0.0 MB, checked by the archive's hash\n" +
      "parts 2.0: 3 files of text, 0.0 MB, checked by the archive's hash\n" +
      "built into ConvLens, so not fetched: torch\n",
    err: "convlens: getting nets-1.0-py3-none-any.whl\nconvlens: getting parts-2.0-py3-none-any.whl\n",
  });
  expect((await convlens("sources", "list")).out).toBe(
    "nets 1.0  3 files of text, 0.0 MB\nparts 2.0  3 files of text, 0.0 MB, required by others\n",
  );
  const { out: folder } = await convlens("sources", "where", "nets");
  expect(existsSync(path.join(folder.trim(), "nets.py"))).toBe(true);

  index.serve("nets", wheel("nets", "1.1", { "nets.py": "" }));
  const updated = await convlens("sources", "update", "--index-url", index.url);
  expect(updated.out).toMatch(/^nets 1\.1: 3 files/);
  expect(JSON.parse((await convlens("sources", "list", "--json")).out)).toMatchObject([
    { name: "nets", version: "1.1", asked: true },
    { name: "nets", version: "1.0" },
    { name: "parts", version: "2.0", asked: false },
  ]);

  expect(await convlens("sources", "remove", "nets==1.0")).toMatchObject({
    code: 0,
    out: "nets 1.0: removed\n",
  });
  expect(await convlens("sources", "remove", "nets", "parts", "gone")).toEqual({
    ...{ code: 2, out: "nets 1.1: removed\nparts 2.0: removed\n", err: "convlens: gone is not kept\n" },
  });
  expect((await convlens("sources", "list")).out).toMatch(/^no sources are kept; /);
});

it("updates only what is kept, and names the command for the rest", async () => {
  index.serve("nets", wheel("nets", "1.0", { "nets.py": "" }));
  index.serve("other", wheel("other", "1.0", { "other.py": "" }));
  const update = (...names: string[]) => convlens("sources", "update", ...names, "--index-url", index.url);
  expect((await update()).out).toMatch(/^no sources are kept that could be updated; convlens sources add /);
  await add("nets");
  index.serve("nets", wheel("nets", "1.1", { "nets.py": "" }));
  expect(await update("nets", "other")).toMatchObject({
    code: 2,
    out: expect.stringMatching(/^nets 1\.1: 3 files/),
    err: expect.stringMatching(/^convlens: other is not kept: convlens sources add other gets it\n/),
  });
  expect((await convlens("sources", "list")).out).not.toContain("other");
});

it("reads the version that was asked for last, and an update of what only others need asks for nothing", async () => {
  index.serve("nets", wheel("nets", "1.0", { "nets.py": "" }, { requires: ["parts<2"] }));
  index.serve("nets", wheel("nets", "2.0", { "nets.py": "" }, { requires: ["parts<2"] }));
  index.serve("parts", wheel("parts", "1.0", { "parts.py": "" }), wheel("parts", "2.0", { "parts.py": "" }));
  await add("nets");
  await add("nets==1.0");
  await convlens("sources", "update", "parts", "--index-url", index.url);
  const read = [...keptModules([])!.values()].flat().map((one) => `${one.package} ${one.version}`);
  expect(read.sort()).toEqual(["nets 1.0", "parts 1.0"]);
});

it("reads them for a file whose imports are not installed", async () => {
  const text = "import torch.nn as nn\ndef make():\n    return nn.Sequential(nn.Conv2d(3, 8, 1))\n";
  index.serve("nets", wheel("nets", "1.0", { "nets/__init__.py": "", "nets/models.py": text }));
  await add("nets");
  mkdirSync(path.join(home, "work"));
  writeFileSync(path.join(home, "work", "net.py"), "import nets.models\nnet = nets.models.make()\n");
  let kept: Roots["kept"];
  const { code, out } = await convlens("profile", path.join(home, "work", "net.py"), {
    openEngine: async (roots: Roots) => {
      kept = roots.kept;
      return createEngine({ host: createNodeHost(roots), parsers: await loadParsers() });
    },
  });
  expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining("MACs 1,204,224") });
  expect(kept?.get("nets")?.[0]).toMatchObject({ package: "nets", version: "1.0" });
});

it("ends with exit code 2 and a sentence where sources cannot be had", async () => {
  expect(await add("nets")).toEqual({
    ...{
      code: 2,
      out: "",
      err: `convlens: no package nets with a wheel or source archive at ${index.url}\n`,
    },
  });
  expect((await add("./nets")).err).toMatch(/^convlens: "\.\/nets" is no package: write torchvision,/);
});

it.each([
  [["sources"], /sources does one of add, update, list, remove, where, not nothing/],
  [["sources", "fetch"], /not "fetch"/],
  [["sources", "add"], /sources add needs a package/],
  [["sources", "list", "nets"], /sources list takes no packages/],
  [["sources", "remove", "nets", "--no-deps"], /--no-deps is no option of sources remove/],
])("refuses %o", async (argv, message) => {
  const { code, err } = await convlens(...argv);
  expect({ code, err }).toEqual({ code: 2, err: expect.stringMatching(message) });
});
