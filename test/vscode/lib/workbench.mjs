/**
 * A real VS Code workbench for tests: code-server with the built extension, opened in headless Chromium,
 * and the few gestures and readings that tests are made of. What it needs comes from ../install.sh.
 */
import { openSync, readFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import {
  linkExtensions,
  playwrightEntry,
  startCodeServer,
  workbenchFolder,
} from "../../../scripts/lib/code-server.mjs";
import { root } from "../../../scripts/lib/project.mjs";

export const outFolder = path.join(root, "out");
export const screenshotFolder = path.join(outFolder, "screenshots");

const chromiumFlags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Quiet, and the same on every machine. */
const baseSettings = {
  "security.workspace.trust.enabled": false,
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.layoutControl.enabled": false,
  "workbench.enableExperiments": false,
  "chat.disableAIFeatures": true,
  "chat.commandCenter.enabled": false,
  "telemetry.telemetryLevel": "off",
  "extensions.ignoreRecommendations": true,
  "update.mode": "none",
  "git.enabled": false,
  "window.commandCenter": false,
  "editor.minimap.enabled": false,
  "editor.hover.delay": 100,
  "workbench.colorTheme": "Dark Modern",
};

export const themes = {
  dark: { label: "Dark Modern", marker: "vs-dark" },
  light: { label: "Light Modern", marker: "vs" },
  "high-contrast": { label: "Dark High Contrast", marker: "hc-black" },
  "high-contrast-light": { label: "Light High Contrast", marker: "hc-light" },
};

/**
 * Starts VS Code on a copy of `workspace` and waits until its workbench is drawn.
 * `extensions` are folders with a package.json, linked as they are; `env` reaches the extension host; `prepare` is
 * called with the copy before it is opened; `locale` is VS Code's display language.
 */
export async function openWorkbench({
  workspace,
  extensions = [root],
  settings = {},
  env = {},
  locale,
  viewport = { width: 1280, height: 900 },
  prepare = async () => {},
}) {
  const { chromium } = await import(pathToFileURL(playwrightEntry).href);
  const home = await mkdtemp(path.join(tmpdir(), "convlens-vscode-"));
  const folder = path.join(home, "workspace");
  await cp(workspace, folder, { recursive: true });
  await prepare(folder);
  await linkExtensions(path.join(home, "extensions"), extensions);
  await mkdir(path.join(home, "data", "User"), { recursive: true });
  await writeFile(
    path.join(home, "data", "User", "settings.json"),
    JSON.stringify({ ...baseSettings, ...settings }, null, 2),
  );

  if (locale) await installLanguage(path.join(home, "data"), locale);

  await mkdir(outFolder, { recursive: true });
  const server = await startCodeServer({
    userData: path.join(home, "data"),
    extensions: path.join(home, "extensions"),
    folder,
    log: openSync(path.join(outFolder, "code-server.log"), "a"),
    env,
  });
  let browser;
  const close = async () => {
    await browser?.close();
    await server.stop();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    browser = await chromium.launch({
      executablePath: process.env.CONVLENS_CHROMIUM ?? "/usr/bin/chromium",
      args: chromiumFlags,
    });
    const context = await browser.newContext({ viewport, ...(locale ? { locale } : {}) });
    const page = await context.newPage();
    if (locale) await speak(page, locale);
    const pageErrors = [];
    page.on("pageerror", (error) => pageErrors.push(String(error)));
    await page.goto(`${server.address}/?folder=${encodeURIComponent(folder)}`);
    await page.waitForSelector(".monaco-workbench .part.editor", { timeout: 60_000 });
    return { page, browser, folder, home, pageErrors, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * A language pack without a word in it: VS Code then runs in that language, shows its own words in English, and has
 * extensions show theirs. Real packs come from a marketplace.
 */
async function installLanguage(data, locale) {
  const strings = path.join(data, "words.i18n.json");
  await writeFile(strings, JSON.stringify({ "": [], version: "1.0.0", contents: {} }));
  const pack = {
    hash: "0",
    label: locale,
    extensions: [{ extensionIdentifier: { id: `test.${locale}` }, version: "1.0.0" }],
    translations: { vscode: strings },
  };
  await writeFile(path.join(data, "languagepacks.json"), JSON.stringify({ [locale]: pack }));
}

/** The workbench's own words come from a server that is not there: they are answered with the English ones. */
async function speak(page, locale) {
  const words = readFileSync(path.join(workbenchFolder, "out", "nls.messages.js"), "utf8");
  const body = `${words}\nglobalThis._VSCODE_NLS_LANGUAGE = ${JSON.stringify(locale)};`;
  await page.route(/\/nls\.messages\.js/, (route) => route.fulfill({ body, contentType: "text/javascript" }));
}

// -------------------------------------------------------------------- gestures

/** Opens the quick input by a shortcut; a webview that has the focus would swallow what is typed next. */
async function openQuickInput(page, ...keys) {
  await page.evaluate(() => {
    document.activeElement?.blur();
    window.focus();
  });
  for (const key of keys) await page.keyboard.press(key);
  await page.waitForSelector(".quick-input-widget input", { state: "visible", timeout: 10_000 });
}

/**
 * Takes an entry of the quick input that the keys open, once it is the one that Enter would take. A webview that loads
 * takes the focus and closes it: then it is opened again.
 */
async function pick(page, keys, text, entry) {
  const focused = page.locator(".quick-input-list .monaco-list-row.focused", { hasText: entry });
  await ask(page, keys, text, () => focused.waitFor({ timeout: 10_000 }));
}

/** Types into the quick input that the keys open, and takes it by Enter once `ready`; from the start where it closes. */
async function ask(page, keys, text, ready) {
  const attempt = async () => {
    try {
      await openQuickInput(page, ...keys);
      await page.locator(".quick-input-widget input:visible").first().fill(text, { timeout: 5_000 });
      await ready();
      await page.keyboard.press("Enter");
      return true;
    } catch {
      await page.keyboard.press("Escape");
      return undefined;
    }
  };
  await eventually(attempt, { timeout: 60_000, what: `"${text}" in the quick input` });
}

/** Opens a file of the workspace by quick open. */
export async function openFile({ page }, name) {
  await pick(page, ["Control+P"], name, path.basename(name));
  await page.locator(".tab.active", { hasText: path.basename(name) }).waitFor({ timeout: 20_000 });
  await page.waitForSelector(".editor-instance .view-lines .view-line", { timeout: 20_000 });
}

/** Runs a command by its title in the command palette; `asks` when it goes on with a list of its own. */
export async function runCommand({ page }, title, { asks = false } = {}) {
  await pick(page, ["F1"], `>${title}`, title.replace(/^[^:]+: /, ""));
  if (!asks) await page.waitForSelector(".quick-input-widget", { state: "hidden", timeout: 20_000 });
}

/** Opens a container of the activity bar by its title; a click on the open one would close it. */
export async function openView({ page }, title) {
  const opened = page.locator(".part.sidebar .composite.title", { hasText: new RegExp(title, "i") });
  if (await opened.isVisible()) return;
  await page.locator(`.activitybar .action-label[aria-label^="${title}"]`).first().click();
  await opened.waitFor();
}

export async function goToLine({ page }, line, column = 1) {
  const told = page.locator(".quick-input-list .monaco-list-row", { hasText: `line ${line}` });
  await ask(page, ["Control+G"], `:${line}:${column}`, () => told.waitFor({ timeout: 5_000 }));
  await page.waitForSelector(".quick-input-widget", { state: "hidden" });
}

/** Changes the colour theme through its own picker. */
export async function useTheme({ page }, theme) {
  const { label, marker } = themes[theme];
  if ((await page.locator(`.monaco-workbench.${marker}`).count()) > 0) return;
  const worn = () => page.waitForSelector(`.monaco-workbench.${marker}`, { timeout: 20_000 });
  await ask(page, ["Control+K", "Control+T"], label, worn);
  await page.waitForSelector(".quick-input-widget", { state: "hidden" });
}

/**
 * Keeps a picture as build output: `out/screenshots/NAME-THEME-WIDTH.png`. Where theme and size stay as they are,
 * nothing is touched, so that a hover stays open.
 */
export async function screenshot(workbench, name, { theme = "dark", width = 1280, height = 900 } = {}) {
  await useTheme(workbench, theme);
  const size = workbench.page.viewportSize();
  if (size.width !== width || size.height !== height) {
    await workbench.page.setViewportSize({ width, height });
  }
  await sleep(500);
  await mkdir(screenshotFolder, { recursive: true });
  const file = path.join(screenshotFolder, `${name}-${theme}-${width}.png`);
  await workbench.page.screenshot({ path: file });
  return file;
}

/** Called after each test: keeps what a failed one leaves, a picture and VS Code's logs, in `out/failed/TITLE`. */
export async function keepEvidence(workbench, test) {
  if (test?.state !== "failed" || !workbench) return;
  const folder = path.join(outFolder, "failed", test.fullTitle().replace(/[^a-z]+/gi, "-"));
  await mkdir(folder, { recursive: true });
  await workbench.page.screenshot({ path: path.join(folder, "screen.png") });
  await cp(path.join(workbench.home, "data", "logs"), path.join(folder, "logs"), { recursive: true });
}

// -------------------------------------------------------------------- readings

/** Texts of the lenses now on screen, from top to bottom, once there are at least `atLeast`. */
export async function lensTexts({ page }, { atLeast = 1, timeout = 120_000 } = {}) {
  const read = async () => {
    const found = await page.locator(".codelens-decoration").evaluateAll((elements) =>
      elements
        .map((element) => ({ text: element.textContent ?? "", top: element.getBoundingClientRect().top }))
        .filter(({ text }) => text.trim() !== "")
        .sort((a, b) => a.top - b.top)
        .map(({ text }) => text.replaceAll("\u00a0", " ").trim()),
    );
    return found.length >= atLeast ? found : undefined;
  };
  return eventually(read, { timeout, what: `${atLeast} lenses` });
}

/** Text of the hover over the first occurrence of `word` on a line that is on screen. */
export async function hoverAt({ page }, line, word, { timeout = 30_000 } = {}) {
  await goToLine({ page }, line);
  const box = await eventually(() => wordBox(page, word), { timeout, what: `"${word}" on screen` });
  const read = async () => {
    await page.mouse.move(box.x + box.width / 2 + Math.random(), box.y + box.height / 2);
    await sleep(400);
    const texts = await page.locator(".monaco-hover:not(.hidden) .hover-contents").allInnerTexts();
    const text = texts.join("\n").replaceAll("\u00a0", " ").trim();
    if (text !== "" && !/^Loading/.test(text)) return text;
    await page.mouse.move(5, 5);
    return undefined;
  };
  return eventually(read, { timeout, what: `a hover on "${word}"` });
}

/** A large hover stays while the pointer is over it, so the one before is closed first. */
export async function freshHoverAt(workbench, line, word) {
  await workbench.page.mouse.move(5, 5);
  await workbench.page.keyboard.press("Escape");
  const open = workbench.page.locator(".monaco-hover:not(.hidden) .hover-contents");
  await eventually(async () => ((await open.count()) > 0 ? undefined : true), { what: "the hover to close" });
  return hoverAt(workbench, line, word);
}

/** Where `word` is drawn on the line of the cursor. */
function wordBox(page, word) {
  return page.evaluate((wanted) => {
    const cursor = document.querySelector(".editor-instance .cursors-layer .cursor")?.getBoundingClientRect();
    if (!cursor) return undefined;
    for (const line of document.querySelectorAll(".editor-instance .view-lines .view-line")) {
      const { top, bottom } = line.getBoundingClientRect();
      if (cursor.top + 2 < top || cursor.top + 2 > bottom) continue;
      const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const start = node.data.replaceAll("\u00a0", " ").indexOf(wanted);
        if (start < 0) continue;
        const range = document.createRange();
        range.setStart(node, start);
        range.setEnd(node, start + wanted.length);
        const { x, y, width, height } = range.getBoundingClientRect();
        return { x, y, width, height };
      }
    }
    return undefined;
  }, word);
}

/** The innermost webview frame that holds `selector`. */
export async function webviewFrame({ page }, selector, { timeout = 30_000 } = {}) {
  const find = async () => {
    for (const frame of page.frames()) {
      const found = await frame
        .locator(selector)
        .count()
        .catch(() => 0);
      if (frame !== page.mainFrame() && found > 0) return frame;
    }
    return undefined;
  };
  return eventually(find, { timeout, what: `a webview with ${selector}` });
}

/** Looks again until no assertion fails; what the last look found is the error. Pages draw when they come to it. */
export async function holds(look, { timeout = 20_000 } = {}) {
  const end = Date.now() + timeout;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (Date.now() > end) throw error;
      await sleep(100);
    }
  }
}

/** Asks again until there is an answer that is not undefined. */
export async function eventually(read, { timeout = 20_000, what = "the condition" } = {}) {
  const end = Date.now() + timeout;
  for (;;) {
    const answer = await read();
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw new Error(`waited ${timeout / 1000} s for ${what}`);
    await sleep(100);
  }
}
