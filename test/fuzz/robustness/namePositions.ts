/** Small programs with a place for a name, each position of a name once. `NAME` is put by what is tried. */

export interface Position {
  readonly title: string;
  readonly text: string;
  readonly file?: string;
  readonly others?: Readonly<Record<string, string>>;
  readonly model?: string;
  /** Names that the language itself gives a meaning here. */
  readonly but?: readonly string[];
}

const CONV = "nn.Conv2d(3, 8, 3)";

interface Torch {
  readonly init?: string;
  readonly call?: string;
  readonly given?: string;
  /** After the class. */
  readonly rest?: string;
  readonly head?: string;
  readonly members?: string;
  readonly name?: string;
}

function torch({
  init = `self.c = ${CONV}`,
  call = "self.c(x)",
  given = "",
  rest = "",
  head = "",
  members = "",
  name = "Net",
}: Torch): string {
  const indented = (text: string, depth: number): string => text.replaceAll(/^/gm, " ".repeat(depth));
  return `import torch
from torch import nn
import torch.nn.functional as F
${head}

class ${name}(nn.Module):
    def __init__(self${given}):
        super().__init__()
${indented(init, 8)}

    def forward(self, x):
${indented(call.includes("return") ? call : `return ${call}`, 8)}
${members && indented(members, 4)}
${rest}
`;
}

