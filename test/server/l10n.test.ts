import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import japanese from "../../l10n/bundle.l10n.ja.json" with { type: "json" };
import english from "../../l10n/bundle.l10n.json" with { type: "json" };
import { SWAP_OBSTACLES } from "../../src/engine/cost/separable.ts";
import { createTranslate } from "../../src/present/l10n.ts";

const root = path.join(import.meta.dirname, "../..");

/** Every sentence that the sources pass to `t`. */
function sentences(): Set<string> {
  const files = ["src/present", "src/server", "src/extension"].flatMap((folder) =>
    readdirSync(path.join(root, folder)).map((name) => path.join(root, folder, name)),
  );
  const calls = files.flatMap((file) => [
    ...readFileSync(file, "utf8").matchAll(/\bt\(\s*"((?:[^"\\]|\\.)*)"/g),
  ]);
  return new Set(calls.map((call) => JSON.parse(`"${call[1]}"`) as string));
}

describe("the bundles", () => {
  it("have every sentence of the server and the extension, in both languages, and no others", () => {
    const used = [...sentences(), ...Object.values(SWAP_OBSTACLES)].sort();
    expect(Object.keys(english).sort()).toEqual(used);
    expect(Object.keys(japanese).sort()).toEqual(used);
  });

  it("keep the same arguments in both languages", () => {
    const holes = (text: string) => [...new Set(text.match(/\{\d+\}/g))].sort();
    for (const [key, text] of Object.entries(japanese)) expect([key, holes(text)]).toEqual([key, holes(key)]);
  });

  it("speak of depthwise and pointwise convolutions by one word each in Japanese, as the panel and the manual do", () => {
    const files = [
      ...["l10n/bundle.l10n.ja.json", "package.nls.ja.json", "media/walkthrough/separable.ja.md"],
      ...["webview/shared/l10n.ts", "webview/shared/lessonWords.ts"],
    ];
    for (const file of files) {
      const text = readFileSync(path.join(root, file), "utf8");
      expect([file, text.match(/深さ方向|深度方向|点ごと|点単位|デプスワイズ分離(?!可能)/g)]).toEqual([
        file,
        null,
      ]);
    }
  });

  it("are chosen by the locale's language", () => {
    expect(createTranslate("ja")("stride {0}", 2)).toBe("ストライド 2");
    expect(createTranslate("fr")("stride {0}", 2)).toBe("stride 2");
    expect(createTranslate(undefined)("stride {0}", 2)).toBe("stride 2");
  });
});
