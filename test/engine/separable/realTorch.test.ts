/** Rewritten code in real PyTorch, where it is installed: the output's shape and the parameters are as simulated. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createEngine } from "../../../src/engine/engine.ts";
import { applyEdits } from "../../../src/engine/separable/rewrite/place.ts";
import { loadParsers } from "../../../src/node/wasm.ts";
import { memoryHost } from "../memoryHost.ts";

const parsers = await loadParsers();
const python = ["python3", "/usr/bin/python3"].find(
  (name) => spawnSync(name, ["-c", "import torch"], { encoding: "utf8" }).status === 0,
);

const RESIDUAL = `
import torch
from torch import nn


def conv3x3(i, o, stride=1, groups=1):
    return nn.Conv2d(i, o, kernel_size=3, stride=stride, padding=1, groups=groups, bias=False)


class Block(nn.Module):
    def __init__(self, i, o, stride=1):
        super().__init__()
        self.conv1 = conv3x3(i, o, stride)
        self.bn1 = nn.BatchNorm2d(o)
        self.conv2 = conv3x3(o, o)
        self.bn2 = nn.BatchNorm2d(o)
        self.down = nn.Conv2d(i, o, 1, stride) if stride != 1 else nn.Identity()

    def forward(self, x):
        y = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(y)) + self.down(x))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        layers, channels = [], 3
        for width in (8, 16):
            layers += [nn.Conv2d(channels, width, 5, padding=2), nn.ReLU()]
            channels = width
        self.stem = nn.Sequential(*layers)
        self.blocks = nn.Sequential(Block(16, 16), Block(16, 32, 2))
        self.head = nn.Linear(32, 10)

    def forward(self, x):
        return self.head(self.blocks(self.stem(x)).mean([2, 3]))
`;

const NETWORKS: Readonly<Record<string, { readonly source: string; readonly network: string }>> = {
  "a residual network with a helper and a loop": { source: RESIDUAL, network: "Net" },
  "the plain MobileNet": {
    source: readFileSync(new URL("../../../examples/mobilenet_v1_plain.py", import.meta.url), "utf8"),
    network: "PlainMobileNet",
  },
};

describe.skipIf(python === undefined)("rewritten code in real PyTorch", () => {
  for (const [what, { source, network }] of Object.entries(NETWORKS)) {
    it(`runs as simulated: ${what}`, { timeout: 60_000 }, () => {
      const file = "/app/net.py";
      const engine = createEngine({ parsers, host: memoryHost({ [file]: source }) });
      const rewritten = engine.rewrite(file, { model: network, layers: "all" });
      const simulated = engine.simulate(file, { model: network, swap: "all" });
      if (!rewritten.ok || !simulated.ok) throw new Error("not rewritten");
      const { after } = simulated.simulation;
      const code = `${applyEdits(source, rewritten.rewrite.edits)}
import json
net = ${network}().eval()
with torch.no_grad():
    shape = list(net(torch.zeros(1, 3, 224, 224)).shape)
print(json.dumps([sum(p.numel() for p in net.parameters()), shape]))
`;
      const ran = spawnSync(python ?? "", ["-c", code.replace('if __name__ == "__main__":', "if False:")], {
        encoding: "utf8",
      });
      expect(ran.stderr).toBe("");
      expect(JSON.parse(ran.stdout)).toEqual([after.totals.params, after.output[0]]);
    });
  }
});
