import { describe, expect, it } from "vitest";
import { parseToPanel, parseToSidebar } from "../../../webview/shared/validate.ts";
import { fixed, layer, report } from "../report.ts";

const good = {
  type: "report",
  report: report([layer("a"), fixed("b", { macs: null, in: [null], out: [[1, null]] })]),
  unit: "MACs",
  locale: "en",
  budgetMacs: null,
};

describe("messages to the panel", () => {
  it("pass when they have the agreed form, unknown figures and extra fields included", () => {
    expect(parseToPanel(good)).toBe(good);
    expect(parseToPanel({ ...good, more: 1 })).toBeDefined();
    expect(parseToPanel({ type: "select", layers: ["a"] })).toBeDefined();
    expect(parseToPanel({ type: "select", layers: ["a"], explain: true })).toBeDefined();
    expect(parseToPanel({ type: "stale", since: "2024-01-01T00:00:00Z", reason: "" })).toBeDefined();
    expect(parseToPanel({ type: "empty", reason: "needs num_classes" })).toBeDefined();
  });

  it.each([
    ["nothing", undefined],
    ["a string", "report"],
    ["another type", { type: "toString" }],
    ["another extension's message", { type: "webpackOk" }],
    ["a report without layers", { ...good, report: { ...good.report, layers: undefined } }],
    ["a report of another version", { ...good, report: { ...good.report, version: 2 } }],
    ["figures as text", { ...good, report: report([{ ...layer("a"), macs: "1" } as never]) }],
    ["a place without a line", { ...good, report: report([{ ...layer("a"), at: { file: "x" } } as never]) }],
    ["an unknown unit", { ...good, unit: "OPs" }],
    ["layers to select that are not names", { type: "select", layers: [1] }],
    ["a wish to explain that is no yes or no", { type: "select", layers: ["a"], explain: "yes" }],
  ])("are dropped when they are %s", (_, message) => {
    expect(parseToPanel(message)).toBeUndefined();
  });
});

describe("messages to the sidebar", () => {
  const network = { name: "net", at: null, macs: null, params: 1, complete: false, input: "", dearest: [] };
  const message = { type: "networks", file: "model.py", unit: "MACs", locale: "en", networks: [network] };

  it("pass with and without a budget", () => {
    expect(parseToSidebar(message)).toBe(message);
    expect(parseToSidebar({ ...message, budgetMacs: 1e9 })).toBeDefined();
    expect(parseToSidebar({ ...message, budgetMacs: "1" })).toBeUndefined();
  });

  it("are dropped when a network lacks its name", () => {
    expect(parseToSidebar({ ...message, networks: [{ ...network, name: 5 }] })).toBeUndefined();
  });
});
