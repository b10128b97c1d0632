/** A rewrite keeps what the user's file is made of: encoding, byte order mark, line ends, the end without a newline. */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../../src/cli/run.ts";
import { createEngine } from "../../src/engine/engine.ts";
import { createNodeHost } from "../../src/node/host.ts";
import { loadParsers } from "../../src/node/wasm.ts";

const parsers = await loadParsers();
let cwd = "";
beforeAll(() => {
  cwd = mkdtempSync(path.join(tmpdir(), "convlens-text-"));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const NET = `import torch.nn as nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1 = nn.Conv2d(3, 16, 3, padding=1)
        self.c2 = nn.Conv2d(16, 32, 3, padding=1)  # c2

    def forward(self, x):
        return self.c2(self.c1(x))
`;
const CHANGED = NET.replace(
  "nn.Conv2d(16, 32, 3, padding=1)",
  `nn.Sequential(
            nn.Conv2d(16, 16, 3, padding=1, groups=16, bias=False),
            nn.Conv2d(16, 32, 1),
        )`,
);
const crlf = (text: string): string => text.replaceAll("\n", "\r\n");
const LATIN = "# -*- coding: latin-1 -*-\n# caf\xe9\n";

async function rewrite(name: string, ...more: string[]) {
  return rewriteIn(cwd, name, ...more);
}

async function rewriteIn(cwd: string, name: string, ...more: string[]) {
  const out: Uint8Array[] = [];
  let err = "";
  const code = await run(["rewrite", `${name}:Net`, "--layers", "all", ...more], {
    ...{ cwd, version: "1.2.3", width: 100, color: false, pythonPaths: [] },
    out: (text) => out.push(Buffer.from(text)),
    err: (text) => {
      err += text;
    },
    openEngine: async ({ folders, searchPaths }) =>
      createEngine({ parsers, host: createNodeHost({ folders, searchPaths }) }),
  });
  return { code, out: Buffer.concat(out), err };
}

function put(name: string, text: string | Buffer): string {
  const file = path.join(cwd, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

const KEPT: readonly [string, Buffer, Buffer][] = [
  ["latin-1 by its coding line", Buffer.from(LATIN + NET, "latin1"), Buffer.from(LATIN + CHANGED, "latin1")],
  ["a byte order mark", Buffer.from(`\uFEFF${NET}`), Buffer.from(`\uFEFF${CHANGED}`)],
  ["CRLF", Buffer.from(crlf(NET)), Buffer.from(crlf(CHANGED))],
  ["CR", Buffer.from(NET.replaceAll("\n", "\r")), Buffer.from(CHANGED.replaceAll("\n", "\r"))],
  [
    "the neighbour's line end in a mixed file",
    Buffer.from(NET.replace("# c2\n", "# c2\r\n")),
    Buffer.from(CHANGED.replace(/nn\.Sequential[\s\S]*# c2\n/, (changed) => crlf(changed))),
  ],
  ["no newline at the end", Buffer.from(NET.trimEnd()), Buffer.from(CHANGED.trimEnd())],
];

describe("convlens rewrite", () => {
  it.each(KEPT)("keeps %s in --write", async (_, before, after) => {
    const file = put("net.py", before);
    expect((await rewrite("net.py", "--write")).code).toBe(0);
    expect(readFileSync(file).toString("latin1")).toBe(after.toString("latin1"));
  });

  it.each(KEPT)("keeps %s in --diff, which patch and git take", async (_, before, after) => {
    const file = put("sub folder/my net.py", before);
    const { out } = await rewrite("sub folder/my net.py", "--diff");
    execFileSync("git", ["apply", "--check", "-"], { cwd, input: out });
    execFileSync("patch", ["-p1", "-f", "-s"], { cwd, input: out });
    expect(readFileSync(file).toString("latin1")).toBe(after.toString("latin1"));
  });

  it.each([
    ["the file's own folder", "models", "net.py"],
    ["a folder beside it", "tools", "../models/net.py"],
    ["the repository's root", ".", "models/net.py"],
  ])("gives --diff from %s with paths from the repository's root", async (_, from, name) => {
    const root = mkdtempSync(path.join(cwd, "repository-"));
    const file = put(path.relative(cwd, path.join(root, "models/net.py")), NET);
    mkdirSync(path.join(root, "tools"));
    execFileSync("git", ["init", "-q"], { cwd: root });
    const { out } = await rewriteIn(path.join(root, from), name, "--diff");
    expect(out.toString()).toContain("--- a/models/net.py\n+++ b/models/net.py\n");
    const below = path.join(root, "models");
    execFileSync("git", ["apply", "-"], { cwd: below, input: out });
    expect(readFileSync(file, "utf8")).toBe(CHANGED);
    execFileSync("patch", ["-p1", "-R", "-s"], { cwd: root, input: out });
    expect(readFileSync(file, "utf8")).toBe(NET);
  });

  it("gives --diff a name that git would quote", async () => {
    const file = put('odd/q"uoted.py', NET);
    const { out } = await rewrite('odd/q"uoted.py', "--diff");
    execFileSync("git", ["apply", "-"], { cwd, input: out });
    expect(readFileSync(file, "utf8")).toBe(CHANGED);
  });

  it("gives --diff of a file elsewhere, without a repository, paths from its own folder", async () => {
    const file = put("elsewhere/net.py", NET);
    mkdirSync(path.join(cwd, "here"), { recursive: true });
    const { out, err } = await rewriteIn(path.join(cwd, "here"), "../elsewhere/net.py", "--diff");
    expect(err).toContain(`the patch's paths start at ${path.dirname(file)}`);
    execFileSync("patch", ["-p1", "-s"], { cwd: path.dirname(file), input: out });
    expect(readFileSync(file, "utf8")).toBe(CHANGED);
  });

  it("gives edits in the file's own line ends as JSON", async () => {
    put("net.py", crlf(NET));
    const { edits } = JSON.parse((await rewrite("net.py", "--json")).out.toString());
    for (const { text } of edits) expect(text).not.toMatch(/(?<!\r)\n/);
    expect(edits.length).toBeGreaterThan(0);
  });

  it.each([
    [
      "bytes that are no UTF-8",
      Buffer.from(`# one\n# caf\xe9\n${NET}`, "latin1"),
      "line 2 has bytes that are not utf-8",
    ],
    ["UTF-16", Buffer.from(`\uFEFF${NET}`, "utf16le"), "is UTF-16, which is not read: save it as UTF-8"],
    ["an unknown encoding", Buffer.from(`# coding: klingon\n${NET}`), "names the encoding klingon"],
  ])("refuses %s and writes nothing", async (_, bytes, reason) => {
    const file = put("odd.py", bytes);
    const { code, err, out } = await rewrite("odd.py", "--write");
    expect([code, out.length]).toEqual([2, 0]);
    expect(err).toContain(`odd.py: ${reason}`);
    expect(readFileSync(file)).toEqual(bytes);
  });

  it("refuses bytes that do not come back in TypeScript", async () => {
    const code = `import * as tf from "@tensorflow/tfjs";
export function Net() {
  const model = tf.sequential();
  model.add(tf.layers.conv2d({ inputShape: [8, 8, 3], filters: 16, kernelSize: 3 })); // caf\xe9
  model.add(tf.layers.conv2d({ filters: 32, kernelSize: 3 }));
  return model;
}
`;
    const bytes = Buffer.from(code, "latin1");
    const file = put("odd.ts", bytes);
    const { code: exit, err } = await rewrite("odd.ts", "--write");
    expect([exit, err]).toEqual([2, expect.stringContaining("odd.ts: line 4 has bytes that are not utf-8")]);
    expect(readFileSync(file)).toEqual(bytes);
  });

  it("keeps the mode, writes a link's target and leaves nothing beside it", async () => {
    const file = put("tool/real.py", NET);
    chmodSync(file, 0o750);
    symlinkSync(file, path.join(cwd, "link.py"));
    expect((await rewrite("link.py", "--write")).code).toBe(0);
    expect(lstatSync(path.join(cwd, "link.py")).isSymbolicLink()).toBe(true);
    expect(readFileSync(file, "utf8")).toBe(CHANGED);
    expect(statSync(file).mode & 0o777).toBe(0o750);
    expect(readdirSync(path.dirname(file))).toEqual(["real.py"]);
  });
});