const TORCH: Readonly<Record<string, Torch>> = {
  attribute: { init: `self.NAME = ${CONV}`, call: "self.NAME(x)" },
  method: { call: "self.NAME(x)", members: "def NAME(self, x):\n    return self.c(x)" },
  "static method": {
    init: "self.c = self.NAME(8)",
    members: "@staticmethod\ndef NAME(n):\n    return nn.Conv2d(3, n, 3)",
  },
  "class method that makes it": { members: "@classmethod\ndef NAME(cls):\n    return cls()" },
  property: {
    init: `self.inner = ${CONV}`,
    call: "self.NAME(x)",
    members: "@property\ndef NAME(self):\n    return self.inner",
  },
  "class attribute": { init: "self.c = nn.Conv2d(3, self.NAME, 3)", members: "NAME = 8" },
  network: { name: "NAME" },
  "network and builder": { name: "Inner", rest: "def NAME():\n    return Inner()" },
  block: {
    init: "self.c = NAME(3)",
    head: `class NAME(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.conv = nn.Conv2d(n, 8, 3)
    def forward(self, x):
        return self.conv(x)`,
  },
  "base class": {
    head: `class NAME(nn.Module):
    def make(self):
        return ${CONV}`,
    rest: `class Other(NAME):
    def __init__(self):
        super().__init__()
        self.c = self.make()
    def forward(self, x):
        return self.c(x)`,
  },
  function: { init: "self.c = NAME()", head: `def NAME():\n    return ${CONV}` },
  "nested function": { init: `def NAME():\n    return ${CONV}\nself.c = NAME()` },
  lambda: { init: `NAME = lambda n: nn.Conv2d(3, n, 3)\nself.c = NAME(8)` },
  decorator: { head: "def NAME(f):\n    return f", members: "@NAME\ndef other(self):\n    return 1" },
  parameter: { init: "self.c = make(NAME=8)", head: "def make(NAME):\n    return nn.Conv2d(3, NAME, 3)" },
  "parameter with a default": { init: "self.c = nn.Conv2d(3, NAME, 3)", given: ", NAME=8" },
  "parameter without a default": {
    init: "self.c = nn.Conv2d(3, NAME, 3)",
    given: ", NAME",
    rest: "net = Net(NAME=8)",
  },
  "keyword that is unknown": { init: "self.c = nn.Conv2d(3, 8, 3, NAME=1)" },
  "keyword in a spread": {
    init: 'self.c = make(**{"NAME": 8})',
    head: 'def make(**more):\n    return nn.Conv2d(3, more["NAME"], 3)',
  },
  "keyword list": {
    init: "self.c = make(NAME=8)",
    head: 'def make(**NAME):\n    return nn.Conv2d(3, NAME["NAME"], 3)',
  },
  variable: { init: "NAME = 8\nself.c = nn.Conv2d(3, NAME, 3)" },
  "module's constant": { init: "self.c = nn.Conv2d(3, NAME, 3)", head: "NAME = 8" },
  "global variable": {
    init: "set_it()\nself.c = nn.Conv2d(3, NAME, 3)",
    head: "NAME = 4\ndef set_it():\n    global NAME\n    NAME = 8",
  },
  "loop variable": { init: "self.c = nn.Sequential(*[nn.Conv2d(NAME, 3, 3) for NAME in (3, 3)])" },
  "caught error": {
    init: `try:\n    raise ValueError("x")\nexcept ValueError as NAME:\n    self.c = ${CONV}`,
  },
  "key of a dict": { init: 'sizes = {"NAME": 8}\nself.c = nn.Conv2d(3, sizes["NAME"], 3)' },
  "key that is not there": { init: 'sizes = {"a": 4}\nself.c = nn.Conv2d(3, sizes.get("NAME", 8), 3)' },
  "key asked for": { init: 'sizes = {"a": 4}\nself.c = nn.Conv2d(3, 8 if "NAME" in sizes else 4, 3)' },
  "key of dict()": { init: 'sizes = dict(NAME=8)\nself.c = nn.Conv2d(3, sizes["NAME"], 3)' },
  "member of a set": { init: 'self.c = nn.Conv2d(3, 8 if "NAME" in {"NAME"} else 4, 3)' },
  "module dict": { init: `self.c = nn.ModuleDict({"NAME": ${CONV}})`, call: 'self.c["NAME"](x)' },
  "module dict by attribute": {
    init: `self.c = nn.ModuleDict()\nself.c["NAME"] = ${CONV}`,
    call: "[c for c in self.c.values()][0](x)",
  },
  "ordered layers": {
    head: "from collections import OrderedDict",
    init: `self.c = nn.Sequential(OrderedDict([("NAME", ${CONV})]))`,
    call: "self.c.NAME(x)",
  },
  "added layer": { init: `self.add_module("NAME", ${CONV})`, call: 'getattr(self, "NAME")(x)' },
  "set attribute": { init: `setattr(self, "NAME", ${CONV})`, call: "self.NAME(x)" },
  "attribute asked for": { init: `self.c = ${CONV} if not hasattr(self, "NAME") else None` },
  "attribute with a default": { init: 'self.c = nn.Conv2d(3, getattr(self, "NAME", 8), 3)' },
  buffer: { init: `self.register_buffer("NAME", torch.zeros(8, 3, 3, 3))`, call: "F.conv2d(x, self.NAME)" },
  "named parameter": {
    init: "self.NAME = nn.Parameter(torch.zeros(8, 3, 3, 3))",
    call: "F.conv2d(x, self.NAME)",
  },
  "parameter dict": {
    init: `self.p = nn.ParameterDict({"NAME": nn.Parameter(torch.zeros(8, 3, 3, 3))})`,
    call: 'F.conv2d(x, self.p["NAME"])',
  },
  "argument of forward": { call: "self.go(NAME=x)", members: "def go(self, NAME):\n    return self.c(NAME)" },
  namespace: {
    head: "from types import SimpleNamespace",
    init: "cfg = SimpleNamespace(NAME=8)\nself.c = nn.Conv2d(3, cfg.NAME, 3)",
  },
  "data class": {
    head: "from dataclasses import dataclass\n@dataclass\nclass Config:\n    NAME: int = 8",
    init: "self.c = nn.Conv2d(3, Config(NAME=8).NAME, 3)",
  },
  "named tuple": {
    head: 'from collections import namedtuple\nConfig = namedtuple("Config", ["NAME"])',
    init: "self.c = nn.Conv2d(3, Config(8).NAME, 3)",
  },
  enumeration: {
    head: "from enum import Enum\nclass Kind(Enum):\n    NAME = 8",
    init: "self.c = nn.Conv2d(3, Kind.NAME.value, 3)",
  },
  registry: {
    head: "MAKERS = {}\ndef register(f):\n    MAKERS[f.__name__] = f\n    return f\n@register\ndef NAME():\n    return nn.Conv2d(3, 8, 3)",
    init: 'self.c = MAKERS["NAME"]()',
  },
  "member of a module that is unknown": { init: `self.c = nn.NAME(3)\nself.d = ${CONV}`, call: "self.d(x)" },
  "function that is unknown": { call: "self.c(F.NAME(x))" },
  "method of a tensor that is unknown": { call: "self.c(x.NAME())" },
  "mode by name": { init: 'self.c = nn.Conv2d(3, 8, 3, padding_mode="NAME")' },
  "activation by name": {
    init: `self.c = ${CONV}\nself.a = getattr(nn, "NAME", nn.ReLU)()`,
    call: "self.a(self.c(x))",
  },
  "text formatted": { init: `setattr(self, f"{'NAME'}", ${CONV})`, call: "self.NAME(x)" },
  "format's field": { init: `n = int("{NAME}".format(NAME=8))\nself.c = nn.Conv2d(3, n, 3)` },
  "name of a class": { name: "NAME", init: `self.c = ${CONV} if type(self).__name__ == "NAME" else None` },
  "string in a match": { init: `match "NAME":\n    case "NAME":\n        self.c = ${CONV}` },
  annotation: { members: 'def other(self, x: "NAME") -> "NAME":\n    return x' },
  "call of the script": {
    given: ", NAME=4",
    init: "self.c = nn.Conv2d(3, NAME, 3)",
    rest: 'if __name__ == "__main__":\n    NAME = Net(8)\n    NAME(torch.zeros(1, 3, 9, 9))',
  },
};

