/** Libraries around torch that are not installed: models are read by the rules of what they take from them. */
import { describe, expect, test } from "vitest";
import { profile } from "../../profile.ts";

const HF = `
import torch
import torch.nn as nn
from dataclasses import dataclass
from typing import Optional
from transformers import PreTrainedModel, PretrainedConfig
from transformers.activations import ACT2FN
from transformers.modeling_outputs import BaseModelOutputWithPooling, ImageClassifierOutput
from transformers.utils import ModelOutput, add_start_docstrings, logging
logger = logging.get_logger(__name__)
class NetConfig(PretrainedConfig):
    model_type = "net"
    attribute_map = {"hidden_size": "width"}
    def __init__(self, width=8, hidden_act="gelu", **kwargs):
        super().__init__(**kwargs)
        self.width = width
        self.hidden_act = hidden_act
class NetPreTrainedModel(PreTrainedModel):
    config_class = NetConfig
    base_model_prefix = "net"
    def _init_weights(self, module):
        module.weight.data.normal_()
`;

describe("transformers", () => {
  test("a model has its configuration's defaults, and answers by name and by place", () => {
    const report = profile(
      `${HF}
@add_start_docstrings("The bare model.", NetConfig.__doc__)
class NetModel(NetPreTrainedModel):
    def __init__(self, config):
        super().__init__(config)
        self.conv = nn.Conv2d(3, config.hidden_size, 3)
        self.act = ACT2FN[config.hidden_act]
        self.post_init()
    def forward(self, pixel_values=None, return_dict: Optional[bool] = None):
        return_dict = return_dict if return_dict is not None else self.config.use_return_dict
        x = self.act(self.conv(pixel_values))
        pooled = x.mean((2, 3))
        if not return_dict:
            return (x, pooled)
        return BaseModelOutputWithPooling(last_hidden_state=x, pooler_output=pooled)
class NetForImageClassification(NetPreTrainedModel):
    def __init__(self, config: NetConfig):
        super().__init__(config)
        self.net = NetModel(config)
        self.head = nn.Linear(config.hidden_size, config.num_labels) if config.num_labels > 0 else nn.Identity()
    def forward(self, pixel_values: Optional[torch.FloatTensor] = None, labels=None):
        outputs = self.net(pixel_values)
        assert outputs.hidden_states is None
        return ImageClassifierOutput(loss=None, logits=self.head(outputs[1] + outputs.pooler_output))
`,
      { input: ["1x3x8x8"] },
    );
    expect(report).toMatchObject({
      complete: true,
      network: "NetForImageClassification",
      totals: { macs: 36 * 27 * 8 + 16, params: 27 * 8 + 8 + 18 },
      output: [[1, 2]],
      arguments: { text: "config=NetConfig()" },
    });
  });

  test("an answer of the program's own has the fields of the library's", () => {
    const report = profile(
      `${HF}
@dataclass
class Pooled(BaseModelOutputWithPooling):
    """Only another name."""
@dataclass
class Own(ModelOutput):
    score: Optional[torch.Tensor] = None
    state: Optional[torch.Tensor] = None
class NetModel(NetPreTrainedModel):
    def __init__(self, config: NetConfig):
        super().__init__(config)
        self.conv = nn.Conv2d(3, config.width, 3)
    def forward(self, pixel_values):
        x = self.conv(pixel_values)
        first = Pooled(last_hidden_state=x, pooler_output=x.mean((2, 3)))
        return Own(state=first[0])[0]
`,
      { input: ["1x3x8x8"] },
    );
    expect(report).toMatchObject({ complete: true, output: [[1, 8, 6, 6]] });
  });

  test("input and output embeddings are one parameter, and masks spread over heads", () => {
    const report = profile(
      `${HF}
class NetModel(NetPreTrainedModel):
    def __init__(self, config: NetConfig):
        super().__init__(config)
        self.embed_tokens = nn.Embedding(100, config.width)
        self.lm_head = nn.Linear(config.width, 100, bias=False)
        self.post_init()
    def get_output_embeddings(self):
        return self.lm_head
    def forward(self, input_ids):
        mask = self.get_extended_attention_mask(torch.ones(input_ids.shape), input_ids.shape)
        x = self.embed_tokens(input_ids)
        scores = (x @ x.transpose(1, 2)).unsqueeze(1) + mask
        return self.lm_head(scores.squeeze(1) @ x)
`,
      { input: ["1x4:int64"] },
    );
    expect(report).toMatchObject({
      complete: true,
      totals: { macs: 4 * 4 * 8 * 2 + 4 * 8 * 100, params: 800 },
      output: [[1, 4, 100]],
    });
  });

  test("a file of the library's own tree imports relatively", () => {
    const source = HF.replaceAll("from transformers import", "from ...modeling_utils import").replaceAll(
      "from transformers.",
      "from ...",
    );
    const report = profile(
      `${source}
class NetModel(NetPreTrainedModel):
    def __init__(self, config: NetConfig):
        super().__init__(config)
        self.conv = nn.Conv2d(3, config.width, 3)
    def forward(self, x):
        return self.conv(x)
`.replace(
        "PreTrainedModel, PretrainedConfig",
        "PreTrainedModel\nfrom ...configuration_utils import PretrainedConfig",
      ),
      { file: "/app/models/net/model.py", input: ["1x3x8x8"] },
    );
    expect(report).toMatchObject({ complete: true, totals: { params: 27 * 8 + 8 } });
  });

  test("nothing is downloaded", () => {
    const report = profile(
      `${HF}
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = NetPreTrainedModel.from_pretrained("some/net")
        self.fc = nn.Linear(4, 2)
    def forward(self, x):
        return self.fc(self.backbone(x))
`,
      { input: ["1x3x8x8"] },
    );
    expect(report.complete).toBe(false);
    expect(report.diagnostics.map(({ message }) => message).join()).toContain(
      "nothing is downloaded: a pretrained model needs its config",
    );
  });

  test("files of the library win over the rules", () => {
    const report = profile(
      `
import torch.nn as nn
from transformers.pytorch_utils import Conv1D
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = Conv1D(3)
    def forward(self, x):
        return self.conv(x)
`,
      {
        input: ["1x4"],
        files: {
          "/app/transformers/__init__.py": "",
          "/app/transformers/pytorch_utils.py":
            "import torch.nn as nn\nclass Conv1D(nn.Linear):\n    def __init__(self, n):\n        super().__init__(4, n)\n",
        },
      },
    );
    expect(report.totals).toMatchObject({ macs: 12, params: 15 });
  });
});

