/** A package that is not installed: what says so, what it offers, and that one press brings the figures. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { zipSync } from "fflate";
import { root } from "../../../scripts/lib/project.mjs";
import { untilCard } from "../lib/panel.mjs";
import {
  holds,
  keepEvidence,
  lensTexts,
  openFile,
  openView,
  openWorkbench,
  runCommand,
  screenshot,
  webviewFrame,
} from "../lib/workbench.mjs";

/** By package: its files. The archive of the first comes once it is let go. */
const HELD = "torchvision";
const PACKAGES = {
  torchvision: {
    "torchvision/__init__.py": "from torchvision import models\n",
    "torchvision/models/__init__.py": `from torch import nn

def resnet50():
    return nn.Sequential(nn.Conv2d(3, 64, 7, stride=2, padding=3), nn.Conv2d(64, 64, 3, padding=1))
`,
  },
  ...Object.fromEntries(
    ["monai", "kornia", "pretrainedmodels", "fastai"].map((name, at) => [
      name,
      { [`${name}.py`]: `from torch import nn\n\ndef make():\n    return nn.Conv2d(3, ${8 << at}, 1)\n` },
    ]),
  ),
};
/** A network around what a package makes; by itself a file has none. */
const around = (name) => `import ${name}
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 3, 1)
        self.head = ${name}.make()

    def forward(self, x):
        return self.head(self.stem(x))
`;
const FILES = {
  "monai_net.py": around("monai"),
  "kornia_net.py": around("kornia"),
  "pretrainedmodels_net.py": "import pretrainedmodels\nimport torch\n\nnet = pretrainedmodels.make()\n",
  "fastai_net.py": around("fastai"),
};
const MODEL = `import torchvision
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 3, 1)
        self.backbone = torchvision.models.resnet50()

    def forward(self, x):
        return self.backbone(self.stem(x))
`;