const PYTHON_FILES: readonly Position[] = [
  {
    title: "module's alias",
    text: torch({ head: "import torch.nn as NAME", init: "self.c = NAME.Conv2d(3, 8, 3)" }),
  },
  {
    title: "member's alias",
    text: torch({ head: "from torch.nn import Conv2d as NAME", init: "self.c = NAME(3, 8, 3)" }),
  },
  {
    title: "module",
    text: torch({ head: "from NAME import layer", init: "self.c = layer()" }),
    others: { "/app/NAME.py": `from torch import nn\ndef layer():\n    return ${CONV}\n` },
  },
  {
    title: "package and member",
    text: torch({ head: "from NAME.NAME import NAME", init: "self.c = NAME()" }),
    others: {
      "/app/NAME/__init__.py": "",
      "/app/NAME/NAME.py": `from torch import nn\ndef NAME():\n    return ${CONV}\n`,
    },
  },
  {
    title: "module that is not there",
    text: torch({ head: "from NAME import other\nimport NAME.thing" }),
  },
  {
    title: "member of a module of its own",
    text: torch({ head: "import parts", init: "self.c = parts.NAME()" }),
    others: { "/app/parts.py": `from torch import nn\ndef NAME():\n    return ${CONV}\n` },
  },
  {
    title: "all of a module",
    text: torch({ head: "from parts import *", init: "self.c = NAME()" }),
    others: {
      "/app/parts.py": `from torch import nn\n__all__ = ["NAME"]\ndef NAME():\n    return ${CONV}\n`,
    },
  },
  { title: "file", file: "/app/NAME.py", text: torch({}) },
  { title: "folder", file: "/app/NAME/model.py", text: torch({}) },
  { title: "network asked for", model: "NAME", text: torch({ name: "NAME" }) },
  { title: "network asked for that is not there", model: "NAME", text: torch({}) },
  {
    title: "method asked for",
    model: "Net.NAME",
    text: torch({ members: "@classmethod\ndef NAME(cls):\n    return cls()" }),
  },
];

const KERAS: Readonly<Record<string, string>> = {
  "Keras layer": 'Net = keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Conv2D(8, 3, name="NAME")])',
  "Keras model": 'Net = keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Conv2D(8, 3)], name="NAME")',
  "Keras input":
    'a = keras.Input((32, 32, 3), name="NAME")\nNet = keras.Model(a, keras.layers.Conv2D(8, 3)(a))',
  "Keras inputs by name":
    'a = keras.Input((32, 32, 3), name="NAME")\nNet = keras.Model({"NAME": a}, {"NAME": keras.layers.Conv2D(8, 3)(a)})',
  "Keras activation":
    'Net = keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Conv2D(8, 3, activation="NAME")])',
  "Keras padding":
    'Net = keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Conv2D(8, 3, padding="NAME"), keras.layers.Conv2D(8, 1)])',
  "Keras layer asked for":
    'a = keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Conv2D(8, 3, name="NAME")])\nNet = keras.Model(a.input, a.get_layer("NAME").output)',
  "Keras member that is unknown":
    "Net = keras.Sequential([keras.Input((32, 32, 3)), keras.layers.NAME(8), keras.layers.Conv2D(8, 3)])",
  "Keras keyword": "Net = keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Conv2D(8, 3, NAME=1)])",
  "Keras attribute": `class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.NAME = keras.layers.Conv2D(8, 3)
    def call(self, x):
        return self.NAME(x)
net = Net()
net(keras.Input((32, 32, 3)))`,
  "Keras class": `class NAME(keras.layers.Layer):
    def __init__(self, n):
        super().__init__()
        self.conv = keras.layers.Conv2D(n, 3)
    def call(self, x):
        return self.conv(x)
Net = keras.Sequential([keras.Input((32, 32, 3)), NAME(8)])`,
};

