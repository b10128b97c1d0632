/** Copies of helpers that other networks use, for a rewrite that leaves these networks as they are (`only`). */
import { describe, expect, it } from "vitest";
import type { RewriteStyle } from "../../../src/engine/contract/rewrite.ts";
import { createEngine } from "../../../src/engine/engine.ts";
import { applyEdits } from "../../../src/engine/separable/rewrite/place.ts";
import { loadParsers } from "../../../src/node/wasm.ts";
import { memoryHost } from "../memoryHost.ts";

const parsers = await loadParsers();

const NET = "/app/net.py";

/** The files with network A rewritten; B costs what it did. */
function rewrite(files: Readonly<Record<string, string>>, style: RewriteStyle = "inline") {
  const input = ["1x3x32x32"];
  const engine = createEngine({ parsers, host: memoryHost(files) });
  const result = engine.rewrite(NET, { layers: "all", model: "A", only: true, style, input });
  if (!result.ok) return { reason: result.reason };
  const { edits, layers, refused, others, copies } = result.rewrite;
  expect(others).toEqual([]);
  const texts = Object.fromEntries(
    Object.entries(files).map(([file, text]) => [
      file,
      applyEdits(
        text,
        edits.filter(({ at }) => at.file === file),
      ),
    ]),
  );
  const totals = [files, texts].map((some) => {
    const profiled = createEngine({ parsers, host: memoryHost(some) }).profile(NET, { model: "B", input });
    return profiled.ok ? profiled.report.totals : profiled.reason;
  });
  expect(totals[1]).toEqual(totals[0]);
  return { layers, refused, texts, text: texts[NET]!, copies: copies.map(({ copy }) => copy) };
}

const network = (name: string, body: string): string => `

class ${name}(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3)
        self.body = ${body}

    def forward(self, x):
        return self.body(self.stem(x))
`;

const BLOCK = `class Block(nn.Module):
    def __init__(self, i, o):
        super(Block, self).__init__()
        self.conv = nn.Conv2d(i, o, 3)

    def forward(self, x):
        return self.conv(x)
`;

const PROGRAM = `from torch import nn


${BLOCK}

def stage(block, i, o):
    return nn.Sequential(block(i, o), block(o, o))
`;

