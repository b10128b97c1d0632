/** Standard library: files, text and the runtime's own modules. What is expected is what CPython's repr shows of the last line. */
import { expect, test } from "vitest";
import { show } from "../run.ts";

const CASES: readonly (readonly [source: string, repr: string])[] = [
  [
    `from urllib.parse import urlsplit
a = urlsplit("hf-hub:timm/resnet50@main?x=1#top")
b = urlsplit("https://me@a.example:80/b/c?d=e#f", allow_fragments=False)
[list(a), a.scheme, a.path, list(b), urlsplit("resnet50d.a1_in1k").path, list(urlsplit("1a:b")), urlsplit("x", "timm").scheme]`,
    "[['hf-hub', '', 'timm/resnet50@main', 'x=1', 'top'], 'hf-hub', 'timm/resnet50@main', ['https', 'me@a.example:80', '/b/c', 'd=e#f', ''], 'resnet50d.a1_in1k', ['', '', '1a:b', '', ''], 'timm']",
  ],
  [
    `import inspect
from functools import partial
def f(a, b=2, *args, c, d=4, **kw): pass
class K:
    def __init__(self, x, y=1): pass
    def m(self, z): pass
s = inspect.signature(f).parameters
[list(s), s["b"].default, s["a"].default is inspect.Parameter.empty, s["args"].kind == inspect.Parameter.VAR_POSITIONAL, s["c"].kind == s["c"].KEYWORD_ONLY, list(inspect.signature(K).parameters), list(inspect.signature(K(1).m).parameters), inspect.isclass(K), inspect.isfunction(f), "c" in s, list(inspect.signature(partial(f, 1, c=3)).parameters), inspect.getfullargspec(f).args]`,
    "[['a', 'b', 'args', 'c', 'd', 'kw'], 2, True, True, True, ['x', 'y'], ['z'], True, True, True, ['b', 'args', 'c', 'd', 'kw'], ['a', 'b']]",
  ],
  [
    `from contextlib import contextmanager, suppress, nullcontext, ExitStack
log = []
@contextmanager
def ctx(x):
    log.append("in")
    yield x + 1
    log.append("out")
with ctx(1) as v:
    log.append(v)
with suppress(KeyError):
    raise KeyError("x")
with nullcontext(5) as n:
    pass
with ExitStack() as st:
    w = st.enter_context(ctx(9))
    st.callback(log.append, "cb")
[log, n, w]`,
    "[['in', 2, 'out', 'in', 'cb', 'out'], 5, 10]",
  ],
  [
    `from abc import ABC, abstractmethod, ABCMeta
class A(ABC):
    @abstractmethod
    def f(self): ...
    @property
    @abstractmethod
    def p(self): ...
class B(A):
    def f(self): return 1
    @property
    def p(self): return 2
class M(metaclass=ABCMeta):
    pass
[B().f(), B().p, isinstance(B(), A), isinstance(M(), M), issubclass(B, ABC)]`,
    "[1, 2, True, True, True]",
  ],
  [
    `from types import SimpleNamespace, MethodType, FunctionType, ModuleType, MappingProxyType
n = SimpleNamespace(a=1, b="x")
n.c = 3
class P: pass
p = P()
p.f = MethodType(lambda self, v: (self is p, v), p)
[n, n.a, p.f(4), isinstance(len, FunctionType), isinstance(lambda: 0, FunctionType), MappingProxyType({"a": 1})["a"], ModuleType("m").__name__]`,
    "[namespace(a=1, b='x', c=3), 1, (True, 4), False, True, 1, 'm']",
  ],
  [
    `import os
import os.path as osp
[os.path.join("a", "b", "c.py"), os.path.join("a", "/b"), osp.dirname("/x/y.py"), osp.basename("/x/y.py"), osp.splitext("a/b.tar.gz"), osp.normpath("a/../b//c"), os.environ.get("NOT_SET_ANYWHERE"), os.environ.get("NOT_SET_ANYWHERE", "d"), os.getenv("NOT_SET_ANYWHERE", "3"), os.path.exists("/nope/x"), osp.split("/a/b"), os.sep, osp.isabs("/a"), osp.splitext(".bashrc"), osp.relpath("/a/b/c", "/a/d")]`,
    "['a/b/c.py', '/b', '/x', 'y.py', ('a/b.tar', '.gz'), 'b/c', None, 'd', '3', False, ('/a', 'b'), '/', True, ('.bashrc', ''), '../b/c']",
  ],
  [
    `from pathlib import Path
p = Path("/a") / "b" / "c.tar.gz"
[str(p), p.name, p.stem, p.suffix, str(p.parent), p.suffixes, p.parts, str(p.with_suffix(".txt")), p.exists(), p == Path("/a/b/c.tar.gz"), str(Path("x", "y")), [str(q) for q in p.parents], Path("a/b").as_posix(), f"{p}", str(p.with_name("z")), str(Path("/a/b/c").relative_to("/a"))]`,
    "['/a/b/c.tar.gz', 'c.tar.gz', 'c.tar', '.gz', '/a/b', ['.tar', '.gz'], ('/', 'a', 'b', 'c.tar.gz'), '/a/b/c.tar.txt', False, True, 'x/y', ['/a/b', '/a', '/'], 'a/b', '/a/b/c.tar.gz', '/a/b/z', 'b/c']",
  ],
  [
    `import argparse
p = argparse.ArgumentParser(description="d")
p.add_argument("--lr", type=float, default=0.1)
p.add_argument("--batch-size", "-b", type=int, default="32")
p.add_argument("--flag", action="store_true")
p.add_argument("--no-flag", action="store_false", dest="other")
p.add_argument("--names", nargs="+", default=["a"])
p.add_argument("--none")
g = p.add_argument_group("g")
g.add_argument("--width", type=float, default=1.0, choices=[1.0, 2.0])
m = p.add_mutually_exclusive_group()
m.add_argument("--fast", action="store_const", const=5)
p.add_argument("--on", action=argparse.BooleanOptionalAction, default=True)
p.add_argument("-v", action="count", default=0)
p.set_defaults(extra=7)
a = p.parse_args([])
b = p.parse_args(["--lr", "0.5", "-b", "4", "--flag", "--names", "x", "y", "--width=2.0", "-v", "--fast"])
c, rest = p.parse_known_args(["--zzz"])
[a.lr, a.batch_size, a.flag, a.other, a.names, a.none, a.width, a.fast, a.on, a.v, a.extra, b.lr, b.batch_size, b.flag, b.names, b.width, b.v, b.fast, rest, sorted(vars(c))[:3], getattr(a, "zz", 1), "lr" in a]`,
    "[0.1, 32, False, True, ['a'], None, 1.0, None, True, 0, 7, 0.5, 4, True, ['x', 'y'], 2.0, 1, 5, ['--zzz'], ['batch_size', 'extra', 'fast'], 1, True]",
  ],
  [
    `import json
d = json.loads('{"a": [1, 2.0, null, true, "x\\\\n"], "b": {"c": -1e3}, "e": [], "f": {}}')
[d, json.dumps({"a": [1, 2.5, None, True], "b": "é"}), json.dumps([1, {"x": 1}], indent=2), json.dumps({"b": 1, "a": 2}, sort_keys=True), json.dumps({1: "x"})]`,
    "[{'a': [1, 2.0, None, True, 'x\\n'], 'b': {'c': -1000.0}, 'e': [], 'f': {}}, '{\"a\": [1, 2.5, null, true], \"b\": \"\\\\u00e9\"}', '[\\n  1,\\n  {\\n    \"x\": 1\\n  }\\n]', '{\"a\": 2, \"b\": 1}', '{\"1\": \"x\"}']",
  ],
  [
    `import sys
[sys.version_info >= (3, 8), sys.version_info[0], sys.version_info.major, sys.platform, sys.version_info[:2] >= (3, 7), isinstance(sys.argv, list), sys.maxsize > 2**31, len(sys.version_info)]`,
    "[True, 3, 3, 'linux', True, True, True, 5]",
  ],
  [
    `import string, ast, bisect, heapq, textwrap, statistics, importlib
h = [3, 1, 2]
heapq.heapify(h)
heapq.heappush(h, 0)
[string.ascii_lowercase[:3], string.digits, ast.literal_eval("{'a': [1, (2, 3)], 'b': -1.5}"), bisect.bisect_left([1, 2, 2, 3], 2), bisect.bisect([1, 2, 2, 3], 2), heapq.heappop(h), heapq.nlargest(2, [1, 5, 3]), textwrap.dedent("  a\\n   b\\n"), statistics.mean([1, 2, 3, 4]), statistics.median([3, 1, 2]), importlib.import_module("math").pi]`,
    "['abc', '0123456789', {'a': [1, (2, 3)], 'b': -1.5}, 1, 3, 0, [5, 3], 'a\\n b\\n', 2.5, 2, 3.141592653589793]",
  ],
  [
    `import warnings, logging
logger = logging.getLogger(__name__)
logger.info("x %d", 3)
logger.setLevel(logging.DEBUG)
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    warnings.warn("w")
[logging.INFO, logger.isEnabledFor(5), 1]`,
    "[20, False, 1]",
  ],
  [
    `import io
f = io.StringIO("a\\nb\\nc")
[f.readline(), f.read(), [l for l in io.StringIO("x\\ny\\n")], io.StringIO("q\\nr").readlines()]`,
    "['a\\n', 'b\\nc', ['x\\n', 'y\\n'], ['q\\n', 'r']]",
  ],
];

test.each(CASES)("%s", (source, repr) => {
  expect(show(source)).toBe(repr);
});
