/** Calls that torch 1.13 refuses, each in its words, and calls beside them that it takes. The input is 1×4×8×8. */
import { expect, it } from "vitest";
import { createEngine } from "../../../../src/engine/engine.ts";
import { loadParsers } from "../../../../src/node/wasm.ts";
import { memoryHost } from "../../memoryHost.ts";

const parsers = await loadParsers();

/** A layer is made where the network is, so that it is one of its layers. */
function profile(call: string) {
  const made = /^nn\.\w+\([^()]*\)/.exec(call)?.[0];
  const text = `import torch
from torch import nn
import torch.nn.functional as F
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(4, 4, 1)
        self.l = ${made ?? "None"}
    def forward(self, x):
        y = ${made ? call.replace(made, "self.l") : call}
        return self.c(x)
`;
  const engine = createEngine({ parsers, host: memoryHost({ "/app/model.py": text }) });
  const profiled = engine.profile("/app/model.py", { model: "Net", input: ["1x4x8x8"] });
  if (!profiled.ok) throw new Error(profiled.reason);
  return profiled.report;
}

it.each([
  ["x.add_(torch.zeros(2, 4, 8, 8))", "output with shape 1×4×8×8 doesn't match the broadcast shape 2×4×8×8"],
  ["x.clamp_()", "At least one of 'min' or 'max' must not be None"],
  ["torch.clip(x)", "At least one of 'min' or 'max' must not be None"],
  ['x.clamp("a")', "min must be a number"],
  ["torch.linspace(0, 1, 2.5)", "steps must be an integer"],
  ["x.tril(0.5)", "diagonal must be an integer"],
  ['torch.full((2,), "a")', "fill_value must be a number"],
  ["torch.trace(x)", "trace: expected a matrix, but got tensor with dim 4"],
  ["torch.quantile(x, 2.)", "quantile() q must be in the range [0, 1] but got 2"],
  ["torch.normal(0., -1., (2,))", "normal expects std >= 0.0, but found std -1"],
  ['torch.meshgrid(x[0, 0, 0], indexing="foo")', 'indexing must be one of "xy" or "ij"'],
  ["x.index_select(1, torch.tensor([0.5]))", "Expected dtype int32 or int64 for index"],
  ["x.repeat_interleave(torch.tensor([1, 2]), 1)", "repeats must have the same size as input along dim"],
  ["F.embedding(torch.zeros(2), torch.zeros(5, 3))", "one of the following scalar types: Long, Int"],
  ["nn.Embedding(5, 3)(torch.tensor([0.5]))", "one of the following scalar types: Long, Int"],
  ["F.one_hot(torch.zeros(2), 3)", "one_hot is only applicable to index tensor."],
  ['F.elu(x, "a")', "alpha must be a number"],
  ['nn.Softplus("a")(x)', "beta must be a number"],
  ["nn.Softshrink(-1)(x)", "lambd must be positive, gets -1"],
  ["nn.EmbeddingBag(5, 3)(torch.tensor([0]))", "offsets has to be a 1D Tensor but got None"],
  [
    "nn.FractionalMaxPool2d(2, output_size=4, output_ratio=.5)(x)",
    "only one of output_size and output_ratio may be specified",
  ],
  ["nn.LSTM(8, 3)(x[0], x[0])", "hx should be a tuple of two tensors"],
  ["x.item()", "a tensor with 256 elements has no single value"],
  ["int(x)", "a tensor with 256 elements has no single value"],
  ["bool(x)", "a tensor with 256 elements has no single value"],
  ["F.mse_loss(x, torch.zeros(1, 4, 8, 5))", "The size of tensor a [1, 4, 8, 8] must match"],
  ['nn.L1Loss(reduction="x")(x, x)', "x is not a valid value for reduction"],
  ["F.smooth_l1_loss(x, x, beta=-1.0)", "does not support negative values for beta"],
  ["F.huber_loss(x, x, delta=0.0)", "does not support non-positive values for delta"],
  [
    "F.cross_entropy(x.mean((2, 3)), torch.zeros(2, dtype=torch.long))",
    "Expected input batch_size (1) to match target batch_size (2).",
  ],
  ["F.cross_entropy(x, torch.zeros(1, dtype=torch.long))", "Expected target size [1, 8, 8], got [1]"],
  ["F.cross_entropy(x.mean((2, 3)), torch.full((1,), 4))", "Target 4 is out of bounds."],
  [
    "nn.NLLLoss(weight=torch.ones(7))(x.mean((2, 3)), torch.zeros(1, dtype=torch.long))",
    "weight tensor should be defined either for all 4 classes or no classes",
  ],
  ["F.binary_cross_entropy(x, x[0])", "that is different to the input size"],
  ["F.binary_cross_entropy_with_logits(x, x[:, :2])", "must be the same as input size"],
  ["F.gaussian_nll_loss(x, x, torch.ones(2))", "var is of incorrect size"],
  [
    "F.cosine_embedding_loss(torch.ones(3, 4), torch.ones(3, 4), torch.ones(5))",
    "The size of tensor a (5) must match the size of tensor b (3)",
  ],
  ["F.multi_margin_loss(torch.ones(3, 4), torch.zeros(2).long())", "inconsistent target size, got: [2]"],
  [
    "F.triplet_margin_loss(x, x[0], x)",
    "All inputs should have same dimension but got 4D, 3D and 4D inputs.",
  ],
  [
    "F.ctc_loss(torch.ones(9, 2, 5), torch.ones(2, 3).long(), torch.full((2,), 12), torch.full((2,), 3))",
    "Expected input_lengths to have value at most 9, but got value 12",
  ],
  ["F.one_hot(torch.arange(5), 4)", "Class values must be smaller than num_classes."],
  ["nn.Embedding(5, 4)(torch.tensor([-1]))", "has 5 rows, and none for index -1"],
  [
    "torch.ones(3, 4).gather(1, torch.full((3, 1), 4))",
    "index 4 is out of bounds for dimension 1 with size 4",
  ],
  ["torch.ones(3, 4).index_select(0, torch.zeros(2, 2).long())", "Index is supposed to be a vector"],
  ["torch.ones(3, 4).take(torch.tensor([12]))", "tried to access index 12 on a tensor of 12 elements."],
  ["torch.multinomial(torch.ones(3, 4), 5)", "cannot sample n_sample > prob_dist.size(-1) samples"],
  ["torch.bincount(torch.ones(3, 3).long())", "bincount only supports 1-d non-negative integral inputs."],
  ["torch.complex(torch.ones(3), torch.ones(4))", "The size of tensor a [3] must match"],
  [
    "nn.LSTM(8, 5)(x[0], (torch.zeros(1, 8, 5), torch.zeros(1, 2, 5)))",
    "Expected hidden[1] size [1, 8, 5], got [1, 2, 5]",
  ],
  ["nn.GRU(8, 5)(x[0], torch.zeros(2, 8, 5))", "Expected hidden size [1, 8, 5], got [2, 8, 5]"],
  ["nn.GRUCell(8, 5)(x[0, 0], torch.zeros(2, 5))", "Input batch size 8 doesn't match hidden0 batch size 2"],
  [
    "nn.MultiheadAttention(8, 2)(x[0], x[0], x[0], attn_mask=torch.zeros(9, 9))",
    "The shape of the 2D attn_mask is [9, 9], but should be [4, 4].",
  ],
  [
    "nn.MultiheadAttention(8, 2)(x[0], x[0], x[0], key_padding_mask=torch.zeros(4, 8).bool())",
    "expecting key_padding_mask shape of [8, 4], but got [4, 8]",
  ],
  ["x.split(-1, 1)", "split expects split_size be non-negative, but got split_size=-1"],
  ["torch.tensor_split(x, 0, 1)", "number of sections must be larger than 0, got 0"],
  [
    "torch.hsplit(x, 3)",
    "torch.hsplit attempted to split along dimension 1, but the size of the dimension 4 is not divisible by the split_size 3!",
  ],
  [
    "torch.vsplit(x, 2)",
    "torch.vsplit attempted to split along dimension 0, but the size of the dimension 1 is not divisible by the split_size 2!",
  ],
  [
    "torch.dsplit(x, 3)",
    "torch.dsplit attempted to split along dimension 2, but the size of the dimension 8 is not divisible by the split_size 3!",
  ],
  [
    "x.as_strided((2, 2), (-1, 1))",
    "as_strided: Negative strides are not supported at the moment, got strides: [-1, 1]",
  ],
  ['torch.einsum("bchw->bz", x)', "output subscript z, which does not appear"],
  ['torch.einsum("bchw->bb", x)', "output subscript b, which appears more than once"],
  ['torch.einsum("b1hw->b", x)', "invalid subscript 1"],
  ["x.kthvalue(9, 1)", "kthvalue(): selected number k out of range for dimension 1"],
  ["x.roll((1, 2), 1)", "shifts and dimensions must align. shifts: 2, dims:1"],
  ["x.rot90(1, [1, 1])", "expected rotation dims to be different, but got dim0 = 1 and dim1 = 1"],
  [
    "x.gather(1, torch.zeros(2, 4, 8, 8, dtype=torch.long))",
    "Size does not match at dimension 0 expected index [2, 4, 8, 8] to be smaller than self [1, 4, 8, 8] apart from dimension 1",
  ],
  [
    "x.scatter(1, torch.zeros(1, 9, 8, 8, dtype=torch.long), x)",
    "Expected index [1, 9, 8, 8] to be smaller than self [1, 4, 8, 8] apart from dimension 1 and to be smaller size than src [1, 4, 8, 8]",
  ],
  [
    "x.index_add(1, torch.tensor([0, 1]), x)",
    "Number of indices (2) should be equal to source.size(dim): (4)",
  ],
  ["x.index_copy(1, torch.tensor([0]), x)", "Number of indices (1) should be equal to source.size(dim): (4)"],
  ["torch.arange(5, 1)", "upper bound and larger bound inconsistent with step sign"],
  ["torch.randint(5, 1, (2,))", "random_ expects 'from' to be less than 'to', but got from=5 >= to=1"],
  ["torch.tensor([[1, 2], [3]])", "expected sequence of length 2 at dim 1 (got 1)"],
  ["torch.cross(x, x, dim=1)", "linalg.cross: inputs dimension 1 must have length 3. Got 4 and 4"],
  ["torch.tensordot(x, x, ([1], [1, 2]))", "both dimension lists should have same length"],
  ["torch.meshgrid(x, x)", "Expected 0D or 1D tensor"],
  ["torch.combinations(x)", "Expect a 1D vector, but got shape [1, 4, 8, 8]"],
  ["torch.cartesian_prod(x, x)", "Expect a 1D vector, but got shape [1, 4, 8, 8]"],
  [
    "torch.block_diag(x)",
    "torch.block_diag: Input tensors must have 2 or fewer dimensions. Input 0 has 4 dimensions",
  ],
  ["torch.fft.fft(x, 0)", "Invalid number of data points (0) specified"],
  ["torch.fft.fft2(x, dim=(1, 1))", "FFT dims must be unique"],
  ["torch.bucketize(x, x)", "boundaries tensor must be 1 dimension, but got dim(4)"],
  ["torch.searchsorted(torch.zeros(2, 3), torch.zeros(3, 3))", "boundaries tensor should be 1 dimension"],
  ["torch.clamp(x)", "torch.clamp: At least one of 'min' or 'max' must not be None"],
  ["nn.Hardtanh(2., 1.)(x)", "max_val must be above min_val"],
  ["nn.LocalResponseNorm(10**10)(x)", "can't allocate memory: you tried to allocate 2560000000768 bytes"],
  ["F.local_response_norm(torch.zeros(2, 3), 2)", "Expected 3D or higher dimensionality"],
  [
    "F.layer_norm(x, (8,), torch.zeros(4))",
    "Expected weight to be of same shape as normalized_shape, but got weight of shape [4] and normalized_shape = [8]",
  ],
  ["F.batch_norm(x, None, None)", "running_mean must be defined in evaluation mode"],
  [
    "F.instance_norm(x, torch.zeros(3), torch.zeros(3), use_input_stats=False)",
    "running_mean should contain 4 elements not 3",
  ],
  [
    "nn.InstanceNorm2d(4)(x[:, :, :1, :1])",
    "Expected more than 1 spatial element when training, got input size torch.Size([1, 4, 1, 1])",
  ],
  [
    "F.interpolate(x, 4, align_corners=True)",
    "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear",
  ],
  ["F.max_pool2d(x, 3, padding=-1)", "pad must be non-negative, but got pad: -1"],
  [
    "F.fractional_max_pool2d(x, 2, output_size=9)",
    "fractional_max_pool2d(): pool height 2 too large relative to input height 8",
  ],
  [
    "F.max_unpool2d(x, torch.zeros(1, 4, 4, 4, dtype=torch.long), 2)",
    "Expected shape of indices to be same as that of the input tensor ([1, 4, 8, 8]) but got indices tensor with shape: [1, 4, 4, 4]",
  ],
  [
    "F.conv_transpose2d(x, torch.zeros(4, 8, 3, 3), output_padding=-1)",
    "negative output_padding is not supported",
  ],
  [
    "F.linear(x, torch.zeros(5, 8), torch.zeros(4))",
    "The size of tensor a (5) must match the size of tensor b (4)",
  ],
  ["F.embedding(torch.tensor([1]), torch.zeros(5))", "'weight' must be 2-D"],
  [
    'F.grid_sample(x, torch.zeros(1, 5, 5, 2), mode="foo")',
    "nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: 'foo'",
  ],
  ["F.affine_grid(torch.zeros(1, 2, 3), (1, 4))", "affine_grid only supports 4D and 5D sizes"],
  [
    "F.affine_grid(torch.zeros(1, 3, 3), (1, 4, 8, 8))",
    "Expected a batch of 2D affine matrices of shape Nx2x3",
  ],
  [
    "nn.MultiheadAttention(8, 2)(x, x, x)",
    "query should be unbatched 2D or batched 3D tensor but received 4-D query tensor",
  ],
  ["nn.LSTMCell(8, 4)(x)", "LSTMCell: Expected input to be 1-D or 2-D but received 4-D tensor"],
  [
    "nn.EmbeddingBag(5, 3)(torch.zeros(2, 2, 2, dtype=torch.long))",
    "input has to be 1D or 2D Tensor, but got Tensor of dimension 3",
  ],
  [
    "nn.CosineSimilarity(dim=9)(x, x)",
    "Dimension out of range (expected to be in range of [-4, 3], but got 9)",
  ],
  ["F.normalize(x, dim=9)", "Dimension out of range (expected to be in range of [-4, 3], but got 9)"],
  ["F.rrelu(x, 2., 1.)", "Lower bound should be less than or equal to the upper bound"],
  ["nn.CELU(0)(x)", "ZeroDivisionError: alpha cannot be 0 for CELU"],
  ["nn.Softmax2d()(x[0, 0])", "Softmax2d requires a 3D or 4D tensor as input"],
])("%s is refused", (call, words) => {
  const { complete, diagnostics } = profile(call);
  expect(diagnostics[0]).toEqual(
    expect.objectContaining({ severity: "error", message: expect.stringContaining(words) }),
  );
  expect(complete).toBe(false);
});