const JAX: Readonly<Record<string, string>> = {
  "Flax attribute": `import flax.linen as nn
class Net(nn.Module):
    def setup(self):
        self.NAME = nn.Conv(8, (3, 3))
    def __call__(self, x):
        return self.NAME(x)
`,
  "Flax field": `import flax.linen as nn
class Net(nn.Module):
    NAME: int = 8
    @nn.compact
    def __call__(self, x):
        return nn.Conv(self.NAME, (3, 3))(x)
`,
  "Flax layer": `import flax.linen as nn
class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        return nn.Conv(8, (3, 3), name="NAME")(x)
`,
  "Flax class": `import flax.linen as nn
class NAME(nn.Module):
    @nn.compact
    def __call__(self, x):
        return nn.Conv(8, (3, 3))(x)
`,
  "Flax nnx attribute": `from flax import nnx
class Net(nnx.Module):
    def __init__(self, rngs):
        self.NAME = nnx.Conv(3, 8, (3, 3), rngs=rngs)
    def __call__(self, x):
        return self.NAME(x)
`,
  "Haiku layer": `import haiku as hk
class Net(hk.Module):
    def __call__(self, x):
        return hk.Conv2D(8, 3, name="NAME")(x)
`,
  "Haiku module": `import haiku as hk
class Net(hk.Module):
    def __init__(self, name="NAME"):
        super().__init__(name=name)
        self.NAME = hk.Conv2D(8, 3)
    def __call__(self, x):
        return self.NAME(x)
`,
  "Equinox field": `import equinox as eqx
import jax
class Net(eqx.Module):
    NAME: eqx.nn.Conv2d
    def __init__(self, key):
        self.NAME = eqx.nn.Conv2d(3, 8, 3, key=key)
    def __call__(self, x):
        return self.NAME(x)
`,
};

const DENSE = "tf.layers.dense({ units: 8, inputShape: [4] })";

const TFJS: Readonly<Record<string, string | { readonly text: string; readonly but: readonly string[] }>> = {
  function: `function NAME() { return ${DENSE}; }\nmodel.add(NAME());`,
  variable: "const NAME = 8;\nmodel.add(tf.layers.dense({ units: NAME, inputShape: [4] }));",
  parameter:
    "const make = (NAME: number) => tf.layers.dense({ units: NAME, inputShape: [4] });\nmodel.add(make(8));",
  key: {
    text: "const sizes = { NAME: 8 };\nmodel.add(tf.layers.dense({ units: sizes.NAME, inputShape: [4] }));",
    but: ["__proto__"],
  },
  "computed key":
    'const sizes = { ["NAME"]: 8 };\nmodel.add(tf.layers.dense({ units: sizes["NAME"], inputShape: [4] }));',
  "shorthand key":
    "const NAME = 8;\nconst sizes = { NAME };\nmodel.add(tf.layers.dense({ units: sizes.NAME, inputShape: [4] }));",
  "assigned key": {
    text: 'const sizes: Record<string, number> = {};\nsizes["NAME"] = 8;\nmodel.add(tf.layers.dense({ units: sizes["NAME"], inputShape: [4] }));',
    but: ["__proto__"],
  },
  "key taken apart": {
    text: "const { NAME } = { NAME: 8 };\nmodel.add(tf.layers.dense({ units: NAME, inputShape: [4] }));",
    but: ["__proto__"],
  },
  "key of a map":
    'const sizes = new Map([["NAME", 8]]);\nmodel.add(tf.layers.dense({ units: sizes.get("NAME"), inputShape: [4] }));',
  "member of a set":
    'const sizes = new Set(["NAME"]);\nmodel.add(tf.layers.dense({ units: sizes.has("NAME") ? 8 : 4, inputShape: [4] }));',
  "keys counted": {
    text: "const sizes = { NAME: 8, other: 2 };\nmodel.add(tf.layers.dense({ units: Object.keys(sizes).length + 6, inputShape: [4] }));",
    but: ["__proto__"],
  },
  "keys walked": {
    text: "let n = 0;\nfor (const key in { NAME: 1 }) n += key.length > 0 ? 8 : 1;\nmodel.add(tf.layers.dense({ units: n, inputShape: [4] }));",
    but: ["__proto__"],
  },
  layer: 'model.add(tf.layers.dense({ units: 8, inputShape: [4], name: "NAME" }));',
  "layer asked for": `model.add(tf.layers.dense({ units: 8, inputShape: [4], name: "NAME" }));\nmodel.getLayer("NAME");`,
  activation: 'model.add(tf.layers.dense({ units: 8, inputShape: [4], activation: "NAME" }));',
  option: { text: "model.add(tf.layers.dense({ units: 8, inputShape: [4], NAME: 1 }));", but: ["__proto__"] },
  "member that is unknown": { text: `const other = tf.layers.NAME;\nmodel.add(${DENSE});`, but: [] },
  class: `class NAME { make() { return ${DENSE}; } }\nmodel.add(new NAME().make());`,
  method: {
    text: `class Maker { NAME() { return ${DENSE}; } }\nmodel.add(new Maker().NAME());`,
    but: ["constructor"],
  },
  "static method": {
    text: `class Maker { static NAME() { return ${DENSE}; } }\nmodel.add(Maker.NAME());`,
    but: [],
  },
  field: {
    text: "class Sizes { NAME = 8; }\nmodel.add(tf.layers.dense({ units: new Sizes().NAME, inputShape: [4] }));",
    but: ["constructor", "__proto__"],
  },
  "own field": {
    text: "class Sizes { n: number; constructor() { this.NAME = 8; } }\nmodel.add(tf.layers.dense({ units: new Sizes().NAME, inputShape: [4] }));",
    but: ["__proto__"],
  },
  getter: {
    text: "class Sizes { get NAME() { return 8; } }\nmodel.add(tf.layers.dense({ units: new Sizes().NAME, inputShape: [4] }));",
    but: ["constructor"],
  },
  enumeration: {
    text: "enum Sizes { NAME = 8 }\nmodel.add(tf.layers.dense({ units: Sizes.NAME, inputShape: [4] }));",
    but: ["__proto__"],
  },
  "type alone": `type NAME = { NAME: number };\nmodel.add(${DENSE});`,
  label: `NAME: for (const i of [1]) { continue NAME; }\nmodel.add(${DENSE});`,
};

