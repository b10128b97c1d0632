/** Names of a module, a class body or an object that are bound through the dict that holds them. */
import { describe, expect, it } from "vitest";
import { profile } from "../profile.ts";

/** Parameters of a convolution of 3 × WIDTH channels, after statements that may bind WIDTH. */
function width(statements: string, of = "WIDTH"): number | undefined {
  const report = profile(`
import sys, os
from torch import nn
WIDTH = 8
${statements}

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, ${of}, 1, bias=False)
    def forward(self, x):
        return self.conv(x)
`);
  const { params } = report.totals;
  return params === null || !report.complete ? undefined : params / 3;
}

describe("a module's name is bound by", () => {
  it.each([
    'globals()["WIDTH"] = 16',
    "globals().update(WIDTH=16)",
    'names = globals()\nfor name, value in {"WIDTH": 16}.items():\n    names[name] = value',
    'def set_width():\n    globals()["WIDTH"] = 16\nset_width()',
    'locals()["WIDTH"] = 16',
    "vars().update(WIDTH=16)",
    'vars(sys.modules[__name__])["WIDTH"] = 16',
    "sys.modules[__name__].WIDTH = 16",
    'sys.modules[__name__].__dict__["WIDTH"] = 16',
    'setattr(sys.modules["__main__"], "WIDTH", 16)',
    "import __main__\n__main__.WIDTH = 16",
    'def of_module():\n    pass\nof_module.__globals__["WIDTH"] = 16',
  ])("%s", (statements) => {
    expect(width(statements)).toBe(16);
  });
});

describe("a name that a dict of names may have bound is not known", () => {
  it.each([
    'globals()[open("name").read()] = 16',
    'import json\nglobals().update(json.load(open("settings.json")))',
    'if os.path.getsize("data") > 3:\n    globals()["WIDTH"] = 16',
    'if os.path.getsize("data") > 3:\n    globals().update(OTHER=1)\n    globals().update(WIDTH=16)',
  ])("%s", (statements) => {
    expect(width(statements)).toBeUndefined();
  });
});

it("a branch that is not decided leaves an attribute unknown that it sets through __dict__", () => {
  const box = "class Box:\n    pass\nbox = Box()\nbox.width = 8\n";
  expect(width(`${box}vars(box)["width"] = 16`, "box.width")).toBe(16);
  expect(
    width(`${box}if os.path.getsize("data") > 3:\n    vars(box)["width"] = 16`, "box.width"),
  ).toBeUndefined();
});

it("names of a class body are bound through its locals()", () => {
  expect(width('class Box:\n    locals()["width"] = 16', "Box.width")).toBe(16);
});

it("names of a function are only read through its locals()", () => {
  expect(width('def of():\n    width = 8\n    locals()["width"] = 16\n    return width', "of()")).toBe(8);
});

it("a class's __dict__ refuses to be written to", () => {
  const box = "class Box:\n    width = 8\n";
  expect(
    width(`${box}try:\n    Box.__dict__["width"] = 3\nexcept TypeError:\n    Box.width = 16`, "Box.width"),
  ).toBe(16);
});

describe("exec", () => {
  it.each(['exec("WIDTH = 16")', 'exec("WIDTH = 16", globals())', 'exec(open("settings.py").read())'])(
    "leaves unknown what it may bind: %s",
    (statements) => {
      expect(width(statements)).toBeUndefined();
    },
  );

  it.each(['exec("OTHER = 16")', 'exec(open("version.py").read(), {})'])(
    "leaves alone what it cannot bind: %s",
    (statements) => {
      expect(width(statements)).toBe(8);
    },
  );
});
