/**
 * The panel, the side bar and the walkthrough for everyone: by keyboard alone, in every theme, narrow, at twice the
 * size, without motion, and in Japanese. axe judges what can be judged by rule.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { installAxe } from "../../../scripts/lib/code-server.mjs";
import { root } from "../../../scripts/lib/project.mjs";
import { resnet18, smallCnn } from "../expected.mjs";
import { seriousFindings, textOf, untilCard } from "../lib/panel.mjs";
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
  themes,
  useTheme,
  webviewFrame,
} from "../lib/workbench.mjs";

const workspace = path.join(root, "test", "vscode", "workspace");
const WIDE = { width: 1500, height: 1000 };

describe("Access in the workbench", () => {
  let workbench;
  let panel;
  let sidebar;

  before(async () => {
    workbench = await openWorkbench({
      workspace,
      viewport: WIDE,
      settings: { "convlens.budgetMacs": 1e9, "workbench.editor.showTabs": "multiple" },
    });
    await openFile(workbench, resnet18.file);
    await lensTexts(workbench);
    await openView(workbench, "ConvLens");
    sidebar = await webviewFrame(workbench, "main.sidebar .network-card");
    await runCommand(workbench, "ConvLens: Profile Network");
    panel = await webviewFrame(workbench, ".panel canvas");
    await untilCard(panel, "MACs", resnet18.macs);
  });
  afterEach(function () {
    return keepEvidence(workbench, this.currentTest);
  });
  after(() => workbench?.close());

  const press = (key) => workbench.page.keyboard.press(key);
  const focus = (frame, selector) => frame.locator(selector).first().focus();
  /** What has the focus, as a reader would call it. */
  const focused = (frame) => frame.evaluate(nameOfFocus);
  const line = (number) =>
    workbench.page.locator(".statusbar-item", { hasText: `Ln ${number},` }).waitFor({ timeout: 30_000 });

  it("reaches every control of the panel by Tab", async () => {
    await focus(panel, ".header .file");
    const reached = new Set();
    for (let turn = 0; turn < 60; turn += 1) {
      reached.add(await focused(panel));
      await press("Tab");
      if (!(await panel.evaluate(() => document.hasFocus() && document.activeElement !== document.body)))
        break;
    }
    const controls = await panel.evaluate(() => {
      const wanted =
        "button, input, select, summary, [tabindex='0'], vscode-button, vscode-checkbox, vscode-text-field";
      return [...document.querySelectorAll(wanted)]
        .filter((one) => one.checkVisibility() && !one.disabled && one.getAttribute("tabindex") !== "-1")
        .filter((one) => !one.closest("[disabled]"))
        .map((one) => (one.getAttribute("aria-label") ?? one.textContent ?? "").trim() || one.id);
    });
    assert.ok(controls.length > 25, `${controls.length} controls`);
    assert.deepEqual(
      controls.filter((name) => !reached.has(name)),
      [],
      `reached: ${[...reached].join(" | ")}`,
    );
  });

  it("swaps, undoes, thins and changes the unit by keyboard", async () => {
    await focus(panel, ".strip .link:text-matches('^all')");
    await press("Enter");
    await untilCard(panel, "MACs", resnet18.swappedMacs);
    await focus(panel, ".strip .link:text('Undo')");
    await press("Enter");
    await untilCard(panel, "MACs", resnet18.macs);

    const slider = panel.locator(".slider").first();
    await slider.focus();
    await press("ArrowLeft");
    await eventually(async () => ((await slider.inputValue()) === "0.99" ? true : undefined));
    await panel.locator(".readout", { hasText: /^At α 0\.99/ }).waitFor({ timeout: 30_000 });
    await focus(panel, ".strip .link:text('Reset')");
    await press("Enter");
    await untilCard(panel, "MACs", resnet18.macs);

    await focus(panel, ".segment[aria-checked=true]");
    await press("ArrowRight");
    await untilCard(panel, "FLOPs", 2 * resnet18.macs);
    await press("ArrowLeft");
    await untilCard(panel, "MACs", resnet18.macs);
  });

  it("walks the charts by keyboard, with values for those who do not see them", async () => {
    const plot = panel.locator("#plot");
    const selected = () => panel.locator(".tab[aria-selected=true]").textContent();
    for (const view of ["Layers", "Treemap", "Cumulative", "Roofline"]) {
      assert.equal(await selected(), view);
      await plot.focus();
      await press("Home");
      await eventually(async () =>
        /^conv1, .*MACs/.test((await plot.getAttribute("aria-valuetext")) ?? "") ? true : undefined,
      );
      await press("ArrowRight");
      await eventually(async () =>
        /^layer1\.0\.conv1, /.test((await plot.getAttribute("aria-valuetext")) ?? "") ? true : undefined,
      );
      await press("Enter");
      await line(resnet18.blockConv1.line);
      // The editor takes the focus some time after it shows the line.
      await eventually(async () => {
        if ((await selected()) !== view) return true;
        await focus(panel, ".tab[aria-selected=true]");
        if (await panel.evaluate(() => document.hasFocus())) await press("ArrowRight");
        return undefined;
      });
    }
    await focus(panel, ".tab[aria-selected=true]");
    for (let turn = 0; turn < 4; turn += 1) await press("ArrowLeft");
  });

  it("walks the table by keyboard: arrows move, Space swaps, Enter shows the source", async () => {
    const grid = panel.locator(".grid");
    await grid.focus();
    await press("Home");
    await press("ArrowDown");
    await eventually(async () =>
      (await panel.locator(".row[aria-selected=true] bdi").textContent()) === "layer1.0.conv1"
        ? true
        : undefined,
    );
    await press("Space");
    await panel.locator(".readout", { hasText: /^1 of 16 swapped/ }).waitFor();
    await press("Space");
    await untilCard(panel, "MACs", resnet18.macs);
    await press("ArrowDown");
    await press("Enter");
    await line(resnet18.blockConv2.line);

    await focus(panel, "[role=columnheader].macs .sort");
    await press("Enter");
    await panel.locator("[role=columnheader].macs[aria-sort=descending]").waitFor();
    await focus(panel, "[role=columnheader].macs .sort");
    await press("Enter");
    await panel.locator("[role=columnheader].macs[aria-sort=ascending]").waitFor();

    await focus(panel, ".menu summary");
    await press("Enter");
    await panel.locator(".menu[open]").waitFor();
    await press("Escape");
    await panel.locator(".menu:not([open])").waitFor();
  });

  it("jumps from the side bar and from the native tree by keyboard", async () => {
    const { page } = workbench;
    await sidebar.locator(".dearest .layer").nth(1).focus();
    await press("Enter");
    await line(resnet18.blockConv1.line);

    await runCommand(workbench, "ConvLens: Focus on Layers View");
    const tree = page.locator(".part.sidebar .monaco-list[aria-label*='Layers']");
    await tree.locator(".monaco-list-row", { hasText: "layer1" }).waitFor();
    await press("Home");
    await tree.locator(".monaco-list-row.focused", { hasText: "conv1" }).waitFor();
    await press("Enter");
    await line(resnet18.stem.line);
  });

  it("has no serious finding of axe, in the panel and the side bar, in four themes", async () => {
    const axe = readFileSync(await installAxe(), "utf8");
    await panel.getByRole("button", { name: /^all \d+/ }).click();
    for (const theme of Object.keys(themes)) {
      await useTheme(workbench, theme);
      await screenshot(workbench, "access", { theme, ...WIDE });
      await holds(async () => {
        assert.deepEqual(await seriousFindings(panel, axe), [], `the panel in ${theme}`);
        assert.deepEqual(await seriousFindings(sidebar, axe), [], `the side bar in ${theme}`);
      });
    }
    await useTheme(workbench, "dark");
    await panel.getByRole("button", { name: "Reset" }).click();
  });

  it("moves nothing where motion is not wanted", async () => {
    await workbench.page.emulateMedia({ reducedMotion: "reduce" });
    await panel.getByRole("button", { name: /^all \d+/ }).click();
    await untilCard(panel, "MACs", resnet18.swappedMacs);
    assert.equal(await panel.evaluate(() => document.getAnimations().length), 0);
    await panel.getByRole("button", { name: "Reset" }).click();
    await workbench.page.emulateMedia({ reducedMotion: null });
  });

  it("fits 300 pixels, and a window at twice the size", async () => {
    const { page } = workbench;
    for (const [name, size] of [
      ["panel-300", { width: 700, height: 1000 }],
      ["panel-zoomed", { width: 750, height: 500 }],
    ]) {
      if (name === "panel-300") await runCommand(workbench, "View: Close Primary Side Bar");
      await page.setViewportSize(size);
      await eventually(async () => ((await panel.evaluate(() => innerWidth)) < 400 ? true : undefined), {
        what: "a narrow panel",
      });
      await screenshot(workbench, name, size);
      await holds(async () => {
        const outside = await panel.evaluate(controlsOutside);
        assert.deepEqual(outside, [], `in ${await panel.evaluate(() => innerWidth)} px`);
      });
    }
    await page.setViewportSize(WIDE);
  });

  it("has a walkthrough with pictures", async () => {
    const { page } = workbench;
    await runCommand(workbench, "View: Close All Editors");
    await runCommand(workbench, "Welcome: Open Walkthrough...", { asks: true });
    const entry = page.locator(".quick-input-list .monaco-list-row.focused", { hasText: "ConvLens" });
    await holds(async () => {
      await page.locator(".quick-input-widget input:visible").first().fill("ConvLens", { timeout: 5_000 });
      await entry.waitFor({ timeout: 2_000 });
    });
    await page.keyboard.press("Enter");
    const picture = page.locator(".getting-started-media img, .gettingStartedContainer img").first();
    await picture.waitFor({ timeout: 30_000 });
    await eventually(
      async () => ((await picture.evaluate(({ naturalWidth }) => naturalWidth)) > 100 ? true : undefined),
      { what: "the picture of the first step" },
    );
    await screenshot(workbench, "walkthrough", WIDE);
  });
});