const TFJS_FILES: readonly Position[] = [
  {
    title: "TypeScript, imported member",
    file: "/app/model.ts",
    text: `import * as tf from "@tensorflow/tfjs";\nimport { NAME } from "./parts";\nexport const model = tf.sequential();\nmodel.add(NAME());\n`,
    others: {
      "/app/parts.ts": `import * as tf from "@tensorflow/tfjs";\nexport function NAME() { return ${DENSE}; }\n`,
    },
  },
  {
    title: "TypeScript, imported file",
    file: "/app/model.ts",
    text: `import * as tf from "@tensorflow/tfjs";\nimport { make } from "./NAME";\nexport const model = tf.sequential();\nmodel.add(make());\n`,
    others: {
      "/app/NAME.ts": `import * as tf from "@tensorflow/tfjs";\nexport function make() { return ${DENSE}; }\n`,
    },
  },
  {
    title: "TypeScript, imported as",
    file: "/app/model.ts",
    text: `import * as NAME from "@tensorflow/tfjs";\nexport const model = NAME.sequential();\nmodel.add(NAME.layers.dense({ units: 8, inputShape: [4] }));\n`,
  },
  {
    title: "TypeScript, exported network",
    file: "/app/model.ts",
    but: ["__proto__", "__defineGetter__"],
    text: `import * as tf from "@tensorflow/tfjs";\nexport function NAME() {\n  const model = tf.sequential();\n  model.add(${DENSE});\n  return model;\n}\n`,
  },
  {
    title: "TypeScript, file",
    file: "/app/NAME.ts",
    text: `import * as tf from "@tensorflow/tfjs";\nexport const model = tf.sequential();\nmodel.add(${DENSE});\n`,
  },
];

export const POSITIONS: readonly Position[] = [
  ...Object.entries(TORCH).map(([title, parts]) => ({ title: `torch, ${title}`, text: torch(parts) })),
  ...PYTHON_FILES.map((position) => ({ ...position, title: `torch, ${position.title}` })),
  ...Object.entries(KERAS).map(([title, text]) => ({ title, text: `import keras\n${text}\n` })),
  ...Object.entries(JAX).map(([title, text]) => ({ title, text })),
  ...Object.entries(TFJS).map(([title, given]) => {
    const { text, but } = typeof given === "string" ? { text: given, but: [] } : given;
    return {
      title: `TypeScript, ${title}`,
      file: "/app/model.ts",
      text: `import * as tf from "@tensorflow/tfjs";\nexport const model = tf.sequential();\n${text}\n`,
      but,
    };
  }),
  ...TFJS_FILES,
];
