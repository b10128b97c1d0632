/** Readings of the panel's page that several specs need. */
import { eventually } from "./workbench.mjs";

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
