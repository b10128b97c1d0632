/** The tab "Sweep" in the workbench: the paper's tables as cells, by keyboard and pointer, stopped, exported, in four themes. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { cp } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { installAxe } from "../../../scripts/lib/code-server.mjs";
import { root } from "../../../scripts/lib/project.mjs";
import { cardFigure, saveExport, seriousFindings, untilCard } from "../lib/panel.mjs";
import {
  holds,
  keepEvidence,
  lensTexts,
  openFile,
  openWorkbench,
  runCommand,
  screenshot,
  themes,
  webviewFrame,
} from "../lib/workbench.mjs";

const MOBILENET = "mobilenet_v1_plain.py";
/** MobileNets, arXiv 1704.04861, tables 6, 7 and 9, to the last MAC. */
const PAPER = { plain: 4_867_293_184, swapped: 568_740_352, half: 149_497_088, halfAt160: 76_524_800 };
const WIDE = { width: 1500, height: 1000 };

describe("Sweep in the workbench", () => {
  let workbench;
  let panel;

  before(async () => {
    workbench = await openWorkbench({
      workspace: path.join(root, "test", "vscode", "workspace"),
      viewport: WIDE,
      prepare: (folder) => cp(path.join(root, "examples", MOBILENET), path.join(folder, MOBILENET)),
    });
    await openFile(workbench, MOBILENET);
    await lensTexts(workbench);
    await runCommand(workbench, "ConvLens: Profile Network");
    panel = await webviewFrame(workbench, ".panel canvas");
    await untilCard(panel, "MACs", PAPER.plain);
  });
  afterEach(function () {
    return keepEvidence(workbench, this.currentTest);
  });
  after(() => workbench?.close());

  const cell = (name) => panel.locator(`.heat td[aria-label^="${name}"]`);
  /** Works out what of the part is not known yet; a test that is tried again has it already. */
  async function work() {
    // What was pressed before is drawn in the next frame.
    await panel.evaluate(
      () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
    );
    const button = panel.getByRole("button", { name: /^Work out/ });
    if ((await button.count()) > 0) await button.click();
  }
  /** All cells of the part are there, and none is on its way. */
  const done = () =>
    holds(async () => assert.equal(await panel.locator(".sweep-head button:visible").count(), 0), {
      timeout: 60_000,
    });

  async function show(part) {
    await panel.locator("vscode-dropdown[aria-label='Sweep over']").click();
    await panel.locator("vscode-option:visible", { hasText: part }).click();
  }

  it("works out α × ρ with the swaps of the panel, as the paper has them", async () => {
    await panel.getByRole("button", { name: /^all \d+/ }).click();
    await panel.getByRole("tab", { name: "Sweep" }).click();
    assert.equal(await cell("α 1, ρ 1,").getAttribute("aria-label"), "α 1, ρ 1, not worked out yet");
    await work();
    await done();
    assert.equal(await panel.locator(".heat td").count(), 16);
    assert.equal(await cell("α 1, ρ 1,").textContent(), "569 M");
    assert.equal(await cell("α 0.25, ρ 1,").textContent(), "41.0 M");
    assert.equal(await cell("α 1, ρ 0.571,").textContent(), "186 M");
  });

  it("simulates a cell by a press, and the next ones by arrows and Enter", async () => {
    await cell("α 0.5, ρ 1,").click();
    await untilCard(panel, "MACs", PAPER.half);
    await holds(async () => assert.equal(await cell("α 0.5, ρ 1,").getAttribute("aria-selected"), "true"));
    for (const key of ["ArrowRight", "ArrowRight", "Enter"]) await workbench.page.keyboard.press(key);
    await untilCard(panel, "MACs", PAPER.halfAt160);
    await panel.getByRole("button", { name: "Undo" }).click();
    await untilCard(panel, "MACs", PAPER.half);
  });

  it("saves the heat map as a picture with its figures, as a table, and in a report that opens from disk", async () => {
    const svg = await save("Chart as SVG", "PlainMobileNet-sweep.svg");
    assert.match(svg, /^<svg /);
    for (const text of ["569 M", "α 0.25", "ρ 0.571"]) assert.ok(svg.includes(`>${text}</text>`), text);
    assert.ok(!svg.includes("color("), "colours that every program reads");
    const csv = await save("Layers as CSV", "PlainMobileNet-sweep.csv");
    assert.equal(csv.trimEnd().split("\n").length, 17);
    assert.ok(csv.includes(`grid,0.5,1,1x3x224x224,1,${PAPER.half},`), csv);

    await save("Report as HTML", "PlainMobileNet.html");
    const page = await workbench.browser.newPage();
    await page.goto(pathToFileURL(path.join(workbench.folder, "PlainMobileNet.html")).href);
    await holds(async () =>
      assert.equal(await page.locator('.heat td[aria-label^="α 1, ρ 1,"]').textContent(), "569 M"),
    );
    assert.equal(await page.getByRole("button", { name: /^Work out/ }).count(), 0, "a page asks nobody");
    await page.close();
  });

  it("puts the network beside the paper's tables, and shows curves and what keeps within a budget", async () => {
    await show("beside the paper");
    await work();
    await done();
    const rows = await panel.locator(".sweep-list tbody tr").allInnerTexts();
    const cells = rows.map((row) => row.split("\t").map((text) => text.trim()));
    assert.deepEqual(
      cells.find(([name]) => name === "Conv MobileNet"),
      ["Conv MobileNet", "71.7 %", "4866", "29.3", "4867", "29.3"],
    );
    assert.deepEqual(
      cells.find(([name]) => name === "Shallow MobileNet"),
      ["Shallow MobileNet", "65.3 %", "307", "2.9", "–", "–"],
    );
    await screenshot(workbench, "sweep-paper", WIDE);

    await show("input size");
    await work();
    await done();
    await panel.getByRole("button", { name: "160", exact: true }).click();
    await untilCard(panel, "MACs", 290_675_200);
    await screenshot(workbench, "sweep-size", WIDE);

    await show("within a budget");
    await panel.getByRole("textbox", { name: "budget" }).fill("300 M");
    await work();
    await done();
    await panel.locator(".sweep-list tbody .link").last().click();
    await panel.locator(".readout", { hasText: /swapped: 9\d\s%\sfewer MACs/ }).waitFor({ timeout: 30_000 });
    const macs = Number((await cardFigure(panel, "MACs")).replaceAll(",", ""));
    assert.ok(macs > 0 && macs <= 300e6, `${macs} MACs`);
    await screenshot(workbench, "sweep-budget", WIDE);
  });

  it("can be stopped, and goes on where it was", async () => {
    await show("α × ρ");
    await panel.getByRole("button", { name: "none", exact: true }).click();
    await panel.getByRole("button", { name: /^Work out with the 0 swaps/ }).click();
    await show("batch");
    await work();
    await panel
      .getByRole("button", { name: "Stop" })
      .click({ timeout: 5_000 })
      .catch(() => undefined);
    await holds(async () =>
      assert.equal(await panel.locator(".sweep-head .link:visible", { hasText: "Stop" }).count(), 0),
    );
    await work();
    await done();
    const known = await panel.locator(".sweep-list td", { hasText: "·" }).count();
    assert.equal(known, 0, "every batch is known");
  });

  it("forgets its cells when the text changes", async () => {
    await show("α × ρ");
    await work();
    await done();
    await runCommand(workbench, "View: Focus First Editor Group");
    await openFile(workbench, MOBILENET);
    await workbench.page.keyboard.press("Control+Home");
    await workbench.page.keyboard.type("# A line more.\n");
    await holds(async () =>
      assert.match((await cell("α 1, ρ 1,").getAttribute("aria-label")) ?? "", /not worked out yet/),
    );
  });

  it("has no serious finding of axe in four themes, wide and narrow", async () => {
    const axe = readFileSync(await installAxe(), "utf8");
    await panel.getByRole("button", { name: /^all \d+/ }).click();
    // What was typed last may still be on its way, and has the cells forgotten once more.
    await holds(
      async () => {
        await work();
        assert.equal(await panel.locator(".heat td.unknown").count(), 0);
      },
      { timeout: 60_000 },
    );
    await runCommand(workbench, "View: Close Primary Side Bar");
    for (const theme of Object.keys(themes)) {
      for (const size of [WIDE, { width: 750, height: 1000 }]) {
        await screenshot(workbench, "sweep", { theme, ...size });
        await holds(async () => {
          assert.deepEqual(await seriousFindings(panel, axe), [], `${theme}, ${size.width} px`);
          const over = await panel.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
          assert.ok(over <= 0, `${over} px too wide in ${theme}`);
        });
      }
    }
    await workbench.page.setViewportSize(WIDE);
  });

  const save = (item, name) => saveExport(workbench, panel, { item, name });
});
