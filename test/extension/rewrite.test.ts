/** A rewrite that the server answers, over an editor that holds some text. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { OtherNetwork } from "../../src/engine/contract/rewrite.ts";
import type { Analyses } from "../../src/extension/analyses.ts";
import { applySwap } from "../../src/extension/rewrite.ts";

const editor = vi.hoisted(() => ({
  document: { uri: "file:///net.py", version: 1, text: "" },
  isOpen: true,
  applied: 0,
  told: [] as string[],
}));

vi.mock("vscode", () => {
  const { document } = editor;
  const shown = {
    ...document,
    get version() {
      return document.version;
    },
    getText: () => document.text,
  };
  const l10n = {
    t: (text: string, ...values: unknown[]) =>
      text.replaceAll(/\{(\d)\}/g, (_, at) => String(values[Number(at)])),
  };
  const tell = (message: string) => editor.told.push(message);
  return {
    l10n,
    Range: class {},
    Uri: { parse: (uri: string) => uri },
    WorkspaceEdit: class {
      replace = () => undefined;
    },
    window: { showWarningMessage: tell, showInformationMessage: () => undefined },
    workspace: {
      get textDocuments() {
        return editor.isOpen ? [shown] : [];
      },
      openTextDocument: async () => shown,
      asRelativePath: () => "net.py",
      applyEdit: async () => {
        editor.applied += 1;
        return true;
      },
    },
  };
});

const at = { file: "/net.py", line: 1, column: 1, end_line: 1, end_column: 5 };

/** The server answers after this happened to the editor. */
async function swap(meanwhile: () => void, others: readonly OtherNetwork[] = []) {
  const rewrite = {
    ...{ network: "Net", layers: [], never_run: [], refused: [], renamed: [], warnings: [], others },
    edits: [{ at, text: "new", replaces: "conv\n" }],
    sources: [{ file: "/net.py", text: "conv\n" }],
    ...{ traced: { macs: 1, params: 1 }, simulated: { macs: 1, params: 1 } },
  };
  const analyses = {
    async rewrite() {
      meanwhile();
      return { ok: true, rewrite };
    },
    newest: async () => null,
  } as unknown as Analyses;
  await applySwap(analyses, "file:///net.py" as never, "Net", ["conv"]);
}

beforeEach(() => {
  editor.document.version = 1;
  editor.document.text = "conv\r\n";
  editor.isOpen = true;
  editor.applied = 0;
  editor.told.length = 0;
});

const CHANGED = "net.py changed meanwhile, so nothing was rewritten. Ask again.";

describe("a rewrite in the editor", () => {
  it("is made in the text that it was worked out from", async () => {
    await swap(() => undefined);
    expect(editor).toMatchObject({ applied: 1, told: [] });
  });

  it("tells of networks that change with it", async () => {
    const one = { macs: 2000, params: 200 };
    await swap(() => undefined, [{ network: "B", before: one, after: { macs: 1000, params: null } }]);
    expect(editor.told).toEqual([
      "B uses a line that changes, and changes with it: 2.00 k → 1.00 k MACs, 200 → ? params.",
    ]);
  });

  it("is refused when the text was edited meanwhile, wherever that was", async () => {
    await swap(() => {
      editor.document.version = 2;
      editor.document.text = "conv\r\nmore\r\n";
    });
    expect(editor).toMatchObject({ applied: 0, told: [CHANGED] });
  });

  it("is refused when a file that was not open has another text now", async () => {
    editor.isOpen = false;
    await swap(() => {
      editor.document.text = "other";
    });
    expect(editor).toMatchObject({ applied: 0, told: [CHANGED] });
  });
});
