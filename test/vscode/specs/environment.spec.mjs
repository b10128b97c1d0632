/** Which environment imports are looked up in: the Python extension's, as it changes, or one that the user chooses. */
import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { root } from "../../../scripts/lib/project.mjs";
import {
  holds,
  keepEvidence,
  lensTexts,
  openFile,
  openWorkbench,
  runCommand,
  screenshot,
} from "../lib/workbench.mjs";

const MODEL = `import monai
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 3, 1)
        self.backbone = monai.make()

    def forward(self, x):
        return self.backbone(self.stem(x))
`;
/** A pointwise convolution to so many channels: 3 · channels · 224² MACs. */
const packageOf = (channels) => `from torch import nn

def make():
    return nn.Conv2d(3, ${channels}, 1)
`;

/** An environment of Python without an interpreter in it. */
async function makeEnvironment(folder, files) {
  const packages = path.join(folder, "lib", "python3.11", "site-packages");
  await mkdir(path.join(folder, "bin"), { recursive: true });
  await mkdir(packages, { recursive: true });
  await writeFile(path.join(folder, "pyvenv.cfg"), "home = /usr/bin\n");
  await writeFile(path.join(folder, "bin", "python"), "");
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(packages, name), text);
}

describe("The Python environment", () => {
  let workbench;
  before(async () => {
    workbench = await openWorkbench({
      workspace: path.join(root, "test", "vscode", "workspace"),
      extensions: [root, path.join(root, "test", "vscode", "python")],
      settings: { "convlens.sources.download": "never" },
      prepare: async (folder) => {
        const environments = path.join(folder, "envs");
        await makeEnvironment(path.join(environments, "first"), {});
        await makeEnvironment(path.join(environments, "second"), { "monai.py": packageOf(8) });
        await makeEnvironment(path.join(environments, "third"), { "monai.py": packageOf(64) });
        await writeFile(path.join(folder, "monai_net.py"), MODEL);
      },
    });
  });
  afterEach(function () {
    return keepEvidence(workbench, this.currentTest);
  });
  after(() => workbench?.close());

  const shows = (figure) =>
    holds(async () => assert.match((await lensTexts(workbench)).join("\n"), figure), { timeout: 60_000 });

  it("is the one that the Python extension chose, and is followed when another is chosen", async () => {
    await openFile(workbench, "monai_net.py");
    await shows(/monai is not installed/);
    await runCommand(workbench, "Python: Take the Second Interpreter");
    // 3 · 3 · 224² and 3 · 8 · 224²
    await shows(/1\.66 M MACs/);
    const tooltip = workbench.page.locator(".statusbar-item[aria-label*='Choose the network in focus']");
    await tooltip.hover();
    await workbench.page
      .locator(".monaco-hover", { hasText: "Imports are looked up in envs/second" })
      .waitFor({ timeout: 30_000 });
  });

  it("is another one when the user chooses it from those that are known", async () => {
    const { page } = workbench;
    await page.mouse.move(5, 5);
    await runCommand(workbench, "ConvLens: Choose the Python Environment", { asks: true });
    const third = page.locator(".quick-input-list .monaco-list-row", { hasText: "third" });
    await third.waitFor({ timeout: 30_000 });
    await screenshot(workbench, "environment-choice");
    await third.click();
    // 3 · 3 · 224² and 3 · 64 · 224²
    await shows(/10\.1 M MACs/);
    const settings = JSON.parse(
      await readFile(path.join(workbench.folder, ".vscode", "settings.json"), "utf8"),
    );
    assert.deepEqual(settings["convlens.pythonPath"], [
      path.join(workbench.folder, "envs", "third", "bin", "python"),
    ]);
  });
});
