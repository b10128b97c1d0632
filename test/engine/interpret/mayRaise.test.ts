/** Something unknown in a `try` may have raised: what a handler does instead counts as much as what the body did. */
import { describe, expect, it } from "vitest";
import { profile } from "../profile.ts";

const openTotals = { macs: null, params: null };

const python = (top: string, init = "", forward = "", width = "width"): string => `
from torch import nn
from elsewhere import lib
width = 8
${top}

# convlens: input=1x3x8x8
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, ${width}, 3)
        self.more = nn.Conv2d(8, 8, 3)
        ${init.replaceAll("\n", "\n        ")}

    def forward(self, x):
        x = self.conv(x)
        ${forward.replaceAll("\n", "\n        ")}
        return x
`;

describe("what a handler would do instead leaves the totals open", () => {
  it.each([
    ["a call", "try:\n    lib.check()\nexcept Exception:\n    width = 16"],
    [
      "a call before what the body does",
      "try:\n    lib.check()\n    width = 16\nexcept Exception:\n    pass",
    ],
    ["an attribute", "try:\n    lib.fast\n    width = 16\nexcept AttributeError:\n    pass"],
    ["an item", "try:\n    lib['fast']\n    width = 16\nexcept KeyError:\n    pass"],
    ["an item by an unknown key", "try:\n    {'a': 1}[lib.key]\n    width = 16\nexcept KeyError:\n    pass"],
    ["a number of unknown text", "try:\n    int(lib)\n    width = 16\nexcept ValueError:\n    pass"],
    [
      "one handler of several",
      "try:\n    lib.check()\nexcept ValueError:\n    pass\nexcept TypeError:\n    width = 16",
    ],
    ["an else", "try:\n    lib.check()\nexcept ValueError:\n    pass\nelse:\n    width = 16"],
  ])("%s", (_, top) => {
    expect(profile(python(top))).toMatchObject({ complete: false, totals: openTotals });
  });

  it("of a function that a handler may have left", () => {
    const top =
      "def pick():\n    try:\n        lib.check()\n    except ValueError:\n        return 16\n    return 8";
    expect(profile(python(top, "", "", "pick()")).totals).toMatchObject(openTotals);
  });

  it("of a TypeScript model that has a layer more in it", () => {
    const source = `
import * as tf from "@tensorflow/tfjs";
import * as lib from "./elsewhere";
const model = tf.sequential();
model.add(tf.layers.dense({ units: 4, inputShape: [3] }));
try { lib.check(); } catch (e) { model.add(tf.layers.dense({ units: 9 })); }
`;
    expect(profile(source, { file: "/app/net.ts" })).toMatchObject({ complete: false, totals: openTotals });
  });
});

it("counts no layer of a handler for sure", () => {
  const report = profile(python("", "", "try:\n    lib.fast()\nexcept RuntimeError:\n    x = self.more(x)"));
  expect(report).toMatchObject({ complete: false, totals: { macs: null } });
});

describe("totals stay where nothing hangs on what was raised", () => {
  it.each([
    ["both sides do the same", "try:\n    lib.check()\n    width = 8\nexcept Exception:\n    width = 8"],
    [
      "the handler is for who stops the program",
      "try:\n    lib.run()\nexcept KeyboardInterrupt:\n    width = 16",
    ],
    ["nothing in the body is unknown", "try:\n    width = int('8')\nexcept ValueError:\n    width = 16"],
    ["it is called after the body", "try:\n    pass\nexcept ValueError:\n    width = 16\nlib.run()"],
  ])("%s", (_, top) => {
    expect(profile(python(top))).toMatchObject({ complete: true, totals: { params: 224 + 584 } });
  });

  it("and tells of a handler that raises in its turn, which is not taken", () => {
    const report = profile(
      python("try:\n    lib.check()\nexcept Exception as e:\n    raise RuntimeError('no') from e"),
    );
    expect(report.complete).toBe(true);
    expect(report.assumptions).toMatchObject([
      { kind: "branch", text: expect.stringMatching(/the side that raises is not taken$/) },
    ]);
  });
});
