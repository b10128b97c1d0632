/** Dicts and lists that something unknown is given by a statement: it may have filled or changed them. */
import { describe, expect, it } from "vitest";
import { profile } from "../profile.ts";

const program = (body: string): string => `
import torch.nn as nn
from parts import override, print_options, Holder


class Net(nn.Module):
    def __init__(self, groups=1):
        super().__init__()
        self.conv = nn.Conv2d(32, 32, 3, groups=groups)

    def forward(self, x):
        return self.conv(x)


def build():
${body}
`;

const complete = (body: string): boolean => {
  try {
    return profile(program(body), { model: "build" }).complete;
  } catch {
    return false;
  }
};

describe("what something unknown is given by a statement", () => {
  it.each([
    ["a dict", "    options = {}\n    override(options, 32)\n    return Net(**options)"],
    [
      "a dict of known keys",
      "    options = {'groups': 1}\n    override(options)\n    return Net(options['groups'])",
    ],
    ["a list", "    groups = [1]\n    override(groups)\n    return Net(groups[0])"],
  ])("is unknown from there on: %s", (_, body) => {
    expect(complete(body)).toBe(false);
  });

  it.each([
    ["its answer is used", "    options = {}\n    given = override(options)\n    return Net(**options)"],
    [
      "its name says that it shows",
      "    options = {}\n    print_options(options)\n    return Net(**options)",
    ],
    ["it is a class", "    options = {}\n    Holder(options)\n    return Net(**options)"],
    ["nothing else has it", "    override({'groups': 2})\n    return Net()"],
  ])("stays as it is where %s", (_, body) => {
    const report = profile(program(body), { model: "build" });
    expect(report.totals.macs).toBe(222 * 222 * 9 * 32 * 32);
  });
});
