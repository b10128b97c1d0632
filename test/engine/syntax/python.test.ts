/** Python snippets and the tree they lower to. Each tree agrees with what CPython's own `ast` gives. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Parsers } from "../../../src/engine/syntax/parser.ts";
import { loadParsers } from "../../../src/node/wasm.ts";
import { arg, dump, expr } from "./dump.ts";

let parsers: Parsers;
beforeAll(async () => {
  parsers = await loadParsers();
});

/** What is shown, the code, its tree. */
const SNIPPETS: readonly (readonly [string, string, string])[] = [
  [
    "numbers",
    "[1_000, 0xFF, 0o17, 0b101, 0., 1e-3, .5, 1_0.5, 2j, 10 ** 6]",
    "(list 1000 255 15 5 0f 0.001f 0.5f 10.5f 2j (** 10 6))",
  ],
  [
    "string prefixes and escapes",
    String.raw`['a\tb\x41\u00e9\N{BULLET}\q', r'\d\'', b'\xff\n', u'x', "line\
on"]`,
    String.raw`(list "a\tbAé�\\q" "\\d\\'" b"ÿ\n" "x" "lineon")`,
  ],
  ["implicit concatenation", `x = ('a' "b" f'{c}d')`, `(= x (template "ab" {c} "d"))`],
  [
    "f-string",
    `f"{a!r:>{w}.2f} {{x}} {b=} {c = :.1f} {d['k']:%Y-%m}"`,
    `(template {a!r:(template ">" {w} ".2f")} " {x} b=" {b!r} " c = " {c:(template ".1f")} " " {([] d "k"):(template "%Y-%m")})`,
  ],
  ["constants", "[True, False, None, ...]", "(list true false null ...)"],
  [
    "operators",
    "-a ** 2 + b @ c // d % e << 1 & ~f | g ^ h",
    "(| (& (<< (+ (- (** a 2)) (% (// (@ b c) d) e)) 1) (~ f)) (^ g h))",
  ],
  ["chained comparisons", "0 < a <= b != c is not d not in e", "(cmp 0 < a <= b != c is not d not in e)"],
  ["logic and ternary", "x = a and not b or c if d else e", "(= x (? d (or (and a (not b)) c) e))"],
  [
    "attributes calls arguments",
    "nn.Sequential(*layers, a.b(1)[0], key=v, **kw)",
    "(call (. nn Sequential) *layers ([] (call (. a b) 1) 0) key=v **kw)",
  ],
  [
    "a star binds the whole item",
    "f(*list(m.children())[:-1], *a or b)",
    "(call f *([] (call list (call (. m children))) (slice _ (- 1) _)) *(or a b))",
  ],
  [
    "subscripts and slices",
    "x[1:2, ::3, ..., None, -1:]; y[a,]",
    "([] x (tuple (slice 1 2 _) (slice _ _ 3) ... null (slice (- 1) _ _))) ([] y (tuple a))",
  ],
  [
    "displays",
    "[[1, *a], (), (1,), {1, *b}, {'k': v, **d}, {}]",
    `(list (list 1 *a) (tuple) (tuple 1) (set 1 *b) (dict "k":v **d) (dict))`,
  ],
  [
    "comprehensions",
    "[x for row in m if row for x in row if x]; {k: v for k, v in d}; {x for x in s}; sum(x for x in s)",
    "(listcomp x (for row m if row) (for x row if x)) (dictcomp k:v (for (targets k v) d)) (setcomp x (for x s)) (call sum (generatorcomp x (for x s)))",
  ],
  [
    "lambda",
    "f = lambda x, *a, k=1, **kw: (yield x)",
    "(= f (lambda* (x *a kw k=1 **kw) {(return (yield x))}))",
  ],
  ["walrus", "if (n := len(a)) > 1: pass", "(if (cmp (:= n (call len a)) > 1) {pass})"],
  [
    "await and yields",
    `async def f():
    await g()
    yield 1
    x = yield
    yield from h()`,
    "(async def* f () {(await (call g)) (yield 1) (= x (yield)) (yield* (call h))})",
  ],
  [
    "assignments",
    `a = b = c, *d = e
x: int = 1
y: List[int]
self.z += 1
(a) = [b, (c, d)] = 1
a[0].b @= w`,
    "(= a b (targets c *d) e) (= x :int 1) (= y :([] List int)) (+= (. self z) 1) (= a (targets b (targets c d)) 1) (@= (. ([] a 0) b) w)",
  ],
  [
    "parameters",
    `def f(a, b: int = 1, /, c=2, *, d, e: str = 'x', **kw) -> Tensor: ...
def g(*args: int, k): pass`,
    `(def f (/a /b:int=1 c=2 kw d kw e:str="x" **kw) ->Tensor {...}) (def g (*args:int kw k) {pass})`,
  ],
  [
    "functions and docstrings",
    `@a.b
@c(1)
def f():
    """Doc."""
    def inner():
        yield 1
    return inner`,
    `(def @(. a b) @(call c 1) f () doc="Doc." {"Doc." (def* inner () {(yield 1)}) (return inner)})`,
  ],
  [
    "classes",
    `@dataclass
class A(B, metaclass=M, *bases):
    'Doc'
    x: int = 0
    def f(self): return super().f()
class C: pass`,
    `(class @dataclass A (B metaclass=M *bases) doc="Doc" {"Doc" (= x :int 0) (def f (self) {(return (call (. (call super) f)))})}) (class C () {pass})`,
  ],
  [
    "if elif else",
    `if a: b
elif c:
    d
elif e:
    f
else: g`,
    "(if a {b} else {(if c {d} else {(if e {f} else {g})})})",
  ],
  [
    "loops",
    `for i, (a, b) in enumerate(x), *y:
    continue
else:
    z
while True:
    break
async def f():
    async for x in y: pass`,
    "(for (targets i (targets a b)) (tuple (call enumerate x) *y) {(continue)} else {z}) (while true {(break)}) (async def f () {(for x y {pass})})",
  ],
  [
    "try",
    `try:
    a
except (A, B) as e:
    b
except C:
    c
except:
    raise
else:
    d
finally:
    e
try: a
except* A as e: raise B from e`,
    "(try {a} (except (tuple A B) as e {b}) (except C {c}) (except {(raise)}) else {d} finally {e}) (try {a} (except A as e {(raise B from e)}))",
  ],
  [
    "with",
    `with a as b, c: d
with (open(x) as f, torch.no_grad(),):
    pass
with (a, b): pass`,
    "(with a as b c {d}) (with (call open x) as f (call (. torch no_grad)) {pass}) (with a b {pass})",
  ],
  [
    "imports",
    `import a.b, c as d
from . import x
from ..a.b import (c as d, e,)
from m import *
from __future__ import annotations
try:
    import q
except ImportError:
    q = None`,
    "(import a.b) (import c as d) (from . x) (from ..a.b c as d e) (from m *) (from __future__ annotations) (try {(import q)} (except ImportError {(= q null)}))",
  ],
  [
    "scope del assert",
    `global a, b
nonlocal c
del x, y[0], z.w
assert a, "no"`,
    `(global a b) (nonlocal c) (del x ([] y 0) (. z w)) (assert a "no")`,
  ],
  [
    "match",
    `match cmd, x:
    case 1 | -2 | "s" | None: a
    case [a, *rest] if a: b
    case (p,) | (q): c
    case {"k": v, 'm': A.B, **rest}: d
    case Point(0, y=-1.5) as p: e
    case str(): f
    case _: g`,
    `(match (tuple cmd x) (case (or 1 (- 2) "s" null) {a}) (case (seq ?a *rest) if a {b}) (case (or (seq ?p) ?q) {c}) (case (map "k":?v "m":(. A B) **rest) {d}) (case (as (cls Point 0 y=(- 1.5f)) p) {e}) (case (cls str) {f}) (case ?_ {g}))`,
  ],
  [
    "soft keywords are names",
    `match = type = case = print = 1
print(match[type], sep='')
type(self).count = 2`,
    `(= match type case print 1) (call print ([] match type) sep="") (= (. (call type self) count) 2)`,
  ],
  [
    "type aliases and generics",
    `type Pair[T] = tuple[T, T]
class Box[T: int](Base[T]):
    def get[*Ts](self) -> T | None: ...`,
    "(= Pair ([] tuple (tuple T T))) (class Box (([] Base T)) {(def get (self) ->(| T null) {...})})",
  ],
  ["Python 2 print", `print "x", y`, `(call print "x" y)`],
  [
    "semicolons and continuation",
    String.raw`a = 1; b = \
    2`,
    "(= a 1) (= b 2)",
  ],
  [
    "unicode and tabs",
    `é = "🐍"
if é:
	x = 1`,
    `(= é "🐍") (if é {(= x 1)})`,
  ],
];

