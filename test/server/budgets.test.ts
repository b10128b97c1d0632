/** The project's budgets as diagnostics of a model file, from the server as any editor has it. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { PassThrough } from "node:stream";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createConnection, StreamMessageReader, StreamMessageWriter } from "vscode-languageserver/node";
import { createEngine } from "../../src/engine/engine.ts";
import { createNodeHost } from "../../src/node/host.ts";
import { loadParsers } from "../../src/node/wasm.ts";
import { LocalAnalyst } from "../../src/server/analyst.ts";
import { RefusingReader } from "../../src/server/refuse.ts";
import { startServer } from "../../src/server/server.ts";
import { connect } from "./client.ts";

const NET = `import torch.nn as nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
    def forward(self, x):
        return self.conv(x)

class Head(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.linear = nn.Linear(8, classes)
    def forward(self, x):
        return self.linear(x)
`;
const parsers = await loadParsers();

let folder = "";
const at = (name: string): string => path.join(folder, name);
beforeAll(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), "convlens-budgets-")));
  mkdirSync(at("work/models"), { recursive: true });
  writeFileSync(at("work/models/net.py"), NET);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  rmSync(at("work/pyproject.toml"), { force: true });
  rmSync(at("pyproject.toml"), { force: true });
});

async function told(toml: string, name = "work/pyproject.toml", options: object = {}) {
  writeFileSync(at(name), toml);
  const [toServer, fromServer] = [new PassThrough(), new PassThrough()];
  const connection = createConnection(
    new RefusingReader(new StreamMessageReader(toServer)),
    new StreamMessageWriter(fromServer),
  );
  const analyst = new LocalAnalyst(({ folders }, texts) =>
    createEngine({ parsers, host: createNodeHost({ folders, unsaved: (file) => texts.get(file) }) }),
  );
  startServer(connection, { analyst, searchPaths: (folders) => folders, version: "1" });
  const client = connect(fromServer, toServer);
  await client.initialize(options, {}, pathToFileURL(at("work")).href);
  await client.open(pathToFileURL(at("work/models/net.py")).href, NET);
  await vi.waitFor(() => expect(client.diagnostics.length).toBeGreaterThan(0), 60_000);
  const { diagnostics = [] } = client.diagnostics.at(-1) ?? {};
  return diagnostics
    .filter(({ code }) => code === "budget")
    .map(({ message, range }) => `${range.start.line + 1}: ${message}`);
}

describe("a budget of the project", () => {
  it("is told at its network where it is exceeded", async () => {
    const said = await told('[tool.convlens.budgets.Net]\nmacs = "10M"\nparams = "1k"\n');
    expect(said).toEqual(["3: Net: MACs 10.6 M, over the budget of 10.0 M"]);
  });

  it("is told where it cannot be known", async () => {
    const said = await told('[tool.convlens.budgets.Head]\nparams = "1k"\n');
    expect(said).toEqual(["10: Head: parameters not known, so the budget of 1.00 k cannot be checked"]);
  });

  it("may be of files and names by globs", async () => {
    const most = 'params = "10"\n';
    expect(await told(`[tool.convlens.budgets."models/*.py:N*"]\n${most}`)).toHaveLength(1);
    expect(await told(`[tool.convlens.budgets."other/*.py:N*"]\n${most}`)).toEqual([]);
  });

  it("is left to the command where it names another input than the editor shows", async () => {
    expect(await told('[tool.convlens.budgets.Net]\nmacs = "1"\ninput = "1x3x64x64"\n')).toEqual([]);
  });

  it("is not looked for above the workspace folder", async () => {
    expect(await told('[tool.convlens.budgets.Net]\nmacs = "1"\n', "pyproject.toml")).toEqual([]);
  });

  it("that cannot be used is told in place", async () => {
    expect(await told('[tool.convlens.budgets.Net]\nmax = "1"\n')).toEqual([
      expect.stringContaining("1: pyproject.toml:1: Net.max is none of macs"),
    ]);
  });

  it("is told in the user's language", async () => {
    const said = await told('[tool.convlens.budgets.Net]\nmacs = "1M"\n', undefined, { locale: "ja" });
    expect(said).toEqual([expect.stringContaining("予算 1.00 M を超えています")]);
  });
});
