"""Recorded calls: how arguments are written in a row, and how answers are.

`{"t": shape, "d": dtype, "v": elements}` is a tensor (of ones where it has no elements), `{"f": 2.5}` a float,
`{"s": [start, stop, step]}` a slice, `{"tuple": […]}` a tuple; a list is one. An answer has elements where the one
before it had some.
"""

import functools

import torch


def argument(value):
    if isinstance(value, list):
        return [argument(item) for item in value]
    if value == "...":
        return ...
    if not isinstance(value, dict):
        return value
    if "t" in value:
        return tensor(value)
    if "tuple" in value:
        return tuple(argument(item) for item in value["tuple"])
    if "s" in value:
        return slice(*value["s"])
    if "f" in value:
        return float(value["f"])
    if "dtype" in value:
        return getattr(torch, value["dtype"])
    raise ValueError(f"an argument of no known kind: {value}")


def tensor(value):
    dtype = getattr(torch, value.get("d", "float32"))
    if "v" in value:
        return torch.tensor([float(v) for v in value["v"]]).to(dtype).reshape(value["t"])
    return torch.ones(value["t"], dtype=dtype)


def result(value, before):
    if isinstance(value, torch.Tensor):
        told = {"t": list(value.shape), "d": str(value.dtype).removeprefix("torch.")}
        if isinstance(before, dict) and "v" in before:
            told["v"] = [element(v) for v in value.to(torch.float64).flatten().tolist()]
        return told
    if isinstance(value, torch.dtype):
        return str(value).removeprefix("torch.")
    if isinstance(value, (list, tuple)):
        olds = before if isinstance(before, list) and len(before) == len(value) else [None] * len(value)
        return [result(item, old) for item, old in zip(value, olds)]
    return value


def element(value):
    if value in (float("inf"), float("-inf")):
        return "inf" if value > 0 else "-inf"
    return "nan" if value != value else round(value, 5)


def called(row, modules):
    args = [argument(value) for value in row["a"]]
    kwargs = {name: argument(value) for name, value in row.get("kw", {}).items()}
    if row["k"] == "f":
        root, *path = row["f"].split(".")
        start = modules.get(root)
        names = path if start is not None else row["f"].split(".")
        return functools.reduce(getattr, names, start if start is not None else torch)(*args, **kwargs)
    attribute = getattr(args[0], row["f"])
    if row["k"] == "p":
        return attribute
    value = attribute(*args[1:], **kwargs)
    return args[0] if row["f"] == "__setitem__" else value


def answer_with(modules):
    def answer(row):
        try:
            value = called(row, modules)
        except Exception:
            return {"o": {"error": True}}
        return {"o": result(value, row["o"])}

    return answer


QUESTIONS = ("k", "f", "a", "kw")
