import { describe, expect, it } from "vitest";
import { isUnknown } from "../../../src/engine/interpret/values.ts";
import { run, show } from "./run.ts";

/** Python snippet, and the repr of its last line as CPython gives it. */
const programs: readonly (readonly [what: string, source: string, shown: string])[] = [
  [
    "closures keep the variable, not the value",
    "fs = [lambda: i for i in range(3)]\n[f() for f in fs]",
    "[2, 2, 2]",
  ],
  [
    "nonlocal reaches the enclosing function",
    `
def counter():
    n = 0
    def bump():
        nonlocal n
        n += 1
        return n
    return bump
c = counter()
c(); c()
c()`,
    "3",
  ],
  [
    "defaults are evaluated once",
    `
def f(x, acc=[]):
    acc.append(x)
    return acc
f(1)
f(2)`,
    "[1, 2]",
  ],
  [
    "arguments bind by position, name, star and double star",
    `
def f(a, b=2, *args, c, d=4, **kw):
    return (a, b, args, c, d, kw)
f(1, 5, 6, 7, c=3, e=8)`,
    "(1, 5, (6, 7), 3, 4, {'e': 8})",
  ],
  [
    "super follows the MRO of a diamond",
    `
class A:
    def go(self): return ["A"]
class B(A):
    def go(self): return ["B"] + super().go()
class C(A):
    def go(self): return ["C"] + super().go()
class D(B, C):
    def go(self): return ["D"] + super().go()
D().go()`,
    "['D', 'B', 'C', 'A']",
  ],
  [
    "super with a class and an object starts after that class",
    `
class A:
    def __init__(self, n): self.n = n
class B(A):
    def __init__(self, n):
        super(B, self).__init__(n + 1)
class C(B):
    def __init__(self):
        super(C, self).__init__(1)
class D(C):
    def __init__(self):
        super(B, self).__init__(40)
(C().n, D().n)`,
    "(2, 40)",
  ],
  [
    "eval reads the scope it stands in, and suppress keeps what it cannot",
    `
import contextlib
class Conv: pass
def build(rows, nc):
    made = []
    for name in rows:
        with contextlib.suppress(NameError):
            name = eval(name)
        made.append(name.__name__ if name is Conv else name)
    return made
build(["Conv", "nc", "nearest", "[nc, 2 * nc]", "None"], 80)`,
    "['Conv', 80, 'nearest', [80, 160], None]",
  ],
  [
    "properties, setters and class methods",
    `
class Box:
    made = 0
    def __init__(self, w): self._w = w; Box.made += 1
    @property
    def w(self): return self._w
    @w.setter
    def w(self, value): self._w = value * 2
    @classmethod
    def square(cls, side): return cls(side)
    @staticmethod
    def double(x): return 2 * x
b = Box.square(3)
b.w = 5
(b.w, Box.made, b.double(4))`,
    "(10, 1, 8)",
  ],
  [
    "__getattr__ answers what is missing",
    `
class Lazy:
    def __getattr__(self, name): return name.upper()
Lazy().abc`,
    "'ABC'",
  ],
  [
    "self.__dict__ is the attributes themselves",
    `
class C:
    def __init__(self, **kw): self.__dict__.update(kw)
c = C(a=1)
(c.a, sorted(vars(c)))`,
    "(1, ['a'])",
  ],
  [
    "generators run lazily, also endless ones",
    `
def naturals():
    n = 0
    while True:
        yield n
        n += 1
def take(it, k):
    out = []
    for x in it:
        if len(out) == k:
            break
        out.append(x)
    return out
take(naturals(), 3)`,
    "[0, 1, 2]",
  ],
  ["yield from delegates", "def g():\n    yield from [1, 2]\n    yield 3\nlist(g())", "[1, 2, 3]"],
  [
    "try, except, else, finally in order",
    `
log = []
def f(x):
    try:
        if x: raise ValueError("no")
    except ValueError as e:
        log.append(str(e))
        return "caught"
    else:
        log.append("else")
    finally:
        log.append("finally")
    return "end"
(f(True), f(False), log)`,
    "('caught', 'end', ['no', 'finally', 'else', 'finally'])",
  ],
  [
    "a missing module in a try takes the fallback",
    `
try:
    import not_there
except ImportError:
    not_there = None
not_there`,
    "None",
  ],
  [
    "match statements bind names",
    `
def f(x):
    match x:
        case [a, *rest] if rest: return (a, rest)
        case {"k": v}: return v
        case int() | str(): return "plain"
        case _: return "other"
(f([1, 2, 3]), f({"k": 7}), f(4), f(None))`,
    "((1, [2, 3]), 7, 'plain', 'other')",
  ],
  [
    "for-else and while-else run unless the loop breaks",
    `
out = []
for i in range(3):
    if i == 5: break
else:
    out.append("for")
n = 0
while n < 2:
    n += 1
    if n == 2: break
else:
    out.append("while")
out`,
    "['for']",
  ],
  ["walrus in a comprehension binds outside", "r = [y := x * 2 for x in range(3)]\n(r, y)", "([0, 2, 4], 4)"],
  [
    "comprehensions nest and filter",
    "[(i, j) for i in range(3) for j in range(i) if (i + j) % 2]",
    "[(1, 0), (2, 1)]",
  ],
  ["chained comparisons stop early", "1 < 2 < 3 > 2", "True"],
  [
    "decorators with arguments apply from the bottom",
    `
def tag(name):
    def deco(fn):
        return lambda: name + fn()
    return deco
@tag("a")
@tag("b")
def f(): return "c"
f()`,
    "'abc'",
  ],
  [
    "a metaclass sees and changes the classes it makes",
    `
registry = {}
class Meta(type):
    def __new__(mcs, name, bases, ns):
        cls = super().__new__(mcs, name, bases, ns)
        registry[name] = cls
        return cls
    def __init__(cls, name, bases, ns):
        cls.tag = name.lower()
class Base(metaclass=Meta):
    def who(self): return "base"
class Net(Base):
    def who(self): return "net+" + super().who()
(sorted(registry), registry["Net"]().who(), Net.tag)`,
    "(['Base', 'Net'], 'net+base', 'net')",
  ],
  ["star assignment splits", "a, *b, c = range(5)\n(a, b, c)", "(0, [1, 2, 3], 4)"],
];