it.each([
  "x.split(3, 1)",
  "x.tensor_split([1, 2], 1)",
  "torch.hsplit(x, 2)",
  'torch.einsum("...hw->...h", x)',
  'torch.einsum("bchw->b", x)',
  "x.kthvalue(8, -1)",
  "x.roll(1)",
  "x.roll((1, 2), (1, 2))",
  "x.gather(1, torch.zeros(1, 9, 8, 8, dtype=torch.long))",
  "x.scatter(1, torch.zeros(1, 2, 8, 8, dtype=torch.long), x)",
  "x.index_add(1, torch.tensor([0, 1]), x[:, :2])",
  "torch.arange(1, 5)",
  "torch.arange(5, 1, -1)",
  "torch.arange(0)",
  "torch.tensor([[1, 2], [3, 4]])",
  "torch.cross(x[:, :3], x[:, :3], dim=1)",
  "torch.meshgrid(x[0, 0, 0], x[0, 0, 1])",
  "x.clamp(min=0)",
  "x.clamp_(torch.zeros(8), torch.ones(8))",
  "x.add_(torch.zeros(4, 8, 8))",
  "x.mul_(2).unsqueeze_(0).squeeze_(0)",
  "x.masked_fill(x > 0, torch.tensor(1.0))",
  "x.index_select(1, torch.tensor([0]))",
  "x.repeat_interleave(torch.tensor([2]), 1)",
  "x.mean().item()",
  "F.pad(x, (1, 1), value=None)",
  "nn.ELU(True)(x)",
  "nn.EmbeddingBag(5, 3)(torch.tensor([0]), torch.tensor([0]))",
  "nn.MultiheadAttention(8, 2, dropout=2)(x[0], x[0], x[0])",
  "F.hardtanh(x, 0., 6.)",
  "nn.Hardtanh(0., 6.)(x)",
  "nn.LocalResponseNorm(5)(x)",
  "F.layer_norm(x, (8,), torch.zeros(8))",
  "F.batch_norm(x, None, None, training=True)",
  "F.instance_norm(x)",
  "nn.InstanceNorm2d(4, track_running_stats=True)(x[:, :, :1, :1])",
  "F.interpolate(x, 4)",
  'F.interpolate(x, 4, mode="bilinear", align_corners=False)',
  "F.linear(x, torch.zeros(5, 8), torch.zeros(5))",
  'F.grid_sample(x, torch.zeros(1, 5, 5, 2), mode="nearest", padding_mode="border")',
  "F.affine_grid(torch.zeros(1, 2, 3), (1, 4, 8, 8))",
  "nn.MultiheadAttention(8, 2)(x[0], x[0], x[0])",
  "nn.LSTMCell(8, 4)(x[0, 0])",
  "nn.CosineSimilarity()(x, x)",
  "F.normalize(x, dim=-1)",
  "nn.CELU()(x)",
  "nn.Softmax2d()(x)",
  "F.mse_loss(x, x[:, :1])",
  "F.cross_entropy(x, torch.zeros(1, 8, 8, dtype=torch.long))",
  "F.cross_entropy(x, x)",
  "F.cross_entropy(x.mean((2, 3)), torch.full((1,), -100))",
  "F.nll_loss(x[0, 0, 0], torch.tensor(3))",
  "F.gaussian_nll_loss(x, x, torch.ones(1, 4, 8))",
  "F.one_hot(torch.arange(5), 5)",
  "torch.ones(3, 4).take(torch.tensor([-12]))",
  "torch.multinomial(torch.ones(3, 4), 5, replacement=True)",
  "nn.LSTM(8, 5, 2, batch_first=True, bidirectional=True)(x[0], (torch.zeros(4, 4, 5), torch.zeros(4, 4, 5)))",
  "nn.LSTM(8, 5, proj_size=2)(x[0], (torch.zeros(1, 8, 2), torch.zeros(1, 8, 5)))",
  "nn.GRU(8, 5)(x[0, 0], torch.zeros(1, 5))",
  "nn.MultiheadAttention(8, 2)(x[0], x[0], x[0], attn_mask=torch.zeros(16, 4, 4))",
  "nn.MultiheadAttention(8, 2)(x[0], x[0], x[0], key_padding_mask=torch.zeros(8, 4).bool())",
])("%s is taken", (call) => {
  expect(profile(call).diagnostics).toEqual([]);
});

