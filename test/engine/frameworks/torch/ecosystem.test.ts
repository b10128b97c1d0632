/** Packages around torch, none of them installed: Lightning, counters of cost, and bases that are not known. */
import { describe, expect, test } from "vitest";
import { profile } from "../../profile.ts";

describe("Lightning", () => {
  test("a LightningModule is a module whose constructor's arguments are its hparams", () => {
    const report = profile(
      `
import pytorch_lightning as pl
import torch.nn as nn
from pytorch_lightning.callbacks import ModelCheckpoint
class LitNet(pl.LightningModule):
    def __init__(self, width=16, classes=10, lr=1e-3, **kwargs):
        super().__init__()
        self.save_hyperparameters(ignore="lr")
        self.conv = nn.Conv2d(3, self.hparams.width, 3, padding=1)
        self.fc = nn.Linear(self.hparams["width"], self.hparams.get("classes", 3))
    def forward(self, x):
        self.log("mean", x.mean())
        return self.fc(self.conv(x).mean((2, 3)))
    def configure_optimizers(self):
        return None
if __name__ == "__main__":
    trainer = pl.Trainer(max_epochs=1, callbacks=[ModelCheckpoint(monitor="mean")])
    trainer.fit(LitNet())
`,
      { input: ["1x3x8x8"] },
    );
    expect(report).toMatchObject({ complete: true, totals: { macs: 27648 + 160, params: 448 + 170 } });
  });
});

const NET = `
import torch
import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
    def forward(self, x):
        return self.conv(x)
`;

describe("what a counter is given", () => {
  test.each([
    ["torchsummary", "from torchsummary import summary\nsummary(Net(), (3, 40, 48))"],
    [
      "torchinfo",
      "import torchinfo\ndef main():\n    net = Net()\n    torchinfo.summary(net, input_size=(1, 3, 40, 48))",
    ],
    ["thop", "from thop import profile\nmacs, params = profile(Net(), inputs=(torch.randn(1, 3, 40, 48),))"],
    [
      "ptflops",
      "from ptflops import get_model_complexity_info\nget_model_complexity_info(Net(), (3, 40, 48), as_strings=True)",
    ],
    [
      "fvcore",
      "from fvcore.nn import FlopCountAnalysis\nprint(FlopCountAnalysis(Net(), torch.rand(1, 3, 40, 48)).total())",
    ],
  ])("%s", (_, call) => {
    const { input } = profile(`${NET}\n${call}\n`, { model: "Net" });
    expect(input).toMatchObject({ shapes: [[1, 3, 40, 48]], origin: "call" });
  });
});

describe("bases that are not known", () => {
  test("a class with a forward is taken for a module, and the report says what is missing", () => {
    const report = profile(
      `
import torch.nn as nn
from company.nets import BaseNet
class Net(BaseNet):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
    def forward(self, x):
        return self.conv(x)
`,
      { input: ["1x3x8x8"] },
    );
    expect(report).toMatchObject({ complete: false, totals: { macs: null, params: null } });
    expect(report.layers).toMatchObject([{ name: "conv", macs: 3888, params: 112 }]);
    expect(report.diagnostics.map(({ message }) => message).join()).toContain("company.nets was not found");
  });
});