describe("Python programs", () => {
  it.each(programs)("%s", (_what, source, shown) => {
    expect(show(source)).toBe(shown);
  });
});

describe("what cannot be decided", () => {
  const unknown = "import mystery\nflag = mystery.flag\n";

  it("keeps what both sides agree on", () => {
    expect(show(`${unknown}if flag:\n    a, b = 1, 2\nelse:\n    a, b = 1, 3\na`)).toBe("1");
    expect(show(`${unknown}if flag:\n    a, b = 1, 2\nelse:\n    a, b = 1, 3\nb`)).toBe(
      "unknown: module mystery was not found (.convlens/stubs/mystery.py can stand for it)",
    );
  });

  it("leave the length of a dict open that was written to under keys that are not known", () => {
    const filled = `${unknown}words = {"<pad>": 0}\nfor word in flag:\n    words[word] = 1\n`;
    expect(show(`${filled}len(words)`)).toBe(
      "unknown: module mystery was not found (.convlens/stubs/mystery.py can stand for it)",
    );
    expect(show(`${filled}len({word: 1 for word in words})`)).toBe(
      "unknown: module mystery was not found (.convlens/stubs/mystery.py can stand for it)",
    );
    expect(show(`import tensorflow as tf\nlen({line: 1 for line in tf.io.gfile.GFile("words.txt")})`)).toBe(
      "unknown: tensorflow.io.gfile.GFile is decided at run time",
    );
  });

  it("leaves the length of a list or set open that a loop over unknown data fills", () => {
    const why = "unknown: module mystery was not found (.convlens/stubs/mystery.py can stand for it)";
    const filled = `${unknown}xs = [0]\nseen = set()\nfor x in flag:\n    xs.append(x)\n    seen.add(x)\n`;
    for (const length of [
      "xs",
      "xs[1:]",
      "[x for x in xs]",
      "[1 for _ in xs]",
      "list(zip(xs, xs))",
      "seen",
    ]) {
      expect(show(`${filled}len(${length})`), length).toBe(why);
    }
    expect(show(`${filled}ys = []\nfor i, x in enumerate(xs):\n    ys.append(i)\nlen(ys)`)).toBe(why);
    expect(show(`${unknown}xs = []\nfor x in flag:\n    xs.append(1)\nbool(xs)`)).toBe(why);
  });

  it("catches nothing by an exception that does not exist", () => {
    expect(show("import os\ntry:\n    os.nothing\nexcept os.NoSuchError:\n    pass\n5")).toBe("5");
  });

  it("leaves open what a folder holds that is not there", () => {
    expect(show(`import os\nlen(os.listdir("data"))`)).toBe("unknown: there is no folder 'data' here");
  });

  it("undoes one side's changes of lists and attributes before it runs the other", () => {
    expect(show(`${unknown}xs = [0]\nif flag:\n    xs.append(1)\nelse:\n    xs.append(1)\nxs`)).toBe(
      "[0, 1]",
    );
    const source = `${unknown}
class C: pass
c = C()
c.n = 1
if flag:
    c.n = 2
c.n`;
    expect(show(source)).toBe(
      "unknown: module mystery was not found (.convlens/stubs/mystery.py can stand for it)",
    );
  });

  it("drops a side that raises", () => {
    expect(show(`${unknown}if flag:\n    raise ValueError("no")\nelse:\n    n = 4\nn`)).toBe("4");
  });

  it("joins an early return with the rest of the function", () => {
    expect(show(`${unknown}def f():\n    if flag:\n        return 7\n    return 7\nf()`)).toBe("7");
    expect(show(`${unknown}def f():\n    if flag:\n        return 7\n    return 8\nf()`)).toBe(
      "unknown: module mystery was not found (.convlens/stubs/mystery.py can stand for it)",
    );
  });

  it("knows the answer when the other operand decides", () => {
    expect(show(`${unknown}bool(flag and False)`)).toBe("False");
    expect(show(`${unknown}bool(flag or True)`)).toBe("True");
  });

  it("names what a missing argument needs and runs the rest", () => {
    const { get } = run("def f(n, k):\n    return (n, k)\nr = f(1)\na, b = r");
    expect(get("a")).toBe(1);
    const b = get("b");
    expect(typeof b === "object" && isUnknown(b) && b.reason).toBe(
      "TypeError: f() missing 1 required positional argument: 'k'",
    );
  });
});

