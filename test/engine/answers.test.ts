/** A network's answer that is not known may have been more layers, unless it is a number that their data decide. */
import { describe, expect, it } from "vitest";
import { profile } from "./profile.ts";

describe("an answer that is no tensor", () => {
  const answering = (answer: string) =>
    profile(`
import torch
from torch import nn
from elsewhere import u
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
    def forward(self, x):
        y = self.conv(x)
        return ${answer}
`);

  it.each(["y.max().item()", "y.max().item() + 1", "2 * float(y.mean())"])(
    "hides no layers where data decide it: %s",
    (answer) => {
      expect(answering(answer).complete).toBe(true);
    },
  );

  it.each(["u", "u + y.max().item()", "y.max().item() + u"])(
    "may hide some where nothing tells of it: %s",
    (answer) => {
      expect(answering(answer)).toMatchObject({ complete: false, totals: { macs: null } });
    },
  );
});
