/** Standard library: data structures and functional tools. What is expected is what CPython's repr shows of the last line. */
import { expect, test } from "vitest";
import { show } from "../run.ts";

const CASES: readonly (readonly [source: string, repr: string])[] = [
  [
    `from collections import defaultdict
d = defaultdict(int)
d["a"] += 2
d, defaultdict(None)`,
    "(defaultdict(<class 'int'>, {'a': 2}), defaultdict(None, {}))",
  ],
  [
    `import re
p = re.compile(r"""
  v?+   # a leading v
  (?a: (?P<e>[0-9]+) (?:\\.[0-9]+)*+ )
  (?P<post> (?:-(?P<n>[0-9]+)) | (?: [._-]?+ (?P<l>post|rev|r) ) )?+ \\s*""", re.VERBOSE)
atomic = [("a*+a", "aaa"), ("a*+b", "aab"), ("(?>a|ab)c", "abc"), ("(?>ab|a)c", "abc"), ("(?:x|(?>a+))b{1,2}+", "aabb"), ("(a?+)b", "ab"), ("a{2}+a", "aaa"), ("a{}", "a{}"), ("[(?>]+", "(?>"), ("(?P<a>x)++(?P=a)", "xxx")]
scoped = [("(?a:\\\\w+)é", "abé"), ("(?a:\\\\w+)", "é"), ("(?s:.)x", "\\nx"), ("(?s:.).", "x\\n")]
[[bool(re.fullmatch(*each)) for each in atomic], [bool(re.fullmatch(*each)) for each in scoped], [p.fullmatch(t) and p.fullmatch(t).groupdict() for t in ["1.13.0", "v2.1-3", "2."]]]`,
    "[[False, True, False, True, True, True, True, True, True, False], [True, False, True, False], [{'e': '1', 'post': None, 'n': None, 'l': None}, {'e': '2', 'post': '-3', 'n': '3', 'l': None}, None]]",
  ],
  [
    `import sys
[hasattr(sys, "pypy_version_info"), hasattr(sys, "getwindowsversion"), hasattr(sys, "getrefcount")]`,
    "[False, False, True]",
  ],
  [
    `import math
[math.floor(2.7), math.ceil(2.1), math.sqrt(16), math.log(8, 2), math.log2(8), math.log10(1000), math.prod([2, 3, 4]), math.gcd(12, 18), math.lcm(4, 6), math.pi, math.inf, math.isnan(math.nan), math.comb(5, 2), math.perm(5, 2), math.factorial(5), math.isqrt(17), math.hypot(3, 4), math.trunc(-2.7), math.copysign(1, -0.0), math.fmod(7, 3), math.pow(2, 3)]`,
    "[2, 3, 4.0, 3.0, 3.0, 3.0, 24, 6, 12, 3.141592653589793, inf, True, 10, 20, 120, 4, 5.0, -2, -1.0, 1.0, 8.0]",
  ],
  [
    `import math
[round(math.erf(0.5), 12), round(math.erf(2.5), 12), round(math.gamma(5), 9), round(math.lgamma(10), 9), math.isclose(0.1 + 0.2, 0.3), math.exp(0), math.cos(0), math.degrees(math.pi), math.modf(2.5), math.dist((0, 0), (3, 4)), math.fsum([0.5, 0.25])]`,
    "[0.520499877813, 0.999593047983, 24.0, 12.80182748, True, 1.0, 1.0, 180.0, (0.5, 2.0), 5.0, 0.75]",
  ],
  [
    `from functools import partial, reduce
def f(a, b=2, *, c=3): return (a, b, c)
p = partial(f, 1, c=9)
q = partial(p, b=5)
[p(), p(4), q(), p.func is f, p.args, p.keywords, q.keywords, reduce(lambda x, y: x * y, [1, 2, 3, 4]), reduce(lambda x, y: x + y, [], 7)]`,
    "[(1, 2, 9), (1, 4, 9), (1, 5, 9), True, (1,), {'c': 9}, {'c': 9, 'b': 5}, 24, 7]",
  ],
  [
    `import functools
def deco(fn):
    @functools.wraps(fn)
    def w(*a, **k): return fn(*a, **k) + 1
    return w
@deco
def g(x):
    "doc"
    return x
@functools.lru_cache(maxsize=None)
def h(x): return x * 2
@functools.lru_cache
def h2(x): return x * 3
class K:
    n = 0
    @functools.cached_property
    def v(self):
        K.n += 1
        return 7
k = K()
[g(1), g.__name__, g.__wrapped__(1), h(3), h2(3), k.v, k.v, K.n]`,
    "[2, 'g', 1, 6, 9, 7, 7, 1]",
  ],
  [
    `import functools
@functools.total_ordering
class T:
    def __init__(self, v): self.v = v
    def __eq__(self, o): return self.v == o.v
    def __lt__(self, o): return self.v < o.v
@functools.total_ordering
class U:
    def __init__(self, v): self.v = v
    def __eq__(self, o): return self.v == o.v
    def __ge__(self, o): return self.v >= o.v
[T(1) <= T(1), T(2) > T(1), T(1) >= T(2), U(1) < U(2), U(1) <= U(1), U(3) > U(1)]`,
    "[True, True, False, True, True, True]",
  ],
  [
    `import functools
@functools.singledispatch
def show(x): return "any"
@show.register(int)
def _(x): return "int"
@show.register(list)
def _(x): return "list"
[show(1), show([]), show("a"), show(True), sorted([3, 1, 2], key=functools.cmp_to_key(lambda a, b: b - a))]`,
    "['int', 'list', 'any', 'int', [3, 2, 1]]",
  ],
  [
    `class Cell:
    def set_state(self, state, extra=0): return (state, extra)
    from functools import partialmethod
    on = partialmethod(set_state, True, extra=1)
[Cell().on(), Cell().on(extra=5)]`,
    "[(True, 1), (True, 5)]",
  ],
  [
    `import itertools as it
[list(it.chain([1], (2, 3), "a")), list(it.chain.from_iterable([[1], [2]])), list(it.repeat(1, 3)), list(it.product([1, 2], "ab")), list(it.product([0, 1], repeat=2)), list(it.zip_longest([1, 2], [3], fillvalue=0)), list(it.islice(it.count(5, 2), 3)), list(it.islice([0, 1, 2, 3, 4], 1, 4, 2))]`,
    "[[1, 2, 3, 'a'], [1, 2], [1, 1, 1], [(1, 'a'), (1, 'b'), (2, 'a'), (2, 'b')], [(0, 0), (0, 1), (1, 0), (1, 1)], [(1, 3), (2, 0)], [5, 7, 9], [1, 3]]",
  ],
  [
    `import itertools as it
[list(it.islice(it.cycle("ab"), 5)), list(it.accumulate([1, 2, 3])), list(it.accumulate([1, 2, 3], lambda a, b: a * b)), list(it.accumulate([1, 2], initial=10)), list(it.starmap(pow, [(2, 3), (3, 2)])), list(it.takewhile(lambda x: x < 3, [1, 2, 3, 1])), list(it.dropwhile(lambda x: x < 3, [1, 2, 3, 1])), list(it.combinations("abc", 2)), list(it.permutations([1, 2, 3], 2)), list(it.combinations_with_replacement("ab", 2))]`,
    "[['a', 'b', 'a', 'b', 'a'], [1, 3, 6], [1, 2, 6], [10, 11, 13], [8, 9], [1, 2], [3, 1], [('a', 'b'), ('a', 'c'), ('b', 'c')], [(1, 2), (1, 3), (2, 1), (2, 3), (3, 1), (3, 2)], [('a', 'a'), ('a', 'b'), ('b', 'b')]]",
  ],
  [
    `import itertools as it
a, b = it.tee([1, 2, 3])
[[(k, list(g)) for k, g in it.groupby([1, 1, 2, 1])], [(k, list(g)) for k, g in it.groupby("AAbB", key=str.lower)], list(a), list(b), list(it.pairwise([1, 2, 3])), list(it.compress("abc", [1, 0, 1])), list(it.filterfalse(lambda x: x % 2, range(5)))]`,
    "[[(1, [1, 1]), (2, [2]), (1, [1])], [('a', ['A', 'A']), ('b', ['b', 'B'])], [1, 2, 3], [1, 2, 3], [(1, 2), (2, 3)], ['a', 'c'], [0, 2, 4]]",
  ],
  [
    `from collections import OrderedDict, defaultdict, Counter, deque, ChainMap
o = OrderedDict([("a", 1), ("b", 2), ("c", 3)])
o.move_to_end("a")
o.move_to_end("c", last=False)
d = defaultdict(list)
d["x"].append(1)
c = Counter("banana")
[list(o.items()), o.popitem(last=False), dict(d), "y" in d, c["a"], c["z"], c.most_common(1), Counter(a=2) == Counter({"a": 2}), sum(c.values()), isinstance(o, dict), dict(ChainMap({"a": 1}, {"a": 2, "b": 3}))["a"], ChainMap({"a": 1}, {"b": 3})["b"]]`,
    "[[('c', 3), ('b', 2), ('a', 1)], ('c', 3), {'x': [1]}, False, 3, 0, [('a', 3)], True, 6, True, 1, 3]",
  ],
  [
    `from collections import deque
q = deque([1, 2, 3], maxlen=3)
q.append(4)
q.appendleft(0)
r = deque([1, 2, 3, 4])
r.rotate(1)
[list(q), q.maxlen, q.popleft(), q.pop(), list(r), len(r), r[0], 3 in r, list(deque("ab")), list(reversed(r))]`,
    "[[0, 2, 3], 3, 0, 3, [4, 1, 2, 3], 4, 4, True, ['a', 'b'], [3, 2, 1, 4]]",
  ],
  [
    `from collections import namedtuple
P = namedtuple("P", "x y", defaults=[5])
p = P(1)
x, y = p
[p, p.x, p.y, p[0], p._asdict(), p._replace(y=9), P._fields, P(2, y=3), p == (1, 5), isinstance(p, tuple), P._make([7, 8]), len(p), x + y]`,
    "[P(x=1, y=5), 1, 5, 1, {'x': 1, 'y': 5}, P(x=1, y=9), ('x', 'y'), P(x=2, y=3), True, True, P(x=7, y=8), 2, 6]",
  ],
  [
    `from collections.abc import Sequence, Iterable, Mapping, Callable, Hashable, Iterator
[isinstance([], Sequence), isinstance((), Sequence), isinstance("a", Sequence), isinstance({}, Sequence), isinstance({}, Mapping), isinstance({1}, Iterable), isinstance(1, Iterable), isinstance(len, Callable), isinstance(iter([]), Iterator), isinstance([], Hashable), isinstance(range(3), Iterable)]`,
    "[True, True, True, False, True, True, False, True, True, False, True]",
  ],
  [
    `import copy
class N:
    def __init__(self): self.items = [1, [2]]; self.me = self
n = N()
m = copy.deepcopy(n)
k = copy.copy(n)
m.items[1].append(3)
[n.items, m.items, m.me is m, k.items is n.items, type(m) is N, copy.deepcopy({"a": [1]}), copy.copy([1, 2]), copy.deepcopy((1, [2]))]`,
    "[[1, [2]], [1, [2, 3]], True, True, True, {'a': [1]}, [1, 2], (1, [2])]",
  ],
  [
    `import copy
class R:
    def __init__(self, v): self.v = v
    def __deepcopy__(self, memo): return R("copied")
[copy.deepcopy([R(1)])[0].v, copy.deepcopy(R).__name__]`,
    "['copied', 'R']",
  ],
  [
    `from dataclasses import dataclass, field, asdict, replace, fields, astuple, is_dataclass, InitVar
@dataclass
class A:
    x: int
    y: int = 2
    z: list = field(default_factory=list)
    k: int = field(default=1, repr=False)
    s: InitVar[int] = 0
    def __post_init__(self, s): self.total = self.x + self.y + s
a = A(1)
b = A(1, 3, s=5)
[a, b.total, a == A(1), a == b, asdict(b), astuple(a), replace(a, x=9, s=0), [f.name for f in fields(a)], is_dataclass(A), a.z is not A(1).z]`,
    "[A(x=1, y=2, z=[]), 9, True, False, {'x': 1, 'y': 3, 'z': [], 'k': 1}, (1, 2, [], 1), A(x=9, y=2, z=[]), ['x', 'y', 'z', 'k'], True, True]",
  ],
  [
    `from dataclasses import dataclass, field, KW_ONLY
@dataclass(frozen=True, order=True)
class F:
    a: int
    b: str = "b"
@dataclass(kw_only=True)
class G:
    p: int = 1
    q: int
@dataclass
class H(G):
    r: int = field(init=False, default=4)
    _: KW_ONLY
    w: int = 8
[F(1) < F(2), {F(1): 2}[F(1)], F(1), G(q=3), H(q=5), H(q=5, w=1).r, F(1).__match_args__]`,
    "[True, 2, F(a=1, b='b'), G(p=1, q=3), H(p=1, q=5, r=4, w=8), 4, ('a', 'b')]",
  ],
  [
    `from dataclasses import dataclass
@dataclass(frozen=True)
class F:
    a: int
try:
    F(1).a = 2
except AttributeError as e:
    r = str(e)
r`,
    "\"cannot assign to field 'a'\"",
  ],
  [
    `from enum import Enum, IntEnum, Flag, auto, unique
class C(Enum):
    RED = 1
    GREEN = auto()
    CRIMSON = 1
    @property
    def low(self): return self.name.lower()
    @classmethod
    def first(cls): return list(cls)[0]
[C.RED, C.RED.name, C.RED.value, C(2), C["GREEN"], list(C), len(C), C.CRIMSON is C.RED, C.RED.low, C.first(), str(C.RED), C.RED in C, list(C.__members__), isinstance(C.RED, C), C.RED == C.RED, C.RED == 1, {C.RED: 1}[C.RED], f"{C.RED}"]`,
    "[<C.RED: 1>, 'RED', 1, <C.GREEN: 2>, <C.GREEN: 2>, [<C.RED: 1>, <C.GREEN: 2>], 2, True, 'red', <C.RED: 1>, 'C.RED', True, ['RED', 'GREEN', 'CRIMSON'], True, True, False, 1, 'C.RED']",
  ],
  [
    `from enum import Enum, IntEnum, Flag, auto
class I(IntEnum):
    A = 1
    B = 2
class S(str, Enum):
    X = "x"
    Y = "y"
class F(Flag):
    R = auto()
    W = auto()
    X = auto()
[I.A + 1, I.B > I.A, I.A == 1, int(I.B), [10, 20, 30][I.A], S.X == "x", S("y"), S.X.value, S.X.upper(), str(S.X), (F.R | F.W) == (F.W | F.R), F.R in (F.R | F.W), (F.R | F.W).value, bool(F.R & F.W), F.X.value]`,
    "[2, True, True, 2, 20, True, <S.Y: 'y'>, 'x', 'X', 'S.X', True, True, 3, False, 4]",
  ],
  [
    `from enum import Enum
class Planet(Enum):
    EARTH = (5.97, 6.37)
    MARS = (0.64, 3.39)
    def __init__(self, mass, radius):
        self.mass = mass
        self.radius = radius
class Coord(bytes if False else int, Enum):
    A = 3
    def __new__(cls, v):
        o = int.__new__(cls, v)
        o._value_ = v * 10
        return o
[Planet.EARTH.mass, Planet.MARS.value, Planet((0.64, 3.39)), Coord.A.value, Coord.A + 1]`,
    "[5.97, (0.64, 3.39), <Planet.MARS: (0.64, 3.39)>, 30, 4]",
  ],
  [
    `from enum import Enum, StrEnum, auto
class K(StrEnum):
    AB = auto()
    C = "see"
E = Enum("E", "P Q")
class Base(Enum):
    @classmethod
    def _missing_(cls, v): return cls.A
    def _generate_next_value_(name, start, count, last): return name + "!"
class Sub(Base):
    A = auto()
    B = auto()
[K.AB == "ab", str(K.C), f"{K.C}", list(E), E.Q.value, Sub.A.value, Sub("nope")]`,
    "[True, 'see', 'see', [<E.P: 1>, <E.Q: 2>], 2, 'A!', <Sub.A: 'A!'>]",
  ],
  [
    `import typing
from typing import List, Dict, Optional, Union, Tuple, NamedTuple, TypedDict, cast, Generic, TypeVar, Literal, get_args, Callable, Any
T = TypeVar("T")
class N(NamedTuple):
    a: int
    b: str = "x"
class G(Generic[T]):
    def __init__(self, v): self.v = v
class TD(TypedDict, total=False):
    k: int
[N(1), N(1).b, N(2, "y")._asdict(), G[int](3).v, cast(int, "z"), typing.TYPE_CHECKING, TD(k=1), isinstance([], List), get_args(Literal["a", "b"]), isinstance(3, Union[int, str]), isinstance(None, Optional[int])]`,
    "[N(a=1, b='x'), 'x', {'a': 2, 'b': 'y'}, 3, 'z', False, {'k': 1}, True, ('a', 'b'), True, True]",
  ],
  [
    `import re
m = re.match(r"(?P<name>\\w+)-(\\d+)", "conv-12x")
[m.group(0), m.group("name"), m.group(2), m.groups(), m.groupdict(), m.span(2), m.start(), m[1], re.match("b", "ab"), re.search("b+", "abbc").group(), re.fullmatch(r"\\d+", "12a"), bool(re.fullmatch(r"\\d+", "12"))]`,
    "['conv-12', 'conv', '12', ('conv', '12'), {'name': 'conv'}, (5, 7), 0, 'conv', None, 'bb', None, True]",
  ],
  [
    `import re
[re.sub(r"(\\d+)", r"<\\1>", "a1b22"), re.sub("a", lambda m: m.group().upper(), "banana", count=2), re.findall(r"\\d+", "a1b22"), re.findall(r"(\\w)(\\d)", "a1b2"), re.split(r"[,;]\\s*", "a, b;c"), re.split(r"(-)", "a-b"), re.subn("a", "", "banana"), [x.start() for x in re.finditer("a", "banana")], re.escape("a.b")]`,
    "['a<1>b<22>', 'bAnAna', ['1', '22'], [('a', '1'), ('b', '2')], ['a', 'b', 'c'], ['a', '-', 'b'], ('bnn', 3), [1, 3, 5], 'a\\\\.b']",
  ],
  [
    `import re
p = re.compile(r"""
    ^ (?P<block>[a-z]+)  # name
    _ (\\d+) $
""", re.VERBOSE | re.IGNORECASE)
[p.match("IR_12").groups(), p.pattern[:2], re.compile("(?i)abc").match("ABC") is not None, re.sub(r"(?P<x>a)", r"\\g<x>\\g<x>", "ba"), re.match(r"a\\Z", "a\\n"), re.match(r"a$", "a\\n") is not None, re.findall(r"^\\w", "a\\nb", re.M), re.match(r"[^]]+", "ab]").group(), re.split(r"\\d", "a1b2c", maxsplit=1)]`,
    "[('IR', '12'), '\\n ', True, 'baa', None, True, ['a', 'b'], 'ab', ['a', 'b2c']]",
  ],
  [
    `import operator as op
[op.add(1, 2), op.itemgetter(1)([5, 6]), op.itemgetter(0, 1)("ab"), op.attrgetter("real")(3), op.methodcaller("upper")("a"), op.mul(2, 3), op.lt(1, 2), op.contains([1], 1), op.truediv(1, 2), op.is_(None, None), op.neg(3)]`,
    "[3, 6, ('a', 'b'), 3, 'A', 6, True, True, 0.5, True, -3]",
  ],
];

test.each(CASES)("%s", (source, repr) => {
  expect(show(source)).toBe(repr);
});
