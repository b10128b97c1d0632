/** Operators, items, formatting and builtin functions. What is expected is what CPython's repr shows of the last line. */
import { expect, test } from "vitest";
import { show } from "../run.ts";

const CASES: readonly (readonly [source: string, repr: string])[] = [
  [
    "[7 // 2, -7 // 2, 7 // -2, 7 % 3, -7 % 3, 7 % -3, 7.5 // 2, -7.5 % 2]",
    "[3, -4, -4, 1, 2, -2, 3.0, 0.5]",
  ],
  [
    "[1 / 2, 4 / 2, 2 ** 10, 2 ** -1, 2.0 ** 3, 0.1 + 0.2, 1e16, 1e-5, 1.5e300, 123456789.0, 1e22]",
    "[0.5, 2.0, 1024, 0.5, 8.0, 0.30000000000000004, 1e+16, 1e-05, 1.5e+300, 123456789.0, 1e+22]",
  ],
  [
    "[True + True, True & False, True | 2, 5 & 3, 5 | 3, 5 ^ 3, 1 << 10, 1024 >> 3, ~5, -7 >> 1]",
    "[2, False, 3, 1, 7, 6, 1024, 128, -6, -4]",
  ],
  [
    '[1 == 1.0, 1 == True, "a" < "b", [1, 2] < [1, 3], (1, 2) <= (1, 2), {1} < {1, 2}, None == 0, "a" in "cat"]',
    "[True, True, True, True, True, True, False, True]",
  ],
  [
    '["%d of %s" % (3, "x"), "%5.2f|%-5d|%05d" % (3.14159, 42, 42), "%(a)s" % {"a": 1}, "%x %o %e %g" % (255, 8, 12345.678, 0.0001), "100%%" % ()]',
    "['3 of x', ' 3.14|42   |00042', '1', 'ff 10 1.234568e+04 0.0001', '100%']",
  ],
  [
    '[[1] + [2], (1,) * 3, "ab" * 2, [0] * 0, {1: 2} | {3: 4}, {1, 2} & {2, 3}, {1, 2} - {2}]',
    "[[1, 2], (1, 1, 1), 'abab', [], {1: 2, 3: 4}, {2}, {1}]",
  ],
  [
    `class V:
    def __init__(self, x): self.x = x
    def __add__(self, o): return V(self.x + (o.x if isinstance(o, V) else o))
    __radd__ = __add__
    def __eq__(self, o): return self.x == o.x
    def __lt__(self, o): return self.x < o.x
    def __len__(self): return self.x
    def __getitem__(self, i): return self.x * i
    def __contains__(self, i): return i == self.x
    def __repr__(self): return f"V({self.x})"
    def __bool__(self): return self.x > 0
[V(1) + V(2), V(1) + 5, 5 + V(1), sum([V(1), V(2)]), V(1) == V(1), V(1) != V(1), sorted([V(3), V(1)]), len(V(4)), V(3)[2], 3 in V(3), bool(V(0)), max(V(1), V(2))]`,
    "[V(3), V(6), V(6), V(3), True, False, [V(1), V(3)], 4, 6, True, False, V(2)]",
  ],
  [
    `a = list(range(10))
b = a[:]
b[2:5] = ["x"]
c = a[:]
del c[::2]
d = a[:]
d[::3] = [0, 0, 0, 0]
[a[2:5], a[::-1], a[-3:], a[:-7], a[::3], b, c, d, a[10:], "hello"[1:-1], "hello"[::-1], (1, 2, 3)[1:], range(10)[2:8:2]]`,
    "[[2, 3, 4], [9, 8, 7, 6, 5, 4, 3, 2, 1, 0], [7, 8, 9], [0, 1, 2], [0, 3, 6, 9], [0, 1, 'x', 5, 6, 7, 8, 9], [1, 3, 5, 7, 9], [0, 1, 2, 0, 4, 5, 0, 7, 8, 0], [], 'ell', 'olleh', (2, 3), range(2, 8, 2)]",
  ],
  [
    `a = [1, 2]
b = a
b += [3]
s = {1}
t = s
t |= {2}
[a, a is b, s, t is s]`,
    "[[1, 2, 3], True, {1, 2}, True]",
  ],
  [
    '[f"{3.14159:.2f}", f"{1234567:,}", f"{42:>6}|{42:<6}|{42:^6}", f"{\'a\':*^5}", f"{255:#x} {5:b} {5:03d}", f"{0.5:.1%}", f"{1e10:g}", f"{12345.678:,.1f}", f"{3!r:>4}", f"{\'x\'!r}", f"{1.0}", f"{1e-7}", f"{-5:+d} {5:+d}", f"{2.5:.0f} {3.5:.0f} {0.125:.2f}"]',
    "['3.14', '1,234,567', '    42|42    |  42  ', '**a**', '0xff 101 005', '50.0%', '1e+10', '12,345.7', '   3', \"'x'\", '1.0', '1e-07', '-5 +5', '2 4 0.12']",
  ],
  [
    '"{} {1} {a} {b[0]} {c.real} {0!r:>5} {{}}".replace("{1} ", "").replace("{0!r:>5}", "{!r:>5}").format("x", "y", a=1, b=[2], c=3)',
    "\"x 1 2 3   'y' {}\"",
  ],
  [
    `x = 5
[f"{x=}", f"{x:{'>'}{6}}", f"{{}}", f"{x:.2f}"]`,
    "['x=5', '     5', '{}', '5.00']",
  ],
  [
    "[round(2.5), round(3.5), round(-2.5), round(2.675, 2), round(1234, -2), round(0.5), round(2.567, 1), abs(-3), abs(-2.5), divmod(7, 2), divmod(-7, 2), pow(2, 5), pow(2, 5, 7)]",
    "[2, 4, -2, 2.67, 1200, 0, 2.6, 3, 2.5, (3, 1), (-4, 1), 32, 4]",
  ],
  [
    '[int("12"), int("-0x1f", 16), int("101", 2), int(3.9), int(-3.9), float("1e3"), float("inf"), str(1.0), str(True), bool([]), bool("a"), int(True), hex(255), bin(5), oct(8), chr(97), ord("a")]',
    "[12, -31, 5, 3, -3, 1000.0, inf, '1.0', 'True', False, True, 1, '0xff', '0b101', '0o10', 'a', 97]",
  ],
  [
    '[list(zip([1, 2], "ab")), list(enumerate("ab", 1)), list(map(lambda x, y: x + y, [1, 2], [3, 4])), list(filter(None, [0, 1, 2])), list(reversed([1, 2, 3])), any([0, 1]), all([]), min([3, 1, 2]), max("abc"), max([1, 5, 2], key=lambda v: -v), min([], default=7), sum([1, 2.5]), sum([[1], [2]], [])]',
    "[[(1, 'a'), (2, 'b')], [(1, 'a'), (2, 'b')], [4, 6], [1, 2], [3, 2, 1], True, True, 1, 'c', 1, 7, 3.5, [1, 2]]",
  ],
  [
    '[sorted([3, 1, 2], reverse=True), sorted("bca"), sorted([(1, "b"), (1, "a"), (0, "c")], key=lambda p: p[0]), sorted([(1, "b"), (1, "a"), (0, "c")], key=lambda p: p[0], reverse=True)]',
    "[[3, 2, 1], ['a', 'b', 'c'], [(0, 'c'), (1, 'b'), (1, 'a')], [(1, 'b'), (1, 'a'), (0, 'c')]]",
  ],
  [
    `it = iter([1, 2, 3])
[next(it), next(it), list(it), next(it, "end")]`,
    "[1, 2, [3], 'end']",
  ],
  [
    '[isinstance(True, int), isinstance(1, (str, int)), isinstance(1.0, int), isinstance("a", str | None), isinstance(None, int | None), issubclass(bool, int), callable(len), isinstance([], object), isinstance(int, type)]',
    "[True, True, False, True, True, True, True, True, True]",
  ],
  [
    `class M(type):
    def __len__(cls): return 3
    def __getitem__(cls, k): return k * 2
    def __iter__(cls): return iter([1, 2])
class C(metaclass=M): pass
[len(C), C["x"], list(C), C[4]]`,
    "[3, 'xx', [1, 2], 8]",
  ],
  [
    `class It:
    def __init__(self): self.n = 0
    def __iter__(self): return self
    def __next__(self):
        self.n += 1
        if self.n > 3: raise StopIteration
        return self.n
[list(It()), sum(It()), 2 in It(), [x for x in It()], tuple(It())]`,
    "[[1, 2, 3], 6, True, [1, 2, 3], (1, 2, 3)]",
  ],
  [
    `class L(list):
    def __init__(self, *a):
        super().__init__(a)
        self.tag = "t"
    def total(self): return sum(self)
class D(dict):
    def __missing__(self, k): return k + "!"
    def __getattr__(self, k): return self[k]
    def __setitem__(self, k, v): super().__setitem__(k, v * 2)
l = L(1, 2, 3)
l.append(4)
d = D(a=1)
d["b"] = 2
[l, l.total(), l.tag, len(l), d, d["zz"], d.a, isinstance(l, list), l + [1], l[1:]]`,
    "[[1, 2, 3, 4], 10, 't', 4, {'a': 1, 'b': 4}, 'zz!', 1, True, [1, 2, 3, 4, 1], [2, 3, 4]]",
  ],
  [
    `class S(str):
    def shout(self): return self.upper() + "!"
class N(int): pass
class F(float): pass
s = S("abc")
[s, s.shout(), s + "d", len(s), s == "abc", {s: 1}["abc"], N(5) + 1, N(5), N(5) < 6, F(1.5) * 2, isinstance(s, str), s[0], f"{s:>5}"]`,
    "['abc', 'ABC!', 'abcd', 3, True, 1, 6, 5, True, 3.0, True, 'a', '  abc']",
  ],
  [
    `try:
    {}["k"]
except KeyError as e:
    a = str(e)
try:
    [][3]
except IndexError as e:
    b = str(e)
try:
    1 / 0
except ZeroDivisionError as e:
    c = str(e)
try:
    raise ValueError("bad", 3)
except Exception as e:
    d = repr(e)
try:
    int("zz")
except ValueError as e:
    f = str(e)
[a, b, c, d, f]`,
    "[\"'k'\", 'list index out of range', 'division by zero', \"ValueError('bad', 3)\", \"invalid literal for int() with base 10: 'zz'\"]",
  ],
  [
    '[repr("it\'s"), repr(\'a"b\'), repr("a\\nb\\\\"), repr((1,)), repr({1: "a"}), repr({1}), repr(set()), repr(range(3)), repr(range(1, 9, 2)), repr(None), repr([True, 1.0, "x"]), repr(b"ab"), repr(1e100), repr(-0.0), repr(slice(1, 2))]',
    "['\"it\\'s\"', '\\'a\"b\\'', \"'a\\\\nb\\\\\\\\'\", '(1,)', \"{1: 'a'}\", '{1}', 'set()', 'range(0, 3)', 'range(1, 9, 2)', 'None', \"[True, 1.0, 'x']\", \"b'ab'\", '1e+100', '-0.0', 'slice(1, 2, None)']",
  ],
  [
    '[hash(1) == hash(1.0), {1: "a", 1.0: "b", True: "c"}, {(1, 2): 3}[(1, 2)], {None: 1}[None], len({1, 1.0, True, "1"}), {frozenset([1, 2]): 1}[frozenset([2, 1])]]',
    "[True, {1: 'c'}, 3, 1, 2, 1]",
  ],
  [
    '[eval("[1, 2]"), eval("3.5"), eval("(1, \'a\')"), getattr([1], "missing", 7), hasattr("a", "upper"), hasattr("a", "nope"), type(1), type("a").__name__, type([]).__name__]',
    "[[1, 2], 3.5, (1, 'a'), 7, True, False, <class 'int'>, 'str', 'list']",
  ],
  [
    `class P:
    x = 1
p = P()
setattr(p, "y", 2)
delattr(p, "y")
p.z = 3
[vars(p), hasattr(p, "y"), getattr(p, "x"), p.__dict__, P.__name__, type(p).__name__]`,
    "[{'z': 3}, False, 1, {'z': 3}, 'P', 'P']",
  ],
  [
    "[10 ** 15, 7 // 2.0, 2 ** 0.5, 1_000, 0xff, 5 % 2.5, -1 ** 2, (-8) ** (1/3) if False else 0, 3 // 0.5]",
    "[1000000000000000, 3.0, 1.4142135623730951, 1000, 255, 0.0, -1, 0, 6.0]",
  ],
];

test.each(CASES)("%s", (source, repr) => {
  expect(show(source)).toBe(repr);
});
