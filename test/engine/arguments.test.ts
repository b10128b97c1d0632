/** Networks that need arguments: those that give themselves, and those that the program calls them with. */
import { describe, expect, test } from "vitest";
import { createEngine } from "../../src/engine/engine.ts";
import { loadParsers } from "../../src/node/wasm.ts";
import { memoryHost } from "./memoryHost.ts";
import { profile } from "./profile.ts";

const parsers = await loadParsers();

const CONFIG = `
class Config:
    def __init__(self, width=8, **kwargs):
        self.width = width
`;

const net = (init: string): string => `
import torch.nn as nn
from typing import Optional, Union
${CONFIG}
class Net(nn.Module):
    def __init__(self, ${init}):
        super().__init__()
        self.conv = nn.Conv2d(3, config.width, 3)
    def forward(self, x):
        return self.conv(x)
`;

test("a function that never ends has told its call of a class all the same", () => {
  const source = `
import torch.nn as nn
class Net(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.fc = nn.Linear(sizes[0], sizes[1])
    def forward(self, x):
        return self.fc(x)
def train():
    net = Net([3, 4])
    step = 0
    while step < 10 ** 12:
        step += 1
`;
  expect(profile(source)).toMatchObject({ complete: true, totals: { params: 16 }, network: "Net" });
});

test("arguments that are no Python are not those of a call without any", () => {
  const source = net("config=Config()");
  expect(profile(source, { input: ["1x3x8x8"], args: "Config())" })).toMatchObject({
    complete: false,
    totals: { params: null },
  });
});

describe("configurations", () => {
  test.each([
    ["a class", "config: Config"],
    ["its name", 'config: "Config"'],
    ["an optional class", "config: Optional[Config]"],
    ["a union", "config: Config | None"],
    ["a class beside others", "config: Union[dict, Config]"],
  ])("an annotation that names %s with defaults gives one", (_, init) => {
    const report = profile(net(init), { input: ["1x3x8x8"] });
    expect(report).toMatchObject({
      complete: true,
      totals: { params: 3 * 8 * 9 + 8 },
      arguments: { text: "config=Config()", origin: "annotation", at: { line: 10 } },
    });
  });

  test("the user's arguments come before", () => {
    const report = profile(net("config: Config"), { input: ["1x3x8x8"], args: "Config(width=4)" });
    expect(report.totals.params).toBe(3 * 4 * 9 + 4);
    expect(report).not.toHaveProperty("arguments");
  });

  test("a class says what its configuration is", () => {
    const source = net("config").replace(
      "    def __init__(self, config):",
      "    config_class = Config\n    def __init__(self, config):",
    );
    expect(profile(source, { input: ["1x3x8x8"] })).toMatchObject({
      complete: true,
      arguments: { text: "config=Config()" },
    });
  });

  test.each([
    ["a list of configurations", "config: list[Config]"],
    ["a class of the framework", "config: nn.Module"],
    ["a class without settings", "config: Empty"],
  ])("%s is none", (_, init) => {
    const source = net(init).replace(
      "class Net",
      "class Empty:\n    def __init__(self, **kwargs):\n        self.kwargs = kwargs\nclass Net",
    );
    const engine = createEngine({ parsers, host: memoryHost({ "/app/model.py": source }) });
    expect(engine.analyze("/app/model.py")).toMatchObject({
      reports: [],
      failures: [{ network: "Net", reason: "needs config" }],
    });
  });

  test("parts that need one are no networks", () => {
    const source = `${net("config: Config")}
class Whole(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.net = Net(config)
    def forward(self, x):
        return self.net(x)
`;
    expect(profile(source, { input: ["1x3x8x8"] }).networks).toEqual(["Whole"]);
  });
});

const WIDE = `
import torch.nn as nn
class Wide(nn.Module):
    def __init__(self, depth, width, drop=0.0):
        super().__init__()
        self.layers = nn.Sequential(*[nn.Conv2d(3, 3 * width, 3) for _ in range(depth)])
        self.drop = nn.Dropout(drop)
    def forward(self, x):
        return self.drop(self.layers[0](x))
`;

