/** Text from code in the webviews, with as much of a document as it takes. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { element, setText } from "../../../webview/shared/dom.ts";

interface Made {
  textContent: string;
  readonly children: unknown[];
  readonly attributes: Map<string, string>;
}

beforeEach(() => {
  const createElement = () => {
    const made: Made = { textContent: "", children: [], attributes: new Map() };
    return {
      ...made,
      append: (...children: unknown[]) => made.children.push(...children),
      setAttribute: (name: string, value: string) => made.attributes.set(name, value),
    };
  };
  vi.stubGlobal("document", { createElement });
});
afterEach(() => vi.unstubAllGlobals());

describe("a name that turns the direction of reading", () => {
  const name = "a\u202eb\x07";
  it("is shown as escapes, in text and in what is read of an attribute", () => {
    const made = element(
      "span",
      { title: name, "aria-label": name, "data-layer": name },
      name,
    ) as unknown as Made;
    expect(made.children).toEqual(["a\\u202eb\\x07"]);
    expect(Object.fromEntries(made.attributes)).toEqual({
      title: "a\\u202eb\\x07",
      "aria-label": "a\\u202eb\\x07",
      "data-layer": name,
    });
  });

  it("is shown as escapes where a text is replaced", () => {
    const target = { textContent: "" };
    setText(target as Element, name);
    expect(target.textContent).toBe("a\\u202eb\\x07");
  });
});
