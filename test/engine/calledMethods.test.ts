/** Networks that the program calls by other methods than `forward`. */
import { expect, it } from "vitest";
import { profile } from "./profile.ts";

const agent = `
import torch
from torch import nn
class ActorCritic(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 8)
        self.pi = nn.Linear(8, 2)
        self.value = nn.Linear(8, 1)
    def act(self, x, axis=1):
        return torch.softmax(self.pi(torch.relu(self.fc(x))), dim=axis)
    def get_value(self, x):
        return self.value(torch.relu(self.fc(x)))
`;

it("an agent is traced by the method that the program calls first, which is said to be assumed", () => {
  const report = profile(`${agent}
def main(env):
    model = ActorCritic()
    for state in env:
        action = model.act(torch.from_numpy(state).float(), axis=0)
        value = model.get_value(state)
`);
  expect(report.network).toBe("ActorCritic");
  expect(report.totals).toMatchObject({ macs: 4 * 8 + 8 * 2, params: 40 + 18 + 9 });
  expect(report.complete).toBe(true);
  expect(report.assumptions?.map(({ text }) => text)).toContain(
    "act, which the program calls first, stands for the forward call",
  );
});

it("a class without a forward call whose methods nothing calls is no network by itself", () => {
  expect(() => profile(agent)).toThrow("no network was found");
});
