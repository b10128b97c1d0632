"""Layers and functions of torch: shapes of outputs, names and shapes of parameters and buffers, names of modules."""

import pathlib
import sys

sys.path[:0] = [str(folder) for folder in pathlib.Path(__file__).resolve().parents[:2]]

import torch
import torch.nn as nn
import torch.nn.functional as F
from recording import record

NAMES = {"torch": torch, "nn": nn, "F": F}


def made(shape):
    if shape and shape[0] == "int64":
        return torch.zeros(*shape[1:], dtype=torch.int64)
    return torch.zeros(*shape)


def shapes(value):
    if value is None:
        return None
    if isinstance(value, torch.Tensor):
        return list(value.shape)
    return [shapes(item) for item in value]


def named(tensors):
    return {name: list(tensor.shape) for name, tensor in tensors}


def answer(row):
    layer = eval(row["code"], dict(NAMES))
    out = {"out": {"t": shapes(layer(*[made(shape) for shape in row["inputs"]]))}}
    if "modules" not in row:
        return out
    return {
        **out,
        "parameters": named(layer.named_parameters()),
        "buffers": named(layer.named_buffers()),
        "modules": [name for name, _ in layer.named_modules()],
    }


record("torch_layers", ("code", "inputs"), answer)
