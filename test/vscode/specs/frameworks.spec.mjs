/**
 * TensorFlow.js, Keras and Flax in the workbench, exactly as PyTorch: lenses, hover, panel, side bar, the swap and the
 * rewrite. The three files define one network, whose parameters the real libraries count the same.
 */
import assert from "node:assert/strict";
import path from "node:path";
import { root } from "../../../scripts/lib/project.mjs";
import { before as figureBefore, shows } from "../expected.mjs";
import { applyPreview, textOf, untilCard } from "../lib/panel.mjs";
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
  webviewFrame,
} from "../lib/workbench.mjs";

/** Positions · kernel · channels, and weights with biases; the second convolution is the one to swap. */
const LAYERS = [
  { macs: 28 ** 2 * 3 ** 2 * 16, params: 3 ** 2 * 16 + 16 },
  { macs: 14 ** 2 * 5 ** 2 * 16 * 32, params: 5 ** 2 * 16 * 32 + 32 },
  { macs: 14 ** 2 * 3 ** 2 * 32, params: 3 ** 2 * 32 + 32 },
  { macs: 14 ** 2 * 32 * 64, params: 32 * 64 + 64 },
  { macs: 64 * 10, params: 64 * 10 + 10 },
];
const sum = (of) => LAYERS.reduce((total, layer) => total + layer[of], 0);
const MACS = sum("macs");
/** 5²·16 depthwise and 16·32 pointwise on 14² positions instead. */
const SWAPPED = MACS - LAYERS[1].macs + 14 ** 2 * (5 ** 2 * 16 + 16 * 32);

const FRAMEWORKS = [
  {
    ...{ title: "TensorFlow.js", file: "digits_tfjs.js", network: "createConvModel", wide: "conv2d_Conv2D2" },
    ...{ hover: [17, "wide"], written: "tf.layers.separableConv2d" },
  },
  {
    ...{ title: "Keras", file: "digits_keras.py", network: "digits", wide: "conv2d_1" },
    ...{ hover: [8, "Conv2D"], written: "layers.SeparableConv2D" },
  },
  {
    ...{ title: "Flax", file: "digits_flax.py", network: "Digits", wide: "Conv_1" },
    ...{ hover: [12, "Conv"], written: "nn.Conv(x.shape[-1]," },
  },
];

describe("Other frameworks in the workbench", () => {
  let workbench;
  let panel;
  before(async () => {
    workbench = await openWorkbench({
      workspace: path.join(root, "test", "vscode", "workspace"),
      viewport: { width: 1500, height: 1000 },
    });
  });
  afterEach(function () {
    return keepEvidence(workbench, this.currentTest);
  });
  after(() => workbench?.close());

  for (const { title, file, network, wide, hover, written } of FRAMEWORKS) {
    it(`${title}: draws the cost above every layer`, async () => {
      await runCommand(workbench, "View: Close All Editors");
      await openFile(workbench, file);
      await holds(async () => {
        const [first, ...lenses] = await lensTexts(workbench, { atLeast: LAYERS.length + 1 });
        assert.ok(shows(figureBefore(first, "MACs"), MACS), first);
        assert.ok(shows(figureBefore(first, "params"), sum("params")), first);
        LAYERS.forEach(({ macs, params }, index) => {
          assert.ok(shows(figureBefore(lenses[index], "MACs"), macs), lenses[index]);
          assert.ok(shows(figureBefore(lenses[index], "params"), params), lenses[index]);
        });
      });
    });

    it(`${title}: compares standard and separable cost in one hover`, async () => {
      const read = async () => {
        const text = await freshHoverAt(workbench, ...hover);
        assert.doesNotMatch(text, /loading/i);
        assert.equal(text.match(/14²·5²·16·32/g)?.length, 1, text);
        for (const row of ["standard", "depthwise", "pointwise", "saved"])
          assert.match(text, new RegExp(row));
      };
      await holds(read, { timeout: 60_000 });
      await screenshot(workbench, `hover-${title}`, { width: 1500, height: 1000 });
    });

    it(`${title}: profiles, shows the side bar, swaps, and writes the swap into the code`, async () => {
      const { page } = workbench;
      await openView(workbench, "ConvLens");
      const sidebar = await webviewFrame(workbench, "main.sidebar .network-card");
      await sidebar.locator(".network-card", { hasText: network }).waitFor({ timeout: 30_000 });
      await holds(async () => assert.match(await textOf(sidebar), /3\.08\s?M/));
      await sidebar.locator(".layer .name", { hasText: wide }).first().waitFor();

      await sidebar.getByRole("button", { name: "Profile" }).click();
      panel = await webviewFrame(workbench, ".panel canvas");
      await panel.locator("h1", { hasText: network }).waitFor({ timeout: 30_000 });
      await untilCard(panel, "MACs", MACS);
      await screenshot(workbench, `panel-${title}`, { width: 1500, height: 1000 });
      await panel.getByRole("button", { name: "all 1" }).click();
      await untilCard(panel, "MACs", SWAPPED);
      await panel.getByRole("button", { name: "Apply to code…" }).click();
      await applyPreview(workbench);
      await page.locator(".view-line", { hasText: written }).first().waitFor({ timeout: 20_000 });
      await untilCard(panel, "MACs", SWAPPED);
      // What is in the code is simulated no more.
      await holds(async () =>
        assert.equal(await panel.getByRole("button", { name: "Reset" }).isDisabled(), true),
      );
    });
  }
});
