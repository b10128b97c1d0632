/** What a report says that its figures hang on besides the program's text, each with its place. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import type { Report } from "../../src/engine/contract/report.ts";
import { createEngine } from "../../src/engine/engine.ts";
import { torchConventions } from "../../src/engine/frameworks/torch/library/conventions.ts";
import { loadParsers } from "../../src/node/wasm.ts";
import { memoryHost } from "./memoryHost.ts";
import { type Fixture, profile } from "./profile.ts";

/** `5 input: 1×3×224×224, …` */
function told({ assumptions }: Report): readonly string[] {
  return (assumptions ?? []).map(
    ({ kind, text, at }) =>
      `${at ? `${at.file.replace("/app/model.py", "")}${at.line} ` : ""}${kind}: ${text}`,
  );
}

const NET = `import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)

    def forward(self, x):
        return self.conv(x)
`;

/** A network whose forward, and what stands before it, are given. */
const net = (top: string, forward: string, init = "pass") =>
  `# convlens: input=1x3x8x8
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
        ${init}

    def forward(self, x):
        ${forward}
        return self.conv(x)
`.replace(/^/, `from torch import nn\n${top}\n\n`);

it("has nothing to tell of a network whose text says everything", () => {
  expect(profile(NET.replace("class Net", "# convlens: input=1x3x32x32\nclass Net")).assumptions).toEqual([]);
});

it("has nothing to tell of an input that the user gives", () => {
  expect(profile(NET, { input: ["1x3x32x32"] }).assumptions).toEqual([]);
});

it("has nothing to tell of the input that a functional network declares whole", () => {
  const source = `import keras
x = keras.Input((8, 8, 3))
net = keras.Model(x, keras.layers.Conv2D(4, 3)(x))
`;
  expect(profile(source).assumptions).toEqual([]);
});

const STAND_IN = "timm.layers.DropPath has no files here, so a rule stands in for it";