describe("bounds", () => {
  const limits = { steps: 20_000, callDepth: 60, collection: 1000, text: 10_000 };
  it.each([
    [
      "an endless loop",
      "while True:\n    pass",
      "more than 20,000 steps, the most for the program around a file's networks",
    ],
    ["endless recursion", "def f(n): return f(n + 1)\nf(0)", "calls nest too deeply"],
    ["a huge list", "x = [i for i in range(10**9)]", "more than 1000 items"],
  ])("%s ends with its reason", (_what, source, reason) => {
    const { machine } = run(source, {}, limits);
    expect(machine.endTrace().gaps.map((gap) => gap.reason)).toContain(reason);
  });
});

describe("imports", () => {
  const files = {
    "/app/pkg/__init__.py": "from .a import A\nREADY = True\n",
    "/app/pkg/a.py": "from . import b\nclass A:\n    size = b.SIZE\n",
    "/app/pkg/b.py": "SIZE = 7\n__all__ = ['SIZE']\nhidden = 1\n",
    "/app/registry.py": "table = {}\ndef register(fn):\n    table[fn.__name__] = fn\n    return fn\n",
    "/app/nets.py": "from registry import register\n@register\ndef net(): return 5\n",
    "/app/ring_a.py": "import ring_b\nX = 1\ndef get(): return ring_b.Y\n",
    "/app/ring_b.py": "import ring_a\nY = ring_a.X + 1\n",
  };
  it.each([
    ["packages and relative imports are followed", "from pkg import A\nA.size", "7"],
    ["a submodule is found by its name", "import pkg.b as b\nb.SIZE", "7"],
    ["star imports take __all__", "from pkg.b import *\n(SIZE, 'hidden' in globals())", "(7, False)"],
    [
      "an unused import runs for what it does",
      "import registry\nfrom nets import net\nlist(registry.table)",
      "['net']",
    ],
    ["a circle of imports ends", "import ring_a\nring_a.get()", "2"],
  ])("%s", (_what, source, shown) => {
    expect(show(source, files)).toBe(shown);
  });

  it("a program's own folder goes before a folder of that name at the workspace's top", () => {
    const programs = {
      "/app/layers/conv.py": "WIDTH = 1\n",
      "/app/second/layers/conv.py": "WIDTH = 2\n",
      "/app/second/models/net.py": "from layers.conv import WIDTH\n",
    };
    expect(show("from second.models.net import WIDTH\nWIDTH", programs, ["/app"])).toBe("2");
  });
});