describe("Python", () => {
  it.each(SNIPPETS)("lowers %s", (_title, code, tree) => {
    const module = parsers.parse("snippet.py", code);
    expect(dump(module.body)).toBe(tree);
    expect(module.errors).toEqual([]);
  });

  it("gives spans 1-based, in UTF-16 columns, with an exclusive end", () => {
    const [statement] = parsers.parse("snippet.py", '\n"🐍"; x.y(1)\n').body.slice(1);
    expect(statement?.at).toEqual({ file: "snippet.py", line: 2, column: 7, endLine: 2, endColumn: 13 });
  });

  it("gives the span of a definition's name apart from that of the definition and its decorators", () => {
    const [statement] = parsers.parse("snippet.py", "@d\nclass A:\n  pass\n").body;
    if (statement?.kind !== "classDef") throw new Error("no class");
    expect([statement.at.line, statement.cls.at.line, statement.cls.nameAt.column]).toEqual([1, 2, 7]);
  });

  it("collects the comments that speak to it", () => {
    const { directives } = parsers.parse(
      "snippet.py",
      "x = 1\nclass A: # convlens: input=1x3x32x32\n  pass\n",
    );
    expect(directives).toEqual([{ line: 2, text: "input=1x3x32x32" }]);
  });

  it("re-parses an edited text as if it were new", () => {
    const before = "def f(a):\n    return a + 1\n\nclass A:\n    x = 1\n";
    const after = before.replace("a + 1", "g(a,\n        b)");
    parsers.parse("edited.py", before);
    expect(parsers.parse("edited.py", after)).toEqual({
      ...JSON.parse(JSON.stringify(parsers.parse("new.py", after)).replaceAll("new.py", "edited.py")),
    });
  });

  it("reads one expression and the inside of a call by themselves", () => {
    expect(expr(parsers.parseExpression("python", "a + 1"))).toBe("(+ a 1)");
    expect(parsers.parseArguments("python", "'resnet18', width_mult=0.5, *a").map(arg)).toEqual([
      '"resnet18"',
      "width_mult=0.5f",
      "*a",
    ]);
    for (const none of ["", "  ", "# nothing"]) expect(parsers.parseArguments("python", none)).toEqual([]);
  });

  it.each([")", "5)", "foo(", "width=", "5) + (6", "5\n6", '"', "4;", "a b", "\x1b[31m"])(
    "gives a hole for arguments that are none: %j",
    (text) => {
      expect(parsers.parseArguments("python", text)).toMatchObject([
        { kind: "positional", value: { kind: "hole", reason: "the arguments are not understood" } },
      ]);
    },
  );

  it("gives a hole, not an exception, for nesting beyond all reason", () => {
    const code = `x = ${"(".repeat(5000)}1${")".repeat(5000)}`;
    expect(dump(parsers.parse("deep.py", code).body)).toContain("nested too deeply");
  });
});
