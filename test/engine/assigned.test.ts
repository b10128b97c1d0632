/** Assignments that Python or a framework refuses, and those that change what figures hang on. */
import { describe, expect, it } from "vitest";
import { profile } from "./profile.ts";

/** A network whose convolution makes `width` channels, after `statements`. */
const torchNet = (statements: string, width = "3"): string => `
import numpy as np
import torch
from collections import namedtuple
from torch import nn

class Fixed:
    @property
    def width(self):
        return 8

class Net(nn.Module):
    @property
    def width(self):
        return 8
    def __init__(self):
        super().__init__()
${statements.replace(/^/gm, "        ")}
        self.c = nn.Conv2d(3, ${width}, 3)
    def forward(self, x):
        return self.c(x)
`;

const refusals = (source: string) => {
  const { complete, totals, diagnostics } = profile(source, { model: "Net", input: ["1x3x8x8"] });
  return { complete, macs: totals.macs, said: diagnostics.map(({ message }) => message).join("\n") };
};

describe("an attribute that cannot be assigned to", () => {
  it.each([
    [
      "a property without a setter",
      "p = Fixed()\np.width = 16",
      "property 'width' of 'Fixed' object has no setter",
    ],
    ["one of the network itself", "self.width = 16", "property 'width' of 'Net' object has no setter"],
    ["a field of a namedtuple", "p = namedtuple('P', 'a b')(1, 2)\np.a = 3", "property 'a' of 'P'"],
    [
      "the shape of a tensor",
      "torch.zeros(2, 3).shape = (3, 2)",
      "attribute 'shape' of 'torch.Tensor' objects",
    ],
    [
      "the transpose of an array",
      "np.zeros((2, 3)).T = 1",
      "attribute 'T' of 'numpy.ndarray' objects is not",
    ],
    ["a shape of another size", "a = np.zeros(24)\na.shape = (5, 5)", "cannot reshape array of size 24"],
    [
      "a shape that does not divide",
      "a = np.zeros(24)\na.shape = (5, -1)",
      "cannot reshape array of size 24",
    ],
  ])("leaves the network without totals: %s", (_, statements, words) => {
    const { complete, macs, said } = refusals(torchNet(statements));
    expect(said).toContain(words);
    expect([complete, macs]).toEqual([false, null]);
  });

  it("is caught as Python's AttributeError", () => {
    const statements = "try:\n    Fixed().width = 16\n    n = 4\nexcept AttributeError:\n    n = 5";
    expect(profile(torchNet(statements, "n"), { model: "Net" }).totals.params).toBe(5 * (3 * 9 + 1));
  });
});

it("gives a numpy array the shape that is assigned to it", () => {
  const statements = "a = np.zeros((4, 6))\na.shape = (2, -1)";
  const report = profile(torchNet(statements, "a.shape[1]"), { model: "Net" });
  expect([report.complete, report.totals.params]).toEqual([true, 12 * (3 * 9 + 1)]);
});

describe("a float of numpy as a size", () => {
  it.each(["np.float64(8)", "np.float32(8)", "np.sqrt(64)", "np.linspace(4, 16, 4)[1]"])(
    "is refused by torch as a float is: %s",
    (width) => {
      const { complete, said } = refusals(torchNet("pass", width));
      expect(said).toContain("Conv2d: out_channels must be an integer, gets 8.0");
      expect(complete).toBe(false);
    },
  );

  it.each(["np.int64(8)", "np.prod([2, 4])", "int(np.sqrt(64))"])(
    "is one where it is an int: %s",
    (width) => {
      const report = profile(torchNet("pass", width), { model: "Net" });
      expect([report.complete, report.totals.params]).toEqual([true, 224]);
    },
  );

  const kerasNet = (layer: string): string => `
import numpy as np
import keras
from keras import layers

def net():
    return keras.Sequential([layers.Input((8, 3)), ${layer}])
`;

  it("is an int of Keras 2, which is said, and refused by Keras 3", () => {
    const source = kerasNet("layers.Dense(np.float64(8))");
    const taken = profile(source, { model: "net" });
    expect([taken.complete, taken.totals.params]).toEqual([true, 32]);
    expect(taken.assumptions?.map(({ text }) => text)).toContain(
      "Dense: units=8.0 is taken for an int, as Keras 2 does; Keras 3 refuses it",
    );
    const refused = profile(source, { model: "net", files: { "/app/requirements.txt": "keras>=3\n" } });
    expect(refused.complete).toBe(false);
    expect(refused.diagnostics[0]?.message).toContain("Received an invalid value for `units`");
  });

  it("is refused by recurrent layers of every Keras", () => {
    const report = profile(kerasNet("layers.LSTM(8.0)"), { model: "net" });
    expect(report.complete).toBe(false);
    expect(report.diagnostics[0]?.message).toContain("units=8.0");
  });
});
