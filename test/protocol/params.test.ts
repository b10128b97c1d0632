import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { problemOf } from "../../src/protocol/params.ts";
import { ACTIVATE, ANALYZE, LOOK_AT, REWRITE, SIMULATE, SUGGEST } from "../../src/protocol/requests.ts";

const uri = "file:///a.py";
const textDocument = { uri };
const start = { line: 0, character: 0 };

describe("parameters", () => {
  it.each([
    ["initialize", { processId: null, rootUri: null, capabilities: {}, initializationOptions: {} }],
    ["textDocument/didOpen", { textDocument: { uri, languageId: "python", version: 1, text: "" } }],
    ["textDocument/didChange", { textDocument: { uri, version: 2 }, contentChanges: [{ text: "" }] }],
    ["textDocument/hover", { textDocument, position: start, workDoneToken: 1 }],
    ["textDocument/inlayHint", { textDocument, range: { start, end: start } }],
    ["codeAction/resolve", { title: "Of no data" }],
    ["workspace/didChangeConfiguration", {}],
    [ANALYZE, { uri, inputs: { Net: ["1x3x32x32", "1x10:int64"] } }],
    [ANALYZE, JSON.parse(`{ "uri": "${uri}", "inputs": { "__proto__": ["1x3"], "constructor": ["1x3"] } }`)],
    [SIMULATE, { uri, network: "__proto__", swap: "all", alpha: 0.5, rho: 1, round: 8 }],
    [SUGGEST, { uri, network: "Net", budgetMacs: 1e9 }],
    [LOOK_AT, {}],
    [LOOK_AT, { uri, cursor: 3, from: 1, to: 40 }],
    [REWRITE, { uri, network: "Net", layers: ["conv", "constructor"], style: "class" }],
    ["some/other", 5],
  ])("of %s are taken: %j", (method, params) => {
    expect(problemOf(method, params)).toBeUndefined();
  });

  const whole = "must be a whole number from 0 to 2147483647";
  it.each([
    ["initialize", {}, "capabilities is missing"],
    ["textDocument/codeLens", {}, "textDocument is missing"],
    [LOOK_AT, { uri, cursor: 1.5 }, `cursor ${whole}`],
    ["textDocument/codeLens", undefined, "parameters must be an object"],
    ["textDocument/inlayHint", { textDocument }, "range is missing"],
    ["textDocument/codeLens", { textDocument: { uri: 5 } }, "textDocument.uri must be a URI"],
    ["textDocument/hover", { textDocument, position: { ...start, line: -1 } }, `position.line ${whole}`],
    ["textDocument/hover", { textDocument, position: { ...start, line: 1e99 } }, `position.line ${whole}`],
    [
      "textDocument/hover",
      { textDocument, position: { line: 0, character: "x" } },
      `position.character ${whole}`,
    ],
    [
      "textDocument/didChange",
      { textDocument: { uri, version: 2 }, contentChanges: [{ text: "" }, {}] },
      "contentChanges.1.text is missing",
    ],
    [
      "textDocument/didOpen",
      { textDocument: { uri, version: 1, text: "" } },
      "textDocument.languageId is missing",
    ],
    ["workspace/didChangeWatchedFiles", { changes: 1 }, "changes must be a list"],
    ["codeAction/resolve", { title: "", data: { uri, network: "Net" } }, "data.layers is missing"],
    [ANALYZE, { uri, inputs: { Net: 5 } }, "inputs.Net must be a list"],
    [ANALYZE, { uri, inputs: { Net: ["1x3", "?"] } }, "inputs.Net.1 must be a shape such as 1x3x224x224"],
    [
      ANALYZE,
      JSON.parse(`{ "uri": "${uri}", "inputs": { "__proto__": 5 } }`),
      "inputs.__proto__ must be a list",
    ],
    [ACTIVATE, { uri }, "network is missing"],
    [
      SIMULATE,
      { uri, network: "Net", swap: "all", alpha: Number.NaN },
      "alpha must be a number from 0.01 to 4",
    ],
    [SUGGEST, { uri, network: "Net", budgetMacs: -1 }, "budgetMacs must be a positive number"],
    [REWRITE, { uri, network: "Net", layers: "all", style: "pretty" }, "style must be inline or class"],
    [REWRITE, { uri, network: "Net", layers: [5] }, 'layers must be "all" or a list of names'],
  ])("of %s are refused: %j", (method, params, problem) => {
    expect(problemOf(method, params)).toBe(problem);
  });

  it("are refused where a list is larger than any program's", () => {
    const layers = new Array(100_001).fill("conv");
    expect(problemOf(REWRITE, { uri, network: "Net", layers })).toBe(
      "layers must have at most 100000 entries",
    );
  });

  it("are looked at without a fault, whatever they are", () => {
    const methods = [
      "initialize",
      "textDocument/didChange",
      "textDocument/hover",
      ANALYZE,
      SIMULATE,
      REWRITE,
    ];
    const keys = fc.constantFrom("uri", "textDocument", "position", "inputs", "layers", "__proto__", "swap");
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ maxDepth: 4 }, fc.anything(), fc.dictionary(keys, tie("tree")), fc.array(tie("tree"))),
    }));
    fc.assert(
      fc.property(fc.constantFrom(...methods), tree, (method, params) => {
        expect(["string", "undefined"]).toContain(typeof problemOf(method, params));
      }),
    );
  });
});
