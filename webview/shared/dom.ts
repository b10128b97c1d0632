/** Makes elements. Text only ever enters the page as text nodes, so that a name from code is never read as HTML. */

type Attributes = Readonly<Record<string, string | number | boolean | null | undefined>>;
type Child = Node | string;

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
  made.append(...children);
  return made;
}

export function setAttribute(
  target: Element,
  name: string,
  value: string | number | boolean | null | undefined,
): void {
  if (value === false || value === null || value === undefined) target.removeAttribute(name);
  else target.setAttribute(name, value === true ? "" : String(value));
}

/** Writes only what changed, which keeps a virtualised table cheap to refresh. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
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