describe("diffusers and the hub", () => {
  test("a constructor's arguments are the configuration", () => {
    const report = profile(
      `
import torch.nn as nn
from dataclasses import dataclass
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from diffusers.utils import BaseOutput
@dataclass
class Output(BaseOutput):
    sample: object
class Net(ModelMixin, ConfigMixin):
    @register_to_config
    def __init__(self, channels: int = 4, size=(3, 3)):
        super().__init__()
        self.conv = nn.Conv2d(3, self.config.channels, self.config["size"])
    def forward(self, sample, return_dict=True):
        return Output(sample=self.conv(sample)) if return_dict else (self.conv(sample),)
`,
      { input: ["1x3x8x8"] },
    );
    expect(report).toMatchObject({
      complete: true,
      totals: { macs: 36 * 27 * 4, params: 112 },
      output: [[1, 4, 6, 6]],
    });
  });

  test("such a constructor still needs what has no default", () => {
    expect(
      profile(`
import torch.nn as nn
from diffusers import ConfigMixin, ModelMixin, register_to_config
class Net(ModelMixin, ConfigMixin):
    @register_to_config
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(3, channels, 3)
    def forward(self, x):
        return self.conv(x)
`).networks,
    ).toEqual([]);
  });

  test("a mixin stands beside the module", () => {
    const report = profile(
      `
import torch.nn as nn
from huggingface_hub import PyTorchModelHubMixin
class Net(nn.Module, PyTorchModelHubMixin, repo_url="x", tags=["y"]):
    def __init__(self, channels=4):
        super().__init__()
        self.conv = nn.Conv2d(3, channels, 3)
    def forward(self, x):
        return self.conv(x)
`,
      { input: ["1x3x8x8"] },
    );
    expect(report).toMatchObject({ complete: true, totals: { params: 112 } });
  });
});

