/** The tools as an agent has them: the official SDK's own client against the built command. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TOOLS } from "../../src/agents/tools.ts";

const CLI = path.resolve(import.meta.dirname, "../../dist/cli.mjs");

const NET = `import torch.nn as nn

class Net(nn.Module):
    def __init__(self, num_classes=10):
        super().__init__()
        self.stem = nn.Conv2d(3, 32, 3, stride=2, padding=1)
        self.body1 = nn.Conv2d(32, 64, 3, padding=1)
        self.body2 = nn.Conv2d(64, 128, 3, stride=2, padding=1)
        self.body3 = nn.Conv2d(128, 128, 3, padding=1)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(128, num_classes)

    def forward(self, x):
        x = self.body3(self.body2(self.body1(self.stem(x))))
        return self.head(self.pool(x).flatten(1))
`;

let cwd = "";
let client: Client;
beforeAll(async () => {
  if (!existsSync(CLI)) throw new Error("dist/cli.mjs is missing: npm run build");
  cwd = realpathSync(mkdtempSync(path.join(tmpdir(), "convlens-mcp-")));
  writeFileSync(path.join(cwd, "net.py"), NET);
  client = new Client({ name: "trial", version: "1" });
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [CLI, "mcp"], cwd }));
});
afterAll(async () => {
  await client.close();
  rmSync(cwd, { recursive: true, force: true });
});

async function ask(name: string, given: Record<string, unknown> = {}) {
  const { content, isError = false } = await client.callTool({ name, arguments: given });
  const [{ text = "" } = {}] = content as { text?: string }[];
  return { text, isError };
}

it("offers its tools as such that only read, each with a schema of its arguments", async () => {
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual(Object.keys(TOOLS));
  for (const { annotations, inputSchema, description } of tools) {
    expect(annotations).toMatchObject({ readOnlyHint: true, destructiveHint: false });
    expect(inputSchema).toMatchObject({ type: "object", additionalProperties: false });
    expect(description).not.toBe("");
  }
});

describe("bring this network under 300 M MACs", () => {
  it("is done with the tools' answers alone", async () => {
    const listed = await ask("list_networks");
    expect(listed.text).toBe(
      `- **Net** [net.py:3](<file://${cwd}/net.py#L3>): 936 M MACs · 242 k params · input 1×3×224×224 (default)`,
    );

    const profiled = await ask("profile_network", { file: "net.py" });
    expect(profiled.text).toContain("- MACs: 936 M MACs (exactly 935683328)");
    expect(profiled.text).toContain(`[net.py:9](<file://${cwd}/net.py#L9>)`);

    const explained = await ask("explain_layer", { file: "net.py", layer: "body3" });
    expect(explained.text).toContain("standard 56²·3²·128·128");

    const suggested = await ask("suggest_changes", { file: "net.py", budget: "300M" });
    const [, names = ""] = /in \d+ lines: (.*)$/m.exec(suggested.text) ?? [];
    const swap = names.split(", ");
    expect(swap.length).toBeGreaterThan(0);

    const simulated = await ask("simulate_changes", { file: "net.py", swap });
    const [, macs] = /exactly (\d+)/.exec(simulated.text) ?? [];
    expect(Number(macs)).toBeLessThanOrEqual(300e6);

    const patched = await ask("rewrite_patch", { file: "net.py", layers: swap });
    expect(readFileSync(path.join(cwd, "net.py"), "utf8")).toBe(NET);
    const [, patch = ""] = /```diff\n([\s\S]*)```/.exec(patched.text) ?? [];
    execFileSync("git", ["apply", "-"], { cwd, input: patch });

    const after = await ask("profile_network", { file: "net.py" });
    expect(after.text).toContain(`(exactly ${macs})`);
  });

  it("is held to afterwards by the project's budget, and told of as a difference to the last commit", async () => {
    writeFileSync(path.join(cwd, "net.py"), NET);
    writeFileSync(path.join(cwd, "pyproject.toml"), '[tool.convlens.budgets.Net]\nmacs = "300M"\n');
    const git = (...argv: string[]) => execFileSync("git", argv, { cwd });
    git("init", "-q");
    git("add", ".");
    git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "first");
    expect((await ask("check_budgets")).text).toMatch(/1 exceeded[\s\S]*936 M \| 300 M/);
    writeFileSync(path.join(cwd, "net.py"), NET.replaceAll("128", "16"));
    expect((await ask("check_budgets")).text).toContain("1 kept");
    const { text } = await ask("diff_revisions", { base: "HEAD" });
    expect(text).toMatch(/\*\*Net\*\* changed, .*936 M → .* M \(−/);
    writeFileSync(path.join(cwd, "net.py"), NET);
  });
});

describe("what cannot be answered says what to do", () => {
  it.each([
    ["profile_network", { file: "none.py" }, "none.py: no such file"],
    ["profile_network", {}, "file is missing"],
    ["profile_network", { file: 3 }, "file is a text"],
    ["profile_network", { file: "net.py", batch: 2 }, "there is no argument batch"],
    ["suggest_changes", { file: "net.py", budget: "much" }, '--budget "much" is no count'],
    ["profile_network", { file: "--all" }, "--all: no such file"],
  ])("%s %j", async (name, given, expected) => {
    const { text, isError } = await ask(name, given);
    expect(isError).toBe(true);
    expect(text).toContain(expected);
  });

  it("names the layers that there are", async () => {
    const { text } = await ask("explain_layer", { file: "net.py", layer: "body9" });
    expect(text).toContain("it has stem, body1, body2, body3, head");
  });
});
