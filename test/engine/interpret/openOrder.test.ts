/** What hangs on a number or an order that is another in each run, or on an unknown predicate, is unknown. */
import { describe, expect, it } from "vitest";
import { profile } from "../profile.ts";

const net = (init: string, forward = "return self.conv(x)"): string => `
import bisect
import itertools
from torch import nn
from elsewhere import lib

# convlens: input=1x3x8x8
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        n = 8
        ${init.replaceAll("\n", "\n        ")}
        self.conv = nn.Conv2d(3, n, 3)

    def forward(self, x):
        ${forward}
`;

describe("a width is unknown that hangs on", () => {
  it.each([
    ["the hash of a text", "n = 8 + hash('text') % 7"],
    ["the hash of a tuple of texts", "n = 8 + hash(('a', 1)) % 7"],
    ["the last text of a set", "for n in {'8', '16'}:\n    pass\nn = int(n)"],
    ["the first text of a set", "for n in {'8', '16'}:\n    break\nn = int(n)"],
    ["the first item of a list made of a set", "n = int([w for w in {'8', '16'}][0])"],
    ["how many items an unknown predicate keeps", "n = len(list(filter(lib.ok, [1, 2, 3])))"],
    ["where an unknown predicate ends", "n = 1 + len(list(itertools.takewhile(lib.ok, [1, 2, 3])))"],
    ["where an unknown predicate begins", "n = 1 + len(list(itertools.dropwhile(lib.ok, [1, 2, 3])))"],
    ["where an unknown value belongs", "n = 1 + bisect.bisect([1, lib.n, 3], 2)"],
  ])("%s", (_, init) => {
    expect(profile(net(init))).toMatchObject({ complete: false, totals: { macs: null, params: null } });
  });
});

describe("a width is known that does not hang on", () => {
  it.each([
    ["the order of a set", "n = 0\nfor w in {'3', '5'}:\n    n = n + int(w)"],
    [
      "the hash by which an object is found",
      "class K:\n    def __hash__(self): return hash('k')\n    def __eq__(self, o): return True\nn = {K(): 8}[K()]",
    ],
    ["the order in which it is counted", "n = len([w for w in {'a', 'b'}]) + 6"],
    ["the hash of a number", "n = hash(8)"],
  ])("%s", (_, init) => {
    expect(profile(net(init))).toMatchObject({ complete: true, totals: { params: 224 } });
  });
});

it("a network whose answer is unknown may have more layers than were seen", () => {
  const unknown = profile(net("", "self.conv(x)\n        return lib.answer"));
  expect(unknown).toMatchObject({ complete: false, totals: { macs: null } });
  const number = profile(net("", "return self.conv(x).sum().item()"));
  expect(number).toMatchObject({ complete: true, totals: { params: 224 } });
});

describe("a function that is not known and goes over a network", () => {
  it("is taken to fill weights by its own name, not by that of a call before", () => {
    expect(
      profile(net("", "return self.conv(x)").replace("n, 3)", "n, 3)\n        self.apply(lib.init_weights)")),
    ).toMatchObject({
      complete: true,
      assumptions: [{ text: "lib.init_weights(…) is taken to change nothing of what it is given" }],
    });
    const other = "n, 3)\n        lib.log(3)\n        self.apply(lib.prune)";
    expect(profile(net("").replace("n, 3)", other)).complete).toBe(false);
  });
});
