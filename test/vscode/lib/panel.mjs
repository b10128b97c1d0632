/** Readings of the panel's page that several specs need. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { eventually, holds } from "./workbench.mjs";

/** What is drawn, line by line. */
export async function textOf(frame) {
  // biome-ignore lint/performance/useDomNodeTextContent: textContent runs cells together and tells hidden text too
  const text = await frame.evaluate(() => document.body.innerText);
  return text.replaceAll("\u00a0", " ");
}

/** The figure of a card, by its label: `4.09 G`. */
export function cardFigure(frame, label) {
  return frame.evaluate((wanted) => {
    for (const card of document.querySelectorAll(".card")) {
      if (card.querySelector(".card-label")?.textContent === wanted) {
        return card.querySelector(".card-figure")?.title.split(" ")[0] ?? "";
      }
    }
    return "";
  }, label);
}

/** Waits until a card shows this figure, to the last digit. */
export function untilCard(frame, label, value) {
  const wanted = value.toLocaleString("en-US");
  let last = "";
  const read = async () => {
    last = await cardFigure(frame, label);
    return last === wanted ? last : undefined;
  };
  return eventually(read, { timeout: 20_000, what: `${label} ${wanted}` }).catch((error) => {
    throw new Error(`${error.message}, it shows ${last}`);
  });
}

/** Types a number into one of the panel's fields, as a person who presses Enter does. */
export async function typeNumber(frame, label, value) {
  const field = frame.locator(`input[type=number][aria-label^="${label}"]`);
  await field.fill(String(value));
  await field.press("Enter");
}

/** Ticks the changes of the refactoring preview and applies them. */
export async function applyPreview({ page }) {
  const preview = page.locator(".bulk-edit-panel");
  const boxes = preview.locator(".monaco-list-row input[type=checkbox], .monaco-list-row .edit-checkbox");
  await boxes.first().click({ timeout: 30_000 });
  await preview.getByRole("button", { name: "Apply" }).click();
  await preview.waitFor({ state: "hidden", timeout: 30_000 });
}

/** Serious and critical findings of axe, each as `rule: element`. */
export async function seriousFindings(frame, axe) {
  await frame.evaluate(axe);
  return frame.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"],
    });
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .flatMap(({ id, nodes }) =>
        nodes.map(({ target, any }) => `${id}: ${target.join(" ")} ${any[0]?.message ?? ""}`),
      );
  });
}

/** Saves what the menu's item exports under the name that is offered, and gives the file's text. */
export async function saveExport(workbench, panel, { item, name, encoding = "utf8" }) {
  const { page } = workbench;
  const asked = page.locator(".quick-input-widget input:visible").first();
  await holds(async () => {
    if ((await panel.locator(".menu[open]").count()) === 0) await panel.locator(".menu summary").click();
    await panel.locator(".menu-item", { hasText: item }).click({ timeout: 5_000 });
    await asked.waitFor({ timeout: 10_000 });
  });
  await holds(async () => assert.ok((await asked.inputValue()).endsWith(name)));
  await page.keyboard.press("Enter");
  const file = path.join(workbench.folder, name);
  let size = 0;
  // All of it, not what of it is on the disk by now.
  await eventually(
    async () => {
      const last = size;
      size = existsSync(file) ? readFileSync(file).length : 0;
      return size > 0 && size === last ? true : undefined;
    },
    { what: name },
  );
  await page.keyboard.press("Escape");
  return readFileSync(file, encoding);
}
