/** `convlens server --stdio` as plain clients of LSP 3.17 have it, and as Neovim has it where that is installed. */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { connect } from "./client.ts";

const root = path.resolve(import.meta.dirname, "../..");
const CLI = path.join(root, "dist/cli.mjs");
const NET = `import torch.nn as nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.層一, self.層二 = nn.Conv2d(3, 64, 3), nn.Conv2d(64, 32, 3)
        self.last = nn.Conv2d(32, 8, 3)
    def forward(self, x):
        return self.last(self.層二(self.層一(x)))
`;
const LINE = 5;
const text = NET.split("\n")[LINE] ?? "";
/** Where the second constructor starts on its line, in UTF-16 and in UTF-8. */
const second = text.lastIndexOf("nn.Conv2d");
const inBytes = Buffer.byteLength(text.slice(0, second));

let folder = "";
let uri = "";
const running: ChildProcessWithoutNullStreams[] = [];
beforeAll(() => {
  if (!existsSync(CLI)) throw new Error("dist/cli.mjs is missing: npm run build");
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), "convlens-editor-")));
  writeFileSync(path.join(folder, "net.py"), NET);
  uri = pathToFileURL(path.join(folder, "net.py")).href;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => {
  for (const child of running.splice(0)) child.kill();
});

async function start(capabilities: object = {}, options: object = {}) {
  const child = spawn(process.execPath, [CLI, "server", "--stdio"]);
  running.push(child);
  const client = connect(child.stdout, child.stdin);
  const asked: string[] = [];
  client.rpc.onRequest(
    "client/registerCapability",
    ({ registrations }: { registrations: { method: string }[] }) => {
      asked.push(...registrations.map(({ method }) => method));
      return null;
    },
  );
  const initialized = (await client.initialize(options, capabilities)) as {
    capabilities: { positionEncoding: string; inlayHintProvider: boolean };
  };
  await client.open(uri, NET);
  const ended = new Promise<number | null>((resolve) => child.on("exit", resolve));
  return { ...client, asked, ended, told: initialized.capabilities };
}

type Client = Awaited<ReturnType<typeof start>>;

const wholeFile = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } };
const hintsOf = ({ rpc }: Client, range: object = wholeFile) =>
  rpc.sendRequest<{ position: { line: number; character: number }; label: string }[]>(
    "textDocument/inlayHint",
    {
      textDocument: { uri },
      range,
    },
  );

describe("inlay hints", () => {
  it("have each figure at the end of its line, of the lines that are shown", async () => {
    const client = await start();
    const hints = await hintsOf(client);
    expect(hints.map(({ position }) => position.line)).toEqual([2, 5, 6]);
    expect(hints[2]).toMatchObject({
      label: expect.stringMatching(/^10\d M MACs/),
      position: { character: NET.split("\n")[6]?.length },
    });
    const shown = { start: { line: 6, character: 0 }, end: { line: 7, character: 0 } };
    expect(await hintsOf(client, shown)).toHaveLength(1);
  });

  it("are not offered to the extension, which shows lenses", async () => {
    expect((await start({}, { commands: true })).told.inlayHintProvider).toBe(false);
  });
});

describe("positions", () => {
  const general = (...positionEncodings: string[]) => ({ general: { positionEncodings } });

  it("are in UTF-16 unless the client prefers UTF-8", async () => {
    expect((await start()).told.positionEncoding).toBe("utf-16");
    expect((await start(general("utf-32", "utf-16", "utf-8"))).told.positionEncoding).toBe("utf-16");
    expect((await start(general("utf-8", "utf-16"))).told.positionEncoding).toBe("utf-8");
  });

  it.each([
    ["utf-16", second],
    ["utf-8", inBytes],
  ])("of a hover and of a hint are in %s", async (encoding, character) => {
    const client = await start(general(encoding));
    expect(await client.hover(uri, LINE, character + 4)).toContain("64 → 32");
    expect(await client.hover(uri, LINE, character - 10)).toContain("3 → 64");
    const hint = (await hintsOf(client)).find(({ position }) => position.line === LINE);
    const end = encoding === "utf-8" ? Buffer.byteLength(text) : text.length;
    expect(hint?.position.character).toBe(end);
  });

  it("of edits are in UTF-8 too, one change after the other", async () => {
    const client = await start(general("utf-8"));
    const at = (start: number, end: number, newText: string) => ({
      range: { start: { line: LINE, character: start }, end: { line: LINE, character: end } },
      text: newText,
    });
    const name = Buffer.byteLength(text.slice(0, text.indexOf("層一")));
    const channels = inBytes + "nn.Conv2d(64, ".length;
    await client.rpc.sendNotification("textDocument/didChange", {
      textDocument: { uri, version: 2 },
      // The first takes three bytes out of the line: 層一 becomes 層.
      contentChanges: [at(name + 3, name + 6, ""), at(channels - 3, channels - 1, "16")],
    });
    expect(await client.hover(uri, LINE, inBytes - 3 + 4)).toContain("64 → 16");
  });
});

