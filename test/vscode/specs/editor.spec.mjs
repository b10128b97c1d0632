/** What a person sees in the workbench: lenses, the hover, the panel and the sidebar, read from the DOM. */
import assert from "node:assert/strict";
import path from "node:path";
import { root } from "../../../scripts/lib/project.mjs";
import { before as figureBefore, resnet18, shows, smallCnn } from "../expected.mjs";
import { textOf, untilCard } from "../lib/panel.mjs";
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

describe("ConvLens in the workbench", () => {
  let workbench;

  before(async () => {
    workbench = await openWorkbench({ workspace: path.join(root, "test", "vscode", "workspace") });
  });
  afterEach(function () {
    return keepEvidence(workbench, this.currentTest);
  });
  after(() => workbench?.close());

  it("draws the cost above every layer and the network", async () => {
    await openFile(workbench, smallCnn.file);
    await holds(async () => {
      const [network, ...layers] = await lensTexts(workbench, { atLeast: smallCnn.layers.length + 1 });
      assert.ok(shows(figureBefore(network, "MACs"), smallCnn.macs), network);
      assert.ok(shows(figureBefore(network, "params"), smallCnn.params), network);
      smallCnn.layers.forEach((layer, index) => {
        const text = layers[index] ?? "no lens";
        assert.ok(shows(figureBefore(text, "MACs"), layer.macs), `${layer.name}: ${text}`);
        assert.ok(shows(figureBefore(text, "params"), layer.params), `${layer.name}: ${text}`);
      });
    });
    for (const theme of Object.keys(themes)) await screenshot(workbench, "lenses", { theme });
    await useTheme(workbench, "dark");
  });

  it("compares standard and separable cost in the hover", async () => {
    await openFile(workbench, smallCnn.file);
    await holds(async () => {
      const text = await freshHoverAt(workbench, 9, "Conv2d");
      assert.match(text, /standard\s.*16²·3²·16·32/);
      for (const row of ["depthwise", "pointwise", "saved"]) assert.match(text, new RegExp(row));
    });
    await screenshot(workbench, "hover");
  });

  it("opens the panel with totals, chart and the swap by the command", async () => {
    await openFile(workbench, resnet18.file);
    await lensTexts(workbench);
    await runCommand(workbench, "ConvLens: Profile Network");
    const panel = await webviewFrame(workbench, "canvas");
    await panel.getByText("resnet18", { exact: false }).first().waitFor();
    await holds(async () => {
      const text = await textOf(panel);
      assert.ok(shows(/([\d.]+) G/.exec(text)?.[0] ?? "", resnet18.macs), text);
    });
    for (const theme of Object.keys(themes))
      await screenshot(workbench, "panel", { theme, width: 1600, height: 1000 });
    await useTheme(workbench, "dark");
  });

  it("simulates the swap of every eligible convolution in the panel", async () => {
    const panel = await webviewFrame(workbench, "canvas");
    await panel.getByRole("button", { name: /^all \d+/ }).click();
    await untilCard(panel, "MACs", resnet18.swappedMacs);
    const text = await textOf(panel);
    assert.ok(shows(/[\d.]+ [MG]/.exec(text)?.[0] ?? "", resnet18.swappedMacs), text);
    await screenshot(workbench, "panel-swapped", { width: 1600, height: 1000 });
  });

  it("shows the active file's networks in the sidebar", async () => {
    await runCommand(workbench, "View: Close All Editors");
    await openFile(workbench, smallCnn.file);
    await openView(workbench, "ConvLens");
    const sidebar = await webviewFrame(workbench, "main.sidebar .network-card");
    await holds(async () => {
      const text = await textOf(sidebar);
      assert.match(text, new RegExp(smallCnn.network));
      assert.match(text, /2\.22\s?M/);
      assert.match(text, /conv2/);
    });
    for (const theme of Object.keys(themes)) await screenshot(workbench, "sidebar", { theme });
  });
});
