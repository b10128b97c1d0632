/** A network whose making raises has no figures: its failure has the line that raised, so that no check overlooks it. */
import { expect, it } from "vitest";
import { createEngine } from "../../src/engine/engine.ts";
import { loadParsers } from "../../src/node/wasm.ts";
import { memoryHost } from "./memoryHost.ts";

const parsers = await loadParsers();

const EIGHT = `
from torch import nn
class Eight(nn.Module):
    def __init__(self, n=8):
        super().__init__()
        if n != 8:
            raise ValueError("n must be 8")
        self.conv = nn.Conv2d(3, n, 3)
    def forward(self, x):
        return self.conv(x)
`;

function analyze(source: string, files: Readonly<Record<string, string>> = {}, file = "/app/net.py") {
  const engine = createEngine({ parsers, host: memoryHost({ ...files, [file]: source }) });
  const { reports, failures } = engine.analyze(file);
  const first = engine.profile(file);
  return {
    made: reports.map(({ network }) => network),
    unmade: failures.map(({ network, at, problem }) => ({
      network,
      line: at.line,
      ...(problem && {
        raised: `${problem.at.file.slice(5)}:${problem.at.line} ${problem.severity}: ${problem.message}`,
      }),
    })),
    main: first.ok ? first.report.network : first.failure?.network,
  };
}

const raised = (place: string) => `${place} error: ValueError: n must be 8`;

it.each([
  ["a class as it stands", EIGHT.replace("n=8", "n=3"), { network: "Eight", line: 3 }],
  ["a builder", `${EIGHT}def build():\n    return Eight(4)\n`, { network: "build", line: 11 }],
  ["a variable", `${EIGHT}net = Eight(4)\n`, { network: "net", line: 11 }],
  [
    "a variable whose network is moved at once",
    `${EIGHT}net = Eight(4).to("cpu").eval()\n`,
    { network: "net", line: 11 },
  ],
  [
    "a variable of a network with one inside",
    `${EIGHT}net = nn.Sequential(Eight(4))\n`,
    { network: "net", line: 11 },
  ],
  [
    "a variable that held another network",
    `${EIGHT}net = Eight(8)\nnet = Eight(4)\n`,
    { network: "net", line: 12 },
  ],
  [
    "the script's own part",
    `${EIGHT}if __name__ == "__main__":\n    net = Eight(4)\n`,
    { network: "net", line: 12 },
  ],
])("%s has a problem at the line that raises", (_, source, unmade) => {
  const found = analyze(source);
  expect(found.unmade).toEqual([{ ...unmade, raised: raised("net.py:7") }]);
  expect(found.main).toBe(unmade.network);
});

it("tells of the file that raised", () => {
  const found = analyze("from eight import Eight\nnet = Eight(4)\n", { "/app/eight.py": EIGHT });
  expect(found.unmade).toEqual([{ network: "net", line: 2, raised: raised("eight.py:7") }]);
});

it("is told of a variable in TypeScript too", () => {
  const source = `import * as tf from "@tensorflow/tfjs";
function build(n: number) {
  if (n !== 8) throw new Error("n must be 8");
  return tf.sequential({ layers: [tf.layers.conv2d({ filters: n, kernelSize: 3, inputShape: [9, 9, 3] })] });
}
export const net = build(5);
export const fine = build(8);
`;
  const { made, unmade } = analyze(source, {}, "/app/net.ts");
  expect(made).toEqual(["fine"]);
  expect(unmade[0]).toEqual({ network: "net", line: 6, raised: "net.ts:3 error: Error: n must be 8" });
});

it("leaves alone what makes no network, and what comes after the line that raised", () => {
  const source = `${EIGHT}if __name__ == "__main__":\n    net = Eight(4)\n    other = Eight()\n`;
  expect(analyze(source).unmade.map(({ network }) => network)).toEqual(["net"]);
  expect(analyze(`${EIGHT}size = Eight(4).conv.kernel_size\nlines = open(4 + "a")\n`).unmade).toEqual([]);
});

it("is no problem of a class that is there for others to derive from", () => {
  const source = `${EIGHT}
class Base(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = self.make()
    def make(self):
        raise NotImplementedError
    def forward(self, x):
        return self.conv(x)
`;
  expect(analyze(source)).toMatchObject({ made: ["Eight"], unmade: [{ network: "Base", line: 12 }] });
  expect(analyze(source).unmade[0]).not.toHaveProperty("raised");
});

it("leaves the networks that functions of the file make", () => {
  const source = `from torch import nn
def checked(n):
    raise ValueError("n must be 8")
net = nn.Sequential(nn.Conv2d(3, checked(4), 3))
def train():
    inner = nn.Sequential(nn.Conv2d(3, 8, 3))
    inner.train()
`;
  expect(analyze(source)).toMatchObject({ made: ["train"], unmade: [{ network: "net" }] });
});

it.each([
  ["a function", "def main(data):\n    net = Eight(4)\n    net(data)\n", { network: "main", line: 2 }],
  [
    "a function that moves it at once",
    'def main():\n    net = Eight(4).to("cpu")\n',
    { network: "main", line: 2 },
  ],
  [
    "a constructor of a class that is no network",
    "class Agent:\n    def __init__(self, env):\n        self.net = Eight(4)\n",
    { network: "Agent", line: 3 },
  ],
])("tells of a network that %s would have made", (_, source, unmade) => {
  const files = { "/app/eight.py": EIGHT };
  const found = analyze(`from eight import Eight\n${source}`, files);
  expect(found).toEqual({
    made: [],
    unmade: [{ ...unmade, raised: raised("eight.py:7") }],
    main: unmade.network,
  });
});

it("takes what was made on the way to an exception for no network of the function", () => {
  const half = EIGHT.replace(
    "        if n",
    "        self.stem = nn.Sequential(nn.Conv2d(3, 3, 3), nn.ReLU())\n        if n",
  );
  const main = "from eight import Eight\ndef main():\n    for n in (8, 4):\n        net = Eight(n)\n";
  const { made, unmade } = analyze(main, { "/app/eight.py": half });
  expect(made).toEqual(["main"]);
  expect(unmade.map(({ network, line }) => [network, line])).toEqual([["main.2", 4]]);
});

it("takes an exception of a function that was not making a network for none of a network", () => {
  const source = 'from torch import nn\ndef main(path):\n    raise ValueError("path")\n    net = nn.ReLU()\n';
  expect(analyze(source).unmade).toEqual([]);
});
