"""Calls of einops: shapes, dtypes and elements of what they give, and what is refused."""

import pathlib
import sys

sys.path[:0] = [str(folder) for folder in pathlib.Path(__file__).resolve().parents[:2]]

import einops
from calls import QUESTIONS, answer_with
from recording import record

record("einops", QUESTIONS, answer_with({"einops": einops}))
