/** Networks of several inputs, which nothing but the network itself tells: figures are torch's on the same inputs. */
import { expect, test } from "vitest";
import { profile } from "./profile.ts";

const net = (init: string, forward: string): string => `
import torch
import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        ${init.replaceAll("; ", "\n        ")}
    def forward(self, ${forward.replaceAll("; ", "\n        ")}
`;

test("the rows that an input is reshaped into tell how many features it has", () => {
  const source = net(
    "self.fc = nn.Linear(4, 256)",
    "s, a):; s = s.reshape(-1, 3); a = a.view(-1, 1); return self.fc(torch.cat((s, a), -1))",
  );
  expect(profile(source)).toMatchObject({
    complete: true,
    input: {
      shapes: [
        [1, 3],
        [1, 1],
      ],
      origin: "default",
    },
    totals: { macs: 1024, params: 1280 },
  });
});

test("queries, keys and values are sequences where features alone do not fit, and a mask goes with them", () => {
  const source = net(
    "self.q = nn.Linear(64, 64); self.k = nn.Linear(64, 64); self.v = nn.Linear(64, 64)",
    [
      "q, k, v, mask):",
      "b, t, d = q.shape",
      "q = self.q(q).view(b, t, 4, d // 4).transpose(1, 2)",
      "k = self.k(k).view(b, t, 4, d // 4).transpose(1, 2)",
      "v = self.v(v).view(b, t, 4, d // 4).transpose(1, 2)",
      "s = (q @ k.transpose(-2, -1)).masked_fill(mask == 0, -1e9)",
      "return (s.softmax(-1) @ v).transpose(1, 2).reshape(b, t, d)",
    ].join("; "),
  );
  expect(profile(source)).toMatchObject({
    complete: true,
    input: {
      shapes: [
        [1, 128, 64],
        [1, 128, 64],
        [1, 128, 64],
        [1, 1],
      ],
      dtypes: ["float32", "float32", "float32", "bool"],
      origin: "fitted",
    },
    totals: { macs: 3 * 128 * 64 * 64 + 2 * 128 * 128 * 64, params: 3 * (64 * 64 + 64) },
  });
});

test("time series whose features are the last axis, and turned before a convolution", () => {
  const source = net(
    "self.conv = nn.Conv1d(7, 16, 3, padding=1); self.mark = nn.Linear(4, 16)",
    "series, mark):; return self.conv(series.permute(0, 2, 1)).transpose(1, 2) + self.mark(mark)",
  );
  expect(profile(source)).toMatchObject({
    complete: true,
    input: {
      shapes: [
        [1, 128, 7],
        [1, 128, 4],
      ],
      origin: "fitted",
    },
    totals: { macs: 128 * 16 * 7 * 3 + 128 * 4 * 16, params: 7 * 16 * 3 + 16 + 4 * 16 + 16 },
  });
});

test.each([
  [
    "an action that joins what a layer made of a state",
    "self.a = nn.Linear(3, 400); self.b = nn.Linear(401, 300)",
    "x, action):; return self.b(torch.cat([self.a(x), action], 1))",
    [3, 1],
    3 * 400 + 401 * 300,
  ],
  [
    "a state that is joined twice, which settles both",
    "self.e = nn.Linear(14, 6); self.d = nn.Linear(17, 3)",
    "state, action):; z = self.e(torch.cat([state, action], 1)); return self.d(torch.cat([state, z], 1))",
    [11, 3],
    14 * 6 + 17 * 3,
  ],
  [
    "a number of features that two inputs cannot share evenly",
    "self.a = nn.Linear(23, 8)",
    "state, action):; return self.a(torch.cat([state, action], 1))",
    [12, 11],
    23 * 8,
  ],
])(
  "layers that inputs are joined for tell how many features these have: %s",
  (_, init, forward, counts, macs) => {
    expect(profile(net(init, forward))).toMatchObject({
      complete: true,
      input: { shapes: counts.map((count) => [1, count]), origin: "fitted" },
      totals: { macs },
    });
  },
);
