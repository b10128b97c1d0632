/** When the sources of a missing package are offered, and when they are fetched. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { ActiveFile } from "../../src/extension/activeFile.ts";
import { SourcesOffer } from "../../src/extension/getSources.ts";
import { analysis, FILE } from "../server/fixtures.ts";

const editor = vi.hoisted(() => ({
  isTrusted: true,
  policy: undefined as unknown,
  /** The button that the user presses. */
  press: undefined as string | undefined,
  asked: [] as string[],
  warned: [] as string[],
  remembered: [] as unknown[],
  got: [] as string[],
  fail: undefined as Error | undefined,
  announced: { packages: ["timm==0.9.2"], hosts: ["pypi.org"] },
  executed: [] as string[],
}));

vi.mock("vscode", () => ({
  l10n: {
    t: (text: string, ...given: unknown[]) => text.replaceAll(/\{(\d)\}/g, (_, at) => String(given[at])),
  },
  ProgressLocation: { Notification: 15 },
  ConfigurationTarget: { Global: 1 },
  window: {
    showInformationMessage: async (text: string) => {
      editor.asked.push(text);
      return editor.press;
    },
    showWarningMessage: (text: string) => editor.warned.push(text),
    showErrorMessage: (text: string) => editor.warned.push(text),
    withProgress: (_: unknown, work: (progress: object, token: object) => unknown) =>
      work({ report: () => undefined }, { onCancellationRequested: () => undefined }),
  },
  commands: { executeCommand: async (name: string) => editor.executed.push(name) },
  workspace: {
    get isTrusted() {
      return editor.isTrusted;
    },
    workspaceFolders: [],
    getConfiguration: () => ({
      "sources.download": editor.policy,
      get: () => undefined,
      update: async (_: string, value: unknown) => {
        editor.remembered.push(value);
      },
    }),
  },
}));
vi.mock("../../src/sources/get.ts", () => ({
  announce: () => editor.announced,
  getSources: async (packages: readonly string[]) => {
    editor.got.push(...packages);
    if (editor.fail) throw editor.fail;
    return { added: [{}], problems: ["no package extra"], builtIn: [] };
  },
}));

beforeEach(() => {
  Object.assign(editor, {
    isTrusted: true,
    policy: "ask",
    press: undefined,
    fail: undefined,
  });
  for (const list of [editor.asked, editor.warned, editor.remembered, editor.got, editor.executed])
    list.length = 0;
});

const message =
  "module timm was not found (convlens sources add timm gets its sources; .convlens/stubs/timm.py can stand for it)";
const missing = {
  ...analysis([]),
  diagnostics: [
    { severity: "warning", code: "unknown-value", message, at: { file: FILE, line: 2, column: 1 } } as const,
  ],
};

/** Opens a file that needs timm; gives how to look again, and how often figures were made anew. */
async function open() {
  let look = (): void => undefined;
  const told = { refreshed: 0 };
  const active = {
    current: { analysis: missing },
    onDidChange: (listener: () => void) => {
      look = listener;
      return { dispose: () => undefined };
    },
  } as unknown as ActiveFile;
  const refresh = async () => {
    told.refreshed += 1;
  };
  const offer = new SourcesOffer({ active, version: "1", refresh });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  await vi.waitFor(settle);
  return {
    offer,
    told,
    again: async () => {
      look();
      await settle();
    },
  };
}

describe("a package that a file needs and is not there", () => {
  it("is asked about once, and fetched when the user agrees; figures are then made anew", async () => {
    editor.press = "Get Its Sources";
    const { told, again } = await open();
    await vi.waitFor(() => expect(told.refreshed).toBe(1));
    await again();
    expect(editor.asked).toHaveLength(1);
    expect(editor.asked[0]).toMatch(/^timm is not installed here/);
    expect(editor.got).toEqual(["timm"]);
    expect(editor.warned).toEqual(["ConvLens: no package extra"]);
  });

  it("is asked about by the version that the project names, and by the index", async () => {
    await open();
    await vi.waitFor(() =>
      expect(editor.asked[0]).toContain(
        "Get the sources of timm==0.9.2, and of what it needs, from pypi.org?",
      ),
    );
  });

  it("is not fetched when the user chooses an environment in its place", async () => {
    editor.press = "Choose Environment…";
    await open();
    await vi.waitFor(() => expect(editor.executed).toEqual(["convlens.chooseEnvironment"]));
    expect(editor.got).toEqual([]);
  });

  it("is not fetched when the user only closes the question", async () => {
    await open();
    await vi.waitFor(() => expect(editor.asked).toHaveLength(1));
    expect([editor.got, editor.remembered]).toEqual([[], []]);
  });

  it.each([
    ["Always", "always", ["timm"]],
    ["Never", "never", []],
  ])("has the answer %s remembered", async (press, remembered, got) => {
    editor.press = press;
    await open();
    await vi.waitFor(() => expect(editor.remembered).toEqual([remembered]));
    await vi.waitFor(() => expect(editor.got).toEqual(got));
  });

  it("is fetched without a question where that is set, and left alone where that is set", async () => {
    editor.policy = "always";
    const { told } = await open();
    await vi.waitFor(() => expect(told.refreshed).toBe(1));
    editor.policy = "never";
    await open();
    expect([editor.asked, editor.got]).toEqual([[], ["timm"]]);
  });

  it("is neither asked about nor fetched in a workspace that is not trusted", async () => {
    editor.isTrusted = false;
    editor.policy = "always";
    const { offer } = await open();
    expect([editor.asked, editor.got]).toEqual([[], []]);
    await offer.get(["timm"]);
    expect([editor.warned.length, editor.got]).toEqual([1, []]);
  });

  it("has what went wrong told, but not that the user stopped it", async () => {
    const { offer } = await open();
    editor.fail = new Error("the disk is full");
    await offer.get(["timm"]);
    editor.fail = Object.assign(new Error("aborted"), { name: "AbortError" });
    await offer.get(["timm"]);
    expect(editor.warned).toEqual(["ConvLens: the disk is full"]);
  });
});
