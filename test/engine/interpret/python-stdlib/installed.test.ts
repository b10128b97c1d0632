/** What installed libraries ask of Python's modules before their networks can be read. Expectations are CPython's. */
import { expect, test } from "vitest";
import { profile } from "../../profile.ts";
import { show } from "../run.ts";

const LIBRARY = {
  "/site/lib/__init__.py": "spec = __spec__\npackage = __package__\n",
  "/site/lib/a.py": "package = __package__\n",
  "/site/lib/nets/__init__.py": "",
  "/site/lib/nets/small.py": "",
};

test("a package has its folder and its spec, and a module has its package", () => {
  const source = `
import importlib.util
import lib
from lib import a
[lib.__path__, lib.spec.name, lib.__spec__.origin, lib.package, a.package, hasattr(a, "__path__"), importlib.util.find_spec("lib.nets").name, importlib.util.find_spec("no_such_library"), __spec__]`;
  expect(show(source, LIBRARY, ["/site"])).toBe(
    "[['/site/lib'], 'lib', '/site/lib/__init__.py', 'lib', 'lib', False, 'lib.nets', None, None]",
  );
});

test("a package's modules are listed by their names", () => {
  const source = `
import pkgutil
import lib
[[info.name for info in pkgutil.walk_packages(lib.__path__, lib.__name__ + ".")], [(name, is_package) for _, name, is_package in pkgutil.iter_modules(lib.__path__)]]`;
  expect(show(source, LIBRARY, ["/site"])).toBe(
    "[['lib.a', 'lib.nets', 'lib.nets.small'], [('a', False), ('nets', True)]]",
  );
});

test("functions tell the defaults of what is given by name alone", () => {
  const source = `
import torch
def f(a, *, b, c=2): pass
def g(a=1): pass
[f.__kwdefaults__, g.__kwdefaults__, "indexing" in torch.meshgrid.__kwdefaults__]`;
  expect(show(source)).toBe("[{'c': 2}, None, True]");
});

test("a list of slices is as many subscripts, and narrow needs an axis", () => {
  const source = `
import torch
x = torch.zeros(4, 6, 8)
def narrowed():
    try: return torch.tensor(1).narrow(0, 0, 1)
    except RuntimeError: return "no axis"
[tuple(x[[slice(None), slice(None, None, 2)]].shape), tuple(x[[0, 2]].shape), narrowed()]`;
  expect(show(source)).toBe("[(4, 3, 8), (2, 6, 8), 'no axis']");
});

test("a module that is decided at run time has a version", () => {
  expect(show('import psutil\n[hasattr(psutil, "__version__"), hasattr(psutil, "__all__")]')).toBe(
    "[True, False]",
  );
});

test("a module that has not run has its names in its dictionary", () => {
  const source = `
from lib import backbone
[backbone.__dict__["small"](), "large" in vars(backbone), getattr(backbone, "__dict__").get("none")]`;
  const files = { ...LIBRARY, "/site/lib/backbone.py": "def small(): return 3\ndef large(): return 4\n" };
  expect(show(source, files, ["/site"])).toBe("[3, True, None]");
});

test("a Keras network lists the layers in its layers", () => {
  const source = `
import keras
from keras import layers
x = keras.Input((4,))
inner = keras.Sequential([layers.Dense(2, name="a")], name="inner")
m = keras.Model(x, layers.Dense(1, name="b")(inner(x)), name="outer")
def dense(found): return sorted(l.name for l in found if isinstance(l, (layers.Dense, keras.Model)))
[dense(m._flatten_layers()), dense(m._flatten_layers(include_self=False)), dense(m._flatten_layers(recursive=False))]`;
  expect(show(source)).toBe("[['a', 'b', 'inner', 'outer'], ['a', 'b', 'inner'], ['b', 'inner', 'outer']]");
});

test("a package runs before a module of it that takes its names", () => {
  const files = {
    "/site/lib/__init__.py": '__version__ = "4.1"\nfrom .utils import is_there\nfrom .net import width\n',
    "/site/lib/utils/__init__.py": "from .. import __version__\nis_there = True\n",
    "/site/lib/net.py": "from . import is_there\nwidth = 3 if is_there else None\n",
  };
  const source = "from lib.utils import is_there\nfrom lib import width\n[is_there, width]";
  expect(show(source, files, ["/site"])).toBe("[True, 3]");
});

test("what a module's body could not follow is no part of a network that does without it", () => {
  const files = {
    "/app/lib.py": "registry = None\nregistry['net'] = 1\nwidth = 4\nlost = unheard_of()\n",
  };
  const report = profile(
    `
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        from lib import width

        self.conv = nn.Conv2d(3, width, 3)

    def forward(self, x):
        return self.conv(x)


class Other(Net):
    def __init__(self):
        super().__init__()
        from lib import lost

        self.conv = nn.Conv2d(3, lost, 3)
`,
    { files, model: "Net", input: ["1x3x8x8"] },
  );
  expect([report.complete, report.totals.params]).toEqual([true, 4 * 27 + 4]);
});
