/** A package that is not installed: what says so, what it offers, and that one press brings the figures. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { zipSync } from "fflate";
import { root } from "../../../scripts/lib/project.mjs";
import { holds, keepEvidence, lensTexts, openFile, openWorkbench, screenshot } from "../lib/workbench.mjs";

const WHEEL = "torchvision-0.14.1-py3-none-any.whl";
const PACKAGE = {
  "torchvision/__init__.py": "from torchvision import models\n",
  "torchvision/models/__init__.py": `from torch import nn

def resnet50():
    return nn.Sequential(nn.Conv2d(3, 64, 7, stride=2, padding=3), nn.Conv2d(64, 64, 3, padding=1))
`,
  "torchvision-0.14.1.dist-info/METADATA": "Metadata-Version: 2.1\nName: torchvision\nVersion: 0.14.1\n",
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

/** A package index on loopback with one package, whose archive comes once it is let go. */
async function startIndex() {
  const wheel = Buffer.from(
    zipSync(Object.fromEntries(Object.entries(PACKAGE).map(([file, text]) => [file, Buffer.from(text)]))),
  );
  const files = [
    {
      filename: WHEEL,
      url: `/files/${WHEEL}`,
      hashes: { sha256: createHash("sha256").update(wheel).digest("hex") },
      size: wheel.length,
    },
  ];
  const asked = [];
  let letGo = () => {};
  const held = new Promise((resolve) => {
    letGo = resolve;
  });
  const server = createServer(async ({ url }, response) => {
    asked.push(url);
    if (url === "/simple/torchvision/") {
      response.setHeader("content-type", "application/vnd.pypi.simple.v1+json");
      response.end(JSON.stringify({ meta: { "api-version": "1.1" }, name: "torchvision", files }));
    } else if (url === `/files/${WHEEL}`) {
      response.writeHead(200, { "content-length": wheel.length });
      const half = wheel.length >> 1;
      response.write(wheel.subarray(0, half));
      await held;
      response.end(wheel.subarray(half));
    } else response.writeHead(404).end();
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
  before(async () => {
    index = await startIndex();
    cache = await mkdtemp(path.join(tmpdir(), "convlens-kept-"));
    workbench = await openWorkbench({
      workspace: path.join(root, "test", "vscode", "workspace"),
      env: {
        PIP_INDEX_URL: `http://${index.host}/simple`,
        PIP_CONFIG_FILE: "/dev/null",
        XDG_CACHE_HOME: cache,
        no_proxy: "127.0.0.1",
      },
      prepare: (folder) => writeFile(path.join(folder, "torchvision_net.py"), MODEL),
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
    await screenshot(workbench, "sources-notice", { theme: "light", width: 800 });
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
      assert.match(texts.join("\n"), /580\.9 M MACs/);
    });
    await screenshot(workbench, "sources-figures");
  });
});
