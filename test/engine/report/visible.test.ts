/** Names from code steer nothing that shows them, in any format. */
import { describe, expect, it } from "vitest";
import { markdownText, visible, visibleJson } from "../../../src/engine/base/visible.ts";
import type { Report } from "../../../src/engine/contract/report.ts";
import { formatCsv } from "../../../src/engine/formats/csv.ts";
import { formatJson, formatJsonLine } from "../../../src/engine/formats/json.ts";
import { formatMarkdown } from "../../../src/engine/formats/markdown.ts";
import { formatSarif } from "../../../src/engine/formats/sarif.ts";
import { formatText } from "../../../src/engine/formats/text.ts";
import { truthReport } from "./reports.ts";

const NAME = "\x1b[31m\x07\x9b\x7f\u202ea\u2066\u200b\u2028\ud800\u061c=b\nc";
const RAW = /(?![\r\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

describe("visible", () => {
  it.each([
    ["\x00\x1b\x07\x7f\x85\x9b", "\\x00\\x1b\\x07\\x7f\\x85\\x9b"],
    ["a\nb\r\nc\td", "a\\nb\\r\\nc\\td"],
    ["\u061c\u200e\u200f\u202a\u202e\u2066\u2069", "\\u061c\\u200e\\u200f\\u202a\\u202e\\u2066\\u2069"],
    ["\u200b\u200d\ufeff\u2028\u2029\u{e0041}", "\\u200b\\u200d\\ufeff\\u2028\\u2029\\u{e0041}"],
    ["\ud800x\udc00", "\\ud800x\\udc00"],
    ["größe 网络 😀 a×b \\n", "größe 网络 😀 a×b \\n"],
  ])("%j", (text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  it("keeps the real name in JSON", () => {
    const text = visibleJson({ [NAME]: "\u{e0041}" }, 1);
    expect(text).not.toMatch(RAW);
    expect(text).toContain("\\udb40\\udc41");
    expect(JSON.parse(text)).toEqual({ [NAME]: "\u{e0041}" });
  });

  it("opens no markup in Markdown", () => {
    expect(markdownText("[a](command:x) <img> `b` a|b https://x www.y.z")).toBe(
      "\\[a\\](command:x) &lt;img> \\`b\\` a\\|b https\\://x www\\.y.z",
    );
  });
});

describe("every format", () => {
  const report = truthReport("resnet18");
  const [first] = report.layers;
  const at = { file: `a/${NAME}.py`, line: 1, column: 1 };
  const odd = {
    ...report,
    network: NAME,
    file: `${NAME}.py`,
    networks: [NAME, `${NAME}2`],
    complete: false,
    layers: [{ ...first, name: NAME, type: NAME, at }],
    diagnostics: [{ severity: "error", code: "raise", message: `[a](b) ${NAME}`, at }],
  } as Report;

  it.each([
    ["table", formatText(odd, { unit: "macs", width: 200, color: false })],
    ["CSV", formatCsv(odd, "macs")],
    ["Markdown", formatMarkdown(odd, "macs")],
    ["SARIF", formatSarif([odd])],
    ["JSON", formatJson(odd)],
    ["JSON Lines", formatJsonLine(odd)],
  ])("shows them as escapes: %s", (_, text) => {
    expect(text).not.toMatch(RAW);
    expect(text).toContain("202e");
  });

  it("makes no link of a message in SARIF", () => {
    expect(JSON.parse(formatSarif([odd])).runs[0].results[0].message.text).toContain("\\[a](b) \\x1b[31m");
  });
});
