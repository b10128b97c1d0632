import { describe, expect, it } from "vitest";
import { translator } from "../../../webview/shared/l10n.ts";

describe("translator", () => {
  it("fills in arguments in the order of each language", () => {
    expect(translator("en")("count.layers.of", 3, 20)).toBe("3 of 20 layers");
    expect(translator("ja")("count.layers.of", 3, 20)).toBe("20 レイヤー中 3");
  });

  it("takes a locale as VS Code writes it, and English for languages it does not have", () => {
    expect(translator("ja-JP")("view.layers")).toBe("レイヤー");
    expect(translator("fr")("view.layers")).toBe("Layers");
  });
});
