/** A class of the file's own in place of one nested `Sequential` for each call (PyTorch). */
import { describe, expect, it } from "vitest";
import type { RewriteOptions } from "../../../src/engine/contract/rewrite.ts";
import { createEngine } from "../../../src/engine/engine.ts";
import { applyEdits } from "../../../src/engine/separable/rewrite/place.ts";
import { loadParsers } from "../../../src/node/wasm.ts";
import { memoryHost } from "../memoryHost.ts";

const parsers = await loadParsers();

function rewrite(source: string, options: Partial<RewriteOptions> & { readonly model?: string } = {}) {
  const engine = createEngine({ parsers, host: memoryHost({ "/app/net.py": source }) });
  const result = engine.rewrite("/app/net.py", { layers: "all", style: "class", ...options });
  if (!result.ok) throw new Error(result.reason);
  const { edits, refused, simulated, style, traced } = result.rewrite;
  expect(traced).toEqual(simulated);
  expect(refused).toEqual([]);
  return { style, text: applyEdits(source, edits) };
}

function net(init: string, names = "abcdef"): string {
  const count = init.split(" = nn.Conv2d(").length - 1;
  const calls = [...names.slice(0, count)].reduce((inner, name) => `self.${name}(${inner})`, "x");
  return `from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
${init.replace(/^\n|\n\s*$/g, "")}

    def forward(self, x):
        return ${calls}
`;
}

describe("a rewrite with a class", () => {
  it("writes the class once, with what its calls use alone, and keeps their arguments and comments", () => {
    const { text } = rewrite(
      net(`
        self.a = nn.Conv2d(3, 8, 3)
        self.b = nn.Conv2d(8, 16, kernel_size=(3, 5), padding=1)  # wide
        self.c = nn.Conv2d(
            16,  # in
            24,  # out
            3,
            bias=False,  # none
        )
`),
    );
    expect(text).toContain(`from torch import nn


class DepthwiseSeparableConv2d(nn.Sequential):
    """A depthwise convolution and a pointwise one, in place of a standard one."""

    def __init__(self, in_channels, out_channels, kernel_size, padding=0, bias=True):
        super().__init__(
            nn.Conv2d(
                in_channels,
                in_channels,
                kernel_size,
                padding=padding,
                groups=in_channels,
                bias=False,
            ),
            nn.Conv2d(in_channels, out_channels, 1, bias=bias),
        )


class Net(nn.Module):`);
    expect(text).toContain(`
        self.b = DepthwiseSeparableConv2d(8, 16, kernel_size=(3, 5), padding=1)  # wide
        self.c = DepthwiseSeparableConv2d(
            16,  # in
            24,  # out
            3,
            bias=False,  # none
        )
`);
  });

  it("repeats the batch norm and the activation that follow, and leaves them out where none does", () => {
    const { text } = rewrite(`import torch.nn as tnn
from torch.nn import Conv2d


class Net(tnn.Module):
\tdef __init__(self):
\t\tsuper().__init__()
\t\tself.net = tnn.Sequential(
\t\t\tConv2d(3, 8, 3),
\t\t\tConv2d(8, 16, 3, padding_mode='reflect', padding=1),
\t\t\ttnn.BatchNorm2d(16, 0.01),
\t\t\ttnn.SiLU(),
\t\t\tConv2d(16, 24, 3),
\t\t)

\tdef forward(self, x):
\t\treturn self.net(x)
`);
    expect(text).toContain("\t\t\t*([");
    expect(text).toContain("BatchNorm2d(in_channels, eps=0.01)");
    expect(text).toContain("\t\tpadding_mode='zeros',\n\t\tnorm=True,\n\t):");
    expect(text).toContain("\t\t\tDepthwiseSeparableConv2d(16, 24, 3, norm=False),\n");
  });

  it("chooses the class by a parameter where a condition would compare channels, and by what is grouped", () => {
    const { text } = rewrite(
      `from torch import nn


def conv(i, o, g=1):
    return nn.Conv2d(i, o, 3, groups=g)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = conv(3, 8)
        self.net = nn.Sequential(conv(8, 16), conv(16, 16, g=4))

    def forward(self, x):
        return self.net(self.stem(x))
`,
    );
    expect(text).toContain("def conv(i, o, g=1, separable=False):");
    expect(text).toContain(
      "return (DepthwiseSeparableConv2d if separable else nn.Conv2d)(i, o, 3, groups=g)",
    );
    expect(text).toContain("nn.Sequential(conv(8, 16, separable=True), conv(16, 16, g=4))");
  });

  it("leaves no condition in another one when the layers that stayed are rewritten too", () => {
    const source = net(`
        channels = 3
        for name in ("a", "b", "c"):
            setattr(self, name, nn.Conv2d(channels, 2 * channels, 3))
            channels *= 2
`).replace("return x", "return self.c(self.b(self.a(x)))");
    const once = rewrite(source).text;
    expect(once).toContain("(DepthwiseSeparableConv2d if channels != 3 else nn.Conv2d)(");
    const twice = rewrite(once, { stem: true }).text;
    expect(twice).not.toContain(" if channels");
  });

  it("breaks a line that gets longer than the file's own", () => {
    const { text } = rewrite(
      net(`
        self.a = nn.Conv2d(3, 8, 3)
        self.b = nn.Conv2d(8, 16, kernel_size=3, stride=2, padding=1, bias=False)
`),
    );
    expect(text).toContain(`        self.b = DepthwiseSeparableConv2d(
            8, 16, kernel_size=3, stride=2, padding=1, bias=False
        )
`);
  });

  it("is the default where it changes fewer lines of more than a few layers, and calls are written out else", () => {
    const layer = (name: string, from: number): string => `        self.${name} = nn.Conv2d(${from}, 8, 3)\n`;
    const names = [..."abcdef"];
    const init = (count: number): string =>
      names
        .slice(0, count)
        .map((name, index) => layer(name, index === 0 ? 3 : 8))
        .join("");
    const styles = [2, 6].map((count) => {
      const engine = createEngine({ parsers, host: memoryHost({ "/app/net.py": net(init(count)) }) });
      const result = engine.rewrite("/app/net.py", { layers: "all" });
      return result.ok && result.rewrite.style;
    });
    expect(styles).toEqual(["inline", "class"]);
  });
});