describe("Japanese in the workbench", () => {
  let workbench;
  before(async () => {
    workbench = await openWorkbench({ workspace, locale: "ja", viewport: WIDE });
  });
  afterEach(function () {
    return keepEvidence(workbench, this.currentTest);
  });
  after(() => workbench?.close());

  it("speaks Japanese in lenses, the side bar and the panel", async () => {
    await openFile(workbench, smallCnn.file);
    await holds(async () => {
      const lenses = await lensTexts(workbench, { atLeast: smallCnn.layers.length + 1 });
      assert.match(lenses.join("\n"), /2\.22 M MACs · パラメーター 8\.04 k/);
    });
    await openView(workbench, "ConvLens");
    const sidebar = await webviewFrame(workbench, "main.sidebar .network-card");
    await holds(async () => assert.match(await textOf(sidebar), /入力 1×3×32×32/));
    await sidebar.getByRole("button", { name: "プロファイル" }).click();
    const panel = await webviewFrame(workbench, ".panel canvas");
    await untilCard(panel, "MACs", smallCnn.macs);
    await holds(async () => assert.match(await textOf(panel), /ツリーマップ/));
    assert.equal(await panel.evaluate(() => document.documentElement.lang), "ja");
    await screenshot(workbench, "panel-japanese", WIDE);
  });
});

/** Runs in the page: the controls that reach over its left or right edge. */
function controlsOutside() {
  const controls = document.querySelectorAll("button, input, select, summary, [role=slider], [role=grid]");
  return [...controls]
    .filter((one) => one.checkVisibility({ opacityProperty: true }))
    .filter((one) => {
      const { left, right } = one.getBoundingClientRect();
      return left < -1 || right > innerWidth + 1;
    })
    .map((one) => one.getAttribute("aria-label") ?? one.textContent);
}

/** Runs in the page. Custom elements hold the focus inside: what is outside has the name. */
function nameOfFocus() {
  const one = document.activeElement;
  return (one?.getAttribute("aria-label") ?? one?.textContent ?? "").trim() || (one?.id ?? "");
}
