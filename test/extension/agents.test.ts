/** The tools for agents as this and older versions of VS Code are given them. */
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type * as vscode from "vscode";
import { chatName, TOOLS, toolSchema } from "../../src/agents/tools.ts";
import { registerAgents } from "../../src/extension/agents.ts";

const root = path.resolve(import.meta.dirname, "../..");

interface Invocation {
  invoke(options: object, token: object): Promise<{ parts: { text: string }[] }>;
}

const editor = vi.hoisted(() => ({
  folders: [] as object[],
  tools: new Map<string, unknown>(),
  servers: new Map<string, { provideMcpServerDefinitions(): Record<string, unknown>[] }>(),
  isNew: true,
}));

vi.mock("vscode", () => {
  class Definition {
    label: string;
    command: string;
    args: string[];
    env: object;
    version: string;
    constructor(label: string, command: string, args: string[], env: object, version: string) {
      this.label = label;
      this.command = command;
      this.args = args;
      this.env = env;
      this.version = version;
    }
  }
  class Result {
    parts: unknown[];
    constructor(parts: unknown[]) {
      this.parts = parts;
    }
  }
  class Text {
    text: string;
    constructor(text: string) {
      this.text = text;
    }
  }
  const newer = {
    registerTool: (name: string, tool: unknown) => editor.tools.set(name, tool),
    registerMcpServerDefinitionProvider: (id: string, provider: never) => editor.servers.set(id, provider),
  };
  return {
    l10n: { t: (text: string) => text },
    workspace: {
      get workspaceFolders() {
        return editor.folders;
      },
    },
    get lm() {
      return editor.isNew ? newer : {};
    },
    LanguageModelToolResult: Result,
    LanguageModelTextPart: Text,
    McpStdioServerDefinition: Definition,
  };
});

let cwd = "";
const context = {
  asAbsolutePath: (file: string) => path.join(root, file),
  extension: { packageJSON: { version: "1.2.3" } },
} as unknown as vscode.ExtensionContext;
const folder = (name: string) => ({ name, uri: { scheme: "file", fsPath: cwd } });
const token = { onCancellationRequested: () => ({ dispose: () => undefined }) };

beforeAll(() => {
  cwd = realpathSync(mkdtempSync(path.join(tmpdir(), "convlens-chat-")));
  writeFileSync(path.join(cwd, "net.py"), "import torch.nn as nn\nnet = nn.Sequential(nn.Conv2d(3, 8, 3))\n");
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));
beforeEach(() => {
  Object.assign(editor, { folders: [folder("one")], isNew: true });
  editor.tools.clear();
  editor.servers.clear();
});

it("offers the command as an MCP server, one for each folder", () => {
  editor.folders = [folder("one"), folder("two"), { name: "far", uri: { scheme: "vscode-vfs" } }];
  registerAgents(context);
  const definitions = editor.servers.get("convlens")?.provideMcpServerDefinitions() ?? [];
  expect(definitions.map(({ label }) => label)).toEqual(["ConvLens (one)", "ConvLens (two)"]);
  expect(definitions[0]).toMatchObject({
    command: process.execPath,
    args: [path.join(root, "dist/cli.mjs"), "mcp"],
    version: "1.2.3",
    cwd: { fsPath: cwd },
  });
});

describe("in the chat", () => {
  const invoke = async (name: string, input: object) => {
    registerAgents(context);
    const { parts } = await (editor.tools.get(chatName(name)) as Invocation).invoke({ input }, token);
    return parts.map(({ text }) => text).join();
  };

  it("answers from the folder that is open", async () => {
    expect(await invoke("list_networks", {})).toContain("MACs");
  });

  it("tells the model what is wrong with a call", async () => {
    expect(await invoke("profile_network", { file: "none.py" })).toContain("none.py: no such file");
    expect(await invoke("profile_network", {})).toBe("file is missing");
  });

  it("says so where no folder is open", async () => {
    editor.folders = [];
    expect(await invoke("list_networks", {})).toContain("Open a folder first");
  });
});

it("registers nothing in a version of VS Code that has neither", () => {
  editor.isNew = false;
  expect(registerAgents(context)).toEqual([]);
});

it("is declared in the manifest as the tools are", () => {
  const { contributes } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  expect(contributes.mcpServerDefinitionProviders).toEqual([{ id: "convlens", label: "ConvLens" }]);
  expect(
    contributes.languageModelTools.map(
      (tool: Record<string, unknown>) => [tool.name, tool.modelDescription, tool.inputSchema] as const,
    ),
  ).toEqual(
    Object.entries(TOOLS).map(([name, tool]) => [chatName(name), tool.description, toolSchema(name)]),
  );
});
