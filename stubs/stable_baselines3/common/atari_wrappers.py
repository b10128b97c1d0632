"""Wrappers of Atari games by what they do to the spaces."""
from gymnasium import spaces
from gymnasium.core import Wrapper


class _AsItIs(Wrapper):
    def __init__(self, env, *args, **kwargs):
        super().__init__(env)


class NoopResetEnv(_AsItIs):
    pass


class FireResetEnv(_AsItIs):
    pass


class EpisodicLifeEnv(_AsItIs):
    pass


class MaxAndSkipEnv(_AsItIs):
    pass


class ClipRewardEnv(_AsItIs):
    pass


class StickyActionEnv(_AsItIs):
    pass


class WarpFrame(Wrapper):
    def __init__(self, env, width=84, height=84):
        super().__init__(env)
        self.observation_space = spaces.Box(0, 255, (height, width, 1), env.observation_space.dtype)


class AtariWrapper(WarpFrame):
    def __init__(self, env, noop_max=30, frame_skip=4, screen_size=84, *args, **kwargs):
        super().__init__(env, screen_size, screen_size)
