/** After an edit, statements that stand as before are the same ones, and their places are those of the new text. */
import { beforeAll, describe, expect, it } from "vitest";
import type { ModuleNode } from "../../../src/engine/syntax/ast.ts";
import type { Parsers } from "../../../src/engine/syntax/parser.ts";
import { loadParsers } from "../../../src/node/wasm.ts";

let parsers: Parsers;
beforeAll(async () => {
  parsers = await loadParsers();
});

const PYTHON = `import torch.nn as nn

@register
class Block(nn.Module):
    """A block."""

    def __init__(self, width: int = 8):  # type: (int) -> None
        super().__init__()
        self.conv, self.act = nn.Conv2d(width, width, 3), nn.ReLU()

    def forward(self, x):
        return self.act(self.conv(x)) + x

a = 1; b = a
a = 1; b = a
sizes = [w for w in (8, 16) if w > a], b

def net(width=8):
    if width > 8:
        return nn.Sequential(Block(width), Block(width))
    return Block(width)
`;

const TYPESCRIPT = `import * as tf from "@tensorflow/tfjs";

export class Net {
  private width = 8;
  build(n: number): tf.Sequential {
    const model = tf.sequential();
    for (let i = 0; i < n; i++) model.add(tf.layers.dense({ units: this.width, inputShape: [4] }));
    return model;
  }
}
const a = 1;
const a2 = \`\${a}\`;
export function net(): tf.Sequential {
  return new Net().build(a);
}
`;

const CASES = [
  ["model.py", PYTHON],
  ["model.ts", TYPESCRIPT],
] as const;

/** Repeatable numbers from 0 to 1. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
}

const INSERTED = [
  "\n",
  "x",
  "# note\n",
  "b = 2\n",
  "    y = 1\n",
  "(",
  ")",
  '"',
  "\n\ndef f():\n    return 1\n",
  "/* c */",
];

function edited(text: string, random: () => number): string {
  const from = Math.floor(random() * (text.length + 1));
  const to = random() < 0.5 ? from : Math.min(text.length, from + Math.floor(random() * 20));
  const put = random() < 0.7 ? (INSERTED[Math.floor(random() * INSERTED.length)] ?? "") : "";
  return text.slice(0, from) + put + text.slice(to);
}

describe.each(CASES)("an edited %s", (file, source) => {
  it("lowers as a new text does, edit after edit", () => {
    const random = randomFrom(7);
    let text: string = source;
    let module: ModuleNode | undefined;
    for (let step = 0; step < 150; step++) {
      module = parsers.parse(file, text, module);
      expect(module, text).toEqual(parsers.parse(file, text));
      text = step % 5 === 4 ? source : edited(text, random);
    }
  });

  it("takes over the statements that stand as before", () => {
    const before = parsers.parse(file, source);
    const statements = [...before.body];
    const lines = statements.map(({ at }) => at.line);
    const shift = file.endsWith(".py") ? "# a line\n" : "// a line\n";
    const after = parsers.parse(file, `${shift}${source}\n`, before);
    expect(after.body).toHaveLength(statements.length);
    for (const [index, statement] of after.body.entries()) {
      expect(statement).toBe(statements[index]);
      expect(statement.at.line).toBe((lines[index] ?? 0) + 1);
    }
  });
});