const cases: readonly (readonly [string, string, readonly string[], Fixture?])[] = [
  [
    "a guessed input, by the layer that it enters by",
    NET,
    ["7 input: 1×3×224×224, a guess for the layer that it enters by, Conv2d"],
  ],
  [
    "an input that was tried until it fitted",
    `from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
        self.fc = nn.Linear(8 * 30 * 30, 10)

    def forward(self, x):
        return self.fc(self.conv(x).flatten(1))
`,
    [
      "6 input: 1×3×32×32, the first that fits of those that were tried for the layer that it enters by, Conv2d",
    ],
  ],
  [
    "an input of a size that the network names",
    NET.replace("super().__init__()", "super().__init__(); self.img_size = 64"),
    ["4 input: 1×3×64×64, of the size that the network itself names"],
  ],
  [
    "a call of the program, and the axis that holds its samples",
    `${NET}
net = Net()
net(torch.zeros(4, 3, 32, 32))
`,
    [
      "13 input: 4×3×32×32, as the program calls a network of its class",
      "13 batch_axis: axis 0 holds 4 samples, as its layers take it; figures are for one of them",
    ],
    { model: "Net" },
  ],
  [
    "an input of which no axis holds samples",
    `import torch
from torch import nn

# convlens: input=5x4
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.zeros(5, 5))

    def forward(self, x):
        return self.w @ x
`,
    ["5 batch_axis: none was found; figures are for the whole input"],
  ],
  [
    "arguments that a call of the program gives",
    `from torch import nn

class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv2d(3, width, 3)

    def forward(self, x):
        return self.conv(x)

def train():
    return Net(16)
`,
    ["12 argument: 16, as the program calls it"],
    { model: "Net", input: ["1x3x8x8"] },
  ],
  [
    "arguments that any program of a framework gives, and flags of inference",
    `import flax.linen as nn

# convlens: input=1x8x8x3
class Net(nn.Module):
    @nn.compact
    def __call__(self, x, train: bool):
        return nn.BatchNorm(use_running_average=not train)(nn.Conv(4, (3, 3))(x))
`,
    ["6 argument: train is False, for figures are of inference"],
  ],
  [
    "a library that is not there",
    net("from timm.layers import DropPath", "x = self.drop(x)", "self.drop = DropPath(0.1)"),
    [`2 module: ${STAND_IN}`],
  ],
  [
    "a base that is not there",
    NET.replace("nn.Module", "Missing").replace("from torch", "from missing import Missing\nfrom torch"),
    ["5 module: the base of Net was not found, so it is taken to be a Module"],
    { input: ["1x3x8x8"] },
  ],
  [
    "a library that is taken to change nothing",
    net("import wandb", "wandb.log({})"),
    ["12 module: wandb is taken to change no figure"],
  ],
  [
    "a branch that training decides",
    net("", "if self.training: x = x * 2"),
    ["12 branch: training is False, for figures are of inference"],
  ],
  [
    "a branch that the machine decides",
    net("import torch", "if torch.cuda.is_available(): x = x.cuda()"),
    ["12 branch: torch.cuda.is_available: there is no such device"],
  ],
  [
    "the same by a name of its own",
    net("from torch.jit import is_scripting", "if is_scripting(): x = x * 2"),
    ["2 branch: torch.jit.is_scripting: the program runs as it is written, neither compiled nor traced"],
  ],
  [
    "an import that is not there and that the program expects to fail",
    net("try:\n    import apex\nexcept ImportError:\n    apex = None", "pass"),
    ["3 branch: there is no module apex, so the program does without"],
  ],
  [
    "a file that is looked for",
    net("import os", "pass", 'self.has = os.path.exists("best.pth")'),
    ["9 branch: 'best.pth' is not there, as in this workspace"],
  ],
  [
    "a condition that is not known, of which one side raises",
    net("import random", "if random.random() > 2: raise ValueError()"),
    [
      "12 branch: a condition is not known (random.random is decided at run time): the side that raises is not taken",
    ],
  ],
  [
    "a file that is run as a script",
    `${net("", "pass")}
if __name__ == "__main__":
    print(1)
`,
    ["15 branch: the file is run as a script"],
  ],
  [
    "a variable of the environment",
    net("import os", "pass", 'self.wide = os.environ.get("WIDE")'),
    ["9 value: os.environ: no variable of the environment is set"],
  ],
  [
    "a version",
    net("import torch", "pass", 'self.new = torch.__version__ > "2"'),
    ["9 value: torch.__version__: PyTorch is 2.5.1"],
  ],
  [
    "a command line without arguments",
    net(
      "import argparse\nparser = argparse.ArgumentParser()\nparser.add_argument('--w', default=1)\nargs = parser.parse_args()",
      "pass",
    ),
    ["5 value: the command is given no arguments, so their defaults hold"],
  ],
  [
    "the device that tensors are on",
    net("", 'if x.is_cuda or x.device.type == "cuda": x = x * 2'),
    ["12 branch: tensors are on the CPU"],
  ],
  [
    "a name that a library has in some versions",
    net("import torch.nn.functional as F", "if hasattr(F, 'silu'): x = F.silu(x)"),
    ["12 branch: torch.nn.functional has silu"],
  ],
  [
    "a decorator that is not known",
    NET.replace("class Net", "@register\nclass Net").replace("import torch", "from missing import register"),
    [
      "4 value: a decorator is not known (module missing was not found (.convlens/stubs/missing.py can stand for it)): it is taken to give back what it decorates",
    ],
    { input: ["1x3x8x8"] },
  ],
  [
    "smaller types that are not followed",
    net("", "pass", "self.half()"),
    ["9 value: half() is left out: tensors stay as wide as the input is"],
  ],
  [
    "weights that are not read",
    net("import torch", 'for name in torch.load("w.pth").keys(): print(name)'),
    ["12 value: files of weights are not read: they are taken to change no shape"],
  ],
];

it.each(cases)("tells of %s", (_, source, expected, fixture) => {
  expect(told(profile(source as string, fixture as Fixture))).toEqual(expected);
});

it("tells of the machine that a script of Node takes it to be", () => {
  const source = `import * as tf from "@tensorflow/tfjs";
const units = process.env.UNITS ? 8 : 4;
export const model = tf.sequential();
model.add(tf.layers.dense({ units, inputShape: [3] }));
`;
  expect(profile(source, { file: "/app/model.ts" }).assumptions).toMatchObject([
    { kind: "value", text: "process.env: no variable of the environment is set", at: { line: 2 } },
  ]);
});

it("says nothing of a device that the program itself names", () => {
  const source = net("import torch\ndevice = torch.device('cpu')", "if device.type == 'cuda': x = x * 2");
  expect(told(profile(source))).toEqual([]);
});

it("tells of a file of Node that it is taken to be used by another", () => {
  const source = `import * as tf from "@tensorflow/tfjs";
export const model = tf.sequential();
model.add(tf.layers.dense({ units: 4, inputShape: [3] }));
if (require.main === module) console.log(1);
`;
  expect(profile(source, { file: "/app/model.ts" }).assumptions).toMatchObject([
    { kind: "branch", text: "require.main: the file is used by another one", at: { line: 4 } },
  ]);
});

