/** Data files that models are built from, and what is decided at run time. Expectations are PyYAML's and CPython's. */
import { expect, test } from "vitest";
import { show } from "../run.ts";

const FILES = {
  "/app/net.cfg": "[net]\nwidth=416\n\n[convolutional]\nfilters=32\n",
  "/app/cfg/net.json": '{"depth": [1, 2.0], "name": "m"}',
  "/app/cfg/net.yaml": `# a model
nc: 80
depth_multiple: 0.33
anchors: &a
  - [10, 13, 16, 30]
  - - 1
    - 2
backbone:
  # [from, number, module, args]
  [[-1, 1, Conv, [64, 6, 2, 2]],
   [-1, 3, C3, [128, False]], [[-1, 6], 1, Concat, [1]]]
again: *a
base: &base {x: 1, y: yes, z: ~}
derived:
  <<: *base
  x: 2
lr: 1e-3
lr2: 1.0e-3
octal: 010
text: |
  two
  lines
quoted: "1"
`,
};

test("a .cfg is read line by line", () => {
  const source = `
with open("net.cfg") as f:
    lines = f.read().split("\\n")
blocks = []
for line in [l.strip() for l in lines if l and not l.startswith("#")]:
    if line[0] == "[":
        blocks.append({"type": line[1:-1]})
    else:
        k, v = line.split("=")
        blocks[-1][k] = v
blocks`;
  expect(show(source, FILES)).toBe(
    "[{'type': 'net', 'width': '416'}, {'type': 'convolutional', 'filters': '32'}]",
  );
});

test("JSON beside the module", () => {
  const source = `
import json, os
from pathlib import Path
with open(os.path.join(os.path.dirname(__file__), "cfg", "net.json")) as f:
    a = json.load(f)
b = json.loads((Path(__file__).parent / "cfg/net.json").read_text())
[a, a == b, sorted(os.listdir(os.path.dirname(__file__))), [p.name for p in Path(__file__).parent.glob("*.cfg")]]`;
  expect(show(source, FILES)).toBe(
    "[{'depth': [1, 2.0], 'name': 'm'}, True, ['cfg', 'main.py', 'net.cfg'], ['net.cfg']]",
  );
});

test("YAML as PyYAML resolves it", () => {
  const source = `
import yaml
with open("cfg/net.yaml", errors="ignore") as f:
    d = yaml.safe_load(f)
[d, d["again"] is d["anchors"]]`;
  expect(show(source, FILES)).toBe(
    "[{'nc': 80, 'depth_multiple': 0.33, 'anchors': [[10, 13, 16, 30], [1, 2]], " +
      "'backbone': [[-1, 1, 'Conv', [64, 6, 2, 2]], [-1, 3, 'C3', [128, False]], [[-1, 6], 1, 'Concat', [1]]], " +
      "'again': [[10, 13, 16, 30], [1, 2]], 'base': {'x': 1, 'y': True, 'z': None}, " +
      "'derived': {'x': 2, 'y': True, 'z': None}, 'lr': '1e-3', 'lr2': 0.001, 'octal': 8, " +
      "'text': 'two\\nlines\\n', 'quoted': '1'}, True]",
  );
});

test("a missing file raises, a written one does nothing", () => {
  const source = `
try:
    open("nope.txt")
except FileNotFoundError:
    r = "missing"
with open("out.txt", "w") as f:
    f.write("x")
r`;
  expect(show(source, FILES)).toBe("'missing'");
});

test("random numbers and clocks are decided at run time", () => {
  expect(show("import random\nrandom.random()")).toBe("unknown: random.random is decided at run time");
  expect(show("import time\ntime.time()")).toBe("unknown: time.time is decided at run time");
  expect(show("from datetime import datetime\ndatetime.now()")).toBe(
    "unknown: datetime.datetime.now is decided at run time",
  );
});

test("a required argument is unknown by name", () => {
  const source = (more: string) => `
import argparse
p = argparse.ArgumentParser()
p.add_argument("--arch", required=True)
p.add_argument("data")
p.add_argument("extra", nargs="?", default=3)
a = p.parse_args()
${more}`;
  expect(show(source("a.arch"))).toBe("unknown: needs --arch");
  expect(show(source("a.data"))).toBe("unknown: needs data");
  expect(show(source("a.extra"))).toBe("3");
});

test("progress bars give what they are given", () => {
  expect(show("from tqdm import tqdm\n[x for x in tqdm([1, 2], desc='d')]")).toBe("[1, 2]");
});

test("unknown operands give themselves back", () => {
  const source = (expression: string) => `import random\nx = random.random()\n${expression}`;
  for (const expression of [
    "x + 1",
    "[1][x]",
    "len(x)",
    "x.real",
    "f'{x}'",
    "max(x, 1)",
    "'a' + x",
    "-x",
    "not x",
    "int(x)",
    "x in [1]",
  ]) {
    expect(show(source(expression)), expression).toMatch(/^unknown: random\.random is decided/);
  }
});

test("versions of installed packages are those of their metadata, and a package without any is not there", () => {
  const files = {
    "/site/some_lib-1.2.3.dist-info/METADATA": "Metadata-Version: 2.1\nName: some-lib\nVersion: 1.2.3\n",
    "/site/old_lib-0.9-py3.11.egg-info": "Metadata-Version: 1.0\n",
  };
  const source = `
import importlib.metadata
from importlib.metadata import PackageNotFoundError, version
def found(name):
    try: return version(name)
    except PackageNotFoundError: return None
[version("some-lib"), version("Some.Lib"), importlib.metadata.distribution("some_lib").version, found("old-lib"), found("other")]`;
  expect(show(source, files, ["/site"])).toBe("['1.2.3', '1.2.3', '1.2.3', '0.9', None]");
});

test("without an environment nobody knows which packages there are", () => {
  const source = `
from importlib.metadata import PackageNotFoundError, version
try: known = version("some-lib")
except PackageNotFoundError: known = None
known`;
  expect(show(source)).toBe("unknown: the version of some-lib is not known");
});
