/** What large libraries build their own machinery of. What is expected is what CPython's repr shows of the last line. */
import { expect, test } from "vitest";
import { show } from "../run.ts";

test("a class reads its attributes its own way", () => {
  const source = `
class Config:
    names = {"size": "hidden"}
    def __getattribute__(self, key):
        if key != "names" and key in super().__getattribute__("names"):
            key = super().__getattribute__("names")[key]
        return super().__getattribute__(key)
    def __setattr__(self, key, value):
        key = super().__getattribute__("names").get(key, key)
        super().__setattr__(key, value)
class Own(Config):
    def __init__(self):
        self.size = 4
    def __getattr__(self, key):
        return "no " + key
c = Own()
[c.hidden, c.size, c.other, hasattr(c, "hidden")]`;
  expect(show(source)).toBe("[4, 4, 'no other', True]");
});

test("a package puts an object in its place that imports its modules when they are asked for", () => {
  const files = {
    "/app/lib/__init__.py": `
import sys
from .lazy import Lazy
structure = {"models": ["Net"]}
sys.modules[__name__] = Lazy(__name__, structure)
`,
    "/app/lib/lazy.py": `
import importlib
from types import ModuleType
class Lazy(ModuleType):
    def __init__(self, name, structure):
        super().__init__(name)
        self.owners = {value: key for key, values in structure.items() for value in values}
    def __getattr__(self, name):
        if name not in self.owners:
            raise AttributeError(name)
        return getattr(importlib.import_module("." + self.owners[name], self.__name__), name)
`,
    "/app/lib/models.py": "class Net:\n    width = 3\n",
  };
  expect(show("from lib import Net\nimport lib\n[Net.width, lib.Net is Net]", files)).toBe("[3, True]");
});

test("a dataclass may be a dict, too", () => {
  const source = `
from collections import OrderedDict
from dataclasses import dataclass, fields, is_dataclass
from typing import Optional
class Output(OrderedDict):
    def __post_init__(self):
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None:
                self[field.name] = value
    def __setattr__(self, name, value):
        if name in self.keys() and value is not None:
            super().__setitem__(name, value)
        super().__setattr__(name, value)
    def __getitem__(self, k):
        return dict(self.items())[k] if isinstance(k, str) else tuple(self[key] for key in self.keys())[k]
@dataclass
class Hidden(Output):
    last: int = None
    states: Optional[int] = None
    pooled: Optional[int] = None
out = Hidden(last=3, pooled=5)
[out[0], out[1], out.pooled, out["last"], out[:1], len(fields(out)), is_dataclass(out)]`;
  expect(show(source)).toBe("[3, 5, 5, 3, (3,), 3, True]");
});
