/**
 * Makes elements. Text only ever enters the page as text nodes, so that a name from code is never read as HTML, and with
 * control and bidirectional characters made visible, so that none turns the figures beside it around.
 */
import { visible } from "../../src/engine/base/visible.ts";

type Attributes = Readonly<Record<string, string | number | boolean | null | undefined>>;
type Child = Node | string;

/** Attributes that are read by people. */
const READ: ReadonlySet<string> = new Set(["title", "aria-label", "aria-description"]);

/**
 * `attributes` are set as attributes: `true` as present, `false`, `null` and `undefined` as absent
 * (write "true" and "false" for ARIA states).
 */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(made, name, value);
  made.append(...children.map((child) => (typeof child === "string" ? visible(child) : child)));
  return made;
}

export function setAttribute(
  target: Element,
  name: string,
  value: string | number | boolean | null | undefined,
): void {
  if (value === false || value === null || value === undefined) target.removeAttribute(name);
  else
    target.setAttribute(name, value === true ? "" : READ.has(name) ? visible(String(value)) : String(value));
}

/** Writes only what changed, which keeps a virtualised table cheap to refresh. */
export function setText(target: Element, text: string): void {
  const shown = visible(text);
  if (target.textContent !== shown) target.textContent = shown;
}

/** Focus shown by an outline: the reader came by keyboard. */
export function hasKeyboardFocus(target: Element): boolean {
  return target.matches(":focus-visible");
}

/** Joins the calls of one frame: the last one runs before the next paint. */
export function oncePerFrame(work: () => void): () => void {
  let scheduled = false;
  return () => {
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(() => {
      scheduled = false;
      work();
    });
  };
}
