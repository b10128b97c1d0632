/** One network in focus: its name and total in the status bar, its figures in the files that it runs through. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { root } from "../../../scripts/lib/project.mjs";
import { smallCnn } from "../expected.mjs";
import {
  freshHoverAt,
  holds,
  keepEvidence,
  lensTexts,
  openFile,
  openView,
  openWorkbench,
  runCommand,
  screenshot,
  themes,
  useTheme,
  webviewFrame,
} from "../lib/workbench.mjs";

const PARTS = `import torch.nn as nn

class Block(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.conv = nn.Conv2d(cin, cout, 3, padding=1, bias=False)
        self.act = nn.ReLU()

    def forward(self, x):
        return self.act(self.conv(x))
`;
const NET = `from parts import *

# convlens: input=1x3x32x32
class Tall(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = Block(3, 8)
        self.second = Block(8, 8)

    def forward(self, x):
        x = self.first(x)
        return self.second(x)

# convlens: input=1x3x32x32
class Wide(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = Block(3, 16)

    def forward(self, x):
        return self.first(x)
`;

const NEEDS = `import torch.nn as nn

class Net(nn.Module):
    def __init__(self, width: int, classes: int = 10):
        super().__init__()
        self.conv = nn.Conv2d(3, width, 1, bias=False)

    def forward(self, x):
        return self.conv(x)
`;

describe("The network in focus", () => {
  let workbench;

  before(async () => {
    workbench = await openWorkbench({
      workspace: path.join(root, "test", "vscode", "workspace"),
      prepare: async (folder) => {
        await writeFile(path.join(folder, "parts.py"), PARTS);
        await writeFile(path.join(folder, "net.py"), NET);
        await writeFile(path.join(folder, "needs.py"), NEEDS);
      },
    });
  });
  afterEach(function () {
    return keepEvidence(workbench, this.currentTest);
  });
  after(() => workbench?.close());

  const status = () => workbench.page.locator('.statusbar-item[id*="convlens"]').textContent();
  const choose = async (label) => {
    await runCommand(workbench, "ConvLens: Choose the Network in Focus", { asks: true });
    const entry = workbench.page.locator(".quick-input-list .monaco-list-row", { hasText: label });
    await entry.first().waitFor();
    await workbench.page.keyboard.type(label);
    await workbench.page.locator(".quick-input-list .monaco-list-row.focused", { hasText: label }).waitFor();
    await workbench.page.keyboard.press("Enter");
  };

  it("sees a network whose framework comes with its parts, at every line that makes one", async () => {
    await openFile(workbench, "net.py");
    await holds(async () => {
      const texts = await lensTexts(workbench, { atLeast: 4 });
      assert.ok(
        texts.some((text) => text.startsWith("221 k MACs")),
        texts.join("\n"),
      );
      assert.match(await status(), /Wide 442 k MACs/);
    });
    assert.match(await freshHoverAt(workbench, 11, "first"), /3×32×32 → 8×32×32/);
  });

  it("is chosen by the keyboard, and lights up the files of its parts", async () => {
    await choose("Tall");
    await holds(async () => assert.match(await status(), /Tall 811 k MACs/));
    await openFile(workbench, "parts.py");
    await holds(async () => {
      const [part, line] = await lensTexts(workbench, { atLeast: 2 });
      assert.match(part, /^2 in Tall, 221 k to 590 k MACs each, 811 k in all/);
      assert.match(line, /^2 layers, .* · Tall$/);
    });
    assert.match(await freshHoverAt(workbench, 10, "act"), /ReLU, 8×32×32 → 8×32×32, 2 runs/);
    for (const theme of Object.keys(themes)) await screenshot(workbench, "focus", { theme });
    await useTheme(workbench, "dark");
  });

  it("stays after all editors were closed, and after a reload", async () => {
    await runCommand(workbench, "View: Close All Editors");
    await workbench.page.reload();
    await workbench.page.waitForSelector(".monaco-workbench .part.editor", { timeout: 60_000 });
    await openFile(workbench, "parts.py");
    await holds(async () => {
      assert.match((await lensTexts(workbench, { atLeast: 2 }))[0], /^2 in Tall/);
      assert.match(await status(), /Tall/);
    });
  });

  it("is open in the side bar, with the file's other networks a line each", async () => {
    await openFile(workbench, "net.py");
    await openView(workbench, "ConvLens");
    const sidebar = await webviewFrame(workbench, "main.sidebar .network-card");
    const card = (name) => sidebar.locator(".network-card", { has: sidebar.getByRole("heading", { name }) });
    await card("Tall").locator(".figures", { hasText: "811 k" }).waitFor({ timeout: 30_000 });
    assert.match(await card("Wide").locator(".head").textContent(), /442 k MACs/);
    assert.equal(await card("Wide").locator(".figures").isVisible(), false);
    for (const theme of Object.keys(themes)) await screenshot(workbench, "sidebar-several", { theme });
    await useTheme(workbench, "dark");
    await card("Wide").getByRole("button", { name: "Wide", expanded: false }).press("Enter");
    await card("Wide").locator(".figures", { hasText: "442 k" }).waitFor();
  });

  it("is named in the side bar above a file that has no part in it", async () => {
    await openFile(workbench, smallCnn.file);
    const sidebar = await webviewFrame(workbench, "main.sidebar .focus");
    await holds(async () =>
      assert.match(await sidebar.locator(".focus").textContent(), /^In focus: Tall 811 k MACs/),
    );
    await sidebar.locator(".network-card", { hasText: "SmallCNN" }).waitFor({ timeout: 30_000 });
    for (const theme of Object.keys(themes)) await screenshot(workbench, "sidebar-focus", { theme });
    await useTheme(workbench, "dark");
    await sidebar.getByRole("button", { name: "change" }).click();
    await workbench.page.locator(".quick-input-list .monaco-list-row", { hasText: "Tall" }).first().waitFor();
    await workbench.page.keyboard.press("Escape");
  });

  it("is none once that is chosen: each file shows its own main network", async () => {
    await openFile(workbench, "net.py");
    await choose("None in focus");
    await holds(async () => assert.match(await status(), /^\W*Wide /));
  });

  it("gets the arguments that it needs in a field, which says what is missing", async () => {
    const { page } = workbench;
    await openFile(workbench, "needs.py");
    await holds(async () => assert.match((await lensTexts(workbench))[0], /^needs width: set its arguments/));
    await page.locator(".codelens-decoration a", { hasText: "set its arguments" }).click();
    const field = page.locator(".quick-input-widget input:visible").first();
    await field.fill("classes=4");
    await page.locator(".quick-input-message", { hasText: "needs width" }).waitFor();
    await screenshot(workbench, "arguments");
    await field.fill("width=64");
    await field.press("Enter");
    await holds(async () => {
      const [network] = await lensTexts(workbench, { atLeast: 2 });
      // 224²·3·64
      assert.match(network, /^9\.63 M MACs · 192 params · made with width=64 \(needs\.py:3\)/);
      assert.match(await status(), /Net 9\.63 M MACs/);
    });
  });
});
