/** What the program says while one network runs is no word about another. Errors as torch and Haiku raise them. */
import { expect, it } from "vitest";
import { createEngine } from "../../src/engine/engine.ts";
import { loadParsers } from "../../src/node/wasm.ts";
import { memoryHost } from "./memoryHost.ts";

const parsers = await loadParsers();
const errorsOf = (source: string): Readonly<Record<string, number>> => {
  const host = memoryHost({ "/app/model.py": source });
  const { reports } = createEngine({ parsers, host }).analyze("/app/model.py");
  return Object.fromEntries(
    reports.map(({ network, diagnostics }) => [
      network,
      diagnostics.filter(({ severity }) => severity === "error").length,
    ]),
  );
};

it("an error of a torch network that the program calls is told with that network alone", () => {
  const source = `
import torch
from torch import nn

class Right(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)

    def forward(self, x):
        return self.conv(x)

class Wrong(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
        self.narrow = nn.Conv2d(4, 8, 3)

    def forward(self, x):
        return self.narrow(self.conv(x))

Right()(torch.randn(1, 3, 8, 8))
Wrong()(torch.randn(1, 3, 8, 8))
`;
  expect(errorsOf(source)).toEqual({ Right: 0, Wrong: 1 });
});

it("so is an error of a Haiku network that the program initialises", () => {
  const source = `
import haiku as hk
import jax
import jax.numpy as jnp

class Right(hk.Module):
    def __call__(self, x):
        return hk.Conv2D(8, 3)(x)

class Wrong(hk.Module):
    def __call__(self, x):
        return jnp.matmul(hk.Conv2D(8, 3)(x), jnp.zeros((5, 2)))

right = hk.transform(lambda x: Right()(x))
wrong = hk.transform(lambda x: Wrong()(x))
x = jnp.zeros((1, 8, 8, 3))
right.init(jax.random.PRNGKey(0), x)
wrong.init(jax.random.PRNGKey(0), x)
`;
  expect(errorsOf(source)).toMatchObject({ right: 0, wrong: 1 });
});