it("tells who cancels a request so at once", async () => {
  const { rpc } = await start();
  const { CancellationTokenSource } = await import("vscode-jsonrpc/node");
  const source = new CancellationTokenSource();
  const lenses = rpc.sendRequest("textDocument/codeLens", { textDocument: { uri } }, source.token);
  // A question that is answered at once: by then, the server has begun on the one before it.
  await expect(rpc.sendRequest("convlens/nothing")).rejects.toMatchObject({ code: -32601 });
  source.cancel();
  await expect(lenses).rejects.toMatchObject({ code: -32800 });
});

it("asks a client that can to watch the files that figures hang on", async () => {
  const client = await start({ workspace: { didChangeWatchedFiles: { dynamicRegistration: true } } });
  await client.lenses(uri);
  expect(client.asked).toEqual(["workspace/didChangeWatchedFiles"]);
});

it("ends with 0 after a shutdown, else with 1", async () => {
  const polite = await start();
  await polite.shutdown();
  expect(await polite.ended).toBe(0);
  const rude = await start();
  await rude.rpc.sendNotification("exit");
  expect(await rude.ended).toBe(1);
});

const hasNeovim = spawnSync("nvim", ["--version"]).status === 0;

describe.skipIf(!hasNeovim)("Neovim with the lines of docs/editors/neovim.md", () => {
  it("shows our lenses and our hover", async () => {
    const bin = path.join(folder, "bin");
    mkdirSync(bin);
    symlinkSync(CLI, path.join(bin, "convlens"));
    const page = readFileSync(path.join(root, "docs/editors/neovim.md"), "utf8");
    const [, lines = ""] = /```lua\n([\s\S]*?)```/.exec(page) ?? [];
    writeFileSync(path.join(folder, "init.lua"), lines);
    const script = `
      local function wait(what) assert(vim.wait(120000, what, 200), "nothing came") end
      vim.cmd("edit net.py")
      vim.bo.filetype = "python"
      local buffer = vim.api.nvim_get_current_buf()
      wait(function()
        -- Neovim 0.7 never asks again where it asked before the server had started.
        if #(vim.lsp.get_clients or vim.lsp.get_active_clients)() > 0 then vim.lsp.codelens.refresh() end
        return #vim.lsp.codelens.get(buffer) > 0
      end)
      local shown = {}
      for _, lens in ipairs(vim.lsp.codelens.get(buffer)) do table.insert(shown, lens.command.title) end
      vim.api.nvim_win_set_cursor(0, { 7, 22 })
      vim.lsp.buf.hover()
      local function float()
        for _, window in ipairs(vim.api.nvim_list_wins()) do
          if vim.api.nvim_win_get_config(window).relative ~= "" then return window end
        end
      end
      wait(float)
      local text = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(float()), 0, -1, false)
      vim.fn.writefile({ vim.fn.json_encode({ lenses = shown, hover = text }) }, "shown.json")
      vim.cmd("qall!")
    `;
    writeFileSync(path.join(folder, "show.lua"), script);
    const child = spawn("nvim", ["--headless", "-n", "-u", "init.lua", "-c", "luafile show.lua"], {
      cwd: folder,
      env: { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH}`, HOME: folder },
    });
    running.push(child);
    let said = "";
    child.stderr.on("data", (chunk) => {
      said += String(chunk);
      // An error in a script leaves Neovim waiting for a key.
      if (said.includes("E5113") || said.includes("nothing came")) child.kill();
    });
    await new Promise((resolve) => child.on("exit", resolve));
    expect(existsSync(path.join(folder, "shown.json")), said).toBe(true);
    const shown = JSON.parse(readFileSync(path.join(folder, "shown.json"), "utf8"));
    expect(shown.lenses).toContainEqual(expect.stringMatching(/^10\d M MACs/));
    expect(shown.hover.join("\n")).toContain("Conv2d last, 3×3, 32 → 8");
  }, 600_000);
});
