/** Networks of other files that use a line which a rewrite changes. */
import { describe, expect, it } from "vitest";
import type { RewriteOptions } from "../../../src/engine/contract/rewrite.ts";
import { createEngine } from "../../../src/engine/engine.ts";
import { applyEdits } from "../../../src/engine/separable/rewrite/place.ts";
import { loadParsers } from "../../../src/node/wasm.ts";
import { memoryHost } from "../memoryHost.ts";

const parsers = await loadParsers();

const BLOCKS = `from torch import nn


def conv(i, o):
    return nn.Conv2d(i, o, 3)
`;

const network = (name: string, imports: string, block: string): string => `from torch import nn
${imports}


class ${name}(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3)
        self.body = ${block}(8, 16)

    def forward(self, x):
        return self.body(self.stem(x))
`;

const FILES = {
  "/app/blocks.py": BLOCKS,
  "/app/a.py": network("A", "from blocks import conv", "conv"),
  "/app/b.py": network("B", "from blocks import conv", "conv"),
  "/app/more.py": "from blocks import (\n    conv,\n)\n\n\ndef twice(i, o):\n    return conv(i, o)\n",
  "/app/c.py": network("C", "import more", "more.twice"),
  "/app/d.py": network("D", "from elsewhere import conv", "nn.Conv2d").replace("(8, 16)", "(8, 16, 1)"),
};

function rewrite(files: Readonly<Record<string, string>>, options: Partial<RewriteOptions> = {}) {
  const engine = createEngine({ parsers, host: memoryHost(files) });
  const input = ["1x3x32x32"];
  return engine.rewrite("/app/a.py", { layers: "all", model: "A", input, ...options });
}

describe("a rewrite of a line that networks of other files use", () => {
  it("tells what each of them costs before and after, also those that import it through another file", () => {
    const result = rewrite(FILES);
    if (!result.ok) throw new Error(result.reason);
    const [b, c, ...rest] = result.rewrite.others;
    expect(rest).toEqual([]);
    const params = (separable: boolean): number =>
      3 * 8 * 9 + 8 + (separable ? 8 * 9 + 8 * 16 + 16 : 8 * 16 * 9 + 16);
    expect(b).toMatchObject({
      ...{ network: "B", file: "/app/b.py" },
      before: { params: params(false) },
      after: { params: params(true) },
    });
    expect(c).toMatchObject({ network: "C", file: "/app/c.py", after: { params: params(true) } });
  });

  it("leaves them as they are with `only`", () => {
    const result = rewrite(FILES, { only: true });
    if (!result.ok) throw new Error(result.reason);
    const { edits, others } = result.rewrite;
    expect(others).toEqual([]);
    const blocks = edits.filter(({ at }) => at.file === "/app/blocks.py");
    expect(applyEdits(BLOCKS, blocks)).toContain("def conv(i, o, separable=False):");
  });

  it("says so where more files import it than are looked into", () => {
    const more = Array.from({ length: 20 }, (_, index) => [
      `/app/z${index}.py`,
      network(`Z${index}`, "from blocks import conv", "conv"),
    ]);
    const result = rewrite({ ...FILES, ...Object.fromEntries(more) });
    if (!result.ok) throw new Error(result.reason);
    const [warning] = result.rewrite.warnings;
    expect(warning?.message).toMatch(/^networks of z\d+\.py and \d+ more files may change too/);
  });
});
