"""Sizes and costs of torch's ops, in tables of columns: what is asked comes first in a row, the answers last.

Multiply-accumulates of matrix products and einsum are the operands' sizes multiplied; torch has no count of its own for
them before 2.1, so those tables stay as they are.
"""

import json
import pathlib
import sys

sys.path[:0] = [str(folder) for folder in pathlib.Path(__file__).resolve().parents[:2]]

import torch
import torch.nn as nn
import torch.nn.functional as F
from recording import read, show_differences, write


def length(out):
    return out.shape[-1]


def conv(size, kernel, stride, padding, dilation):
    return [length(F.conv1d(torch.zeros(1, 1, size), torch.zeros(1, 1, kernel), None, stride, padding, dilation))]


def transposed(size, kernel, stride, padding, output_padding, dilation):
    x, weight = torch.zeros(1, 1, size), torch.zeros(1, 1, kernel)
    return [length(F.conv_transpose1d(x, weight, None, stride, padding, output_padding, 1, dilation))]


def max_pool(size, kernel, stride, padding, dilation, ceil_mode):
    try:
        return [length(F.max_pool1d(torch.zeros(1, 1, size), kernel, stride, padding, dilation, ceil_mode))]
    except RuntimeError:
        return [0]  # "Output size is too small"


def interpolate(size, scale):
    return [length(F.interpolate(torch.zeros(1, 1, size), scale_factor=scale))]


def same(kernel, dilation):
    """Zeros before: where the first of ones stands that a kernel of a single 1 at its start moves."""
    weight = torch.zeros(1, 1, kernel)
    weight[0, 0, 0] = 1
    return [int(F.conv1d(torch.ones(1, 1, 64), weight, padding="same", dilation=dilation)[0, 0].eq(0).sum())]


def recurrent(cell, inputs, hidden, projection, layers, directions, bias):
    kind = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}[cell]
    options = {"proj_size": projection} if projection else {}
    net = kind(inputs, hidden, layers, bias=bias, bidirectional=directions == 2, **options)
    weights = [(name, weight.numel()) for name, weight in net.named_parameters()]
    matrices = [count for name, count in weights if name.startswith("weight")]
    return [sum(count for _, count in weights), sum(matrices)]


ANSWERS = {
    "conv": conv,
    "transposed": transposed,
    "max_pool": max_pool,
    "interpolate": interpolate,
    "same": same,
    "recurrent": recurrent,
}

truth = read("torch_cost")
recorded = {**truth, "source": f"torch {torch.__version__}, recorded by running it"}
for table, answer in ANSWERS.items():
    answers = len(answer(*truth[table][0][: answer.__code__.co_argcount]))
    recorded[table] = [[*row[:-answers], *answer(*row[:-answers])] for row in truth[table]]
    columns = truth[f"{table}_columns"]
    pairs = [(old, new) for old, new in zip(truth[table], recorded[table])]
    show_differences(
        f"torch_cost, {table}",
        [(str(old), dict(zip(columns, old)), dict(zip(columns, new))) for old, new in pairs],
    )
fields = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in recorded.items()]
write("torch_cost", "{\n" + ",\n".join(fields) + "\n}\n")