describe("timm", () => {
  test("its plain parts", () => {
    const report = profile(
      `
import torch.nn as nn
from timm.layers import DropPath, Mlp, PatchEmbed, LayerNorm2d, trunc_normal_, to_2tuple, make_divisible
from timm.models.registry import register_model
class Net(nn.Module):
    def __init__(self, width=make_divisible(30, 8)):
        super().__init__()
        self.norm = LayerNorm2d(3)
        self.embed = PatchEmbed(img_size=32, patch_size=16, embed_dim=width)
        self.mlp = Mlp(width, hidden_features=width * 2, drop=0.1)
        self.path = DropPath(0.1)
        self.pos = nn.Parameter(trunc_normal_(__import__("torch").zeros(1, self.embed.num_patches, width)))
    def forward(self, x):
        x = self.embed(self.norm(x)) + self.pos
        return x + self.path(self.mlp(x))
@register_model
def net(pretrained=False, **kwargs):
    return Net(**kwargs)
`,
      { input: ["1x3x32x32"] },
    );
    expect(report).toMatchObject({
      complete: true,
      network: "net",
      totals: {
        macs: 4 * 768 * 32 + 2 * 4 * 32 * 64,
        params: 6 + 768 * 32 + 32 + 32 * 64 + 64 + 64 * 32 + 32 + 4 * 32,
      },
      output: [[1, 4, 32]],
    });
  });

  test("a program that is ready to do without it does without", () => {
    const report = profile(
      `
import torch.nn as nn
try:
    from timm.layers import Mlp
except ImportError:
    Mlp = lambda width: nn.Linear(width, width)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.mlp = Mlp(4)
    def forward(self, x):
        return self.mlp(x)
`,
      { input: ["1x4"] },
    );
    expect(report.totals.macs).toBe(16);
  });
});

describe("OpenMMLab", () => {
  test("modules are built from dicts through registries", () => {
    const report = profile(
      `
import torch.nn as nn
from mmcv.cnn import ConvModule, DepthwiseSeparableConvModule, build_norm_layer, build_conv_layer
from mmengine.model import BaseModule, Sequential
from mmengine.registry import MODELS
@MODELS.register_module()
class Block(BaseModule):
    def __init__(self, width, init_cfg=None):
        super().__init__(init_cfg)
        self.conv = build_conv_layer(None, width, width, 3, padding=1, bias=False)
        self.norm_name, norm = build_norm_layer(dict(type="BN", requires_grad=True), width, postfix=1)
        self.add_module(self.norm_name, norm)
    def forward(self, x):
        return getattr(self, "bn1")(self.conv(x))
class Net(BaseModule):
    def __init__(self, block=dict(type="Block", width=4), norm_cfg=dict(type="GN", num_groups=2), init_cfg=None):
        super().__init__(init_cfg=init_cfg)
        self.stem = ConvModule(3, 4, 3, padding=1, norm_cfg=norm_cfg)
        self.plain = ConvModule(4, 4, 1, act_cfg=None)
        self.blocks = Sequential(MODELS.build(block), MODELS.build(dict(type="ReLU")))
        self.sep = DepthwiseSeparableConvModule(4, 8, 3, padding=1, norm_cfg=dict(type="BN"))
    def forward(self, x):
        return self.sep(self.blocks(self.plain(self.stem(x))))
`,
      { input: ["1x3x8x8"] },
    );
    expect(report).toMatchObject({
      complete: true,
      totals: {
        macs: 64 * (108 + 16 + 144 + 36 + 32),
        params: 108 + 8 + 20 + 144 + 8 + 36 + 8 + 32 + 16,
      },
    });
    expect(report.layers.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["stem.gn", "blocks.0.bn1", "sep.depthwise_conv.conv", "sep.pointwise_conv.bn"]),
    );
  });
});

describe("yacs", () => {
  test("a configuration's keys are attributes, which files and lists change", () => {
    const report = profile(
      `
import torch.nn as nn
from yacs.config import CfgNode as CN
class Node(CN):
    pass
cfg = Node()
cfg.model = Node()
cfg.model.width = 4
cfg.model.kernel = 3
cfg.merge_from_file("net.yaml")
cfg.merge_from_list(["model.kernel", "5"])
config = cfg.clone()
config.freeze()
class Net(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.conv = nn.Conv2d(3, config.model.width, config["model"]["kernel"])
    def forward(self, x):
        return self.conv(x)
net = Net(config)
`,
      { input: ["1x3x8x8"], files: { "/app/net.yaml": "model:\n  width: 6\n" } },
    );
    expect(report).toMatchObject({ complete: true, totals: { params: 3 * 6 * 25 + 6 } });
  });
});
