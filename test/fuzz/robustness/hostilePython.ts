/** Python whose cost outgrows its text, or that no one would write: each entry a kind. */

const GOOD = `import torch
from torch import nn

class Good(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(3, 8, 3)
    def forward(self, x):
        return self.c(x)

`;

/** Statements where the module runs, beside a network that is right. */
const top = (code: string) => (): string => `${GOOD}${code}\n`;

/** Statements while a network is made; `n` is a whole number then, if they leave one. */
const init = (code: string) => (): string =>
  `${GOOD}class Bad(nn.Module):
    def __init__(self):
        super().__init__()
        n = 8
${code.replaceAll(/^/gm, "        ")}
        self.c = nn.Conv2d(3, n, 3)
    def forward(self, x):
        return self.c(x)
`;

/** An expression on a tensor, while the network runs. */
const forward = (code: string) => (): string =>
  `${GOOD}class Bad(nn.Module):
    def forward(self, x):
${code.replaceAll(/^/gm, "        ")}
        return x
`;

const layer = (call: string) => (): string =>
  `import torch
from torch import nn
class Bad(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = ${call}
    def forward(self, x):
        return self.c(x)
`;

const DOUBLED = "l = [1]\nfor _ in range(60):\n    l = [l, l]\n";
const DEEP = "l = []\nfor _ in range(100000):\n    l = [l]\n";