it.each([
  ["nn.MultiheadAttention(10, 3)", "embed_dim must be divisible by num_heads: 10 by 3"],
  ['self.add_module("a.b", nn.ReLU())', 'module name can\'t contain ".", got: a.b'],
  ['nn.ModuleDict({"a.b": nn.ReLU()})', 'module name can\'t contain ".", got: a.b'],
  ["nn.ModuleDict({1: nn.ReLU()})", "module name should be a string"],
  ['nn.ModuleDict({"a": 3})', "ModuleDict takes modules"],
  ['nn.Parameter("a")', "takes a tensor"],
  ["nn.ModuleList([nn.ReLU()])(x)", "ModuleList has no forward method"],
  ['self.add_module("", nn.ReLU())', "module name can't be empty string"],
])("%s is refused where it is made", (call, words) => {
  const { complete, diagnostics } = profile(call);
  expect(diagnostics.map(({ message }) => message).join("\n")).toContain(words);
  expect(complete).toBe(false);
});

it("a loss holds nothing against an input that is guessed", () => {
  const text = `import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(3, 4, 1)
        self.loss = nn.CrossEntropyLoss()
    def forward(self, x, target):
        y = self.c(x)
        return y, self.loss(y, target)
`;
  const engine = createEngine({ parsers, host: memoryHost({ "/app/model.py": text }) });
  const guessed = engine.profile("/app/model.py", { model: "Net" });
  expect(guessed.ok && guessed.report).toMatchObject({ complete: true, totals: { macs: 602_112 } });
  const input = ["1x3x8x8", "1x3:int64"];
  const given = engine.profile("/app/model.py", { model: "Net", input });
  expect(given.ok && given.report.complete).toBe(false);
});
