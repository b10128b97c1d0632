/** What is shown when there is little to show: no network, none that can be made, part of one, and a long wait. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { root } from "../../../scripts/lib/project.mjs";
import { smallCnn } from "../expected.mjs";
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

const WIDE = { width: 1500, height: 1000 };
const network = (name, init, forward) => `
class ${name}(nn.Module):
    def __init__(self${init.parameters ?? ""}):
        super().__init__()
${init.body.map((line) => `        ${line}\n`).join("")}
    def forward(self, x):
        return ${forward}
`;
const FILES = {
  "nothing.py": "def answer():\n    return 42\n",
  "unknown.py": `from torch import nn\n${network(
    "NeedsWidth",
    { parameters: ", width", body: ["self.conv = nn.Conv2d(3, width, 3)"] },
    "self.conv(x)",
  )}`,
  "partial.py": `from mystery import Block\nfrom torch import nn\n${network(
    "Partial",
    {
      body: ["self.stem = nn.Conv2d(3, 32, 3)", "self.block = Block(32)", "self.head = nn.Conv2d(32, 64, 3)"],
    },
    "self.head(self.block(self.stem(x)))",
  )}`,
  "misfit.py": `from torch import nn\n${network(
    "Misfit",
    { body: ["self.first = nn.Conv2d(3, 32, 3)", "self.second = nn.Conv2d(64, 64, 3)"] },
    "self.second(self.first(x))",
  )}`,
  // Many networks that each take a while, far more together than a person waits.
  "slow.py": `from torch import nn\n${Array.from({ length: 300 }, (_, index) =>
    network(
      `Slow${index}`,
      {
        body: [
          "width = sum(number % 7 for number in range(200000))",
          "self.conv = nn.Conv2d(3, 8 + width % 2, 3)",
        ],
      },
      "self.conv(x)",
    ),
  ).join("\n")}`,
};

describe("States in the workbench", () => {
  let workbench;
  before(async () => {
    workbench = await openWorkbench({
      workspace: path.join(root, "test", "vscode", "workspace"),
      viewport: WIDE,
      prepare: async (folder) => {
        for (const [name, text] of Object.entries(FILES)) await writeFile(path.join(folder, name), text);
      },
    });
  });
  afterEach(function () {
    return keepEvidence(workbench, this.currentTest);
  });
  after(() => workbench?.close());

  async function alone(file) {
    await runCommand(workbench, "View: Close All Editors");
    await openFile(workbench, file);
  }
  const sidebarFrame = (selector) => webviewFrame(workbench, selector);

  it("says that a file has no network, and what to open", async () => {
    await openView(workbench, "ConvLens");
    await alone("nothing.py");
    const sidebar = await sidebarFrame("main.sidebar");
    await sidebar.getByText("There is no network in this file.").waitFor({ timeout: 30_000 });
    await sidebar.getByText(/^Open a Python or TypeScript file/).waitFor();
    await screenshot(workbench, "state-nothing", WIDE);
  });

  it("says what a network needs, in the lens, the side bar, the tree and the panel", async () => {
    await alone("unknown.py");
    await holds(async () => assert.match((await lensTexts(workbench))[0], /^needs width/));
    const sidebar = await sidebarFrame("main.sidebar .network-card");
    await sidebar.locator(".reason", { hasText: "needs width" }).waitFor({ timeout: 30_000 });
    await workbench.page.locator(".part.sidebar", { hasText: "NeedsWidth: needs width" }).waitFor();
    await runCommand(workbench, "ConvLens: Profile Network");
    const panel = await webviewFrame(workbench, ".empty h1:visible");
    await panel.locator("h1", { hasText: "NeedsWidth has no figures yet" }).waitFor({ timeout: 30_000 });
    await panel.getByRole("button", { name: "Set its arguments" }).waitFor();
    await panel.getByRole("button", { name: "Show in the code" }).click();
    await workbench.page.locator(".statusbar-item", { hasText: "Ln 3," }).waitFor();
    await screenshot(workbench, "state-unknown", WIDE);
  });

  it("shows the part of a network that is known, and how to know the rest", async () => {
    await alone("partial.py");
    await lensTexts(workbench, { atLeast: 3 });
    await runCommand(workbench, "ConvLens: Profile Network");
    const panel = await webviewFrame(workbench, ".panel canvas");
    await panel.getByText("module mystery was not found").first().waitFor({ timeout: 30_000 });
    await panel.getByText("convlens.pythonPath").waitFor();
    await panel.locator(".stage", { hasText: "?" }).first().waitFor();
    const sidebar = await sidebarFrame("main.sidebar .network-card");
    const stem = sidebar.locator(".layer", { hasText: "stem" });
    await holds(async () => assert.doesNotMatch(await stem.textContent({ timeout: 5_000 }), /%/));
    await screenshot(workbench, "state-partial", WIDE);
    await workbench.page.locator(".statusbar-item", { hasText: "at least" }).waitFor();
  });

  it("says which shapes do not fit, with a link to the line", async () => {
    await alone("misfit.py");
    await lensTexts(workbench, { atLeast: 3 });
    await runCommand(workbench, "ConvLens: Profile Network");
    const panel = await webviewFrame(workbench, ".panel canvas");
    await panel.getByText("The shapes do not fit.").waitFor({ timeout: 30_000 });
    await panel.locator(".notice .link:visible").first().click();
    await workbench.page.locator(".statusbar-item", { hasText: "Ln 7," }).waitFor();
    await screenshot(workbench, "state-misfit", WIDE);
  });

  it("chooses another network from the status bar, which the panel then shows", async () => {
    const { page } = workbench;
    await alone(smallCnn.file);
    await lensTexts(workbench);
    await page.locator(".statusbar-item", { hasText: "Misfit at least" }).click();
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "SmallCNN" }).click();
    await page.locator(".statusbar-item", { hasText: "SmallCNN 2.22 M MACs" }).waitFor({ timeout: 30_000 });
    await runCommand(workbench, "ConvLens: Profile Network");
    const panel = await webviewFrame(workbench, ".panel canvas");
    await untilCard(panel, "MACs", smallCnn.macs);
  });

  it("shows that it works on a file that takes long, stops when told, and starts again", async () => {
    const { page } = workbench;
    await alone("slow.py");
    await runCommand(workbench, "ConvLens: Profile Network");
    const waiting = page.locator(".notification-toast", { hasText: "Reading the network" });
    await waiting.waitFor({ timeout: 30_000 });
    await screenshot(workbench, "state-slow", WIDE);
    await waiting.getByRole("button", { name: "Cancel" }).click();
    await waiting.waitFor({ state: "hidden", timeout: 30_000 });
    const sidebar = await sidebarFrame("main.sidebar");
    await sidebar.getByText("The analysis was stopped.").waitFor({ timeout: 30_000 });
    assert.equal(
      await page.locator(".tab", { hasText: /^Slow/ }).count(),
      0,
      "no panel for what was stopped",
    );
    await runCommand(workbench, "ConvLens: Profile Network");
    await waiting.waitFor({ timeout: 30_000 });
    await waiting.getByRole("button", { name: "Cancel" }).click();
    await waiting.waitFor({ state: "hidden", timeout: 30_000 });
  });
});
