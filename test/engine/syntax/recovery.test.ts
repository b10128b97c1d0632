/** Broken Python: damage stays in the statement that has it. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Stmt } from "../../../src/engine/syntax/ast.ts";
import type { Parsers } from "../../../src/engine/syntax/parser.ts";
import { loadParsers } from "../../../src/node/wasm.ts";
import { dump, stmt } from "./dump.ts";

let parsers: Parsers;
beforeAll(async () => {
  parsers = await loadParsers();
});

/** What is broken, the code, its tree, the problems listed. */
const SNIPPETS: readonly (readonly [string, string, string, readonly string[]])[] = [
  [
    "a call still being typed",
    `class A:
    def __init__(self):
        self.conv = nn.Conv2d(3, 64,
        self.fc = nn.Linear(64, 10)
    def forward(self, x):
        return self.fc(x)`,
    "(class A () {(def __init__ (self) {(= (. self conv) (call (. nn Conv2d) 3 64)) (= (. self fc) (call (. nn Linear) 64 10))}) (def forward (self x) {(return (call (. self fc) x))})})",
    ['3:30 "(" was never closed'],
  ],
  [
    "an inner call inside a longer one",
    `layers = nn.Sequential(
    nn.Conv2d(3, 64, 3,
    nn.ReLU(),
)
x = 1`,
    "(= layers (call (. nn Sequential) (call (. nn Conv2d) 3 64 3) (call (. nn ReLU)))) (= x 1)",
    ['2:14 "(" was never closed'],
  ],
  [
    "an annotation in the middle of a head",
    `def f(a: Optional[List[bool] = None, b=2) -> Tensor:
    return a`,
    "(def f (a:([] Optional ([] List bool))=null b=2) ->Tensor {(return a)})",
    ['1:18 "[" was never closed'],
  ],
  [
    "a head without its colon",
    `for x in y
    a
else:
    b`,
    "(for x y {a} else {b})",
    ["1:1 invalid syntax"],
  ],
  [
    "a condition that makes no sense",
    `if a b c(:
    x
elif d:
    y`,
    "(if <hole: invalid syntax> {x} else {(if d {y})})",
    ['1:9 "(" was never closed'],
  ],
  [
    "a value that is not there yet",
    `self.x =
self.y = 2`,
    "(= (. self x) <hole: invalid syntax>) (= (. self y) 2)",
    ["1:1 invalid syntax"],
  ],
  ["a closer too many", "a = f(1))\nb = 2", "(= a (call f 1)) (= b 2)", ['1:9 unmatched ")"']],
  [
    "a docstring whose end is missing",
    `class A:
    """Doc.

    def f(self):
        """Doc of f."""
        return 1

class B:
    x = 1`,
    `(class A () {<broken: invalid syntax> (def f (self) doc="Doc of f." {"Doc of f." (return 1)})}) (class B () {(= x 1)})`,
    ['2:5 invalid syntax near """"Doc."'],
  ],
];

/** A file of usual style: hanging and aligned brackets, nested functions, loops, a `with`, a long head. */
const MODEL = `import torch
from torch import nn

CONFIG = {
    "a": [64, (3, 3)],
    "b": [128, (1, 1)],
}


def conv3x3(in_planes: int, out_planes: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(in_planes, out_planes, kernel_size=(3, 3), stride=stride, padding=1)


class Block(nn.Module):
    expansion: int = 1

    def __init__(
        self,
        planes: int,
        norm: Optional[Callable[..., nn.Module]] = None,
    ) -> None:
        super().__init__()
        if planes not in (64, 128):
            raise ValueError(f"odd planes {planes} of {list(CONFIG)}")
        self.conv = nn.Sequential(
            conv3x3(planes, planes),
            nn.BatchNorm2d(planes,
                           eps=float("1e-3")),
        )
        layers = [conv3x3(planes, planes) for _ in range(2)]
        for i, (name, layer) in enumerate(zip(CONFIG, layers)):
            self.add_module(name, layer)
        self.tail = nn.Linear(planes, 10)

    def forward(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            y = self.conv(x)
        y = y + x[:, :, (0)]
        return self.tail(torch.flatten(y, 1))


@register(name="net")
class Net(nn.Module):
    def __init__(self, depths=(2, 2)):
        super().__init__()
        self.stages = nn.ModuleList([Block(64) for d in depths])


def net(**kwargs):
    return Net(**kwargs)


if __name__ == "__main__":
    print(net()(torch.randn(1, 3, 224, 224)))
`;

/** Each statement with its path and place; a head counts as the statement, its body apart. */
function statements(
  body: readonly Stmt[],
  path = "",
): { readonly key: string; readonly from: number; readonly to: number }[] {
  return body.flatMap((node) => {
    const row = (text: string, to: number) => ({
      key: `${path}/${text} ${node.at.line}:${node.at.column}`,
      from: node.at.line,
      to,
    });
    switch (node.kind) {
      case "classDef":
        return [
          row(`class ${node.cls.name}`, node.cls.nameAt.line),
          ...statements(node.cls.body, `${path}/${node.cls.name}`),
        ];
      case "functionDef": {
        const head = (node.fn.body[0]?.at.line ?? node.at.line + 1) - 1;
        return [row(`def ${node.fn.name}`, head), ...statements(node.fn.body, `${path}/${node.fn.name}`)];
      }
      case "if":
        return [row("if", node.test.at.endLine), ...statements(node.then, `${path}/if`)];
      case "for":
        return [row("for", node.iterable.at.endLine), ...statements(node.body, `${path}/for`)];
      case "with":
        return [row("with", node.at.line), ...statements(node.body, `${path}/with`)];
      default:
        return [row(stmt(node), node.at.endLine)];
    }
  });
}

describe("broken Python", () => {
  it.each(SNIPPETS)("understands %s", (_title, code, tree, problems) => {
    const module = parsers.parse("broken.py", code);
    expect(dump(module.body)).toBe(tree);
    expect(module.errors.map(({ at, message }) => `${at.line}:${at.column} ${message}`)).toEqual(problems);
  });

  it("keeps every other statement, in its place, whichever closing bracket is missing", () => {
    const whole = statements(parsers.parse("whole.py", MODEL).body);
    for (const { index } of MODEL.matchAll(/[)\]}]/g)) {
      const line = MODEL.slice(0, index).split("\n").length;
      const module = parsers.parse("damaged.py", MODEL.slice(0, index) + MODEL.slice(index + 1));
      const kept = new Set(statements(module.body).map(({ key }) => key));
      const lost = whole.filter(({ key, from, to }) => !kept.has(key) && !(from <= line && line <= to));
      expect(lost, `without the bracket in line ${line}`).toEqual([]);
    }
  });

  it("parses any beginning of a file", () => {
    for (let end = 0; end < MODEL.length; end += 7)
      expect(() => parsers.parse("typed.py", MODEL.slice(0, end))).not.toThrow();
  });
});

it.each([
  ["if", "if a:"],
  ["def", "def f():"],
  ["class", "class A:"],
  ["a broken head", "def f(:"],
])("1,500 levels of %s are read down to what programs have, and the code after them", (_what, head) => {
  const deep = Array.from({ length: 1500 }, (_, level) => `${" ".repeat(level)}${head}`).join("\n");
  const { body } = parsers.parse("deep.py", `${deep}\n${" ".repeat(1500)}pass\nx = 1\n`);
  expect(JSON.stringify(body)).toContain("nested too deeply");
  expect(body.at(-1)?.kind).toBe("assign");
});
