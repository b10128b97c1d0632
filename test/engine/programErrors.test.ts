/** Errors that end the program where they are reached: what follows them is a guess, and the network is not complete. */
import { describe, expect, it } from "vitest";
import { profile } from "./profile.ts";

const net = (statement: string): string => `
from torch import nn

# convlens: input=1x3x8x8
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)

    def helper(self, a):
        return a

    def forward(self, x):
        y = self.conv(x)
        ${statement}
        return y
`;

describe("a forward that runs into an error of the program keeps its rows and has no total", () => {
  it.each([
    ["a name", "y = y * scale", "NameError: name 'scale' is not defined"],
    ["an attribute", "self.nothing", "AttributeError: 'Net' object has no attribute 'nothing'"],
    [
      "an argument too few",
      "self.helper()",
      "TypeError: helper() missing 1 required positional argument: 'a'",
    ],
    ["a length", "len(5)", "TypeError: object of type 'int' has no len()"],
    ["a number that is unpacked", "a, b = 3", "TypeError: 'int' object is not iterable"],
    ["a key", "{}['large']", "KeyError: 'large'"],
    ["None that is called", "self.pre = None; self.pre(x)", "TypeError: 'NoneType' object is not callable"],
    ["too many values", "a, b = 1, 2, 3", "ValueError: too many values to unpack (expected 2, got 3)"],
    [
      "too few values",
      "a, b, *c = [1]",
      "ValueError: not enough values to unpack (expected at least 2, got 1)",
    ],
    ["an assertion", "assert y is None, 'no'", "AssertionError: no"],
    ["an assertion without words", "assert y is None", "AssertionError"],
  ])("%s", (_, statement, message) => {
    const report = profile(net(statement));
    expect(report).toMatchObject({ complete: false, totals: { macs: null, params: 224 } });
    expect(report.layers).toMatchObject([{ macs: 7776, params: 224 }]);
    expect(report.diagnostics.map((each) => each.message)).toContain(message);
  });

  it("and not where a handler of the program catches it", () => {
    expect(profile(net("try: self.nothing\n        except AttributeError: pass")).complete).toBe(true);
  });
});

it("a method that TypeScript's object has not is as much of an end", () => {
  const source = `
import * as tf from "@tensorflow/tfjs";
const model = tf.sequential();
model.add(tf.layers.dense({ units: 4, inputShape: [3] }));
const own = {};
export function build() {
  const net = tf.sequential();
  net.add(tf.layers.dense({ units: 4, inputShape: [3] }));
  own.more(net);
  return net;
}
`;
  const report = profile(source, { file: "/app/net.ts", model: "build" });
  expect(report).toMatchObject({ complete: false, totals: { macs: null } });
  expect(profile(source, { file: "/app/net.ts", model: "model" }).complete).toBe(true);
});