describe("calls of the program", () => {
  const files = (path: string, text: string) => ({ files: { [path]: text }, input: ["1x3x8x8"] });
  const PARAMS = (width: number) => 3 * 3 * width * 9 + 3 * width;

  test("a script gives its argparse defaults", () => {
    const report = profile(
      WIDE,
      files(
        "/app/train.py",
        `
import argparse
from model import Wide
parser = argparse.ArgumentParser()
parser.add_argument("--width", default=2, type=int)
def main():
    args = parser.parse_args()
    model = Wide(1, args.width, drop=0.3)
if __name__ == "__main__":
    main()
`,
      ),
    );
    expect(report).toMatchObject({
      complete: true,
      totals: { params: PARAMS(2) },
      arguments: { text: "1, 2, drop=0.3", origin: "call", at: { file: "/app/train.py", line: 8 } },
    });
  });

  test("a function of the file that nothing calls gives them", () => {
    const report = profile(
      `${WIDE}
def check(size):
    net = Wide(1, 4)
    print(net)
`,
      { input: ["1x3x8x8"] },
    );
    expect(report).toMatchObject({
      complete: true,
      totals: { params: PARAMS(4) },
      arguments: { text: "1, 4" },
    });
  });

  test("a factory is followed to who calls it", () => {
    const report = profile(WIDE, {
      input: ["1x3x8x8"],
      files: {
        "/app/factory.py": "from model import Wide\ndef make_model(width):\n    return Wide(1, width)\n",
        "/app/go.py": "from factory import make_model\nnet = make_model(5)\n",
      },
    });
    expect(report).toMatchObject({ complete: true, totals: { params: PARAMS(5) } });
  });

  test.each([
    ["under another name", "Main = Trainer\nx = Main(6)\n"],
    ["out of a table", "trainers = {'usual': Trainer}\nx = trainers['usual'](6)\n"],
  ])("a class that is made %s is followed to who makes it", (_, made) => {
    const report = profile(WIDE, {
      input: ["1x3x8x8"],
      files: {
        "/app/trainer.py":
          "from model import Wide\nclass Trainer:\n    def __init__(self, width):\n        self.net = Wide(1, width)\n",
        "/app/go.py": `from trainer import Trainer\n${made}`,
      },
    });
    expect(report).toMatchObject({ complete: true, totals: { params: PARAMS(6) } });
  });

  test("a class of a module out of a table is made where the table is", () => {
    const report = profile(WIDE, {
      input: ["1x3x8x8"],
      files: {
        "/app/trainer.py": `
import model
class Trainer:
    def __init__(self, name, width):
        self.net = {"wide": model}[name].Wide(1, width)
`,
        "/app/go.py": "from trainer import Trainer\nx = Trainer('wide', 6)\n",
      },
    });
    expect(report).toMatchObject({ complete: true, totals: { params: PARAMS(6) } });
  });

  test("a folder above is part of the program", () => {
    const report = profile(WIDE, {
      file: "/app/models/wide.py",
      input: ["1x3x8x8"],
      files: { "/app/train.py": "from models.wide import Wide\nnet = Wide(1, 6)\n" },
    });
    expect(report).toMatchObject({ complete: true, totals: { params: PARAMS(6) } });
  });

  test("an object keeps what it was given, whatever is done to it later", () => {
    const report = profile(
      WIDE.replace("depth, width", "depth, config").replaceAll("3 * width", "3 * config['width']"),
      {
        input: ["1x3x8x8"],
        files: {
          "/app/train.py":
            "from model import Wide\ndef main():\n    config = {'width': 2}\n    net = Wide(1, config)\n    config['width'] = 9\n",
        },
      },
    );
    expect(report).toMatchObject({ complete: true, totals: { params: PARAMS(2) } });
  });

  test("what a call leaves unknown is no answer", () => {
    const engine = createEngine({
      parsers,
      host: memoryHost({
        "/app/model.py": WIDE,
        "/app/train.py": "from model import Wide\nimport unheard_of\nnet = Wide(1, unheard_of.width)\n",
      }),
    });
    expect(engine.analyze("/app/model.py")).toMatchObject({
      reports: [],
      failures: [{ network: "Wide", reason: "needs depth, width" }],
    });
  });

  test("another class of the name is not it, and tests come last", () => {
    const report = profile(WIDE, {
      input: ["1x3x8x8"],
      files: {
        "/app/tests/test_wide.py": "from model import Wide\nnet = Wide(1, 1)\n",
        "/app/other.py": "class Wide:\n    def __init__(self, a, b): pass\nnet = Wide(1, 3)\n",
        "/app/use.py": "from model import Wide\nnet = Wide(1, 7)\n",
      },
    });
    expect(report.totals.params).toBe(PARAMS(7));
  });
});

describe("decorators that take the signature away", () => {
  const wrapped = (decorated: string): string => `
import torch.nn as nn
def logged(fn):
    def wrapper(*args, **kwargs):
        return fn(*args, **kwargs)
    return wrapper
${decorated}
`;
  const reasons = (source: string) =>
    createEngine({ parsers, host: memoryHost({ "/app/model.py": source }) })
      .analyze("/app/model.py")
      .failures.map(({ network, reason }) => `${network} ${reason}`);

  test("a wrapped constructor still needs what it needs", () => {
    const source = wrapped(`
class Net(nn.Module):
    @logged
    def __init__(self, width, depth=1):
        super().__init__()
        self.conv = nn.Conv2d(3, width, 3)
    def forward(self, x):
        return self.conv(x)
`);
    expect(reasons(source)).toEqual(["Net needs width"]);
  });

  test("so does a constructor that a decorator of the class wraps", () => {
    const source = wrapped(`
def reviewed(cls):
    cls.__init__ = logged(cls.__init__)
    return cls
@reviewed
class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv2d(3, width, 3)
    def forward(self, x):
        return self.conv(x)
`);
    expect(reasons(source)).toEqual(["Net needs width"]);
  });

  test("and a builder", () => {
    const source = wrapped(`
@logged
def build(width):
    return nn.Conv2d(3, width, 3)
`);
    expect(reasons(source)).toEqual(["build needs width"]);
  });
});

test("a builder gets the symbolic inputs that the program calls it with", () => {
  const report = profile(`
from keras.layers import Conv2D, Dense, Flatten, Input
from keras.models import Model

def build_critic(inputs, channels):
    x = Conv2D(channels, 3, padding="same")(inputs)
    return Model(inputs, Dense(1)(Flatten()(x)), name="critic")

def main():
    image = Input(shape=(8, 8, 1))
    critic = build_critic([image][0], 2)
    critic.compile(loss="mse")
`);
  expect([report.diagnostics, report.complete]).toEqual([[], true]);
  expect(report.totals.macs).toBe(8 * 8 * 9 * 2 + 8 * 8 * 2);
});

test("a tensor that is printed as a number is no fault of the program, a text is, in Python's words", () => {
  const printed = (value: string): readonly string[] =>
    profile(`
import torch
import torch.nn as nn
net = nn.Linear(2, 3)
net(torch.zeros(1, 2))
loss = torch.rand(1).mean()
print("loss: %.3f" % ${value})
`).diagnostics.map(({ message }) => message);
  expect(printed("(loss,)")).toEqual([]);
  expect(printed("'much'")).toEqual(["TypeError: must be real number, not str"]);
});
