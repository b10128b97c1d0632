/** What the status bar says of the active file. */
import { describe, expect, it, vi } from "vitest";
import type { FileAnalysis } from "../../src/engine/contract/engine.types.ts";
import type { ActiveFile } from "../../src/extension/activeFile.ts";
import { createStatus } from "../../src/extension/status.ts";
import { analysis, FILE, layer, report, resnet } from "../server/fixtures.ts";

const item = vi.hoisted(() => ({
  text: "",
  tooltip: "",
  command: "",
  isShown: false,
  show: () => undefined as unknown,
  hide: () => undefined as unknown,
}));

vi.mock("vscode", () => {
  item.show = () => {
    item.isShown = true;
  };
  item.hide = () => {
    item.isShown = false;
  };
  return {
    l10n: {
      t: (text: string, ...given: unknown[]) => text.replaceAll(/\{(\d)\}/g, (_, at) => String(given[at])),
    },
    ThemeColor: class {},
    ThemeIcon: class {},
    EventEmitter: class {},
    TreeItem: class {},
    StatusBarAlignment: { Right: 2 },
    Disposable: { from: () => undefined },
    window: { createStatusBarItem: () => item },
    workspace: { getConfiguration: () => ({}), onDidChangeConfiguration: () => undefined },
  };
});

function show(shown: FileAnalysis | null): void {
  const current = { analysis: shown, report: shown?.reports[0] };
  createStatus(
    { current, onDidChange: () => undefined } as unknown as ActiveFile,
    () => "Imports are looked up in .venv",
  );
}

const message = "analysis ended after 30 s: net.py:7 takes too long";
const limit = {
  severity: "warning",
  message,
  code: "limit",
  at: { file: FILE, line: 7, column: 1 },
} as const;

describe("the status bar", () => {
  it("says that a file was too much and why, and leads to the place", () => {
    show(analysis([], { diagnostics: [limit] }));
    expect(item).toMatchObject({
      ...{ isShown: true, text: "$(warning) ConvLens", tooltip: message },
      command: "workbench.actions.view.problems",
    });
  });

  it("shows a network's name and total where there is one, whatever was too much beside it", () => {
    show(analysis([resnet("resnet50")], { diagnostics: [limit] }));
    expect(item).toMatchObject({ isShown: true, command: "convlens.chooseNetwork" });
    expect(item.text).toBe("$(graph) resnet50 4.09 G MACs");
    expect(item.tooltip).toContain("Imports are looked up in .venv");
  });

  it.each([
    ["unknown where no layer's cost is known", null, "MACs unknown"],
    ["the least that it is", 5e6, "at least 5.00 M MACs"],
  ])("says of a total that is not known: %s", (_, macs, expected) => {
    const totals = { ...report("net", []).totals, macs: null };
    show(analysis([report("net", [layer({ name: "conv", macs })], { complete: false, totals })]));
    expect(item.text).toBe(`$(graph) net ${expected}`);
  });

  it.each([[null], [analysis([])]])("is empty without a network", (shown) => {
    show(shown);
    expect(item.isShown).toBe(false);
  });
});
