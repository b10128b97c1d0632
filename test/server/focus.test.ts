/** One network in focus: what the files that it runs through show of it. */
import { describe, expect, it } from "vitest";
import { createEngine } from "../../src/engine/engine.ts";
import { loadParsers } from "../../src/node/wasm.ts";
import { createTranslate } from "../../src/present/l10n.ts";
import { LocalAnalyst } from "../../src/server/analyst.ts";
import { Focus } from "../../src/server/focus.ts";
import { lenses } from "../../src/server/lens.ts";
import { Session } from "../../src/server/session.ts";
import { memoryHost } from "../engine/memoryHost.ts";

const parsers = await loadParsers();
const PARTS = `import torch.nn as nn
class Block(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.conv = nn.Conv2d(cin, cout, 3, padding=1, bias=False)
    def forward(self, x):
        return self.conv(x)
class Unused(nn.Module):
    def __init__(self, cin):
        super().__init__()
        self.conv = nn.Conv2d(cin, cin, 3)
    def forward(self, x):
        return self.conv(x)
`;
const NET = `from parts import Block
import torch.nn as nn
# convlens: input=1x3x32x32
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = Block(3, 8)
        self.b = Block(8, 8)
    def forward(self, x):
        return self.b(self.a(x))
`;
const URI = { parts: "file:///app/parts.py", net: "file:///app/net.py" };

function start(texts: { parts: string; net: string }) {
  const analyst = new LocalAnalyst((_, unsaved) =>
    createEngine({
      parsers,
      host: {
        ...memoryHost({ "/app/parts.py": texts.parts, "/app/net.py": texts.net }),
        read: (file) =>
          unsaved.get(file)?.text ?? { "/app/parts.py": texts.parts, "/app/net.py": texts.net }[file],
        version: (file) => String(unsaved.get(file)?.version ?? "disk"),
      },
    }),
  );
  analyst.configure({
    ...{ folders: [], searchPaths: [], stubs: [], defaultInput: [], steps: 20_000_000, milliseconds: 1 },
  });
  const open = new Map<string, string>();
  const quiet = { analyzed: () => undefined, stale: () => undefined, failed: () => undefined };
  const session = new Session({ analyst, rest: 0, events: quiet });
  const focus = new Focus({ session, textOf: (uri) => open.get(uri), stale: () => undefined });
  let version = 0;
  const edit = (uri: string, text: string): void => {
    version += 1;
    if (open.has(uri)) session.change(uri, version, text);
    else session.open(uri, "python", version, text);
    open.set(uri, text);
    focus.changed();
  };
  const titles = async (uri: string) => {
    const shown = await focus.shown(uri, 60_000);
    if (!shown) return [];
    const how = { unit: "MACs", t: createTranslate("en"), active: shown.active } as const;
    return lenses(shown.analysis, how).map(({ at, title }) => [at.line, title]);
  };
  return { session, focus, edit, titles };
}

describe("a file of parts", () => {
  // 32²·9·3·8 = 221184, 32²·9·8·8 = 589824
  const CLASS = [2, "2 in Net, 221 k to 590 k MACs each, 811 k in all · 100 %"];
  const LINE = [5, "2 layers, 221 k to 590 k MACs each, 811 k in all · 100 % · Net"];

  it("shows what the network in focus makes of them, though that is in a file that is not open", async () => {
    const { focus, edit, titles } = start({ parts: PARTS, net: NET });
    edit(URI.parts, PARTS);
    expect(await titles(URI.parts)).not.toContainEqual(CLASS);
    focus.set({ uri: URI.net, network: "Net" });
    const shown = await titles(URI.parts);
    expect(shown).toContainEqual(CLASS);
    expect(shown).toContainEqual(LINE);
    expect(shown).toContainEqual([8, "needs cin"]);
  });

  it("tells the parameters of what costs no MACs", async () => {
    const norm = PARTS.replace("nn.Conv2d(cin, cout, 3, padding=1, bias=False)", "nn.BatchNorm2d(cin)");
    const net = NET.replace("Block(8, 8)", "Block(3, 3)");
    const { focus, edit, titles } = start({ parts: norm, net });
    edit(URI.parts, norm);
    focus.set({ uri: URI.net, network: "Net" });
    expect(await titles(URI.parts)).toContainEqual([2, "2 in Net, 12 params"]);
  });

  it("follows its own edits", async () => {
    const { focus, edit, titles } = start({ parts: PARTS, net: NET });
    edit(URI.parts, PARTS);
    focus.set({ uri: URI.net, network: "Net" });
    await titles(URI.parts);
    edit(URI.parts, `# parts\n${PARTS.replace("3, padding=1", "1")}`);
    expect(await titles(URI.parts)).toContainEqual([
      3,
      "2 in Net, 24.6 k to 65.5 k MACs each, 90.1 k in all · 100 %",
    ]);
  });

  it("keeps what it showed while its text is broken", async () => {
    const { focus, edit, titles } = start({ parts: PARTS, net: NET });
    edit(URI.parts, PARTS);
    focus.set({ uri: URI.net, network: "Net" });
    await titles(URI.parts);
    edit(
      URI.parts,
      PARTS.replace(
        "def forward(self, x):\n        return self.conv(x)\nclass U",
        "def forward(self, x:\n        return self.\nclass U",
      ),
    );
    expect(await titles(URI.parts)).toContainEqual(CLASS);
  });

  it("names the document of the network, so that commands find it", async () => {
    const { focus, edit } = start({ parts: PARTS, net: NET });
    edit(URI.parts, PARTS);
    focus.set({ uri: URI.net, network: "Net" });
    expect((await focus.shown(URI.parts, 60_000))?.home).toMatchObject({ uri: URI.net, network: "Net" });
  });

  it("shows its own again once none is in focus", async () => {
    const { focus, edit, titles } = start({ parts: PARTS, net: NET });
    edit(URI.parts, PARTS);
    focus.set({ uri: URI.net, network: "Net" });
    await titles(URI.parts);
    focus.set({});
    expect(await titles(URI.parts)).not.toContainEqual(CLASS);
  });
});
