/** A file that takes too long is left alone, says so everywhere, and is back with the next change of its text. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { root } from "../../../scripts/lib/project.mjs";
import {
  eventually,
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

const WIDE = { width: 1500, height: 1000 };
const NET = `from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        width = 8
        self.conv = nn.Conv2d(3, width, 3)

    def forward(self, x):
        return self.conv(x)
`;
const ENDLESS = NET.replace(
  "width = 8",
  "width = 8\n        while width > 0:\n            width = width * 31 % 1009 + 1",
);

describe("A file that takes too long in the workbench", () => {
  let workbench;
  before(async () => {
    workbench = await openWorkbench({
      workspace: path.join(root, "test", "vscode", "workspace"),
      viewport: WIDE,
      // Steps would end it before.
      settings: { "convlens.limits.steps": 1e15, "convlens.limits.milliseconds": 10_000 },
      prepare: (folder) => writeFile(path.join(folder, "endless.py"), ENDLESS),
    });
  });
  afterEach(function () {
    return keepEvidence(workbench, this.currentTest);
  });
  after(() => workbench?.close());

  const sidebarFrame = () => webviewFrame(workbench, "main.sidebar");

  it("says so in the side bar, the status bar, the panel and at the line that ran", async () => {
    const { page } = workbench;
    await openView(workbench, "ConvLens");
    await openFile(workbench, "endless.py");
    const tooLong = /endless\.py:(8|9) takes too long/;
    const sidebar = await sidebarFrame();
    await sidebar.getByText(tooLong).waitFor({ timeout: 60_000 });
    const status = page.locator(".statusbar-item", { hasText: "ConvLens" });
    assert.match(await status.locator("a").getAttribute("aria-label"), tooLong);
    await page.locator(".squiggly-warning").first().waitFor();
    await screenshot(workbench, "left-alone", WIDE);
    await status.click();
    await page.locator(".markers-panel .monaco-list-row", { hasText: tooLong }).click();
    await page.locator(".statusbar-item", { hasText: /Ln [89],/ }).waitFor();
    await page.keyboard.press("Control+J");
    await runCommand(workbench, "ConvLens: Profile Network");
    await page.locator(".notification-toast", { hasText: tooLong }).waitFor();
    await runCommand(workbench, "Notifications: Clear All Notifications");
    for (const theme of ["light", "high-contrast"]) {
      await screenshot(workbench, "left-alone", { ...WIDE, theme });
    }
    await screenshot(workbench, "left-alone", { width: 800, height: 700 });
  });

  it("has its figures again as soon as its text is another", async () => {
    const { page } = workbench;
    await writeFile(path.join(workbench.folder, "endless.py"), NET);
    await holds(async () => assert.match((await lensTexts(workbench)).join("\n"), /224 params/));
    const sidebar = await sidebarFrame();
    await sidebar.locator(".network-card", { hasText: "Net" }).waitFor({ timeout: 30_000 });
    await page.locator(".statusbar-item", { hasText: "MACs" }).waitFor();
    await eventually(
      async () => ((await page.locator(".squiggly-warning").count()) === 0 ? true : undefined),
      {
        what: "the warning to go",
      },
    );
  });
});