describe("a rewrite of one network alone", () => {
  it("copies a function, keeps the function, and calls the copy in another file by any name", () => {
    const blocks = "from torch import nn\n\n\ndef conv(i, o):\n    return nn.Conv2d(i, o, 3)  # wide\n";
    const imports: readonly (readonly [string, string, string, string])[] = [
      ["from blocks import conv", "conv", "from blocks import conv, separable_conv", "separable_conv"],
      ["from blocks import conv as c", "c", "from blocks import conv as c, separable_conv", "separable_conv"],
      ["import blocks", "blocks.conv", "import blocks", "blocks.separable_conv"],
      [
        "from blocks import (\n    conv,  # ours\n)",
        "conv",
        "from blocks import (\n    conv, separable_conv,  # ours\n)",
        "separable_conv",
      ],
    ];
    for (const [line, call, newLine, newCall] of imports) {
      const found = rewrite({
        "/app/blocks.py": blocks,
        [NET]: `from torch import nn\n${line}\n${network("A", `${call}(8, 16)`)}${network("B", `${call}(8, 8)`)}`,
      });
      expect(found.refused, line).toEqual([]);
      expect(found.texts?.["/app/blocks.py"], line).toBe(`${blocks}

def separable_conv(i, o):
    return nn.Sequential(
        nn.Conv2d(i, i, 3, groups=i, bias=False),
        nn.Conv2d(i, o, 1),
    )  # wide
`);
      expect(found.text, line).toContain(newLine);
      expect(found.text, line).toContain(`self.body = ${newCall}(8, 16)`);
      expect(found.text, line).toContain(`self.body = ${call}(8, 8)`);
    }
  });

  it("copies a class with what it calls itself, also where it is only given to what calls it", () => {
    const source = `${PROGRAM}${network("A", "stage(Block, 8, 16)")}${network("B", "stage(Block, 8, 8)")}`;
    const { text, copies } = rewrite({ [NET]: source });
    expect(copies).toEqual(["SeparableBlock"]);
    expect(text).toContain(BLOCK);
    expect(text).toContain("class SeparableBlock(nn.Module):");
    expect(text).toContain("super(SeparableBlock, self).__init__()");
    expect(text).toContain("self.body = stage(SeparableBlock, 8, 16)");
    expect(text).toContain("self.body = stage(Block, 8, 8)");
  });

  it("copies every helper on the way that others share, and nothing twice", () => {
    const source = `from torch import nn


def conv(i, o):
    return nn.Conv2d(i, o, 3)


${BLOCK.replace("nn.Conv2d(i, o, 3)", "conv(i, o)")}

def stage(i, o):
    return nn.Sequential(Block(i, o), Block(o, o))
${network("A", "nn.Sequential(stage(8, 16), conv(16, 16))")}${network("B", "nn.Sequential(stage(8, 8), conv(8, 8))")}`;
    for (const style of ["inline", "class"] as const) {
      const { text, copies, refused } = rewrite({ [NET]: source }, style);
      expect(refused).toEqual([]);
      expect(copies).toEqual(["separable_conv", "SeparableBlock", "separable_stage"]);
      expect(text).toContain("self.conv = separable_conv(i, o)\n");
      expect(text).toContain("return nn.Sequential(SeparableBlock(i, o), SeparableBlock(o, o))");
      expect(text).toContain("nn.Sequential(separable_stage(8, 16), separable_conv(16, 16))");
      expect(text?.match(/^(def|class) /gm)).toHaveLength(style === "class" ? 9 : 8);
    }
  });

  it("leaves its own layers that stay with the helper as it is", () => {
    const source = `from torch import nn


def conv(i, o):
    return nn.Conv2d(i, o, 3)
${network("A", "conv(8, 16)")}${network("B", "conv(8, 8)")}`.replaceAll("nn.Conv2d(3, 8, 3)", "conv(3, 8)");
    const { text } = rewrite({ [NET]: source });
    expect(text).toContain("self.stem = conv(3, 8)\n        self.body = separable_conv(8, 16)\n");
    expect(text).not.toContain(" if ");
  });

  it("asks for the copy where the program asks for the class", () => {
    const init = `
        for m in self.modules():
            if isinstance(m, (nn.Linear, Block)) or isinstance(m, Block):
                m.seen = True
`;
    const source =
      `${PROGRAM}${network("A", "stage(Block, 8, 16)")}${network("B", "stage(Block, 8, 8)")}`.replace(
        "stage(Block, 8, 16)\n",
        `stage(Block, 8, 16)${init}`,
      );
    const { text } = rewrite({ [NET]: source });
    expect(text).toContain(
      "if isinstance(m, (nn.Linear, Block, SeparableBlock)) or isinstance(m, (Block, SeparableBlock)):",
    );
  });

  it("gives a parameter instead where the class is compared, and refuses where that cannot be either", () => {
    const compared = PROGRAM.replace("    return nn", "    assert block is not Block or i\n    return nn");
    const given = `${compared}${network("A", "stage(Block, 8, 16)")}${network("B", "stage(Block, 8, 16)")}`;
    expect(rewrite({ [NET]: given }).reason).toContain("Block is compared at net.py:14");
    const called = `${compared}${network("A", "Block(8, 16)")}${network("B", "Block(8, 8)")}`;
    const { text, copies } = rewrite({ [NET]: called });
    expect(copies).toEqual([]);
    expect(text).toContain("self.body = Block(8, 16, separable=True)");
  });

  it("makes other lines of a copied class in the copy", () => {
    const source = `from torch import nn


class Block(nn.Module):
    def __init__(self, i, o, wide=False):
        super().__init__()
        self.conv = nn.Conv2d(i, o, 3)
        self.more = nn.Conv2d(o, o, 5) if wide else nn.Identity()

    def forward(self, x):
        return self.more(self.conv(x))
${network("A", "Block(8, 16, wide=True)")}${network("B", "Block(8, 8)")}`;
    const { text, layers } = rewrite({ [NET]: source });
    expect(layers).toEqual(["body.conv", "body.more"]);
    expect(text?.split("class SeparableBlock")[0]).toBe(`${source.split("\n\n\nclass A")[0]}\n\n\n`);
  });
});