it("does not tell of what only a trial assumed whose input was not taken", () => {
  const source = net(
    "",
    "if x.shape[-1] != 32 and self.training: x = x * 2\n        x = self.fc(self.conv(x).flatten(1)); return x",
  )
    .replace("# convlens: input=1x3x8x8\n", "")
    .replace("        pass\n", "        self.fc = nn.Linear(8 * 30 * 30, 10)\n");
  const report = profile(source);
  expect(report.input).toMatchObject({ shapes: [[1, 3, 32, 32]], origin: "fitted" });
  expect(told(report).filter((line) => line.includes("branch"))).toEqual([]);
});

it("tells of an assumption of another module only the networks that take something from it", () => {
  const files = {
    "/app/wide.py": 'import os\nWIDTH = int(os.environ.get("WIDTH", 8))\n',
    "/app/model.py": `from torch import nn
from wide import WIDTH

# convlens: input=1x3x8x8
def one():
    return nn.Conv2d(3, WIDTH, 3)

# convlens: input=1x3x8x8
def two():
    return nn.Conv2d(3, 16, 3)
`,
  };
  const engine = createEngine({ parsers, host: memoryHost(files) });
  const environment = {
    kind: "value",
    text: "os.environ: no variable of the environment is set",
    at: { file: "/app/wide.py", line: 2 },
  };
  const assumed = engine
    .analyze("/app/model.py")
    .reports.map(({ network, assumptions }) => ({ network, assumptions }));
  expect(assumed).toMatchObject([
    { network: "one", assumptions: [environment] },
    { network: "two", assumptions: [] },
  ]);
});

it("tells of an assumption of an imported module to each network that hangs on it", () => {
  const files = {
    "/app/wide.py": 'import os\nWIDTH = int(os.environ.get("WIDTH", 8))\n',
    "/app/model.py": `from torch import nn
from wide import WIDTH

def one():
    return nn.Conv2d(3, WIDTH, 3)

def two():
    return nn.Conv2d(3, WIDTH, 3)
`,
  };
  const engine = createEngine({ parsers, host: memoryHost(files) });
  const kinds = engine
    .analyze("/app/model.py")
    .reports.map(({ assumptions = [] }) => assumptions.map((a) => a.kind));
  expect(kinds).toEqual([
    ["input", "value"],
    ["input", "value"],
  ]);
});

it("carries assumptions over an edit, to their new places", () => {
  const source = net("", "if self.training: x = x * 2");
  const files = { "/app/model.py": source };
  const engine = createEngine({ parsers, host: memoryHost(files) });
  engine.analyze("/app/model.py");
  files["/app/model.py"] = source.replace("from torch", "# a comment\nfrom torch");
  const [report] = engine.analyze("/app/model.py").reports;
  expect(report?.assumptions).toMatchObject([{ kind: "branch", at: { line: 13 } }]);
});

it("tells of a network that is not complete what it assumed all the same", () => {
  const report = profile(NET.replace("return self.conv(x)", "return missing(self.conv(x))"));
  expect(report.complete).toBe(false);
  expect(told(report)).toEqual(["7 input: 1×3×224×224, a guess for the layer that it enters by, Conv2d"]);
});

it.each(["torch.py", "torch/__init__.py"])(
  "tells of %s beside the file, which Python finds before the library",
  (hides) => {
    const inside = profile(NET, { files: { [`/app/${hides}`]: "x = 1\n", "/app/__init__.py": "" } });
    expect(told(inside).join("\n")).not.toContain("hides it");
    const report = profile(NET, { files: { [`/app/${hides}`]: "x = 1\n" } });
    expect(report.complete).toBe(true);
    expect(told(report)).toContain(
      `1 module: torch is the library, though ${hides} beside this file hides it from a program that is run`,
    );
  },
);

it("knows of every fixed answer of torch that it is assumed", () => {
  const file = path.join(import.meta.dirname, "../../src/engine/frameworks/torch/library/runtime.ts");
  const names = [
    ...readFileSync(file, "utf8").matchAll(/^ +(\w+): (?:answers\("\w+", |always\()(?!null|new Unknown)/gm),
  ].map(([, name = ""]) => name);
  const modules = [
    "",
    ".cuda",
    ".backends.cudnn",
    ".backends.quantized",
    ".distributed",
    ".jit",
    ".onnx",
    ".compiler",
  ].map((part) => `torch${part}`);
  const silent = names.filter((name) => !modules.some((module) => torchConventions(module)?.(name)));
  // What no network's figures hang on.
  expect(silent.sort()).toEqual(
    ["allow_tf32", "benchmark", "deterministic", "get_dir", "git_version", "_get_torch_home"].sort(),
  );
});

const parsers = await loadParsers();
