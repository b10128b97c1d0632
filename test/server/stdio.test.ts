/** The built server as any editor starts it: `convlens-language-server --stdio`, with the real engine. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FileAnalysis } from "../../src/engine/contract/engine.types.ts";
import { ANALYZE } from "../../src/protocol/requests.ts";
import { connect } from "./client.ts";

const SERVER = path.resolve(import.meta.dirname, "../../dist/server.cjs");

const BLOCKS = `import torch.nn as nn


class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1, bias=False)

    def forward(self, x):
        return self.conv(x)
`;

const NET = `import torch
import torch.nn as nn

from .blocks import Block


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 64, 3, padding=1, bias=False)
        self.conv = nn.Conv2d(64, 64, 3, padding=1, bias=False)
        self.block = Block(64)

    def forward(self, x):
        return self.block(self.conv(self.stem(x)))


if __name__ == "__main__":
    print(Net()(torch.randn(1, 3, 56, 56)).shape)
`;

let server: ChildProcessWithoutNullStreams;
let client: ReturnType<typeof connect>;
let uri = "";

beforeAll(async () => {
  if (!existsSync(SERVER)) throw new Error("dist/server.cjs is missing: npm run build");
  const folder = path.join(realpathSync(mkdtempSync(path.join(tmpdir(), "convlens-lsp-"))), "models");
  mkdirSync(folder);
  writeFileSync(path.join(folder, "__init__.py"), "");
  writeFileSync(path.join(folder, "blocks.py"), BLOCKS);
  writeFileSync(path.join(folder, "net.py"), NET);
  uri = pathToFileURL(path.join(folder, "net.py")).href;
  server = spawn(process.execPath, [SERVER, "--stdio"]);
  client = connect(server.stdout, server.stdin);
  await client.initialize({}, {}, pathToFileURL(path.dirname(folder)).href);
  await client.open(uri, NET);
});

afterAll(async () => {
  await client?.shutdown();
  server?.kill();
});

const lensAt = async (line: number) =>
  (await client.lenses(uri)).find(({ range }) => range.start.line === line - 1)?.command.title;

describe("convlens-language-server --stdio", () => {
  // 56·56 positions, 3·3 kernel: 64→64 is 115 605 504 MACs, 3→64 is 5 419 008, together 236 630 016.
  it("shows the cost of a layer above its line", async () => {
    expect(await lensAt(11)).toBe("116 M MACs · 36.9 k params · 64×56×56 · 49 %");
    expect(await lensAt(10)).toBe("5.42 M MACs · 1.73 k params · 64×56×56 · 2.3 %");
  });

  it("shows the cost of a network above its class", async () => {
    expect(await lensAt(7)).toBe("237 M MACs · 75.5 k params · input 1×3×56×56 (from a call) · Profile");
  });

  it("explains a layer in its hover", async () => {
    const text = await client.hover(uri, 10, 20);
    expect(text).toContain("Conv2d conv, 3×3, 64 → 64, 56×56 → 56×56");
    expect(text?.replace(/ +/g, " ")).toContain("| standard 56²·3²·64·64 | 116 M | 36.9 k |");
  });

  it("gives the whole analysis, with layers of an imported module", async () => {
    const analysis = await client.rpc.sendRequest<FileAnalysis>(ANALYZE, { uri });
    const layers = analysis.reports[0]?.layers.map(({ name, macs }) => [name, macs]);
    expect(layers).toEqual([
      ["stem", 5_419_008],
      ["conv", 115_605_504],
      ["block.conv", 115_605_504],
    ]);
  });

  it("takes an input of the user's own", async () => {
    const inputs = { Net: ["1x3x28x28"] };
    const analysis = await client.rpc.sendRequest<FileAnalysis>(ANALYZE, { uri, inputs });
    expect(analysis.reports[0]?.input).toMatchObject({ shapes: [[1, 3, 28, 28]], origin: "user" });
    expect(analysis.reports[0]?.layers[1]?.macs).toBe(28_901_376);
    await client.rpc.sendRequest(ANALYZE, { uri, inputs: {} });
  });

  it("follows edits, and unsaved text of another open file", async () => {
    await client.replace(uri, 2, NET.replace("Conv2d(64, 64, 3, padding=1", "Conv2d(64, 64, 1, padding=0"));
    expect(await lensAt(11)).toBe("12.8 M MACs · 4.10 k params · 64×56×56 · 9.6 %");
    const blocks = uri.replace("net.py", "blocks.py");
    await client.open(blocks, BLOCKS);
    await client.replace(blocks, 2, BLOCKS.replace("channels, 3, padding=1", "channels, 1, padding=0"));
    await client.rpc.sendRequest(ANALYZE, { uri: blocks });
    expect(await lensAt(11)).toBe("12.8 M MACs · 4.10 k params · 64×56×56 · 41 %");
  });

  it("keeps its lenses while a bracket is missing", async () => {
    await client.replace(uri, 3, NET.replace("Block(64)", "Block(64"));
    expect(await lensAt(11)).toMatch(/^116 M MACs/);
  });

  it("goes on after broken headers and bodies, and says so in its log", async () => {
    const { log } = client;
    for (const bytes of [
      'Content-Length: abc\r\n\r\n{"jsonrpc":"2.0"}',
      "garbage\r\n\r\n",
      "Content-Length: 99999999999\r\n\r\n{}",
      "Content-Length: 6\r\n\r\n{none}",
      'Content-Length: 50\r\n\r\n{"jsonrpc":"2.0"}',
    ]) {
      server.stdin.write(bytes);
      expect(await client.lenses(uri)).not.toEqual([]);
    }
    // Bytes that are no JSON are whole messages, and are left to the reader.
    expect(log).toHaveLength(4);
    expect(log[0]).toContain("dropped bytes that are no message");
  });
});
