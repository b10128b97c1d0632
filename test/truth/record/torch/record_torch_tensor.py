"""Calls of torch's functions and of a tensor's methods: shapes, dtypes and elements of what they give, and what is refused."""

import pathlib
import sys

sys.path[:0] = [str(folder) for folder in pathlib.Path(__file__).resolve().parents[:2]]

from calls import QUESTIONS, answer_with
from recording import record

record("torch_tensor", QUESTIONS, answer_with({}))
