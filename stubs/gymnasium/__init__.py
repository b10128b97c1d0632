"""Environments by their published spaces. What they observe is data: only its shape is known."""
from gymnasium import spaces, vector, wrappers
from gymnasium.core import ActionWrapper, Env, ObservationWrapper, RewardWrapper, Wrapper, make
from gymnasium.spaces import Space
from gymnasium.vector import make as make_vec
