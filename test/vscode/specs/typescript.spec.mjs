/**
 * TensorFlow.js in the workbench: one hover a place, by the plugin in tsserver where there is one, else by the language
 * server. Parameters and shapes are those of the real library's summary for the same model.
 */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { root } from "../../../scripts/lib/project.mjs";
import {
  freshHoverAt,
  holds,
  keepEvidence,
  lensTexts,
  openFile,
  openWorkbench,
  screenshot,
} from "../lib/workbench.mjs";

const workspace = path.join(root, "test", "vscode", "typescript");

/** Figures of the layer on line 7, once each: 8²·5²·8·16 MACs and 5²·8·16 + 16 parameters. */
function assertOneHover(text) {
  assert.equal(text.match(/8²·5²·8·16/g)?.length, 1, text);
  assert.match(text, /205 k/);
  assert.match(text, /3\.2\d? k|3,216/);
  assert.match(text, /of digits/);
}

describe("TensorFlow.js with the built-in tsserver", () => {
  let workbench;
  before(async () => {
    workbench = await openWorkbench({ workspace });
  });
  afterEach(function () {
    return keepEvidence(workbench, this.currentTest);
  });
  after(() => workbench?.close());

  /** Until the hover over a word of line 7 has the figures once, and what else is asked of it. */
  function hovers(word, check) {
    const read = async () => {
      const text = await freshHoverAt(workbench, 7, word);
      assert.doesNotMatch(text, /loading/i);
      assertOneHover(text);
      check(text);
    };
    return holds(read, { timeout: 60_000 });
  }

  it("never shows two while TypeScript starts", async () => {
    await openFile(workbench, "digits.ts");
    // Lenses move the lines: what is hovered before lies elsewhere.
    await lensTexts(workbench, { atLeast: 4 });
    for (const word of ["wide", "conv2d", "filters", "16", "kernelSize", "wide", "conv2d", "16"]) {
      const text = await freshHoverAt(workbench, 7, word);
      assert.ok((text.match(/8²·5²·8·16/g)?.length ?? 0) <= 1, text);
    }
  });

  it("shows one hover, TypeScript's own with the figures in it", async () => {
    await openFile(workbench, "digits.ts");
    await holds(async () => {
      const lenses = await lensTexts(workbench, { atLeast: 4 });
      assert.match(lenses.join("\n"), /205 k MACs · 3\.22 k params · 8×8×16/);
    });
    await hovers("wide", (text) => {
      assert.match(text, /const wide/);
      assert.doesNotMatch(text, /Simulate/);
    });
    await screenshot(workbench, "hover-typescript");
  });

  it("shows it where TypeScript itself has nothing to say", async () => {
    await hovers("16", (text) => assert.doesNotMatch(text, /Simulate/));
  });
});

describe("TensorFlow.js where tsserver has no plugin", () => {
  let workbench;
  let extension;
  before(async () => {
    extension = await mkdtemp(path.join(tmpdir(), "convlens-bare-"));
    for (const name of ["package.nls.json", "dist", "l10n", "media"]) {
      await symlink(path.join(root, name), path.join(extension, name));
    }
    // Not merely unresolved: a node_modules above the temporary folder might hold the plugin.
    const manifest = JSON.parse(await readFile(path.join(root, "package.json"), "utf8"));
    manifest.contributes.typescriptServerPlugins = [];
    await writeFile(path.join(extension, "package.json"), JSON.stringify(manifest));
    workbench = await openWorkbench({ workspace, extensions: [extension] });
  });
  afterEach(function () {
    return keepEvidence(workbench, this.currentTest);
  });
  after(async () => {
    await workbench?.close();
    await rm(extension, { recursive: true, force: true });
  });

  it("shows one hover with figures, the language server's", async () => {
    await openFile(workbench, "digits.ts");
    await lensTexts(workbench, { atLeast: 4 });
    const read = async () => {
      const text = await freshHoverAt(workbench, 7, "wide");
      assertOneHover(text);
      assert.match(text, /Simulate/);
    };
    await holds(read, { timeout: 60_000 });
  });
});
