/**
 * `npm run screenshots`: the README's and the walkthrough's pictures, taken from the real VS Code with the extension as
 * it is now. usage: node scripts/screenshots.mjs
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  eventually,
  goToLine,
  hoverAt,
  lensTexts,
  openFile,
  openView,
  openWorkbench,
  runCommand,
  useTheme,
  webviewFrame,
} from "../test/vscode/lib/workbench.mjs";
import { installCodeServer, installPlaywright } from "./lib/code-server.mjs";
import { smallerPng } from "./lib/png.mjs";
import { build, ensureInstalled, root } from "./lib/project.mjs";

const FILE = "mobilenet_v1_plain.py";
/** One line a layer: what a lens and a hover are at their clearest. */
const SMALL = "small_cnn.py";
const MOST_BYTES = 300_000;
const folders = {
  screenshots: path.join(root, "media/screenshots"),
  walkthrough: path.join(root, "media/walkthrough"),
};

await ensureInstalled();
await installCodeServer();
await installPlaywright();
if ((await build(["--production"])) !== 0) process.exit(1);
for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });

const workbench = await openWorkbench({
  workspace: path.join(root, "examples"),
  settings: {
    "convlens.budgetMacs": 1e9,
    "git.enabled": true,
    "window.title": "ConvLens",
    "editor.fontSize": 14,
    "breadcrumbs.enabled": false,
    "workbench.statusBar.visible": true,
  },
  viewport: { width: 1400, height: 860 },
  prepare: commitNarrower,
});
try {
  await takeAll();
} finally {
  await workbench.close();
}

/** The side bar has a change to tell when the last commit holds the network at another width. */
async function commitNarrower(folder) {
  const file = path.join(folder, FILE);
  const text = readFileSync(file, "utf8");
  const git = (...args) =>
    execFileSync("git", ["-c", "user.name=ConvLens", "-c", "user.email=convlens@localhost", ...args], {
      cwd: folder,
    });
  writeFileSync(file, text.replace("(1024, 1),\n", ""));
  git("init", "-q");
  git("add", ".");
  git("commit", "-q", "-m", "Twelve blocks");
  writeFileSync(file, text);
  copyFileSync(path.join(root, "test/vscode/workspace", SMALL), path.join(folder, SMALL));
}

async function takeAll() {
  const { page } = workbench;
  await runCommand(workbench, "View: Close Primary Side Bar");
  await openFile(workbench, SMALL);
  await lensTexts(workbench, { atLeast: 6 });
  await goToLine(workbench, 19);
  const code = { x: 48, y: 0, width: 860, height: 520 };
  await take("screenshots", "lens-dark", code);
  await take("walkthrough", "lens", code);

  await hoverAt(workbench, 9, "Conv2d");
  await sleep(400);
  await take("screenshots", "hover-dark", { ...code, width: 1160, height: 580 });
  await take("walkthrough", "hover", { ...code, width: 1160, height: 580 });
  await page.mouse.move(700, 850);
  await page.keyboard.press("Escape");

  await openFile(workbench, FILE);
  await lensTexts(workbench, { atLeast: 2 });
  await goToLine(workbench, 37);
  await runCommand(workbench, "ConvLens: Profile Network");
  const panel = await webviewFrame(workbench, ".panel canvas");
  await panel.getByText("4.87 G").first().waitFor();
  await page.mouse.move(300, 850);
  await take("walkthrough", "panel", await panelBox());
  await panel.getByRole("button", { name: /^all \d+/ }).click();
  await panel.getByText("568.7 M").first().waitFor();
  await take("screenshots", "panel-dark");
  await take("walkthrough", "simulate", await panelBox());
  await useTheme(workbench, "light");
  await take("screenshots", "panel-light");
  await useTheme(workbench, "dark");

  await runCommand(workbench, "ConvLens: Compare Networks or Revisions", { asks: true });
  await page.locator(".quick-input-list .monaco-list-row", { hasText: "Twelve blocks" }).waitFor();
  await page.keyboard.type("Twelve");
  await page.keyboard.press("Enter");
  const comparison = await webviewFrame(workbench, ".compare .diff");
  await comparison.locator(".diff-row").first().waitFor();
  await runCommand(workbench, "View: Join All Editor Groups");
  await page.locator(".tab", { hasText: "↔" }).click();
  await take("walkthrough", "compare", { x: 48, y: 0, width: 1050, height: 560 });

  await runCommand(workbench, "View: Close All Editors");
  await openFile(workbench, FILE);
  await lensTexts(workbench, { atLeast: 2 });
  await openView(workbench, "ConvLens");
  const sidebar = await webviewFrame(workbench, "main.sidebar .network-card");
  await sidebar.getByText("since the last commit").waitFor();
  await take("screenshots", "sidebar-dark", { x: 0, y: 0, width: 900, height: 700 });
  await take("walkthrough", "sidebar", { x: 0, y: 0, width: 900, height: 700 });

  async function panelBox() {
    const frame = page.locator("iframe.webview.ready").last();
    return fitted(await frame.boundingBox());
  }

  function fitted({ x, y, width, height }) {
    const view = page.viewportSize();
    return { x, y, width: Math.min(width, view.width - x), height: Math.min(height, view.height - y) };
  }
}

/** Takes one picture, once nothing moves; a part of the window when `clip` says which. */
async function take(folder, name, clip) {
  const { page } = workbench;
  await page
    .locator(".notifications-toasts.visible")
    .waitFor({ state: "hidden", timeout: 2_000 })
    .catch(() => {});
  await sleep(700);
  const file = path.join(folders[folder], `${name}.png`);
  writeFileSync(file, smallerPng(await page.screenshot(clip ? { clip } : {})));
  const { size } = statSync(file);
  await eventually(async () => (size < MOST_BYTES ? true : undefined), {
    timeout: 0,
    what: `${name} under 300 kB`,
  });
  console.log(`${path.relative(root, file)}  ${Math.round(size / 1000)} kB`);
}