export const HOSTILE_PYTHON: Readonly<Record<string, () => string>> = {
  // Loops and recursion.
  "loop without end": init("while True:\n    n += 1"),
  "loop over a long range": init("for i in range(10**12):\n    n = i"),
  "loops in loops": init(
    "for a in range(10**4):\n    for b in range(10**4):\n        for c in range(10**4):\n            n = a",
  ),
  "loop that makes layers": init(
    "self.l = nn.ModuleList()\nwhile True:\n    self.l.append(nn.Conv2d(3, 3, 3))",
  ),
  "loop that calls layers": forward("c = nn.Conv2d(3, 3, 3, padding=1)\nwhile True:\n    x = c(x)"),
  "list that grows while it is walked": init("l = [1]\nfor a in l:\n    l.append(a)"),
  "dict that grows while it is walked": init(
    "d = {1: 1}\nfor a in list(d):\n    d[a + 1] = 1\nwhile d:\n    d[len(d) + 1] = 1",
  ),
  "recursion without end": init("def f(a):\n    return f(a + 1)\nn = f(1)"),
  "recursion by two": init("def f(a):\n    return 1 if a < 2 else f(a - 1) + f(a - 2)\nn = f(60)"),
  "lambda that calls itself": init("n = (lambda f: f(f))(lambda f: f(f))"),
  "class that makes itself": () =>
    `${GOOD}class Bad(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.b = Bad()\n`,
  "module that runs itself": () =>
    `${GOOD}class Bad(nn.Module):\n    def forward(self, x):\n        return self(x)\n`,
  "attribute that asks for itself": init(
    "class A:\n    def __getattr__(self, name):\n        return getattr(self, name)\nn = A().x",
  ),
  "property that asks for itself": init(
    "class A:\n    @property\n    def x(self):\n        return self.x\nn = A().x",
  ),
  "comparison that compares": init(
    "class A:\n    def __eq__(self, other):\n        return other == self\nn = A() == A()",
  ),
  "repr of itself": init("class A:\n    def __repr__(self):\n        return repr(self)\nn = len(repr(A()))"),
  "generator without end": init("def g():\n    while True:\n        yield 1\nn = sum(g())"),
  "generators in generators": init("def g(a):\n    yield from g(a + 1)\nn = list(g(0))"),
  "itertools without end": init("import itertools\nn = len(list(itertools.count()))"),
  "itertools, a large product": init(
    "import itertools\nn = len(list(itertools.product(range(100), repeat=9)))",
  ),
  "itertools, permutations": init("import itertools\nn = len(list(itertools.permutations(range(30))))"),
  "exception in finally for ever": init(
    "def f():\n    while True:\n        try:\n            return 1\n        finally:\n            continue\nn = f()",
  ),
  "iterator of its own without end": init(
    "class A:\n    def __iter__(self):\n        return self\n    def __next__(self):\n        return 1\nn = len(list(A()))",
  ),

  // Large values.
  "large power": init("n = 9 ** 9 ** 9"),
  "large shift": init("n = 1 << 10**12"),
  factorial: init("import math\nn = math.factorial(10**7)"),
  "large number to text": init("n = len(str(7 ** 10**6))"),
  "large number from text": init("n = int('9' * 10**6)"),
  "large number, loop": init("n = 3\nwhile True:\n    n = n * n"),
  "text repeated": init("n = len('ab' * 10**10)"),
  "text doubled": init("s = 'ab'\nwhile True:\n    s = s + s"),
  "list repeated": init("n = len([0] * 10**10)"),
  "list doubled": init("l = [0]\nwhile True:\n    l = l + l"),
  "list doubled in place": init("l = [0]\nwhile True:\n    l.extend(l)"),
  "tuple repeated": init("n = len((0, 1) * 10**9)"),
  "bytes of a size": init("n = len(bytes(10**11))"),
  "range as a list": init("n = len(list(range(10**11)))"),
  "comprehension in comprehensions": init(
    "n = len([[[a for a in range(10**4)] for b in range(10**4)] for c in range(10**4)])",
  ),
  "slice assigned": init("l = [0] * 100\nwhile True:\n    l[:0] = l"),
  "format width": init("n = len(f'{1:>{10**10}}')"),
  "percent width": init("n = len('%*d' % (10**10, 1))"),
  "join of joins": init("s = 'a'\nfor _ in range(100):\n    s = s.join([s] * 100)"),
  "replace that grows": init("s = 'a'\nwhile True:\n    s = s.replace('a', 'aa')"),
  "dict of many": init("n = len({i: i for i in range(10**9)})"),
  "set of products": init("n = len({a * b for a in range(10**5) for b in range(10**5)})"),
  "sum of lists": init("n = len(sum([[0]] * 10**5, []))"),
  "sort with a key that sorts": init("n = sorted(range(10**5), key=lambda a: sorted(range(10**5)))[0]"),
  "zip of long": init("n = len(list(zip(*[range(10**6)] * 100)))"),

  // Values that hold each other.
  "doubled list, compared": init(`${DOUBLED}m = [1]\nfor _ in range(60):\n    m = [m, m]\nn = l == m`),
  "doubled list, as text": init(`${DOUBLED}n = len(str(l))`),
  "doubled list, copied": init(`import copy\n${DOUBLED}n = len(copy.deepcopy(l))`),
  "doubled list, formatted": init(`${DOUBLED}n = len(f'{l}')`),
  "doubled tuple, as a key": init("t = (1,)\nfor _ in range(60):\n    t = (t, t)\nn = {t: 8}[t]"),
  "doubled list, sorted": init(`${DOUBLED}n = sorted([l, l, l])`),
  "doubled list, in another": init(`${DOUBLED}n = [l] in [[l, l]]`),
  "doubled list of layers": init(
    "l = nn.Conv2d(3, 3, 3)\nfor _ in range(60):\n    l = nn.Sequential(l, l)\nself.l = l",
  ),
  "deep list, compared": init(`${DEEP}m = []\nfor _ in range(100000):\n    m = [m]\nn = l == m`),
  "deep list, as text": init(`${DEEP}n = len(repr(l))`),
  "deep layers": init("l = nn.Conv2d(3, 3, 3)\nfor _ in range(5000):\n    l = nn.Sequential(l)\nself.l = l"),
  "list in itself": init("l = []\nl.append(l)\nn = len(str(l)) + (l == l)"),
  "layers in themselves": init(
    "l = nn.Sequential()\nl.add_module('l', l)\nself.l = l\nn = sum(p.numel() for p in self.parameters())",
  ),
  "module that holds its parent": init("self.me = self\nn = len(list(self.modules()))"),
  "class that is its own base": top("class A(A):\n    pass\nclass B(B, A):\n    pass"),
  "long chain of classes": () =>
    `${GOOD}class A0(nn.Module): pass\n${Array.from({ length: 3000 }, (_, i) => `class A${i + 1}(A${i}): pass`).join("\n")}\n`,
  "diamonds of classes": () =>
    `${GOOD}class A0: pass\nclass B0: pass\n${Array.from({ length: 60 }, (_, i) => `class A${i + 1}(A${i}, B${i}): pass\nclass B${i + 1}(A${i}, B${i}): pass`).join("\n")}\n`,

  // Work of the host that takes far fewer steps to ask for than to do.
  ...Object.fromEntries(
    [
      "list(self.parameters())",
      "dict(self.named_parameters())",
      "dict(self.l.named_children())",
      "list(self.modules())",
      "self.train()",
      "self.eval()",
      "self.state_dict()",
      "self.requires_grad_(False)",
      "next(self.parameters())",
      "copy.deepcopy(self.l)",
    ].map((walk) => [
      `many modules walked: ${walk}`,
      init(
        `import copy\nself.l = nn.ModuleList([nn.Conv2d(3, 3, 3) for _ in range(3000)])\nwhile True:\n    ${walk}`,
      ),
    ]),
  ),
  ...Object.fromEntries(
    [
      "float(s)",
      "int(s)",
      "s.encode().decode()",
      "s.encode().hex()",
      "s.encode()[1:]",
      "'2' in s",
      "s.count('1')",
      "s.casefold()",
      "s.istitle()",
      "s.splitlines()",
      "s[::-1]",
    ].map((work) => [`long text: ${work}`, init(`s = '1' * 900000\nwhile True:\n    ${work}`)]),
  ),
  ...Object.fromEntries(
    ["d.popitem(); d[1] = 1", "d.update(d)", "dict(d)", "frozenset(d)", "hash(frozenset(d))"].map((work) => [
      `long dict: ${work}`,
      init(`d = dict.fromkeys(range(100000))\nwhile True:\n    ${work}`),
    ]),
  ),
  "long deque, rotated": init(
    "from collections import deque\nd = deque(range(190000))\nwhile True:\n    d.rotate(1)",
  ),
  "long list, reversed": init("l = list(range(190000))\nwhile True:\n    reversed(l)"),
  "elements of a counter": init(
    "from collections import Counter\nn = len(list(Counter({1: 10**9}).elements()))",
  ),
  "many arrays": init("import numpy as np\nwhile True:\n    np.zeros(4096)"),
  "texts as code without end": init("while True:\n    n += 1\n    eval(f'1 + {n}')"),
  "a long sum without end": init(`while True:\n    ${Array(2000).fill("1").join(" + ")}`),
  "ordered dict, turned": init(
    "from collections import OrderedDict\nd = OrderedDict.fromkeys(range(50000))\nwhile True:\n    d.move_to_end(5, last=False)",
  ),
  "a map of keys that come and go": init(
    "d = dict.fromkeys(range(50000))\nwhile True:\n    del d[5]\n    d[5] = 1",
  ),
  "generators that hand on twice": init(
    "def g(k):\n    if k:\n        yield from g(k - 1)\n        yield from g(k - 1)\n    yield 1\nn = sum(g(60))",
  ),
  "partial of a partial": init(
    "import functools\nf = lambda *a: 8\nfor _ in range(10**5):\n    f = functools.partial(f, 1)\nn = f()",
  ),
  "deque turned far": init(
    "from collections import deque\nd = deque(range(10**5))\nfor _ in range(10**5):\n    d.rotate(10**15)",
  ),
  "json of brackets": init("import json\ns = '[' * 400 + ']' * 400\nwhile True:\n    json.loads(s)"),
  "yaml of many items": init("import yaml\ns = '- 1\\n' * 50000\nwhile True:\n    yaml.safe_load(s)"),
  "grids without end": init("import numpy as np\na = np.arange(60)\nwhile True:\n    np.meshgrid(a, a)"),
  "paths of many names": init("from pathlib import Path\np = Path('a/' * 100000)\nwhile True:\n    p.parent"),
  "parents of a long path": init("from pathlib import Path\nn = len(Path('a/' * 100000).parents)"),
  "the ending of a long name": init("import os\nn = len(os.path.splitext('a' * 900000)[0])"),
  "tensor, chunks without end": init("t = torch.zeros(10000)\nwhile True:\n    t.chunk(10000)"),
  "tensor walked and left": init("t = torch.zeros(10000)\nwhile True:\n    for a in t:\n        break"),
  "tensors of many axes": init("t = torch.zeros([1] * 1000)\nwhile True:\n    t + t"),
  "sum over many axes": init("t = torch.zeros([1] * 1000)\nwhile True:\n    t.sum(list(range(1000)))"),
  "a long list of tensors, stacked": init("t = [torch.zeros(1)] * 10000\nwhile True:\n    torch.stack(t)"),
  "range, cut": init("while True:\n    n = len(range(10**12)[1:])"),
  ...Object.fromEntries(
    [
      "self.add_module(str(i), nn.Identity())",
      "setattr(self, f'a{i}', i)",
      "self.register_buffer(f'b{i}', t)",
      "self.d[i] = i",
    ].map((work) => [
      `kept without end: ${work}`,
      init(`self.d = {}\nt = torch.zeros(1)\nfor i in range(10**7):\n    ${work}`),
    ]),
  ),
  "doubled list, summed by numpy": init(`import numpy as np\n${DOUBLED}n = np.sum(l)`),
  "doubled list, leaves again and again": init(
    "import jax\nl = [0]\nfor _ in range(18):\n    l = [l, l]\nwhile True:\n    jax.tree.leaves(l)",
  ),
  "Keras weights of lists in lists": init(
    "import keras\nm = keras.Sequential([keras.layers.Dense(4)])\nm.a = [[[0] * 1000] * 1000] * 1000\nn = len(m.weights)",
  ),
  ...Object.fromEntries(
    [
      "lambda: l",
      "(a for a in [l])",
      "functools.partial(print, l)",
      "nn.Sequential(l, nn.Conv2d(3, 3, 3)) if l else nn.ReLU()",
      "(l, 10**20 + len(l or ()))",
      "type('A', (), {'l': l})",
      "map(print, [l])",
    ].map((made) => [
      `each holds the one before: ${made}`,
      init(`import functools\nl = None\nwhile True:\n    l = ${made}`),
    ]),
  ),
  "layers kept without end": init("l = []\nwhile True:\n    l.append(nn.LSTM(3, 3, 2))"),
  "callbacks without end": init(
    "import contextlib\nwith contextlib.ExitStack() as s:\n    for i in range(10**7):\n        s.callback(lambda: 1)",
  ),
  "Keras cells without end": init(
    "from keras import Input, layers\nx = layers.RNN([layers.LSTMCell(4) for _ in range(10**5)])(Input((10, 4)))",
  ),
  ...Object.fromEntries(
    ["Dense(4)(x)", "Dense(4).init(None, x)"].map((work) => [
      `Flax modules without end: ${work}`,
      (): string =>
        `import flax.linen as nn\nimport jax.numpy as jnp\nclass Net(nn.Module):\n    @nn.compact\n    def __call__(self, x):\n        while True:\n            nn.${work}\nNet().init(None, jnp.ones((1, 4)))\n`,
    ]),
  ),
  "hooks without end": init("c = nn.ReLU()\nwhile True:\n    c.register_forward_hook(print)"),
  "dataclasses without end": init(
    "import dataclasses\nwhile True:\n    dataclasses.make_dataclass('A', ['a', 'b'])",
  ),
  "decorated again and again": init(
    "def d(f):\n    return lambda *a: f(*a)\nf = lambda: 8\nfor _ in range(10**6):\n    f = d(f)\nn = f()",
  ),
  "powers of two, far too large": init(
    "import itertools\nn = list(itertools.starmap(pow, itertools.repeat((2, 10**9))))",
  ),
  "unknown names without end": init("while True:\n    nothing.foo(1)"),
  "unknown functions of a framework without end": init("while True:\n    torch.nothing(1)"),
  "unknown imports without end": init("while True:\n    import nothing"),
  "members without end": init("import inspect\nwhile True:\n    inspect.getmembers(self)"),

  // Patterns.
  "pattern of nested repeats": init("import re\nn = re.match(r'(a+)+$', 'a' * 50 + 'b')"),
  "pattern of choices": init("import re\nn = re.match(r'(a|a)*$', 'a' * 60 + 'b')"),
  "pattern with references": init("import re\nn = re.search(r'(a*)*\\1b', 'a' * 60)"),
  "pattern with a large count": init(
    "import re\nn = re.match(r'((a{1,1000}){1,1000}){1,1000}$', 'a' * 1000 + 'b')",
  ),
  "pattern, deeply nested": init("import re\nn = re.match('(' * 20000 + 'a' + ')' * 20000, 'a')"),
  "pattern, look-behind": init("import re\nn = re.sub(r'(?<=(a+)+)b', 'c', 'a' * 10**4 + 'b')"),
  "pattern that splits": init("import re\nn = len(re.split(r'(x*)*y', 'x' * 10**5))"),
  "pattern that finds all": init("import re\nn = len(re.findall(r'.*?.*?.*?z', 'a' * 10**4))"),
  ...Object.fromEntries(
    ["a{i}(b|c)*[d-f]+", "[a-z]{{{i % 1000}}}{i}(?:x|y{i})+"].map((pattern) => [
      `patterns without end: ${pattern}`,
      init(`import re\ni = 0\nwhile True:\n    i += 1\n    re.compile(f"${pattern}")`),
    ]),
  ),
  "fnmatch with many stars": init("import fnmatch\nn = fnmatch.fnmatch('a' * 1000, '*a' * 50 + 'b')"),

  // Code in code.
  "eval in eval": init("s = '1'\nfor _ in range(50):\n    s = 'eval(' + repr(s) + ')'\nn = eval(s)"),
  "eval of much": init("n = eval('+'.join(['1'] * 10**5))"),
  "eval of brackets": init("n = eval('(' * 10**5 + ')' * 10**5)"),
  "exec that calls exec": init("s = 'exec(s)'\nexec(s)"),
  "import of itself": top("from model import Good as Better\nimport model\nmodel.model = model"),
  "star import of itself": top("from model import *"),

  // Syntax.
  "open brackets": top(`x = ${"(".repeat(100_000)}`),
  "brackets in brackets": top(`x = ${"[".repeat(100_000)}${"]".repeat(100_000)}`),
  "closing brackets": top(`x = ${")]}".repeat(50_000)}`),
  "brackets that cross": top(`x = ${"([{)]}".repeat(20_000)}`),
  "calls in calls": top(`x = ${"f(".repeat(20_000)}1${")".repeat(20_000)}`),
  "minus signs": top(`x = ${"-".repeat(100_000)}1`),
  nots: top(`x = ${"not ".repeat(50_000)}1`),
  additions: top(`x = 1${" + 1".repeat(100_000)}`),
  attributes: top(`x = a${".b".repeat(100_000)}`),
  subscripts: top(`x = a${"[0]".repeat(100_000)}`),
  "calls of calls": top(`x = f${"()".repeat(100_000)}`),
  "conditions in one line": top(`x = ${"1 if a else ".repeat(30_000)}2`),
  lambdas: top(`x = ${"lambda: ".repeat(30_000)}1`),
  "many elif": () =>
    `${GOOD}import sys\nif sys.argv == 0:\n    pass\n${Array.from({ length: 3000 }, (_, i) => `elif sys.argv == ${i}:\n    x = ${i}`).join("\n")}\n`,
  "deep blocks": () =>
    `${GOOD}${Array.from({ length: 3000 }, (_, i) => `${" ".repeat(i)}if x:`).join("\n")}\n${" ".repeat(3000)}pass\n`,
  "deep functions": () =>
    `${GOOD}${Array.from({ length: 1000 }, (_, i) => `${" ".repeat(i)}def f${i}():`).join("\n")}\n${" ".repeat(1000)}pass\n`,
  "brackets in brackets, a megabyte each": top(`x = ${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}`),
  "f-strings in f-strings": top(`x = ${"f'{".repeat(2000)}1${"}'".repeat(2000)}`),
  "comprehensions in comprehensions, written": top(`x = ${"[".repeat(500)}0${" for a in b]".repeat(500)}`),
  "text that never ends": top(`x = """${"abc\n".repeat(50_000)}`),
  quotes: top(`x = ${"'\"".repeat(50_000)}`),
  backslashes: top("x = 1 \\\n".repeat(20_000)),
  "one long line": top(`x = [${"1, ".repeat(300_000)}]`),
  "many lines": top("x = 1\n".repeat(100_000)),
  "many classes": () =>
    GOOD +
    Array.from(
      { length: 3000 },
      (_, i) => `class N${i}(nn.Module):\n    def forward(self, x):\n        return x\n`,
    ).join(""),
  "many arguments": top(`x = f(${"a, ".repeat(100_000)})`),
  "many parameters": top(`def f(${Array.from({ length: 50_000 }, (_, i) => `a${i}`).join(", ")}):\n    pass`),
  "many decorators": top(`${"@f\n".repeat(20_000)}def g():\n    pass`),
  "a long name": top(`${"a".repeat(1_000_000)} = 1`),
  "a long number": top(`x = ${"9".repeat(500_000)}`),
  semicolons: top("x = 1;".repeat(50_000)),
  "odd characters": top(
    Array.from({ length: 3000 }, (_, i) => `x = "${String.fromCharCode((i * 22) % 0x10000)}"`).join("\n"),
  ),
  "comments that speak to ConvLens": top(
    `# convlens: input=${"1x".repeat(100_000)}\n${"# convlens: input=1x3x9x9\n".repeat(20_000)}`,
  ),
  "no text": () => "",
  blanks: () => " \t\n".repeat(200_000),
  NULs: () => "\0".repeat(500_000),
  "match with many cases": top(
    `match x:\n${Array.from({ length: 3000 }, (_, i) => `    case ${i} | [${i}, *_] | {"a": ${i}}:\n        y = ${i}`).join("\n")}`,
  ),

  // Layers and tensors.
  "negative channels": layer("nn.Conv2d(3, -8, 3)"),
  "fractional channels": layer("nn.Conv2d(3, 8.5, 3)"),
  "no groups": layer("nn.Conv2d(3, 8, 3, groups=0)"),
  "stride of zero": layer("nn.Conv2d(3, 8, 3, stride=0)"),
  "infinite channels": layer("nn.Conv2d(3, float('inf'), 3)"),
  "channels that are no number": layer("nn.Conv2d(3, float('nan'), 3)"),
  "channels beyond counting": layer("nn.Conv2d(3, 10**30, 3)"),
  "kernel beyond counting": layer("nn.Conv2d(3, 8, 10**200)"),
  "kernel larger than the image": layer("nn.Conv2d(3, 8, 10**6)"),
  "padding of much": layer("nn.Conv2d(3, 8, 3, padding=10**15)"),
  "many layers": layer("nn.Sequential(*[nn.Conv2d(3, 3, 3, padding=1) for _ in range(10**6)])"),
  "tensor of many dimensions": forward("x = torch.zeros([1] * 10**6)"),
  "tensor beyond memory": forward("x = torch.zeros(10**9, 10**9, 10**9).flatten().tolist()"),
  "tensor to a list": forward("x = torch.arange(10**9).tolist()"),
  "tensor walked": forward("for a in torch.zeros(10**9):\n    x = x + a"),
  "tensor split": forward("x = torch.zeros(10**8).split(1)"),
  "tensor, cat of many": forward("while True:\n    x = torch.cat([x, x])"),
  "tensor, stack of many": forward("while True:\n    x = torch.stack([x, x])"),
  "einsum of many": forward("x = torch.einsum(','.join(['ab'] * 10**5) + '->a', *[x] * 10**5)"),
  "einops with brackets": forward(
    "from einops import rearrange\nx = rearrange(x, '(' * 10**5 + 'a b c d -> a')",
  ),
  "embedding beyond counting": layer("nn.Embedding(10**18, 10**18)"),
  "transformer of many layers": layer("nn.Transformer(512, 8, 10**6, 10**6)"),
  "LSTM of many layers": layer("nn.LSTM(3, 8, 10**8)"),
};
