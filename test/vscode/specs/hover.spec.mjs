/** The links of a layer's hover: each does what it says when it is clicked. */
import assert from "node:assert/strict";
import path from "node:path";
import { root } from "../../../scripts/lib/project.mjs";
import { resnet18, smallCnn } from "../expected.mjs";
import { applyPreview, cardFigure, textOf } from "../lib/panel.mjs";
import {
  eventually,
  freshHoverAt,
  holds,
  keepEvidence,
  lensTexts,
  openFile,
  openWorkbench,
  runCommand,
  webviewFrame,
} from "../lib/workbench.mjs";

describe("The links of a hover", () => {
  let workbench;

  before(async () => {
    workbench = await openWorkbench({
      workspace: path.join(root, "test", "vscode", "workspace"),
      settings: { "convlens.devices": [{ name: "Own board", gflops: 100, bandwidth: 10 }] },
    });
  });
  afterEach(function () {
    return keepEvidence(workbench, this.currentTest);
  });
  after(() => workbench?.close());

  /** Clicks a link in the hover over conv2, on line 9. */
  async function follow(link) {
    const shown = workbench.page
      .locator(".monaco-hover:not(.hidden) .hover-contents a", { hasText: new RegExp(`^${link}$`) })
      .first();
    // A hover may close by itself before the pointer is on its link.
    const attempt = async () => {
      await freshHoverAt(workbench, 9, "Conv2d");
      await shown.click({ timeout: 5_000 });
    };
    await holds(attempt, { timeout: 60_000 });
  }

  it("simulate the layer's swap in the panel", async () => {
    await openFile(workbench, smallCnn.file);
    await lensTexts(workbench, { atLeast: smallCnn.layers.length + 1 });
    await follow("Simulate");
    const panel = await webviewFrame(workbench, "canvas");
    await eventually(async () => (/1 of 1 swapped/.test(await textOf(panel)) ? true : undefined), {
      what: "the swap of conv2",
    });
  });

  it("explain by the layer's own numbers", async () => {
    await follow("Explain");
    const page = await webviewFrame(workbench, ".lesson h1");
    await holds(async () => {
      const text = await textOf(page);
      assert.match(text, /Your layer: conv2/);
      assert.match(text, /1\/N \+ 1\/D_K²/);
    });
  });

  it("rewrite the layer after a preview, and tell the new cost", async () => {
    await runCommand(workbench, "View: Close All Editors");
    await openFile(workbench, smallCnn.file);
    await lensTexts(workbench, { atLeast: smallCnn.layers.length + 1 });
    await follow("Rewrite");
    await applyPreview(workbench);
    await workbench.page
      .locator(".notification-list-item-message", { hasText: "as simulated" })
      .waitFor({ timeout: 30_000 });
    await workbench.page.locator(".view-line", { hasText: "nn.Sequential(" }).first().waitFor();
  });
});

describe("A budget in the panel", () => {
  let workbench;

  before(async () => {
    workbench = await openWorkbench({
      workspace: path.join(root, "test", "vscode", "workspace"),
      settings: { "convlens.devices": [{ name: "Own board", gflops: 100, bandwidth: 10 }] },
    });
    await openFile(workbench, resnet18.file);
    await lensTexts(workbench);
    await runCommand(workbench, "ConvLens: Profile Network");
  });
  afterEach(function () {
    return keepEvidence(workbench, this.currentTest);
  });
  after(() => workbench?.close());

  it("is reached by α and ρ where swaps do not suffice", async () => {
    const panel = await webviewFrame(workbench, "canvas");
    const field = panel.getByRole("textbox", { name: /^Total to reach/ });
    await field.fill("100 M");
    await field.press("Enter");
    await eventually(
      async () => {
        if (!/Within 100(\.0)? M MACs: .*α/.test(await textOf(panel))) return undefined;
        return Number((await cardFigure(panel, "MACs")).replaceAll(",", "")) <= 100e6 ? true : undefined;
      },
      { timeout: 60_000, what: "a suggestion within the budget" },
    );
  });

  it("stands beside a roofline that lists the user's own devices", async () => {
    const panel = await webviewFrame(workbench, "canvas");
    await panel.getByRole("tab", { name: "Roofline" }).click();
    await panel.getByText(/^Own board: peak 100(\.0)? GFLOP\/s/).waitFor();
  });

  it("has its trade-off's points under the arrow keys", async () => {
    const panel = await webviewFrame(workbench, "canvas");
    await panel.getByRole("tab", { name: "Trade-off" }).click();
    await panel.locator("#plot").focus();
    await panel.locator("#plot").press("Home");
    await eventually(async () => (/ 0 of \d+ swapped/.test(await textOf(panel)) ? true : undefined), {
      what: "no swap",
    });
    await panel.locator("#plot").press("ArrowRight");
    await eventually(async () => (/ 1 of \d+ swapped/.test(await textOf(panel)) ? true : undefined), {
      what: "one swap",
    });
  });
});