/** A package index on loopback. */
async function startIndex() {
  const wheels = new Map(
    Object.entries(PACKAGES).map(([name, files]) => {
      const metadata = `Metadata-Version: 2.1\nName: ${name}\nVersion: 0.14.1\n`;
      const all = { ...files, [`${name}-0.14.1.dist-info/METADATA`]: metadata };
      const entries = Object.entries(all).map(([file, text]) => [file, Buffer.from(text)]);
      return [name, Buffer.from(zipSync(Object.fromEntries(entries)))];
    }),
  );
  const asked = [];
  let letGo = () => {};
  const held = new Promise((resolve) => {
    letGo = resolve;
  });
  const server = createServer(async ({ url }, response) => {
    asked.push(url);
    const [, kind, name] = /^\/(simple|files)\/([a-z]+)/.exec(url) ?? [];
    const wheel = wheels.get(name);
    if (!wheel) response.writeHead(404).end();
    else if (kind === "simple") {
      const filename = `${name}-0.14.1-py3-none-any.whl`;
      const hashes = { sha256: createHash("sha256").update(wheel).digest("hex") };
      const files = [{ filename, url: `/files/${filename}`, hashes, size: wheel.length }];
      response.setHeader("content-type", "application/vnd.pypi.simple.v1+json");
      response.end(JSON.stringify({ meta: { "api-version": "1.1" }, name, files }));
    } else {
      response.writeHead(200, { "content-length": wheel.length });
      const half = wheel.length >> 1;
      response.write(wheel.subarray(0, half));
      if (name === HELD) await held;
      response.end(wheel.subarray(half));
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    ...{ asked, letGo },
    host: `127.0.0.1:${server.address().port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe("A package that is not installed", () => {
  let workbench;
  let index;
  let cache;
  const environment = () => ({
    PIP_INDEX_URL: `http://${index.host}/simple`,
    PIP_CONFIG_FILE: "/dev/null",
    XDG_CACHE_HOME: cache,
    no_proxy: "127.0.0.1",
  });
  const figures = (wanted) =>
    holds(async () => assert.match((await lensTexts(workbench)).join("\n"), wanted), { timeout: 60_000 });
  /** Opens a file of a package that is missing, and leaves the message about it unanswered. */
  const openMissing = async (name) => {
    const { page } = workbench;
    await openFile(workbench, `${name}_net.py`);
    const notice = page.locator(".notification-toast", { hasText: `${name} is not installed here` });
    await notice.waitFor({ timeout: 120_000 });
    await runCommand(workbench, "Notifications: Clear All Notifications");
    await notice.waitFor({ state: "detached" });
  };

  before(async () => {
    index = await startIndex();
    cache = await mkdtemp(path.join(tmpdir(), "convlens-kept-"));
    workbench = await openWorkbench({
      workspace: path.join(root, "test", "vscode", "workspace"),
      env: environment(),
      prepare: async (folder) => {
        const files = { ...FILES, "torchvision_net.py": MODEL };
        for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
      },
    });
  });
  afterEach(function () {
    return keepEvidence(workbench, this.currentTest);
  });
  after(async () => {
    await workbench?.close();
    index?.close();
    await rm(cache, { recursive: true, force: true });
  });

  it("is named with its index before that hears anything", async () => {
    const { page } = workbench;
    await openFile(workbench, "torchvision_net.py");
    const notice = page.locator(".notification-toast", { hasText: "torchvision is not installed here" });
    await notice.waitFor({ timeout: 120_000 });
    assert.match(
      await notice.textContent(),
      new RegExp(`sources of torchvision, and of what it needs, from ${index.host}`),
    );
    for (const theme of ["dark", "light", "high-contrast"])
      await screenshot(workbench, "sources-notice", { theme, width: 800 });
    await notice.getByRole("button", { name: "Choose Environment…" }).waitFor();
    assert.deepEqual(index.asked, []);
  });

  it("shows how far it is, with a way to stop it, and the figures once it is here", async () => {
    const { page } = workbench;
    const lens = page.locator(".codelens-decoration a", { hasText: "torchvision is not installed" });
    await lens.click();
    const progress = page.locator(".notification-toast", { hasText: "Getting the sources of torchvision" });
    await progress.getByRole("button", { name: "Cancel" }).waitFor({ timeout: 30_000 });
    await screenshot(workbench, "sources-progress", { theme: "high-contrast" });
    index.letGo();
    await lens.waitFor({ state: "detached", timeout: 60_000 });
    await holds(async () => {
      const texts = await lensTexts(workbench);
      // 7² · 3 · 64 · 112², 3² · 64 · 64 · 112² and 3 · 3 · 224²
      assert.match(texts.join("\n"), /581 M MACs/);
    });
    await screenshot(workbench, "sources-figures");
  });

  it("is got from the dashboard", async () => {
    await openMissing("monai");
    await openView(workbench, "ConvLens");
    const sidebar = await webviewFrame(workbench, "main.sidebar .missing");
    await sidebar.getByText("monai is not installed").waitFor({ timeout: 30_000 });
    await sidebar.getByRole("button", { name: "Choose the environment…" }).waitFor();
    for (const theme of ["dark", "light", "high-contrast"])
      await screenshot(workbench, "sources-dashboard", { theme, width: 900 });
    await sidebar.getByRole("button", { name: "Get its sources" }).click();
    // 3 · 3 · 224² and 3 · 8 · 224²
    await figures(/1\.66 M MACs/);
    await holds(async () => assert.equal(await sidebar.locator(".missing").count(), 0));
  });

  it("is got from the panel, for the file that it shows", async () => {
    await openMissing("kornia");
    await runCommand(workbench, "ConvLens: Profile Network");
    const panel = await webviewFrame(workbench, ".panel .notice .missing");
    await panel.getByRole("button", { name: "Choose the environment…" }).waitFor();
    for (const theme of ["dark", "light", "high-contrast"])
      await screenshot(workbench, "sources-panel", { theme, width: 1280 });
    await panel.getByRole("button", { name: "Get its sources" }).click();
    // 3 · 3 · 224² and 3 · 16 · 224²
    await untilCard(panel, "MACs", 2_860_032);
    await holds(async () => assert.equal(await panel.locator(".missing:visible").count(), 0));
    await runCommand(workbench, "View: Close Editors in Other Groups");
  });

  it("is got from the panel where there is no network without it", async () => {
    await openMissing("pretrainedmodels");
    await runCommand(workbench, "ConvLens: Profile Network");
    const panel = await webviewFrame(workbench, ".empty .missing");
    await screenshot(workbench, "sources-empty", { theme: "dark" });
    await panel.getByRole("button", { name: "Get its sources" }).click();
    // 3 · 32 · 224²
    await untilCard(panel, "MACs", 4_816_896);
    await runCommand(workbench, "View: Close Editors in Other Groups");
  });

  it("is heard of when the command gets it while its file is open", async () => {
    await openMissing("fastai");
    const command = [path.join(root, "dist", "cli.mjs"), "sources", "add", "fastai"];
    await promisify(execFile)(process.execPath, command, { env: { ...process.env, ...environment() } });
    // 3 · 3 · 224² and 3 · 64 · 224²
    await figures(/10\.1 M MACs/);
  });
});
