/** Comments that speak to ConvLens and that it does not understand are told. */
import { expect, it } from "vitest";
import { createEngine } from "../../src/engine/engine.ts";
import { loadParsers } from "../../src/node/wasm.ts";
import { memoryHost } from "./memoryHost.ts";

const parsers = await loadParsers();

function told(comment: string) {
  const source = `from torch import nn\n# convlens: ${comment}\nnet = nn.Sequential(nn.Conv2d(3, 8, 3))\n`;
  const host = memoryHost({ "/app/net.py": source });
  return createEngine({ parsers, host })
    .analyze("/app/net.py")
    .diagnostics.filter(({ code }) => code === "comment")
    .map(({ severity, message, at }) => `${severity} ${at.line}: ${message.split(":")[0]}`);
}

it.each([
  ["input=1x3xHxW", "1x3xHxW"],
  ["input=1x3x32x32 (RGB)", "(RGB)"],
  ["width=8", "width=8"],
])("%s has a warning at its line", (comment, unread) => {
  expect(told(comment)).toEqual([`warning 2: '${unread}' is not understood`]);
});

it.each(["args=8, width=0.5", "input=1x3x32x32", "input=1x10:int64 1x10:int64", "input = 1x3x32x32; 1x4"])(
  "%s has none",
  (comment) => {
    expect(told(comment)).toEqual([]);
  },
);
