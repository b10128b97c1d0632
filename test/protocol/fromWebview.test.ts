import { describe, expect, it } from "vitest";
import { makeNonce, page } from "../../src/extension/html.ts";
import { parseFromPanel, parseFromSidebar, parseInput } from "../../src/protocol/fromWebview.ts";

describe("messages from the panel", () => {
  it.each([
    [{ type: "ready" }],
    [{ type: "reveal", at: { file: "/a.py", line: 3, column: 1 } }],
    [{ type: "setUnit", unit: "FLOPs" }],
    [{ type: "setInput", network: "resnet50", input: ["1x3x32x32"] }],
    [{ type: "setNetwork", network: "resnet50" }],
    [
      {
        type: "sweep",
        network: "net",
        ticket: 3,
        scaling: { alpha: 0.5, rho: 1, round: 8 },
        swap: ["conv1"],
      },
    ],
  ])("%j is taken", (message) => {
    expect(parseFromPanel(message)).toEqual(message);
  });

  it.each([
    [null],
    ["ready"],
    [{ type: "eval", code: "1" }],
    [{ type: "reveal", at: { file: "/a.py", line: -1, column: 1 } }],
    [{ type: "reveal", at: { file: 3, line: 1, column: 1 } }],
    [{ type: "setUnit", unit: "joules" }],
    [{ type: "setInput", network: "resnet50", input: ["rm -rf"] }],
    [{ type: "setInput", network: "", input: ["1x3"] }],
    [{ type: "setNetwork" }],
    [{ type: "sweep", network: "net", ticket: -1, scaling: { alpha: 0.5, rho: 1, round: 8 }, swap: [] }],
    [{ type: "sweep", network: "net", ticket: 1, scaling: { alpha: 0, rho: 1, round: 8 }, swap: [] }],
  ])("%j is not", (message) => {
    expect(parseFromPanel(message)).toBeUndefined();
  });

  it("lose what does not belong to them", () => {
    expect(parseFromPanel({ type: "ready", more: 1 })).toEqual({ type: "ready" });
  });
});

describe("messages from the sidebar", () => {
  it("are taken or left alike", () => {
    expect(parseFromSidebar({ type: "profile", network: "Net" })).toEqual({
      type: "profile",
      network: "Net",
    });
    expect(parseFromSidebar({ type: "profile", network: 3 })).toBeUndefined();
    expect(parseFromSidebar({ type: "setUnit", unit: "MACs" })).toBeUndefined();
  });
});

describe("an input that was typed", () => {
  it.each([
    ["1x3x224x224", ["1x3x224x224"]],
    ["1×3×224×224", ["1x3x224x224"]],
    ["1, 3, 32, 32", ["1x3x32x32"]],
    ["1x3x32x32 1x10:int64", ["1x3x32x32", "1x10:int64"]],
    ["1x3; 1x4", ["1x3", "1x4"]],
  ])("%s is read", (text, inputs) => {
    expect(parseInput(text)).toEqual(inputs);
  });

  it.each([[""], ["224"].map((x) => `${x}p`), ["0x3"], ["1x-3"], ["a b"]])("%s is refused", (text) => {
    expect(parseInput(text)).toBeUndefined();
  });
});

describe("the page of a webview", () => {
  const html = page({
    ...{ title: "<ConvLens>", script: "https://x/panel.js", style: "https://x/panel.css", locale: "ja" },
    ...{ cspSource: "https://x", nonce: "abc" },
  });

  it("allows its own script and style and nothing else", () => {
    expect(html).toContain(
      "default-src 'none'; style-src https://x 'nonce-abc'; script-src 'nonce-abc'; img-src https://x data:; font-src https://x",
    );
    expect(html).toContain('<script nonce="abc" src="https://x/panel.js">');
    expect(html).not.toContain("unsafe");
  });

  it("takes words as text", () => {
    expect(html).toContain("<title>&lt;ConvLens&gt;</title>");
  });

  it("has a nonce of its own each time", () => {
    expect(makeNonce()).not.toBe(makeNonce());
    expect(makeNonce()).toMatch(/^[A-Za-z0-9]{32}$/);
  });
});
