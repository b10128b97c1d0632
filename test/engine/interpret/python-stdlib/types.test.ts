/** Methods of the built-in types. What is expected is what CPython's repr shows of the last line. */
import { expect, test } from "vitest";
import { show } from "../run.ts";

const CASES: readonly (readonly [source: string, repr: string])[] = [
  [
    '["a-b-c".split("-"), "a-b-c".split("-", 1), " a  b ".split(), "a b c d".split(None, 2), "a-b-c".rsplit("-", 1), "a b c".rsplit(None, 1), "".split(), "".split(","), "a\\nb\\r\\nc".splitlines()]',
    "[['a', 'b', 'c'], ['a', 'b-c'], ['a', 'b'], ['a', 'b', 'c d'], ['a-b', 'c'], ['a b', 'c'], [], [''], ['a', 'b', 'c']]",
  ],
  [
    '["abc".upper(), "ABC".lower(), "hello world".title(), "hello".capitalize(), "aBc".swapcase(), "x".join(["a", "b"]), "  a ".strip(), "xxaxx".strip("x"), "xxa".lstrip("x"), "axx".rstrip("x")]',
    "['ABC', 'abc', 'Hello World', 'Hello', 'AbC', 'axb', 'a', 'a', 'a', 'a']",
  ],
  [
    '["layer1.0.conv".replace(".", "_"), "aaa".replace("a", "b", 2), "abc".find("c"), "abc".find("z"), "abcabc".rfind("b"), "abc".index("b"), "banana".count("an"), "abc".startswith(("x", "a")), "abc".endswith("bc"), "abc".startswith("b", 1)]',
    "['layer1_0_conv', 'bba', 2, -1, 4, 1, 2, True, True, True]",
  ],
  [
    '["abc".partition("b"), "a.b.c".rpartition("."), "abc".partition("z"), "42".zfill(5), "-42".zfill(5), "a".ljust(3, "."), "a".rjust(3), "a".center(4, "*"), "abc".removeprefix("a"), "abc".removesuffix("c")]',
    "[('a', 'b', 'c'), ('a.b', '.', 'c'), ('abc', '', ''), '00042', '-0042', 'a..', '  a', '*a**', 'bc', 'ab']",
  ],
  [
    '["12".isdigit(), "a1".isalnum(), "ab".isalpha(), " ".isspace(), "A".isupper(), "a".islower(), "Ab".istitle(), "a_1".isidentifier(), "1a".isidentifier(), "".isdigit(), "é".isascii()]',
    "[True, True, True, True, True, True, True, True, False, False, False]",
  ],
  [
    '["abc".translate(str.maketrans("ab", "xy")), "abc".translate(str.maketrans({"a": None, "b": "BB"})), "a\\tb".expandtabs(4), "abc".encode(), "é".encode("utf-8").decode(), "a,b".split(",")[0], "abc"[-1], list("héy")]',
    "['xyc', 'BBc', 'a   b', b'abc', 'é', 'a', 'c', ['h', 'é', 'y']]",
  ],
  [
    `a = [3, 1, 2]
a.append(4); a.extend([5, 6]); a.insert(0, 9); a.remove(1); x = a.pop(); y = a.pop(0); a.sort(); b = a.copy(); b.reverse(); a.sort(key=lambda v: -v)
[a, b, x, y, a.index(3), a.count(2)]`,
    "[[5, 4, 3, 2], [5, 4, 3, 2], 6, 9, 2, 1]",
  ],
  [
    `d = {"a": 1, "b": 2}
d.update({"c": 3}, d=4)
d.update([("e", 5)])
p = d.pop("a")
q = d.pop("zz", None)
d.setdefault("f", []).append(1)
d.setdefault("b", 99)
[d, p, q, d.get("q"), d.get("q", 0), list(d), list(d.keys()), list(d.values()), list(d.items()), "b" in d.keys(), len(d.items()), d.popitem(), dict.fromkeys("ab", 0), dict([(1, 2)]), dict(a=1), {**d, "z": 1}]`,
    "[{'b': 2, 'c': 3, 'd': 4, 'e': 5}, 1, None, None, 0, ['b', 'c', 'd', 'e', 'f'], ['b', 'c', 'd', 'e', 'f'], [2, 3, 4, 5, [1]], [('b', 2), ('c', 3), ('d', 4), ('e', 5), ('f', [1])], True, 5, ('f', [1]), {'a': 0, 'b': 0}, {1: 2}, {'a': 1}, {'b': 2, 'c': 3, 'd': 4, 'e': 5, 'z': 1}]",
  ],
  [
    `d = {"a": 1, "b": 2}
[d.keys(), d.values(), d.items(), d.keys() & {"a"}, d.keys() - {"a"}, dict(d) == d, d == {"b": 2, "a": 1}, [k for k, v in d.items() if v > 1], list(reversed(d))]`,
    "[dict_keys(['a', 'b']), dict_values([1, 2]), dict_items([('a', 1), ('b', 2)]), {'a'}, {'b'}, True, True, ['b'], ['b', 'a']]",
  ],
  [
    `s = {1, 2, 3}
s.add(4); s.discard(9); s.remove(1)
t = s.copy(); t.update([7, 8]); t -= {7}
[sorted(s), sorted(t), sorted(s.union([5], [6])), s.intersection([2, 3]), s.difference([2]), sorted(s.symmetric_difference([2, 9])), s.issubset({2, 3, 4, 5}), s.issuperset([2]), s.isdisjoint([9]), frozenset([1, 2]) | {3}, len(s), 2 in s, s == {4, 3, 2}]`,
    "[[2, 3, 4], [2, 3, 4, 8], [2, 3, 4, 5, 6], {2, 3}, {3, 4}, [3, 4, 9], True, True, True, frozenset({1, 2, 3}), 3, True, True]",
  ],
  [
    '[(1, 2, 2).count(2), (1, 2).index(2), tuple("ab"), tuple([1]), (1, 2) + (3,), (3).bit_length(), (2.0).is_integer(), (5).real, float("nan") != float("nan"), (1.5).as_integer_ratio()]',
    "[2, 1, ('a', 'b'), (1,), (1, 2, 3), 2, True, 5, True, (3, 2)]",
  ],
  [
    `r = range(2, 10, 3)
[r, list(r), len(r), r[1], r[-1], 5 in r, 6 in r, r.start, r.stop, r.step, r.index(5), range(3) == range(0, 3), list(range(5, 0, -2))]`,
    "[range(2, 10, 3), [2, 5, 8], 3, 5, 8, True, False, 2, 10, 3, 1, True, [5, 3, 1]]",
  ],
  [
    `s = slice(1, 10, 2)
[s.start, s.stop, s.step, s.indices(6), slice(None, 3).stop, slice(3).start, "abcdef"[s]]`,
    "[1, 10, 2, (1, 6, 2), 3, None, 'bdf']",
  ],
  [
    `def g():
    x = yield 1
    yield x
    return 5
i = g()
[next(i), i.send(7), list(i)]`,
    "[1, 7, []]",
  ],
  [
    `class E(ValueError):
    def __init__(self, m, code): super().__init__(m); self.code = code
try:
    raise E("msg", 3)
except ValueError as e:
    r = (str(e), e.code, e.args, isinstance(e, E), type(e).__name__)
r`,
    "('msg', 3, ('msg',), True, 'E')",
  ],
  [
    `class T:
    @property
    def p(self): return self._p
    @p.setter
    def p(self, v): self._p = v * 2
    @staticmethod
    def s(a): return a + 1
    @classmethod
    def c(cls): return cls.__name__
t = T()
t.p = 4
[t.p, T.s(1), t.s(2), T.c(), t.c(), isinstance(T.p, property)]`,
    "[8, 2, 3, 'T', 'T', True]",
  ],
  [
    `o = object()
[o == o, o is o, {o: 1}[o], isinstance(o, object), bool(o), [1, [2, 3]] == [1, [2, 3]], (1,) == [1], {"a": [1]} == {"a": [1]}]`,
    "[True, True, 1, True, True, True, False, True]",
  ],
  [
    `class A:
    def __new__(cls, *args):
        self = super().__new__(cls)
        self.made = args
        return self
    def __init__(self, x): self.x = x
    def __hash__(self): return hash(self.x)
    def __eq__(self, o): return self.x == o.x
a = A(3)
[a.made, a.x, {a: "v"}[A(3)], len({A(1), A(1), A(2)})]`,
    "[(3,), 3, 'v', 2]",
  ],
  [
    `class Seq:
    def __getitem__(self, i):
        if i >= 3: raise IndexError(i)
        return i * 10
    def __len__(self): return 3
[list(Seq()), 20 in Seq(), list(reversed(Seq())), [x for x in Seq()], len(Seq())]`,
    "[[0, 10, 20], True, [20, 10, 0], [0, 10, 20], 3]",
  ],
  [
    `class Ctx:
    def __enter__(self): return "in"
    def __exit__(self, *a): return True
with Ctx() as v:
    raise ValueError
v`,
    "'in'",
  ],
  [
    '[str(b"abc", "utf-8"), bytes([65, 66]), b"ab"[0], b"a" + b"b", b"abc"[1:], len(b"abc"), b"b" in b"abc"]',
    "['abc', b'AB', 97, b'ab', b'bc', 3, True]",
  ],
];

test.each(CASES)("%s", (source, repr) => {
  expect(show(source)).toBe(repr);
});
